package workspace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

// Persistence says how to keep workspaces beyond the lifetime of the process.
type Persistence struct {
	Store store.Store
	// Save encodes the part of a workspace that outlives the process. Restore decodes it and
	// returns when the workspace was created. Its error says what is wrong with the content,
	// unless it is an *UnfitError.
	Save    func(*Workspace) []byte
	Restore func(name string, saved []byte) (*Instance, time.Time, error)
	// Always makes every answer wait until its changes are stored.
	Always bool
	Logger *slog.Logger
}

// ErrElsewhere says that another process owns a workspace and was asked to let it go.
var ErrElsewhere = errors.New("the workspace is moving here from another process; try again in a second")

// ErrNotStored says that something could not be stored before the answer.
var ErrNotStored = errors.New("the store is unreachable; changes stay in memory and are stored later")

// UnfitError says why a process cannot use what is stored of a workspace, although it is
// not damaged. It stays stored.
type UnfitError struct{ Reason error }

func (e *UnfitError) Error() string {
	return "the stored workspace does not fit into this process: " + e.Reason.Error()
}

const (
	// writeEvery is the minimum time between writes of a workspace.
	writeEvery = time.Second
	// lookEvery is how often workspaces are checked for changes.
	lookEvery = 50 * time.Millisecond
	// writers is how many workspaces are written at once.
	writers = 4
	// largeState is the size in memory from which only one workspace is written at a time:
	// its text takes as much again.
	largeState = 4 << 20
	// askEvery is how often the store is pinged.
	askEvery = time.Second
	// storeTimeout is the time limit of each operation on the store, without the time for what
	// it moves.
	storeTimeout = 3 * time.Second
)

// persistence keeps the workspaces of a registry in a store.
type persistence struct {
	Persistence
	registry *Registry

	loading singleflight.Group
	large   sync.Mutex
	down    atomic.Pointer[string] // why the store is out of reach; nil while it works

	writes, lost, damaged, handedOver atomic.Int64

	settling sync.Once
	stop     chan struct{}
	done     sync.WaitGroup
}

// Persist keeps workspaces in a store, for this and later processes. Call it before the
// first request. The error is from reading the workspace default, which happens only if
// the store belongs to this process alone.
func (r *Registry) Persist(how Persistence) error {
	p := &persistence{Persistence: how, registry: r, stop: make(chan struct{})}
	r.persist = p
	fallback := r.Default()
	fallback.stored = &stored{written: markOf(fallback.Instance())}
	fallback.kept.Store(false)
	if how.Store.Exclusive() {
		if _, _, err := p.obtain(Default, fallback); err != nil {
			return err
		}
	}
	p.done.Go(p.writeBehind)
	p.done.Go(p.handOver)
	p.done.Go(func() { p.every(askEvery, p.ask) })
	p.done.Go(func() { p.every(askEvery, p.takeAgain) })
	p.done.Go(func() { p.every(lookEvery, p.letIdleGo) })
	return nil
}

// every calls do regularly, until the process ends.
func (p *persistence) every(period time.Duration, do func(now time.Time)) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			do(now)
		}
	}
}

// Settle writes all workspaces, gives up ownership, and closes the store. The error names
// those that could not be written before the context ended. Nothing is stored afterwards.
func (r *Registry) Settle(ctx context.Context) (err error) {
	if p := r.persist; p != nil {
		p.settling.Do(func() { err = p.settle(ctx) })
	}
	return err
}

func (p *persistence) settle(ctx context.Context) (err error) {
	close(p.stop)
	p.done.Wait()
	for _, changed := range []bool{true, false} { // those with changes first, as there may be no time for all
		p.each(slices.DeleteFunc(p.registry.kept(), func(w *Workspace) bool { return w.changed() != changed }), func(w *Workspace) {
			if ctx.Err() == nil {
				_ = p.letGo(w)
			}
		})
	}
	if left := p.unwritten(); len(left) > 0 {
		slices.Sort(left)
		err = fmt.Errorf("the store does not have the latest changes of workspaces: %s", shortened(left))
	}
	if err := p.Store.Close(); err != nil {
		p.Logger.Warn("closing the store", "error", err)
	}
	return err
}

// kept lists the registered workspaces, in any order. It is called many times a second.
func (r *Registry) kept() []*Workspace {
	return slices.DeleteFunc(append(r.others(), r.Default()), func(w *Workspace) bool { return !w.Kept() })
}

// unwritten returns the names of workspaces with changes that are not stored, in any order.
func (p *persistence) unwritten() []string {
	var out []string
	for _, w := range p.registry.kept() {
		if w.changed() {
			out = append(out, w.Name)
		}
	}
	return out
}

// shortened joins names, of which it keeps only the first few.
func shortened(names []string) string {
	const most = 10
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "...")
	}
	return strings.Join(names, " ")
}

// each calls do for workspaces, a few at a time.
func (p *persistence) each(list []*Workspace, do func(*Workspace)) {
	var group errgroup.Group
	group.SetLimit(writers)
	for _, w := range list {
		group.Go(func() error { do(w); return nil })
	}
	_ = group.Wait()
}

// write writes a workspace if it has changed.
func (p *persistence) write(w *Workspace) error {
	w.stored.mu.Lock()
	defer w.stored.mu.Unlock()
	return p.writeNow(w)
}

// writeNow is write with stored.mu held.
func (p *persistence) writeNow(w *Workspace) error { return p.asOwner(w, p.tryWrite) }

// asOwner calls a function that needs a workspace to be this process's, with stored.mu held.
// If the error is store.ErrLost, it takes the workspace again first.
func (p *persistence) asOwner(w *Workspace, do func(*Workspace) error) error {
	err := do(w)
	if errors.Is(err, store.ErrLost) {
		w.stored.session.Store(neverTaken)
		err = do(w)
	}
	if errors.Is(err, store.ErrLost) {
		err = p.failed(err)
	}
	return err
}

// tryWrite is writeNow, but its error is store.ErrLost if the workspace has to be taken
// again first.
func (p *persistence) tryWrite(w *Workspace) error {
	s := w.stored
	if s.ended.Load() {
		return nil
	}
	if err := p.retake(w); err != nil {
		return err
	}
	instance := w.Instance()
	now := markOf(instance) // before the state is read: later changes are written next time
	if now == s.written {
		return nil
	}
	if instance.Store.Bytes() > largeState {
		p.large.Lock()
		defer p.large.Unlock()
	}
	s.last, s.tried = time.Now(), true
	content := p.Save(w)
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout+store.Allowance(int64(len(content))))
	defer cancel()
	revision, err := p.Store.Write(ctx, w.Name, s.revision, content)
	if errors.Is(err, store.ErrLost) {
		return err
	}
	s.failing.Store(err != nil)
	if err != nil {
		return p.failed(err)
	}
	s.revision, s.written, s.tried = revision, now, false
	p.writes.Add(1)
	p.well()
	return nil
}

// failed records that the store is out of reach, and logs it once.
func (p *persistence) failed(err error) error {
	if text := err.Error(); !errors.Is(err, errDown) && p.down.Swap(&text) == nil {
		p.Logger.Error("the store accepts no changes; requests still work, and changes are stored when it accepts them again", "error", err)
	}
	return ErrNotStored
}

// well records that the store works, if it does for every workspace.
func (p *persistence) well() {
	fails := func(w *Workspace) bool { return w.stored.failing.Load() || w.stored.session.Load() == neverTaken }
	if p.down.Load() == nil || slices.ContainsFunc(p.registry.kept(), fails) {
		return
	}
	if p.down.Swap(nil) != nil {
		p.Logger.Info("the store accepts changes again")
	}
}

// ask pings the store.
func (p *persistence) ask(time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	err := p.Store.Ping(ctx)
	switch {
	case err != nil:
		_ = p.failed(err)
	case p.down.Load() != nil && len(p.unwritten()) == 0: // otherwise a write calls well
		p.well()
	}
}

// takeAgain takes the workspaces that were taken in a former session again. Without an
// owner, other processes could remove them, and could take them without asking.
func (p *persistence) takeAgain(time.Time) {
	session, _ := p.Store.Session()
	former := slices.DeleteFunc(p.registry.kept(), func(w *Workspace) bool { return w.stored.session.Load() == session })
	p.each(former, func(w *Workspace) {
		if !p.ending() {
			_ = p.stillOwned(w)
		}
	})
}

// ending reports whether the process ends.
func (p *persistence) ending() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// writeBehind writes changes, until the process ends. A slow write takes up one of the
// writers; what else is due does not wait for it.
func (p *persistence) writeBehind() {
	var group errgroup.Group
	group.SetLimit(writers)
	p.every(lookEvery, func(now time.Time) {
		for _, w := range p.dueNow(now) {
			if !p.ending() {
				group.Go(func() error { _ = p.write(w); return nil })
			}
		}
	})
	_ = group.Wait()
}

// dueNow returns the workspaces that should be written now.
func (p *persistence) dueNow(now time.Time) []*Workspace {
	return slices.DeleteFunc(p.registry.kept(), func(w *Workspace) bool { return !w.due(now) })
}

// letIdleGo removes workspaces from memory that were idle for too long.
func (p *persistence) letIdleGo(now time.Time) {
	r := p.registry
	age := r.age(now)
	if r.IdleAfter <= 0 || age < r.nextSweep.Load() || p.down.Load() != nil {
		return
	}
	r.nextSweep.Store(age + int64(min(max(r.IdleAfter/4, minSweep), maxSweep)))
	before := age - int64(r.IdleAfter)
	idle := slices.DeleteFunc(r.kept(), func(w *Workspace) bool {
		return w.Name == Default || w.busy.Load() > 0 || w.used.Load() >= before
	})
	p.each(idle, func(w *Workspace) {
		if p.letGo(w) == nil {
			r.evicted.Add(1)
		}
	})
}

// handOver lets go the workspaces that other processes ask for, until the process ends.
func (p *persistence) handOver() {
	var group errgroup.Group
	group.SetLimit(writers)
	defer func() { _ = group.Wait() }()
	for {
		select {
		case <-p.stop:
			return
		case name, is := <-p.Store.Wanted():
			if !is {
				return
			}
			group.Go(func() error {
				w := p.registry.use(name, time.Now())
				switch {
				case w == nil:
					p.release(name)
				case p.letGo(w) == nil:
					p.handedOver.Add(1)
				}
				return nil
			})
		}
	}
}

// release gives up a name without a workspace in memory, such as one whose content could
// not be read when it was taken.
func (p *persistence) release(name string) {
	_, _, _ = p.loading.Do(name, func() (any, error) { // not while it is loaded
		if p.registry.use(name, time.Now()) == nil {
			_ = p.giveUp(name) // the process that wants it asks again
		}
		return nil, ErrElsewhere // for requests that have waited
	})
}

// StoreStats has figures about a store.
type StoreStats struct {
	// Problem says why the store is out of reach; empty while it works.
	Problem string
	// Unwritten is how many workspaces have changes that are not stored.
	Unwritten int
	// Writes counts writes, Lost the times that a workspace lost its latest changes, Damaged
	// contents that could not be read, and HandedOver workspaces that went to a process that
	// asked for them.
	Writes, Lost, Damaged, HandedOver int64
}

// StoreStats returns the figures of the store; false if there is none.
func (r *Registry) StoreStats() (StoreStats, bool) {
	p := r.persist
	if p == nil {
		return StoreStats{}, false
	}
	out := StoreStats{
		Unwritten: len(p.unwritten()), Writes: p.writes.Load(), Lost: p.lost.Load(), Damaged: p.damaged.Load(), HandedOver: p.handedOver.Load(),
	}
	if why := p.down.Load(); why != nil {
		out.Problem = *why
	}
	return out, true
}

// Ready reports whether workspaces can be stored. It is true without a store.
func (r *Registry) Ready() bool { return r.persist == nil || r.persist.down.Load() == nil }
