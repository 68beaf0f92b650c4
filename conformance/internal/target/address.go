package target

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// Address is where the instance is served.
type Address struct {
	// Base is the URL without a trailing slash.
	Base string
	// Loopback is true if the instance is on this machine, judging by its address.
	Loopback bool
	// server serves the instance if it is a handler in this process.
	server *http.Server
}

// Parse parses the URL that an instance is served under. Errors do not repeat the URL,
// because it may contain a password.
func Parse(text string) (*Address, error) {
	parsed, err := httpx.ParseServer(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the URL of the target: %w", err)
	case parsed.User != nil:
		return nil, errors.New("the target's URL must not contain a user and password; send them in a header")
	}
	return &Address{Base: parsed.String(), Loopback: httpx.IsLoopback(parsed.Host)}, nil
}

// Elsewhere returns the URL of the instance if the target is the URL of one of its APIs, as
// SDKs take it, and nothing healthy is below that. Otherwise it returns an empty string.
func Elsewhere(ctx context.Context, c *Client) string {
	at, err := url.Parse(c.Address.Base)
	if err != nil {
		return ""
	}
	instance, found := httpx.Instance(at)
	if !found || Unwell(ctx, c) == "" {
		return ""
	}
	config := c.Config
	config.Address = &Address{Base: instance.String()}
	other := NewClient(config)
	defer other.Close()
	if Unwell(ctx, other) != "" {
		return ""
	}
	return instance.String()
}

// Moved returns the URL at which the target really is, and what the target does at the URL that was given:
// it redirects all requests, such as to https, or speaks only https there. The results are empty if it does
// neither, or if the path changes, too, as on the way to a login page.
func Moved(ctx context.Context, c *Client) (really, does string) {
	const path = "/health"
	x, err := c.Get(ctx, path, nil)
	switch {
	case err != nil:
		return "", ""
	case httpx.WantsTLS(x.Status, string(x.Received)):
		rest, isPlain := strings.CutPrefix(c.Address.Base, "http:")
		if !isPlain { // it is what a balancer in front has asked that wants TLS
			return "", ""
		}
		return "https:" + rest, "speaks https, not http"
	case x.Status < http.StatusMultipleChoices || x.Status >= http.StatusBadRequest:
		return "", ""
	}
	to, err := url.Parse(x.Answer.Get("Location"))
	if err != nil || to.Host == "" || to.RawQuery != "" || !strings.HasSuffix(to.Path, path) {
		return "", ""
	}
	if really = strings.TrimSuffix(to.Redacted(), path); really == c.Address.Base {
		return "", ""
	}
	return really, "redirects every request"
}

// Unwell says what a target answers to a request for its health, unless it is healthy as an Unleash
// is; then the result is empty.
func Unwell(ctx context.Context, c *Client) string {
	x, err := c.Get(ctx, "/health", nil)
	if err != nil {
		return err.Error()
	}
	to, _, _ := strings.Cut(x.Answer.Get("Location"), "?") // a query may contain secrets
	switch {
	case x.Text("/health") == "GOOD":
		return ""
	case to != "":
		return fmt.Sprintf("%d, a redirect to %s", x.Status, to)
	case x.Status == http.StatusNotFound:
		return "404; is the target the URL of an instance, with its base path?"
	}
	return strconv.Itoa(x.Status)
}

// Serve serves a handler on a free loopback port, so that it is verified over the network
// like any other instance.
func Serve(handler http.Handler) (*Address, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serving the handler: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // Close ends it
	return &Address{Base: "http://" + listener.Addr().String(), Loopback: true, server: server}, nil
}

// Close stops the server that Serve has started.
func (a *Address) Close() {
	if a.server != nil {
		_ = a.server.Close() // no one is waiting for a response any more
	}
}
