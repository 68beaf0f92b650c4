// Package overlay lays the mock over a real Unleash: requests that the mock does not
// answer go to the real one, which also identifies callers.
package overlay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/relay"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Options configure an overlay.
type Options struct {
	// Target is the URL of the real Unleash, including any base path.
	Target *url.URL
	// Transport sends requests to it; nil for one that leaves them unchanged.
	Transport http.RoundTripper
	// PresentEnterprise makes the real admin UI show the pages for what the mock answers, as
	// that of an Enterprise instance would.
	PresentEnterprise bool
	// MockHeader is the header by which clients recognize a mock. It is removed from the
	// answers of the instance below, even if that is a mock, too.
	MockHeader string
	Logger     *slog.Logger
	// Refuse answers in place of the real Unleash with a status, and the name and message of
	// an error.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, name, message string)
	// Now returns the time, which limits how long identities are remembered.
	Now func() time.Time
}

// Overlay is a real Unleash below the mock. It is safe for concurrent use.
type Overlay struct {
	Options
	target     relay.Target
	proxy      *relay.Proxy
	client     *http.Client
	identities identities
	edition    sync.Once // the real server was asked for it
}

// The time limit for the real Unleash to identify a caller, and how long its answer is
// remembered.
const (
	identifyTimeout = 5 * time.Second
	rememberFor     = 5 * time.Second
)

// New lays the mock over a real Unleash. It sends nothing until a request needs it. The
// error is about an invalid proxy in the environment.
func New(options Options) (*Overlay, error) {
	target, err := relay.NewTarget(options.Target)
	if err != nil {
		return nil, err
	}
	o := &Overlay{Options: options, target: target}
	if o.Transport == nil {
		o.Transport = relay.NewTransport(nil, 0)
	}
	o.client = &http.Client{
		Transport:     o.Transport,
		Timeout:       identifyTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	o.proxy = relay.New(httputil.ReverseProxy{
		Rewrite:        o.rewrite,
		ModifyResponse: o.passBack,
		Transport:      o.Transport,
		FlushInterval:  -1, // event streams are passed on immediately
		ErrorHandler:   o.fail,
		ErrorLog:       slog.NewLogLogger(options.Logger.Handler(), slog.LevelDebug),
	})
	return o, nil
}

// passing is stored in the context of a request that is passed on.
type passing struct {
	path      string // escaped, below the mock's own base path
	reachedAt string // the URL where clients reach the mock
}

type passingKey struct{}

func passingOf(r *http.Request) passing { return r.Context().Value(passingKey{}).(passing) }

// Pass passes a request on. path is the requested path, escaped and below the mock's own
// base path; reachedAt is the URL where clients reach the mock.
func (o *Overlay) Pass(w http.ResponseWriter, r *http.Request, path, reachedAt string) {
	o.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), passingKey{}, passing{path, reachedAt})))
}

// passBack adapts an answer before it is passed back.
func (o *Overlay) passBack(response *http.Response) error {
	response.Header.Del(o.MockHeader)
	return o.present(response)
}

func (o *Overlay) rewrite(r *httputil.ProxyRequest) {
	o.target.Address(r, passingOf(r.In).path)
	if o.presents(r.Out) {
		// The answer will be changed, so it must come whole and uncompressed.
		for _, name := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since"} {
			r.Out.Header.Del(name)
		}
	}
}

// fail answers if the real server did not.
func (o *Overlay) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		return // the client has disconnected
	}
	status, name, message := o.explain(err)
	o.Logger.Warn("the real Unleash gave no answer", "method", r.Method, "path", r.URL.Path, "reason", message)
	o.Refuse(w, r, status, name, message)
}

// explain describes why the real server gave no answer.
func (o *Overlay) explain(err error) (status int, name, message string) {
	var network net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() {
		return http.StatusGatewayTimeout, "GatewayTimeoutError", fmt.Sprintf("The Unleash at %s took too long to answer.", o.shown())
	}
	reason := "gave no answer"
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var dns *net.DNSError
	var dial *net.OpError
	switch {
	case errors.As(err, &certificate), errors.As(err, &authority):
		reason = "has a certificate that is not trusted"
	case errors.As(err, &dns):
		reason = "has an unknown host name"
	case errors.As(err, &dial) && dial.Op == "dial":
		reason = "cannot be reached"
	}
	return http.StatusBadGateway, "BadGatewayError", fmt.Sprintf("The Unleash at %s %s.", o.shown(), reason)
}

// shown returns the real server's URL without a user or other secrets.
func (o *Overlay) shown() string { return secrets.New().URL(o.Target.String()) }
