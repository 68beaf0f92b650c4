// Package workspace holds the instances that one mock provides. Each workspace has its
// own state, tokens, rules, clock, limits and journal, and shares nothing with the
// others.
package workspace

import (
	"fmt"
	"io"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flags"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
)

// Default is the name of the workspace for requests that name none. It always exists.
const Default = "default"

// Header is the request header that selects a workspace.
const Header = "Unleash-Mock-Workspace"

// PathPrefix is the beginning of a request path that selects a workspace. The name
// follows it.
const PathPrefix = "/w/"

// names matches the allowed names, which appear in paths, metrics and logs.
var names = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,62}$`)

// validName reports whether a workspace may have that name.
func validName(name string) bool { return names.MatchString(name) }

// Path returns what the request paths of a workspace begin with; empty for Default.
func Path(name string) string {
	if name == Default {
		return ""
	}
	return PathPrefix + name
}

// Instance is what a reset of a workspace replaces, as a whole. An operation loads it
// once, and is not affected by a later reset.
type Instance struct {
	Store *engine.Store
	Clock *clock.Clock
	// Rules are the rules in force.
	Rules *rules.Set
	// Replay is the position in the recorded answers; may be nil.
	Replay *replay.Cursor
	// Limiters has one limiter for each limit of the resources; nil if the limit is lifted.
	Limiters []*ratelimit.Limiter
	// Follow keeps the flags in step with those of another instance; may be nil.
	Follow *flags.Following
	// Random is the source of error ids and secrets. It is safe for concurrent use.
	Random io.Reader
}

// Request returns the request of a change that no client asked for over HTTP.
func (i *Instance) Request() engine.Request {
	return engine.Request{Now: i.Clock.Now(), Random: i.Random}
}

// Workspace is one mocked instance.
type Workspace struct {
	Name string
	// Path is what the paths of its requests begin with; empty for Default.
	Path    string
	Created time.Time // in real time
	// Journal is closed when the workspace is removed or the registry is closed.
	Journal *journal.Journal

	instance atomic.Pointer[Instance]
	registry *Registry
	build    func(name string) (*Instance, error)
	writing  sync.Mutex // held while replacing the instance

	kept atomic.Bool  // whether it is registered
	used atomic.Int64 // how old the registry was when it was last used
	last atomic.Int64 // when that was, in nanoseconds since 1970
	busy atomic.Int64 // number of holders

	streams atomic.Int64 // number of open streams

	stored *stored // its state in the store; nil without a store
}

// Instance returns the current instance of the workspace.
func (w *Workspace) Instance() *Instance { return w.instance.Load() }

// Reset replaces the instance with one from the seed, and clears the journal.
func (w *Workspace) Reset() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	fresh, err := w.build(w.Name)
	if err != nil {
		return fmt.Errorf("resetting workspace %s: %w", w.Name, err)
	}
	w.replace(fresh)
	w.Journal.Clear()
	return nil
}

// Replace replaces the store and stops following flags; everything else stays.
func (w *Workspace) Replace(store *engine.Store) {
	w.writing.Lock()
	defer w.writing.Unlock()
	next := *w.instance.Load()
	next.Store, next.Follow = store, nil
	w.replace(&next)
}

// replace replaces the instance. Open streams continue with the new one.
func (w *Workspace) replace(next *Instance) {
	before := w.instance.Load().Store
	next.Store.Succeed(before)
	w.instance.Store(next)
	if s := w.stored; s != nil && s.became.Load() != next {
		s.became.Store(nil) // it would keep the memory of that instance
	}
	before.Retire()
}

// Follow makes the flags follow those of another instance; begin sets them for the first
// time.
func (w *Workspace) Follow(begin func(*Instance) (*flags.Following, error)) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	next := *w.instance.Load()
	var err error
	if next.Follow, err = begin(&next); err == nil {
		w.instance.Store(&next)
	}
	return err
}

// Kept reports whether the workspace is registered, so that others can find it. Otherwise
// it belongs to a single request.
func (w *Workspace) Kept() bool { return w.kept.Load() }

// Used returns when the workspace was last used.
func (w *Workspace) Used() time.Time { return time.Unix(0, w.last.Load()).UTC() }

// use records a use.
func (w *Workspace) use(now time.Time) {
	w.last.Store(now.UnixNano())
	w.used.Store(w.registry.age(now))
}

// Hold prevents the workspace from being removed as idle, or to make room, until release is
// called, which counts as a use.
func (w *Workspace) Hold() (release func()) {
	w.busy.Add(1)
	return func() {
		w.use(time.Now()) // first: who finds nobody busy sees it
		w.busy.Add(-1)
	}
}

// HoldStream is Hold for a stream; ok is false if most streams are already open.
func (w *Workspace) HoldStream(most int64) (release func(), ok bool) {
	if w.streams.Add(1) > most {
		w.streams.Add(-1)
		return nil, false
	}
	let := w.Hold()
	return func() { w.streams.Add(-1); let() }, true
}

// Streams returns how many streams are open.
func (w *Workspace) Streams() int64 { return w.streams.Load() }
