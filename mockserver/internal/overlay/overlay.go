// Package overlay lays the mock over a real Unleash: what the mock does not answer
// goes to the real one, which also identifies callers.
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
	"time"

	"github.com/unleash-mock/unleash-mock/internal/relay"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Options say what the mock is laid over.
type Options struct {
	// Target is where the real Unleash is served, base path included.
	Target *url.URL
	// Transport carries requests to it; nil for one that leaves them as they are.
	Transport http.RoundTripper
	// PresentEnterprise makes the real one's admin UI show the pages of what the mock
	// answers, as an Enterprise instance would.
	PresentEnterprise bool
	// MockHeader is the header by which clients know a mock. What is below the overlay is
	// not the mock's, even if another mock is there: its answers lose the header.
	MockHeader string
	Logger     *slog.Logger
	// Refuse answers instead of the real one with a status, and with the name and
	// message of an error.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, name, message string)
	// Now returns the time by which identities are remembered.
	Now func() time.Time
}

// Overlay is a real Unleash below the mock. It is safe for concurrent use.
type Overlay struct {
	Options
	target     relay.Target
	proxy      *relay.Proxy
	client     *http.Client
	identities identities
}

// How long the real one may take to identify a caller, and how long the answer is
// remembered.
const (
	identifyTimeout = 5 * time.Second
	rememberFor     = 5 * time.Second
)

// New lays the mock over a real Unleash. It sends nothing until a request needs it. The
// error is that the environment names no proxy that can be one.
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
		FlushInterval:  -1, // event streams are passed on as they come
		ErrorHandler:   o.fail,
		ErrorLog:       slog.NewLogLogger(options.Logger.Handler(), slog.LevelDebug),
	})
	return o, nil
}

// passing is a request on its way, in its context.
type passing struct {
	path      string // escaped, below the mock's own base path
	reachedAt string // where clients reach the mock
}

type passingKey struct{}

func passingOf(r *http.Request) passing { return r.Context().Value(passingKey{}).(passing) }

// Pass sends a request on. path is what it asks for, escaped, below the mock's
// own base path; reachedAt is where clients reach the mock.
func (o *Overlay) Pass(w http.ResponseWriter, r *http.Request, path, reachedAt string) {
	o.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), passingKey{}, passing{path, reachedAt})))
}

// passBack is what becomes of an answer on its way back.
func (o *Overlay) passBack(response *http.Response) error {
	response.Header.Del(o.MockHeader)
	return o.present(response)
}

func (o *Overlay) rewrite(r *httputil.ProxyRequest) {
	o.target.Address(r, passingOf(r.In).path)
	if o.presents(r.Out) {
		// The answer is changed on its way: it must come whole and uncompressed.
		for _, name := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since"} {
			r.Out.Header.Del(name)
		}
	}
}

// fail answers instead of a real server that did not.
func (o *Overlay) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		return // the client is gone
	}
	status, name, message := o.explain(err)
	o.Logger.Warn("the real Unleash gave no answer", "method", r.Method, "path", r.URL.Path, "reason", message)
	o.Refuse(w, r, status, name, message)
}

// explain words why the real server gave no answer.
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

// shown is the real server's URL without a user or another secret.
func (o *Overlay) shown() string { return secrets.New().URL(o.Target.String()) }
