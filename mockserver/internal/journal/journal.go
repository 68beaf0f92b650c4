// Package journal remembers what a mocked instance was asked and what it answered: the
// newest exchanges in a bounded ring, the newest violations of the contract, and a count
// of every answer.
//
// Writing is cheap enough for every request: one short lock, no allocation once the ring
// is full, no parsing. Entries are decoded and redacted when they are read; violations,
// which outlive their exchange, also when they are written. No secret can be read from a
// journal.
package journal

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// DefaultSize is how many exchanges a journal keeps by default.
const DefaultSize = 500

// maxViolations is how many violations are kept.
const maxViolations = 1000

// MaxBody is how many bytes of a body are kept; the rest is only counted.
const MaxBody = 16 << 10

// Violation is a violation with the exchange to which it belongs.
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
	spare      []*record // reusable; as many as were ever filled at once
	ring       []*record // the entry with an id is at (id-1) % size
	bytes      int       // size of the ring
	last       int64     // id of the newest entry, and the number of entries ever made
	emptied    int64     // records up to this id have no text
	cleared    int64     // entries up to this id were removed
	counts     map[Pair]int64
	violations violationLog
	watches    []*watch
}

// New returns a journal that keeps size exchanges; 0 or less keeps none and only counts.
// The exchanges take at most the given number of bytes; 0 or less means no limit. The
// redactor knows the secrets of this run, in addition to those in an exchange itself; it
// may be nil.
func New(size, bytes int, known *secrets.Redactor) *Journal {
	if bytes <= 0 {
		bytes = math.MaxInt
	}
	return &Journal{size: max(size, 0), most: bytes, secrets: known, closed: make(chan struct{}), counts: map[Pair]int64{}}
}

// Close ends all waiting for exchanges, now and in the future. Otherwise the journal
// remains usable.
func (j *Journal) Close() { j.closing.Do(func() { close(j.closed) }) }

// Done returns a channel that is closed when the journal is closed.
func (j *Journal) Done() <-chan struct{} { return j.closed }

// Closed reports whether the journal is closed.
func (j *Journal) Closed() bool {
	select {
	case <-j.closed:
		return true
	default:
		return false
	}
}

// Append writes an exchange and returns its id. Ids start at 1 and have no gaps. The
// journal copies what it keeps, so headers and bodies may be reused.
func (j *Journal) Append(x *traffic.Exchange) int64 {
	fresh := j.blank()
	fresh.fill(x, j.size > 0)
	fresh.violations = traffic.Short(x.RedactedViolations(j.secrets))
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
		j.show(fresh)
	}
	if stale := j.put(fresh); stale != nil {
		j.spare = append(j.spare, stale)
	}
	j.shrink(j.most)
	return id
}

// blank returns a record to fill. It is filled without the lock, so that others need not
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

// put stores a record and returns the one that is no longer needed.
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

// shrink removes the oldest entries until the rest take no more than this many bytes, of
// which violations take at most a quarter. The newest entry always stays.
func (j *Journal) shrink(bytes int) {
	j.violations.shrink(maxViolations, bytes/4)
	bytes -= j.violations.bytes
	for oldest := max(j.last-int64(len(j.ring)), j.emptied) + 1; j.bytes > bytes && oldest < j.last; oldest++ {
		stale := j.at(oldest)
		j.bytes -= stale.bytes()
		*stale = record{}
		j.bytes += stale.bytes()
		j.emptied, j.cleared = oldest, max(j.cleared, oldest)
	}
}

// Bytes returns the memory that the journal takes.
func (j *Journal) Bytes() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return int64(j.bytes + j.violations.bytes)
}

// Shed removes the oldest entries and violations until the rest take half the memory.
func (j *Journal) Shed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spare = nil
	j.shrink((j.bytes + j.violations.bytes) / 2)
}

// oldest returns the lowest id that is still kept, or last+1 if there is none.
func (j *Journal) oldest() int64 { return max(j.last-int64(len(j.ring)), j.cleared) + 1 }

// at returns the record of an id that is kept. Ids fill the ring without gaps, even while
// it grows: the ring never shrinks, except to nothing.
func (j *Journal) at(id int64) *record { return j.ring[int((id-1)%int64(j.size))] }

// Entry returns the exchange with an id. It returns false if that is no longer kept or
// does not exist yet.
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

// Clear removes all entries and violations. Ids continue, and the coverage stays.
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

// Stats has figures about a journal.
type Stats struct {
	// Recorded is how many exchanges were ever recorded.
	Recorded int64
	// Kept is how many can be read.
	Kept int
	// Oldest and Newest are the lowest and highest id. Oldest is Newest+1 if nothing is
	// kept.
	Oldest, Newest int64
	// Violations is how many violations were ever recorded.
	Violations int64
	// Last is when the newest exchange began; zero if nothing is kept.
	Last time.Time
}

// Stats returns the figures of the journal.
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

// violationLog keeps the newest violations.
type violationLog struct {
	list  []Violation // oldest first, after those that are gone
	gone  int
	bytes int // size of those that are kept
	total int64
}

func (v *Violation) bytes() int { return violationSize + v.Bytes() }

func (l *violationLog) kept() []Violation { return l.list[l.gone:] }

func (l *violationLog) add(violation Violation) {
	l.total++
	violation.ID = l.total
	l.list = append(l.list, violation)
	l.bytes += violation.bytes()
	l.shrink(maxViolations, l.bytes)
}

// shrink removes the oldest until the rest are few enough and take no more than this many bytes.
func (l *violationLog) shrink(count, bytes int) {
	for len(l.kept()) > count || l.bytes > bytes {
		l.bytes -= l.list[l.gone].bytes()
		l.list[l.gone] = Violation{}
		l.gone++
	}
	if l.gone > count { // their place is used again
		l.list, l.gone = slices.Delete(l.list, 0, l.gone), 0
	}
}

func (l *violationLog) clear() { l.list, l.gone, l.bytes = nil, 0, 0 }

// Violations returns the newest violations, oldest first. Parts that repeat the exchange
// are redacted.
func (j *Journal) Violations() []Violation {
	j.mu.Lock()
	list := slices.Clone(j.violations.kept())
	j.mu.Unlock()
	for i := range list {
		list[i].Violation = list[i].Redacted(j.secrets)
	}
	return list
}
