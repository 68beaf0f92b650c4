package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes, for use in a synctest bubble.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	connection, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestWhatGoesOnTakesItsTime checks that neither a wait, a stream nor a slow upload is cut
// after a minute, and that a client that stalls is disconnected.
func TestWhatGoesOnTakesItsTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request string
		pieces  int // of 1 byte each, half the stall time apart
		handler http.HandlerFunc
		answer  string // what the answer contains; empty if the connection is closed
		within  time.Duration
	}{
		"a wait": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(5 * time.Minute):
				fmt.Fprint(w, "waited")
			case <-r.Context().Done():
			}
		}, "waited", 6 * time.Minute},
		"a stream": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, func(w http.ResponseWriter, _ *http.Request) {
			for range 5 {
				time.Sleep(90 * time.Second) // of the bubble's time
				fmt.Fprint(w, "tick ")
				_ = http.NewResponseController(w).Flush()
			}
			fmt.Fprint(w, "end")
		}, "end", 10 * time.Minute},
		"a slow upload": {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", 10, func(w http.ResponseWriter, r *http.Request) {
			text, err := io.ReadAll(r.Body)
			fmt.Fprint(w, len(text), err)
		}, "10 <nil>", 10 * time.Minute},
		"an upload that stalls": {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", 3, func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			fmt.Fprint(w, errors.Is(err, os.ErrDeadlineExceeded))
		}, "true", 4 * time.Minute},
		"a body that does not come, and an answer that does not fit into a buffer": {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", 0, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 1<<20))
		}, "HTTP/1.1 200", 2 * time.Minute},
		"a body that nobody reads": {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 0, func(http.ResponseWriter, *http.Request) {}, "", 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				listener := make(pipes, 1)
				listener <- server
				serving := &http.Server{Handler: &patientBodies{Handler: test.handler}, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
				go func() { _ = serving.Serve(patient{listener}) }()
				began := time.Now()
				go func() {
					_, _ = io.WriteString(client, test.request)
					for range test.pieces {
						time.Sleep(stall / 2) // of the bubble's time
						_, _ = io.WriteString(client, "x")
					}
				}()
				got, _ := io.ReadAll(untilEnd{client, test.answer})
				if test.answer != "" && !strings.Contains(string(got), test.answer) || time.Since(began) > test.within {
					t.Errorf("after %s: %q", time.Since(began), got)
				}
				client.Close()
				serving.Close()
			})
		})
	}
}

// untilEnd reads until a text has arrived or the connection ends.
type untilEnd struct {
	net.Conn
	text string
}

func (u untilEnd) Read(into []byte) (int, error) {
	if u.text == "" {
		return u.Conn.Read(into)
	}
	line := bufio.NewReader(u.Conn)
	var got strings.Builder
	for !strings.HasSuffix(got.String(), u.text) {
		c, err := line.ReadByte()
		if err != nil {
			return copy(into, got.String()), err
		}
		got.WriteByte(c)
	}
	return copy(into, got.String()), io.EOF
}

// TestAClientThatTakesNothingIsShed checks that each piece of a large answer has its own
// deadline.
func TestAClientThatTakesNothingIsShed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		connection := &patientConn{Conn: server}
		began := time.Now()
		go func() {
			for range 5 {
				time.Sleep(stall / 2) // of the bubble's time
				_, _ = io.ReadFull(client, make([]byte, pieceSize))
			}
		}()
		written, err := connection.Write(make([]byte, 10*pieceSize))
		if written != 5*pieceSize || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 5*stall/2+stall+extendEvery {
			t.Errorf("after %s: %d bytes, %v", time.Since(began), written, err)
		}
	})
}

// TestADeadlineThatIsFarIsNotMoved checks that a deadline is moved only once it is close,
// so that small answers do not pay for it.
func TestADeadlineThatIsFarIsNotMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deadlines := &deadlined{}
		connection := &patientConn{Conn: deadlines}
		for _, wait := range []time.Duration{0, time.Second, extendEvery, time.Second} {
			time.Sleep(wait) // of the bubble's time
			if _, err := connection.Write([]byte("a")); err != nil {
				t.Fatal(err)
			}
			if left := time.Until(deadlines.write); left < stall {
				t.Errorf("only %s are left", left)
			}
		}
		if deadlines.moved != 2 {
			t.Errorf("the deadline was moved %d times", deadlines.moved)
		}
	})
}

// deadlined is a connection that accepts everything and counts how often its deadline
// moves.
type deadlined struct {
	net.Conn
	write time.Time
	moved int
}

func (d *deadlined) Write(text []byte) (int, error) { return len(text), nil }

func (d *deadlined) SetWriteDeadline(at time.Time) error {
	d.write = at
	d.moved++
	return nil
}

// TestRequestsUnderWay checks that the list of running requests holds those that have not
// ended, in whatever order they end.
func TestRequestsUnderWay(t *testing.T) {
	t.Parallel()
	u := newUnderWay(nil)
	open := map[string]*opened{}
	for _, path := range []string{"/a", "/b", "/c", "/d"} {
		open[path] = u.begin(httptest.NewRequest(http.MethodGet, path, nil))
	}
	for _, path := range []string{"/a", "/d", "/b", "/c"} {
		u.end(open[path])
		delete(open, path)
		var said bytes.Buffer
		u.tell(slog.New(slog.NewTextHandler(&said, nil)))
		for _, other := range []string{"/a", "/b", "/c", "/d"} {
			if _, is := open[other]; strings.Contains(said.String(), "GET "+other+",") != is {
				t.Errorf("after the end of %s the list is %q; it is wrong about %s", path, said.String(), other)
			}
		}
	}
	if begun := u.begun.Load(); begun != 4 {
		t.Errorf("%d requests have begun", begun)
	}
}

// TestWhatIsCutIsTold checks that a request gets the drain time, and that one that takes
// longer is cut off and named in the log.
func TestWhatIsCutIsTold(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	listener, err := listenOn(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stop() // the mock stops while it answers
		<-r.Context().Done()
	})}
	go func() {
		if response, err := http.Get("http://" + listener.Addr().String() + "/a%20b?secret=s"); err == nil {
			response.Body.Close()
			t.Errorf("the answer is %s", response.Status)
		}
	}()
	var said bytes.Buffer
	if err := (&program{}).until(ctx, server, listener, time.Millisecond, slog.New(slog.NewTextHandler(&said, nil))); err != nil {
		t.Error(err)
	}
	if text := said.String(); !strings.Contains(text, "requests were cut off") || !strings.Contains(text, "count=1") || !strings.Contains(text, "GET /a%20b, ") || strings.Contains(text, "secret") {
		t.Errorf("the log says %s", text)
	}
}

// TestOnlyABodyThatStallsCostsADeadline checks that a body that keeps arriving sets no deadline, and
// that a handler that takes its time before reading does not lose the body.
func TestOnlyABodyThatStallsCostsADeadline(t *testing.T) {
	t.Parallel()
	const end = "end"
	for name, test := range map[string]struct {
		before time.Duration   // the first read
		pauses []time.Duration // before each piece; nil for a body that is not read
		want   []time.Duration // deadlines, counted from when they were set; -1 for none
	}{
		"at once":                      {pauses: []time.Duration{0}},
		"in pieces":                    {pauses: []time.Duration{0, time.Second, time.Second}},
		"slowly":                       {pauses: []time.Duration{stall, 1, stall, 0, stall}},
		"read late":                    {before: stall + lookEvery + 1, pauses: []time.Duration{0, 0}, want: []time.Duration{0, -1}},
		"with a stall":                 {pauses: []time.Duration{0, stall + lookEvery + 1, 0}, want: []time.Duration{0, -1}},
		"not at all, and so discarded": {want: []time.Duration{stall}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				connection := &deadlineNotes{ResponseWriter: httptest.NewRecorder()}
				var pieces []io.Reader
				for _, pause := range test.pauses {
					pieces = append(pieces, iotest.DataErrReader(&pausing{pause, strings.NewReader(end)}))
				}
				request := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(pieces...))
				bodies := &patientBodies{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if len(pieces) == 0 {
						return
					}
					time.Sleep(test.before) // in the bubble's time
					if text, err := io.ReadAll(r.Body); err != nil || string(text) != strings.Repeat(end, len(pieces)) {
						t.Errorf("read %q, %v", text, err)
					}
					time.Sleep(10 * stall) // in the bubble's time
				})}
				bodies.ServeHTTP(connection, request)
				time.Sleep(2 * lookEvery) // in the bubble's time
				connection.mu.Lock()
				defer connection.mu.Unlock()
				if !slices.Equal(connection.set, test.want) {
					t.Errorf("deadlines %v, want %v", connection.set, test.want)
				}
				bodies.mu.Lock()
				defer bodies.mu.Unlock()
				if bodies.armed || len(bodies.open) > 0 {
					t.Error("it goes on looking, though no request is open")
				}
			})
		})
	}
}

// pausing is a piece of a body that arrives after a pause.
type pausing struct {
	pause time.Duration
	io.Reader
}

func (p *pausing) Read(into []byte) (int, error) {
	n, err := p.Reader.Read(into)
	time.Sleep(p.pause) // of the bubble's time
	p.pause = 0
	return n, err
}

// deadlineNotes records the read deadlines set on a connection.
type deadlineNotes struct {
	http.ResponseWriter
	mu  sync.Mutex
	set []time.Duration
}

func (d *deadlineNotes) SetReadDeadline(at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at.IsZero() {
		d.set = append(d.set, -1)
	} else {
		d.set = append(d.set, time.Until(at))
	}
	return nil
}
