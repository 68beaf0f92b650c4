package workspace

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

// open is Registry.Open with a store.
func (p *persistence) open(name string, withCredentials bool, now time.Time) (*Workspace, error) {
	r := p.registry
	if w := r.use(name, now); w != nil && p.stillOwned(w) == nil {
		return w, nil
	}
	if !validName(name) {
		return nil, &NameError{Name: name}
	}
	if withCredentials {
		w, _, err := p.obtain(name, nil)
		if !errors.Is(err, store.ErrNone) {
			return w, err
		}
	}
	if w := r.Default(); name == Default && !w.stored.ended.Load() {
		return w, nil
	}
	return r.fresh(name)
}

// obtained is the result of obtaining a workspace.
type obtained struct {
	*Workspace
	made bool
}

// obtain makes this process the owner of a workspace and registers it: the stored one, or
// else fresh, in which case made is true. If nothing is stored and fresh is nil, the
// error is store.ErrNone.
func (p *persistence) obtain(name string, fresh *Workspace) (w *Workspace, made bool, err error) {
	for {
		mine := false
		out, err, _ := p.loading.Do(name, func() (any, error) {
			mine = true
			if w := p.registry.use(name, time.Now()); w != nil {
				return obtained{w, false}, nil
			}
			return p.load(name, fresh)
		})
		got, is := out.(obtained)
		switch {
		case err == nil && is:
			return got.Workspace, got.made && got.Workspace == fresh, nil
		case err == nil: // the shared call was a removal: retry
		case mine || fresh == nil || !errors.Is(err, store.ErrNone): // otherwise the shared call had no fresh one: retry
			return nil, false, err
		}
	}
}

// load is obtain for a workspace that is not in memory. Only one load per name may run at
// a time: what it reads would be outdated if the workspace were loaded and let go
// meanwhile.
func (p *persistence) load(name string, fresh *Workspace) (obtained, error) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	session, _ := p.Store.Session()
	entry, err := p.take(ctx, p.Store.Take, name, fresh != nil)
	switch {
	case errors.Is(err, store.ErrNone):
		return obtained{}, err
	case errors.Is(err, store.ErrElsewhere):
		return obtained{}, ErrElsewhere
	case errors.Is(err, store.ErrTooLarge): // restored returns it
	case err != nil && p.Store.Exclusive(): // it is stored, and only cannot be read
		return obtained{}, &UnfitError{err}
	case err != nil: // requests continue without the store
		_ = p.failed(err)
		session = neverTaken
		if fresh == nil {
			return obtained{}, store.ErrNone
		}
		err = nil
	}
	w := fresh
	if entry.Content != nil || errors.Is(err, store.ErrTooLarge) {
		if w, err = p.restored(name, entry, err); err != nil {
			return obtained{}, err
		}
	}
	if w == nil { // the stored one is damaged
		if w, err = p.registry.fresh(name); err != nil {
			return obtained{}, err
		}
	}
	w.stored.session.Store(session)
	kept, made, err := p.add(w)
	if err != nil && session != neverTaken {
		_ = p.giveUp(name)
	}
	return obtained{kept, made}, err
}

// giveUp lets go a name in the store.
func (p *persistence) giveUp(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	return p.Store.LetGo(ctx, name)
}

// taking is a method of a store that takes a name.
type taking func(ctx context.Context, name string, reserve bool) (store.Entry, error)

// take takes ownership of a workspace. It fails at once if the store is known to be down,
// so that only one request waits for a store to time out.
func (p *persistence) take(ctx context.Context, take taking, name string, reserve bool) (store.Entry, error) {
	if _, lives := p.Store.Session(); !lives && p.down.Load() != nil {
		return store.Entry{}, errDown
	}
	return take(ctx, name, reserve)
}

var errDown = errors.New("the store is still down")

// neverTaken is the session of a workspace that was made while the store was down.
const neverTaken = -1

// restored returns a workspace as it is stored. Damaged content is logged and set aside;
// then both the workspace and the error are nil.
func (p *persistence) restored(name string, entry store.Entry, problem error) (*Workspace, error) {
	instance, created, err := p.read(name, entry, problem)
	if instance == nil {
		return nil, err
	}
	w := p.registry.around(name, instance)
	w.Created = created
	w.stored.revision = entry.Revision
	return w, nil
}

// read decodes the stored content of a workspace. Damaged content is set aside; content
// that only this process cannot use stays.
func (p *persistence) read(name string, entry store.Entry, problem error) (instance *Instance, created time.Time, err error) {
	if problem == nil {
		instance, created, problem = p.Restore(name, entry.Content)
	}
	switch {
	case problem == nil:
		return instance, created, nil
	case errors.Is(problem, store.ErrTooLarge):
		return nil, created, &UnfitError{problem}
	case unfit(problem):
		return nil, created, problem
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout) // a large content may have taken longer
	defer cancel()
	where, err := p.Store.SetAside(ctx, name)
	if err != nil {
		return nil, created, p.failed(err)
	}
	p.damaged.Add(1)
	p.Logger.Error("a stored workspace is damaged; it starts afresh", "workspace", name, "kept", where, "error", problem)
	return nil, created, nil
}

// add registers a workspace. At the limit, those unused for longest make room.
func (p *persistence) add(w *Workspace) (kept *Workspace, made bool, err error) {
	for {
		kept, made, err = p.registry.add(w)
		var limit *LimitError
		if !errors.As(err, &limit) || !p.makeRoom() {
			return kept, made, err
		}
	}
}

// unfit reports whether an error is an *UnfitError.
func unfit(err error) bool {
	var is *UnfitError
	return errors.As(err, &is)
}

// makeRoom removes the workspace unused for longest from memory, and reports whether one
// has left.
func (p *persistence) makeRoom() bool {
	r := p.registry
	var oldest *Workspace
	for _, w := range r.List()[1:] {
		if w.busy.Load() == 0 && (oldest == nil || w.used.Load() < oldest.used.Load()) {
			oldest = w
		}
	}
	if oldest == nil || p.letGo(oldest) != nil {
		return false
	}
	r.evicted.Add(1)
	return true
}

// stillOwned takes a workspace again if the session in which it was taken has ended.
// While the store is down, the process continues with what it has in memory.
func (p *persistence) stillOwned(w *Workspace) error {
	s := w.stored
	session, lives := p.Store.Session()
	if s.session.Load() == session || !lives && p.down.Load() != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := p.retake(w)
	if errors.Is(err, ErrElsewhere) {
		return err
	}
	return nil
}

// retake takes a workspace in the current session, with stored.mu held. If the store has a
// version that was not written from it, that version wins. If another process has it, it
// stays there.
func (p *persistence) retake(w *Workspace) error {
	s := w.stored
	session, _ := p.Store.Session()
	switch {
	case s.ended.Load():
		return ErrElsewhere
	case s.session.Load() == session || !w.Kept():
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	entry, err := p.take(ctx, p.Store.Reclaim, w.Name, s.revision == 0)
	switch {
	case errors.Is(err, store.ErrElsewhere), errors.Is(err, store.ErrNone): // taken or removed by another process
		p.end(w)
		p.lose(w, w.Instance(), overtaken)
		return ErrElsewhere
	case err != nil && !errors.Is(err, store.ErrTooLarge):
		return p.failed(err)
	}
	switch {
	case entry.Own && s.tried && entry.Revision != s.revision: // our own write, which was never confirmed
		s.written = mark{}
	case err != nil || entry.Content != nil && entry.Revision != s.revision:
		instance, _, err := p.read(w.Name, entry, err)
		if unfit(err) {
			p.end(w)
			p.lose(w, w.Instance(), overtaken)
		}
		if err != nil {
			return err
		}
		if instance == nil { // the stored content is unreadable, so ours is better
			entry.Revision, s.written = 0, mark{}
			break
		}
		before := w.Instance()
		w.become(instance)
		p.lose(w, before, overtaken)
		s.written = markOf(w.Instance())
	}
	s.revision = entry.Revision
	s.failing.Store(false)
	s.session.Store(session)
	return nil
}

// overtaken says that another process has written or removed a workspace, or that it was
// made while the store, which already had it, was down.
const overtaken = "the store has another version of a workspace, or none any more; the latest changes here are lost"

// lose logs why the changes of an instance that are not stored are lost, if there are any.
// Call it when no operation can begin on that instance any more: those before notice the loss.
func (p *persistence) lose(w *Workspace, instance *Instance, why string) {
	w.stored.losses.Add(1)
	if markOf(instance) == w.stored.written {
		return
	}
	p.lost.Add(1)
	p.Logger.Error(why, "workspace", w.Name, "since", cmp.Or(w.stored.last, w.Created).UTC())
}

// end removes a workspace that this process no longer owns from memory, with stored.mu
// held.
func (p *persistence) end(w *Workspace) {
	p.registry.drop(w)
	w.stored.ended.Store(true)
}

// letGo writes a workspace, gives up ownership and removes it from memory. After an error
// it stays.
func (p *persistence) letGo(w *Workspace) error {
	s := w.stored
	s.open.Lock()
	defer s.open.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.writeNow(w); err != nil || s.ended.Load() {
		return err
	}
	if s.session.Load() != neverTaken {
		if err := p.giveUp(w.Name); err != nil {
			return p.failed(err)
		}
	}
	p.end(w)
	return nil
}

// evict is letGo for when memory is needed: it removes the workspace even if it cannot be
// written.
func (p *persistence) evict(w *Workspace) bool {
	if p.letGo(w) == nil {
		return true
	}
	w.stored.mu.Lock()
	defer w.stored.mu.Unlock()
	if !w.stored.ended.Load() {
		p.end(w)
		p.lose(w, w.Instance(), "a workspace was dropped from memory before its latest changes were stored")
	}
	return true
}

// remove removes a workspace from memory and from the store.
func (p *persistence) remove(name string) error {
	for {
		w, _, err := p.obtain(name, nil)
		switch {
		case errors.Is(err, store.ErrNone) && p.down.Load() != nil:
			return ErrNotStored // it is unknown whether it exists
		case errors.Is(err, store.ErrNone):
			return ErrNotFound
		case unfit(err):
			switch err = p.removeStored(name); {
			case errors.Is(err, store.ErrElsewhere):
				return ErrElsewhere
			case errors.Is(err, store.ErrNone):
				return ErrNotFound
			case errors.Is(err, ErrElsewhere), errors.Is(err, ErrNotStored), unfit(err):
				return err
			case err != nil:
				return p.failed(err)
			}
			return nil
		case err != nil:
			return err
		}
		if err := p.erase(w); !errors.Is(err, errEnded) {
			return err
		}
	}
}

// errEnded means that a workspace left memory meanwhile: it was let go or removed.
var errEnded = errors.New("the workspace is no longer in memory")

// erase removes a workspace that this process owns. The error may be errEnded.
func (p *persistence) erase(w *Workspace) error {
	s := w.stored
	s.open.Lock()
	defer s.open.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended.Load() {
		return errEnded
	}
	return p.asOwner(w, p.tryErase)
}

// tryErase is erase, but its error is store.ErrLost if the workspace has to be taken again
// first.
func (p *persistence) tryErase(w *Workspace) error {
	if err := p.retake(w); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	err := p.Store.Remove(ctx, w.Name)
	switch {
	case errors.Is(err, store.ErrLost):
		return err
	case err != nil:
		return p.failed(err)
	}
	p.end(w)
	return nil
}

// removeAll removes the workspaces that this process owns, and the stored ones without an
// owner.
func (p *persistence) removeAll() (int, error) {
	count := 0
	for _, w := range p.registry.List()[1:] {
		switch err := p.erase(w); {
		case err == nil:
			count++
		case !errors.Is(err, errEnded) && !errors.Is(err, ErrElsewhere) && !unfit(err):
			return count, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	left, err := p.unowned(ctx)
	if err != nil {
		return count, p.failed(err)
	}
	for _, stored := range left {
		if stored.Name == Default {
			continue
		}
		switch err := p.removeStored(stored.Name); {
		case err == nil:
			count++
		case errors.Is(err, ErrNotStored):
			return count, err
		case !errors.Is(err, store.ErrNone) && !errors.Is(err, store.ErrElsewhere) && !errors.Is(err, ErrElsewhere) && !unfit(err):
			return count, p.failed(err)
		}
	}
	return count, nil
}

// unowned lists the stored workspaces that no other process owns. Entries whose names no
// workspace can have come from elsewhere and are skipped.
func (p *persistence) unowned(ctx context.Context) ([]store.Stored, error) {
	list, err := p.Store.Unowned(ctx)
	return slices.DeleteFunc(list, func(s store.Stored) bool { return !validName(s.Name) }), err
}

// removeStored removes whatever is stored under a name, even if a request has loaded it
// meanwhile.
func (p *persistence) removeStored(name string) error {
	for {
		mine, loaded := false, (*Workspace)(nil)
		out, _, _ := p.loading.Do(name, func() (any, error) { // not while it is let go
			mine = true
			if loaded = p.registry.use(name, time.Now()); loaded != nil {
				return nil, nil
			}
			return p.takeAndRemove(name), nil // the error as a value: requests that wait to load must not get it
		})
		err, _ := out.(error)
		if loaded != nil {
			err = p.erase(loaded)
		}
		if mine && !errors.Is(err, errEnded) { // otherwise the shared call was another one, or it has been let go
			return err
		}
	}
}

// takeAndRemove removes what is stored under a name. If the session breaks in between, it is
// taken again, once.
func (p *persistence) takeAndRemove(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	for range 2 {
		_, err := p.Store.Take(ctx, name, false)
		if err != nil && !errors.Is(err, store.ErrTooLarge) && (errors.Is(err, store.ErrNone) || !p.Store.Exclusive()) {
			return err
		}
		if err = p.Store.Remove(ctx, name); !errors.Is(err, store.ErrLost) {
			return err
		}
	}
	return store.ErrElsewhere
}

// Known returns the workspace with a name, whether in memory or stored. The error is
// ErrNotFound, ErrElsewhere or an *UnfitError.
func (r *Registry) Known(name string) (*Workspace, error) {
	w := r.Find(name)
	if r.persist != nil && (w == nil || !w.Kept()) { // Default is always found, but may be stored or another process's
		stored, _, err := r.persist.obtain(name, nil)
		if !errors.Is(err, store.ErrNone) {
			return stored, err
		}
	}
	if w == nil {
		return nil, ErrNotFound
	}
	return w, nil
}

// Resting lists the workspaces that are stored, available to this process and not in
// memory.
func (r *Registry) Resting() []store.Stored {
	if r.persist == nil || !r.persist.Store.Exclusive() {
		return nil
	}
	list, err := r.persist.unowned(context.Background())
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(list, func(s store.Stored) bool { return r.Find(s.Name) != nil })
}
