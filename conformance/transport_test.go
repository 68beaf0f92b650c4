package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// testClient is a client of a server of the test.
func testClient(t *testing.T, handler http.HandlerFunc, options Options) *client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if options.Timeout == 0 {
		options.Timeout = 10 * time.Second
	}
	c := newClient(&target{base: server.URL, loopback: !options.ReadOnly}, options, spec.Default(), newRedactor())
	t.Cleanup(c.close)
	return c
}

func TestAReadOnlyRunSendsNothingThatCouldWrite(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	c := testClient(t, func(http.ResponseWriter, *http.Request) { arrived.Add(1) }, Options{ReadOnly: true, AllowWrites: true})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "MOVE", "post", "CONNECT"} {
		if _, _, err := c.send(t.Context(), request{method: method, path: "/"}); !errors.Is(err, errReadOnly) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if n := arrived.Load(); n != 0 {
		t.Fatalf("%d requests arrived", n)
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		if _, _, err := c.send(t.Context(), request{method: method, path: "/"}); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if n := arrived.Load(); n != 3 {
		t.Errorf("%d requests arrived, not 3", n)
	}
}

func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url     string
		options Options
		want    bool
	}{
		{"http://127.0.0.1:4242", Options{}, true},
		{"http://localhost", Options{}, true},
		{"http://[::1]:4242", Options{}, true},
		{"http://unleash.localhost", Options{}, true},
		{"http://127.0.0.1:4242", Options{ReadOnly: true}, false},
		{"http://127.0.0.1:4242", Options{ReadOnly: true, AllowWrites: true}, false},
		{"https://unleash.example.com", Options{}, false},
		{"https://unleash.example.com", Options{AllowWrites: true}, true},
		{"http://10.0.0.1", Options{}, false},
		{"http://localhost.example.com", Options{}, false},
		{"http://127.0.0.1.example.com", Options{}, false},
	} {
		test.options.Target = test.url
		target, err := newTarget(test.options)
		if err != nil {
			t.Fatal(err)
		}
		if got := test.options.mayWrite(target); got != test.want {
			t.Errorf("%s, %+v: %t", test.url, test.options, got)
		}
	}
}

func TestTargetsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "unleash", "127.0.0.1:4242", "ftp://h", "http://", "http://user:pass-word@h", "http://h?x=1", "http://h#x", "http://h\x7f", "http://[::1"} {
		_, err := newTarget(Options{Target: url})
		var usage *UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%q: %v", url, err)
		} else if strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%q: the error repeats the password", url)
		}
	}
	if _, err := newTarget(Options{Target: "http://h", Handler: http.NotFoundHandler()}); err == nil {
		t.Error("both a target and a handler are taken")
	}
}

// hijacked answers a request with these bytes.
func hijacked(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		_, _ = connection.Write([]byte(raw))
	}
}

func TestABodyBehindHeadIsSeen(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 17\r\n\r\n"
	for raw, want := range map[string]string{head: "", head + `{"health":"GOOD"}`: `{"health":"GOOD"}`} {
		c := testClient(t, hijacked(raw), Options{})
		x, _, err := c.send(t.Context(), request{method: "HEAD", path: "/health"})
		if err != nil {
			t.Fatal(err)
		}
		if string(x.extra) != want || x.status != 200 || x.answer.Get("Content-Length") != "17" || len(x.received) != 0 {
			t.Errorf("status %d, %q behind the head, %q as body", x.status, x.extra, x.received)
		}
	}
}

func TestABodyIsReadInItsEncoding(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ raw, unread string }{
		"plain":          {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", ""},
		"not gzip":       {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "names: it is no gzip"},
		"not brotli":     {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "names: it is no br"},
		"unknown":        {"HTTP/1.1 200 OK\r\nContent-Encoding: lzw\r\nContent-Length: 2\r\n\r\n{}", `encoding is not known: "lzw"`},
		"cut":            {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}", "ends too early"},
		"identity":       {"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", ""},
		"empty, as gzip": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, _, err := testClient(t, hijacked(test.raw), Options{}).send(t.Context(), request{method: "GET", path: "/health"})
			if err != nil {
				t.Fatal(err)
			}
			if (test.unread == "") != (x.unread == "") || !strings.Contains(x.unread, test.unread) {
				t.Errorf("unread %q", x.unread)
			}
		})
	}
}

// TestWhoseFaultNoAnswerIs tells a target that does not answer from a way that
// does not lead to it.
func TestWhoseFaultNoAnswerIs(t *testing.T) {
	t.Parallel()
	var silent *noAnswerError
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, Options{})
	if _, _, err := c.send(t.Context(), request{method: "GET", path: "/health"}); !errors.As(err, &silent) {
		t.Errorf("a closed connection: %v", err)
	}
	released := make(chan struct{})
	c = testClient(t, func(w http.ResponseWriter, r *http.Request) { <-released }, Options{Timeout: 50 * time.Millisecond})
	t.Cleanup(func() { close(released) })
	if _, _, err := c.send(t.Context(), request{method: "GET", path: "/health"}); !errors.As(err, &silent) || !strings.Contains(err.Error(), "none came within 50ms") {
		t.Errorf("no answer: %v", err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.send(interrupted, request{method: "GET", path: "/health"}); !errors.Is(err, context.Canceled) || errors.As(err, &silent) {
		t.Errorf("interrupted: %v", err)
	}
	c.target.base = "http://" + closedPort(t)
	if _, _, err := c.send(t.Context(), request{method: "GET", path: "/health"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("a closed port: %v", err)
	}
}

// closedPort is an address that nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }, Options{})
	for _, method := range []string{"GET", "HEAD", "POST"} {
		x, _, err := c.send(t.Context(), request{method: method, path: "/health"})
		if err != nil || x.status != http.StatusFound {
			t.Errorf("%s: %+v, %v", method, x, err)
		}
	}
}

func TestHeadersOfTheUserGoWithEveryRequest(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Host, " ", r.Header.Get("X-Proxy-Pass"), " ", r.Header.Get("Content-Type"), " ", r.UserAgent())
	}, Options{Version: "1.2.3", Headers: http.Header{"x-proxy-pass": {"pass"}, "Host": {"unleash.example.com"}, "Content-Type": {"text/plain"}}})
	x, _, err := c.send(t.Context(), request{method: "POST", path: "/", header: http.Header{"Content-Type": {jsonType}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(x.received), "unleash.example.com pass application/json unleash-mock-verify/1.2.3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestARefusalWith429IsWaitedFor answers 429 until the client waited once.
func TestARefusalWith429IsWaitedFor(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}, Options{})
	x, tries, err := c.send(t.Context(), request{method: "GET", path: "/health"})
	if err != nil || x.status != 200 || len(tries) != 1 || tries[0].status != 429 {
		t.Errorf("%+v after %d tries, %v", x, len(tries), err)
	}
	calls.Store(0)
	x, tries, err = c.send(t.Context(), request{method: "GET", path: "/health", burst: true})
	if err != nil || x.status != 429 || len(tries) != 0 {
		t.Errorf("a burst was tried again: %+v, %v", x, err)
	}
}

func TestTheOperationOfAnExchangeIsFound(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(http.ResponseWriter, *http.Request) {}, Options{})
	var got []string
	for _, r := range []request{{method: "GET", path: "/health?x=1"}, {method: "HEAD", path: "/ready"}, {method: "POST", path: "/health"}, {method: "PUT", path: "/api/admin/signal-endpoints/7/tokens/8"}} {
		x, _, err := c.send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		id := ""
		if x.operation != nil {
			id = x.operation.ID
		}
		got = append(got, id)
	}
	if want := []string{"getHealth", "getReady", "", "updateSignalEndpointToken"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
