package target

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// The paths of a mock's control API.
const (
	workspacesPath = "/_mock/workspaces"
	clockPath      = "/_mock/clock"
)

// Enter creates a workspace on a mock whose control API is open, and from then on sends
// everything there. Nothing else may use the client meanwhile. It reports whether it
// succeeded.
func (c *Client) Enter(ctx context.Context, name string) bool {
	made, err := c.once(ctx, controlRequest(http.MethodPost, workspacesPath, fmt.Sprintf(`{"name":%q}`, name)))
	if err != nil || made.Status != http.StatusCreated {
		return false // the run continues where it is
	}
	c.workspace = name
	return true
}

// Leave removes the workspace that Enter created, if there is one.
func (c *Client) Leave(ctx context.Context) error {
	if c.workspace == "" {
		return nil
	}
	own := c.workspace
	c.workspace = ""
	return c.RemoveWorkspace(ctx, own)
}

// Workspace is a workspace of a mock.
type Workspace struct {
	Name      string
	CreatedAt time.Time
}

// Workspaces returns the workspaces of a mock, none if its control API is closed.
func (c *Client) Workspaces(ctx context.Context) []Workspace {
	var list struct{ Workspaces []Workspace }
	if x, err := c.once(ctx, controlRequest(http.MethodGet, workspacesPath, "")); err != nil || json.Unmarshal(x.Received, &list) != nil {
		return nil
	}
	return list.Workspaces
}

// RemoveWorkspace removes a workspace of a mock, if it is there.
func (c *Client) RemoveWorkspace(ctx context.Context, name string) error {
	gone, err := c.once(ctx, controlRequest(http.MethodDelete, WorkspacePath(name), ""))
	if err == nil && !gone.Succeeded() && gone.Status != http.StatusNotFound {
		err = fmt.Errorf("its removal was refused: %s", gone.Summary())
	}
	if err != nil {
		return fmt.Errorf("removing the workspace %s: %w", name, err)
	}
	return nil
}

// WorkspacePath returns the path at which the control API has a workspace.
func WorkspacePath(name string) string { return workspacesPath + "/" + name }

// base returns the URL that requests are relative to: the target's, or that of the run's
// workspace.
func (c *Client) base() string {
	if c.workspace == "" {
		return c.Address.Base
	}
	return c.Address.Base + "/w/" + c.workspace
}

func controlRequest(method, path, body string) Request {
	r := Request{Method: method, Path: path, Header: http.Header{}}
	if body != "" {
		r.Body = []byte(body)
		r.Header.Set("Content-Type", JSON)
	}
	return r
}

// wait lets time pass on the target. In a workspace of the run's own it advances the clock,
// which limits follow.
func (c *Client) wait(ctx context.Context, pause time.Duration) error {
	if c.workspace != "" && pause > 0 && ctx.Err() == nil {
		x, err := c.once(ctx, controlRequest(http.MethodPut, clockPath, fmt.Sprintf(`{"advance":%q}`, pause)))
		if err == nil && x.Succeeded() {
			return context.Cause(ctx)
		}
	}
	began := time.Now()
	defer func() { c.waited.Add(int64(time.Since(began))) }()
	return Sleep(ctx, pause)
}

// Waited returns how long requests have waited for limits of the target in total.
func (c *Client) Waited() time.Duration { return time.Duration(c.waited.Load()) }
