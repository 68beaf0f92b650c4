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
	"strings"
)

// errReadOnly is the refusal of a request that could change something.
var errReadOnly = errors.New("the run is read-only: the request was not sent")

// errNotHTTP is an answer that is no HTTP.
var errNotHTTP = errors.New("the answer is no HTTP")

// Bounds of what is read of an answer's head, informational answers before it included, and
// of what follows the head of an answer that may have no body.
const (
	maxHead  = 256 << 10
	maxExtra = 64 << 10
)

// errLongHead is a head beyond the bound.
var errLongHead = fmt.Errorf("the head of the answer is larger than %d bytes", maxHead)

// guard lets nothing pass that could change something, unless writes are
// allowed. It stands in the transport, so that no step can forget to ask.
type guard struct {
	next   http.RoundTripper
	writes bool
}

// RoundTrip sends a request or refuses to.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isSafe(r.Method) && !g.writes {
		return nil, fmt.Errorf("%w (%s %s)", errReadOnly, r.Method, r.URL.Path)
	}
	return g.next.RoundTrip(r)
}

// CloseIdleConnections passes the wish on.
func (g guard) CloseIdleConnections() {
	(&http.Client{Transport: g.next}).CloseIdleConnections()
}

// headProbe answers HEAD over a connection of its own that it reads to the end,
// because Go's transport drops a body that should not be there unseen. Requests
// with other methods, and those through a proxy, go their usual way.
type headProbe struct {
	*http.Transport
	dialer *net.Dialer
}

// headBody is the empty body of an answer to HEAD.
type headBody struct {
	io.ReadCloser
	// extra is what came behind the head though nothing may.
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
	if err != nil {
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
	// A server that keeps the connection open ends by the request's time, and is no fault.
	extra, _ := io.ReadAll(io.LimitReader(buffer, maxExtra))
	response.Body = &headBody{http.NoBody, extra}
	return response, nil
}

// maxInformational is how many informational answers may come before the final one, as in
// Go's transport.
const maxInformational = 5

// readFinal reads the head of an answer, past informational ones such as 103 Early Hints.
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

// isLongHead reports whether Go's transport gave up on the head of an answer. It has no
// error of its own for that.
func isLongHead(err error) bool {
	return strings.Contains(err.Error(), "server response headers exceeded") || strings.Contains(err.Error(), "response header list larger than")
}

// isTLS reports whether an error is one of setting up TLS.
func isTLS(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &record) || errors.As(err, &verification) || errors.As(err, &alert) || speaksHTTP(err)
}

// speaksHTTP reports whether a server answered in http where https was asked for.
// Go's transport has no error of its own for that.
func speaksHTTP(err error) bool {
	return strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// advice is what helps against an error, behind a semicolon.
func advice(err error) string {
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &unknown):
		return "; name the authority's certificate with --ca-file"
	case speaksHTTP(err):
		return "; the target speaks http, not https"
	}
	return ""
}
