package proxy

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Limits on what is kept for an operation. Counts are not limited.
const (
	keptExchanges = 20       // the newest, separately for those that keep the contract and those that break it
	keptBody      = 64 << 10 // bytes of a body
	keptBreaches  = 500      // different violations; any others are only counted, together
)

// Stats counts what has passed. Nothing is left out.
type Stats struct {
	// Exchanges counts requests to operations of the contract, Outside all others.
	Exchanges int
	Outside   int
	// Refused counts requests that the proxy did not pass on: outside of Options.BasePath, or to open a tunnel.
	Refused int
	// Missed counts exchanges that passed too fast to be processed. They were neither judged
	// nor recorded, and Options.Observe was not called for them.
	Missed int
	// Failed counts exchanges that the proxy failed to judge because of an error of its own,
	// which it has logged. They passed, but may not have been judged or recorded.
	Failed int
	// Violations counts exchanges that broke the contract.
	Violations int
	// Unjudged counts bodies that were too long, cut off or in an unknown encoding: only the
	// status and headers of their messages were judged.
	Unjudged int
	// Unanswered counts requests that the upstream did not answer completely or at all. Left
	// counts those that the client aborted.
	Unanswered int
	Left       int
}

// journal records what has passed.
type journal struct {
	contract *spec.Contract
	logger   *slog.Logger
	started  time.Time

	mu         sync.Mutex
	stats      Stats
	warned     bool   // whether missed exchanges have been logged
	mock       string // version of the mock that responds, if it is one
	operations map[*spec.Operation]*tally
	judging    map[*exchange]bool // what the judges are at
	abandoned  bool               // what they are at counts as missed
}

// tally is what is recorded about one operation.
type tally struct {
	Stats
	statuses map[int]int
	duration time.Duration
	first    time.Time
	breaches []*breach
	known    map[kindOfBreach]*breach
	beyond   int // violations that are counted but not kept
	good     ring
	bad      ring
}

// breach is a violation and how often it occurred.
type breach struct {
	traffic.RecordViolation
	status int
	count  int
}

// kindOfBreach is what two violations have in common that are reported as one: all but the indexes in the
// pointer.
type kindOfBreach struct {
	traffic.RecordViolation
	status int
}

// ring keeps the newest exchanges.
type ring struct {
	kept []traffic.Exchange
	next int
}

func (r *ring) add(k traffic.Exchange) {
	if len(r.kept) < keptExchanges {
		r.kept = append(r.kept, k)
		return
	}
	r.kept[r.next] = k
	r.next = (r.next + 1) % keptExchanges
}

func newJournal(contract *spec.Contract, logger *slog.Logger, now time.Time) *journal {
	return &journal{contract: contract, logger: logger, started: now, operations: map[*spec.Operation]*tally{}, judging: map[*exchange]bool{}}
}

// addOutside counts a request that is not to an operation.
func (j *journal) addOutside() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stats.Outside++
}

// addRefused counts a request that is not passed on.
func (j *journal) addRefused() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stats.Refused++
}

// pass counts an exchange with an operation when it has ended.
func (j *journal) pass(x *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.operations[x.operation]
	if t == nil {
		t = &tally{statuses: map[int]int{}, known: map[kindOfBreach]*breach{}, first: x.started}
		j.operations[x.operation] = t
	}
	j.stats.count(x)
	t.count(x)
	if x.started.Before(t.first) {
		t.first = x.started
	}
	t.duration += x.duration
	if mock := x.header.Get("Unleash-Mock"); mock != "" {
		j.mock = mock
	}
	if x.status != 0 && !x.isRevalidated() {
		t.statuses[x.status]++
	}
}

func (s *Stats) count(x *exchange) {
	s.Exchanges++
	switch x.outcome {
	case unanswered, cut:
		s.Unanswered++
	case left:
		s.Left++
	}
}

// miss counts an exchange that will not be processed.
func (j *journal) miss(x *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.countMissed(x)
}

func (j *journal) countMissed(x *exchange) {
	j.stats.Missed++
	if t := j.operations[x.operation]; t != nil {
		t.Missed++
	}
}

// begin notes that an exchange is being judged, until add or fail.
func (j *journal) begin(x *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.judging[x] = true
}

// abandon counts what is being judged as missed.
func (j *journal) abandon() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for x := range j.judging {
		j.countMissed(x)
	}
	j.abandoned = true
}

// fail counts an exchange whose processing failed.
func (j *journal) fail(x *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.abandoned {
		return
	}
	delete(j.judging, x)
	j.stats.Failed++
	if t := j.operations[x.operation]; t != nil {
		t.Failed++
	}
}

// warnOfMissed logs once that exchanges were missed. Only judges call it, because traffic
// must not wait for a log.
func (j *journal) warnOfMissed() {
	j.mu.Lock()
	due := j.stats.Missed > 0 && !j.warned
	j.warned = j.warned || due
	j.mu.Unlock()
	if due {
		j.logger.Warn("traffic passes faster than it can be judged: some of it passes unjudged and unrecorded; the summary at the end says how much")
	}
}

// add records the verdict on an exchange that has passed. The violations of kept are those of the verdict as
// they may be shown.
func (j *journal) add(x *exchange, found verdict, kept traffic.Exchange) {
	for _, violation := range j.remember(x, found, kept) {
		j.logger.Warn("contract violated", "operation", x.operation.ID, "direction", violation.Direction,
			"status", x.status, "pointer", violation.In+violation.Pointer, "reason", violation.Reason)
	}
}

// remember stores an exchange and its verdict, and returns the new violations.
func (j *journal) remember(x *exchange, found verdict, kept traffic.Exchange) (fresh []traffic.RecordViolation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.abandoned {
		return nil
	}
	delete(j.judging, x)
	t := j.operations[x.operation]
	j.stats.judge(found)
	t.judge(found)
	if len(found.violations) == 0 {
		t.good.add(kept)
		return nil
	}
	t.bad.add(kept)
	for _, violation := range kept.Violations {
		if shown := violation.Record(); t.isNew(shown, x.status) {
			fresh = append(fresh, shown)
		}
	}
	return fresh
}

func (s *Stats) judge(found verdict) {
	s.Unjudged += found.unjudged
	if len(found.violations) > 0 {
		s.Violations++
	}
}

// isNew counts a violation and reports whether it is the first of its kind.
func (t *tally) isNew(violation traffic.RecordViolation, status int) bool {
	key := kindOfBreach{violation, status}
	key.Pointer = anyIndex(violation.Pointer)
	if known := t.known[key]; known != nil {
		known.count++
		return false
	}
	if len(t.breaches) == keptBreaches {
		t.beyond++
		return false
	}
	t.known[key] = &breach{RecordViolation: violation, status: status, count: 1}
	t.breaches = append(t.breaches, t.known[key])
	return true
}

// anyIndex replaces indexes with *, so that a list of a thousand entries has one violation,
// not a thousand.
func anyIndex(pointer string) string {
	tokens := strings.Split(pointer, "/")
	for i, token := range tokens {
		if token != "" && strings.Trim(token, "0123456789") == "" {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, "/")
}

// kept returns the exchanges that are kept, including those that broke the contract.
func (t *tally) kept() []traffic.Exchange { return slices.Concat(t.good.kept, t.bad.kept) }
