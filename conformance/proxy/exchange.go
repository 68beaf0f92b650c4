package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// exchange is a request and its response, as they pass. Bodies are copied only if the
// exchange is with an operation of the contract.
type exchange struct {
	operation *spec.Operation // nil if the contract has none
	path      string          // escaped, below the base path
	params    []string        // escaped path segments
	started   time.Time
	duration  time.Duration
	request   *http.Request
	sent      *body // nil for no body

	// Of the response. status is 0 if there was none.
	status  int
	header  http.Header
	came    *body // nil for no body
	written int64 // bytes of the body that the client received
	own     *own  // what the proxy itself sent to the client; nil for nothing

	weight int  // bytes taken from the budget, without the bodies
	missed bool // there was no room to keep it for judging

	// judged is true if the response was judged while it was held back. The other fields hold
	// the result.
	judged   bool
	failures []spec.Failure
	unjudged string

	outcome outcome
}

// outcome says how passing on an exchange ended.
type outcome int

const (
	answered   outcome = iota
	unanswered         // the upstream failed before it responded
	cut                // the upstream failed in the middle of its response
	left               // the client did not wait, or did not send all it had announced
	listened           // the client left a stream, which has no other end
)

// exchangeWeight is how much of the budget an exchange takes, without headers and bodies.
const exchangeWeight = 2 << 10

// begin starts tracking a request.
func (p *Proxy) begin(r *http.Request, path string) *exchange {
	x := &exchange{path: path, started: time.Now(), request: r}
	asked, _, _ := strings.Cut(path, "#") // a fragment; the upstream does not see it as part of the path either
	if matched, params, _ := p.contract.Match(asked, r.Method); matched != nil {
		x.operation, x.params = matched.Operation(r.Method), params
	}
	if p.isKept(x) {
		x.weigh(p.budget, exchangeWeight+len(r.RequestURI)+weightOf(r.Header))
	}
	if r.Body == nil || r.Body == http.NoBody {
		return x
	}
	x.sent = &body{source: r.Body, length: r.ContentLength}
	if x.operation != nil && !x.missed && p.needsRequestBody() {
		x.sent.copied = newCopied(r.ContentLength, p.options.MaxBody, p.budget)
	}
	r.Body = x.sent
	return x
}

// isKept reports whether an exchange is processed after it has passed.
func (p *Proxy) isKept(x *exchange) bool { return x.operation != nil || p.observer != nil }

func (p *Proxy) needsRequestBody() bool {
	return p.options.Judge != Responses || p.options.Record != nil || p.observer != nil
}

// weigh takes what an exchange needs from the budget.
func (x *exchange) weigh(from *budget, bytes int) {
	if x.missed = x.missed || !from.take(bytes); !x.missed {
		x.weight += bytes
	}
}

func weightOf(header http.Header) int {
	bytes := 0
	for name, values := range header {
		for _, value := range values {
			bytes += len(name) + len(value)
		}
	}
	return bytes
}

// inspect processes the head of a response before it is passed on.
func (p *Proxy) inspect(response *http.Response) error {
	f := flowOf(response.Request.Context())
	f.chunked, f.length = len(response.TransferEncoding) > 0, response.ContentLength
	x := f.exchange
	x.status, x.header = response.StatusCode, response.Header
	if response.StatusCode == http.StatusSwitchingProtocols {
		if x.operation != nil {
			x.status, x.header = 0, nil // the rest is not HTTP, so there is nothing to judge
		}
		return nil
	}
	if p.isKept(x) {
		x.weigh(p.budget, weightOf(response.Header))
	}
	if response.Body != nil && response.Body != http.NoBody {
		x.came = &body{source: response.Body, length: response.ContentLength}
		response.Body = x.came
	}
	if x.operation == nil {
		return nil
	}
	if isStream(response.Header) {
		if x.came != nil && !x.missed {
			x.came.copied = newCopied(response.ContentLength, min(p.options.MaxBody, maxStreamCopy), p.budget)
		}
		return nil
	}
	if x.came != nil {
		x.came.idle, x.came.stalled = p.options.Timeout, func() { f.cancel(errStalled) }
		if !x.missed {
			x.came.copied = newCopied(response.ContentLength, p.options.MaxBody, p.budget)
		}
	}
	if p.options.FailOnViolation && p.options.Judge != Requests {
		return p.hold(f, response)
	}
	return nil
}

// maxStreamCopy is how many bytes of a stream are copied. For a longer one, only the head is
// judged.
const maxStreamCopy = 64 << 10

// isStream reports whether a response continues for as long as the client listens. A stream
// is not held back, and may be silent for any time.
func isStream(response http.Header) bool {
	mediaType, _, _ := mime.ParseMediaType(response.Get("Content-Type"))
	return mediaType == "text/event-stream"
}

// hold reads a response to its end, judges it, and replaces it if it breaks the contract. A
// response that is too long to be judged passes unchanged.
func (p *Proxy) hold(f *flow, response *http.Response) error {
	x := f.exchange
	if x.came != nil {
		begin, err := io.ReadAll(io.LimitReader(x.came, int64(p.options.MaxBody)+1))
		if err != nil {
			x.status, x.header, x.came = 0, nil, nil
			f.chunked = false
			return err
		}
		response.Body = heldBody{Reader: io.MultiReader(bytes.NewReader(begin), x.came), Closer: x.came}
	}
	p.judgeHeld(x)
	if len(x.failures) == 0 {
		return nil
	}
	f.chunked = false
	if err := response.Body.Close(); err != nil {
		p.logger.Debug("closing an answer that is replaced", "error", err)
	}
	replacement := p.answer(response.Request.Method, http.StatusBadGateway, p.violated(x.operation, x.failures))
	x.own = &replacement
	f.length = int64(len(replacement.body))
	replace(response, replacement)
	return nil
}

// judgeHeld judges a response before it is passed on. If judging fails, the response passes.
func (p *Proxy) judgeHeld(x *exchange) {
	defer p.survive(x, func() { x.unjudged = "judging it failed" })
	x.judged = true
	x.failures, x.unjudged = p.judgeResponse(x)
}

// heldBody is a response that was already read, at least its beginning.
type heldBody struct {
	io.Reader
	io.Closer
}

// errStalled ends a response that made no progress for too long.
var errStalled = errors.New("the upstream stopped in the middle of its answer")

// finish queues an exchange for judging. It never waits, unless responses are held back
// anyway, and then not beyond the end of the proxy.
func (p *Proxy) finish(x *exchange) {
	x.duration = time.Since(x.started)
	if x.came != nil && x.own == nil && x.outcome == answered && !x.came.isWhole() {
		x.outcome = p.interrupted(x)
	}
	x.sent.seal()
	x.came.seal()
	if x.operation != nil {
		p.journal.pass(x)
	}
	switch {
	case !p.isKept(x):
	case x.isMissed():
		p.journal.miss(x)
		x.release(p.budget)
	default:
		p.enqueue(x)
	}
}

func (p *Proxy) enqueue(x *exchange) {
	select {
	case p.queue <- x:
		return
	default: // full
	}
	select {
	case p.queue <- x:
	case <-p.life.Done():
		p.journal.miss(x)
		x.release(p.budget)
	}
}

// isMissed reports whether there was no room to keep all of an exchange.
func (x *exchange) isMissed() bool { return x.missed || x.sent.isMissed() || x.came.isMissed() }

// release returns what was taken from the budget.
func (x *exchange) release(to *budget) {
	x.sent.release()
	x.came.release()
	x.sent, x.came = nil, nil
	to.give(x.weight)
	x.weight = 0
}

// interrupted finds out which side ended a response early.
func (p *Proxy) interrupted(x *exchange) outcome {
	stalled := errors.Is(context.Cause(x.request.Context()), errStalled)
	err := x.came.failure()
	if !stalled && (err == nil || clientLeft(x)) {
		if isStream(x.header) {
			return listened
		}
		return left
	}
	if stalled {
		err = errStalled
	}
	p.logger.Warn("the upstream did not finish its answer", "method", x.request.Method, "path", x.path, "error", err)
	return cut
}
