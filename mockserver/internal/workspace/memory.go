package workspace

import (
	"cmp"
	"math"
	"slices"
)

// instanceSize is the measured memory that a workspace takes, apart from what it stores.
const instanceSize = 40 << 10

// FreshSize is the memory that a workspace made for one request takes, including what is
// needed to make it.
const FreshSize = 64 << 10

// countEvery is how many bytes may be added before all workspaces are measured again.
const countEvery = 4 << 20

// Bytes estimates the memory that the workspace takes.
func (w *Workspace) Bytes() int64 {
	instance := w.Instance()
	bytes := instanceSize + w.Journal.Bytes() + instance.Store.Bytes() + instance.Store.DerivedBytes() + instance.Rules.Bytes()
	for _, limiter := range instance.Limiters {
		bytes += limiter.Bytes()
	}
	return bytes
}

// Grown reports that the workspace may have grown by this many bytes. If all workspaces
// together exceed the limit, it makes room: the largest workspaces drop what they have
// prepared for SDKs, then the older half of their exchanges, then of their events, then of
// their bounded rows. If that is not enough, the workspaces unused for longest are removed.
// Only the caller that finds the limit exceeded waits.
func (w *Workspace) Grown(bytes int64) {
	if r := w.registry; r.Bytes > 0 && r.grown.Add(bytes) >= min(countEvery, r.Bytes/16) && r.relieving.TryLock() {
		defer r.relieving.Unlock()
		r.grown.Store(0)
		r.relieve(w)
	}
}

// answersRoom returns the memory that large answers may share while the workspaces take
// total bytes: what is left of the limit, but at least an eighth and at most half of it.
func (r *Registry) answersRoom(total int64) int64 {
	return max(min(r.Bytes-total, r.Bytes/2), r.Bytes/8)
}

// relieve makes room, if necessary, without removing the workspace that asks.
func (r *Registry) relieve(asking *Workspace) {
	total := r.TotalBytes()
	defer func() { r.Answers.Resize(r.answersRoom(total)) }()
	if total <= r.Bytes {
		return
	}
	enough := r.Bytes - r.Bytes/8
	list := r.measured()
	for _, shed := range []func(*Workspace){
		func(w *Workspace) { w.Instance().Store.ShedDerived() },
		func(w *Workspace) { w.Journal.Shed() },
		func(w *Workspace) { w.Instance().Store.ShedEvents() },
		func(w *Workspace) { w.Instance().Store.ShedRows() },
	} {
		for i := range list {
			if total <= enough {
				return
			}
			shed(list[i].Workspace)
			before := list[i].bytes
			list[i].bytes = list[i].Bytes()
			total -= before - list[i].bytes
		}
	}
	slices.SortFunc(list, func(a, b measured) int { return cmp.Compare(a.used.Load(), b.used.Load()) })
	for _, m := range list {
		if total <= enough {
			return
		}
		if m.Workspace == asking || m.Name == Default || m.busy.Load() > 0 {
			continue
		}
		if r.evict(m.Workspace) {
			r.evicted.Add(1)
			total -= m.bytes
		}
	}
}

// evict removes a workspace from memory. What is not stored, because there is no store or
// it is down, is lost.
func (r *Registry) evict(w *Workspace) bool {
	if r.persist != nil {
		return r.persist.evict(w)
	}
	return r.drop(w)
}

// measured is a workspace with its size.
type measured struct {
	*Workspace
	bytes int64
}

// measured lists the workspaces, largest first.
func (r *Registry) measured() []measured {
	var out []measured
	for _, w := range r.List() {
		out = append(out, measured{w, w.Bytes()})
	}
	slices.SortFunc(out, func(a, b measured) int { return cmp.Compare(b.bytes, a.bytes) })
	return out
}

// MaxState is the limit, in bytes of memory, of an imported state. It is above the limit
// of bounded rows, so that an exported state can be imported again.
func (r *Registry) MaxState() int64 {
	if r.Bytes <= 0 {
		return math.MaxInt64
	}
	return r.Bytes - r.Bytes/4
}

// TotalBytes estimates the memory that all workspaces take together.
func (r *Registry) TotalBytes() int64 {
	total := r.Default().Bytes()
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, w := range r.byName {
		total += w.Bytes()
	}
	return total
}
