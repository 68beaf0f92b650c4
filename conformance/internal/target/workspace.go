package target

import (
	"context"
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
	gone, err := c.once(ctx, controlRequest(http.MethodDelete, workspacesPath+"/"+own, ""))
	if err == nil && !gone.Succeeded() && gone.Status != http.StatusNotFound {
		err = fmt.Errorf("its removal was refused: %s", gone.Summary())
	}
	if err != nil {
		return fmt.Errorf("removing the workspace %s: %w", own, err)
	}
	return nil
}

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
	return sleep(ctx, pause)
}

// Waited returns how long requests have waited for limits of the target in total.
func (c *Client) Waited() time.Duration { return time.Duration(c.waited.Load()) }
