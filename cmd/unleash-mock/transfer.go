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
	"time"
)

// stall is how long a client may take to send or take the next piece of a message. The
// whole of it may take as long as it goes on: a wait that was asked for, a stream, a large
// upload over a bad line.
const stall = 60 * time.Second

// pieceSize is the largest piece that must be taken in that time.
const pieceSize = 256 << 10

// patient is a listener whose connections give each write its own time.
type patient struct{ net.Listener }

// Accept implements net.Listener.
func (p patient) Accept() (net.Conn, error) {
	connection, err := p.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return patientConn{connection}, nil
}

type patientConn struct{ net.Conn }

// NetConn returns the connection beneath, as that of package tls does.
func (c patientConn) NetConn() net.Conn { return c.Conn }

// Write implements net.Conn.
func (c patientConn) Write(text []byte) (written int, err error) {
	for piece := range slices.Chunk(text, pieceSize) {
		if err := c.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(piece)
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// patientBodies gives each read of a body its own time.
func patientBodies(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			handler.ServeHTTP(w, r)
			return
		}
		connection := http.NewResponseController(w)
		r.Body = patientBody{r.Body, connection}
		handler.ServeHTTP(w, r)
		_ = connection.SetReadDeadline(time.Now().Add(stall)) // the server reads off what is left
	})
}

type patientBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (b patientBody) Read(into []byte) (int, error) {
	_ = b.connection.SetReadDeadline(time.Now().Add(stall)) // a connection that has no deadlines needs none
	n, err := b.ReadCloser.Read(into)
	if err == nil || errors.Is(err, io.EOF) {
		_ = b.connection.SetReadDeadline(time.Time{}) // what the operation does takes its own time
	}
	return n, err
}

// underWay is the requests that are being answered.
type underWay struct {
	http.Handler
	mu   sync.Mutex
	open map[*http.Request]time.Time
}

func newUnderWay(handler http.Handler) *underWay {
	return &underWay{Handler: handler, open: map[*http.Request]time.Time{}}
}

// ServeHTTP implements http.Handler.
func (u *underWay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.open[r] = time.Now()
	u.mu.Unlock()
	defer func() {
		u.mu.Lock()
		delete(u.open, r)
		u.mu.Unlock()
	}()
	u.Handler.ServeHTTP(w, r)
}

// shown is how many requests that were cut are named.
const shown = 10

// tell logs the requests that are cut, if there are any: those that took too long, and
// connections that were upgraded, for which nobody waits.
func (u *underWay) tell(logger *slog.Logger) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.open) == 0 {
		return
	}
	var cut []string
	for r, since := range u.open {
		cut = append(cut, fmt.Sprintf("%s %s, %s old", r.Method, r.URL.EscapedPath(), time.Since(since).Round(time.Millisecond)))
	}
	slices.Sort(cut)
	logger.Warn("requests were cut", "count", len(cut), "requests", cut[:min(len(cut), shown)])
}
