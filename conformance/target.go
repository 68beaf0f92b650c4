package conformance

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// target is where the instance is served.
type target struct {
	// base is the URL without a slash at the end.
	base string
	// path is the part of base that is a path, such as /unleash; often empty.
	path string
	// loopback is true if the instance is on this machine, as far as its
	// address tells.
	loopback bool
	// server serves the instance if it is a handler of this process.
	server *http.Server
}

// newTarget checks where the instance is, or begins to serve it.
func newTarget(options Options) (*target, error) {
	switch {
	case options.Target == "" && options.Handler == nil:
		return nil, usage("no target: give the URL of an instance")
	case options.Target != "" && options.Handler != nil:
		return nil, usage("a target and a handler: give one of them")
	case options.Handler != nil:
		return serve(options.Handler)
	}
	parsed, err := url.Parse(strings.TrimRight(options.Target, "/"))
	switch {
	case err != nil:
		return nil, usage("the target is no URL: %v", withoutText(err))
	case parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "":
		return nil, usage("the target must be a URL such as https://unleash.example.com, with http or https")
	case parsed.User != nil:
		return nil, usage("the target must not hold a user and password; send them as a header")
	case parsed.RawQuery != "" || parsed.Fragment != "":
		return nil, usage("the target must be a URL without a query and a fragment")
	}
	return &target{base: parsed.String(), path: parsed.EscapedPath(), loopback: isLoopback(parsed.Hostname())}, nil
}

// withoutText takes the URL, which may hold a password, out of a parse error.
func withoutText(err error) error {
	if wrapped, is := err.(*url.Error); is {
		return wrapped.Err
	}
	return err
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serve puts a handler on a free loopback port, so that it is verified by what
// leaves the process as every other instance is.
func serve(handler http.Handler) (*target, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serving the handler: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with close
	return &target{base: "http://" + listener.Addr().String(), loopback: true, server: server}, nil
}

func (t *target) close() {
	if t.server != nil {
		_ = t.server.Close() // nobody waits for an answer any more
	}
}
