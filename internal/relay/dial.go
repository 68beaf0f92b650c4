package relay

import (
	"context"
	"net"
	"sync"
)

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// lenient returns a dial function for the transport of a proxy. A server may answer
// before it has read the whole request, and hang up. Go's transport then fails to write,
// and may take that for the end of the exchange although the answer has arrived. So such
// a failure is reported only after the transport has read what there is and has closed
// the connection.
func lenient(connect dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &lenientConn{Conn: connection, closed: make(chan struct{})}, nil
	}
}

type lenientConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Write implements net.Conn.
func (c *lenientConn) Write(text []byte) (int, error) {
	n, err := c.Conn.Write(text)
	if err != nil {
		<-c.closed
	}
	return n, err
}

// Close implements net.Conn.
func (c *lenientConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
