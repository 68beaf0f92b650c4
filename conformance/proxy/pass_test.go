package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// echo answers as the query says, and repeats in headers what it received.
func echo(w http.ResponseWriter, r *http.Request) {
	got, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	plan := r.URL.Query()
	header := w.Header()
	header["Date"] = nil // the two answers may be a second apart
	if plan.Get("date") != "" {
		header.Set("Date", plan.Get("date"))
	}
	header.Set("X-Got", fmt.Sprintf("%s %s %q %v %d", r.Method, r.RequestURI, got, r.TransferEncoding, r.ContentLength))
	header.Set("X-Got-Headers", sentHeaders(r.Header))
	header["Content-Type"] = plan["type"]
	for _, cookie := range plan["cookie"] {
		header.Add("Set-Cookie", cookie)
	}
	if encoding := plan.Get("encoding"); encoding != "" {
		header.Set("Content-Encoding", encoding)
	}
	size, _ := strconv.Atoi(plan.Get("size"))
	body := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
	status, _ := strconv.Atoi(plan.Get("status"))
	if plan.Get("chunked") == "" {
		if status != http.StatusNoContent && status != http.StatusNotModified {
			header.Set("Content-Length", strconv.Itoa(size))
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	header.Set("Transfer-Encoding", "chunked")
	if plan.Get("trailer") != "" {
		header.Set("Trailer", "X-Sum")
	}
	w.WriteHeader(status)
	for len(body) > 0 {
		n := min(len(body), 3000)
		_, _ = w.Write(body[:n])
		_ = http.NewResponseController(w).Flush()
		body = body[n:]
	}
	if plan.Get("trailer") != "" {
		header.Set("X-Sum", "42")
	}
}

// sentHeaders lists the headers that a client sent, without those that a proxy must add.
func sentHeaders(header http.Header) string {
	kept := header.Clone()
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		kept.Del(name)
	}
	return fmt.Sprint(kept)
}

// TestTrafficPassesUnchanged checks that upstream and client get the same with the proxy as
// without it, whatever is requested and answered.
func TestTrafficPassesUnchanged(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]bool{"streaming": false, "holding answers back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Operations are left out if answers are held back: the echoed answers break the
			// contract and would be replaced.
			s := play(t, http.HandlerFunc(echo), func(o *proxy.Options) { o.FailOnViolation, o.MaxBody = hold, 40_000 })
			paths := []string{"/", "/api/admin/features", "/health/x", "/logo.png"}
			if !hold {
				paths = append(paths, "/health", "/api/admin/signal-endpoints", "/api/signal-endpoint/a%2fb")
			}
			rapid.Check(t, func(rt *rapid.T) {
				plan := url.Values{
					"status": {strconv.Itoa(rapid.SampledFrom([]int{200, 200, 200, 201, 204, 206, 301, 304, 400, 404, 500, 599}).Draw(rt, "status"))},
					"size":   {strconv.Itoa(rapid.OneOf(rapid.SampledFrom([]int{0, 1, 1023, 1024, 4096, 32 << 10, 39_999, 40_000, 40_001, 200_000}), rapid.IntRange(0, 100_000)).Draw(rt, "size"))},
				}
				optional := func(name string, values ...string) {
					if value := rapid.SampledFrom(append(values, "")).Draw(rt, name); value != "" {
						plan.Set(name, value)
					}
				}
				optional("type", "application/json; charset=utf-8", "text/html", "application/octet-stream")
				optional("encoding", "gzip", "br", "zstd", "no-such")
				optional("chunked", "yes")
				optional("cookie", "a=b; Path=/; HttpOnly")
				optional("date", "Tue, 24 Nov 2026 10:00:00 GMT")
				optional("trailer", "yes")
				if status := plan.Get("status"); status == "204" || status == "304" {
					plan.Set("size", "0")
					plan.Del("chunked")
				}
				method := rapid.SampledFrom([]string{"GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"}).Draw(rt, "method")
				path := rapid.SampledFrom(paths).Draw(rt, "path") + "?" + plan.Encode() + "&a=%zz;b&&c"
				body := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(rt, "body")
				chunked := rapid.Bool().Draw(rt, "request chunked")
				header := rapid.SampledFrom([][]string{nil, {"Accept-Encoding", "gzip, br"}, {"If-None-Match", `W/"x"`, "Cookie", "a=b; c=d"}, {"User-Agent", ""}, {"Content-Encoding", "gzip", "Content-Type", "application/json"}}).Draw(rt, "header")
				ask := func(base string) answer {
					r := request(t, method, base+path, string(body), header...)
					if chunked && len(body) > 0 {
						r.ContentLength, r.Body = -1, io.NopCloser(bytes.NewReader(body))
					}
					return s.do(t, r)
				}
				direct, passed := ask(s.direct), ask(s.url)
				direct.Header.Del("Trailer") // hop by hop; the trailers themselves are compared if there is a body
				if diff := cmp.Diff(direct, passed); diff != "" {
					rt.Errorf("%s %s (-without the proxy +with it):\n%s", method, path, diff)
				}
			})
		})
	}
}

// TestEmptyAnswersKeepTheirFraming matters because Unleash sends some empty answers as a single
// empty chunk, and others with a Content-Length of 0.
func TestEmptyAnswersKeepTheirFraming(t *testing.T) {
	t.Parallel()
	s := play(t, http.HandlerFunc(echo))
	for _, query := range []string{"?status=200&size=0&chunked=yes", "?status=200&size=0", "?status=204", "?status=304"} {
		for _, path := range []string{"/health", "/elsewhere"} {
			direct, passed := s.do(t, request(t, "GET", s.direct+path+query, "")), s.send(t, "GET", path+query, "")
			if diff := cmp.Diff(direct, passed); diff != "" {
				t.Errorf("%s%s (-without the proxy +with it):\n%s", path, query, diff)
			}
		}
	}
}

// TestWhatA304SaysOfItsBodyPasses checks that the headers of a 304 that describe a body pass,
// although Go's server would drop them.
func TestWhatA304SaysOfItsBodyPasses(t *testing.T) {
	t.Parallel()
	s := playBefore(t, raw(t, nil, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 304 Not Modified\r\nContent-Type: application/json\r\nContent-Length: 24\r\nEtag: \"a\"\r\n\r\n")
		}
	}))
	for _, path := range []string{"/health", "/elsewhere"} {
		got := s.send(t, "GET", path, "")
		if h := got.Header; got.Status != 304 || h.Get("Content-Type") != "application/json" || h.Get("Content-Length") != "24" || h.Get("Etag") != `"a"` {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// TestRequestLinesPassToTheLetter sends escapes and oddities that clients and libraries tend to
// normalize.
func TestRequestLinesPassToTheLetter(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got <- r.RequestURI }))
	for _, target := range []string{
		"/", "/?", "/a?b", "//a//b", "/a/../b", "/a/./b", "/a#b", "/a#b?c", "/a?b#c", "/health#x", "/%61", "/a%2Fb%2f", `/a"b<c>`, "/a|b^c`{d}", "/caf\u00e9",
		"/a;b=c", "/a:b@c", "/x?a=1;b=2&c=%zz", "/x?q=a b"[:6], "/x?q=?", "/x?a=%2520", "/HEALTH/", "/api//admin//signal-endpoints/",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target)
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if sent := <-got; sent != target {
			t.Errorf("%q became %q", target, sent)
		}
	}
}

// TestAddressing covers base paths, the Host header, and the headers that tell the upstream who
// sent the request.
func TestAddressing(t *testing.T) {
	t.Parallel()
	type seen struct{ URI, Host, For, ForwardedHost, Proto, Forwarded string }
	for name, test := range map[string]struct {
		change func(*proxy.Options)
		base   string // the base path of the upstream's URL
		path   string
		header []string
		want   seen
	}{
		"plain": {path: "/api/x?y", want: seen{URI: "/api/x?y", Host: "UPSTREAM", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"}},
		"upstream under a base path": {
			base: "/unleash/", path: "/health", want: seen{URI: "/unleash/health", Host: "UPSTREAM", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"},
		},
		"both under a base path": {
			base: "/unleash", path: "/unleash/health", change: func(o *proxy.Options) { o.BasePath = "unleash/" },
			want: seen{URI: "/unleash/health", Host: "UPSTREAM", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"},
		},
		"another base path": {
			base: "/a%2Fb", path: "/p", change: func(o *proxy.Options) { o.BasePath = "/p" },
			want: seen{URI: "/a%2Fb", Host: "UPSTREAM", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"},
		},
		"the client's host": {
			path: "/", change: func(o *proxy.Options) { o.Host = proxy.HostOfClient },
			want: seen{URI: "/", Host: "PROXY", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"},
		},
		"a host of its own": {
			path: "/", change: func(o *proxy.Options) { o.Host = "unleash.example" },
			want: seen{URI: "/", Host: "unleash.example", For: "127.0.0.1", ForwardedHost: "PROXY", Proto: "http"},
		},
		"behind another proxy": {
			path: "/", header: []string{"X-Forwarded-For", "10.0.0.1", "X-Forwarded-Host", "example.com", "X-Forwarded-Proto", "https", "Forwarded", "for=10.0.0.1"},
			want: seen{URI: "/", Host: "UPSTREAM", For: "10.0.0.1, 127.0.0.1", ForwardedHost: "example.com", Proto: "https", Forwarded: "for=10.0.0.1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(chan seen, 1)
			upstream := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				h := r.Header
				got <- seen{r.RequestURI, r.Host, strings.Join(h["X-Forwarded-For"], " | "), h.Get("X-Forwarded-Host"), h.Get("X-Forwarded-Proto"), h.Get("Forwarded")}
			}))
			t.Cleanup(upstream.Close)
			change := test.change
			if change == nil {
				change = func(*proxy.Options) {}
			}
			s := playBefore(t, upstream.URL+test.base, change)
			s.send(t, "GET", test.path, "", test.header...)
			names := strings.NewReplacer("UPSTREAM", strings.TrimPrefix(upstream.URL, "http://"), "PROXY", strings.TrimPrefix(s.url, "http://"))
			test.want.Host, test.want.ForwardedHost = names.Replace(test.want.Host), names.Replace(test.want.ForwardedHost)
			if diff := cmp.Diff(test.want, <-got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOutsideOfTheBasePath checks that the proxy does not expose what the upstream serves outside
// of the base path.
func TestOutsideOfTheBasePath(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := play(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }), func(o *proxy.Options) { o.BasePath = "/unleash" })
	for _, path := range []string{"/", "/health", "/unleashed/health"} {
		if got := s.send(t, "GET", path, ""); got.Status != http.StatusNotFound || !strings.Contains(got.Body, `"name":"NotFoundError"`) {
			t.Errorf("%s: status %d, %s", path, got.Status, got.Body)
		}
	}
	if asked.Load() != 0 {
		t.Error("the upstream got a request")
	}
	if diff := cmp.Diff(proxy.Stats{Refused: 3}, s.Stats()); diff != "" {
		t.Error(diff)
	}
	for _, format := range []string{"json", "junit", "html", "markdown"} {
		var written bytes.Buffer
		if err := report.Write(format, &written, s.Report()); err != nil || !strings.Contains(written.String(), "asked for a tunnel: 3") {
			t.Errorf("%s: the requests that were refused are not counted (%v)", format, err)
		}
	}
}

// TestAnswersStream checks that the client gets what the upstream has sent so far before the
// upstream continues, for operations as well as for event streams and files.
func TestAnswersStream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ path, contentType, length string }{
		"events":                       {"/api/admin/search/events", "text/event-stream", ""},
		"an operation":                 {"/health", "application/json", ""},
		"an operation of known length": {"/health", "application/json", strconv.Itoa(len(healthy))},
		"a file of known length":       {"/logo.png", "image/png", strconv.Itoa(len(healthy))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goOn := make(chan struct{})
			s := play(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				if test.length != "" {
					w.Header().Set("Content-Length", test.length)
				}
				_, _ = io.WriteString(w, healthy[:5])
				_ = http.NewResponseController(w).Flush()
				<-goOn
				_, _ = io.WriteString(w, healthy[5:])
			}))
			response, err := s.client.Get(s.url + test.path)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			first := make([]byte, 5)
			if _, err := io.ReadFull(response.Body, first); err != nil {
				t.Fatal(err)
			}
			close(goOn) // only now, so the beginning did not wait for the end
			rest, err := io.ReadAll(response.Body)
			if err != nil || string(first)+string(rest) != healthy {
				t.Errorf("got %q %q, %v", first, rest, err)
			}
		})
	}
}

// TestUpgradedConnectionsPass covers WebSockets, which stand for any protocol that two sides
// switch to.
func TestUpgradedConnectionsPass(t *testing.T) {
	t.Parallel()
	upstream := raw(t, nil, func(conn net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil || !strings.HasSuffix(r.Header.Get("Upgrade"), "websocket") {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(conn, conn)
	})
	for path, offered := range map[string]string{"/socket": "websocket", "/health": "websocket", "/several": "other/2, websocket"} {
		s := playBefore(t, upstream)
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", path, offered)
		reader := bufio.NewReader(conn)
		response, err := http.ReadResponse(reader, nil)
		if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%v %v", response, err)
		}
		for _, text := range []string{"\x81\x02hi", "more"} {
			_, _ = io.WriteString(conn, text)
			back := make([]byte, len(text))
			if _, err := io.ReadFull(reader, back); err != nil || string(back) != text {
				t.Fatalf("got %q, %v", back, err)
			}
		}
		s.end() // the proxy ends, although neither side has closed the connection
		if _, err := reader.ReadByte(); err == nil {
			t.Error("the connection outlives the proxy")
		}
		conn.Close()
	}
}

// TestAStreamPasses checks that an event stream passes as it comes and is never held back, even
// with FailOnViolation.
func TestAStreamPasses(t *testing.T) {
	t.Parallel()
	const first, second = "id: 1\nevent: unleash-connected\ndata: {\"events\":[]}\n\n", ":\n\n"
	goOn := make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, first)
		_ = http.NewResponseController(w).Flush()
		<-goOn
		_, _ = io.WriteString(w, second)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer upstream.Close()
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proxy.New(proxy.Options{Upstream: target, FailOnViolation: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	response, err := http.Get(front.URL + "/api/client/streaming")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{first, second} {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
		if i == 0 {
			close(goOn)
		}
	}
	response.Body.Close()
	front.Close()
	p.Close()
	if got := p.Report(); got.ExitCode != 0 || p.Stats().Left != 0 { // although the client has left it
		t.Errorf("the stream counts as %+v, exit code %d: %+v", p.Stats(), got.ExitCode, got.Scenarios)
	}
}
