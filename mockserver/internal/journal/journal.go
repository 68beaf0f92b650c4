// Package journal remembers what a mocked instance was asked and what it
// answered: the newest exchanges in a bounded ring, the newest violations of the
// contract, and a count of every answer.
//
// Writing is made for the path of every request: one short lock, no allocation
// once the ring is full, no parsing. Decoding and redaction are left to those who read
// an entry. No secret can be read from a journal.
package journal

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// DefaultSize is how many exchanges a journal keeps unless told otherwise.
const DefaultSize = 500

// maxViolations bounds the violations that are remembered.
const maxViolations = 1000

// MaxBody is how many bytes of a body are kept; the rest is only counted.
const MaxBody = 16 << 10

// Violation is one with the exchange that it belongs to.
type Violation struct {
	ID        int64
	Exchange  int64
	Time      time.Time
	Operation string
	traffic.Violation
}

// Journal is the memory of one workspace. It is safe for concurrent use.
type Journal struct {
	size    int
	most    int // bytes
	secrets *secrets.Redactor
	closed  chan struct{}
	closing sync.Once

	mu         sync.Mutex
	spare      []*record // to be filled; as many as were ever filled at once
	ring       []*record // the entry of an id is at (id-1) % size
	bytes      int       // that the ring takes
	last       int64     // id of the newest entry, and how many there ever were
	emptied    int64     // records up to this id hold no text
	cleared    int64     // entries up to this id were removed
	counts     map[Pair]int64
	violations violationLog
	watches    []*watch
}

// New returns a journal that keeps size exchanges; 0 or less keeps none and
// only counts. They take no more than so many bytes, 0 or less for any number. The redactor knows the secrets of the run, besides those of an exchange
// itself; it may be nil.
func New(size, bytes int, known *secrets.Redactor) *Journal {
	if bytes <= 0 {
		bytes = math.MaxInt
	}
	return &Journal{size: max(size, 0), most: bytes, secrets: known, closed: make(chan struct{}), counts: map[Pair]int64{}}
}

// Close ends all waiting for exchanges, now and later. Otherwise the journal can be
// used further.
func (j *Journal) Close() { j.closing.Do(func() { close(j.closed) }) }

// Done returns a channel that is closed when the journal is.
func (j *Journal) Done() <-chan struct{} { return j.closed }

// Closed reports whether nobody waits for exchanges any more.
func (j *Journal) Closed() bool {
	select {
	case <-j.closed:
		return true
	default:
		return false
	}
}

// Append writes an exchange and returns its id. Ids begin at 1 and have no gaps. What
// is kept is copied, so headers and bodies may be used again.
func (j *Journal) Append(x *traffic.Exchange) int64 {
	fresh := j.blank()
	fresh.fill(x, j.size > 0)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	id := j.last
	fresh.id = id
	if !x.Uncovered {
		j.counts[Pair{Operation: x.Operation, Status: x.Status}]++
	}
	for _, violation := range fresh.violations {
		j.violations.add(Violation{Exchange: id, Time: x.Started, Operation: x.Operation, Violation: violation})
	}
	if len(j.watches) > 0 {
		j.tell(fresh)
	}
	if stale := j.put(fresh); stale != nil {
		j.spare = append(j.spare, stale)
	}
	j.shrink(j.most)
	return id
}

// blank returns a record to fill. It is filled without the lock: others need not
// wait for the copying.
func (j *Journal) blank() *record {
	j.mu.Lock()
	defer j.mu.Unlock()
	last := len(j.spare) - 1
	if last < 0 {
		return new(record)
	}
	out := j.spare[last]
	j.spare = j.spare[:last]
	return out
}

// put stores a record and returns the one that nobody needs any more.
func (j *Journal) put(fresh *record) *record {
	if j.size == 0 {
		return fresh
	}
	if len(j.ring) < j.size {
		j.ring = append(j.ring, fresh)
		j.bytes += fresh.bytes()
		return nil
	}
	at := int((fresh.id - 1) % int64(j.size))
	stale := j.ring[at]
	j.ring[at] = fresh
	j.bytes += fresh.bytes() - stale.bytes()
	return stale
}

// shrink removes the oldest entries until the others take no more than so many bytes. The
// newest one stays.
func (j *Journal) shrink(bytes int) {
	for oldest := max(j.last-int64(len(j.ring)), j.emptied) + 1; j.bytes > bytes && oldest < j.last; oldest++ {
		stale := j.at(oldest)
		j.bytes -= stale.bytes()
		*stale = record{}
		j.bytes += stale.bytes()
		j.emptied, j.cleared = oldest, max(j.cleared, oldest)
	}
}

// Bytes returns what the journal takes in memory.
func (j *Journal) Bytes() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return int64(j.bytes)
}

// Shed removes the older entries until the others take half as much.
func (j *Journal) Shed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spare = nil
	j.shrink(j.bytes / 2)
}

// oldest is the lowest id that is still kept; last+1 if there is none.
func (j *Journal) oldest() int64 { return max(j.last-int64(len(j.ring)), j.cleared) + 1 }

// at returns the record of an id that is kept. Ids run over the ring without
// gaps, also while it grows: it never shrinks but to nothing.
func (j *Journal) at(id int64) *record { return j.ring[int((id-1)%int64(j.size))] }

// Entry returns the exchange of an id; false if it is not kept any more, or not
// there yet.
func (j *Journal) Entry(id int64) (traffic.Exchange, bool) {
	var copied record
	j.mu.Lock()
	kept := id >= j.oldest() && id <= j.last
	if kept {
		j.at(id).copyTo(&copied)
	}
	j.mu.Unlock()
	if !kept {
		return traffic.Exchange{}, false
	}
	return copied.exchange(j.secrets), true
}

// Clear removes all entries and violations. Ids go on, and the coverage stays.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cleared = j.last
	j.violations.clear()
}

// ClearViolations removes the violations.
func (j *Journal) ClearViolations() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.violations.clear()
}

// Stats are the numbers of a journal.
type Stats struct {
	// Recorded is how many exchanges there ever were.
	Recorded int64
	// Kept is how many can be read.
	Kept int
	// Oldest and Newest are the ids of the ends; Oldest is Newest+1 if nothing is
	// kept.
	Oldest, Newest int64
	// Violations is how many violations there ever were.
	Violations int64
	// Last is when the newest exchange began; zero if nothing is kept.
	Last time.Time
}

// Stats returns the numbers of the journal.
func (j *Journal) Stats() Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	oldest := j.oldest()
	stats := Stats{Recorded: j.last, Kept: int(j.last - oldest + 1), Oldest: oldest, Newest: j.last, Violations: j.violations.total}
	if stats.Kept > 0 {
		stats.Last = j.at(j.last).start
	}
	return stats
}

// violationLog remembers the newest violations.
type violationLog struct {
	ring   []Violation
	oldest int // where in the ring; 0 until it is full
	total  int64
}

func (l *violationLog) add(violation Violation) {
	l.total++
	violation.ID = l.total
	if len(l.ring) < maxViolations {
		l.ring = append(l.ring, violation)
		return
	}
	l.ring[l.oldest] = violation
	l.oldest = (l.oldest + 1) % maxViolations
}

func (l *violationLog) list() []Violation {
	return slices.Concat(l.ring[l.oldest:], l.ring[:l.oldest])
}

func (l *violationLog) clear() { l.ring, l.oldest = nil, 0 }

// Violations returns the newest violations, oldest first. What repeats the
// exchange is redacted.
func (j *Journal) Violations() []Violation {
	j.mu.Lock()
	list := j.violations.list()
	j.mu.Unlock()
	for i := range list {
		list[i].Violation = list[i].Redacted(j.secrets)
	}
	return list
}
