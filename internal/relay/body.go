package relay

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// body is the body of a request on its way to the upstream. It answers io.EOF itself
// once its announced length has passed, and from then on.
type body struct {
	request *http.Request
	source  io.Reader
	leave   *leave // nil if the client does not ask for leave to send it
	ended   func() // called when the source has ended as it should; nil for nobody

	reading sync.Mutex // one Read at a time
	mu      sync.Mutex
	passed  int64
	end     error // what the source ended with, io.EOF included
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

// errStopped is for a transport that reads on after the exchange has ended.
var errStopped = errors.New("the exchange has ended")

// Read passes on what the source gives.
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

// Close does nothing: the server closes what it has opened.
func (b *body) Close() error { return nil }

// finish ends the body, if nothing has yet.
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

// leave is what a client waits for that sends "Expect: 100-continue". Go's server
// gives it once the body is read, so the body is not read before the upstream has
// given it, or has refused it by its answer.
type leave struct {
	once    sync.Once
	decided chan struct{}
	given   bool // good once it is decided
}

func newLeave() *leave { return &leave{decided: make(chan struct{})} }

// longestLeave is how long to wait for an upstream that does not know of leaves.
const longestLeave = time.Second

// await blocks until it is decided.
func (l *leave) await() {
	if l == nil {
		return
	}
	defer time.AfterFunc(longestLeave, func() { l.decide(true) }).Stop()
	<-l.decided
}

// hear learns of a status of the upstream.
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

// isRefused reports whether the client need not send the body.
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
