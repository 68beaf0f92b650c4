package overlay

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// laid returns an overlay over a handler, and a server that passes every request on.
func laid(t *testing.T, real http.Handler, change func(*Options)) (*Overlay, *httptest.Server) {
	t.Helper()
	upstream := httptest.NewServer(real)
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL + "/base")
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		Target: target,
		Logger: slog.New(slog.DiscardHandler),
		Now:    time.Now,
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int, name, message string) {
			http.Error(w, name+": "+message, status)
		},
	}
	if change != nil {
		change(&options)
	}
	overlay, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		overlay.Pass(w, r, r.URL.EscapedPath(), "http://mock.example")
	}))
	t.Cleanup(server.Close)
	return overlay, server
}

func do(t *testing.T, method, url string, body io.Reader, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// TestPassesUnchanged checks the path as it was sent, the body, cookies and encodings.
func TestPassesUnchanged(t *testing.T) {
	t.Parallel()
	_, server := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Encoding", "odd")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, body, r.Header.Get("Cookie"))
	}), nil)
	response, body := do(t, http.MethodPatch, server.URL+"/api/x%2Fy?q=%20", strings.NewReader("sent"), http.Header{"Cookie": {"s=1"}})
	if body != "PATCH /base/api/x%2Fy?q=%20 sent s=1" || response.StatusCode != http.StatusTeapot || response.Header.Get("Content-Encoding") != "odd" || len(response.Header.Values("Set-Cookie")) != 2 {
		t.Errorf("got %d %q, %v", response.StatusCode, body, response.Header)
	}
}

// TestOddAnswersPass checks the headers that a 304 gives about its body, and an upgrade
// to one of several protocols.
func TestOddAnswersPass(t *testing.T) {
	t.Parallel()
	_, server := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := "HTTP/1.1 304 Not Modified\r\nContent-Type: text/css\r\nContent-Length: 24\r\n\r\n"
		if r.Header.Get("Upgrade") != "" {
			answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, answer)
	}), nil)
	response, _ := do(t, http.MethodGet, server.URL+"/x", nil, http.Header{})
	if response.StatusCode != http.StatusNotModified || response.Header.Get("Content-Type") != "text/css" || response.Header.Get("Content-Length") != "24" {
		t.Errorf("got %d, %v", response.StatusCode, response.Header)
	}
	response, _ = do(t, http.MethodGet, server.URL+"/x", nil, http.Header{"Connection": {"Upgrade"}, "Upgrade": {"other/2, websocket"}})
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("got %d", response.StatusCode)
	}
}

// TestNothingIsUnpacked checks that the overlay asks for no encoding that the client does
// not accept, and that the client gets what the real server sent.
func TestNothingIsUnpacked(t *testing.T) {
	t.Parallel()
	asked := make(chan http.Header, 1)
	_, server := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header
		w.Header().Set("Content-Length", "4")
		_, _ = io.WriteString(w, "text")
	}), nil)
	response, body := do(t, http.MethodGet, server.URL+"/x", nil, http.Header{})
	if got := <-asked; got["Accept-Encoding"] != nil || response.ContentLength != 4 || body != "text" {
		t.Errorf("asked for the encodings %v, got %d bytes announced, %q", got["Accept-Encoding"], response.ContentLength, body)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	goneURL, err := url.Parse(gone.URL)
	if err != nil {
		t.Fatal(err)
	}
	untrusted := httptest.NewTLSServer(nil)
	t.Cleanup(untrusted.Close)
	untrustedURL, err := url.Parse(untrusted.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		real   http.HandlerFunc
		change func(*Options)
		status int
		says   string
	}{
		"not there":   {change: func(o *Options) { o.Target = goneURL }, status: 502, says: "BadGatewayError: The Unleash at " + gone.URL + " cannot be reached."},
		"not trusted": {change: func(o *Options) { o.Target = untrustedURL }, status: 502, says: "has a certificate that is not trusted."},
		"nonsense": {real: func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprint(connection, "what?\n")
				connection.Close()
			}
		}, status: 502, says: "gave no answer."},
		"slow": {
			real:   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			change: func(o *Options) { o.Transport = &http.Transport{ResponseHeaderTimeout: time.Millisecond} },
			status: 504, says: "took too long to answer.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server := laid(t, test.real, test.change)
			response, body := do(t, http.MethodGet, server.URL+"/x", nil, http.Header{})
			if response.StatusCode != test.status || !strings.Contains(body, test.says) {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.says)
			}
		})
	}
}

// The answers of a real 8.2.0 to GET /api/admin/user, shortened.
const (
	adminUser  = `{"user":{"accountType":"User","id":1,"username":"admin"},"permissions":[{"permission":"ADMIN"}],"feedback":[],"splash":{}}`
	viewerUser = `{"user":{"accountType":"User","id":4,"username":"v","email":"v@example.com"},"permissions":[{"permission":"READ_X","project":"default"}]}`
	adminToken = `{"user":{"username":"example-admin","permissions":["ADMIN"],"environment":"*","type":"admin","secret":"*:*.secret","projects":["*"],"internalAdminTokenUserId":-42},"permissions":[{"permission":"ADMIN"}]}`
)

func user(id int64, name string, grants ...engine.Grant) engine.Identity {
	return engine.Identity{Kind: engine.PersonalToken, Token: spec.AdminToken, Actor: engine.Actor{ID: id, Username: name}, Grants: grants}
}

var sdk = engine.Identity{Kind: engine.BackendToken, Token: spec.BackendToken}

func TestIdentify(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   engine.Identity
		fails  bool
	}{
		"admin":        {200, adminUser, user(1, "admin", engine.Grant{Permission: spec.Admin}), false},
		"viewer":       {200, viewerUser, user(4, "v@example.com", engine.Grant{Permission: "READ_X", Project: "default"}), false},
		"admin token":  {200, adminToken, engine.Identity{Kind: engine.AdminToken, Token: spec.AdminToken, Actor: engine.Actor{ID: -42, Username: "example-admin"}, Grants: []engine.Grant{{Permission: spec.Admin}}}, false},
		"client token": {200, `{"user":{"type":"client"}}`, sdk, false},
		"wrong kind":   {403, `{"message":"invalid token"}`, sdk, false},
		"unknown":      {401, `{}`, nobody, false},
		"broken":       {200, `<html>`, nobody, true},
		"out of order": {503, ``, nobody, true},
		"redirect":     {302, ``, nobody, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overlay, _ := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !slices.Contains([]string{"/base/api/admin/user", "/base" + uiConfig}, r.URL.Path) || r.Header.Get("Cookie") != "unleash-session=1" || r.Header.Get("Authorization") != "a" || r.Header.Get("X-Other") != "" {
					t.Errorf("asked for %s with %v", r.URL.Path, r.Header)
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}), nil)
			got, err := overlay.Identify(asks("unleash-session=1"))
			if (err != nil) != test.fails {
				t.Errorf("the error is %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("identity differs (-want +got):\n%s", diff)
			}
		})
	}
}

func asks(cookie string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Cookie", cookie)
	r.Header.Set("Authorization", "a")
	r.Header.Set("X-Other", "x")
	return r
}

// TestIdentitiesAreRememberedForAMoment checks that the upstream is asked once for the
// same credentials, separately for others, and every time after an error.
func TestIdentitiesAreRememberedForAMoment(t *testing.T) {
	t.Parallel()
	var asked, broken atomic.Int32
	now := time.Now()
	overlay, _ := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base"+uiConfig {
			asked.Add(1)
		}
		if broken.Load() > 0 {
			w.WriteHeader(http.StatusBadGateway)
		}
		fmt.Fprint(w, adminUser)
	}), func(o *Options) { o.Now = func() time.Time { return now } })
	expect := func(cookie string, total int32) {
		t.Helper()
		_, _ = overlay.Identify(asks(cookie))
		if asked.Load() != total {
			t.Errorf("asked %d times, want %d", asked.Load(), total)
		}
	}
	expect("a=1", 1)
	expect("a=1", 1)
	expect("a=2", 2)
	now = now.Add(rememberFor)
	expect("a=1", 3)
	broken.Store(1)
	expect("a=3", 4)
	expect("a=3", 5)
	if _, err := overlay.Identify(httptest.NewRequest(http.MethodGet, "/", nil)); err != nil || asked.Load() != 5 {
		t.Errorf("without credentials: %v, asked %d times", err, asked.Load())
	}
	for n := range 3 * maxIdentities {
		overlay.identities.put(identityKey(fmt.Sprint(n)), nobody, now)
	}
	if n := len(overlay.identities.known); n > maxIdentities {
		t.Errorf("%d identities are remembered", n)
	}
}

func TestPresentEnterprise(t *testing.T) {
	t.Parallel()
	const config = `{"environment":"Open Source","version":"8.2.0","unleashUrl":"http://localhost:4242","flags":{"other":false},"versionInfo":{"current":{"oss":"8.2.0","enterprise":""},"latest":{}}}`
	real := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `W/"x"`)
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Header.Get("If-None-Match") != "" {
			fmt.Fprint(w, config)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		var out bytes.Buffer
		zip := gzip.NewWriter(&out)
		fmt.Fprint(zip, config)
		zip.Close()
		_, _ = w.Write(out.Bytes())
	})
	for name, present := range map[string]bool{"presented": true, "left alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server := laid(t, real, func(o *Options) { o.PresentEnterprise = present })
			response, body := do(t, http.MethodGet, server.URL+"/api/admin/ui-config", nil, http.Header{"If-None-Match": {`W/"x"`}})
			want := config
			if present {
				want = `{"environment":"Enterprise","version":"8.2.0","unleashUrl":"http://mock.example","flags":{"other":false,"signals":true},"versionInfo":{"current":{"oss":"8.2.0","enterprise":"8.2.0"},"latest":{}}}`
			}
			var got, expected any
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if err := json.Unmarshal([]byte(want), &expected); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
			if hasTag := response.Header.Get("Etag") != ""; hasTag == present {
				t.Errorf("the entity tag is %q", response.Header.Get("Etag"))
			}
			if _, other := do(t, http.MethodGet, server.URL+"/api/admin/other", nil, http.Header{}); other != config {
				t.Errorf("another answer was changed: %s", other)
			}
		})
	}
}

func TestAConfigurationThatIsNoneIsNotPassedOn(t *testing.T) {
	t.Parallel()
	_, server := laid(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }), func(o *Options) { o.PresentEnterprise = true })
	if response, body := do(t, http.MethodGet, server.URL+"/api/admin/ui-config", nil, http.Header{}); response.StatusCode != http.StatusBadGateway {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
}

// TestAnEnterpriseUpstreamIsWarnedOf checks that the log says, once, that the mock hides what the
// real server has.
func TestAnEnterpriseUpstreamIsWarnedOf(t *testing.T) {
	t.Parallel()
	for enterprise, want := range map[string]int{"8.2.0": 1, "": 0} {
		var log bytes.Buffer
		overlay, _ := laid(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/base/api/admin/ui-config" && r.Header.Get("Authorization") != "" {
				fmt.Fprintf(w, `{"versionInfo":{"current":{"oss":"","enterprise":%q}}}`, enterprise)
				return
			}
			fmt.Fprint(w, `{"user":{"id":1}}`)
		}), func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		for _, token := range []string{"user:one", "user:two"} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", token)
			if _, err := overlay.Identify(r); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(log.String(), "Unleash Enterprise"); got != want {
			t.Errorf("version %q: %d warnings, want %d:\n%s", enterprise, got, want, &log)
		}
	}
}

// TestAConfigurationWithNulls checks that a configuration of the UI may have null in place of an
// object, but not as a whole.
func TestAConfigurationWithNulls(t *testing.T) {
	t.Parallel()
	text, err := enterprise([]byte(`{"version":"8.2.0","flags":null,"versionInfo":{"current":null}}`), "http://a")
	const want = `{"environment":"Enterprise","flags":{"signals":true},"unleashUrl":"http://a","version":"8.2.0","versionInfo":{"current":{"enterprise":"8.2.0"}}}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
	for _, text := range []string{"null", "[]", `{"flags":[]}`} {
		if _, err := enterprise([]byte(text), "http://a"); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}
