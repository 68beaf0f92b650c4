package target

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

func testClient(t *testing.T, handler http.HandlerFunc, config Config) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config.Address, config.Contract = &Address{Base: server.URL, Loopback: true}, spec.Default()
	config.Timeout = cmp.Or(config.Timeout, 10*time.Second)
	c := NewClient(config)
	t.Cleanup(c.Close)
	return c
}

func TestAReadOnlyRunSendsNothingThatCouldWrite(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	c := testClient(t, func(http.ResponseWriter, *http.Request) { arrived.Add(1) }, Config{})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "MOVE", "post", "CONNECT"} {
		if _, _, err := c.Send(t.Context(), Request{Method: method, Path: "/"}); !errors.Is(err, errReadOnly) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if n := arrived.Load(); n != 0 {
		t.Fatalf("%d requests arrived", n)
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		if _, _, err := c.Send(t.Context(), Request{Method: method, Path: "/"}); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if n := arrived.Load(); n != 3 {
		t.Errorf("%d requests arrived, want 3", n)
	}
}

func TestWhatIsOnLoopback(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"http://127.0.0.1:4242":        true,
		"http://localhost":             true,
		"http://[::1]:4242":            true,
		"http://unleash.localhost":     true,
		"https://unleash.example.com":  false,
		"http://10.0.0.1":              false,
		"http://localhost.example.com": false,
		"http://127.0.0.1.example.com": false,
	} {
		address, err := Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		if address.Loopback != want {
			t.Errorf("%s: got %t", url, address.Loopback)
		}
	}
}

func TestTargetsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "unleash", "127.0.0.1:4242", "ftp://h", "http://", "http://user:pass-word@h", "http://h?x=1", "http://h#x", "http://h\x7f", "http://[::1"} {
		if _, err := Parse(url); err == nil {
			t.Errorf("%q was accepted", url)
		} else if strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%q: the error repeats the password", url)
		}
	}
}

// hijacked returns a handler that answers with raw bytes.
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
		c := testClient(t, hijacked(raw), Config{Writes: true})
		x, _, err := c.Send(t.Context(), Request{Method: "HEAD", Path: "/health"})
		if err != nil {
			t.Fatal(err)
		}
		if string(x.Extra) != want || x.Status != 200 || x.Answer.Get("Content-Length") != "17" || len(x.Received) != 0 {
			t.Errorf("status %d, %q after the head, %q as the body", x.Status, x.Extra, x.Received)
		}
	}
}

// TestAServerThatHasOnlyHTTP2 sends every method to a server that refuses connections for HTTP/1.1.
func TestAServerThatHasOnlyHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Proto", r.Proto) }))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.SupportedProtos, "h2") {
			return nil, nil
		}
		return &tls.Config{Certificates: server.TLS.Certificates, NextProtos: []string{"none"}}, nil
	}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	c := NewClient(Config{Address: &Address{Base: server.URL, Loopback: true}, Contract: spec.Default(), Timeout: 10 * time.Second, TLS: &tls.Config{RootCAs: roots}})
	t.Cleanup(c.Close)
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		x, _, err := c.Send(t.Context(), Request{Method: method, Path: "/health"})
		if err != nil || x.Answer.Get("X-Proto") != "HTTP/2.0" {
			t.Errorf("%s: %v %v", method, x.Answer, err)
		}
	}
}

// TestInformationalAnswersAreNotTheAnswer sends informational answers before the final one.
func TestInformationalAnswersAreNotTheAnswer(t *testing.T) {
	t.Parallel()
	const hint = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
	final := "HTTP/1.1 200 OK\r\nX-Final: yes\r\nContent-Length: 0\r\n\r\n"
	for name, raw := range map[string]string{"103": hint + final, "100 and 103": "HTTP/1.1 100 Continue\r\n\r\n" + hint + hint + final} {
		for _, method := range []string{"HEAD", "GET", "POST"} {
			x, _, err := testClient(t, hijacked(raw), Config{Writes: true}).Send(t.Context(), Request{Method: method, Path: "/health"})
			if err != nil || x.Status != 200 || x.Answer.Get("X-Final") != "yes" || len(x.Extra) > 0 {
				t.Errorf("%s, %s: status %d, %q after the head, %v", name, method, x.Status, x.Extra, err)
			}
		}
	}
}

// endless returns a handler that sends begin, then repeats piece until the client hangs up.
func endless(begin, piece string) http.HandlerFunc {
	piece = strings.Repeat(piece, 1000)
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		for _, err = connection.Write([]byte(begin)); err == nil; {
			_, err = connection.Write([]byte(piece))
		}
	}
}

// TestWhatIsReadIsBounded is about targets that never stop sending.
func TestWhatIsReadIsBounded(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 2 * maxBody / len(zeros) {
		if _, err := writer.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
	const drips = "a body that drips for so long"
	const stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string // a pattern for why the body could not be read, or for the error
	}{
		"an endless body":            {endless(head+"\r\n", "a"), "the answer is larger than 16777216 bytes"},
		"an endless list":            {endless(head+"\r\n[", "{},"), "the answer is larger than 16777216 bytes"},
		"many small values":          {hijacked(head + "\r\n[" + strings.Repeat("0,", maxValues) + "0]"), "the answer is larger than 500000 values"},
		"a gzip bomb":                {hijacked(head + fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", bomb.Len(), bomb.String())), "the answer is larger than 16777216 bytes, decompressed"},
		"an endless message":         {endless(stream, "a"), "the first message is larger than 16777216 bytes"},
		"a message of endless lines": {endless(stream, "data: a\n"), "the first message is larger than 16777216 bytes"},
		"a message of many values":   {hijacked(stream + "data: [" + strings.Repeat("0,", maxValues) + "0]\n\n"), "the first message is larger than 500000 values"},
		"endless headers":            {endless(head, "X-More: "+strings.Repeat("a", 100)+"\r\n"), "the head of the answer is larger than 262144 bytes"},
		"an endless header":          {endless(head+"X-More: ", "a"), "the head of the answer is larger than 262144 bytes"},
		"endless informational ones": {endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "informational answers came|the head of the answer is larger than 262144 bytes"},
		"an endless first line":      {endless("HTTP/1.1 200 ", "a"), "the head of the answer is larger than 262144 bytes"},
		drips: {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				_ = http.NewResponseController(w).Flush() // the context ends if it fails
				<-time.After(5 * time.Millisecond)
			}
		}, "the body ends too early"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			t.Run(name+", "+method, func(t *testing.T) {
				t.Parallel()
				patience := time.Minute // for a busy machine
				if name == drips {
					patience = time.Second
				}
				x, _, err := testClient(t, test.handler, Config{Writes: true, Timeout: patience}).Send(t.Context(), Request{Method: method, Path: "/health"})
				if err != nil {
					var silent *NoAnswerError
					if !errors.As(err, &silent) || !regexp.MustCompile(test.want).MatchString(err.Error()) {
						t.Errorf("got %v", err)
					}
					return
				}
				if method == "GET" && !regexp.MustCompile(test.want).MatchString(x.Unread) {
					t.Errorf("unread %q", x.Unread)
				}
				if len(x.Received) > kept || len(x.Extra) > maxExtra || x.Value != nil {
					t.Errorf("%d bytes of the body are kept, and %d after the head", len(x.Received), len(x.Extra))
				}
			})
		}
	}
}

func TestABodyIsReadInItsEncoding(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ raw, unread string }{
		"plain":          {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", ""},
		"not gzip":       {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "declares: it is not valid gzip"},
		"not brotli":     {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "declares: it is not valid br"},
		"unknown":        {"HTTP/1.1 200 OK\r\nContent-Encoding: lzw\r\nContent-Length: 2\r\n\r\n{}", `encoding is not known: "lzw"`},
		"cut":            {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}", "ends too early"},
		"identity":       {"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", ""},
		"empty, as gzip": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, _, err := testClient(t, hijacked(test.raw), Config{Writes: true}).Send(t.Context(), Request{Method: "GET", Path: "/health"})
			if err != nil {
				t.Fatal(err)
			}
			if (test.unread == "") != (x.Unread == "") || !strings.Contains(x.Unread, test.unread) {
				t.Errorf("unread %q", x.Unread)
			}
		})
	}
}

// TestWhoseFaultNoAnswerIs checks that a target that does not answer is told apart from one that
// cannot be reached.
func TestWhoseFaultNoAnswerIs(t *testing.T) {
	t.Parallel()
	var silent *NoAnswerError
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, Config{Writes: true})
	if _, _, err := c.Send(t.Context(), Request{Method: "GET", Path: "/health"}); !errors.As(err, &silent) {
		t.Errorf("a closed connection: %v", err)
	}
	released := make(chan struct{})
	c = testClient(t, func(w http.ResponseWriter, r *http.Request) { <-released }, Config{Writes: true, Timeout: 50 * time.Millisecond})
	t.Cleanup(func() { close(released) })
	if _, _, err := c.Send(t.Context(), Request{Method: "GET", Path: "/health"}); !errors.As(err, &silent) || !strings.Contains(err.Error(), "none came within 50ms") {
		t.Errorf("no answer: %v", err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Send(interrupted, Request{Method: "GET", Path: "/health"}); !errors.Is(err, context.Canceled) || errors.As(err, &silent) {
		t.Errorf("interrupted: %v", err)
	}
	c.Address.Base = "http://" + closedPort(t)
	if _, _, err := c.Send(t.Context(), Request{Method: "GET", Path: "/health"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("a closed port: %v", err)
	}
}

// TestATargetThatGoesAwayMeanwhileIsNotAtFault checks that no answer, half of one and that of a gateway count against
// the target only if it answers something else.
func TestATargetThatGoesAwayMeanwhileIsNotAtFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails   http.HandlerFunc
		timeout time.Duration
		away    string
	}{
		"closes": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "the target went away meanwhile: no answer: "},
		"hangs":  {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 50 * time.Millisecond, "the target went away meanwhile: no answer: none came within 50ms"},
		"breaks off": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("{"))
		}, 0, "the target went away meanwhile: the body ends too early: unexpected EOF"},
		"gateway": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }, 0, "the target went away meanwhile: a gateway answers 502 in its place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole, one atomic.Bool
			c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
				if whole.Load() || one.Load() && r.URL.Path == "/one" {
					test.fails(w, r)
				}
			}, Config{Writes: true})
			send := func() error {
				_, _, err := c.Send(t.Context(), Request{Method: http.MethodPost, Path: "/one"})
				return err
			}
			if _, err := c.Get(t.Context(), "/one", nil); err != nil {
				t.Fatal(err)
			}
			if one.Store(true); test.timeout == 0 { // as the others do not wait for anything
				if err := send(); err != nil && !errors.As(err, new(*NoAnswerError)) {
					t.Errorf("it answers all but one: %v", err)
				}
			}
			whole.Store(true)
			c.Timeout = cmp.Or(test.timeout, c.Timeout)
			if err := send(); err == nil || !strings.HasPrefix(err.Error(), test.away) || errors.As(err, new(*NoAnswerError)) {
				t.Errorf("it answers nothing: %v", err)
			}
		})
	}
}

// TestWhatHangsIsAtFault checks that a target that answers one thing only, such as at another path than that of its
// health, is not away.
func TestWhatHangsIsAtFault(t *testing.T) {
	t.Parallel()
	for _, answered := range []string{"/health", "/ready", "/first"} {
		t.Run(answered[1:], func(t *testing.T) {
			t.Parallel()
			var hangs atomic.Bool
			c := testClient(t, func(_ http.ResponseWriter, r *http.Request) {
				if hangs.Load() && r.URL.Path != answered {
					<-r.Context().Done()
				}
			}, Config{Timeout: 2 * time.Second})
			if _, err := c.Get(t.Context(), "/first", nil); err != nil {
				t.Fatal(err)
			}
			hangs.Store(true)
			if _, err := c.Get(t.Context(), "/one", nil); !errors.As(err, new(*NoAnswerError)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAProxyThatCannotConnectIsNotTheTarget(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(Config{Address: &Address{Base: "https://unleash.invalid"}, Contract: spec.Default(), Timeout: 10 * time.Second})
	t.Cleanup(c.Close)
	c.http.Transport.(guard).next.(headProbe).Proxy = http.ProxyURL(at)
	if _, _, err := c.Send(t.Context(), Request{Method: "GET", Path: "/health"}); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "the proxy answers 502 Bad Gateway") {
		t.Errorf("got %v", err)
	}
}

// closedPort returns an address on which nothing listens.
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
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }, Config{Writes: true})
	for _, method := range []string{"GET", "HEAD", "POST"} {
		x, _, err := c.Send(t.Context(), Request{Method: method, Path: "/health"})
		if err != nil || x.Status != http.StatusFound {
			t.Errorf("%s: %+v, %v", method, x, err)
		}
	}
}

func TestHeadersOfTheUserGoWithEveryRequest(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Host, " ", r.Header.Get("X-Proxy-Pass"), " ", r.Header.Get("Content-Type"), " ", r.UserAgent())
	}, Config{Writes: true, Agent: "unleash-mock-verify/1.2.3", Headers: http.Header{"x-proxy-pass": {"pass"}, "Host": {"unleash.example.com"}, "Content-Type": {"text/plain"}}})
	x, _, err := c.Send(t.Context(), Request{Method: "POST", Path: "/", Header: http.Header{"Content-Type": {JSON}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(x.Received), "unleash.example.com pass application/json unleash-mock-verify/1.2.3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestARefusalThatPassesIsWaitedFor answers the first of two tries with a 429, or as a gateway that gets no
// response from the target. A gateway leaves open whether the target carried a request out.
func TestARefusalThatPassesIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status          int
		mediaType       string
		read, write, at int // how often each is sent
	}{
		{429, "text/plain", 2, 2, 1},
		{502, "text/html", 2, 1, 1},
		{503, "text/html", 2, 1, 1},
		{504, "application/json", 2, 1, 1},
		{503, "application/json; charset=utf-8", 1, 1, 1}, // that of Unleash
		{500, "text/html", 1, 1, 1},
	} {
		for _, r := range []struct {
			Request
			want int
		}{
			{Request{Method: "GET", Path: "/health"}, test.read},
			{Request{Method: "POST", Path: "/health"}, test.write},
			{Request{Method: "PUT", Path: "/health", Repeatable: true}, test.read},
			{Request{Method: "GET", Path: "/health", Burst: true}, test.at},
		} {
			t.Run(fmt.Sprintf("%d %s %s burst %t", test.status, test.mediaType, r.Method, r.Burst), func(t *testing.T) {
				t.Parallel()
				var calls atomic.Int32
				c := testClient(t, func(w http.ResponseWriter, _ *http.Request) {
					if calls.Add(1) == 1 {
						w.Header().Set("Retry-After", "0")
						w.Header().Set("Content-Type", test.mediaType)
						w.WriteHeader(test.status)
					}
				}, Config{Writes: true})
				x, tries, err := c.Send(t.Context(), r.Request)
				if err != nil || len(tries) != r.want-1 || int(calls.Load()) != r.want || (x.Status == 200) != (r.want == 2) {
					t.Errorf("%+v after %d earlier tries, %v", x, len(tries), err)
				}
			})
		}
	}
}

func TestTheOperationOfAnExchangeIsFound(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(http.ResponseWriter, *http.Request) {}, Config{Writes: true})
	var got []string
	for _, r := range []Request{{Method: "GET", Path: "/health?x=1"}, {Method: "HEAD", Path: "/ready"}, {Method: "POST", Path: "/health"}, {Method: "PUT", Path: "/api/admin/signal-endpoints/7/tokens/8"}} {
		x, _, err := c.Send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x.OperationID())
	}
	if want := []string{"getHealth", "getReady", "", "updateSignalEndpointToken"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestADeadGatewayIsNotWaitedForAgainAndAgain checks how long requests wait in all for a gateway that never
// gets a response from the target, and that they wait again once the target has responded.
func TestADeadGatewayIsNotWaitedForAgainAndAgain(t *testing.T) {
	t.Parallel()
	var arrived, waits atomic.Int32
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, clockPath):
			waits.Add(1)
			if body, _ := io.ReadAll(r.Body); string(body) != `{"advance":"2s"}` {
				t.Errorf("it waits %s", body)
			}
		case strings.HasSuffix(r.URL.Path, "/dead"):
			arrived.Add(1)
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusBadGateway)
		}
	}, Config{Writes: true})
	c.workspace = "own" // so that waiting takes no time
	send := func(path string, requests, waited int32) {
		t.Helper()
		arrived.Store(0)
		waits.Store(0)
		if _, err := c.Get(t.Context(), path, nil); err != nil {
			t.Error(err)
		}
		if arrived.Load() != requests || waits.Load() != waited {
			t.Errorf("%s: %d requests, %d waits, want %d and %d", path, arrived.Load(), waits.Load(), requests, waited)
		}
	}
	send("/dead", maxTries, maxTries-1)
	send("/dead", maxTries, maxTries-1)
	send("/dead", 1, 0)
	send("/alive", 0, 0)
	send("/dead", maxTries, maxTries-1)
}
