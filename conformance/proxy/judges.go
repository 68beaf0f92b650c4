package proxy

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// Limits on what judging may cost the traffic.
const (
	// maxKept is how many bytes may be kept of what is passing and of what is waiting to be
	// judged. What comes when they are used up is not judged.
	maxKept = 128 << 20
	// While traffic passes, the judges get one part in this many of the processors' time, and
	// a smaller part the more exchanges are waiting. A long queue means that traffic is
	// heavy, and the judges can catch up when it pauses.
	fewestParts = 12
	mostParts   = 48
	// leastDrain is how much of the time to drain the judges get after the last exchange,
	// however long open exchanges took.
	leastDrain = time.Second
	// maxSilence is how long draining may take before it is logged.
	maxSilence = time.Second
	// lastVerdict is how long the judges may take for what they are at when the time to drain is over.
	lastVerdict = time.Second
	// largeBodies is how many bytes of bodies make an exchange a large one. Looking for secrets in a hostile
	// text takes a multiple of its size.
	largeBodies = 1 << 20
	// maxHeld is how many exchanges may be queued before traffic waits for the judges, if
	// responses are held back.
	maxHeld = 64
)

// judges process exchanges after they have passed.
type judges struct {
	running sync.WaitGroup
	rests   bool // whether the judges rest while traffic passes
	once    sync.Once
	hurried chan struct{} // closed when the traffic is about to end
	until   time.Time     // the deadline of the judges from then on
	late    atomic.Bool   // the deadline has passed
	large   sync.Mutex    // held while the secrets of a large exchange are looked for

	taking sync.Mutex
	taken  int // how many were taken from the queue
}

// startJudges creates the queue and starts the judges. Every exchange in the queue weighs
// something, so the budget is used up before the queue is full, and nothing ever waits for
// it.
func (p *Proxy) startJudges() {
	p.judges.rests, p.judges.hurried = true, make(chan struct{})
	p.budget = &budget{}
	p.budget.left.Store(maxKept)
	p.queue = make(chan *exchange, maxKept/exchangeWeight)
	if p.options.FailOnViolation {
		p.judges.rests = false
		p.budget.left.Store(math.MaxInt64)
		p.queue = make(chan *exchange, maxHeld)
	}
	for range runtime.GOMAXPROCS(0) {
		p.judges.running.Go(p.judgeAll)
	}
}

// Hurry announces that the traffic is about to end. Judging then no longer makes room for
// traffic, and has Options.Drain to finish. Close calls it too.
func (p *Proxy) Hurry() {
	p.judges.once.Do(func() {
		p.judges.until = time.Now().Add(p.options.Drain)
		close(p.judges.hurried)
	})
}

// drain stops the judges and the recording once the queue is empty. What they do not reach in
// time counts as missed, or is missing in the recording.
func (p *Proxy) drain() {
	longest := max(time.Until(p.judges.until), min(p.options.Drain, leastDrain))
	defer time.AfterFunc(longest, func() {
		p.judges.late.Store(true)
		if p.recorder != nil {
			close(p.recorder.late)
		}
	}).Stop()
	defer time.AfterFunc(maxSilence, func() {
		p.logger.Info("judging what has passed", "waiting", len(p.queue), "longest", longest.String())
	}).Stop()
	close(p.queue)
	ended := make(chan struct{})
	go func() {
		p.judges.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(longest + lastVerdict):
		p.abandon()
	}
	if p.recorder != nil {
		p.recorder.close()
	}
	p.journal.warnOfMissed()
}

// abandon counts as missed what the judges are still at, and what is left in the queue. Whatever they find
// after that changes nothing.
func (p *Proxy) abandon() {
	p.observer.close()
	for x := range p.queue {
		p.journal.miss(x)
		x.release(p.budget)
	}
	p.journal.abandon()
}

// judgeAll judges what is in the queue until the queue is closed.
func (p *Proxy) judgeAll() {
	var debt time.Duration
	for {
		x, turn, open := p.take()
		if !open {
			return
		}
		begun := time.Now()
		if p.judges.late.Load() {
			p.journal.miss(x)
			p.observer.skip(turn)
		} else {
			p.conclude(x, turn)
		}
		x.release(p.budget)
		p.journal.warnOfMissed()
		debt = p.rest(debt + p.restFor(time.Since(begun)))
	}
}

// take takes an exchange from the queue, and its turn: how many were taken before it. A judge
// that had to wait for an exchange pauses before it starts, because at that moment client and
// upstream need the processor.
func (p *Proxy) take() (x *exchange, turn int, open bool) {
	p.judges.taking.Lock()
	defer p.judges.taking.Unlock()
	select {
	case x, open = <-p.queue:
	default:
		x, open = <-p.queue
		p.wait(shortestRest)
	}
	turn = p.judges.taken
	p.judges.taken++
	return x, turn, open
}

// Rests are long enough for timers to be exact, and short enough to end soon after the
// traffic does.
const (
	shortestRest = time.Millisecond
	longestRest  = 10 * time.Millisecond
)

// restFor returns how long to rest after some work.
func (p *Proxy) restFor(work time.Duration) time.Duration {
	if !p.judges.rests {
		return 0
	}
	fill := 1 - float64(p.budget.left.Load())/maxKept
	parts := fewestParts + fill*(mostParts-fewestParts)
	return time.Duration((parts - 1) * float64(work))
}

// rest leaves the processors to the traffic, and returns how much of the debt remains for
// later.
func (p *Proxy) rest(debt time.Duration) time.Duration {
	for debt >= shortestRest {
		if p.passing.Load() == 0 {
			return 0
		}
		begun := time.Now()
		if !p.wait(min(debt, longestRest)) {
			return 0
		}
		debt -= time.Since(begun)
	}
	return debt
}

// survive, when deferred, recovers from a panic while an exchange is processed. It logs and
// counts the panic and calls instead. The traffic has passed all the same.
func (p *Proxy) survive(x *exchange, instead func()) {
	if cause := recover(); cause != nil {
		p.logger.Error("the proxy failed while processing an exchange, which passes anyway", "path", x.path, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		p.journal.fail(x)
		instead()
	}
}

// wait waits, and reports whether it was not hurried.
func (p *Proxy) wait(so time.Duration) bool {
	select {
	case <-time.After(so):
		return true
	case <-p.judges.hurried:
		return false
	}
}

// conclude judges an exchange, records it, and passes it to the observer. turn is how many
// ended before it. A panic ends neither the proxy nor the turns of others.
func (p *Proxy) conclude(x *exchange, turn int) {
	defer p.survive(x, func() { p.observer.skip(turn) })
	if x.operation == nil { // only exchanges for the observer get here
		p.observer.add(turn, x.observed(x.noted(verdict{}, passed{}, passed{})))
		return
	}
	p.journal.begin(x)
	found := p.judge(x)
	noted := x.noted(found, p.passed(x.sent, x.request.Header), p.passed(x.came, x.header))
	noted.Violations = p.keep(x, found, noted)
	if p.observer != nil {
		p.observer.add(turn, x.observed(noted))
	}
}

// keep records an exchange and its verdict. It returns the violations as they may be kept: redacted, and then
// shortened.
func (p *Proxy) keep(x *exchange, found verdict, noted traffic.Exchange) []traffic.Violation {
	recorded := p.recorder != nil && x.outcome == answered
	sent, record := p.redacted(x, &noted, recorded)
	if recorded {
		p.recorder.write(record)
	}
	p.journal.add(x, found, sent.Clipped(keptBody))
	return noted.Violations
}

// redacted returns an exchange as it was sent, with redacted violations, and its line in a recording.
// Large ones take turns, as redacting takes memory.
func (p *Proxy) redacted(x *exchange, noted *traffic.Exchange, recorded bool) (sent *traffic.Exchange, record traffic.Record) {
	if len(noted.Request.Body)+len(noted.Response.Body) > largeBodies {
		p.judges.large.Lock()
		defer p.judges.large.Unlock()
	}
	noted.Violations = traffic.Short(noted.RedactedViolations(p.secrets))
	sent = x.asSent(*noted)
	if recorded {
		record = sent.Record(p.secrets, p.options.MaxBody)
	}
	return sent, record
}
