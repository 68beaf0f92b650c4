// Package target communicates with the instance that is verified: where it is, how requests
// and responses travel, how often it may be called, and what it says about itself.
package target

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
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

// Config says how to reach a target.
type Config struct {
	Address  *Address
	Contract *spec.Contract
	// Writes allows requests that may change something.
	Writes bool
	// Timeout is the timeout of one request.
	Timeout time.Duration
	// Headers are sent with every request.
	Headers http.Header
	// TLS configures connections; nil means Go's default.
	TLS *tls.Config
	// Connections is how many requests are sent at a time.
	Connections int
	// Agent is the User-Agent header of the requests.
	Agent string
	// Limits lists the target's rate limits.
	Limits []Limit
}

// Client sends requests to the target. It is safe for concurrent use.
type Client struct {
	Config
	http  *http.Client
	pace  []*pace
	wrote atomic.Bool
	// waited is how long requests have waited for limits of the target, in nanoseconds.
	waited atomic.Int64
	// inVain is how many requests in a row got only responses of a gateway, however often they were sent.
	inVain atomic.Int32
	// answered is true once a response came. silent is how many requests have waited for one in vain until then,
	// each as long as it may.
	answered atomic.Bool
	silent   atomic.Int32
	// heard is the path of the first GET that the target itself answered, and no gateway; nil until then. spoke is
	// when the last response came, in nanoseconds.
	heard atomic.Pointer[string]
	spoke atomic.Int64
	lost  atomic.Pointer[error] // see Lost
	// workspace is the run's own workspace on a mock; empty if there is none.
	workspace string
}

// NewClient returns a client. The caller has to close it.
func NewClient(config Config) *Client {
	dialer := &net.Dialer{Timeout: config.Timeout, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     config.TLS.Clone(),
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: config.Connections + 1,
		IdleConnTimeout:     60 * time.Second,
		DisableCompression:  true, // the suite decompresses, so that it sees what was sent

		MaxResponseHeaderBytes: maxHead,
		OnProxyConnectResponse: refusedByProxy,
	}
	c := &Client{Config: config, http: &http.Client{
		Transport:     guard{headProbe{transport, dialer}, config.Writes},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, limit := range config.Limits {
		c.pace = append(c.pace, newPace(limit, c.wait))
	}
	return c
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Wrote reports whether a request was sent that may have changed something.
func (c *Client) Wrote() bool { return c.wrote.Load() }

// ErrUnreachable is wrapped by the error of a target that does not speak HTTP.
var ErrUnreachable = errors.New("the target cannot be reached")

// NoAnswerError means that the target was reached but sent no HTTP response.
type NoAnswerError struct{ cause error }

func (e *NoAnswerError) Error() string { return "no answer: " + e.cause.Error() }

// Unwrap returns the cause.
func (e *NoAnswerError) Unwrap() error { return e.cause }

// mostSilent is how many requests a target may leave without an answer before it counts as unreachable.
const mostSilent = 2

// IsMute reports whether the target has answered nothing so far, and enough requests have waited for it.
func (c *Client) IsMute() bool { return !c.answered.Load() && c.silent.Load() >= mostSilent }

// What a target that has answered before may do until it counts as lost: refuse connections for as long as a restart
// takes, or answer nothing for the time of several requests.
const (
	maxRestart   = 5 * time.Second
	restartPause = 250 * time.Millisecond
	mostUnheeded = 3
)

// Lost returns an error, which wraps ErrUnreachable, once the target has answered before but does not any more. From
// then on no request is sent.
func (c *Client) Lost() error {
	if err := c.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// Unreachable returns the error for a target that answered none of the requests for some paths. err is what
// happened to one of them.
func Unreachable(err error, tried ...string) error {
	if errors.Is(err, ErrUnreachable) {
		return err
	}
	if len(tried) == 0 {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w (tried %s)", ErrUnreachable, err, strings.Join(tried, ", "))
}

// maxTries is how often a request is sent if the target's limits, or a gateway, refuse it.
const maxTries = 6

// A gateway that has answered for the target to enoughInVain requests in a row, until their last try, is
// not waited for any more until something else answers, and never for longer than gatewayPause at a time.
const (
	enoughInVain = 2
	gatewayPause = 2 * time.Second
)

// passes reports whether a request may get another response a moment later. A gateway's response does
// not say whether the target carried the request out, so not every request can be repeated.
func (x *Exchange) passes() bool {
	return !x.Burst && (x.Status == http.StatusTooManyRequests || x.MayRepeat() && x.OfGateway())
}

// Send sends a request and reads its response. After a 429, or a response of a gateway, it waits and
// tries again, unless the request is part of a burst. tries are the earlier exchanges. The error is a
// *NoAnswerError if the target is at fault.
func (c *Client) Send(ctx context.Context, r Request) (last *Exchange, tries []*Exchange, err error) {
	pace := c.paceOf(r)
	for {
		release, err := pace.enter(ctx, r)
		if err != nil {
			return nil, tries, err
		}
		last, err = c.reconnecting(ctx, r)
		release(last)
		if err == nil && !last.OfGateway() {
			c.inVain.Store(0)
		}
		if err != nil || !last.passes() || c.isLastTry(last, len(tries)+1) {
			if err == nil && last.OfGateway() && c.heard.Load() != nil && !c.answers(ctx, c.base()) {
				err = away(ctx, fmt.Sprintf("a gateway answers %d in its place", last.Status))
			}
			return last, tries, err
		}
		tries = append(tries, last)
		pause := retryAfter(last.Answer)
		if last.OfGateway() {
			pause = min(pause, gatewayPause)
		}
		if err := c.wait(ctx, pause); err != nil {
			return nil, tries, err
		}
	}
}

// isLastTry reports whether a request that could be repeated is not.
func (c *Client) isLastTry(x *Exchange, tries int) bool {
	last := tries == maxTries
	if !x.OfGateway() {
		return last
	}
	if last {
		c.inVain.Add(1)
	}
	return last || c.inVain.Load() >= enoughInVain
}

// Get sends a GET with a credential.
func (c *Client) Get(ctx context.Context, path string, credential http.Header) (*Exchange, error) {
	x, _, err := c.Send(ctx, Request{Method: http.MethodGet, Path: path, Header: credential})
	return x, err
}

// reconnecting sends a request once, but again if no connection can be made, as while the target restarts: then
// it has not seen the request.
func (c *Client) reconnecting(ctx context.Context, r Request) (*Exchange, error) {
	for began := time.Now(); ; {
		if err := c.Lost(); err != nil {
			return nil, absent(ctx, err)
		}
		x, err := c.once(ctx, r)
		switch {
		case !errors.Is(err, ErrUnreachable) || !c.answered.Load():
			return x, err
		case time.Since(began) > maxRestart:
			c.lost.CompareAndSwap(nil, &err)
			return x, absent(ctx, err)
		}
		if err := Sleep(ctx, restartPause); err != nil {
			return nil, err
		}
	}
}

// once sends a request only once. Its error accuses the target of no answer, or of half of one, only if the target
// answers something else at that time.
func (c *Client) once(ctx context.Context, r Request) (*Exchange, error) {
	if c.heard.Load() == nil {
		return c.exchange(ctx, r)
	}
	meanwhile, end := c.askMeanwhile(ctx)
	defer end()
	x, err := c.exchange(ctx, r)
	switch silent := errors.As(err, new(*NoAnswerError)); {
	case !silent && (err != nil || !x.BrokenOff || x.Cut):
		return x, err
	case x.Duration < c.Timeout:
		if c.answers(ctx, c.base()) {
			return x, err
		}
	case <-meanwhile:
		return x, err
	case time.Since(time.Unix(0, c.spoke.Load())) > mostUnheeded*c.Timeout:
		lost := Unreachable(fmt.Errorf("it answered before, but nothing any more within %s", mostUnheeded*c.Timeout))
		c.lost.CompareAndSwap(nil, &lost)
	}
	return x, away(ctx, cmp.Or(x.Unread, fmt.Sprint(err)))
}

// away returns the error of a request that failed while the target answered nothing else, either.
func away(ctx context.Context, what string) error {
	return absent(ctx, fmt.Errorf("the target went away meanwhile: %s", what))
}

// absent counts an error that is due to the absence of the target.
func absent(ctx context.Context, err error) error {
	if count, is := ctx.Value(absencesKey{}).(*atomic.Int32); is {
		count.Add(1)
	}
	return err
}

type absencesKey struct{}

// CountAbsences returns a context for requests of which absences counts those that failed because the target was
// away. Steps may tell more of such a request than that it failed, so what they find then proves nothing.
func CountAbsences(ctx context.Context, absences *atomic.Int32) context.Context {
	return context.WithValue(ctx, absencesKey{}, absences)
}

// askMeanwhile asks whether the target answers anything once half of a request's time is up, unless it is ended before.
func (c *Client) askMeanwhile(ctx context.Context) (answers <-chan bool, end func()) {
	limited, cancel := context.WithTimeout(ctx, c.Timeout)
	found, base := make(chan bool, 1), c.base()
	timer := time.AfterFunc(c.Timeout/2, func() { found <- c.answers(limited, base) })
	return found, func() { timer.Stop(); cancel() }
}

// answers reports whether the target itself answers at the moment. It is asked for several things at once, one of
// which may be the very one that it does not answer.
func (c *Client) answers(ctx context.Context, base string) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	paths := []string{"/health", "/ready", *c.heard.Load()}
	found := make(chan bool, len(paths))
	for _, path := range paths {
		go func() {
			x, err := c.exchangeAt(ctx, base, Request{Method: http.MethodGet, Path: path})
			found <- err == nil && !x.BrokenOff && !x.OfGateway()
		}()
	}
	for range paths {
		if <-found {
			return true
		}
	}
	return false
}

// exchange sends a request and reads its response.
func (c *Client) exchange(ctx context.Context, r Request) (*Exchange, error) {
	return c.exchangeAt(ctx, c.base(), r)
}

func (c *Client) exchangeAt(ctx context.Context, base string, r Request) (*Exchange, error) {
	x := &Exchange{Request: r, URL: base + r.Path, Started: time.Now(), Operation: c.find(r)}
	defer func() { x.Duration = time.Since(x.Started) }()

	sending := ctx
	if !r.IsSafe() {
		// The server may carry it out even if the run stops waiting, and only the response
		// says what has to be removed.
		sending = context.WithoutCancel(ctx)
		c.wrote.Store(true)
	}
	limited, cancel := context.WithTimeout(sending, c.Timeout)
	defer cancel()
	sent, err := c.build(limited, r, x.URL)
	if err != nil {
		return x, err
	}
	response, err := c.http.Do(sent)
	if err != nil {
		if time.Since(x.Started) >= c.Timeout {
			c.silent.Add(1)
		}
		return x, c.explain(sending, limited, err)
	}
	c.answered.Store(true)
	c.spoke.Store(time.Now().UnixNano())
	defer response.Body.Close()
	x.Status, x.Answer = response.StatusCode, response.Header
	if head, is := response.Body.(*headBody); is {
		x.Extra = head.extra
	}
	x.Receive(response.Body)
	if r.Method == http.MethodGet && !x.OfGateway() {
		c.heard.CompareAndSwap(nil, &r.Path)
	}
	return x, nil
}

func (c *Client) find(r Request) *spec.Operation {
	path, _, _ := strings.Cut(r.Path, "?")
	return c.Contract.Find(r.Method, path)
}

func (c *Client) build(ctx context.Context, r Request, url string) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	sent, err := http.NewRequestWithContext(ctx, r.Method, url, body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	for _, header := range []http.Header{c.Headers, r.Header} {
		for name, values := range header {
			sent.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	sent.Header.Set("User-Agent", c.Agent)
	if host := c.Headers.Get("Host"); host != "" {
		sent.Host = host
	}
	return sent, nil
}

// explain says why there was no response: the user ended the run, the target cannot be
// reached, or the target is at fault.
func (c *Client) explain(ctx, limited context.Context, err error) error {
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
	case errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == proxyConnect), isTLS(err):
		return fmt.Errorf("%w: %w%s", ErrUnreachable, err, httpx.Advice(err))
	case isLongHead(err):
		return &NoAnswerError{errLongHead}
	case limited.Err() != nil:
		return &NoAnswerError{fmt.Errorf("none came within %s", c.Timeout)}
	}
	return &NoAnswerError{err}
}

// Authorized returns a header with a token.
func Authorized(token string) http.Header { return http.Header{"Authorization": {token}} }
