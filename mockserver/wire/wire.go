// Package wire lets a server of net/http treat the bytes of a connection as
// Node's does, which a real Unleash runs on: what reaches the handler, and what
// is refused before it, with which words (O).
//
// Node's parser leaves percent escapes to the application and knows a fixed list
// of methods; net/http does it the other way round. What net/http refuses by
// itself it explains in a line of text; Node says nothing.
package wire

import (
	"context"
	"net"
	"net/http"
)

// Listen prepares a server and returns the listener that it has to serve. A
// handler finds the target of a request as it was sent in RequestURI, even if it
// is none that net/http accepts; URL holds one that it does.
func Listen(server *http.Server, listener net.Listener) net.Listener {
	server.DisableGeneralOptionsHandler = true // OPTIONS * is a request as any other
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, is := r.Context().Value(connKey{}).(*conn); is && c.target != "" {
			r.RequestURI, c.target = c.target, ""
		}
		handler.ServeHTTP(w, r)
	})
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if c, is := c.(*conn); is {
			c.between = state == http.StateNew || state == http.StateIdle
		}
	}
	return wrapping{listener}
}

type connKey struct{}

// wrapping is a listener whose connections are those of this package.
type wrapping struct{ net.Listener }

// Accept implements net.Listener.
func (w wrapping) Accept() (net.Conn, error) {
	accepted, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: accepted, between: true}, nil
}
