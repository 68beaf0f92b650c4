package workspace

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
)

// stored is what a process knows about a workspace in a store.
type stored struct {
	// open is held for reading during an operation, and for writing while the workspace
	// leaves this process.
	open sync.RWMutex

	session atomic.Int64 // in which the workspace was taken
	losses  atomic.Int64 // times that changes may have been lost
	failing atomic.Bool  // the last write failed
	ended   atomic.Bool  // this process no longer owns the workspace
	// became is the stored instance that has last taken the place of another; nil for none.
	became atomic.Pointer[Instance]

	mu       sync.Mutex // held while taking or writing the workspace; never waits for open
	revision int64      // of the stored content; 0 for none
	tried    bool       // a write was not confirmed, and may have succeeded
	written  mark       // the mark of the stored content
	last     time.Time  // time of the last write, successful or not
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
	losses int64
}

// Begin begins an operation on the workspace, which stays in this process until the
// operation ends. It waits while the workspace is leaving. The error is ErrElsewhere if it
// has left, or if another process has it.
func (w *Workspace) Begin() (Operation, error) {
	s := w.stored
	if s == nil {
		return Operation{}, nil
	}
	if err := w.registry.persist.stillOwned(w); err != nil { // the request may have waited since it found w
		return Operation{}, err
	}
	s.open.RLock()
	losses := s.losses.Load() // first: what is lost from now on is noticed
	if s.ended.Load() {
		s.open.RUnlock()
		return Operation{}, ErrElsewhere
	}
	return Operation{w, markOf(w.Instance()), losses}, nil
}

// Restored reports whether the instance has come from the store in place of another, so
// that a request which was for that one goes on with it. A reset leaves such requests behind.
func (o Operation) Restored() bool {
	return o.Workspace != nil && o.stored.became.Load() == o.before.instance
}

// End ends the operation. If answers have to wait for the store, the error is ErrNotStored
// when the changes could not be stored, and ErrElsewhere when they may have been lost to
// another process.
func (o Operation) End() error {
	w := o.Workspace
	if w == nil {
		return nil
	}
	after := markOf(w.Instance())
	w.stored.open.RUnlock()
	p := w.registry.persist
	if !p.Always || after == o.before || !w.Kept() {
		return nil
	}
	if err := p.write(w); err != nil {
		return err
	}
	if w.stored.losses.Load() != o.losses {
		return ErrElsewhere
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
	return !w.stored.ended.Load() && markOf(w.Instance()) != w.stored.written && now.Sub(w.stored.last) >= writeEvery
}

// become replaces the instance with the stored one.
func (w *Workspace) become(instance *Instance) {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.stored.became.Store(instance) // first, for operations that begin now
	w.replace(instance)
}
