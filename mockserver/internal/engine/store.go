package engine

import (
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Store is the state of one instance. It is safe for concurrent use: readers see
// the state as it was when they began, and wait for nobody; writers wait for each
// other.
type Store struct {
	engine  *Engine
	db      *memdb.MemDB
	bytes   atomic.Int64 // that the rows take, by estimation
	commits atomic.Int64 // how many there were
	kept    atomic.Int64 // of these, what tables without a bound take
	writing sync.Mutex   // held from Begin until the events of the change are told
	events  eventLog
	memo    memo
	watch   func([]Change) // told of every commit while writing is held; nil for none
}

// Change is a row that was written: pointers of the table's type, nil where there was or
// is none. Both are the same where a request left the row as it was.
type Change struct{ Before, After any }

// Watch has a function told what each transaction has changed, in order, before the next
// one begins. Rows that go with the one they hang on are not told. One function can watch
// a store.
func (s *Store) Watch(told func([]Change)) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.watch = told
}

// NewStore returns an empty store.
func (e *Engine) NewStore() *Store {
	db, err := memdb.NewMemDB(e.schema)
	if err != nil {
		panic("engine: the schema of the tables is not valid: " + err.Error()) // New has built one
	}
	// Nobody watches for changes, and a snapshot keeps no account of what to tell.
	return &Store{engine: e, db: db.Snapshot()}
}

// Request is what an operation knows of the request that it answers, besides its
// input.
type Request struct {
	Identity Identity
	// Now is the instance's time.
	Now time.Time
	// BaseURL returns where the instance is reached, without a slash at the end.
	BaseURL func() string
	// Address returns that of the client: the first of X-Forwarded-For, which is believed, or
	// that of the connection.
	Address func() string
	// Random is where secrets come from. It is safe for concurrent use.
	Random io.Reader
	// Reserve waits for memory for a large answer of so many bytes. Its error is that of
	// the request. Nil where answers have no bound.
	Reserve func(bytes int64) error
}

// Stamp is the time of the request as the server keeps and prints it: UTC, whole
// milliseconds.
func (r *Request) Stamp() time.Time { return stamp(r.Now) }

func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// newSecret makes a secret of a prefix and that many random bytes in hex.
func (r *Request) newSecret(prefix string, size int) Secret {
	random := make([]byte, size)
	if _, err := io.ReadFull(r.Random, random); err != nil {
		panic("no randomness for a secret: " + err.Error())
	}
	return NewSecret(prefix + hex.EncodeToString(random))
}

// Reader reads the state: a View or a Tx.
type Reader interface{ view() *View }

// View reads the state as it was at one moment. It cannot write.
type View struct {
	*Request
	store *Store
	txn   *memdb.Txn
}

func (v *View) view() *View { return v }

// View returns the state as it is now. The request may be nil where no operation
// reads.
func (s *Store) View(request *Request) *View {
	v := &View{}
	v.Open(s, request)
	return v
}

// Open makes the view one of a store as it is now, as Store.View does, for views that
// are used again.
func (v *View) Open(store *Store, request *Request) {
	*v = View{Request: request, store: store, txn: store.db.Txn(false)}
}

// Tx reads and writes the state. What it writes, the sequences and the events
// included, counts once it is committed.
type Tx struct {
	View
	events  []*Event
	changes []Change // for who watches the store
	silent  bool     // rows are planted: nothing happens
	nextID  int64
	ended   bool
	bytes   int // by how much the rows grew
	kept    int // of these, by how much those of tables without a bound did
}

// Begin starts a transaction, which must be ended by Commit or Abort. Until then
// other writers wait.
func (s *Store) Begin(request *Request) *Tx {
	s.writing.Lock()
	return &Tx{View: View{Request: request, store: s, txn: s.db.Txn(true)}, nextID: s.events.newest()}
}

// Commit makes what was written count, and tells the events.
func (tx *Tx) Commit() {
	if tx.ended {
		return
	}
	tx.ended = true
	defer tx.store.writing.Unlock()
	tx.store.events.add(tx.events) // first: a view that shows a change finds its events
	tx.txn.Commit()
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

// Admit refuses what a request has written where there is no room for its rows, or no id
// for its events.
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

// Changed returns a channel that is closed with the next change that has an event, and when
// another store takes the place of this one.
func (s *Store) Changed() <-chan struct{} { return s.events.wait() }

// Succeed makes the store the successor of another one: revisions go on behind those of the
// other, so that nobody takes what is known of the other for this state.
func (s *Store) Succeed(other *Store) { s.events.follow(&other.events) }

// Commits counts the transactions that may have changed the state.
func (s *Store) Commits() int64 { return s.commits.Load() }

// Revision is that of the newest event.
func (s *Store) Revision() int64 { return s.events.origin() + s.events.newest() }

// Continue has revisions go on behind one that was given out.
func (s *Store) Continue(behind int64) { s.events.found(behind + 1) }

// Retire wakes those who wait for changes of a store that has a successor.
func (s *Store) Retire() { s.events.wake(true) }

// Founded returns the revision of a state without events: 0, or one above those of the states
// before. The revision of an event is its id on top.
func Founded(r Reader) int64 { return r.view().store.events.origin() }

// EventsAfter returns the events after the one of a revision, oldest first; false if that one
// is not kept, or of a state before. There may be some that are newer than the view.
func (v *View) EventsAfter(revision int64) (events []*Event, known bool) {
	return v.store.events.after(revision)
}

// Events returns the newest events, oldest first. There may be some that are newer than the
// view.
func (v *View) Events() []*Event { return v.store.Events() }

// Bytes estimates what the state takes in memory.
func (s *Store) Bytes() int64 { return s.bytes.Load() + s.events.size() }

// ShedEvents drops the older half of the events, and all that was derived.
func (s *Store) ShedEvents() {
	s.events.shed()
	s.memo.clear()
}

// ShedRows drops the older half of the rows that are bounded.
func (s *Store) ShedRows() {
	tx := s.Begin(&Request{})
	defer tx.Abort()
	for _, table := range s.engine.tables {
		table.shed(tx)
	}
	tx.Commit()
}

// Abort takes back what was written, unless it was committed.
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

// Touch tells who watches the store of a row that a request wanted as it is.
func (tx *Tx) Touch(row any) { tx.note(row, row) }

func (tx *Tx) note(before, after any) {
	if tx.store.watch != nil {
		tx.changes = append(tx.changes, Change{before, after})
	}
}

// sequence counts the ids that a table has given out and, of a bounded table, what
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

// must ends what go-memdb refuses: a table or index that does not exist, which New
// has ruled out.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("engine: %v", err))
	}
}
