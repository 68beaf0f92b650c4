package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
)

// Bounds on what clients may use before they have sent a request: connections, which take some
// 10 KB each, and memory for headers that are being read.
const (
	maxConnections = 8000
	headerBytes    = 32 << 20
	// uncountedHeaders is the size, in bytes, up to which headers need no reservation.
	uncountedHeaders = 4 << 10
	// perHeaderLine is how many bytes a header takes in addition to its text, as measured.
	perHeaderLine = 128
)

// connLimiter is a listener that limits the number of connections and the memory for headers.
// When there are too many connections, a new one replaces the one that has been idle longest.
type connLimiter struct {
	net.Listener
	max     int
	headers *memlimit.Budget

	mu   sync.Mutex
	open map[*limitedConn]bool
}

func limitConnections(listener net.Listener, connections int) *connLimiter {
	return &connLimiter{Listener: listener, max: connections, headers: memlimit.New(headerBytes), open: map[*limitedConn]bool{}}
}

// Accept implements net.Listener. While all connections are busy, a new one is closed
// immediately.
func (l *connLimiter) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if limited := l.admit(conn); limited != nil {
			return limited, nil
		}
		_ = conn.Close()
	}
}

// admit returns the connection under the limits, or nil if all connections are busy.
func (l *connLimiter) admit(conn net.Conn) *limitedConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= l.max {
		oldest := l.longestIdle()
		if oldest == nil {
			return nil
		}
		delete(l.open, oldest)
		_ = oldest.Conn.Close()
	}
	limited := &limitedConn{Conn: conn, limiter: l}
	limited.idleSince.Store(time.Now().UnixNano())
	l.open[limited] = true
	return limited
}

// longestIdle returns the connection that has been idle longest, or nil if all are busy.
func (l *connLimiter) longestIdle() *limitedConn {
	var out *limitedConn
	var earliest int64
	for conn := range l.open {
		if since := conn.idleSince.Load(); since != busy && (out == nil || since < earliest) {
			out, earliest = conn, since
		}
	}
	return out
}

// connState is a server's callback for the states of its connections.
func (l *connLimiter) connState(conn net.Conn, state http.ConnState) {
	if secure, is := conn.(*tls.Conn); is {
		conn = secure.NetConn()
	}
	limited, is := conn.(*limitedConn)
	if !is {
		return
	}
	switch state {
	case http.StateActive: // the headers have been read
		limited.idleSince.Store(busy)
		limited.releaseHeaders()
	case http.StateIdle:
		limited.idleSince.Store(time.Now().UnixNano())
	case http.StateClosed:
		limited.releaseHeaders()
	}
}

// limitedConn is a connection of a connLimiter.
type limitedConn struct {
	net.Conn
	limiter   *connLimiter
	idleSince atomic.Int64 // in nanoseconds since 1970; busy during a request

	headers  int // estimated bytes of the headers being read
	reserved memlimit.Reservation
}

// busy is the value of idleSince for a connection that is not idle.
const busy = 0

// NetConn returns the underlying connection, like the method of the same name in crypto/tls.
func (c *limitedConn) NetConn() net.Conn { return c.Conn }

// Read implements net.Conn. It makes large headers wait for memory.
func (c *limitedConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if c.idleSince.Load() == busy || n <= 0 {
		return n, err
	}
	size := 2*n + perHeaderLine*bytes.Count(into[:n], []byte{'\n'})
	if c.headers += size; c.headers <= uncountedHeaders {
		return n, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readHeaderTimeout)
	defer cancel()
	if err := c.limiter.headers.Reserve(ctx, &c.reserved, c.Conn, int64(size)); err != nil {
		return 0, err
	}
	return n, err
}

func (c *limitedConn) releaseHeaders() {
	c.headers = 0
	c.reserved.Release()
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	c.limiter.mu.Lock()
	delete(c.limiter.open, c)
	c.limiter.mu.Unlock()
	return c.Conn.Close()
}
