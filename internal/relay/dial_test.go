package relay

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// hangingUp is a connection to a server that answers after the first piece of a request and
// reads no more.
type hangingUp struct {
	net.Conn
	pieces atomic.Int64
	failed chan struct{}
	answer io.Reader
}

func (h *hangingUp) Write(text []byte) (int, error) {
	switch h.pieces.Add(1) {
	case 1:
		return len(text), nil
	case 2:
		close(h.failed)
	}
	return 0, syscall.EPIPE
}

func (h *hangingUp) Read(into []byte) (int, error) {
	<-h.failed
	time.Sleep(time.Millisecond) // of the bubble's time; the failure may come first
	return h.answer.Read(into)
}

// TestAnAnswerOutlivesTheConnection checks that the client gets an answer even if the
// transport could not write the whole request.
func TestAnAnswerOutlivesTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		conn := &hangingUp{Conn: here, failed: make(chan struct{}), answer: strings.NewReader("HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig")}
		transport := &http.Transport{DialContext: lenient(func(context.Context, string, string) (net.Conn, error) { return conn, nil })}
		defer transport.CloseIdleConnections()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://unleash.example", strings.NewReader(strings.Repeat("x", 300_000)))
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusRequestEntityTooLarge || string(text) != "big" {
			t.Errorf("%d %q, %v", response.StatusCode, text, err)
		}
	})
}

// TestAFailedWriteIsToldInTheEnd checks that a failed write is reported only once the
// connection is closed.
func TestAFailedWriteIsToldInTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		there.Close()
		connect := lenient(func(context.Context, string, string) (net.Conn, error) { return here, nil })
		conn, err := connect(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error, 1)
		go func() {
			_, err := conn.Write([]byte("x"))
			failed <- err
		}()
		synctest.Wait()
		if len(failed) > 0 {
			t.Errorf("the failure is reported too early: %v", <-failed)
		}
		for range 2 {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := <-failed; err == nil {
			t.Error("the write did not fail")
		}
	})
}
