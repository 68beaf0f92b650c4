package control

import (
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

type wireRules struct {
	Rules []wireRule `json:"rules"`
}

func (m *Mock) listRules(w *workspace.Workspace, r *request) (response, error) {
	if err := r.reserve(perRuleByte * w.Instance().Rules.Bytes()); err != nil {
		return response{}, err
	}
	out := wireRules{Rules: []wireRule{}}
	for _, rule := range w.Instance().Rules.List() {
		out.Rules = append(out.Rules, inForce(rule))
	}
	return ok(out)
}

func (m *Mock) addRule(w *workspace.Workspace, r *request) (response, error) {
	rule, err := rules.Parse(r.body)
	if err != nil {
		return response{}, err
	}
	if pattern := rule.Match.Workspace; pattern != "" && !glob.Match(pattern, w.Name) {
		return response{}, &rules.Problem{
			Pointer: "/match/workspace",
			Message: fmt.Sprintf("the rule is for %s and was sent to the workspace %s, where it would never apply; send it to /w/<name>/_mock/rules", pattern, w.Name),
		}
	}
	added, err := w.Instance().Rules.Add(rule)
	if err != nil {
		return response{}, err
	}
	return response{status: http.StatusCreated, location: "rules/" + added[0].ID, value: inForce(added[0])}, nil
}

func (m *Mock) deleteRules(w *workspace.Workspace, _ *request) (response, error) {
	set := w.Instance().Rules
	count := len(set.List())
	set.Clear()
	return ok(removed{Removed: count})
}

func (m *Mock) getRule(w *workspace.Workspace, r *request) (response, error) {
	found, exists := w.Instance().Rules.Find(r.path["id"])
	if !exists {
		return response{}, noRule(r.path["id"])
	}
	return ok(inForce(found))
}

func (m *Mock) deleteRule(w *workspace.Workspace, r *request) (response, error) {
	if !w.Instance().Rules.Remove(r.path["id"]) {
		return response{}, noRule(r.path["id"])
	}
	return ok(removed{Removed: 1})
}

func noRule(id string) *apierror.Error {
	return apierror.Missing("There is no rule with the id %s.", id)
}
