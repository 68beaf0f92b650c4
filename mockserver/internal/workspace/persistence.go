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

// Persistence is what keeps workspaces beyond the process.
type Persistence struct {
	Store store.Store
	// Save writes what of a workspace outlives the process. Restore reads it, and when the
	// workspace was made; its error says what is wrong with what is stored.
	Save    func(*Workspace) []byte
	Restore func(name string, saved []byte) (*Instance, time.Time, error)
	// Always has every answer wait until what it has changed is stored.
	Always bool
	Logger *slog.Logger
}

// ErrElsewhere says that another process has a workspace, which it was asked to let go.
var ErrElsewhere = errors.New("the workspace is on its way from another process; try again in a second")

// ErrNotStored says that something could not be stored before the answer.
var ErrNotStored = errors.New("the store is out of reach; what was changed is in memory, and is stored later")

const (
	// writeEvery is how often a workspace is written at most.
	writeEvery = time.Second
	// lookEvery is how often workspaces are looked through for what has changed.
	lookEvery = 50 * time.Millisecond
	// writers is how many workspaces are written at once.
	writers = 4
	// largeState is from how many bytes of memory on one is written at a time: as text it
	// takes as much again.
	largeState = 4 << 20
	// askEvery is how often the store is asked whether it is there.
	askEvery = time.Second
	// storeTimeout is how long the store may take for one thing.
	storeTimeout = 3 * time.Second
)

// persistence keeps the workspaces of a registry in a store.
type persistence struct {
	Persistence
	registry *Registry

	loading singleflight.Group
	large   sync.Mutex
	down    atomic.Pointer[string] // why the store is out of reach; nil while it is not

	writes, lost, damaged, handedOver atomic.Int64

	settling sync.Once
	stop     chan struct{}
	done     sync.WaitGroup
}

// Persist has workspaces kept in a store, in this and in later processes. Call it before
// requests come. An error is that of reading the workspace default from a store that belongs
// to this process alone.
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
	p.done.Go(p.ask)
	return nil
}

// Settle writes all workspaces, gives them up, and closes the store. The error names those
// that could not be written until the context ended. Nothing is stored afterwards.
func (r *Registry) Settle(ctx context.Context) (err error) {
	if p := r.persist; p != nil {
		p.settling.Do(func() { err = p.settle(ctx) })
	}
	return err
}

func (p *persistence) settle(ctx context.Context) (err error) {
	close(p.stop)
	p.done.Wait()
	p.each(p.registry.kept(), func(w *Workspace) {
		if ctx.Err() == nil {
			_ = p.letGo(w)
		}
	})
	if left := p.unwritten(); len(left) > 0 {
		err = fmt.Errorf("the store does not have the latest changes of workspaces: %s", shortened(left))
	}
	if err := p.Store.Close(); err != nil {
		p.Logger.Warn("closing the store", "error", err)
	}
	return err
}

// kept lists the workspaces that stay.
func (r *Registry) kept() []*Workspace {
	return slices.DeleteFunc(r.List(), func(w *Workspace) bool { return !w.Kept() })
}

// unwritten are the names of workspaces that have changes that are not stored.
func (p *persistence) unwritten() []string {
	var out []string
	for _, w := range p.registry.kept() {
		if w.changed() {
			out = append(out, w.Name)
		}
	}
	return out
}

// shortened are the first of many names.
func shortened(names []string) string {
	const most = 10
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "...")
	}
	return strings.Join(names, " ")
}

// each does something with workspaces, a few at a time.
func (p *persistence) each(list []*Workspace, do func(*Workspace)) {
	var group errgroup.Group
	group.SetLimit(writers)
	for _, w := range list {
		group.Go(func() error { do(w); return nil })
	}
	_ = group.Wait()
}

// write writes a workspace, if it has changed.
func (p *persistence) write(w *Workspace) error {
	w.stored.mu.Lock()
	defer w.stored.mu.Unlock()
	return p.writeNow(w)
}

// writeNow is write with stored.mu held.
func (p *persistence) writeNow(w *Workspace) error {
	s := w.stored
	if s.ended {
		return nil
	}
	if err := p.retake(w); err != nil {
		return err
	}
	instance := w.Instance()
	now := markOf(instance) // before it is read: what changes meanwhile is written next time
	if now == s.written {
		return nil
	}
	if instance.Store.Bytes() > largeState {
		p.large.Lock()
		defer p.large.Unlock()
	}
	s.last = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	revision, err := p.Store.Write(ctx, w.Name, s.revision, p.Save(w))
	if errors.Is(err, store.ErrLost) {
		s.session.Store(neverTaken)
		return p.retake(w)
	}
	s.failing.Store(err != nil)
	if err != nil {
		return p.failed(err)
	}
	s.revision, s.written = revision, now
	p.writes.Add(1)
	p.well()
	return nil
}

// failed takes note of a store that is out of reach, and tells it once.
func (p *persistence) failed(err error) error {
	if text := err.Error(); !errors.Is(err, errDown) && p.down.Swap(&text) == nil {
		p.Logger.Error("the store does not take changes; requests go on, and changes are stored when it does", "error", err)
	}
	return ErrNotStored
}

// well takes note of a store that works, if it does for every workspace.
func (p *persistence) well() {
	if p.down.Load() == nil || slices.ContainsFunc(p.registry.kept(), func(w *Workspace) bool { return w.stored.failing.Load() }) {
		return
	}
	if p.down.Swap(nil) != nil {
		p.Logger.Info("the store takes changes again")
	}
}

// ask asks whether the store is there, until the end.
func (p *persistence) ask() {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		err := p.Store.Ping(ctx)
		cancel()
		switch {
		case err != nil:
			_ = p.failed(err)
		case p.down.Load() != nil && len(p.unwritten()) == 0: // else a write says so
			p.well()
		}
	}
}

// writeBehind writes what has changed, and lets go what is idle, until the end.
func (p *persistence) writeBehind() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			p.each(p.dueNow(now), func(w *Workspace) { _ = p.write(w) })
			p.letIdleGo(now)
		}
	}
}

// dueNow are the workspaces that are to be written.
func (p *persistence) dueNow(now time.Time) []*Workspace {
	return slices.DeleteFunc(p.registry.kept(), func(w *Workspace) bool { return !w.due(now) })
}

// letIdleGo takes workspaces out of memory that were idle for too long.
func (p *persistence) letIdleGo(now time.Time) {
	r := p.registry
	if r.IdleAfter <= 0 || now.UnixNano() < r.nextSweep.Load() || p.down.Load() != nil {
		return
	}
	r.nextSweep.Store(now.Add(min(max(r.IdleAfter/4, minSweep), maxSweep)).UnixNano())
	before := now.Add(-r.IdleAfter).UnixNano()
	idle := slices.DeleteFunc(r.kept(), func(w *Workspace) bool {
		return w.Name == Default || w.used.Load() >= before || w.busy.Load() > 0
	})
	p.each(idle, func(w *Workspace) {
		if p.letGo(w) == nil {
			r.evicted.Add(1)
		}
	})
}

// handOver lets go what other processes ask for, until the end.
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
				w := p.registry.use(name, time.Now().UnixNano())
				if w != nil && p.letGo(w) == nil {
					p.handedOver.Add(1)
				}
				return nil
			})
		}
	}
}

// StoreStats are the numbers of a store.
type StoreStats struct {
	// Problem says why the store is out of reach; empty while it is not.
	Problem string
	// Unwritten is how many workspaces have changes that are not stored.
	Unwritten int
	// Writes, Lost, Damaged and HandedOver count what was written, workspaces whose latest
	// changes were lost, contents that could not be read, and workspaces that went to another
	// process that asked for them.
	Writes, Lost, Damaged, HandedOver int64
}

// StoreStats returns the numbers of the store; false if there is none.
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

// Ready reports whether the workspaces are stored, if they are to be.
func (r *Registry) Ready() bool { return r.persist == nil || r.persist.down.Load() == nil }
