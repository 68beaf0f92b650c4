package control

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

type wireOperation struct {
	Operation string        `json:"operationId"`
	Method    string        `json:"method"`
	Path      string        `json:"path"`
	Summary   string        `json:"summary"`
	Grade     openapi.Grade `json:"grade,omitempty"` // only for a mock
	Statuses  []int         `json:"statuses"`
}

type wireInfo struct {
	Mode       mode            `json:"mode"`
	Version    string          `json:"version"`
	APIVersion string          `json:"apiVersion"`
	Upstream   string          `json:"upstream,omitempty"`
	Validation string          `json:"validation,omitempty"`
	Edition    string          `json:"edition,omitempty"`
	Workspace  string          `json:"workspace"`
	BasePath   string          `json:"basePath"`
	FlagsFrom  *wireFlagsFrom  `json:"flagsFrom,omitempty"`
	Operations []wireOperation `json:"operations"`
}

func (a *api) getInfo(_ context.Context, r *request) (response, error) {
	if err := r.reserve(perOperation * int64(len(a.Contract.Operations()))); err != nil {
		return response{}, err
	}
	out := wireInfo{
		Mode: a.mode, Version: a.About.Version, APIVersion: a.Contract.Version(), Upstream: shownURL(a.About.Upstream),
		Validation: a.About.Validation, Edition: a.About.Edition,
		Workspace: r.workspace, BasePath: a.About.BasePath, FlagsFrom: a.flagsFrom(),
	}
	for _, o := range a.Contract.Operations() {
		out.Operations = append(out.Operations, wireOperation{Operation: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Grade: a.gradeOf(o), Statuses: o.Statuses()})
	}
	return ok(out)
}

// gradeOf returns how a mock answers an operation; empty for a proxy.
func (a *api) gradeOf(o *spec.Operation) openapi.Grade {
	if a.mode == modeProxy {
		return ""
	}
	return o.GradeIn(spec.Edition(a.About.Edition))
}

// wireFlagsFrom is the instance whose flags are followed.
type wireFlagsFrom struct {
	URL       string     `json:"url"`
	CopiedAt  time.Time  `json:"copiedAt"`
	CheckedAt *time.Time `json:"checkedAt"`
	Problem   *string    `json:"problem"`
}

func (a *api) flagsFrom() *wireFlagsFrom {
	if a.FlagsFrom == nil {
		return nil
	}
	state := a.FlagsFrom()
	if state == nil {
		return nil
	}
	out := &wireFlagsFrom{URL: state.URL, CopiedAt: state.CopiedAt.UTC(), Problem: engine.OrNull(state.Problem)}
	if !state.CheckedAt.IsZero() {
		out.CheckedAt = new(state.CheckedAt.UTC())
	}
	return out
}

// shownURL returns a URL without anything that could be a secret.
func shownURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.String()
}

type wireWorkspaces struct {
	Workspaces []wireWorkspace `json:"workspaces"`
	Max        int             `json:"max"`
	IdleAfter  string          `json:"idleAfter"`
}

func (m *Mock) listWorkspaces(_ context.Context, r *request) (response, error) {
	resting := m.workspaces.Resting()
	if err := r.reserve(perWorkspace * int64(m.workspaces.Stats().Present+len(resting))); err != nil {
		return response{}, err
	}
	out := wireWorkspaces{Workspaces: []wireWorkspace{}, Max: max(m.workspaces.Max, 0), IdleAfter: max(m.workspaces.IdleAfter, 0).String()}
	for _, w := range m.workspaces.List() {
		if w.Kept() {
			out.Workspaces = append(out.Workspaces, m.described(w))
		}
	}
	for _, stored := range resting {
		out.Workspaces = append(out.Workspaces, m.rested(stored))
	}
	slices.SortStableFunc(out.Workspaces, func(a, b wireWorkspace) int { return strings.Compare(a.Path, b.Path) }) // the default one, without a path, first
	return ok(out)
}

func (m *Mock) createWorkspace(_ context.Context, r *request) (response, error) {
	var wanted struct{ Name string }
	if err := json.Unmarshal(r.body, &wanted); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	w, made, err := m.workspaces.Make(wanted.Name)
	if err != nil {
		return response{}, err
	}
	if !made {
		return ok(m.described(w))
	}
	return response{status: http.StatusCreated, location: "workspaces/" + w.Name, value: m.described(w)}, nil
}

func (m *Mock) deleteWorkspaces(context.Context, *request) (response, error) {
	count, err := m.workspaces.RemoveAll()
	if err != nil {
		return response{}, err
	}
	return ok(removed{Removed: count})
}

func (m *Mock) getWorkspace(_ context.Context, r *request) (response, error) {
	w, err := m.workspaces.Known(r.path["name"])
	if err != nil {
		return response{}, err
	}
	return ok(m.described(w))
}

func (m *Mock) deleteWorkspace(_ context.Context, r *request) (response, error) {
	if err := m.workspaces.Remove(r.path["name"]); err != nil {
		return response{}, err
	}
	return ok(removed{Removed: 1})
}

// rested describes a workspace that is stored but not in memory.
func (m *Mock) rested(stored store.Stored) wireWorkspace {
	written := stored.Written.UTC()
	return wireWorkspace{
		Name: stored.Name, Path: workspace.Path(stored.Name), Instance: m.Instance, CreatedAt: written, UsedAt: written, Now: written,
		Rows: map[string]int{}, Resting: true,
	}
}
