package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// serveLimited serves in a synctest bubble with a limit on connections. connect opens a
// connection and returns the client's end.
func serveLimited(t *testing.T, l *connLimiter, handler http.HandlerFunc) (connect func() net.Conn) {
	t.Helper()
	listener := make(pipes)
	l.Listener, l.open = listener, map[*limitedConn]bool{}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout, ConnState: l.connState}
	go func() { _ = server.Serve(l) }()
	var clients []net.Conn
	t.Cleanup(func() {
		for _, client := range clients {
			client.Close()
		}
		server.Close()
	})
	return func() net.Conn {
		client, end := net.Pipe()
		clients = append(clients, client)
		synctest.Wait() // answered connections are idle by now
		listener <- end
		synctest.Wait()
		time.Sleep(time.Millisecond) // of the bubble's time: no two connections are equally old
		return client
	}
}

// asked sends a request and returns the status of its answer, or 0 if there is none.
func asked(client net.Conn) int {
	go ask(client, "/")
	return answered(client)
}

func ask(client net.Conn, path string) {
	fmt.Fprintf(client, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
}

// answered reads an answer and returns its status, or 0 if there is none.
func answered(client net.Conn) int {
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func TestANewConnectionReplacesTheLongestIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		connect := serveLimited(t, &connLimiter{max: 3}, func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				<-release
			}
		})
		waiting, old, used := connect(), connect(), connect()
		ask(waiting, "/wait")
		if status := asked(old); status != 200 {
			t.Errorf("the second request got %d", status)
		}
		time.Sleep(time.Second) // of the bubble's time
		if status := asked(used); status != 200 {
			t.Errorf("the third request got %d", status)
		}
		if fourth := connect(); asked(fourth) != 200 || asked(used) != 200 || asked(old) != 0 {
			t.Error("a connection other than the longest idle one was closed")
		}
		close(release)
		if status := answered(waiting); status != 200 {
			t.Errorf("the busy connection got %d", status)
		}
	})
}

func TestBusyConnectionsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		connect := serveLimited(t, &connLimiter{max: 1}, func(http.ResponseWriter, *http.Request) { <-release })
		first := connect()
		ask(first, "/")
		synctest.Wait()
		if status := asked(connect()); status != 0 {
			t.Errorf("the second connection got %d", status)
		}
		close(release)
		if status := answered(first); status != 200 {
			t.Errorf("the first connection got %d", status)
		}
	})
}

// TestHeadersBeingReadAreBounded checks that slow headers are cut off at the limit, and
// that their memory is released: once a request is read, and once its connection is closed.
func TestHeadersBeingReadAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &connLimiter{max: 100, headers: memlimit.New(400 << 10)}
		connect := serveLimited(t, l, func(http.ResponseWriter, *http.Request) {})
		tiny := strings.Repeat("a:\r\n", 2000)
		for range 3 { // each takes about 270 KB
			slow := connect()
			go fmt.Fprint(slow, "GET / HTTP/1.1\r\nHost: a\r\n"+tiny)
		}
		time.Sleep(time.Second) // of the bubble's time
		if taken := l.headers.Stats().Bytes; taken < 250<<10 {
			t.Errorf("only %d bytes are reserved", taken)
		}
		taken, small := l.headers.Stats().Bytes, connect()
		for range 100 {
			if status := asked(small); status != 200 {
				t.Fatalf("a small request got %d", status)
			}
		}
		if now := l.headers.Stats().Bytes; now != taken {
			t.Errorf("headers that were read still take %d bytes", now-taken)
		}
		time.Sleep(readHeaderTimeout * 2) // of the bubble's time
		synctest.Wait()
		if taken := l.headers.Stats().Bytes; taken != 0 {
			t.Errorf("%d bytes are still reserved at the end", taken)
		}
	})
}

// TestAResetConnectionIsOpenNoLonger checks that connections that the mock resets make room
// for others, with and without TLS.
func TestAResetConnectionIsOpenNoLonger(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, secure := range []bool{false, true} {
		server := httptest.NewUnstartedServer(mock)
		limited := limitConnections(patient{server.Listener}, 2)
		server.Listener, server.Config.ConnState = limited, limited.connState
		if secure {
			server.StartTLS()
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		client := server.Client()
		for range 5 {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/health", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Prefer", "fault=reset")
			response, err := client.Do(request)
			if err == nil {
				response.Body.Close()
				t.Fatalf("the reset request got %d", response.StatusCode)
			}
			if !isReset(err) {
				t.Fatalf("TLS %v: the client saw %v, want a reset", secure, err)
			}
			limited.mu.Lock()
			open := len(limited.open)
			limited.mu.Unlock()
			if open > 0 {
				t.Fatalf("TLS %v: %d connections count as open", secure, open)
			}
		}
	}
}

// isReset reports whether an error is that of a connection that the other side has reset.
func isReset(err error) bool {
	return strings.Contains(err.Error(), "reset by peer") || strings.Contains(err.Error(), "forcibly closed")
}
