// Package clock provides a clock that tests can set, freeze and advance.
package clock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Clock is a workspace's time. It shows the time of its source until it is changed. It is
// safe for concurrent use; reading it takes no lock.
type Clock struct {
	source func() time.Time

	mu      sync.Mutex // held by writers
	setting atomic.Pointer[Setting]
}

// Setting is the difference between a clock and its source. It is never changed.
type Setting struct {
	Frozen bool          `json:"frozen"`
	At     time.Time     `json:"at"`     // if frozen
	Offset time.Duration `json:"offset"` // if not frozen, in nanoseconds
}

// New returns a clock that shows the source's time.
func New(source func() time.Time) *Clock { return &Clock{source: source} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	current := c.setting.Load()
	if current == nil {
		return c.source()
	}
	return current.now(c.source)
}

func (s *Setting) now(source func() time.Time) time.Time {
	if s.Frozen {
		return s.At
	}
	return source().Add(s.Offset)
}

// Real reports whether the clock shows its source's time.
func (c *Clock) Real() bool { return c.setting.Load() == nil }

// Reading is what a clock shows.
type Reading struct {
	Now    time.Time
	Frozen bool
	// Real is true if the clock shows its source's time.
	Real bool
}

// Read returns what the clock shows.
func (c *Clock) Read() Reading {
	current := c.setting.Load()
	if current == nil {
		return Reading{Now: c.source(), Real: true}
	}
	return Reading{Now: current.now(c.source), Frozen: current.Frozen}
}

// Change says how to change a clock: first Now, then Advance, then Frozen. A nil field
// changes nothing.
type Change struct {
	Now     *time.Time
	Advance time.Duration // 0 or more
	Frozen  *bool
}

// The range of a clock: years that every client can print, and that a duration can reach
// from today.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// ErrRange is the error for a change that would leave the range of a clock.
var ErrRange = errors.New("a clock can only be set to the years 1900 to 2200")

// Set changes the clock and returns what it shows now. The error is an ErrRange; the
// clock is unchanged then.
func (c *Clock) Set(change Change) (Reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	source := c.source()
	before := c.setting.Load()
	next := Setting{}
	if before != nil {
		next = *before
	}
	now := next.now(func() time.Time { return source })
	if change.Now != nil {
		now = *change.Now
	}
	now = now.Add(change.Advance)
	if change.Frozen != nil {
		next.Frozen = *change.Frozen
	}
	if err := check(now); err != nil {
		return Reading{}, err
	}
	next.At, next.Offset = now, now.Sub(source)
	c.setting.Store(&next)
	return Reading{Now: now, Frozen: next.Frozen}, nil
}

func check(now time.Time) error {
	if now.Before(earliest) || !now.Before(latest) {
		return fmt.Errorf("%w, not to %s", ErrRange, now.UTC().Format(time.RFC3339))
	}
	return nil
}

// Setting returns the difference between the clock and its source; nil if there is none.
// Each change makes a new one.
func (c *Clock) Setting() *Setting { return c.setting.Load() }

// Restore applies the setting of another clock. A running clock may have left the range
// meanwhile, or its source may have been set; a frozen one gets an ErrRange.
func (c *Clock) Restore(setting *Setting) error {
	if setting == nil {
		c.Reset()
		return nil
	}
	if setting.Frozen {
		if err := check(setting.At); err != nil {
			return err
		}
	}
	c.setting.Store(setting)
	return nil
}

// Reset makes the clock show its source's time again.
func (c *Clock) Reset() { c.setting.Store(nil) }
