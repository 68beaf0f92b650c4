package workspace

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
)

// stored is what a process knows about a workspace in a store.
type stored struct {
	// open is held for reading during an operation. gone is set when the workspace is let
	// go; no operation may begin then.
	open sync.RWMutex
	gone bool

	session atomic.Int64 // in which the workspace was taken
	failing atomic.Bool  // the last write failed

	mu       sync.Mutex // held while taking or writing the workspace
	revision int64      // of the stored content; 0 for none
	written  mark       // the mark of the stored content
	last     time.Time  // time of the last write, successful or not
	ended    bool       // this process no longer owns the workspace
}

// mark identifies the state of an instance. If two marks are equal, nothing worth storing
// has changed between them.
type mark struct {
	instance *Instance
	commits  int64
	clock    *clock.Setting
	rules    int64
}

func markOf(instance *Instance) mark {
	out := mark{instance: instance, commits: instance.Store.Commits(), clock: instance.Clock.Setting()}
	if instance.Rules != nil {
		out.rules = instance.Rules.Changes()
	}
	return out
}

// Operation is an operation on a workspace.
type Operation struct {
	*Workspace
	before mark
}

// Begin begins an operation on the workspace, which stays in this process until the
// operation ends. The error is ErrElsewhere if it has been let go to the store meanwhile.
func (w *Workspace) Begin() (Operation, error) {
	if w.stored == nil {
		return Operation{}, nil
	}
	w.stored.open.RLock()
	if w.stored.gone {
		w.stored.open.RUnlock()
		return Operation{}, ErrElsewhere
	}
	return Operation{w, markOf(w.Instance())}, nil
}

// End ends the operation. If answers have to wait for the store, the error is
// ErrNotStored when the changes could not be stored.
func (o Operation) End() error {
	w := o.Workspace
	if w == nil {
		return nil
	}
	after := markOf(w.Instance())
	w.stored.open.RUnlock()
	if p := w.registry.persist; p.Always && after != o.before && w.Kept() {
		return p.write(w)
	}
	return nil
}

// changed reports whether the workspace differs from what is stored, or is being written.
// An untouched instance counts as unchanged.
func (w *Workspace) changed() bool {
	if !w.stored.mu.TryLock() {
		return true
	}
	defer w.stored.mu.Unlock()
	return markOf(w.Instance()) != w.stored.written
}

// due reports whether the workspace should be written now.
func (w *Workspace) due(now time.Time) bool {
	if !w.stored.mu.TryLock() { // it is being written
		return false
	}
	defer w.stored.mu.Unlock()
	return !w.stored.ended && markOf(w.Instance()) != w.stored.written && now.Sub(w.stored.last) >= writeEvery
}

// close prevents further operations, and waits for those in progress.
func (s *stored) close() {
	s.open.Lock()
	defer s.open.Unlock()
	s.gone = true
}

// reopen undoes close.
func (s *stored) reopen() {
	s.open.Lock()
	defer s.open.Unlock()
	s.gone = false
}

// become replaces the instance with the stored one.
func (w *Workspace) become(instance *Instance) {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.replace(instance)
}
