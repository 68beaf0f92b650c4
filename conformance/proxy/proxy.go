// Package proxy stands between a client and an Unleash instance. It passes traffic on byte
// for byte, and judges the requests and responses of the contract's operations on the way:
//
//	p, err := proxy.New(proxy.Options{Upstream: upstream})
//	server := httptest.NewServer(p)
//	... traffic ...
//	server.Close()
//	p.Close()
//	report := p.Report()
//
// Exchanges are judged and recorded from a copy, after they have passed. Traffic never waits
// for that: what comes too fast to be judged still passes, and is counted as missed.
// Responses are held back only if those that break the contract are to be replaced.
package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/relay"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Side selects whose messages are judged.
type Side string

const (
	// The sides. The zero value is Both.
	Both      Side = "both"
	Requests  Side = "requests"
	Responses Side = "responses"

	// Values of Options.Host that are not host names.
	HostOfUpstream = "upstream" // the host of the upstream's URL
	HostOfClient   = "client"   // what the client sent

	// Header marks responses of the proxy itself. Its value says why.
	Header = "Unleash-Mock-Proxy"

	// Defaults of Options.
	DefaultTimeout = 30 * time.Second
	DefaultMaxBody = 8 << 20
	DefaultDrain   = 5 * time.Second
)

// Options selects where traffic goes and how it is judged.
type Options struct {
	// Upstream is the URL of the instance, including any base path.
	Upstream *url.URL
	// Contract is what traffic is judged by; nil means the embedded one.
	Contract *spec.Contract
	// BasePath is the path that the proxy itself serves everything under.
	BasePath string
	// Host is the Host header that the upstream gets: HostOfUpstream, which is
	// also the zero value, HostOfClient, or a name.
	Host string
	// TLS configures connections to the upstream; nil means Go's default.
	TLS *tls.Config
	// Timeout is how long to wait for the upstream: for a connection, for the start of a
	// response, and for the next bytes of an operation's response. 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxBody is the size in bytes of the largest body to judge. For a larger one, only status
	// and headers are judged. 0 means DefaultMaxBody.
	MaxBody int
	// Drain is how long what has passed may take to be judged once the traffic is about to end;
	// what is left then is counted as missed. 0 means DefaultDrain.
	Drain time.Duration
	// Judge selects whose messages are judged; empty means Both.
	Judge Side
	// FailOnViolation holds back the responses of operations, and replaces those that break
	// the contract with a 502.
	FailOnViolation bool
	// Record gets the redacted exchanges of operations, one line of JSON each; nil records
	// nothing. Only one goroutine at a time writes to it.
	Record io.Writer
	// Observe is called with every exchange that has passed, whether or not it is with an
	// operation, secrets included. The calls come after judging, one at a time, in the order
	// in which exchanges end. Judging waits for them, so Observe should take no longer than
	// appending to a list. It may be nil.
	//
	// Violations are without secrets, and shortened. Path is relative to the proxy's base path. Status is that of the upstream's response,
	// even if the client got a 502 instead. If the upstream sent none, it is that of the
	// proxy's own response, or 0 if the client did not wait for one. A body is empty if the
	// exchange is not with an operation, or if the body is too long or cannot be decoded.
	Observe func(traffic.Exchange)
	// Logger gets a line for every new kind of violation and for every failure of the upstream
	// and of the recording; nil logs nothing. Secrets never reach it.
	Logger *slog.Logger
	// Version is that of the tool, for reports.
	Version string
}

// Proxy is an http.Handler that passes requests on and judges them. It is safe
// for concurrent use. Close it after the server that uses it has stopped.
type Proxy struct {
	options  Options
	contract *spec.Contract
	foreign  bool            // whether the contract is not Unleash's
	styled   map[string]bool // the operations that Unleash's contract lacks, by method and path
	logger   *slog.Logger
	secrets  *secrets.Redactor
	basePath string

	target    relay.Target
	transport *http.Transport
	relay     *relay.Proxy
	journal   *journal
	recorder  *recorder // nil for none

	life    context.Context
	end     context.CancelFunc
	running sync.WaitGroup // handlers
	passing atomic.Int64   // also handlers

	budget *budget        // for what is kept to be judged
	queue  chan *exchange // to be judged
	judges judges

	observer *observer // nil for none
}

// New returns a proxy.
func New(options Options) (*Proxy, error) {
	upstream := options.Upstream
	if upstream == nil || upstream.Host == "" || upstream.Scheme != "http" && upstream.Scheme != "https" {
		return nil, errors.New("the upstream must be an http or https URL")
	}
	if upstream.User != nil {
		return nil, errors.New("the upstream's URL must not contain a user: clients send their own authorization")
	}
	switch options.Judge {
	case "", Both, Requests, Responses:
	default:
		return nil, errors.New("the option Judge must be one of both, requests, responses")
	}
	target, err := relay.NewTarget(upstream)
	if err != nil {
		return nil, err
	}
	p := &Proxy{options: options.withDefaults(), target: target}
	p.contract, p.secrets = p.options.Contract, secrets.New(secrets.InURL(upstream.String())...)
	p.foreign, p.styled = p.contract.Foreign(), map[string]bool{}
	for _, operation := range spec.Default().Extend(p.contract, true).Operations() {
		p.styled[operation.Method+" "+operation.Path] = operation.Grade == openapi.GradeExample
	}
	p.logger = slog.New(p.secrets.Handler(p.options.Logger.Handler()))
	if path := strings.Trim(options.BasePath, "/"); path != "" {
		p.basePath = "/" + path
	}
	p.journal = newJournal(p.contract, p.logger, time.Now())
	if options.Record != nil {
		p.recorder = newRecorder(options.Record, p.logger)
	}
	if options.Observe != nil {
		p.observer = newObserver(p.observe)
	}
	p.life, p.end = context.WithCancel(context.Background())
	p.startJudges()
	p.transport = relay.NewTransport(p.options.TLS, p.options.Timeout)
	p.relay = relay.New(httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      p.transport,
		ModifyResponse: p.inspect,
		ErrorHandler:   p.fail,
		FlushInterval:  headFlush,
		BufferPool:     &p.budget.buffers,
		ErrorLog:       slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
	})
	return p, nil
}

// headFlush is how long the head of a response waits for the first piece of its body, so that
// they leave in one packet. A piece does not wait for the next one.
const headFlush = time.Millisecond

func (o Options) withDefaults() Options {
	if o.Contract == nil {
		o.Contract = spec.Default()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Timeout = cmp.Or(max(o.Timeout, 0), DefaultTimeout)
	o.MaxBody = cmp.Or(max(o.MaxBody, 0), DefaultMaxBody)
	o.Drain = cmp.Or(max(o.Drain, 0), DefaultDrain)
	o.Host = cmp.Or(o.Host, HostOfUpstream)
	o.Judge = cmp.Or(o.Judge, Both)
	return o
}

// Close ends whatever is still open, gives judging the rest of Options.Drain but at least a
// second, and then another for what is being judged, and closes the connections to the upstream.
// After that, Report and Stats are final.
func (p *Proxy) Close() {
	p.Hurry()
	p.end()
	p.running.Wait()
	p.drain()
	p.transport.CloseIdleConnections()
}

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.running.Add(1)
	p.passing.Add(1)
	defer p.running.Done()
	defer p.passing.Add(-1)
	below, inside := p.below(rawPath(r))
	switch {
	case !inside:
		p.journal.addRefused()
		p.refuse(w, r, http.StatusNotFound, problem{Name: "NotFoundError", Message: "The path you were looking for (" + rawPath(r) + ") is not available."})
		return
	case r.Method == http.MethodConnect:
		p.journal.addRefused()
		p.refuse(w, r, http.StatusNotImplemented, problem{Name: "NotImplementedError", Message: "The proxy of unleash-mock does not open tunnels."})
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(context.Canceled) })()
	f := &flow{path: below, cancel: cancel}
	received := r // the server puts the trailers into this one
	r = r.WithContext(context.WithValue(ctx, flowKey{}, f))
	f.exchange = p.begin(r, below)
	if sent := f.exchange.sent; sent != nil {
		sent.ended = func() { r.Trailer = received.Trailer }
	}
	if f.exchange.operation == nil {
		p.journal.addOutside()
	}
	defer p.finish(f.exchange)
	p.relay.ServeHTTP(&writer{ResponseWriter: w, flow: f}, r)
}

// flow is what the steps of passing on one request share.
type flow struct {
	path     string // escaped, below the base path
	exchange *exchange
	cancel   context.CancelCauseFunc
	chunked  bool  // whether the upstream sent the response chunked
	length   int64 // of the response, as the upstream announced it; or -1
}

type flowKey struct{}

func flowOf(ctx context.Context) *flow { return ctx.Value(flowKey{}).(*flow) }

// below removes the proxy's base path from an escaped path.
func (p *Proxy) below(path string) (string, bool) {
	if p.basePath == "" {
		return path, true
	}
	return httpx.CutPath(path, p.basePath)
}

// rawPath returns the path of a request exactly as it was sent. It may end with a fragment,
// which no client should send.
func rawPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") { // a whole URL, or a request that was not received by a server
		return r.URL.EscapedPath()
	}
	return path
}

// rewrite addresses a request to the upstream.
func (p *Proxy) rewrite(pr *httputil.ProxyRequest) {
	p.target.Address(pr, flowOf(pr.In.Context()).path)
	switch p.options.Host {
	case HostOfUpstream:
	case HostOfClient:
		pr.Out.Host = pr.In.Host
	default:
		pr.Out.Host = p.options.Host
	}
}

// writer keeps Go's server from adding anything to a response that the upstream did not send.
type writer struct {
	http.ResponseWriter
	flow  *flow
	begun bool
}

// Unwrap lets http.ResponseController flush and hijack.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader starts the response, or sends an informational one before it.
func (w *writer) WriteHeader(status int) {
	if final := status >= http.StatusOK; final && !w.begun {
		w.begun = true
		header := w.Header()
		for _, name := range []string{"Content-Type", "Date"} {
			if _, sent := header[name]; !sent {
				header[name] = nil
			}
		}
		if w.flow.chunked {
			header["Transfer-Encoding"] = []string{"chunked"}
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write passes on a piece of the response at once, and counts it. The last piece is sent with
// the end of the response.
func (w *writer) Write(piece []byte) (int, error) {
	n, err := w.ResponseWriter.Write(piece)
	w.flow.exchange.written += int64(n)
	if err == nil && w.flow.exchange.written < w.flow.length {
		err = http.NewResponseController(w.ResponseWriter).Flush()
	}
	return n, err
}
