package target

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// Address is where the instance is served.
type Address struct {
	// Base is the URL without a slash at the end.
	Base string
	// Loopback is true if the instance is on this machine, as far as its address
	// says.
	Loopback bool
	// server serves the instance if it is a handler of this process.
	server *http.Server
}

// Parse reads the URL that an instance is served under. No error repeats it: it
// may hold a password.
func Parse(text string) (*Address, error) {
	parsed, err := httpx.ParseServer(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the URL of the target: %w", err)
	case parsed.User != nil:
		return nil, errors.New("the target must not hold a user and password; send them as a header")
	}
	return &Address{Base: parsed.String(), Loopback: httpx.IsLoopback(parsed.Host)}, nil
}

// Elsewhere returns the URL of the instance where the target is one of its APIs, as SDKs
// take it, and nothing is healthy below that; empty otherwise.
func Elsewhere(ctx context.Context, c *Client) string {
	at, err := url.Parse(c.Address.Base)
	if err != nil {
		return ""
	}
	instance, found := httpx.Instance(at)
	if !found || isHealthy(ctx, c) {
		return ""
	}
	config := c.Config
	config.Address = &Address{Base: instance.String()}
	other := NewClient(config)
	defer other.Close()
	if !isHealthy(ctx, other) {
		return ""
	}
	return instance.String()
}

// isHealthy reports whether a target says so, as Unleash does.
func isHealthy(ctx context.Context, c *Client) bool {
	x, err := c.Get(ctx, "/health", nil)
	return err == nil && x.Text("/health") == "GOOD"
}

// Serve puts a handler on a free loopback port, so that it is verified by what
// leaves the process as every other instance is.
func Serve(handler http.Handler) (*Address, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serving the handler: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return &Address{Base: "http://" + listener.Addr().String(), Loopback: true, server: server}, nil
}

// Close ends what Serve began.
func (a *Address) Close() {
	if a.server != nil {
		_ = a.server.Close() // nobody waits for an answer any more
	}
}
