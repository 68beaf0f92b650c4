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
	// Before and After are the rows, as pointers of the table's row type. Before is nil for
	// a new row, After for a deleted one.
	Before, After any

	table AnyTable
}

// Row returns the row after the change, or before it if the row was deleted.
func (e *Event) Row() any {
	if e.After == nil {
		return e.Before
	}
	return e.After
}

// Events are the types of the events that changes of a table publish. An empty type
// publishes none.
type Events struct {
	Created, Updated, Deleted string
}

// Limits of the stored events; the oldest are dropped first.
const (
	maxEvents     = 1000
	maxEventBytes = 4 << 20
)

// eventLog keeps the newest events. It is not a table: events are written with every
// change but rarely read, and a table would double the cost of a change.
type eventLog struct {
	mu    sync.RWMutex
	kept  []*Event // oldest first
	bytes int      // estimated size of the events
	last  int64    // id of the newest
	// founded separates this state's event numbers from those of earlier states, which are
	// at most founded. The number of an event here is founded plus its id.
	founded int64
	changed chan struct{} // closed with the next change; nil if nobody waits
	retired bool          // another store has replaced this one
}

func (l *eventLog) list() ([]*Event, int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.kept), l.last
}

// newest returns the id of the newest event.
func (l *eventLog) newest() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last
}

// after lists the events that follow the one with a number. It returns false if that
// event is no longer kept or belongs to an earlier state.
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

// follow makes the numbers continue after those of another log.
func (l *eventLog) follow(other *eventLog) { l.found(other.origin() + other.newest() + 1) }

// found makes the numbers begin after founded, unless they already do.
func (l *eventLog) found(founded int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.founded = max(l.founded, founded)
}

// wait returns a channel that is closed with the next change, or at once if there will be
// none.
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

// wake notifies waiters of a change, or that there will be no more.
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

// size estimates the bytes that an event takes. Consecutive events share their rows,
// which may no longer be in the state.
func (e *Event) size() int {
	size := 0
	for _, row := range []any{e.Before, e.After} {
		if row != nil {
			size += e.table.sizeOf(row)
		}
	}
	return size
}
