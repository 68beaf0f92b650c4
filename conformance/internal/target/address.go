package target

import (
	"errors"
	"fmt"
	"net"
	"net/http"
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
		return nil, fmt.Errorf("the target: %w", err)
	case parsed.User != nil:
		return nil, errors.New("the target must not hold a user and password; send them as a header")
	}
	return &Address{Base: parsed.String(), Loopback: httpx.IsLoopback(parsed.Host)}, nil
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
