package mockserver

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
)

// workspace is one instance's state and what counts against its limits. Two
// workspaces share nothing.
type workspace struct {
	store          atomic.Pointer[state.Store]
	calls          *ratelimit.Limiter // nil if not limited
	personalTokens *ratelimit.Limiter // nil if not limited
	violations     violationLog
}

func newWorkspace(c *config) (*workspace, error) {
	w := &workspace{}
	if c.limits.CallsPerSecond > 0 {
		w.calls = ratelimit.New(c.limits.CallsPerSecond, time.Second)
	}
	if c.limits.PersonalTokenPerMinute > 0 {
		w.personalTokens = ratelimit.New(c.limits.PersonalTokenPerMinute, time.Minute)
	}
	if err := w.reset(c); err != nil {
		return nil, err
	}
	return w, nil
}

// reset builds a fresh store from the seed and puts it in the place of the old
// one at once.
func (w *workspace) reset(c *config) error {
	planted, err := c.seed(c.now())
	if err != nil {
		return fmt.Errorf("reading the seed: %w", err)
	}
	store, err := state.New(planted, state.Options{MaxSignals: c.maxSignals})
	if err != nil {
		return fmt.Errorf("planting the seed: %w", err)
	}
	w.store.Store(store)
	return nil
}
