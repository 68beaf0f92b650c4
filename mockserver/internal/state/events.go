package state

import (
	"slices"
	"sync"
	"time"
)

// The types of the events that changes of signal endpoints record.
const (
	EventEndpointCreated = "signal-endpoint-created"
	EventEndpointUpdated = "signal-endpoint-updated"
	EventEndpointDeleted = "signal-endpoint-deleted"
	EventTokenCreated    = "signal-endpoint-token-created"
	EventTokenUpdated    = "signal-endpoint-token-updated"
	EventTokenDeleted    = "signal-endpoint-token-deleted"
)

// Event is the record of one change. Before and After are an *Endpoint or a
// *Token, nil where there was or is none.
type Event struct {
	ID        int64
	Type      string
	CreatedAt time.Time
	CreatedBy Actor
	Before    any
	After     any
}

// Events lists the newest 1000 events, oldest first.
func (s *Store) Events() []*Event { return s.events.list() }

// eventLog keeps the newest events. It is not a table: events are written with
// every change and read by nobody on the way, and a table would double what a
// change costs. Who writes holds the database's write transaction, so events
// have the order of the changes.
type eventLog struct {
	mu     sync.RWMutex
	ring   []*Event
	oldest int   // where in the ring; 0 until it is full
	last   int64 // id of the newest
}

func (l *eventLog) list() []*Event {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Concat(l.ring[l.oldest:], l.ring[:l.oldest])
}

func (l *eventLog) add(event *Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	event.ID = l.last
	if len(l.ring) < maxEvents {
		l.ring = append(l.ring, event)
		return
	}
	l.ring[l.oldest] = event
	l.oldest = (l.oldest + 1) % maxEvents
}

// record adds the event of a change that is about to be committed.
func record[T any](log *eventLog, eventType string, actor Actor, now time.Time, before, after *T) {
	event := &Event{Type: eventType, CreatedAt: stamp(now), CreatedBy: actor}
	if before != nil {
		event.Before = before
	}
	if after != nil {
		event.After = after
	}
	log.add(event)
}
