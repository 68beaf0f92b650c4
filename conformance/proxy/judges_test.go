package proxy

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// before starts a proxy in front of an upstream that answers everything with the same body. end
// stops the proxy.
func before(t *testing.T, body string, options Options) (p *Proxy, base string, end func()) {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(upstream.Close)
	var err error
	if options.Upstream, err = url.Parse(upstream.URL); err != nil {
		t.Fatal(err)
	}
	if p, err = New(options); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	return p, front.URL, func() {
		front.Close()
		p.Close()
	}
}

func post(t *testing.T, url, body string) {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", response.StatusCode, err)
	}
}

// TestTrafficWaitsForNoJudge checks that exchanges still pass, in bounded memory, when the judges
// cannot keep up. Those that are missed are counted, which is logged, reported and an error.
func TestTrafficWaitsForNoJudge(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	const count = maxKept/size + 8
	body := strings.Repeat(" ", size)
	let := make(chan struct{})
	var observed atomic.Int64
	var log strings.Builder // written by the judges, which have ended when it is read
	p, base, end := before(t, `{"health":"GOOD"}`, Options{
		Observe: func(traffic.Exchange) {
			<-let
			observed.Add(1)
		},
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	for range count {
		post(t, base+"/api/admin/signal-endpoints/7/on", body)
	}
	if left := p.budget.left.Load(); left < 0 || left >= size {
		t.Errorf("%d bytes of the budget are left", left)
	}
	close(let)
	p.SetDrain(5 * time.Minute)
	end()
	stats := p.Stats()
	if stats.Exchanges != count || stats.Missed < 8 || int(observed.Load())+stats.Missed != count {
		t.Errorf("stats %+v, of which %d were observed", stats, observed.Load())
	}
	if left := p.budget.left.Load(); left != maxKept {
		t.Errorf("%d bytes were not returned to the budget", maxKept-left)
	}
	if lines := strings.Count(log.String(), "passes faster than it can be judged"); lines != 1 {
		t.Errorf("it is logged %d times: %s", lines, log.String())
	}
	r := p.Report()
	if last := r.Scenarios[len(r.Scenarios)-1]; last.ID != "proxy:missed" || last.Outcome != report.Errored || r.Summary.Errored != 1 {
		t.Errorf("the last scenario is %+v", last)
	}
}

// TestHeldAnswersWaitForTheirJudges checks that nothing is missed while answers are held back,
// however much traffic there is.
func TestHeldAnswersWaitForTheirJudges(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	const count = maxKept/size + 8
	var observed atomic.Int64
	p, base, end := before(t, strings.Repeat(" ", 100), Options{FailOnViolation: true, Judge: Requests, Observe: func(traffic.Exchange) { observed.Add(1) }})
	p.SetDrain(5 * time.Minute)
	for range count {
		post(t, base+"/api/admin/signal-endpoints/7/on", strings.Repeat(" ", size))
	}
	end()
	if stats := p.Stats(); stats.Missed != 0 || observed.Load() != count {
		t.Errorf("stats %+v, of which %d were observed", stats, observed.Load())
	}
}

// TestTheEndWaitsSoLong checks that Close waits for a limited time. What the judges do not reach
// by then counts as missed.
func TestTheEndWaitsSoLong(t *testing.T) {
	t.Parallel()
	var p *Proxy
	observed := 0
	p, base, end := before(t, `{"health":"GOOD"}`, Options{Observe: func(traffic.Exchange) {
		for !p.judges.late.Load() {
			runtime.Gosched()
		}
		observed++
	}})
	p.SetDrain(1)
	const count = 10
	for range count {
		post(t, base+"/api/admin/signal-endpoints/7/on", "")
	}
	end()
	stats := p.Stats()
	if stats.Exchanges != count || stats.Missed == 0 || observed+stats.Missed != count {
		t.Errorf("stats %+v, of which %d were observed", stats, observed)
	}
	if code := p.Report().ExitCode; code != exitcode.Broken && code != exitcode.Error {
		t.Errorf("exit code %d", code)
	}
}

// TestTheEndWaitsForNoJudge checks that Close ends even if judges do not. What they are at and what is left
// counts as missed, and nothing that they still do changes that.
func TestTheEndWaitsForNoJudge(t *testing.T) {
	t.Parallel()
	var recorded bytes.Buffer
	var observed atomic.Int64
	p, base, end := before(t, `{"health":"GOOD"}`, Options{Record: &recorded, Observe: func(traffic.Exchange) { observed.Add(1) }})
	p.judges.large.Lock() // as if the secrets of a large exchange took for ever
	const path = "/api/admin/signal-endpoints/7/on"
	post(t, base+path, "")
	for p.Stats().Violations == 0 {
		runtime.Gosched()
	}
	p.SetDrain(1)
	const count = 3
	for range count {
		post(t, base+path, strings.Repeat(" ", largeBodies+1))
	}
	end()
	stats, report := p.Stats(), p.Report()
	if stats.Exchanges != count+1 || stats.Missed != count || stats.Violations != 1 || strings.Count(recorded.String(), "\n") != 1 || observed.Load() != 1 || p.RecordError() != nil {
		t.Errorf("stats %+v, %d were observed, recorded %.2000s, %v", stats, observed.Load(), recorded.String(), p.RecordError())
	}
	p.judges.large.Unlock()
	p.judges.running.Wait()
	if later := p.Stats(); later != stats || strings.Count(recorded.String(), "\n") != 1 || observed.Load() != 1 || p.Report().Summary != report.Summary {
		t.Errorf("stats %+v became %+v, %d were observed, recorded %.2000s", stats, later, observed.Load(), recorded.String())
	}
	if left := p.budget.left.Load(); left != maxKept {
		t.Errorf("%d bytes were not returned to the budget", maxKept-left)
	}
}

// TestTheEndWaitsForNoRoom checks that an exchange for which there is no room in the queue counts as missed
// once the proxy ends, rather than keep it.
func TestTheEndWaitsForNoRoom(t *testing.T) {
	t.Parallel()
	p := &Proxy{budget: &budget{}, queue: make(chan *exchange, 1), journal: newJournal(spec.Default(), slog.New(slog.DiscardHandler), time.Now())}
	p.life, p.end = context.WithCancel(t.Context())
	p.end()
	for range 2 {
		p.enqueue(&exchange{weight: 10})
	}
	if stats := p.Stats(); stats.Missed != 1 || len(p.queue) != 1 || p.budget.left.Load() != 10 {
		t.Errorf("stats %+v, %d in the queue, %d bytes returned to the budget", stats, len(p.queue), p.budget.left.Load())
	}
}

// TestAFaultOfTheProxyEndsNothing checks that a panic in the proxy stops neither the traffic nor
// the judging and observing of later exchanges. It is logged, counted and an error.
func TestAFaultOfTheProxyEndsNothing(t *testing.T) {
	t.Parallel()
	var log strings.Builder // written by the judges, which have ended when it is read
	observed := 0
	p, base, end := before(t, `{"health":"GOOD"}`, Options{
		Observe: func(x traffic.Exchange) {
			observed++
			if observed == 2 {
				panic("the second")
			}
		},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	p.SetDrain(5 * time.Minute)
	operation := &spec.Operation{ID: "odd"} // which panics when it judges an answer
	request := httptest.NewRequest(http.MethodGet, "/odd", nil)
	for range 5 {
		post(t, base+"/api/admin/signal-endpoints/7/on", "")
		p.queue <- &exchange{operation: operation, path: "/odd", request: request, status: http.StatusOK}
	}
	end()
	stats := p.Stats()
	if stats.Exchanges != 5 || stats.Failed != 6 || stats.Missed != 0 || observed != 5 {
		t.Errorf("stats %+v, and %d were observed", stats, observed)
	}
	if text := log.String(); strings.Count(text, "the proxy failed while processing an exchange") != 6 || !strings.Contains(text, "path=/odd") || !strings.Contains(text, "the second") || !strings.Contains(text, "judges.go") {
		t.Errorf("the log is %s", text)
	}
	if last := p.Report().Scenarios; last[len(last)-1].ID != "proxy:failed" || last[len(last)-1].Outcome != report.Errored {
		t.Errorf("the last scenario is %+v", last[len(last)-1])
	}
}

// TestAnAnswerOverWhichTheProxyFailsPasses checks that an answer that is held back still passes
// if the proxy panics while judging it.
func TestAnAnswerOverWhichTheProxyFailsPasses(t *testing.T) {
	t.Parallel()
	p, _, end := before(t, "", Options{FailOnViolation: true})
	defer end()
	x := &exchange{operation: &spec.Operation{ID: "odd"}, request: httptest.NewRequest(http.MethodGet, "/odd", nil), status: http.StatusOK}
	response := &http.Response{StatusCode: http.StatusOK, Request: x.request}
	if err := p.hold(&flow{exchange: x}, response); err != nil || response.StatusCode != http.StatusOK || x.unjudged == "" || p.Stats().Failed != 1 {
		t.Errorf("error %v, response %+v, stats %+v", err, response, p.Stats())
	}
}

// TestTheEndIsInAHurry checks that judging takes all of the processors' time once the end is
// near.
func TestTheEndIsInAHurry(t *testing.T) {
	t.Parallel()
	p, _, end := before(t, "", Options{})
	defer end()
	p.passing.Add(1) // as if there were still traffic
	defer p.passing.Add(-1)
	p.Hurry()
	began := time.Now()
	if left := p.rest(time.Hour); left != 0 || time.Since(began) > time.Minute {
		t.Errorf("after %s, judging still rests for %s", time.Since(began), left)
	}
}

// TestMissedIsAnError checks that missed and failed exchanges are an error, unless the contract
// is broken.
func TestMissedIsAnError(t *testing.T) {
	t.Parallel()
	for stats, code := range map[Stats]int{
		{Exchanges: 2, Violations: 1, Missed: 1}: exitcode.Broken,
		{Exchanges: 2, Missed: 1}:                exitcode.Error,
		{Exchanges: 2, Failed: 1}:                exitcode.Error,
		{Outside: 2, Failed: 1}:                  exitcode.Error,
		{Exchanges: 2}:                           exitcode.OK,
		{Outside: 2}:                             exitcode.Unverified,
	} {
		if got := stats.exitCode(); got != code {
			t.Errorf("%+v: exit code %d, want %d", stats, got, code)
		}
	}
}

// TestCopiesTakeWhatTheyHold checks that a copy takes from the budget exactly what it holds,
// whatever the size of the reads, and returns it.
func TestCopiesTakeWhatTheyHold(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, 1024, 1025, bufferSize - 1, bufferSize, bufferSize + 1, 10 * bufferSize, 1 << 20} {
		for _, announced := range []bool{true, false} {
			for _, step := range []int{1000, 4096, bufferSize} {
				const room = 2 << 20
				b := &budget{}
				b.left.Store(room)
				text := strings.Repeat("0123456789", size/10+1)[:size]
				length := int64(-1)
				if announced {
					length = int64(size)
				}
				c := newCopied(length, 1<<20, b)
				for rest := text; rest != ""; {
					n := min(step, len(rest))
					c.add([]byte(rest[:n]))
					rest = rest[n:]
				}
				held := 0
				for _, piece := range c.pieces {
					held += cap(piece)
				}
				if taken := room - int(b.left.Load()); taken != held || taken > 2*size+smallestPiece+bufferSize {
					t.Errorf("%d bytes took %d from the budget, but hold %d", size, taken, held)
				}
				if got := string(c.bytes()); got != text || c.over {
					t.Errorf("%d bytes in steps of %d became %d", size, step, len(got))
				}
				c.release()
				if left := b.left.Load(); left != room {
					t.Errorf("%d bytes were not returned to the budget", room-left)
				}
			}
		}
	}
}
