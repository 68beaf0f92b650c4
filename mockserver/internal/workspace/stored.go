package workspace

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
)

// stored is what a process knows of a workspace in a store.
type stored struct {
	// open is held for reading while an operation is under way; gone is set when the
	// workspace is let go, and none may begin.
	open sync.RWMutex
	gone bool

	session atomic.Int64 // in which it was taken
	failing atomic.Bool  // the last write of it failed

	mu       sync.Mutex // of those who take or write it
	revision int64      // of what is stored; 0 for nothing
	written  mark       // what is stored shows
	last     time.Time  // when it was written last, or that was tried
	ended    bool       // it is this process's no longer
}

// mark is a state of an instance: two that are equal have nothing between them that is
// worth writing.
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

// Operation is something that is done to a workspace.
type Operation struct {
	*Workspace
	before mark
}

// Begin says that an operation on the workspace begins, until whose end it stays in this
// process. The error is ErrElsewhere if it has gone to the store meanwhile.
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

// End says that the operation has ended. Where every answer waits for the store, the error
// is ErrNotStored if what it has changed is not there.
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
// An instance that nothing was done to is not worth storing.
func (w *Workspace) changed() bool {
	if !w.stored.mu.TryLock() {
		return true
	}
	defer w.stored.mu.Unlock()
	return markOf(w.Instance()) != w.stored.written
}

// due reports whether the workspace is to be written now.
func (w *Workspace) due(now time.Time) bool {
	if !w.stored.mu.TryLock() { // somebody writes it
		return false
	}
	defer w.stored.mu.Unlock()
	return !w.stored.ended && markOf(w.Instance()) != w.stored.written && now.Sub(w.stored.last) >= writeEvery
}

// close lets nobody begin, and waits for those who have.
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

// become replaces what the workspace is by what is stored.
func (w *Workspace) become(instance *Instance) {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.replace(instance)
}
