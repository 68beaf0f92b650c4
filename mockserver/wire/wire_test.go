package wire

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// TestMain lets net/http wait half a second before it closes a connection for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// dial starts a server that answers what reaches it, and connects to it.
func dial(t *testing.T) net.Conn {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    1 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header()["Date"] = nil
			fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.URL.Path, body)
		}),
	}
	served := make(chan error, 1)
	prepared := Listen(server, listener)
	go func() { served <- server.Serve(prepared) }()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		connection.Close()
		server.Close()
		<-served
	})
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	return connection
}

var date = regexp.MustCompile(`Date: [^\r]*`)

// TestRefusals: what Node says to each, to the letter (O).
func TestRefusals(t *testing.T) {
	t.Parallel()
	const plain, host = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "Host: x\r\n"
	for name, test := range map[string]struct{ sent, want string }{
		"unknown method":         {"FOO / HTTP/1.1\r\n" + host + "\r\n", plain},
		"method in lower case":   {"get / HTTP/1.1\r\n" + host + "\r\n", plain},
		"path beyond ASCII":      {"GET /\xc3\xa9 HTTP/1.1\r\n" + host + "\r\n", plain},
		"query beyond ASCII":     {"GET /?\xe9 HTTP/1.1\r\n" + host + "\r\n", plain},
		"control byte in header": {"GET / HTTP/1.1\r\n" + host + "A: \x01\r\n\r\n", plain},
		"no HTTP":                {"hello\r\n\r\n", plain},
		"unknown transfer":       {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", plain},
		"bad length":             {"POST / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n", plain},
		"too large":              {"GET / HTTP/1.1\r\n" + host + "A: " + strings.Repeat("a", 8<<10) + "\r\n\r\n", "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"},
		"no host":                {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: #\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connection := dial(t)
			if _, err := io.WriteString(connection, test.sent); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(connection)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, date.ReplaceAllString(string(answer), "Date: #")); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTargets: requests on one connection reach the handler with their target as
// it was sent.
func TestTargets(t *testing.T) {
	t.Parallel()
	connection := dial(t)
	answers := bufio.NewReader(connection)
	for _, test := range []struct{ sent, want string }{
		{"GET /plain HTTP/1.1\r\nHost: x\r\n\r\n", "GET /plain /plain "},
		{"GET /% HTTP/1.1\r\nHost: x\r\n\r\n", "GET /% /% "},
		{"PUT /a%zz/%4?b=%zz HTTP/1.1\r\nHost: x\r\n\r\n", "PUT /a%zz/%4?b=%zz /a%zz/%4 "},
		{"GET /%41%2f HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%41%2f /A/ "},
		{"POST /%zz HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\nGET /%x HTTP/1.1\r\n", "POST /%zz /%zz GET /%x HTTP/1.1\r\n"},
		{"PROPFIND /x HTTP/1.1\r\nHost: x\r\n\r\n", "PROPFIND /x /x "},
		{"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * * "},
		{"GET /" + strings.Repeat("%", 600) + " HTTP/1.1\r\nHost: x\r\n\r\n", "GET /" + strings.Repeat("%", 600) + " /" + strings.Repeat("%", 600) + " "},
	} {
		for _, piece := range pieces(test.sent) {
			if _, err := io.WriteString(connection, piece); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%q: %v", test.sent, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || string(body) != test.want {
			t.Errorf("%q: %q, %v, want %q", test.sent, body, err, test.want)
		}
	}
}

// pieces cuts a request inside its method, its target and its headers.
func pieces(request string) []string {
	var out []string
	for _, length := range []int{1, 5, 9} {
		out, request = append(out, request[:length]), request[length:]
	}
	return append(out, request)
}

// TestRequestsSentAhead pass as they are.
func TestRequestsSentAhead(t *testing.T) {
	t.Parallel()
	connection := dial(t)
	const one = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n%zz "
	if _, err := io.WriteString(connection, strings.Repeat(one, 200)); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(connection)
	for range 200 {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(answer.Body); string(body) != "POST /a /a %zz " {
			t.Fatalf("%q", body)
		}
	}
}

// TestEarlyByte: net/http may have read the first byte of a request while it
// answered the one before.
func TestEarlyByte(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer server.Close()
	go func() {
		defer client.Close()
		_, _ = io.WriteString(client, "GET /%zz HTTP/1.1\r\n")
	}()
	c := &conn{Conn: server}
	var first [1]byte
	if _, err := c.Read(first[:]); err != nil {
		t.Fatal(err)
	}
	c.between = true
	rest, err := io.ReadAll(c)
	if got := string(first[:]) + string(rest); err != nil || got != "GET /%25zz HTTP/1.1\r\n" || c.target != "/%zz" {
		t.Errorf("%q, %q, %v", got, c.target, err)
	}
}

// TestAnswersOfHandlersStay: only what net/http says by itself is replaced.
func TestAnswersOfHandlersStay(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK" + ownHeaders,
		"{}",
		"",
		"HTTP/1.1 503 Service Unavailable" + ownHeaders,
	} {
		if got := refusalFor([]byte(answer)); got != nil {
			t.Errorf("%q became %q", answer, got)
		}
	}
}

// TestLinger: whoever resets a connection needs the one below.
func TestLinger(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer client.Close()
	c := &conn{Conn: server}
	if err := c.SetLinger(0); err != nil {
		t.Error(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Error(err)
	}
	server.Close()
	if _, err := c.Read(make([]byte, 2)); err == nil || os.IsTimeout(err) {
		t.Errorf("a closed connection reads: %v", err)
	}
}

// FuzzEncoded: net/http accepts every target that is let through, and finds in it
// what was sent.
func FuzzEncoded(f *testing.F) {
	for _, target := range []string{"/", "/%", "/%zz", "/%4", "/%41?%", "/a%%20%2", "/?%zz"} {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, target string) {
		line, is := parseLine([]byte("GET " + target + " HTTP/1.1\r\n"))
		if !is || !line.isAccepted() || !strings.HasPrefix(target, "/") {
			return
		}
		parsed, err := url.ParseRequestURI(line.encoded())
		if err != nil {
			t.Fatalf("%q becomes %q: %v", target, line.encoded(), err)
		}
		path, _, _ := strings.Cut(target, "?")
		if !strings.Contains(path, "%") && parsed.Path != path {
			t.Errorf("%q has the path %q", target, parsed.Path)
		}
	})
}
