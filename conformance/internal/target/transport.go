package target

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// proxyConnect is what connecting through a proxy is called in a *net.OpError.
const proxyConnect = "proxyconnect"

// errReadOnly is returned for a request that could change something in a read-only run.
var errReadOnly = errors.New("the run is read-only: the request was not sent")

// errNotHTTP is returned when the response is not HTTP.
var errNotHTTP = errors.New("the answer is not HTTP")

// Limits on how much is read of a response's head, including informational responses before
// it, and of what follows the head of a response that may have no body.
const (
	maxHead  = 256 << 10
	maxExtra = 64 << 10
)

// errLongHead is returned when the head exceeds the limit.
var errLongHead = fmt.Errorf("the head of the answer is larger than %d bytes", maxHead)

// refusedByProxy returns an error if a proxy could not connect to the target: then that has not seen the request.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &net.OpError{Op: proxyConnect, Net: "tcp", Err: fmt.Errorf("the proxy answers %s", answer.Status)}
}

// guard refuses requests that could change something, unless writes are allowed. It is part
// of the transport, so that no step can bypass it.
type guard struct {
	next   http.RoundTripper
	writes bool
}

// RoundTrip sends a request or refuses it.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isSafe(r.Method) && !g.writes {
		return nil, fmt.Errorf("%w (%s %s)", errReadOnly, r.Method, r.URL.Path)
	}
	return g.next.RoundTrip(r)
}

// CloseIdleConnections closes the idle connections of the next transport.
func (g guard) CloseIdleConnections() {
	(&http.Client{Transport: g.next}).CloseIdleConnections()
}

// headProbe sends HEAD over a connection of its own and reads that to the end, because Go's
// transport silently drops a body that should not be there. Other methods, and requests
// through a proxy or to a server that has only HTTP/2, use Go's transport.
type headProbe struct {
	*http.Transport
	dialer *net.Dialer
}

// headBody is the empty body of a response to HEAD.
type headBody struct {
	io.ReadCloser
	// extra is what followed the head, although nothing should.
	extra []byte
}

// RoundTrip sends a request.
func (p headProbe) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodHead || r.Body != nil {
		return p.Transport.RoundTrip(r)
	}
	if proxy, err := p.Proxy(r); err != nil || proxy != nil {
		return p.Transport.RoundTrip(r)
	}
	connection, err := p.dial(r)
	switch {
	case hasNoHTTP1(err):
		return p.Transport.RoundTrip(r)
	case err != nil:
		return nil, err
	}
	defer connection.Close()
	stop := context.AfterFunc(r.Context(), func() { connection.Close() })
	defer stop()
	asked := r.Clone(r.Context())
	asked.Close = true
	if err := asked.Write(connection); err != nil {
		return nil, err
	}
	head := &io.LimitedReader{R: connection, N: maxHead}
	buffer := bufio.NewReader(head)
	response, err := readFinal(buffer, r)
	switch {
	case err != nil && head.N <= 0:
		return nil, errLongHead
	case err != nil:
		return nil, err
	}
	head.N = maxExtra
	// A server that keeps the connection open is not at fault: reading then ends with the
	// request's timeout.
	extra, _ := io.ReadAll(io.LimitReader(buffer, maxExtra))
	response.Body = &headBody{http.NoBody, extra}
	return response, nil
}

// maxInformational is how many informational responses may precede the final one, as in Go's
// transport.
const maxInformational = 5

// readFinal reads the head of the final response. It skips informational ones such as 103
// Early Hints.
func readFinal(from *bufio.Reader, r *http.Request) (*http.Response, error) {
	if _, err := from.Peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	for range maxInformational + 1 {
		response, err := http.ReadResponse(from, r)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errNotHTTP, err)
		case response.StatusCode >= 200 || response.StatusCode == http.StatusSwitchingProtocols:
			return response, nil
		}
	}
	return nil, fmt.Errorf("more than %d informational answers came before the final one", maxInformational)
}

func (p headProbe) dial(r *http.Request) (net.Conn, error) {
	port := r.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	}
	address := net.JoinHostPort(r.URL.Hostname(), port)
	if r.URL.Scheme != "https" {
		return p.dialer.DialContext(r.Context(), "tcp", address)
	}
	config := p.TLSClientConfig.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.NextProtos = []string{"http/1.1"}
	return (&tls.Dialer{NetDialer: p.dialer, Config: config}).DialContext(r.Context(), "tcp", address)
}

// isLongHead reports whether Go's transport gave up on the head of a response. It has no
// error type of its own for that.
func isLongHead(err error) bool {
	return strings.Contains(err.Error(), "server response headers exceeded") || strings.Contains(err.Error(), "response header list larger than")
}

// hasNoHTTP1 reports whether a server refused a connection because it was for HTTP/1.1. The alert has no
// type of its own.
func hasNoHTTP1(err error) bool {
	return err != nil && strings.Contains(err.Error(), "tls: no application protocol")
}

// isTLS reports whether an error occurred while setting up TLS.
func isTLS(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &record) || errors.As(err, &verification) || errors.As(err, &alert) || httpx.SpeaksHTTP(err)
}
