package mockserver

import (
	"errors"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// Bounds are how much a server keeps. A field of 0 or less is any number or never,
// but for Journal, which then keeps nothing, and Signals.
type Bounds struct {
	// Workspaces is how many there may be besides the first.
	Workspaces int
	// WorkspaceIdle is after how long without a request a workspace is removed.
	WorkspaceIdle time.Duration
	// Journal is how many exchanges each workspace's journal keeps; all are counted.
	Journal int
	// Signals is how many signals each workspace keeps; the oldest go first.
	Signals int
}

// DefaultBounds returns the bounds of a server that is not told others.
func DefaultBounds() Bounds {
	return Bounds{Workspaces: 5000, WorkspaceIdle: 30 * time.Minute, Journal: journal.DefaultSize, Signals: 100_000}
}

// WithBounds sets how much the server keeps; DefaultBounds is the default.
func WithBounds(bounds Bounds) Option {
	return func(c *config) error {
		c.bounds = bounds
		return nil
	}
}

// WithDeterministic makes ids, secrets and timestamps repeat from run to run: in
// each workspace they depend on its name and on what was asked of it before, and
// the time stands still at the beginning of 2026 until it is changed.
func WithDeterministic() Option {
	return func(c *config) error {
		c.deterministic = true
		return nil
	}
}

// WithControlToken lets only those use the control API who have the token. Without
// one of the options for the control API, everybody may who reaches the server.
func WithControlToken(secret string) Option {
	return func(c *config) error {
		if secret == "" {
			return errors.New("the token of the control API is empty")
		}
		c.secrets.Add(secret)
		c.access = control.TokenAccess(secret)
		return nil
	}
}

// WithControlOnLoopback is for a server that listens on a loopback address only:
// the control API answers requests for that address, and no others.
func WithControlOnLoopback() Option {
	return func(c *config) error {
		c.access = control.LoopbackAccess()
		return nil
	}
}

// WithoutControl turns the control API off.
func WithoutControl() Option {
	return func(c *config) error {
		c.access = control.NoAccess()
		return nil
	}
}
