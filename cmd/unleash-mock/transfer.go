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
	extended atomic.Pointer[time.Time] // when the write deadline was last moved; nil for never
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
	if last := c.extended.Load(); last != nil && now.Sub(*last) <= extendEvery { // whatever the clock is set to meanwhile
		return nil
	}
	moved := now // only this one is kept
	c.extended.Store(&moved)
	return c.SetWriteDeadline(now.Add(stall + extendEvery))
}

// patientBodies is a handler that sheds clients whose request bodies stall. A body that arrives
// with its head, as most do, costs no deadline: the connections of those that do not are looked
// at now and then.
type patientBodies struct {
	http.Handler
	looks atomic.Int64 // number of looks so far
	mu    sync.Mutex
	open  inNoOrder[*patientBody]
	armed bool // another look is due
}

// ServeHTTP implements http.Handler.
func (p *patientBodies) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		p.Handler.ServeHTTP(w, r)
		return
	}
	body := &patientBody{ReadCloser: r.Body, looks: &p.looks, connection: http.NewResponseController(w)}
	body.moved.Store(p.looks.Load())
	p.begin(body)
	defer p.end(body)
	r.Body = body
	p.Handler.ServeHTTP(w, r)
}

func (p *patientBodies) begin(body *patientBody) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open.add(body)
	if !p.armed {
		p.armed = true
		time.AfterFunc(lookEvery, p.look)
	}
}

// end forgets a body. The server discards what the handler has not read, and gets as much time
// for it as for a piece, unless the client has stalled already.
func (p *patientBodies) end(body *patientBody) {
	p.mu.Lock()
	p.open.remove(body)
	p.mu.Unlock()
	if !body.ended.Load() && !body.late.Load() {
		_ = body.connection.SetReadDeadline(time.Now().Add(stall))
	}
}

// lookEvery is the time between two looks.
const lookEvery = stall / 4

// look ends what reads of a body that has not moved for as long as a client may stall: the handler,
// or the server, which discards the rest before it sends a large answer. A connection that does
// not support deadlines is left alone.
func (p *patientBodies) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	looks := p.looks.Add(1)
	for _, body := range p.open {
		if !body.ended.Load() && looks-body.moved.Load() > int64(stall/lookEvery) {
			body.late.Store(true)
			_ = body.connection.SetReadDeadline(time.Now())
		}
	}
	if p.armed = len(p.open) > 0; p.armed {
		time.AfterFunc(lookEvery, p.look)
	}
}

// patientBody notes when it was last read.
type patientBody struct {
	io.ReadCloser
	looks      *atomic.Int64
	connection *http.ResponseController
	moved      atomic.Int64 // number of looks before the last read began
	late       atomic.Bool  // a look has ended reads
	ended      atomic.Bool
	place
}

// Read implements io.Reader.
func (b *patientBody) Read(into []byte) (int, error) {
	b.moved.Store(b.looks.Load())
	if b.late.Swap(false) { // the handler has taken its time, not the client
		_ = b.connection.SetReadDeadline(time.Time{})
	}
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		b.ended.Store(true)
	}
	return n, err
}

// extendEvery is the minimum time between two moves of a deadline: moving it costs more than
// sending a small answer.
const extendEvery = stall / 4

// inNoOrder is a list whose elements know their place in it, so that removing one takes no search.
type inNoOrder[T interface{ index() *int }] []T

// place is what an element knows.
type place int

func (p *place) index() *int { return (*int)(p) }

func (l *inNoOrder[T]) add(element T) {
	*element.index() = len(*l)
	*l = append(*l, element)
}

func (l *inNoOrder[T]) remove(element T) {
	at, last := *element.index(), len(*l)-1
	moved := (*l)[last]
	(*l)[at], *moved.index() = moved, at
	clear((*l)[last:])
	*l = (*l)[:last]
}

// underWay is a handler that keeps track of the requests being answered.
type underWay struct {
	http.Handler
	begun atomic.Int64 // number of requests so far
	mu    sync.Mutex
	open  inNoOrder[*opened]
}

// opened is a request that is being answered. Values are reused.
type opened struct {
	*http.Request
	since time.Time
	place
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
	u.open.add(o)
	return o
}

func (u *underWay) end(o *opened) {
	u.mu.Lock()
	u.open.remove(o)
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
	logger.Warn("requests were cut off", "count", len(cut), "requests", cut[:min(len(cut), shown)])
}
