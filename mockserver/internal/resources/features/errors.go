package features

import (
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// The wordings of this resource (O).

func notFound(format string, args ...any) error {
	return &apierror.Error{Status: http.StatusNotFound, Envelope: apierror.Handler, Name: "NotFoundError", Message: fmt.Sprintf(format, args...)}
}

func forbidden(message string) error {
	return &apierror.Error{Status: http.StatusForbidden, Envelope: apierror.Handler, Name: "InvalidOperationError", Message: message}
}

func denied(message string) error {
	return &apierror.Error{Status: http.StatusForbidden, Envelope: apierror.Handler, Name: "OperationDeniedError", Message: message}
}

// archivedFlag refuses to switch an archived flag.
func archivedFlag() error {
	return &apierror.Error{Status: http.StatusBadRequest, Envelope: apierror.Handler, Name: "ArchivedFeatureError", Message: "Cannot perform this operation on archived features"}
}

// unfit refuses what a handler finds wrong after the schema has been checked.
func unfit(details ...apierror.Detail) error {
	out := apierror.Invalid(details...)
	out.Envelope = apierror.Handler
	return out
}

// lacking refuses a caller who lacks a permission in an environment that the body names.
func lacking(permission spec.Permission, environment string) error {
	return &apierror.Error{
		Status: http.StatusForbidden, Envelope: apierror.Handler, Name: "PermissionError",
		Message: fmt.Sprintf("You don't have the required permissions to perform this operation. To perform this action, you need the %q permission in the %q environment.", permission, environment),
	}
}

func nameExists(archived bool) error {
	message := "A flag with that name already exists"
	if archived {
		message = "An archived flag with that name already exists"
	}
	return &apierror.Error{Status: http.StatusConflict, Envelope: apierror.Handler, Name: "NameExistsError", Message: message}
}

func noFlag() error { return notFound("No feature flag found") }

// in names a flag in a project.
type in struct {
	Project string `path:"projectId"`
	Name    string `path:"featureName"`
}

// find returns the flag, archived or not, or a 404 that says in which project it is
// instead.
func (in in) find(r engine.Reader) (*Flag, error) {
	flag := Get(r, in.Name)
	switch {
	case flag == nil:
		return nil, notFound("There's no feature named \"%s\" in project \"%s\".", in.Name, in.Project)
	case flag.Project != in.Project:
		return nil, notFound("There's no feature named \"%s\" in project \"%s\", but there's a feature with that name in project \"%s\"", in.Name, in.Project, flag.Project)
	}
	return flag, nil
}

// inEnvironment names a flag in an environment.
type inEnvironment struct {
	in
	Environment string `path:"environment"`
}
