package proxy

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Bounds of what the judges may cost the traffic.
const (
	// maxKept is how many bytes may be kept of what passes and of what waits to be
	// judged. What comes when they are used up is not judged.
	maxKept = 128 << 20
	// While traffic passes, the judges have one part of so many of the processors'
	// time: less of it the more waits for them. A long queue means that traffic is
	// heavy, and there is time to catch up when it pauses.
	fewestParts = 12
	mostParts   = 48
	// leastDrain is what they have of the time to drain after the last exchange, however
	// long open ones took.
	leastDrain = time.Second
	// maxSilence is how long that is not logged.
	maxSilence = time.Second
	// maxHeld is how many exchanges may wait where answers are held back, before
	// traffic waits for the judges.
	maxHeld = 64
)

// judges look at exchanges after they have passed.
type judges struct {
	running sync.WaitGroup
	rests   bool // while traffic passes
	once    sync.Once
	hurried chan struct{} // closed when the traffic is about to end
	until   time.Time     // which they have from then on
	late    atomic.Bool   // the time for that is over

	taking sync.Mutex
	taken  int // from the queue
}

// startJudges makes the queue and those who work it off. Each exchange in it
// weighs something, so that the budget is used up before the queue is full, and
// nobody ever waits for it.
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

// Hurry announces that the traffic is about to end: judging no longer makes room for it, and
// has Options.Drain to finish. Close does so too.
func (p *Proxy) Hurry() {
	p.judges.once.Do(func() {
		p.judges.until = time.Now().Add(p.options.Drain)
		close(p.judges.hurried)
	})
}

// drain ends the judges once they have worked off the queue. What they do not get
// to in time is missed.
func (p *Proxy) drain() {
	longest := max(time.Until(p.judges.until), min(p.options.Drain, leastDrain))
	defer time.AfterFunc(longest, func() { p.judges.late.Store(true) }).Stop()
	defer time.AfterFunc(maxSilence, func() {
		p.logger.Info("judging what has passed", "waiting", len(p.queue), "longest", longest.String())
	}).Stop()
	close(p.queue)
	p.judges.running.Wait()
	p.journal.warnOfMissed()
}

// judgeAll judges what is in the queue until its end.
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

// take takes an exchange from the queue, and its turn: how many were taken before. A
// judge that is woken by it lets it rest first: to start at once would take the
// processor at the moment at which client and upstream need it.
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

// Rests are as long as timers are exact, and end soon after the traffic does.
const (
	shortestRest = time.Millisecond
	longestRest  = 10 * time.Millisecond
)

// restFor is how long to rest after so much work.
func (p *Proxy) restFor(work time.Duration) time.Duration {
	if !p.judges.rests {
		return 0
	}
	fill := 1 - float64(p.budget.left.Load())/maxKept
	parts := fewestParts + fill*(mostParts-fewestParts)
	return time.Duration((parts - 1) * float64(work))
}

// rest leaves the processors to the traffic, and returns how much of the debt is
// left for later.
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

// survive counts a panic over an exchange and reports it; deferred, it takes the place of
// what was not done then. Traffic has passed all the same.
func (p *Proxy) survive(operation *spec.Operation, path string, instead func()) {
	if cause := recover(); cause != nil {
		p.logger.Error("the proxy failed over an exchange, which has passed", "path", path, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		p.journal.fail(operation)
		instead()
	}
}

// wait reports whether there is no hurry.
func (p *Proxy) wait(so time.Duration) bool {
	select {
	case <-time.After(so):
		return true
	case <-p.judges.hurried:
		return false
	}
}

// conclude judges an exchange, remembers it and tells of it. turn is how many
// ended before. A panic ends neither the proxy nor the turns of others.
func (p *Proxy) conclude(x *exchange, turn int) {
	defer p.survive(x.operation, x.path, func() { p.observer.skip(turn) })
	if x.operation == nil { // only those that are to be told of come here
		p.observer.add(turn, x.observed(x.noted(verdict{}, passed{}, passed{})))
		return
	}
	found := p.judge(x)
	noted := x.noted(found, p.passed(x.sent, x.request.Header), p.passed(x.came, x.header))
	sent := x.asSent(noted)
	if p.recorder != nil && x.outcome == answered {
		p.recorder.write(sent.Record(p.secrets, p.options.MaxBody))
	}
	p.journal.add(x, found, sent.Clipped(keptBody))
	if p.observer != nil {
		p.observer.add(turn, x.observed(noted))
	}
}
