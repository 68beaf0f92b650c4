package control

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/configuration"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flags"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

const putFlagsOperation = "putFlags"

// maxFlagFile is the size limit of a file of flags, in bytes.
const maxFlagFile = 16 << 20

// yamlTypes are the media types that are used for YAML.
var yamlTypes = []string{"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}

// takesFlags reports whether the body is a file of flags.
func (x *exchange) takesFlags() bool { return x.operation.ID == putFlagsOperation }

// acceptsType reports whether the operation accepts a body with a content type.
func (x *exchange) acceptsType(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && slices.Contains(x.acceptedTypes(), mediaType)
}

// acceptedTypes returns the media types that the operation accepts.
func (x *exchange) acceptedTypes() []string {
	types := []string{"application/json"}
	if x.takesFlags() {
		types = append(types, yamlTypes...)
	}
	return types
}

func environmentOf(r *request) string {
	if named := r.query["environment"]; named != "" {
		return named
	}
	return flags.DefaultEnvironment
}

func checkEnvironment(view *engine.View, name string) error {
	if !flags.HasEnvironment(view, name) {
		return invalid("environment", "there is no such environment: "+name)
	}
	return nil
}

// flagProblem converts an error of setting flags to an answer.
func flagProblem(err error) error {
	var problems yamlfile.Problems
	var problem *apierror.Error
	switch {
	case errors.As(err, &problems):
		out := invalid("/body", problems[0].Error())
		out.Details = nil
		for _, problem := range problems[:min(len(problems), maxDetails)] {
			out.Details = append(out.Details, apierror.Detail{Path: "/body", Message: problem.Error()})
		}
		return out
	case errors.Is(err, flags.ErrNoEnvironment):
		return invalid("environment", err.Error())
	case errors.Is(err, flags.ErrNoFlag):
		return apierror.Missing("%s", err)
	case errors.As(err, &problem) && problem.Status == http.StatusInternalServerError:
		return invalid("/body", "It contains something that cannot be stored: "+problem.Message)
	}
	return err
}

// maxDetails is how many mistakes of a file are reported.
const maxDetails = 20

type flagsAnswer struct {
	Version  int64                   `json:"version"`
	Features []configuration.Feature `json:"features"`
	Segments []configuration.Segment `json:"segments"`
}

func (m *Mock) getFlags(w *workspace.Workspace, r *request) (response, error) {
	environment := environmentOf(r)
	view := w.Instance().Store.View(nil)
	if err := checkEnvironment(view, environment); err != nil {
		return response{}, err
	}
	found := configuration.Of(view, environment, func(string) bool { return true })
	answer := flagsAnswer{2, found.Features, configuration.Segments(view)}
	if err := r.reserve(perFlagByte * engine.Length(&answer)); err != nil {
		return response{}, err
	}
	return ok(raw(engine.Append(nil, &answer)))
}

type flagsSet struct {
	Flags    int      `json:"flags"`
	Segments int      `json:"segments"`
	Remarks  []string `json:"remarks"`
}

func (m *Mock) putFlags(w *workspace.Workspace, r *request) (response, error) {
	m.reading.Lock() // one file at a time: until it is stored, it takes many times its size
	defer m.reading.Unlock()
	set, err := flagfile.Read(r.body)
	if err != nil {
		return response{}, flagProblem(err)
	}
	stay, instance := func() {}, w.Instance()
	if follow := instance.Follow; follow != nil {
		stay = follow.Leave()
	}
	remarks, err := flags.Replace(instance.Store, instance.Request(), set, environmentOf(r))
	if err != nil {
		stay()
		return response{}, flagProblem(err)
	}
	return ok(flagsSet{len(set.Flags), len(set.Segments), append([]string{}, remarks...)})
}

// variantSetting is a variant, given by its name or as an object with a payload.
type variantSetting flagfile.Variant

// UnmarshalJSON implements json.Unmarshaler.
func (v *variantSetting) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &v.Name) == nil {
		return nil
	}
	var written struct {
		Name    string
		Payload *flagfile.Payload
	}
	if err := json.Unmarshal(text, &written); err != nil {
		return err
	}
	v.Name, v.Payload = written.Name, written.Payload
	return nil
}

type flagState struct {
	Name        string   `json:"name"`
	Environment string   `json:"environment"`
	Enabled     bool     `json:"enabled"`
	Variants    []string `json:"variants,omitempty"`
}

func (m *Mock) setFlag(w *workspace.Workspace, r *request) (response, error) {
	var written struct {
		Enabled        *bool
		Variant        *variantSetting
		KeepStrategies bool
	}
	if err := json.Unmarshal(r.body, &written); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	name, environment := r.path["flag"], environmentOf(r)
	one := flags.One{Enabled: written.Enabled, Variant: (*flagfile.Variant)(written.Variant), KeepStrategies: written.KeepStrategies}
	instance := w.Instance()
	if err := flags.Set(instance.Store, instance.Request(), name, one, environment); err != nil {
		return response{}, flagProblem(err)
	}
	enabled, variants := flags.State(instance.Store.View(nil), name, environment)
	return ok(flagState{name, environment, enabled, variants})
}

// setUpstream refuses to change flags that no SDK would get.
func setUpstream(*workspace.Workspace, *request) (response, error) {
	return response{}, apierror.Thrown(http.StatusConflict, "ConflictError", "SDKs get the flags of the upstream; change them there.")
}

func (m *Mock) deleteFlag(w *workspace.Workspace, r *request) (response, error) {
	instance := w.Instance()
	if err := checkEnvironment(instance.Store.View(nil), environmentOf(r)); err != nil {
		return response{}, err
	}
	if follow := instance.Follow; follow != nil {
		if done, err := follow.GiveBack(instance.Request(), r.path["flag"]); done || err != nil {
			return response{status: http.StatusOK, value: removed{Removed: 1}}, err
		}
	}
	if err := flags.Remove(instance.Store, instance.Request(), r.path["flag"], environmentOf(r)); err != nil {
		return response{}, flagProblem(err)
	}
	return ok(removed{Removed: 1})
}
