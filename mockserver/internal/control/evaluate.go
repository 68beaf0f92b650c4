package control

import (
	"encoding/json"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/configuration"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// evaluateFlag evaluates a flag for a context as a server SDK does, and explains the
// result.
func (m *Mock) evaluateFlag(w *workspace.Workspace, r *request) (response, error) {
	var written struct {
		UserID, SessionID, RemoteAddress, AppName, Environment string

		CurrentTime *time.Time
		Properties  map[string]string
	}
	if err := json.Unmarshal(r.body, &written); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	instance, environment := w.Instance(), environmentOf(r)
	view := instance.Store.View(nil)
	if err := checkEnvironment(view, environment); err != nil {
		return response{}, err
	}
	context := &evaluation.Context{
		UserID: written.UserID, SessionID: written.SessionID, RemoteAddress: written.RemoteAddress, AppName: written.AppName,
		Environment: written.Environment, CurrentTime: instance.Clock.Now(), Properties: written.Properties,
	}
	if written.CurrentTime != nil {
		context.CurrentTime = *written.CurrentTime
	}
	name := r.path["flag"]
	needed := configuration.Of(view, environment, func(string) bool { return true }).Around(name)
	if err := r.reserve(perFlagByte * needed.Weight()); err != nil {
		return response{}, err
	}
	explained, err := needed.Compile().Explain(name, context)
	if err != nil {
		return response{}, apierror.Unavailable("The flag cannot be evaluated: " + err.Error())
	}
	if err := r.reserve(perFlagByte * engine.Length(&explained)); err != nil {
		return response{}, err
	}
	return ok(explained)
}
