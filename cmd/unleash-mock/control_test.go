package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestServeSaysWhoMayControlIt checks that the banner says who may use the control API, and
// that the mock enforces it.
func TestServeSaysWhoMayControlIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env    map[string]string
		listen string
		token  string
		said   string
		page   bool
		status int
	}{
		"loopback":            {nil, "127.0.0.1:0", "", "control API      open to programs on this host", true, 200},
		"loopback, a token":   {map[string]string{"UNLEASH_MOCK_CONTROL_TOKEN": "very-secret"}, "127.0.0.1:0", "", "control API      with the token of UNLEASH_MOCK_CONTROL_TOKEN", true, 401},
		"everywhere":          {nil, "0.0.0.0:0", "", "control API      off, as the address is not loopback; UNLEASH_MOCK_CONTROL_TOKEN turns it on", false, 404},
		"everywhere, a token": {map[string]string{"UNLEASH_MOCK_CONTROL_TOKEN": "very-secret"}, "0.0.0.0:0", "Bearer very-secret", "control API      with the token of UNLEASH_MOCK_CONTROL_TOKEN", true, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := startServe(t, test.env, "--listen", test.listen)
			response, body := get(t, mock.url+"/_mock/clock", test.token)
			if response.StatusCode != test.status {
				t.Errorf("status %d, want %d: %s", response.StatusCode, test.status, body)
			}
			if page, _ := get(t, mock.url+"/_mock/", ""); (page.StatusCode == http.StatusOK) != test.page {
				t.Errorf("the page's status is %d", page.StatusCode)
			}
			mock.end()
			said := mock.stdout.String()
			if !strings.Contains(said, test.said) || strings.Contains(said, "live page") != test.page || strings.Contains(said+mock.stderr.String(), "very-secret") {
				t.Errorf("serve said:\n%s", said)
			}
		})
	}
}

func TestServeKeepsWorkspacesApart(t *testing.T) {
	t.Parallel()
	mock := startServe(t, map[string]string{"UNLEASH_MOCK_MAX_WORKSPACES": "1"}, "--deterministic", "--workspace-idle", "1h", "--journal-size", "2")
	for path, status := range map[string]int{"/w/a/api/admin/signal-endpoints": 200, "/w/a/ready": 200, "/w/a/health": 200} {
		if response, body := get(t, mock.url+path, adminToken); response.StatusCode != status || response.Header.Get("Date") != "Thu, 01 Jan 2026 00:00:00 GMT" {
			t.Errorf("%s: status %d, %v: %s", path, response.StatusCode, response.Header, body)
		}
	}
	if response, body := get(t, mock.url+"/w/b/api/admin/signal-endpoints", adminToken); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
	if _, body := get(t, mock.url+"/_mock/workspaces", ""); !strings.Contains(body, `"max":1,"idleAfter":"1h0m0s"`) || !strings.Contains(body, `"requests":3,"kept":2`) {
		t.Errorf("got %s", body)
	}
	for _, args := range [][]string{{"--max-workspaces", "-1"}, {"--journal-size", "-1"}, {"--workspace-idle", "-1s"}, {"--workspace-idle", "soon"}, {"--max-bytes", "-1"}, {"--drain", "-1s"}} {
		got := command(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
		if got.code != exitcode.Usage || !strings.Contains(got.stderr, args[0]) {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.stderr)
		}
	}
}

// TestServeStopsThoughSomebodyListens checks that an open event stream does not delay the
// end of the mock.
func TestServeStopsThoughSomebodyListens(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mock.url+"/_mock/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if code := mock.end(); code != exitcode.OK || strings.Contains(mock.stderr.String(), "were cut") {
		t.Errorf("exit code %d, %s", code, mock.stderr.String())
	}
}

// TestServeLetsOtherOriginsIn checks that serve allows other origins and trusts proxies if
// configured to.
func TestServeLetsOtherOriginsIn(t *testing.T) {
	t.Parallel()
	const app, other = "http://localhost:3000", "https://app.example"
	for name, test := range map[string]struct {
		env     map[string]string
		args    []string
		allowed map[string]string // by origin
		servers string
	}{
		"by default":       {nil, nil, map[string]string{app: ""}, `"servers":[{"url":"/"}]`},
		"by flags":         {nil, []string{"--cors", app + "/", "--cors", other, "--trust-forwarded"}, map[string]string{app: app, other: other, "http://evil.example": ""}, `"servers":[{"url":"/tools"}]`},
		"by variables":     {map[string]string{"UNLEASH_MOCK_CORS_ORIGINS": app + ", " + other, "UNLEASH_MOCK_TRUST_FORWARDED": "true"}, nil, map[string]string{app: app, other: other}, `"servers":[{"url":"/tools"}]`},
		"flags come first": {map[string]string{"UNLEASH_MOCK_CORS_ORIGINS": other}, []string{"--cors", "*"}, map[string]string{app: "*", other: "*"}, `"servers":[{"url":"/"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := startServe(t, test.env, test.args...)
			for origin, want := range test.allowed {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mock.url+"/docs/openapi.json", nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"Origin": {origin}, "X-Forwarded-Prefix": {"/tools"}}
				response, body := do(t, request)
				if got := response.Header.Get("Access-Control-Allow-Origin"); got != want || !strings.Contains(body, test.servers) {
					t.Errorf("%s gets %q, want %q; the document contains %s: %t", origin, got, want, test.servers, strings.Contains(body, test.servers))
				}
			}
		})
	}
	for _, origin := range []string{"null", "localhost:3000", "http://localhost:3000/path", "http://*.example"} {
		got := command(t, nil, "serve", "--listen", "127.0.0.1:0", "--cors", origin)
		if got.code != exitcode.Usage || !strings.Contains(got.stderr, origin) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s", origin, got.code, got.stderr)
		}
	}
}
