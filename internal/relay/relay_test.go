package relay_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/relay"
)

// before returns a relay in front of a handler.
func before(t *testing.T, upstream http.HandlerFunc) *relay.Proxy {
	t.Helper()
	server := httptest.NewServer(upstream)
	t.Cleanup(server.Close)
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return relay.New(httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(target) }})
}

// source is a request body that fails if it is read beyond its length, like one that the
// server has closed. It counts its readers.
type source struct {
	io.ReadCloser
	left    int64
	reading *atomic.Int64
}

func (s *source) Read(into []byte) (int, error) {
	s.reading.Add(1)
	defer s.reading.Add(-1)
	if s.left == 0 {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := s.ReadCloser.Read(into[:min(int64(len(into)), s.left)])
	s.left -= int64(n)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// TestARequestEndsWithItsLength checks that the body is not read again after its end, and
// that the answer is passed on completely.
func TestARequestEndsWithItsLength(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 10_000)
	p := before(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, text)
	})
	var reading atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &source{r.Body, r.ContentLength, &reading}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	for range 20 {
		response, err := front.Client().Post(front.URL, "text/plain", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || string(got) != text {
			t.Fatalf("%d, %d bytes of %d, %v", response.StatusCode, len(got), len(text), err)
		}
	}
}

// TestNobodyReadsARequestThatIsOver checks that nothing reads a request body any more once
// the exchange is over, though the answer came first or was cut off, and whether the body
// still arrives or not.
func TestNobodyReadsARequestThatIsOver(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"answered":   "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\nno",
		"broken off": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin",
	} {
		for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
			t.Run(name+" "+expect, func(t *testing.T) {
				t.Parallel()
				p := before(t, func(w http.ResponseWriter, r *http.Request) {
					conn, _, err := http.NewResponseController(w).Hijack()
					if err != nil {
						t.Error(err)
						return
					}
					defer conn.Close()
					_, _ = io.WriteString(conn, answer)
				})
				var reading atomic.Int64
				left := make(chan int64, 1)
				front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					r.Body = &source{r.Body, r.ContentLength, &reading}
					defer func() { left <- reading.Load() }()
					p.ServeHTTP(w, r)
				}))
				t.Cleanup(front.Close)
				conn, err := net.Dial("tcp", front.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n%s\r\n", expect)
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || response.StatusCode == http.StatusContinue || !response.Close {
					t.Errorf("%v, %v", response, err)
				}
				if readers := <-left; readers != 0 {
					t.Errorf("%d readers still read the request", readers)
				}
			})
		}
	}
}
