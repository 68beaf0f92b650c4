package mockserver

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestWhoMakesAWorkspace checks that only a request with a token of the seed, or one that
// may use the control API, makes a workspace. Other requests, which web pages can send in
// any number, are answered as by a fresh workspace, and none is kept.
func TestWhoMakesAWorkspace(t *testing.T) {
	t.Parallel()
	const endpoints = "/w/x/api/admin/signal-endpoints"
	for name, test := range map[string]struct {
		method, path, token string
		headers             []string
		status              int
		makes               bool
	}{
		"a known token":               {"GET", endpoints, wellknown.Admin, nil, 200, true},
		"a known token without right": {"GET", endpoints, wellknown.Backend, nil, 403, false},
		"a call of an endpoint":       {"POST", "/w/x/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, []string{"Content-Type: application/json"}, 200, true},
		"an SDK on another site":      {"GET", endpoints, wellknown.Admin, []string{"Sec-Fetch-Site: cross-site", "Origin: http://app.example"}, 200, true},
		"the header":                  {"GET", "/api/admin/signal-endpoints", wellknown.Admin, []string{"Unleash-Mock-Workspace: x"}, 200, true},
		"the control API":             {"GET", "/w/x/_mock/state", "", nil, 200, true},
		"the page's own request":      {"GET", "/w/x/_mock/clock", "", []string{"Sec-Fetch-Site: same-origin"}, 200, true},
		"no token":                    {"GET", endpoints, "", nil, 401, false},
		"an image":                    {"GET", endpoints, "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: image"}, 401, false},
		"an image of the control API": {"GET", "/w/x/_mock/state", "", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: image"}, 403, false},
		"an unknown token":            {"GET", endpoints, "*:*.nobody", nil, 401, false},
		"a token of nothing":          {"POST", "/w/x/api/signal-endpoint/my-external-app", "signal_nobody", []string{"Content-Type: application/json"}, 401, false},
		"a preflight":                 {"OPTIONS", endpoints, "", []string{"Origin: http://app.example", "Access-Control-Request-Method: POST"}, 401, false},
		"health":                      {"GET", "/w/x/health", "", nil, 200, false},
		"the page":                    {"GET", "/w/x/_mock/", "", nil, 200, false},
		"an unknown path":             {"GET", "/w/x/nothing", "", nil, 404, false},
		"metrics":                     {"GET", "/w/x/internal-backstage/prometheus", "", nil, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newApp(t)
			if got := server.call(test.method, test.path, test.token, "", test.headers...); got.status != test.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, test.status)
			}
			list := string(server.call(http.MethodGet, "/_mock/workspaces", "", "").body)
			if made := strings.Contains(list, `"name":"x"`); made != test.makes {
				t.Errorf("workspace made: %t, want %t", made, test.makes)
			}
		})
	}
}

// TestNamesFillNothing checks that requests with made-up workspace names leave room for
// clients that have a token.
func TestNamesFillNothing(t *testing.T) {
	t.Parallel()
	server := newApp(t, WithBounds(Bounds{Workspaces: 1}))
	for _, name := range []string{"a", "b", "c"} {
		server.must(401, http.MethodGet, "/w/"+name+"/api/admin/signals", "", "")
	}
	server.must(200, http.MethodGet, "/w/mine/api/admin/signals", wellknown.Admin, "")
	server.must(401, http.MethodGet, "/w/d/api/admin/signals", "", "")
	server.must(503, http.MethodGet, "/w/e/api/admin/signals", wellknown.Admin, "")
	server.must(503, http.MethodGet, "/w/f/_mock/clock", "", "")
}
