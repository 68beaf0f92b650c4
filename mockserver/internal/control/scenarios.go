package control

import (
	"context"
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/forced"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
	"github.com/unleash-mock/unleash-mock/spec"
)

type wireScenarios struct {
	Scenarios []wireScenario `json:"scenarios"`
}

func (a *API) listScenarios(_ context.Context, r *request) (response, error) {
	out := wireScenarios{Scenarios: []wireScenario{}}
	for _, status := range r.workspace.Instance().Scenarios.List() {
		out.Scenarios = append(out.Scenarios, inForce(status))
	}
	return ok(out)
}

func (a *API) addScenario(_ context.Context, r *request) (response, error) {
	rule, err := scenario.Parse(r.body)
	if err != nil {
		return response{}, err
	}
	added, err := AddScenario(r.workspace, a.Contract, rule)
	if err != nil {
		return response{}, err
	}
	return response{status: http.StatusCreated, location: "scenarios/" + added.ID, value: inForce(added)}, nil
}

// AddScenario puts a rule in force in a workspace. A rule that is wrong, for the
// contract or for the workspace, is a *scenario.Problem.
func AddScenario(w *workspace.Workspace, contract *spec.Contract, rule scenario.Rule) (scenario.Status, error) {
	if err := rule.Check(); err != nil {
		return scenario.Status{}, err
	}
	if err := forced.Check(&rule, contract); err != nil {
		return scenario.Status{}, err
	}
	if pattern := rule.Match.Workspace; pattern != "" && !glob.Match(pattern, w.Name) {
		return scenario.Status{}, &scenario.Problem{
			Pointer: "/match/workspace",
			Message: fmt.Sprintf("the rule is for %s and was sent to the workspace %s, where it would never apply; send it to /w/<name>/_mock/scenarios", pattern, w.Name),
		}
	}
	added, err := w.Instance().Scenarios.Add(rule)
	if err != nil {
		return scenario.Status{}, err
	}
	return added[0], nil
}

func (a *API) deleteScenarios(_ context.Context, r *request) (response, error) {
	set := r.workspace.Instance().Scenarios
	count := len(set.List())
	set.Clear()
	return ok(removed{Removed: count})
}

func (a *API) getScenario(_ context.Context, r *request) (response, error) {
	found, exists := r.workspace.Instance().Scenarios.Find(r.params[0])
	if !exists {
		return response{}, noScenario(r.params[0])
	}
	return ok(inForce(found))
}

func (a *API) deleteScenario(_ context.Context, r *request) (response, error) {
	if !r.workspace.Instance().Scenarios.Remove(r.params[0]) {
		return response{}, noScenario(r.params[0])
	}
	return ok(removed{Removed: 1})
}

func noScenario(id string) *apierror.Error {
	return refusal(http.StatusNotFound, "NotFoundError", fmt.Sprintf("There is no scenario with the id %s.", id))
}
