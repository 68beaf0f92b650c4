package mockserver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestWhatAProxyPassesOnNeedsTheToken checks that a forwarded request needs the control
// token: behind a proxy on the same host, anyone can ask for localhost.
func TestWhatAProxyPassesOnNeedsTheToken(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost", "X-Forwarded-Proto: http", "X-Forwarded-Prefix: /",
		"X-Forwarded-Server: a", "X-Forwarded-Anything: ", "Forwarded: for=127.0.0.1;host=localhost", "Via: 1.1 a", "X-Real-IP: 127.0.0.1",
	} {
		for _, trusting := range []bool{false, true} {
			var options []Option
			if trusting {
				options = append(options, WithTrustForwarded())
			}
			local := newApp(t, append(options, WithControlOnLoopback())...)
			for _, path := range []string{"/_mock/clock", "/w/x/_mock/clock", "/_mock/events", "/_mock/requests"} {
				got := local.must(403, http.MethodGet, "http://localhost:4242"+path, "", "", line)
				if !strings.Contains(string(got.body), "UNLEASH_MOCK_CONTROL_TOKEN") {
					t.Errorf("%s: %s", line, got.body)
				}
			}
			local.must(200, http.MethodGet, "http://localhost:4242/_mock/", "", "", line) // the page holds no secret
			secured := newApp(t, append(options, WithControlToken("very-secret"))...)
			secured.must(401, http.MethodGet, "http://localhost:4242/_mock/clock", "", "", line)
			secured.must(200, http.MethodGet, "http://localhost:4242/_mock/clock", "Bearer very-secret", "", line)
			newApp(t, append(options, WithoutControl())...).must(404, http.MethodGet, "http://localhost:4242/_mock/clock", "", "", line)
		}
	}
}

// TestThePageIsKnownBehindAProxy checks that the live page's own requests are recognized
// by the host that the browser asked for, if a trusted proxy reports it.
func TestThePageIsKnownBehindAProxy(t *testing.T) {
	t.Parallel()
	lines := []string{"Origin: http://tools.example", "X-Forwarded-Host: tools.example"} // browsers send Sec-Fetch headers on secure connections only
	newApp(t).must(403, http.MethodPost, "/_mock/reset", "", "", lines...)
	newApp(t, WithTrustForwarded()).must(200, http.MethodPost, "/_mock/reset", "", "", lines...)
	newApp(t, WithTrustForwarded()).must(403, http.MethodPost, "/_mock/reset", "", "", lines[0], "X-Forwarded-Host: other.example")
}

// TestPagesOfOtherOrigins checks what pages of other origins may do: whatever a real
// server lets them do and, for allowed origins, the rest as well.
func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	const (
		app       = "http://localhost:3000"
		endpoints = "/api/admin/signal-endpoints"
	)
	none, named, all := []string(nil), []string{app}, []string{"*"}
	for name, test := range map[string]struct {
		origins      []string
		method, path string
		token        string
		asks         bool // with a preflight
		status       int
		allowed      string // the allowed origin
	}{
		"nothing is admitted":           {none, "GET", endpoints, adminToken, false, 200, ""},
		"nor asked for":                 {none, "POST", endpoints, "", true, 401, ""},
		"but the Frontend API":          {none, "GET", "/api/frontend", "", false, 401, "*"},
		"and its preflight":             {none, "POST", "/api/frontend/client/metrics", "", true, 204, "*"},
		"in a workspace":                {none, "POST", "/w/a/API//frontend", "", true, 204, "*"},
		"the Client API is not":         {none, "GET", "/api/client/features", "", true, 401, ""},
		"a named origin":                {named, "GET", endpoints, adminToken, false, 200, app},
		"its preflight":                 {named, "PUT", endpoints + "/1337", "", true, 204, app},
		"its errors":                    {named, "GET", endpoints, "", false, 401, app},
		"its wrong types":               {named, "POST", endpoints, adminToken, false, 415, app},
		"its unknown paths":             {named, "GET", "/api/admin/nothing", adminToken, false, 404, app},
		"unknown paths":                 {named, "GET", "/nothing", "", false, 404, app},
		"health":                        {named, "GET", "/health", "", false, 200, app},
		"the document":                  {named, "GET", "/docs/openapi.json", "", false, 200, app},
		"the document's preflight":      {named, "GET", "/docs/openapi.json", "", true, 204, app},
		"a workspace":                   {named, "GET", "/w/a" + endpoints, adminToken, false, 200, app},
		"a workspace's preflight":       {named, "GET", "/w/a" + endpoints, "", true, 204, app},
		"a workspace of no such name":   {named, "GET", "/w/a%20b/health", "", false, 400, app},
		"a signal endpoint's preflight": {named, "POST", "/api/signal-endpoint/my-external-app", "", true, 204, app},
		"the control API":               {named, "GET", "/_mock/clock", "", false, 200, app},
		"its changes":                   {named, "POST", "/_mock/reset", "", false, 200, app},
		"its preflights":                {named, "DELETE", "/_mock/rules", "", true, 204, app},
		"its workspaces":                {named, "POST", "/w/b/_mock/reset", "", false, 200, app},
		"everybody":                     {all, "GET", endpoints, adminToken, false, 200, "*"},
		"everybody's preflight":         {all, "GET", endpoints, "", true, 204, "*"},
		"but not the control API":       {all, "GET", "/_mock/clock", "", false, 403, ""},
		"nor its errors":                {all, "GET", "/_mock/nothing", "", false, 403, ""},
		"nor its changes":               {all, "POST", "/_mock/reset", "", false, 403, ""},
		"nor its preflights":            {all, "POST", "/_mock/reset", "", true, 403, ""},
		"nor its workspaces":            {all, "GET", "/w/b/_mock/clock", "", false, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, WithCORS(test.origins...))
			lines, method := []string{"Origin: " + app, "Sec-Fetch-Site: cross-site"}, test.method
			if test.asks {
				lines, method = append(lines, "Access-Control-Request-Method: "+method), http.MethodOptions
			}
			got := a.call(method, test.path, test.token, "", lines...)
			if allowed := got.header.Get("Access-Control-Allow-Origin"); got.status != test.status || allowed != test.allowed {
				t.Errorf("status %d, allowed origin %q, want %d and %q: %s", got.status, allowed, test.status, test.allowed, got.body)
			}
			if test.allowed == app && !strings.HasPrefix(got.header.Get("Vary"), "Origin") {
				t.Errorf("Vary is %q, want it to start with Origin", got.header.Get("Vary"))
			}
			if list := string(newest(a)); test.asks && test.status == 204 && !strings.HasPrefix(test.path, "/_mock") && !strings.HasPrefix(test.path, "/w/") && !strings.Contains(list, `"method":"OPTIONS"`) {
				t.Errorf("the journal lacks the preflight: %s", list)
			}
		})
	}
	if _, err := New(WithCORS("null")); err == nil || !strings.Contains(err.Error(), "any page can have the origin null") {
		t.Errorf("the origin null is allowed: %v", err)
	}
}

func newest(a *app) []byte {
	return a.must(200, http.MethodGet, "/_mock/requests?limit=1", "", "").body
}

// TestAPreflightLeavesNothing checks that a preflight makes no workspace and uses up no
// rule.
func TestAPreflightLeavesNothing(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithCORS("http://localhost:3000"))
	a.must(201, http.MethodPost, "/_mock/rules", "", `{"answer":{"status":503},"times":1}`)
	lines := []string{"Origin: http://localhost:3000", "Access-Control-Request-Method: GET"}
	a.must(204, http.MethodOptions, "/api/admin/signals", "", "", lines...)
	a.must(204, http.MethodOptions, "/w/x/api/admin/signals", "", "", lines...)
	a.must(204, http.MethodOptions, "/w/x/_mock/clock", "", "", lines...)
	if list := string(a.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); strings.Contains(list, `"name":"x"`) {
		t.Error("the preflight made a workspace")
	}
	a.must(503, http.MethodGet, "/api/admin/signals", wellknown.Admin, "", lines[0])
}

// TestPagesOfOtherOriginsBeforeAnUpstream checks that the CORS settings also apply to
// requests passed on to an upstream, and that nothing is added where the real server
// answers CORS itself.
func TestPagesOfOtherOriginsBeforeAnUpstream(t *testing.T) {
	t.Parallel()
	const app = "http://localhost:3000"
	real := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.HasPrefix(r.URL.Path, "/api/frontend") {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(real.Close)
	for name, test := range map[string]struct {
		origins      []string
		method, path string
		status       int
		allowed      string
	}{
		"nothing is admitted":            {nil, "OPTIONS", "/api/admin/projects", 401, ""},
		"a named origin":                 {[]string{app}, "GET", "/api/admin/projects", 200, app},
		"its preflight":                  {[]string{app}, "OPTIONS", "/api/admin/projects", 204, app},
		"the Frontend API":               {[]string{app}, "GET", "/api/frontend", 204, "*"},
		"its preflight, by the upstream": {nil, "OPTIONS", "/w/a/api/frontend", 204, "*"},
	} {
		a := newApp(t, over(t, real.URL), WithCORS(test.origins...))
		got := a.must(test.status, test.method, test.path, "", "", "Origin: "+app, "Access-Control-Request-Method: GET")
		if allowed := strings.Join(got.header["Access-Control-Allow-Origin"], " and "); allowed != test.allowed {
			t.Errorf("%s: the allowed origin is %q, want %q", name, allowed, test.allowed)
		}
	}
}

// TestPagesCannotBeFramed checks that no page of others can show a page of the mock as a part of
// itself, and trick somebody into a click there.
func TestPagesCannotBeFramed(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for _, path := range []string{"/_mock/", "/w/x/_mock/", "/docs/openapi/", "/w/x/docs/openapi/"} {
		if got := a.must(200, http.MethodGet, path, "", "").header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") {
			t.Errorf("%s: the policy is %q", path, got)
		}
	}
}
