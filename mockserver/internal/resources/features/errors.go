package features

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// The wordings of this resource (O).

func forbidden(message string) error {
	return apierror.Thrown(http.StatusForbidden, "InvalidOperationError", "%s", message)
}

func denied(message string) error {
	return apierror.Thrown(http.StatusForbidden, "OperationDeniedError", "%s", message)
}

// archivedFlag refuses to switch an archived flag.
func archivedFlag() error {
	return apierror.Thrown(http.StatusBadRequest, "ArchivedFeatureError", "Cannot perform this operation on archived features")
}

// lacking refuses a caller who lacks a permission in an environment that the body names.
func lacking(permission spec.Permission, environment string) error {
	return apierror.Thrown(http.StatusForbidden, "PermissionError",
		"You don't have the required permissions to perform this operation. To perform this action, you need the %q permission in the %q environment.", permission, environment)
}

func nameExists(archived bool) error {
	if archived {
		return apierror.Taken("An archived flag with that name already exists")
	}
	return apierror.Taken("A flag with that name already exists")
}

func noFlag() error { return apierror.Missing("No feature flag found") }

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
		return nil, apierror.Missing("There's no feature named \"%s\" in project \"%s\".", in.Name, in.Project)
	case flag.Project != in.Project:
		return nil, apierror.Missing("There's no feature named \"%s\" in project \"%s\", but there's a feature with that name in project \"%s\"", in.Name, in.Project, flag.Project)
	}
	return flag, nil
}

// inEnvironment names a flag in an environment.
type inEnvironment struct {
	in
	Environment string `path:"environment"`
}
