package control

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

type wireOperation struct {
	Operation string `json:"operationId"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Summary   string `json:"summary"`
	Statuses  []int  `json:"statuses"`
}

type wireInfo struct {
	Mode       Mode            `json:"mode"`
	Version    string          `json:"version"`
	APIVersion string          `json:"apiVersion"`
	Upstream   string          `json:"upstream,omitempty"`
	Validation string          `json:"validation,omitempty"`
	Edition    string          `json:"edition,omitempty"`
	Workspace  string          `json:"workspace"`
	BasePath   string          `json:"basePath"`
	Operations []wireOperation `json:"operations"`
}

func (a *API) getInfo(_ context.Context, r *request) (response, error) {
	out := wireInfo{
		Mode: a.About.Mode, Version: a.About.Version, APIVersion: a.Contract.Version(), Upstream: a.About.Upstream,
		Validation: a.About.Validation, Edition: a.About.Edition,
		Workspace: r.workspace.Name, BasePath: a.About.BasePath,
	}
	for _, o := range a.Contract.Operations() {
		out.Operations = append(out.Operations, wireOperation{Operation: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Statuses: o.Statuses()})
	}
	return ok(out)
}

type wireWorkspaces struct {
	Workspaces []wireWorkspace `json:"workspaces"`
	Max        int             `json:"max"`
	IdleAfter  string          `json:"idleAfter"`
}

func (a *API) listWorkspaces(context.Context, *request) (response, error) {
	out := wireWorkspaces{Workspaces: []wireWorkspace{}, Max: max(a.Workspaces.Max, 0), IdleAfter: max(a.Workspaces.IdleAfter, 0).String()}
	for _, w := range a.Workspaces.List() {
		out.Workspaces = append(out.Workspaces, described(w))
	}
	return ok(out)
}

func (a *API) createWorkspace(_ context.Context, r *request) (response, error) {
	var wanted struct{ Name string }
	if err := json.Unmarshal(r.body, &wanted); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	w, made, err := a.Workspaces.Make(wanted.Name)
	if err != nil {
		return response{}, err
	}
	if !made {
		return ok(described(w))
	}
	return response{status: http.StatusCreated, location: "workspaces/" + w.Name, value: described(w)}, nil
}

func (a *API) deleteWorkspaces(context.Context, *request) (response, error) {
	return ok(removed{Removed: a.Workspaces.RemoveAll()})
}

func (a *API) getWorkspace(_ context.Context, r *request) (response, error) {
	w := a.Workspaces.Find(r.params[0])
	if w == nil {
		return response{}, workspace.ErrNotFound
	}
	return ok(described(w))
}

func (a *API) deleteWorkspace(_ context.Context, r *request) (response, error) {
	if err := a.Workspaces.Remove(r.params[0]); err != nil {
		return response{}, err
	}
	return ok(removed{Removed: 1})
}
