// Package workspace keeps the instances that one mock plays: each workspace has
// its own state, tokens, rules, clock, limits and journal, and shares nothing
// with the others.
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

// Default is the name of the workspace of requests that name none. It is always
// there.
const Default = "default"

// Header is the request header that picks a workspace.
const Header = "Unleash-Mock-Workspace"

// PathPrefix is what the path of a request begins with that picks a workspace;
// the name follows.
const PathPrefix = "/w/"

// names are the allowed ones: they stand in paths, in metrics and in logs.
var names = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,62}$`)

// ValidName reports whether a workspace may have that name.
func ValidName(name string) bool { return names.MatchString(name) }

// Path is what the paths of requests of a workspace begin with; empty for
// Default.
func Path(name string) string {
	if name == Default {
		return ""
	}
	return PathPrefix + name
}

// Instance is what a workspace goes back to by a reset, in one piece: a request
// takes it once, and sees nothing of a reset that comes later.
type Instance struct {
	Store *engine.Store
	Clock *clock.Clock
	// Rules are those in force.
	Rules *rules.Set
	// Replay is how far the recorded answers were given; nil for none.
	Replay *replay.Cursor
	// Limiters count what is limited, one for each limit of the resources; nil for a
	// limit that is lifted.
	Limiters []*ratelimit.Limiter
	// Follow keeps the flags in step with those of another instance; nil for none.
	Follow *flags.Following
	// Random is where ids of errors and secrets come from. It is safe for
	// concurrent use.
	Random io.Reader
}

// Workspace is one mocked instance.
type Workspace struct {
	Name string
	// Path is what the paths of its requests begin with; empty for Default.
	Path    string
	Created time.Time // in real time
	// Journal is closed when the workspace is removed or the registry closed.
	Journal *journal.Journal

	instance atomic.Pointer[Instance]
	registry *Registry
	build    func(name string) (*Instance, error)
	writing  sync.Mutex // of those who replace the instance

	kept atomic.Bool  // whether it is one of the registry's
	used atomic.Int64 // when it was last used, in nanoseconds since 1970
	busy atomic.Int64 // how many hold it

	streams atomic.Int64 // how many are open

	stored *stored // what the store has of it; nil without a store
}

// Instance returns what the workspace is now.
func (w *Workspace) Instance() *Instance { return w.instance.Load() }

// Reset replaces the instance by the seed's, and empties the journal.
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

// Replace replaces the store, whose flags follow no other instance; all else stays.
func (w *Workspace) Replace(store *engine.Store) {
	w.writing.Lock()
	defer w.writing.Unlock()
	next := *w.instance.Load()
	next.Store, next.Follow = store, nil
	w.replace(&next)
}

// replace puts an instance in the place of the one that there is. Streams go on with it.
func (w *Workspace) replace(next *Instance) {
	before := w.instance.Load().Store
	next.Store.Succeed(before)
	w.instance.Store(next)
	before.Retire()
}

// Follow has the flags follow those of another instance; begin puts them.
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

// Kept reports whether others can find the workspace. One that is not kept is for a
// single request.
func (w *Workspace) Kept() bool { return w.kept.Load() }

// Used returns when the workspace was last used.
func (w *Workspace) Used() time.Time { return time.Unix(0, w.used.Load()).UTC() }

// Hold keeps the workspace from being removed for idleness until release is called.
func (w *Workspace) Hold() (release func()) {
	w.busy.Add(1)
	return func() { w.busy.Add(-1) }
}

// HoldStream is Hold for a stream; false if that many are open already.
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
