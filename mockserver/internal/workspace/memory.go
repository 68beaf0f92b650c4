package workspace

import (
	"cmp"
	"math"
	"slices"
)

// instanceSize is what a workspace takes besides what it is asked to keep, by
// measurement.
const instanceSize = 40 << 10

// FreshSize is what a workspace takes that is made for a request, with what its making
// takes.
const FreshSize = 64 << 10

// countEvery is after how many bytes that may have come all are counted anew.
const countEvery = 4 << 20

// Bytes estimates what the workspace takes in memory.
func (w *Workspace) Bytes() int64 {
	instance := w.Instance()
	bytes := instanceSize + w.Journal.Bytes() + instance.Store.Bytes() + instance.Rules.Bytes()
	for _, limiter := range instance.Limiters {
		bytes += limiter.Bytes()
	}
	return bytes
}

// Grown says that the workspace may take so many bytes more. It makes room where all
// together take too much: the workspaces that hold most drop the older half of their
// exchanges, then of their events, then of rows that have a bound; where that does not suffice, those
// unused for longest are removed. Nobody waits but the one that found out.
func (w *Workspace) Grown(bytes int64) {
	if r := w.registry; r.Bytes > 0 && r.grown.Add(bytes) >= min(countEvery, r.Bytes/16) && r.relieving.TryLock() {
		defer r.relieving.Unlock()
		r.grown.Store(0)
		r.relieve(w)
	}
}

// answersRoom is what large answers may share beside workspaces that take so much: what these
// leave, from an eighth of what they may take to half of it.
func (r *Registry) answersRoom(total int64) int64 {
	return max(min(r.Bytes-total, r.Bytes/2), r.Bytes/8)
}

// relieve makes room, if that is needed, without removing the workspace that asks.
func (r *Registry) relieve(asking *Workspace) {
	total := r.TotalBytes()
	defer func() { r.Answers.Resize(r.answersRoom(total)) }()
	if total <= r.Bytes {
		return
	}
	enough := r.Bytes - r.Bytes/8
	list := r.measured()
	for _, shed := range []func(*Workspace){
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

// evict takes a workspace out of memory: what is not stored, as there is no store or it is
// down, is gone.
func (r *Registry) evict(w *Workspace) bool {
	if r.persist != nil {
		return r.persist.evict(w)
	}
	return r.drop(w)
}

// measured is a workspace and what it takes.
type measured struct {
	*Workspace
	bytes int64
}

// measured lists the workspaces, those first that take most.
func (r *Registry) measured() []measured {
	var out []measured
	for _, w := range r.List() {
		out = append(out, measured{w, w.Bytes()})
	}
	slices.SortFunc(out, func(a, b measured) int { return cmp.Compare(b.bytes, a.bytes) })
	return out
}

// MaxState is what the state of one workspace may take in bytes if it is imported: more
// than rows with a bound may, so that what is exported can be imported again.
func (r *Registry) MaxState() int64 {
	if r.Bytes <= 0 {
		return math.MaxInt64
	}
	return r.Bytes - r.Bytes/4
}

// TotalBytes estimates what all workspaces together take in memory.
func (r *Registry) TotalBytes() int64 {
	total := r.Default().Bytes()
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, w := range r.byName {
		total += w.Bytes()
	}
	return total
}
