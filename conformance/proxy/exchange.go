package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// exchange is a request and its answer, as they pass. Bodies are copied only of
// operations of the contract.
type exchange struct {
	operation *spec.Operation // nil for what is none
	path      string          // escaped, below the base path
	params    []string        // escaped path segments
	started   time.Time
	duration  time.Duration
	request   *http.Request
	sent      *capture // nil for no body

	// Of the answer; status is 0 if none came.
	status  int
	header  http.Header
	came    *capture // nil for no body
	written int64    // bytes of the body that the client got
	own     *own     // what the client got from the proxy itself; nil for nothing

	// judged holds what was found while the answer was held back.
	judged   bool
	failures []spec.Failure
	unjudged string

	outcome outcome
}

// outcome is how passing an exchange on ended.
type outcome int

const (
	answered   outcome = iota
	unanswered         // the upstream failed before it answered
	cut                // the upstream failed in the middle of its answer
	left               // the client did not wait
)

// begin starts to follow a request.
func (p *Proxy) begin(r *http.Request, path string) *exchange {
	x := &exchange{path: path, started: time.Now(), request: r}
	matched, params, _ := p.contract.Match(path)
	if matched == nil {
		return x
	}
	if x.operation = matched.Operation(r.Method); x.operation == nil {
		return x
	}
	x.params = params
	if r.Body != nil && r.Body != http.NoBody && p.needsRequestBody() {
		x.sent = newCapture(r.Body, r.ContentLength, p.options.MaxBody)
		r.Body = x.sent
	}
	return x
}

func (p *Proxy) needsRequestBody() bool {
	return p.options.Judge != Responses || p.options.Record != nil || p.observer != nil
}

// inspect sees the head of an answer before it leaves.
func (p *Proxy) inspect(response *http.Response) error {
	f := flowOf(response.Request.Context())
	f.chunked = len(response.TransferEncoding) > 0
	x := f.exchange
	x.status, x.header = response.StatusCode, response.Header
	if x.operation == nil {
		return nil
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		x.status, x.header = 0, nil // the rest is no HTTP, and nothing to judge
		return nil
	}
	if response.Body != nil && response.Body != http.NoBody {
		x.came = newCapture(response.Body, response.ContentLength, p.options.MaxBody)
		x.came.idle, x.came.expired = p.options.Timeout, func() { f.cancel(errStalled) }
		response.Body = x.came
	}
	if p.options.FailOnViolation && p.options.Judge != Requests {
		return p.hold(f, response)
	}
	return nil
}

// hold reads an answer to its end, judges it and replaces it if it breaks the
// contract. One that is too long to be judged passes as it is.
func (p *Proxy) hold(f *flow, response *http.Response) error {
	x := f.exchange
	if x.came != nil {
		begin, err := io.ReadAll(io.LimitReader(x.came, int64(p.options.MaxBody)+1))
		if err != nil {
			x.status, x.header, x.came = 0, nil, nil
			return err
		}
		response.Body = heldBody{Reader: io.MultiReader(bytes.NewReader(begin), x.came), Closer: x.came}
	}
	x.judged = true
	x.failures, x.unjudged = p.judgeResponse(x)
	if len(x.failures) == 0 {
		return nil
	}
	f.chunked = false
	if err := response.Body.Close(); err != nil {
		p.logger.Debug("closing an answer that is replaced", "error", err)
	}
	replacement := p.answer(response.Request.Method, http.StatusBadGateway, violated(x.operation, x.failures))
	x.own = &replacement
	replace(response, replacement)
	return nil
}

// heldBody is an answer that was read already, at least its beginning.
type heldBody struct {
	io.Reader
	io.Closer
}

// errStalled ends an answer of which nothing came for too long.
var errStalled = errors.New("the upstream stopped in the middle of its answer")

// finish hands an exchange over to be judged.
func (p *Proxy) finish(x *exchange) {
	x.duration = time.Since(x.started)
	if x.operation == nil && p.observer == nil {
		return
	}
	if x.came != nil && x.outcome == answered && !x.came.isWhole() && !x.came.isOver() {
		x.outcome = p.interrupted(x)
	}
	p.queue <- x
}

// interrupted tells who ended an answer in the middle.
func (p *Proxy) interrupted(x *exchange) outcome {
	stalled := errors.Is(context.Cause(x.request.Context()), errStalled)
	err := x.came.failure()
	if !stalled && (err == nil || clientLeft(x.request)) {
		return left
	}
	if stalled {
		err = errStalled
	}
	p.logger.Warn("the upstream did not finish its answer", "operation", x.operation.ID, "error", redactText(err.Error()))
	return cut
}

// capture copies a body while somebody else reads it, up to a limit.
type capture struct {
	source io.ReadCloser
	length int64 // announced, or -1
	limit  int

	mu   sync.Mutex
	read int64 // how much passed
	copy []byte
	over bool  // there was more than the limit
	end  error // what the source ended with, io.EOF included

	// expired is called when a Read takes longer than idle; nil for nobody.
	expired func()
	idle    time.Duration
}

func newCapture(source io.ReadCloser, length int64, limit int) *capture {
	c := &capture{source: source, length: length, limit: limit}
	if length > 0 && length <= int64(limit) {
		c.copy = make([]byte, 0, length)
	}
	return c
}

// Read passes on what the source gives.
func (c *capture) Read(into []byte) (int, error) {
	if c.expired != nil {
		defer time.AfterFunc(c.idle, c.expired).Stop()
	}
	n, err := c.source.Read(into)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read += int64(n)
	if c.over = c.over || len(c.copy)+n > c.limit; !c.over {
		c.copy = append(c.copy, into[:n]...)
	}
	if err != nil {
		c.end = err
	}
	return n, err
}

// Close closes the source.
func (c *capture) Close() error { return c.source.Close() }

// held is what was copied; what went over the limit is not in it.
func (c *capture) held() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.copy
}

// passed is how many bytes were read.
func (c *capture) passed() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read
}

// isWhole tells whether everything was copied.
func (c *capture) isWhole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.over && (errors.Is(c.end, io.EOF) || c.length >= 0 && int64(len(c.copy)) == c.length)
}

func (c *capture) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// failure is what kept the source from being read to its end; nil if nothing
// did, or if nobody read that far.
func (c *capture) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.end, io.EOF) {
		return nil
	}
	return c.end
}
