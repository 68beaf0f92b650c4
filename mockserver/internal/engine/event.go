package engine

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Event is the record of one change.
type Event struct {
	ID        int64
	Type      string
	CreatedAt time.Time
	CreatedBy Actor
	// Before and After are the rows, pointers of the table's type; nil where there
	// was or is none.
	Before, After any

	table AnyTable
}

// Row returns the row as it is after the change, or was if there is none any more.
func (e *Event) Row() any {
	if e.After == nil {
		return e.Before
	}
	return e.After
}

// Events are the types of the events that the changes of a table publish. An empty
// one publishes none.
type Events struct {
	Created, Updated, Deleted string
}

// The bounds of the stored events; the oldest go first.
const (
	maxEvents     = 1000
	maxEventBytes = 4 << 20
)

// eventLog keeps the newest events. It is not a table: events are written with
// every change and seldom read, and a table would double what a change costs.
type eventLog struct {
	mu    sync.RWMutex
	kept  []*Event // oldest first
	bytes int      // that they take, by estimation
	last  int64    // id of the newest
	// founded is the number up to which events were of other states: that of an event here is
	// its id on top.
	founded int64
	changed chan struct{} // closed with the next change; nil if nobody waits
	retired bool          // another store is in its place
}

func (l *eventLog) list() ([]*Event, int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.kept), l.last
}

// newest is the id of the newest event.
func (l *eventLog) newest() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last
}

// after lists the events after the one of a number; false if that one is not kept, or of
// another state.
func (l *eventLog) after(number int64) ([]*Event, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if number == l.founded && (len(l.kept) == 0 && l.last == 0 || len(l.kept) > 0 && l.kept[0].ID == 1) { // since the beginning
		return slices.Clone(l.kept), true
	}
	at, kept := slices.BinarySearchFunc(l.kept, number-l.founded, func(e *Event, id int64) int { return cmp.Compare(e.ID, id) })
	if !kept {
		return nil, false
	}
	return slices.Clone(l.kept[at+1:]), true
}

func (l *eventLog) origin() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.founded
}

// follow continues the numbers of another log.
func (l *eventLog) follow(other *eventLog) { l.found(other.origin() + other.newest() + 1) }

// found has the numbers begin behind those up to one, unless they do so already.
func (l *eventLog) found(founded int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.founded = max(l.founded, founded)
}

// wait returns a channel that is closed with the next change, or is if there will be none.
func (l *eventLog) wait() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
		if l.retired {
			close(l.changed)
		}
	}
	return l.changed
}

// wake tells those who wait that there was a change, or that there will be none any more.
func (l *eventLog) wake(retired bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed != nil && !l.retired {
		close(l.changed)
		l.changed = nil
	}
	l.retired = l.retired || retired
}

func (l *eventLog) size() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return int64(l.bytes)
}

func (l *eventLog) add(events []*Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, event := range events {
		l.last = event.ID
		l.kept = append(l.kept, event)
		l.bytes += event.size()
	}
	l.shrink(maxEvents, maxEventBytes)
}

// shed drops the older half.
func (l *eventLog) shed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shrink(len(l.kept)/2, l.bytes/2)
}

func (l *eventLog) shrink(count, bytes int) {
	for len(l.kept) > count || l.bytes > bytes {
		l.bytes -= l.kept[0].size()
		l.kept[0] = nil
		l.kept = l.kept[1:]
	}
}

// size estimates the bytes that an event takes. Its rows are no others than those of the
// events around it, but may be in the state no longer.
func (e *Event) size() int {
	size := 0
	for _, row := range []any{e.Before, e.After} {
		if row != nil {
			size += e.table.sizeOf(row)
		}
	}
	return size
}
