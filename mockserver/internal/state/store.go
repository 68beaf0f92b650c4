// Package state holds what a mocked Unleash remembers: endpoints, tokens,
// signals, events, users, API tokens and invoices, in one in-memory database.
//
// Objects are immutable once stored: a change stores a copy. Reads never wait
// for writes. Whatever must be checked together with a write (a unique name, a
// limit, the next id) is checked inside its one write transaction.
package state

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/mockserver/seed"
)

// Options are what a store needs to know besides its seed.
type Options struct {
	// MaxSignals bounds the stored signals; the oldest go first. 0 or less
	// means DefaultMaxSignals.
	MaxSignals int
}

// DefaultMaxSignals is how many signals a store keeps unless told otherwise.
const DefaultMaxSignals = 100_000

// maxEvents bounds the stored events; the oldest go first.
const maxEvents = 1000

// Store is the state of one mocked instance. It is safe for concurrent use.
type Store struct {
	db         *memdb.MemDB
	maxSignals int
	events     eventLog
	invoices   []byte
	detailed   []byte
}

// New builds a store that holds the seed.
func New(seed seed.Seed, options Options) (*Store, error) {
	db, err := memdb.NewMemDB(schema())
	if err != nil {
		return nil, fmt.Errorf("building the database: %w", err)
	}
	// Nobody watches for changes, and a snapshot keeps no account of what to tell.
	store := &Store{db: db.Snapshot(), maxSignals: options.MaxSignals, invoices: seed.Invoices, detailed: seed.DetailedInvoices}
	if store.maxSignals <= 0 {
		store.maxSignals = DefaultMaxSignals
	}
	if err := store.plant(seed); err != nil {
		return nil, err
	}
	return store, nil
}

// Actor is who makes a change, as the events tell it.
type Actor struct {
	ID       int64
	Username string
}

// NotFoundError says that a resource of that id does not exist.
type NotFoundError struct {
	Resource string
	ID       int64
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no %s has the id %d", e.Resource, e.ID)
}

// NameTakenError says that another resource has that name.
type NameTakenError struct {
	Resource string
	Name     string
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("a %s named %q exists", e.Resource, e.Name)
}

// LimitError says that no further resource of that kind may be created.
type LimitError struct {
	Resource string
	Limit    int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the limit of %d %ss is reached", e.Limit, e.Resource)
}

// The resources' names in errors.
const (
	ResourceEndpoint = "signal endpoint"
	ResourceToken    = "signal endpoint token"
)

// stamp is a time as the server keeps and prints it: UTC, whole milliseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// sequence counts the ids that a table has given out.
type sequence struct {
	Table string
	Last  int64
	// Stored is how many objects the table holds; kept for signals, which are
	// too many to count.
	Stored int
}

// nextID takes the next id of a table within the transaction. Ids increment and
// are never used again.
func nextID(txn *memdb.Txn, table string) (int64, error) {
	next, err := sequenceTxn(txn, table)
	if err != nil {
		return 0, err
	}
	next.Last++
	return next.Last, putSequence(txn, next)
}

// sequenceTxn returns a table's sequence, which begins at 0.
func sequenceTxn(txn *memdb.Txn, table string) (sequence, error) {
	current, err := first[sequence](txn, tableSequences, indexID, table)
	if err != nil || current == nil {
		return sequence{Table: table}, err
	}
	return *current, nil
}

func putSequence(txn *memdb.Txn, next sequence) error {
	if err := txn.Insert(tableSequences, &next); err != nil {
		return fmt.Errorf("storing the sequence of %s: %w", next.Table, err)
	}
	return nil
}

// first returns the object of that key, or nil.
func first[T any](txn *memdb.Txn, table, index string, args ...any) (*T, error) {
	raw, err := txn.First(table, index, args...)
	if err != nil {
		return nil, fmt.Errorf("reading %s by %s: %w", table, index, err)
	}
	if raw == nil {
		return nil, nil
	}
	return raw.(*T), nil
}

// all returns the objects of that key in the order of the index.
func all[T any](txn *memdb.Txn, table, index string, args ...any) ([]*T, error) {
	iterator, err := txn.Get(table, index, args...)
	if err != nil {
		return nil, fmt.Errorf("listing %s by %s: %w", table, index, err)
	}
	var out []*T
	for raw := iterator.Next(); raw != nil; raw = iterator.Next() {
		out = append(out, raw.(*T))
	}
	return out, nil
}
