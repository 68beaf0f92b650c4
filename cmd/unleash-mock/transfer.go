package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// stall is the time that a client always has to send or receive the next piece of a message. The
// whole message may take any length of time, as long as pieces keep coming: a wait that the
// client asked for, a stream, a large upload over a slow line.
const stall = 60 * time.Second

// pieceSize is the size of the largest piece that a client must receive in that time, in bytes.
const pieceSize = 256 << 10

// patient is a listener whose connections give each piece of a write a deadline of its own.
type patient struct{ net.Listener }

// Accept implements net.Listener.
func (p patient) Accept() (net.Conn, error) {
	connection, err := p.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: connection}, nil
}

type patientConn struct {
	net.Conn
	extended atomic.Int64 // when the write deadline was last moved, in nanoseconds since 1970
}

// NetConn returns the underlying connection, like the method of the same name in crypto/tls.
func (c *patientConn) NetConn() net.Conn { return c.Conn }

// Write implements net.Conn.
func (c *patientConn) Write(text []byte) (written int, err error) {
	for piece := range slices.Chunk(text, pieceSize) {
		if err := c.extend(); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(piece)
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// extend moves the write deadline for the next piece.
func (c *patientConn) extend() error {
	now := time.Now()
	if now.UnixNano()-c.extended.Load() <= int64(extendEvery) {
		return nil
	}
	c.extended.Store(now.UnixNano())
	return c.SetWriteDeadline(now.Add(stall + extendEvery))
}

// patientBodies gives each piece of a request body a deadline of its own, whether a handler reads
// it or the server discards it.
func patientBodies(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			handler.ServeHTTP(w, r)
			return
		}
		body := &patientBody{ReadCloser: r.Body, connection: http.NewResponseController(w)}
		body.wait()
		r.Body = body
		handler.ServeHTTP(w, r)
		body.wait() // the server discards the rest
	})
}

// patientBody moves the read deadline of its connection as long as more of the body is to come.
// After that there is no deadline, so the operation may take as long as it needs.
type patientBody struct {
	io.ReadCloser
	connection *http.ResponseController
	mu         sync.Mutex // guards the fields below: an abandoned handler may still be reading
	waiting    time.Time  // when the deadline was last moved
	ended      bool
}

// Read implements io.Reader.
func (b *patientBody) Read(into []byte) (int, error) {
	b.wait()
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

// extendEvery is the minimum time between two moves of a deadline: moving it costs more than
// reading what has arrived.
const extendEvery = stall / 4

// wait moves the read deadline for the next piece. A connection that does not support deadlines
// is left alone.
func (b *patientBody) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); !b.ended && now.Sub(b.waiting) > extendEvery {
		b.waiting = now
		_ = b.connection.SetReadDeadline(now.Add(stall + extendEvery))
	}
}

func (b *patientBody) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.ended = true
		_ = b.connection.SetReadDeadline(time.Time{})
	}
}

// underWay is a handler that keeps track of the requests being answered.
type underWay struct {
	http.Handler
	begun atomic.Int64 // number of requests so far
	mu    sync.Mutex
	open  []*opened // in no order
}

// opened is a request that is being answered. Values are reused.
type opened struct {
	*http.Request
	since time.Time
	at    int // index in underWay.open
}

var openings = sync.Pool{New: func() any { return new(opened) }}

func newUnderWay(handler http.Handler) *underWay { return &underWay{Handler: handler} }

// ServeHTTP implements http.Handler.
func (u *underWay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := u.begin(r)
	defer u.end(o)
	u.Handler.ServeHTTP(w, r)
}

func (u *underWay) begin(r *http.Request) *opened {
	o := openings.Get().(*opened)
	o.Request, o.since = r, time.Now()
	u.begun.Add(1)
	u.mu.Lock()
	defer u.mu.Unlock()
	o.at = len(u.open)
	u.open = append(u.open, o)
	return o
}

func (u *underWay) end(o *opened) {
	u.mu.Lock()
	last := len(u.open) - 1
	u.open[o.at], u.open[last].at = u.open[last], o.at
	u.open[last] = nil
	u.open = u.open[:last]
	u.mu.Unlock()
	o.Request = nil
	openings.Put(o)
}

// shown is the maximum number of cut-off requests that are named.
const shown = 10

// tell logs the requests that are cut off, if there are any: those that took too long, and
// upgraded connections, which the server does not wait for.
func (u *underWay) tell(logger *slog.Logger) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.open) == 0 {
		return
	}
	var cut []string
	for _, o := range u.open {
		cut = append(cut, fmt.Sprintf("%s %s, %s old", o.Method, o.URL.EscapedPath(), time.Since(o.since).Round(time.Millisecond)))
	}
	slices.Sort(cut)
	logger.Warn("requests were cut", "count", len(cut), "requests", cut[:min(len(cut), shown)])
}
