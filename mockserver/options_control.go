package mockserver

import (
	"errors"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
)

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
