package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
)

// serveLimited serves in a bubble with a bound on connections. The function opens one and
// returns its client's end.
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
		synctest.Wait() // those that were answered are idle
		listener <- end
		synctest.Wait()
		time.Sleep(time.Millisecond) // in the bubble's time: no two are as old
		return client
	}
}

// asked sends a request and returns the status of its answer, 0 where there is none.
func asked(client net.Conn) int {
	go ask(client, "/")
	return answered(client)
}

func ask(client net.Conn, path string) {
	fmt.Fprintf(client, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
}

// answered returns the status of an answer, 0 where there is none.
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
			t.Errorf("the second got %d", status)
		}
		time.Sleep(time.Second) // in the bubble's time
		if status := asked(used); status != 200 {
			t.Errorf("the third got %d", status)
		}
		if fourth := connect(); asked(fourth) != 200 || asked(used) != 200 || asked(old) != 0 {
			t.Error("another connection than the longest idle one was closed")
		}
		close(release)
		if status := answered(waiting); status != 200 {
			t.Errorf("the busy one got %d", status)
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
			t.Errorf("the second got %d", status)
		}
		close(release)
		if status := answered(first); status != 200 {
			t.Errorf("the first got %d", status)
		}
	})
}

// TestHeadersBeingReadAreBounded: slow ones are closed, and all is released: in the end, and
// of each request once it is read.
func TestHeadersBeingReadAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &connLimiter{max: 100, headers: memlimit.New(400 << 10)}
		connect := serveLimited(t, l, func(http.ResponseWriter, *http.Request) {})
		tiny := strings.Repeat("a:\r\n", 2000)
		for range 3 { // each takes some 270 KB
			slow := connect()
			go fmt.Fprint(slow, "GET / HTTP/1.1\r\nHost: a\r\n"+tiny)
		}
		time.Sleep(time.Second) // in the bubble's time
		if taken := l.headers.Stats().Bytes; taken < 250<<10 {
			t.Errorf("%d bytes are taken", taken)
		}
		taken, small := l.headers.Stats().Bytes, connect()
		for range 100 {
			if status := asked(small); status != 200 {
				t.Fatalf("a small request got %d", status)
			}
		}
		if now := l.headers.Stats().Bytes; now != taken {
			t.Errorf("headers that were read take %d bytes", now-taken)
		}
		time.Sleep(readHeaderTimeout * 2) // in the bubble's time
		synctest.Wait()
		if taken := l.headers.Stats().Bytes; taken != 0 {
			t.Errorf("%d bytes are taken in the end", taken)
		}
	})
}
