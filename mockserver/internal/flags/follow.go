package flags

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// Following keeps the flags of a store in step with a set that changes, such as the flags
// of another instance. Anything set in the store itself, by whatever means, is left
// alone.
type Following struct {
	store       *engine.Store
	environment string
	left        atomic.Bool
	current     atomic.Pointer[flagfile.Set] // the last one put into the store

	// Everything below is guarded by the store's lock for writers.

	own      bool // the current transaction is from here
	flags    map[string]*flagfile.Flag
	segments map[int64]flagfile.Segment
	ids      map[int64]int64 // of segments in the store, by their ids in the set
	// here has the names of flags that were set in the store, or removed from it.
	// segmentsHere has the ids of such segments.
	here         map[string]bool
	segmentsHere map[int64]bool
}

// Follow replaces all flags and segments with those of a set, and returns a Following,
// which keeps them in step. It also returns remarks, one line each, about parts of the
// set that could not be adopted as they are.
func Follow(store *engine.Store, request engine.Request, set *flagfile.Set, environment string) (f *Following, remarks []string, err error) {
	f = &Following{
		store: store, environment: environment, ids: map[int64]int64{}, here: map[string]bool{}, segmentsHere: map[int64]bool{},
	}
	store.Watch(f.see)
	err = f.change(request, func(tx *engine.Tx) error {
		features.DeleteAll(tx)
		if err := segments.ReplaceAll(tx, nil); err != nil {
			return err
		}
		remarks, err = f.put(tx, set)
		return err
	})
	return f, remarks, err
}

// Update puts the set's changes into the store, except to flags and segments that were
// set in the store. A set that fails is not tried again.
func (f *Following) Update(request engine.Request, set *flagfile.Set) (remarks []string, err error) {
	if f.left.Load() || f.current.Load() == set {
		return nil, nil
	}
	err = f.change(request, func(tx *engine.Tx) error {
		remarks, err = f.put(tx, set)
		return err
	})
	return remarks, err
}

// Leave stops following until the returned function is called.
func (f *Following) Leave() (stay func()) {
	f.left.Store(true)
	return func() { f.left.Store(false) }
}

// GiveBack undoes what was set of a flag in the store, so that it matches the set again.
// It reports whether there was something to undo.
func (f *Following) GiveBack(request engine.Request, name string) (done bool, err error) {
	err = f.change(request, func(tx *engine.Tx) error {
		before, flag := features.Get(tx, name), f.flags[name]
		if f.left.Load() || before == nil || flag == nil || !f.here[name] {
			return nil
		}
		done = true
		delete(f.here, name)
		return features.Put(tx, f.putter(tx, f.current.Load()).definition(flag))
	})
	return done, err
}

// change makes a change that see must ignore. If it fails, what is known of the store stays
// as it was.
func (f *Following) change(request engine.Request, apply func(*engine.Tx) error) error {
	return change(f.store, request, f.environment, func(tx *engine.Tx) (err error) {
		flags, segments, ids, here := f.flags, f.segments, maps.Clone(f.ids), maps.Clone(f.here)
		defer func() {
			if f.own = err == nil; !f.own {
				f.flags, f.segments, f.ids, f.here = flags, segments, ids, here
			}
		}()
		if err := apply(tx); err != nil {
			return err
		}
		return tx.Admit()
	})
}

// see records what was set in the store. It forgets flags and segments that existed only
// in the store and were deleted.
func (f *Following) see(changes []engine.Change) {
	if f.own {
		f.own = false
		return
	}
	for _, change := range changes {
		row, gone := change.After, change.After == nil
		if gone {
			row = change.Before
		}
		name := features.NameIn(row)
		switch row := row.(type) {
		case *segments.Segment:
			mark(f.segmentsHere, row.ID, !gone)
		case *features.Flag:
			mark(f.here, name, !gone || f.flags[name] != nil)
		case *features.Toggle: // adding an environment to a project, or removing it, affects all flags
			mark(f.here, name, f.here[name] || change.Before != nil && !gone)
		default:
			mark(f.here, name, f.here[name] || name != "")
		}
	}
}

func mark[K comparable](in map[K]bool, key K, is bool) {
	if is {
		in[key] = true
	} else {
		delete(in, key)
	}
}

// put applies the differences between the last set and this one.
func (f *Following) put(tx *engine.Tx, set *flagfile.Set) (remarks []string, err error) {
	f.current.Store(set)
	next := set.FlagsByName()
	// Flags go first, so that segments that only they used can go, too.
	replaced := map[string]*features.Flag{}
	for _, name := range slices.Sorted(maps.Keys(f.flags)) {
		if f.here[name] || reflect.DeepEqual(f.flags[name], next[name]) {
			continue
		}
		if replaced[name] = features.Get(tx, name); replaced[name] != nil {
			features.Delete(tx, replaced[name])
		}
	}
	if err := f.putSegments(tx, set); err != nil {
		return nil, err
	}
	p := f.putter(tx, set)
	for i := range set.Flags {
		flag := &set.Flags[i]
		if f.here[flag.Name] || features.Get(tx, flag.Name) != nil {
			continue
		}
		definition := p.definition(flag)
		if before := replaced[flag.Name]; before != nil {
			definition.CreatedAt = before.CreatedAt
		}
		if err := features.Put(tx, definition); err != nil {
			return nil, fmt.Errorf("the flag %s: %w", flag.Name, err)
		}
	}
	f.flags = next
	maps.DeleteFunc(f.here, func(name string, _ bool) bool { return next[name] == nil && features.Get(tx, name) == nil })
	return p.remarks, nil
}

// putter returns a putter for the flags of a set whose segments are in the store.
func (f *Following) putter(tx *engine.Tx, set *flagfile.Set) *putter {
	p := &putter{tx: tx, environment: f.environment, ids: maps.Clone(f.ids), remarks: slices.Clone(set.Remarks)}
	for _, unknown := range set.Unknown {
		p.unknown(unknown)
	}
	return p
}

// putSegments applies the differences between the segments of the last set and this one.
// A segment that was removed from the set stays while strategies use it.
func (f *Following) putSegments(tx *engine.Tx, set *flagfile.Set) error {
	next := map[int64]flagfile.Segment{}
	for _, segment := range set.Segments {
		next[segment.ID] = segment
	}
	users := features.UsersOfSegments(tx)
	for _, of := range slices.Sorted(maps.Keys(f.ids)) {
		row := segments.Get(tx, f.ids[of])
		if _, stays := next[of]; stays || row != nil && (f.segmentsHere[row.ID] || len(users[row.ID]) > 0) {
			continue
		}
		delete(f.ids, of)
		if row != nil {
			segments.Delete(tx, row)
		}
	}
	for _, segment := range set.Segments {
		if err := f.putSegment(tx, segment); err != nil {
			return fmt.Errorf("the segment %s: %w", segment.Name, err)
		}
	}
	f.segments = next
	return nil
}

// putSegment stores a segment with its own id, or another one if that is taken.
func (f *Following) putSegment(tx *engine.Tx, segment flagfile.Segment) error {
	row := segments.Segment{CreatedBy: tx.Identity.Actor.Username, CreatedAt: tx.Stamp()}
	if before := segments.Get(tx, f.ids[segment.ID]); before != nil {
		if f.segmentsHere[before.ID] || reflect.DeepEqual(segment, f.segments[segment.ID]) {
			return nil
		}
		row = *before
	} else if segment.ID > 0 && segments.Get(tx, segment.ID) == nil {
		row.ID = segment.ID
	}
	row.Name = flagfile.FreeName(segment.Name, func(name string) bool {
		other := segments.Named(tx, name)
		return other != nil && other.ID != row.ID
	})
	row.Description, row.Constraints = engine.OrNull(segment.Description), constraintsOf(segment.Constraints)
	if err := segments.Put(tx, &row); err != nil {
		return err
	}
	f.ids[segment.ID] = row.ID
	return nil
}
