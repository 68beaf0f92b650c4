package conformance

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pacer keeps the calls of signal endpoints within what the target allows a
// client. It learns that from the RateLimit headers of the answers: after one
// that leaves nothing over, the next call waits until the window ends. It is
// safe for concurrent use.
type pacer struct {
	turn chan struct{} // holds one token: whose turn it is to call

	mu   sync.Mutex
	free time.Time // when the next call may be sent
	ends time.Time // when the window ends that the last call was in
	// lifted is true once a call came back without RateLimit headers.
	lifted bool
}

func newPacer() *pacer {
	p := &pacer{turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p
}

// margin is added to whole seconds that a server tells, because its window may
// begin a little after its clock's reading.
const margin = 20 * time.Millisecond

// enter waits until a request may be sent. The caller tells its answer to the
// function that it gets, nil if there is none.
func (p *pacer) enter(ctx context.Context, r request) (release func(*exchange), err error) {
	if !isCall(r.path) {
		return func(*exchange) {}, nil
	}
	if r.burst || !countsAsCall(r) || p.isLifted() {
		return p.learn, nil
	}
	select {
	case <-p.turn:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := p.wait(ctx); err != nil {
		p.turn <- struct{}{}
		return nil, err
	}
	return func(x *exchange) {
		p.learn(x)
		p.turn <- struct{}{}
	}, nil
}

// wait waits until the target's window lets a call pass.
func (p *pacer) wait(ctx context.Context) error {
	p.mu.Lock()
	pause := time.Until(p.free)
	p.mu.Unlock()
	return sleep(ctx, pause)
}

// fresh waits until the next call begins a window of its own.
func (p *pacer) fresh(ctx context.Context) error {
	p.mu.Lock()
	pause := time.Until(p.ends)
	p.mu.Unlock()
	return sleep(ctx, pause)
}

// learn takes from an answer when the next call may be sent.
func (p *pacer) learn(x *exchange) {
	if x == nil || x.status == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	remaining := x.answer.Get("RateLimit-Remaining")
	if remaining == "" {
		p.lifted = p.lifted || x.status == http.StatusOK
		return
	}
	p.lifted = false
	p.ends = time.Now().Add(seconds(x.answer.Get("RateLimit-Reset")) + margin)
	if remaining == "0" {
		p.free = p.ends
	}
}

func (p *pacer) isLifted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lifted
}

const callPrefix = "/api/signal-endpoint/"

// isCall tells whether a path is one that signals are sent to.
func isCall(path string) bool { return strings.HasPrefix(path, callPrefix) }

// countsAsCall tells whether a target counts a request: it does so only once
// it knows the token.
func countsAsCall(r request) bool {
	token := strings.TrimPrefix(r.header.Get("Authorization"), "Bearer ")
	return strings.HasPrefix(token, "signal_") || r.actor == "admin"
}

// retryAfter is how long a refusal asks to wait.
func retryAfter(header http.Header) time.Duration {
	return max(seconds(header.Get("Retry-After")), time.Second) + margin
}

// maxPause bounds what a target can make the suite wait at a time.
const maxPause = time.Minute

// seconds reads a whole number of seconds; what is none counts as 1.
func seconds(text string) time.Duration {
	number, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || number < 0 {
		number = 1
	}
	return min(time.Duration(number)*time.Second, maxPause)
}

// sleep waits, or returns why the context ended.
func sleep(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
