package state

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"
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

// Events lists the recorded changes, oldest first.
func (s *Store) Events() ([]*Event, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	return all[Event](txn, tableEvents, indexID)
}

// record adds an event and drops the oldest one over the cap. Events leave only
// at the old end, so the distance of ids is their number.
func record[T any](txn *memdb.Txn, eventType string, actor Actor, now time.Time, before, after *T) error {
	id, err := nextID(txn, tableEvents)
	if err != nil {
		return err
	}
	event := &Event{ID: id, Type: eventType, CreatedAt: stamp(now), CreatedBy: actor}
	if before != nil {
		event.Before = before
	}
	if after != nil {
		event.After = after
	}
	if err := txn.Insert(tableEvents, event); err != nil {
		return fmt.Errorf("recording a %s event: %w", eventType, err)
	}
	if id <= maxEvents {
		return nil
	}
	oldest, err := first[Event](txn, tableEvents, indexID, id-maxEvents)
	if err != nil || oldest == nil {
		return err
	}
	if err := txn.Delete(tableEvents, oldest); err != nil {
		return fmt.Errorf("dropping event %d: %w", oldest.ID, err)
	}
	return nil
}
