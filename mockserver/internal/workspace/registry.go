package workspace

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// Options configure a registry.
type Options struct {
	// Build makes the instance of a workspace from the seed.
	Build func(name string) (*Instance, error)
	// Max is how many workspaces there may be besides Default; 0 or less means no limit.
	Max int
	// IdleAfter is the time without a request after which a workspace is removed; 0 or less
	// means never.
	IdleAfter time.Duration
	// JournalSize is how many exchanges each journal keeps.
	JournalSize int
	// Bytes limits the estimated memory of all workspaces together; 0 or less means no
	// limit. A journal may take a sixteenth of it.
	Bytes int64
	// Secrets knows the secrets of this run, so that no journal shows them; may be nil.
	Secrets *secrets.Redactor
}

// Registry holds the workspaces of one mock. It is safe for concurrent use.
type Registry struct {
	Options
	// Requests is the memory shared by requests until they are answered. Answers is the
	// memory shared by large answers and by states in transfer. Both are nil if memory has
	// no limit.
	Requests, Answers *memlimit.Budget

	fallback atomic.Pointer[Workspace]
	persist  *persistence // nil without a store

	making sync.Mutex // held while adding or removing
	mu     sync.RWMutex
	byName map[string]*Workspace
	closed bool

	began     time.Time
	nextSweep atomic.Int64 // in nanoseconds since began
	made      atomic.Int64
	evicted   atomic.Int64

	grown     atomic.Int64 // bytes possibly added since the last measurement
	relieving sync.Mutex   // held while measuring
}

// NameError says that a workspace cannot have this name.
type NameError struct{ Name string }

func (e *NameError) Error() string {
	return fmt.Sprintf("%q is not a valid workspace name: up to 63 letters, digits, dots, hyphens and underscores, not starting with a dot", e.Name)
}

// LimitError says that the limit of workspaces is reached.
type LimitError struct{ Max int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("there are already %d workspaces, as many as allowed; remove some or raise the limit", e.Max)
}

// Errors of Remove.
var (
	ErrNotFound = errors.New("there is no such workspace")
	ErrDefault  = errors.New("the workspace default cannot be removed, only reset")
)

// NewRegistry returns a registry that holds the workspace Default.
func NewRegistry(options Options) (*Registry, error) {
	r := &Registry{Options: options, byName: map[string]*Workspace{}, began: time.Now(), Requests: memlimit.New(options.Bytes / 4)}
	r.Answers = memlimit.New(r.answersRoom(0))
	fallback, err := r.build(Default)
	if err != nil {
		return nil, err
	}
	fallback.kept.Store(true)
	r.fallback.Store(fallback)
	return r, nil
}

// age returns how old the registry is, in nanoseconds. It does not grow while the machine sleeps
// (Windows counts that) or when its clock is set, so that no workspace becomes idle by that.
func (r *Registry) age(now time.Time) int64 { return int64(now.Sub(r.began)) }

func (r *Registry) build(name string) (*Workspace, error) {
	instance, err := r.Build(name)
	if err != nil {
		return nil, err
	}
	return r.around(name, instance), nil
}

// around returns a workspace that holds an instance.
func (r *Registry) around(name string, instance *Instance) *Workspace {
	w := &Workspace{
		Name: name, Path: Path(name), Created: time.Now().UTC(), Journal: journal.New(r.JournalSize, int(r.Bytes/16), r.Secrets), build: r.Build, registry: r,
	}
	w.instance.Store(instance)
	w.use(time.Now())
	if r.persist != nil {
		w.stored = &stored{written: markOf(instance)}
	}
	return w
}

// Default returns the workspace for requests that name none.
func (r *Registry) Default() *Workspace { return r.fallback.Load() }

// Get returns the workspace with a name for use, and makes it if it does not exist. The
// error is a *NameError, a *LimitError or one of Build.
func (r *Registry) Get(name string) (*Workspace, error) {
	w, _, err := r.Make(name)
	return w, err
}

// Make is Get, and reports whether the workspace was made.
func (r *Registry) Make(name string) (w *Workspace, made bool, err error) {
	if w, err = r.Open(name, false); err != nil {
		return nil, false, err
	}
	return r.Keep(w)
}

// Open returns the workspace with a name for use. If it does not exist, Open returns a
// fresh one that nobody else sees and that disappears after the request unless it is
// kept, because anyone who sends requests can make up names. For a request with
// credentials, a stored workspace counts as existing. The error is a *NameError, an
// *UnfitError, ErrElsewhere or one of Build.
func (r *Registry) Open(name string, withCredentials bool) (*Workspace, error) {
	now := time.Now()
	if r.persist != nil {
		return r.persist.open(name, withCredentials, now)
	}
	if name == Default {
		w := r.Default()
		w.use(now)
		return w, nil
	}
	if age := r.age(now); age >= r.nextSweep.Load() {
		r.sweep(age)
	}
	if w := r.use(name, now); w != nil {
		return w, nil
	}
	return r.fresh(name)
}

// fresh makes a workspace that belongs to a single request until it is kept.
func (r *Registry) fresh(name string) (*Workspace, error) {
	if !validName(name) {
		return nil, &NameError{Name: name}
	}
	w, err := r.build(name)
	if err != nil {
		return nil, fmt.Errorf("creating workspace %s: %w", name, err)
	}
	return w, nil
}

// Keep registers a workspace from Open, and reports whether it was new. If another one
// with that name was kept in the meantime, or is stored, Keep returns that one. The error
// is a *LimitError, an *UnfitError or ErrElsewhere.
func (r *Registry) Keep(w *Workspace) (kept *Workspace, made bool, err error) {
	if w.kept.Load() {
		return w, false, nil
	}
	if r.persist != nil {
		kept, made, err = r.persist.obtain(w.Name, w)
	} else {
		kept, made, err = r.add(w)
	}
	if made {
		kept.Grown(instanceSize)
	}
	return kept, made, err
}

func (r *Registry) add(w *Workspace) (kept *Workspace, made bool, err error) {
	r.making.Lock()
	defer r.making.Unlock()
	if other := r.use(w.Name, time.Now()); other != nil {
		return other, false, nil
	}
	if r.Max > 0 && w.Name != Default && r.size() >= r.Max {
		return nil, false, &LimitError{Max: r.Max}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w.kept.Store(true)
	if w.Name == Default {
		r.fallback.Store(w)
	} else {
		r.made.Add(1)
		r.byName[w.Name] = w
	}
	if r.closed {
		w.Journal.Close()
	}
	return w, true, nil
}

// use finds a workspace and marks it as used. Both happen under one lock, so that no
// sweep can intervene.
func (r *Registry) use(name string, now time.Time) *Workspace {
	r.mu.RLock()
	defer r.mu.RUnlock()
	w := r.byName[name]
	if name == Default {
		if w = r.Default(); !w.Kept() {
			return nil
		}
	}
	if w != nil {
		w.use(now)
	}
	return w
}

func (r *Registry) size() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.byName)
}

// Find returns a workspace without using or making it; nil if it does not exist.
func (r *Registry) Find(name string) *Workspace {
	if name == Default {
		return r.Default()
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byName[name]
}

// List returns the workspaces sorted by name, Default first.
func (r *Registry) List() []*Workspace {
	list := r.others()
	slices.SortFunc(list, func(a, b *Workspace) int { return strings.Compare(a.Name, b.Name) })
	return slices.Insert(list, 0, r.Default())
}

// others returns the workspaces besides Default, in any order.
func (r *Registry) others() []*Workspace {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.AppendSeq(make([]*Workspace, 0, len(r.byName)+1), maps.Values(r.byName))
}

// Remove removes a workspace. The error is ErrNotFound or ErrDefault.
func (r *Registry) Remove(name string) error {
	if name == Default {
		return ErrDefault
	}
	if r.persist != nil {
		return r.persist.remove(name)
	}
	if r.removeIf(func(w *Workspace) bool { return w.Name == name }) == 0 {
		return ErrNotFound
	}
	return nil
}

// RemoveAll removes all workspaces except Default, including stored ones that no other
// process owns, and returns how many.
func (r *Registry) RemoveAll() (int, error) {
	if r.persist != nil {
		return r.persist.removeAll()
	}
	return r.removeIf(func(*Workspace) bool { return true }), nil
}

// drop removes a workspace, and reports whether it was registered.
func (r *Registry) drop(w *Workspace) bool {
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.Name == Default {
		if fresh, err := r.build(Default); err == nil { // as at the start
			r.fallback.CompareAndSwap(w, fresh)
		} else {
			w.kept.Store(false) // so that the next request replaces it
		}
	} else if r.byName[w.Name] != w {
		return false
	}
	delete(r.byName, w.Name)
	w.Journal.Close()
	return true
}

func (r *Registry) removeIf(condition func(*Workspace) bool) int {
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for name, w := range r.byName {
		if !condition(w) {
			continue
		}
		delete(r.byName, name)
		w.Journal.Close()
		count++
	}
	return count
}

// Limits of the time between searches for idle workspaces.
const (
	minSweep = time.Second
	maxSweep = time.Minute
)

// sweep removes the workspaces that were idle for too long. Requests trigger it; without
// requests, nothing grows.
func (r *Registry) sweep(now int64) {
	if r.IdleAfter <= 0 {
		r.nextSweep.Store(now + int64(maxSweep))
		return
	}
	next := now + int64(min(max(r.IdleAfter/4, minSweep), maxSweep))
	if last := r.nextSweep.Load(); last > now || !r.nextSweep.CompareAndSwap(last, next) {
		return // another request sweeps
	}
	before := now - int64(r.IdleAfter)
	r.evicted.Add(int64(r.removeIf(func(w *Workspace) bool { return w.busy.Load() == 0 && w.used.Load() < before })))
}

// Close closes the journals of all workspaces, including future ones. Otherwise
// workspaces remain usable.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.Default().Journal.Close()
	for _, w := range r.byName {
		w.Journal.Close()
	}
}

// Stats has figures about a registry.
type Stats struct {
	// Present is how many workspaces exist, Default included.
	Present int
	// Made is how many workspaces were ever made besides Default. Evicted is how many were
	// removed because they were idle or memory was needed.
	Made, Evicted int64
}

// Stats returns the figures of the registry.
func (r *Registry) Stats() Stats {
	return Stats{Present: r.size() + 1, Made: r.made.Load(), Evicted: r.evicted.Load()}
}
