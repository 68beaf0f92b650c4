package journal

import (
	"context"
	"slices"
)

// watch waits for matching exchanges. It sees each as it is written, so it does not miss
// those that the ring drops before anybody looks.
type watch struct {
	filter Filter
	seen   int
	want   int
	done   chan struct{}
}

// show shows a new record to the watches. The lock must be held.
func (j *Journal) show(fresh *record) {
	for _, w := range j.watches {
		if w.seen >= w.want || !w.filter.matches(fresh) {
			continue
		}
		w.seen++
		if w.seen == w.want {
			close(w.done)
		}
	}
}

// Wait returns once count exchanges match, including those already kept, or the context
// ends, or the journal is closed. It returns how many it saw.
func (j *Journal) Wait(ctx context.Context, filter Filter, count int) int {
	w := j.watch(filter, count)
	if w.done != nil {
		select {
		case <-w.done:
		case <-ctx.Done():
		case <-j.closed:
		}
	}
	return j.unwatch(w)
}

// watch counts the kept exchanges and, if they are not enough, registers for new ones.
// Both happen under one lock, so that none is missed.
func (j *Journal) watch(filter Filter, count int) *watch {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := &watch{filter: filter, want: count}
	for id := max(j.oldest(), filter.After+1); id <= j.last; id++ {
		if filter.matches(j.at(id)) {
			w.seen++
		}
	}
	if w.seen < count {
		w.done = make(chan struct{})
		j.watches = append(j.watches, w)
	}
	return w
}

func (j *Journal) unwatch(w *watch) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at := slices.Index(j.watches, w); at >= 0 {
		j.watches = slices.Delete(j.watches, at, at+1)
	}
	return w.seen
}
