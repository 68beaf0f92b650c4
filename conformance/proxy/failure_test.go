package proxy_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
)

// readHead reads a request up to its body.
func readHead(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }

// hang sends nothing until the other side closes the connection.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// TestAnUpstreamThatFails checks that the client gets a 502 or 504 that says why, in Unleash's
// envelope, that one line is logged, and that there is no violation.
func TestAnUpstreamThatFails(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(good())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it would log that clients do not trust it
	secure.StartTLS()
	t.Cleanup(secure.Close)
	closed := raw(t, nil, func(conn net.Conn) { readHead(conn) })
	plainHTTP := httptest.NewServer(good())
	t.Cleanup(plainHTTP.Close)
	for name, test := range map[string]struct {
		upstream string
		timeout  time.Duration
		status   int
		says     string
	}{
		"down":         {upstream: "http://127.0.0.1:1", status: 502, says: "cannot be reached: connection refused"},
		"no such name": {upstream: "http://unleash.invalid", status: 502, says: "name unleash.invalid cannot be resolved"},
		"slow": {
			upstream: raw(t, nil, func(conn net.Conn) { readHead(conn); hang(conn) }), timeout: 50 * time.Millisecond, status: 504, says: "did not answer within 50ms",
		},
		"closes": {upstream: closed, status: 502, says: "closed the connection before it answered"},
		"nonsense": {
			upstream: raw(t, nil, func(conn net.Conn) { readHead(conn); _, _ = io.WriteString(conn, "SSH-2.0-nonsense\r\n") }),
			status:   502, says: "is not HTTP: malformed HTTP",
		},
		"nonsense as a status": {
			upstream: raw(t, nil, func(conn net.Conn) {
				readHead(conn)
				_, _ = io.WriteString(conn, "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n")
			}),
			status: 502, says: `is not HTTP: malformed HTTP status code \"099\"`,
		},
		"nonsense in a header": {
			upstream: raw(t, nil, func(conn net.Conn) {
				readHead(conn)
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")
			}),
			status: 502, says: "is not HTTP: bad Content-Length",
		},
		"certificate":       {upstream: secure.URL, status: 502, says: "certificate is not trusted: x509: certificate signed by unknown authority"},
		"no TLS":            {upstream: strings.Replace(plainHTTP.URL, "http:", "https:", 1), status: 502, says: "TLS"},
		"TLS where none is": {upstream: strings.Replace(secure.URL, "https:", "http:", 1), status: 400, says: "HTTP request to an HTTPS server"},
	} {
		for _, path := range []string{"/health", "/elsewhere"} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				s := playBefore(t, test.upstream, func(o *proxy.Options) {
					if test.timeout > 0 {
						o.Timeout = test.timeout
					}
				})
				got := s.send(t, "GET", path+"?token=signal_0123456789", "", "Authorization", admin)
				if got.Status != test.status || !strings.Contains(got.Body, test.says) {
					t.Errorf("got %d %s, want %d and %q", got.Status, got.Body, test.status, test.says)
				}
				s.end()
				if test.status == 400 {
					return // the upstream did answer
				}
				var envelope struct {
					ID, Name, Message string
					Details           []struct{ Message string }
				}
				if err := json.Unmarshal([]byte(got.Body), &envelope); err != nil || envelope.ID == "" || len(envelope.Details) != 1 ||
					got.Header.Get(proxy.Header) != envelope.Name || got.Header.Get("Content-Type") != jsonType {
					t.Errorf("%v: %s %v", err, got.Body, got.Header)
				}
				if messages := s.log.messages(t); !slices.Equal(messages, []string{"the upstream failed"}) {
					t.Errorf("log: %q", messages)
				}
				if text := s.log.String(); strings.Contains(text, "signal_0123456789") || strings.Contains(text, admin) {
					t.Errorf("a secret is in the log: %s", text)
				}
				want := proxy.Stats{Exchanges: 1, Unanswered: 1}
				if path != "/health" {
					want = proxy.Stats{Outside: 1}
				}
				if diff := cmp.Diff(want, s.Stats()); diff != "" {
					t.Error(diff)
				}
				if code := s.Report().ExitCode; path == "/health" && code != 3 || path != "/health" && code != 4 {
					t.Errorf("exit code %d", code)
				}
			})
		}
	}
}

// TestTrustedCertificate checks that an authority given by the user is trusted, and that the
// check can be turned off.
func TestTrustedCertificate(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(good())
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	for name, config := range map[string]*tls.Config{"authority": {RootCAs: roots}, "anything goes": {InsecureSkipVerify: true}} {
		s := playBefore(t, secure.URL, func(o *proxy.Options) { o.TLS = config })
		if got := s.send(t, "GET", "/health", ""); got.Status != 200 || got.Body != healthy {
			t.Errorf("%s: status %d, %s", name, got.Status, got.Body)
		}
	}
}

// TestUpstreamFailsInTheMiddle checks that the client's answer ends as abruptly as the
// upstream's, and that the upstream counts as not answering, not as breaking the contract.
func TestUpstreamFailsInTheMiddle(t *testing.T) {
	t.Parallel()
	begin := func(head string, then func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			readHead(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+head)
			then(conn)
		}
	}
	killed := func(net.Conn) {}
	for name, serve := range map[string]func(net.Conn){
		"length":          begin("Content-Length: 17\r\n\r\n{\"hea", killed),
		"chunks":          begin("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"hea\r\n", killed),
		"chunks that lie": begin("Transfer-Encoding: chunked\r\n\r\nxyz\r\n{\"hea\r\n", killed),
		"stalls":          begin("Content-Length: 17\r\n\r\n{\"hea", hang),
	} {
		for _, hold := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, holding back %v", name, hold), func(t *testing.T) {
				t.Parallel()
				s := playBefore(t, raw(t, nil, serve), func(o *proxy.Options) {
					o.FailOnViolation = hold
					if name == "stalls" {
						o.Timeout = time.Second
					}
				})
				response, err := s.client.Get(s.url + "/health")
				switch {
				case hold && (err != nil || response.StatusCode < 502):
					t.Errorf("want a 502 or 504, got %v, %v", response, err)
				case !hold && err == nil:
					if body, err := io.ReadAll(response.Body); err == nil {
						t.Errorf("the answer seems complete: %d %q", response.StatusCode, body)
					}
				}
				if response != nil {
					response.Body.Close()
				}
				s.end()
				if diff := cmp.Diff(1, s.Stats().Unanswered); diff != "" || s.Stats().Violations > 0 {
					t.Errorf("stats %+v", s.Stats())
				}
				if messages := s.log.messages(t); len(messages) != 1 {
					t.Errorf("log: %q", messages)
				}
			})
		}
	}
}

// TestClientThatLeaves checks that the upstream's request is canceled too, and that there is
// neither a violation nor a line in the log.
func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	for name, begun := range map[string]bool{"before the answer": false, "in the middle of it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there, canceled := make(chan struct{}), make(chan struct{})
			s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(canceled)
				if begun {
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, healthy[:5])
					_ = http.NewResponseController(w).Flush()
				}
				close(there)
				<-r.Context().Done()
			}))
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(conn, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
			<-there
			if begun {
				if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
					t.Fatal(err)
				}
			}
			conn.Close()
			<-canceled
			s.end()
			if diff := cmp.Diff(proxy.Stats{Exchanges: 1, Left: 1}, withoutUnjudged(s.Stats())); diff != "" {
				t.Error(diff)
			}
			if log := s.log.String(); log != "" {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func withoutUnjudged(stats proxy.Stats) proxy.Stats {
	stats.Unjudged = 0
	return stats
}

// TestManyRequestsLeaveNothingBehind sends 10,000 requests over 200 connections, some of which
// the upstream cuts off, and checks that all are counted and no connection to the upstream stays
// open. TestMain looks for goroutines that are left.
func TestManyRequestsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	const connections, each = 200, 50
	var open sync.WaitGroup // connections to the upstream
	upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("fault") == "yes" {
			w.Header().Set("Content-Length", "17")
			_, _ = io.WriteString(w, healthy[:5])
			panic(http.ErrAbortHandler)
		}
		good()(w, r)
	}))
	upstream.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	upstream.Start()
	t.Cleanup(upstream.Close)
	s := playBefore(t, upstream.URL)
	var clients sync.WaitGroup
	for range connections {
		clients.Go(func() {
			for i := range each {
				path := []string{"/health", "/health", "/elsewhere", "/health?fault=yes"}[i%4]
				response, err := s.client.Get(s.url + path)
				if err != nil {
					continue // the fault came before the head was sent
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	clients.Wait()
	s.end()
	stats := s.Stats()
	// Of a client's 50 requests, i%4 is 2 for 12 and 3 for 12.
	if stats.Outside != connections*12 || stats.Exchanges != connections*38 || stats.Unanswered != connections*12 || stats.Violations > 0 {
		t.Errorf("stats %+v", stats)
	}
	open.Wait() // Close must have closed them all, as the upstream is still running
}
