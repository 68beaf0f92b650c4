package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
)

// bothKinds are the path of an operation and one outside of the contract. Bodies must pass in
// the same way on both.
var bothKinds = []string{endpoints, "/elsewhere"}

// afterClose is a request body as in Go's server: complete, but closed as soon as the answer
// begins, which may be before the transport reads its end.
type afterClose struct {
	io.ReadCloser
	left int64
}

func (b *afterClose) Read(into []byte) (int, error) {
	if b.left == 0 {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := io.ReadFull(b.ReadCloser, into[:min(int64(len(into)), b.left)])
	b.left -= int64(n)
	return n, err
}

// TestARequestEndsWithItsLength checks that a body that the server has closed is not read again,
// which would cut off the answer.
func TestARequestEndsWithItsLength(t *testing.T) {
	t.Parallel()
	answer := strings.Repeat("0123456789", 10_000)
	upstream := httptest.NewServer(says(200, "text/plain", answer))
	t.Cleanup(upstream.Close)
	s := playBefore(t, upstream.URL)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &afterClose{r.Body, r.ContentLength}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	for _, path := range bothKinds {
		for range 20 {
			got := s.do(t, request(t, "POST", front.URL+path, answer, "Content-Type", "text/plain"))
			if got.Status != 200 || got.Body != answer {
				t.Fatalf("%s: status %d, %d bytes of %d", path, got.Status, len(got.Body), len(answer))
			}
		}
	}
}

// TestAnAnswerBeforeTheRequestEnds checks that both the answer and the rest of the request pass
// completely. Express refuses a body that is too long as soon as it knows its length, and keeps
// reading.
func TestAnAnswerBeforeTheRequestEnds(t *testing.T) {
	t.Parallel()
	refusal := strings.Repeat("0123456789", 2_000)
	for name, head := range map[string]string{
		"length": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(refusal), refusal),
		"chunks": fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(refusal), refusal),
	} {
		for _, path := range bothKinds {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				s := playBefore(t, raw(t, nil, func(conn net.Conn) {
					readHead(conn)
					_, _ = io.WriteString(conn, "HTTP/1.1 413 Payload Too Large\r\nContent-Type: text/plain\r\n"+head)
					hang(conn)
				}))
				conn := dial(t, s.url)
				const length = 5_000_000
				fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", path, length)
				for range length / 50_000 { // the client does not read before it has sent everything
					if _, err := conn.Write(bytes.Repeat([]byte("x"), 50_000)); err != nil {
						t.Fatalf("the client cannot send its request: %v", err)
					}
				}
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(response.Body)
				if err != nil || response.StatusCode != 413 || string(got) != refusal {
					t.Errorf("status %d, %d bytes of %d, %v", response.StatusCode, len(got), len(refusal), err)
				}
			})
		}
	}
}

// TestAnAnswerNeedsNoRestOfTheRequest checks that a client that waits for the answer before it
// sends the rest of its request gets all of the answer.
func TestAnAnswerNeedsNoRestOfTheRequest(t *testing.T) {
	t.Parallel()
	s := playBefore(t, raw(t, nil, func(conn net.Conn) {
		readHead(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Payload Too Large\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n")
		hang(conn)
	}))
	conn := dial(t, s.url)
	_, _ = io.WriteString(conn, "POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != "no" {
		t.Errorf("%q, %v", got, err)
	}
}

// dial connects to a server for the duration of the test, at most a minute.
func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestTrailersOfARequestPass sends trailers that are announced and ones that are not.
func TestTrailersOfARequestPass(t *testing.T) {
	t.Parallel()
	got := make(chan http.Header, 1)
	s := play(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got <- r.Trailer
	}))
	for _, path := range bothKinds {
		for name, announced := range map[string]string{"announced": "Trailer: X-Sum\r\n", "unannounced": ""} {
			conn := dial(t, s.url)
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n%s\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n", path, announced)
			if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(http.Header{"X-Sum": {"42"}}, <-got); diff != "" {
				t.Errorf("%s %s: %s", path, name, diff)
			}
		}
	}
}

// TestInformationalAnswersPass checks that early hints pass before the answer, and that the
// client gets a 100 Continue only when the upstream sends one.
func TestInformationalAnswersPass(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 1)
	s := playBefore(t, raw(t, nil, func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
		if r.Header.Get("Expect") != "" {
			_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		body, _ := io.ReadAll(r.Body)
		sent <- string(body)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	}))
	for _, path := range bothKinds {
		conn := dial(t, s.url)
		text := textproto.NewReader(bufio.NewReader(conn))
		expect := func(line string) {
			t.Helper()
			if got, err := text.ReadLine(); err != nil || got != line {
				t.Errorf("%s: got %q, %v, want %q", path, got, err, line)
			}
		}
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", path)
		expect("HTTP/1.1 103 Early Hints")
		if header, err := text.ReadMIMEHeader(); err != nil || header.Get("Link") != "</style.css>; rel=preload" {
			t.Errorf("%s: %v, %v", path, header, err)
		}
		expect("HTTP/1.1 100 Continue")
		expect("")
		_, _ = io.WriteString(conn, "abc")
		if got := <-sent; got != "abc" {
			t.Errorf("%s: the upstream got %q", path, got)
		}
		expect("HTTP/1.1 200 OK")
		if header, err := text.ReadMIMEHeader(); err != nil || header.Get("Link") != "" {
			t.Errorf("%s: the hints are in the final answer: %v, %v", path, header, err)
		}
	}
}

// TestARefusalNeedsNoBody checks that a client that waits for a 100 Continue gets the final
// answer, if that comes instead, without having sent its body.
func TestARefusalNeedsNoBody(t *testing.T) {
	t.Parallel()
	s := playBefore(t, raw(t, nil, func(conn net.Conn) {
		readHead(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno")
		hang(conn)
	}))
	for _, path := range bothKinds {
		conn := dial(t, s.url)
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", path)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(response.Body); err != nil || response.StatusCode != 417 || string(got) != "no" {
			t.Errorf("%s: status %d, %q, %v", path, response.StatusCode, got, err)
		}
	}
}

// TestARequestThatBreaksOff checks that only the client is to blame for a request that ends
// before its length or has invalid chunks.
func TestARequestThatBreaksOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, body string
		hangsUp    bool
	}{
		"hangs up":        {"Content-Length: 100000", strings.Repeat("x", 20_000), true},
		"hangs up, small": {"Content-Length: 10", "abc", true},
		"bad chunks":      {"Transfer-Encoding: chunked", "zzz\r\nabc", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan error, 1)
			s := play(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, err := io.Copy(io.Discard, r.Body)
				ended <- err
			}), func(o *proxy.Options) { o.Timeout = time.Minute })
			conn := dial(t, s.url)
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n%s", endpoints, test.head, test.body)
			if test.hangsUp {
				conn.Close()
			} else if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || response.StatusCode != http.StatusBadRequest || !response.Close {
				t.Errorf("%v %v", response, err)
			}
			if err := <-ended; err == nil {
				t.Error("the request seems complete to the upstream")
			}
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
