package mockserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// newReal is an upstream that knows two sessions.
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

// TestOverlay: Enterprise operations are the mock's, all else is the upstream's,
// and so is who somebody is.
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

// TestOverlayWithoutItsUpstream: what the mock can tell on its own it still does.
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
	for _, wrong := range []*url.URL{nil, {Scheme: "ftp", Host: "x"}, {Scheme: "http"}} {
		if _, err := New(WithUpstream(Upstream{URL: wrong})); err == nil {
			t.Errorf("%v is taken for an upstream", wrong)
		}
	}
}
