package engine

import (
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

// Events are the types of the events that the changes of a table publish. An empty
// one publishes none.
type Events struct {
	Created, Updated, Deleted string
}

// maxEvents bounds the stored events; the oldest go first.
const maxEvents = 1000

// eventLog keeps the newest events. It is not a table: events are written with
// every change and seldom read, and a table would double what a change costs.
type eventLog struct {
	mu     sync.RWMutex
	ring   []*Event
	oldest int   // where in the ring; 0 until it is full
	last   int64 // id of the newest
}

func (l *eventLog) list() ([]*Event, int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Concat(l.ring[l.oldest:], l.ring[:l.oldest]), l.last
}

// newest is the id of the newest event.
func (l *eventLog) newest() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last
}

func (l *eventLog) add(events []*Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, event := range events {
		l.last = event.ID
		if len(l.ring) < maxEvents {
			l.ring = append(l.ring, event)
			continue
		}
		l.ring[l.oldest] = event
		l.oldest = (l.oldest + 1) % maxEvents
	}
}
