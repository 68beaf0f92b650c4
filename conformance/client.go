package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/spec"
)

// request is what is to be sent.
type request struct {
	method string
	path   string // with its query, below the target's URL
	header http.Header
	body   []byte // nil for none
	// actor is who sends it, as the report tells it; empty if nobody in
	// particular.
	actor string
	// burst is true if it must not wait for a limit on calls to let it pass.
	burst bool
}

// exchange is a request and its answer as they were, secrets included.
type exchange struct {
	request
	url       string
	operation *spec.Operation // nil if it addresses none of the contract's
	started   time.Time
	duration  time.Duration

	status   int // 0 if no answer came
	answer   http.Header
	received []byte // the body after decompression
	unread   string // why the body could not be read or decompressed
	// value is the body as JSON, numbers as json.Number; isJSON is false if it
	// is none.
	value  any
	isJSON bool
	// extra is what followed the head of an answer to HEAD.
	extra []byte
}

// client sends requests to the target. It is safe for concurrent use.
type client struct {
	http     *http.Client
	target   *target
	contract *spec.Contract
	timeout  time.Duration
	headers  http.Header
	agent    string
	calls    *pacer
	redact   *redactor
	wrote    atomic.Bool // a request was sent that could change something
}

// maxBody is how much of an answer is read: far more than any answer of the
// API to the suite's requests.
const maxBody = 32 << 20

func newClient(target *target, options Options, contract *spec.Contract, redact *redactor) *client {
	dialer := &net.Dialer{Timeout: options.Timeout, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     options.TLS.Clone(),
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: options.Concurrency + 1,
		IdleConnTimeout:     60 * time.Second,
		DisableCompression:  true, // the suite decompresses, so that it sees what was sent
	}
	return &client{
		http: &http.Client{
			Transport:     guard{headProbe{transport, dialer}, options.mayWrite(target)},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		target:   target,
		contract: contract,
		timeout:  options.Timeout,
		headers:  options.Headers,
		agent:    strings.TrimRight("unleash-mock-verify/"+options.Version, "/"),
		calls:    newPacer(),
		redact:   redact,
	}
}

// mayWrite reports whether requests that change something may be sent.
func (o Options) mayWrite(t *target) bool { return !o.ReadOnly && (o.AllowWrites || t.loopback) }

// close ends idle connections.
func (c *client) close() { c.http.CloseIdleConnections() }

// noAnswerError says that the target was reached but gave no HTTP answer.
type noAnswerError struct{ cause error }

func (e *noAnswerError) Error() string { return "no answer: " + e.cause.Error() }
func (e *noAnswerError) Unwrap() error { return e.cause }

// maxTries is how often a request is sent that the target's limits refuse.
const maxTries = 4

// send sends a request and reads its answer. A refusal with 429 is waited for
// and tried again, unless the request is one of a burst; tries are the earlier
// exchanges. The error is a *noAnswerError if that is the target's fault.
func (c *client) send(ctx context.Context, r request) (last *exchange, tries []*exchange, err error) {
	for {
		release, err := c.calls.enter(ctx, r)
		if err != nil {
			return nil, tries, err
		}
		last, err = c.once(ctx, r)
		release(last)
		if err != nil || last.status != http.StatusTooManyRequests || r.burst || len(tries)+1 == maxTries {
			return last, tries, err
		}
		tries = append(tries, last)
		if err := sleep(ctx, retryAfter(last.answer)); err != nil {
			return nil, tries, err
		}
	}
}

// once sends a request a single time.
func (c *client) once(ctx context.Context, r request) (*exchange, error) {
	x := &exchange{request: r, url: c.target.base + r.path, started: time.Now()}
	path, _, _ := strings.Cut(r.path, "?")
	x.operation = c.contract.Find(r.method, path)
	defer func() { x.duration = time.Since(x.started) }()

	sending := ctx
	if !isSafe(r.method) {
		// It may be done though nobody waits for the answer, which alone tells what
		// there is to remove.
		sending = context.WithoutCancel(ctx)
		c.wrote.Store(true)
	}
	limited, cancel := context.WithTimeout(sending, c.timeout)
	defer cancel()
	sent, err := c.build(limited, r, x.url)
	if err != nil {
		return x, err
	}
	response, err := c.http.Do(sent)
	if err != nil {
		return x, c.explain(sending, limited, err)
	}
	defer response.Body.Close()
	x.status, x.answer = response.StatusCode, response.Header
	if head, is := response.Body.(*headBody); is {
		x.extra = head.extra
	}
	x.read(response.Body)
	return x, nil
}

func (c *client) build(ctx context.Context, r request, url string) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, url, body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	for name, values := range c.headers {
		sent.Header[http.CanonicalHeaderKey(name)] = values
	}
	for name, values := range r.header {
		sent.Header[http.CanonicalHeaderKey(name)] = values
	}
	sent.Header.Set("User-Agent", c.agent)
	if host := c.headers.Get("Host"); host != "" {
		sent.Host = host
	}
	return sent, nil
}

// explain says why no answer came: the user ended the run, the target cannot be
// reached, or it is the target's fault.
func (c *client) explain(ctx, limited context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	if errors.Is(err, errReadOnly) {
		return err
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // without the URL, which the exchange has
	}
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"), isTLS(err):
		return fmt.Errorf("%w: %w%s", ErrUnreachable, err, advice(err))
	case limited.Err() != nil:
		return &noAnswerError{fmt.Errorf("none came within %s", c.timeout)}
	}
	return &noAnswerError{err}
}

// read takes in the body and decompresses it.
func (x *exchange) read(body io.Reader) {
	raw, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	x.received = raw
	switch {
	case err != nil:
		x.unread = "the body ends too early: " + err.Error()
		return
	case len(raw) > maxBody:
		x.unread = fmt.Sprintf("the body is longer than %d bytes", maxBody)
		return
	}
	if len(raw) > 0 {
		plain, err := httpx.Decode(x.answer, raw, maxBody)
		if err != nil {
			x.unread = "the body is not in the encoding that the answer names: " + err.Error()
			return
		}
		x.received = plain
	}
	x.value, x.isJSON = decodeJSON(x.received)
}

// decodeJSON reads one JSON value, numbers to the letter.
func decodeJSON(text []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return value, true
}
