package mockserver

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// newReal starts an upstream that knows two sessions and two tokens.
func newReal(t *testing.T) *httptest.Server {
	t.Helper()
	real := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/api/admin/user" {
			fmt.Fprintf(w, `{"real":"%s %s"}`, r.Method, r.URL.Path)
			return
		}
		switch {
		case r.Header.Get("Cookie") == "unleash-session=admin":
			fmt.Fprint(w, `{"user":{"id":11,"username":"ann"},"permissions":[{"permission":"ADMIN"}]}`)
		case r.Header.Get("Cookie") == "unleash-session=viewer":
			fmt.Fprint(w, `{"user":{"id":12,"username":"val"},"permissions":[]}`)
		case r.Header.Get("Authorization") == "user:real":
			fmt.Fprint(w, `{"user":{"id":11,"username":"ann"},"permissions":[{"permission":"ADMIN"}]}`)
		case r.Header.Get("Authorization") == "default:development.real":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(real.Close)
	return real
}

func over(t *testing.T, upstream string) Option {
	t.Helper()
	target, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	return WithUpstream(Upstream{URL: target})
}

// TestOverlay checks that the mock answers Enterprise operations, that the upstream
// answers everything else, and that the upstream also says who the caller is.
func TestOverlay(t *testing.T) {
	t.Parallel()
	const endpoints = "/api/admin/signal-endpoints"
	const admin, viewer = "Cookie: unleash-session=admin", "Cookie: unleash-session=viewer"
	for name, test := range map[string]struct {
		method, path, token, body string
		header                    []string
		status                    int
		want                      string
	}{
		"another path":              {"GET", "/api/admin/projects", "", "", nil, 200, `{"real":"GET /api/admin/projects"}`},
		"health":                    {"GET", "/health", "", "", nil, 200, `{"real":"GET /health"}`},
		"the document":              {"GET", "/docs/openapi.json", "", "", nil, 200, `{"real":"GET /docs/openapi.json"}`},
		"the start page":            {"GET", "/", "", "", nil, 200, `{"real":"GET /"}`},
		"a method of the mock's":    {"PATCH", endpoints, adminToken, "{}", nil, 404, "NotFoundError"},
		"session of an admin":       {"POST", endpoints, "", `{"name":"a"}`, []string{admin}, 201, `"createdByUserId":11`},
		"session of a viewer":       {"POST", endpoints, "", `{"name":"a"}`, []string{viewer}, 403, "PermissionError"},
		"session of a viewer reads": {"GET", endpoints, "", "", []string{viewer}, 200, "my-external-app"},
		"another session":           {"GET", endpoints, "", "", []string{"Cookie: unleash-session=x"}, 401, "AuthenticationRequired"},
		"nobody":                    {"GET", endpoints, "", "", nil, 401, "AuthenticationRequired"},
		"a real token":              {"POST", endpoints, "user:real", `{"name":"a"}`, nil, 201, `"createdByUserId":11`},
		"an unknown token":          {"GET", endpoints, "user:unknown", "", nil, 401, "UnauthorizedError"},
		"a token of an SDK":         {"GET", endpoints, "default:development.real", "", nil, 403, "expected a different token type"},
		"setting a flag":            {"PATCH", "/_mock/flags/a", "", `{"enabled":true}`, nil, 409, "SDKs get the flags of the upstream"},
		"replacing the flags":       {"PUT", "/_mock/flags", "", `{"a":true}`, nil, 409, "SDKs get the flags of the upstream"},
		"deleting a flag":           {"DELETE", "/_mock/flags/a", "", "", nil, 409, "SDKs get the flags of the upstream"},
		"what it is laid over":      {"GET", "/_mock/info", "", "", nil, 200, `"upstream":"http://127.0.0.1:`},
		"a token of the mock":       {"GET", endpoints, adminToken, "", nil, 200, "my-external-app"},
		"a call":                    {"POST", "/api/signal-endpoint/my-external-app", signalToken, `{}`, nil, 200, `"sourceId":1337`},
		"a call by a session":       {"POST", "/api/signal-endpoint/my-external-app", "", `{}`, []string{admin}, 401, "AuthenticationRequired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newApp(t, over(t, newReal(t).URL)).must(test.status, test.method, test.path, test.token, test.body, test.header...)
			if !strings.Contains(string(got.body), test.want) {
				t.Errorf("got %s, want %s", got.body, test.want)
			}
		})
	}
}

// TestOverlayWithoutItsUpstream checks that whatever needs no upstream still works
// without it.
func TestOverlayWithoutItsUpstream(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	a := newApp(t, over(t, gone.URL))
	a.must(200, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "")
	for _, path := range []string{"/api/admin/projects", "/api/admin/signal-endpoints"} {
		got := a.must(502, http.MethodGet, path, "", "", "Cookie: unleash-session=secret")
		if body := string(got.body); !strings.HasPrefix(body, `{"name":"BadGatewayError","message":"The `) || strings.Contains(body, "secret") {
			t.Errorf("%s: %s", path, body)
		}
	}
	if _, err := New(over(t, gone.URL), WithFlags("flags.yaml", []byte("a: true"))); err == nil {
		t.Error("flags are accepted that no SDK would get")
	}
	for _, wrong := range []*url.URL{nil, {Scheme: "ftp", Host: "x"}, {Scheme: "http"}} {
		if _, err := New(WithUpstream(Upstream{URL: wrong})); err == nil {
			t.Errorf("%v is accepted as an upstream", wrong)
		}
	}
}

// closing is a request body that fails when it is read beyond its length: Go's server has
// closed it by then.
type closing struct {
	io.ReadCloser
	left int64
}

func (c *closing) Read(into []byte) (int, error) {
	if c.left == 0 {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := io.ReadFull(c.ReadCloser, into[:min(int64(len(into)), c.left)])
	c.left -= int64(n)
	return n, err
}

// TestOverlayPassesLargeExchangesWhole checks that a response is not cut off when the
// request has ended.
func TestOverlayPassesLargeExchangesWhole(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 10_000)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(upstream.Close)
	mock, err := New(over(t, upstream.URL))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &closing{r.Body, r.ContentLength}
		mock.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	for range 10 {
		response, err := front.Client().Post(front.URL+"/api/admin/projects", "text/plain", strings.NewReader(text))
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

// TestOverlayPassesPathsToTheLetter checks that paths are passed on exactly: the upstream
// may read them differently than the mock.
func TestOverlayPassesPathsToTheLetter(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	real := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.RequestURI }))
	t.Cleanup(real.Close)
	mock, err := New(over(t, real.URL), WithBasePath("/flags"))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(mock)
	t.Cleanup(front.Close)
	for _, path := range []string{"/", "//x", "//api//admin/projects?a=1;b=%zz", "/api/admin/projects/a%2Fb", "/a/../b", `/a"b|c`} {
		for _, under := range []string{"/flags", "/flags/w/a"} {
			conn, err := net.Dial("tcp", front.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET %s%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", under, path)
			if _, err := io.ReadAll(conn); err != nil {
				t.Fatal(err)
			}
			conn.Close()
			if got := <-asked; got != path {
				t.Errorf("%s%s: the upstream got %s", under, path, got)
			}
		}
	}
}

// TestOnlyTheMocksOwnAnswersSayThatTheyAre checks that only the mock's own answers carry
// the mock's header, so that a client does not take the upstream for a mock whose state
// may be thrown away.
func TestOnlyTheMocksOwnAnswersSayThatTheyAre(t *testing.T) {
	t.Parallel()
	another := httptest.NewServer(newApp(t).Server)
	t.Cleanup(another.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	const endpoints = "/api/admin/signal-endpoints"
	for name, test := range map[string]struct {
		upstream, path string
		status         int
		own            bool
	}{
		"an operation of the mock":      {newReal(t).URL, endpoints, http.StatusOK, true},
		"what is passed on":             {newReal(t).URL, "/health", http.StatusOK, false},
		"what goes to another mock":     {another.URL, "/health", http.StatusOK, false},
		"in a workspace":                {another.URL, "/w/default/health", http.StatusOK, false},
		"what nobody answers":           {gone.URL, "/health", http.StatusBadGateway, false},
		"the control API of the mock":   {another.URL, "/_mock/info", http.StatusOK, true},
		"the path of no such operation": {another.URL, "/none", http.StatusNotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newApp(t, over(t, test.upstream)).must(test.status, http.MethodGet, test.path, adminToken, "")
			if values := got.header.Values(Header); len(values) != map[bool]int{true: 1}[test.own] {
				t.Errorf("%s: %q", Header, values)
			}
		})
	}
}
