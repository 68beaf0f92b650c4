package engine

import (
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Store is the state of one instance. It is safe for concurrent use: readers see the
// state as it was when they began, and never wait; writers wait for each other.
type Store struct {
	engine  *Engine
	db      *memdb.MemDB
	bytes   atomic.Int64 // estimated size of the rows
	commits atomic.Int64 // number of commits
	kept    atomic.Int64 // the part of bytes in tables without a bound
	writing sync.Mutex   // held from Begin until the events of the change are published
	events  eventLog
	memo    memo
	watch   func([]Change)      // called with every commit while writing is held; may be nil
	holders map[string]*holders // by table, of tables whose rows have secrets
}

// Change is a row that was written, as pointers of the table's row type. Before is nil
// for a new row, After for a deleted one. Both are the same if a request left the row as
// it was.
type Change struct{ Before, After any }

// Watch sets the function that receives the changes of each transaction, in order, before
// the next one begins. It does not receive rows that are deleted along with their parent.
// A store has at most one such function.
func (s *Store) Watch(see func([]Change)) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.watch = see
}

// NewStore returns an empty store.
func (e *Engine) NewStore() *Store {
	db, err := memdb.NewMemDB(e.schema)
	if err != nil {
		panic("engine: the schema of the tables is not valid: " + err.Error()) // New has checked it
	}
	// Nothing watches for changes, and a snapshot does not track watchers.
	s := &Store{engine: e, db: db.Snapshot(), holders: map[string]*holders{}}
	for _, table := range e.tables {
		if table.hasSecrets() {
			s.holders[table.name()] = &holders{}
		}
	}
	return s
}

// Request is what an operation knows about its request, besides the input.
type Request struct {
	Identity Identity
	// Now is the instance's time.
	Now time.Time
	// BaseURL returns the URL of the instance, without a trailing slash.
	BaseURL func() string
	// Address returns the client's address: the first in X-Forwarded-For, which is trusted,
	// or else that of the connection.
	Address func() string
	// Random is the source of secrets. It is safe for concurrent use.
	Random io.Reader
	// Reserve waits for the memory that a large answer needs, in bytes. Its error is the
	// answer to the request. Nil if answers are not limited.
	Reserve func(bytes int64) error
}

// Stamp returns the time of the request as the server stores and prints it: UTC, in whole
// milliseconds.
func (r *Request) Stamp() time.Time { return stamp(r.Now) }

func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// RandomText returns a text of 128 random bits.
func (r *Request) RandomText() string { return r.randomHex(16) }

// newSecret makes a secret from a prefix and size random bytes in hex.
func (r *Request) newSecret(prefix string, size int) Secret {
	return NewSecret(prefix + r.randomHex(size))
}

func (r *Request) randomHex(size int) string {
	random := make([]byte, size)
	if _, err := io.ReadFull(r.Random, random); err != nil {
		panic("no randomness: " + err.Error())
	}
	return hex.EncodeToString(random)
}

// Reader reads the state: a View or a Tx.
type Reader interface{ view() *View }

// View reads the state as it was at one moment. It cannot write.
type View struct {
	*Request
	store *Store
	txn   *memdb.Txn
	ofTx  bool // it also shows what its transaction has written so far

	reserved bool // memory for the answer
}

func (v *View) view() *View { return v }

// View returns a view of the current state. The request may be nil if no operation uses
// the view.
func (s *Store) View(request *Request) *View {
	v := &View{}
	v.Open(s, request)
	return v
}

// Open makes v a view of a store's current state, as Store.View does. It allows a View to
// be reused.
func (v *View) Open(store *Store, request *Request) {
	*v = View{Request: request, store: store, txn: store.db.Txn(false)}
}

// Tx reads and writes the state. Rows, sequences and events that it writes take effect
// once it is committed.
type Tx struct {
	View
	events  []*Event
	changes []Change // for the watcher of the store
	silent  bool     // planting rows: publish nothing
	nextID  int64
	ended   bool
	bytes   int        // growth of the rows
	kept    int        // the part of bytes in tables without a bound
	exposed []*holders // of the tables of which a row with a secret has changed
}

// Begin starts a transaction, which must be ended with Commit or Abort. Other writers
// wait until then.
func (s *Store) Begin(request *Request) *Tx {
	s.writing.Lock()
	return &Tx{View: View{Request: request, store: s, txn: s.db.Txn(true), ofTx: true}, nextID: s.events.newest()}
}

// Commit applies what was written and publishes the events.
func (tx *Tx) Commit() {
	if tx.ended {
		return
	}
	tx.ended = true
	defer tx.store.writing.Unlock()
	tx.store.events.add(tx.events) // first, so that a view that shows a change finds its events
	tx.txn.Commit()
	for _, changed := range tx.exposed {
		changed.revision.Add(1)
	}
	tx.store.bytes.Add(int64(tx.bytes))
	tx.store.commits.Add(1)
	tx.store.kept.Add(int64(tx.kept))
	if tx.store.watch != nil {
		tx.store.watch(tx.changes)
	}
	if len(tx.events) > 0 {
		tx.store.events.wake(false)
	}
}

// Admit returns an error if there is no memory left for the rows that a request has
// written, or no id for its events.
func (tx *Tx) Admit() error {
	most := tx.store.engine.most
	switch {
	case tx.nextID > maxID:
		return apierror.Unavailable("No id is left for another event.")
	case most > 0 && tx.kept > 0 && tx.store.kept.Load()+int64(tx.kept) > most:
		return apierror.Unavailable(fmt.Sprintf("No memory is left: what a workspace holds for good may take %d bytes.", most))
	}
	return nil
}

// MaxAnswer is how many bytes an answer may take if it repeats parts of the state, and so can be larger
// than the state. It is the bound on the state itself.
func (v *View) MaxAnswer() int64 {
	if most := v.store.engine.most; most > 0 {
		return most
	}
	return math.MaxInt64
}

// Changed returns a channel that is closed with the next change that has an event, and
// when another store replaces this one.
func (s *Store) Changed() <-chan struct{} { return s.events.wait() }

// Succeed makes the store the successor of another one. Its revisions continue after the
// other's, so that clients do not mistake what they know of the other for this state.
func (s *Store) Succeed(other *Store) { s.events.follow(&other.events) }

// Commits counts the transactions that may have changed the state.
func (s *Store) Commits() int64 { return s.commits.Load() }

// Revision returns the revision of the newest event.
func (s *Store) Revision() int64 { return s.events.origin() + s.events.newest() }

// Continue makes revisions continue after one that was handed out.
func (s *Store) Continue(behind int64) { s.events.found(behind + 1) }

// Retire wakes everything that waits for changes of a store that has been replaced.
func (s *Store) Retire() { s.events.wake(true) }

// Founded returns the revision of the state without any events: 0, or one more than the
// last of the states before. The revision of an event is Founded plus its id.
func Founded(r Reader) int64 { return r.view().store.events.origin() }

// EventsAfter returns the events that follow the one with a revision, oldest first. It
// returns false if that event is no longer kept or belongs to an earlier state. Some
// events may be newer than the view.
func (v *View) EventsAfter(revision int64) (events []*Event, known bool) {
	return v.store.events.after(revision)
}

// Events returns the newest events, oldest first. Some may be newer than the view.
func (v *View) Events() []*Event { return v.store.Events() }

// Bytes estimates the memory that the state takes.
func (s *Store) Bytes() int64 { return s.bytes.Load() + s.events.size() }

// DerivedBytes estimates the memory that derived values take.
func (s *Store) DerivedBytes() int64 { return s.memo.size() }

// ShedDerived drops all derived values.
func (s *Store) ShedDerived() { s.memo.clear() }

// ShedEvents drops the older half of the events.
func (s *Store) ShedEvents() { s.events.shed() }

// ShedRows drops the older half of the rows of each bounded table.
func (s *Store) ShedRows() {
	tx := s.Begin(&Request{})
	defer tx.Abort()
	for _, table := range s.engine.tables {
		table.shed(tx)
	}
	tx.Commit()
}

// Abort discards what was written, unless it was committed.
func (tx *Tx) Abort() {
	if tx.ended {
		return
	}
	tx.ended = true
	tx.txn.Abort()
	tx.store.writing.Unlock()
}

// publish records the event of a change.
func (tx *Tx) publish(table AnyTable, eventType string, before, after any) {
	if tx.silent {
		return
	}
	tx.note(before, after)
	if eventType == "" {
		return
	}
	tx.nextID++
	event := &Event{
		ID: tx.nextID, Type: eventType, CreatedAt: tx.Stamp(), CreatedBy: tx.Identity.Actor,
		Before: before, After: after, table: table,
	}
	tx.events = append(tx.events, event)
	for _, listen := range tx.store.engine.listeners {
		listen(tx, event)
	}
}

// Touch reports to the store's watcher a row that a request left as it was.
func (tx *Tx) Touch(row any) { tx.note(row, row) }

func (tx *Tx) note(before, after any) {
	if tx.store.watch != nil {
		tx.changes = append(tx.changes, Change{before, after})
	}
}

// sequence has the last id that a table has given out and, for a bounded table, how much
// it holds.
type sequence struct {
	Table string
	Last  int64
	Rows  int
	Bytes int
}

const (
	sequences = "sequences"
	primary   = "id" // go-memdb's name for the index that identifies a row
)

func (v *View) sequence(table string) sequence {
	raw, err := v.txn.First(sequences, primary, Text(table))
	must(err)
	if raw == nil {
		return sequence{Table: table}
	}
	return *raw.(*sequence)
}

func (tx *Tx) putSequence(next sequence) { must(tx.txn.Insert(sequences, &next)) }

// must panics if go-memdb returns an error. It does so only for a missing table or index,
// which New has ruled out.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("engine: %v", err))
	}
}
