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
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes, in the time of a bubble.
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

// TestWhatGoesOnTakesItsTime: neither a wait, a stream nor a slow upload ends after a
// minute, and a client that stalls is shed.
func TestWhatGoesOnTakesItsTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request string
		pieces  int // of 1 byte, each half a minute after the one before
		handler http.HandlerFunc
		answer  string // in the end; empty for a connection that is closed
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
				time.Sleep(90 * time.Second) // in the bubble's time
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
		"a body that nobody reads": {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 0, func(http.ResponseWriter, *http.Request) {}, "", 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				listener := make(pipes, 1)
				listener <- server
				serving := &http.Server{Handler: patientBodies(test.handler), ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
				go func() { _ = serving.Serve(patient{listener}) }()
				began := time.Now()
				go func() {
					_, _ = io.WriteString(client, test.request)
					for range test.pieces {
						time.Sleep(stall / 2) // in the bubble's time
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

// untilEnd reads until a text has come, or the connection ends.
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

// TestAClientThatTakesNothingIsShed: of a large answer each piece has its time.
func TestAClientThatTakesNothingIsShed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		connection := patientConn{server}
		began := time.Now()
		go func() {
			for range 5 {
				time.Sleep(stall / 2) // in the bubble's time
				_, _ = io.ReadFull(client, make([]byte, pieceSize))
			}
		}()
		written, err := connection.Write(make([]byte, 10*pieceSize))
		if written != 5*pieceSize || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 5*stall/2+stall {
			t.Errorf("after %s: %d bytes, %v", time.Since(began), written, err)
		}
	})
}

// TestWhatIsCutIsTold: a request has the time to drain, and one that takes longer is
// named.
func TestWhatIsCutIsTold(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	listener, err := listenOn(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stop() // the mock is told to stop while it answers
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
	if text := said.String(); !strings.Contains(text, "requests were cut") || !strings.Contains(text, "count=1") || !strings.Contains(text, "GET /a%20b, ") || strings.Contains(text, "secret") {
		t.Errorf("it said %s", text)
	}
}
