package relay

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// body is the body of a request on its way to the upstream. Once its announced length has
// passed, it returns io.EOF without reading the source again.
type body struct {
	request *http.Request
	source  io.Reader
	leave   *leave // nil if the client does not wait for leave to send it
	ended   func() // called when the source has ended properly; may be nil

	reading sync.Mutex // one Read at a time
	mu      sync.Mutex
	passed  int64
	end     error // the error with which the source ended, io.EOF included
}

func newBody(r *http.Request) *body {
	b := &body{request: r, source: r.Body}
	if strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		b.leave = newLeave()
	}
	if r.ContentLength == 0 {
		b.end = io.EOF
	}
	return b
}

// errStopped is returned to a transport that reads on after the exchange has ended.
var errStopped = errors.New("the exchange has ended")

// Read passes on what the source returns.
func (b *body) Read(into []byte) (int, error) {
	b.reading.Lock()
	defer b.reading.Unlock()
	b.leave.await()
	if err := b.ending(); err != nil {
		return 0, err
	}
	n, err := b.source.Read(into)
	b.passed += int64(n)
	if err == nil && b.passed == b.request.ContentLength {
		err = io.EOF
	}
	if errors.Is(err, io.EOF) && b.ended != nil {
		b.ended()
	}
	if err != nil {
		b.finish(err)
	}
	return n, err
}

// Close does nothing: the server closes the body that it opened.
func (b *body) Close() error { return nil }

// finish ends the body, unless it has already ended.
func (b *body) finish(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		b.end = err
	}
}

func (b *body) ending() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// leave is what a client that sends "Expect: 100-continue" waits for. Go's server gives
// leave when the body is read. So the body is not read until the upstream has given
// leave, or has refused it with its answer.
type leave struct {
	once    sync.Once
	decided chan struct{}
	given   bool // valid once decided is closed
}

func newLeave() *leave { return &leave{decided: make(chan struct{})} }

// longestLeave is how long to wait for an upstream that ignores the header Expect.
const longestLeave = time.Second

// await blocks until leave is given or refused.
func (l *leave) await() {
	if l == nil {
		return
	}
	defer time.AfterFunc(longestLeave, func() { l.decide(true) }).Stop()
	<-l.decided
}

// hear takes a status from the upstream: 100 gives leave, and a final status refuses it.
func (l *leave) hear(status int) {
	if status == http.StatusContinue || status >= http.StatusOK {
		l.decide(status == http.StatusContinue)
	}
}

func (l *leave) decide(given bool) {
	if l == nil {
		return
	}
	l.once.Do(func() {
		l.given = given
		close(l.decided)
	})
}

// isRefused reports whether the client need not send the body: leave was refused, or is
// not decided.
func (l *leave) isRefused() bool {
	if l == nil {
		return false
	}
	select {
	case <-l.decided:
		return !l.given
	default:
		return true
	}
}
