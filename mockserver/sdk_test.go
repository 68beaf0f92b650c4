package mockserver

import (
	"bytes"
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestPathsOfSDKs checks that the Client API and the Frontend API each accept one kind of
// token. A real server treats any path that contains their names as theirs (O).
func TestPathsOfSDKs(t *testing.T) {
	t.Parallel()
	const (
		frontendToken = wellknown.Frontend
		wrongKind     = "expected a different token type"
		required      = "This endpoint requires an API token"
		notFound      = "is not available"
	)
	a := newApp(t)
	for _, test := range []struct {
		path, token string
		status      int
		message     string
	}{
		{"/api/client/features", backendToken, 200, `"features":[]`},
		{"/api/client/features", frontendToken, 403, wrongKind},
		{"/api/client/features", adminToken, 403, wrongKind},
		{"/api/client/features", "user:unknown", 403, wrongKind},
		{"/api/client/features", "*:*:unknown", 403, wrongKind},
		{"/api/client/features", "default:development.unknown", 401, required},
		{"/api/client/features", "", 401, required},
		{"/api/frontend", frontendToken, 200, `{"toggles":[]}`},
		{"/api/frontend", backendToken, 403, wrongKind},
		{"/api/frontend", "", 401, required},
		{"/api//client/x", backendToken, 404, notFound},
		{"/api/proxy", frontendToken, 404, notFound},
		{"/api/proxy", "default:development.unknown", 401, required},
		{"/api/production/proxy", frontendToken, 404, notFound},
		{"/api/admin/api/client/x", backendToken, 404, notFound},
		{"/api/admin/api/client/x", "", 401, required},
		{"/api/admin/api/client/x", adminToken, 404, notFound},
		{"/api/admin/projects/api/frontend", frontendToken, 404, notFound},
		{"/api/admin/projects", frontendToken, 403, wrongKind},
		{"/health", backendToken, 403, wrongKind},
	} {
		got := a.call(http.MethodGet, test.path, test.token, "")
		if got.status != test.status || !strings.Contains(string(got.body), test.message) {
			t.Errorf("%s with %q: %d %s, want %d %q", test.path, test.token, got.status, got.body, test.status, test.message)
		}
	}
}

// TestAWrongURLOfAnSDKIsInTheLog checks that the log explains a wrong URL, once: the SDK itself
// reports only a 403 or a 404, and a browser whose preflight fails not even that.
func TestAWrongURLOfAnSDKIsInTheLog(t *testing.T) {
	t.Parallel()
	const below = "/unleash"
	real := newReal(t).URL
	preflight := []string{"Origin: http://page.example.com", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization,unleash-appname"}
	for name, test := range map[string]struct {
		basePath, upstream, method, path string
		header                           []string
		given, needed                    string // empty if nothing is wrong
	}{
		"a workspace without /api":         {basePath: below, path: "/unleash/w/ci/client/features", given: "/unleash/w/ci", needed: "/unleash/w/ci/api"},
		"too much of a path":               {basePath: below, path: "/unleash/api/client/client/features", given: "/unleash/api/client", needed: "/unleash/api"},
		"the right one":                    {basePath: below, path: "/unleash/api/client/features"},
		"no path, in a browser":            {path: "/?appName=a", header: []string{"Unleash-Appname: a"}, given: "", needed: "/api/frontend"},
		"the docs, from there":             {path: "/docs/openapi/", header: []string{"Unleash-Appname: a"}},
		"a workspace, in a browser":        {path: "/w/ci", header: []string{"Unleash-Appname: a"}, given: "/w/ci", needed: "/w/ci/api/frontend"},
		"a person's start page":            {path: "/"},
		"a preflight":                      {method: "OPTIONS", path: "/proxy", header: preflight, given: "/proxy", needed: "/api/frontend"},
		"a preflight of the right one":     {method: "OPTIONS", path: "/api/frontend", header: preflight},
		"no base path":                     {basePath: below, path: "/api/client/features", given: "/api", needed: "/unleash/api"},
		"no base path before a workspace":  {basePath: below, path: "/w/ci/api/client/features", given: "/w/ci/api", needed: "/unleash/w/ci/api"},
		"another base path":                {basePath: below, path: "/flags/api/client/features", given: "/flags/api", needed: "/unleash/api"},
		"no base path, in a browser":       {basePath: below, method: "OPTIONS", path: "/api/frontend", header: preflight, given: "/api/frontend", needed: "/unleash/api/frontend"},
		"no SDK outside of the base path":  {basePath: below, path: "/favicon.ico"},
		"over a real Unleash":              {upstream: real, path: "/client/features", given: "", needed: "/api"},
		"over a real Unleash, the right":   {upstream: real, path: "/api/client/features"},
		"over a real Unleash, a browser's": {upstream: real, path: "/api/frontend", header: []string{"Unleash-Appname: a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			options := []Option{WithBasePath(test.basePath), WithLogger(slog.New(slog.NewTextHandler(&log, nil)))}
			if test.upstream != "" {
				options = append(options, over(t, test.upstream))
			}
			a := newApp(t, options...)
			for range 2 {
				a.call(cmp.Or(test.method, http.MethodGet), test.path, backendToken, "", test.header...)
			}
			said := log.String()
			const at = "http://example.com"
			if test.needed == "" {
				if strings.Contains(said, "wrong URL") {
					t.Error(said)
				}
			} else if want := "given=" + at + test.given + " needed=" + at + test.needed + "\n"; strings.Count(said, want) != 1 || strings.Count(said, "wrong URL") != 1 {
				t.Errorf("the log does not contain %q exactly once:\n%s", want, said)
			}
		})
	}
}

// TestAWrongURLOfTwoSDKsIsInTheLogForEach checks that the log says what each kind of SDK needs, if an app gives
// both the same wrong URL.
func TestAWrongURLOfTwoSDKsIsInTheLogForEach(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := newApp(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	a.call(http.MethodGet, "/client/features", backendToken, "")
	a.call(http.MethodGet, "/", wellknown.Frontend, "", "Unleash-Appname: a")
	for _, needed := range []string{"/api", "/api/frontend"} {
		if want := "given=http://example.com needed=http://example.com" + needed + "\n"; strings.Count(log.String(), want) != 1 {
			t.Errorf("the log does not contain %q exactly once:\n%s", want, log.String())
		}
	}
}

// TestSegmentsOfSDKs checks that SDKs get the segments of all strategies, even those of archived
// flags, by name (O). Changes to segments that no strategy of theirs has are not told.
func TestSegmentsOfSDKs(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for i, name := range []string{"used", "archived", "unused"} {
		a.must(201, http.MethodPost, "/api/admin/segments", adminToken, `{"name":"`+name+`","constraints":[]}`)
		if name != "unused" {
			a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"of-`+name+`"}`)
			a.must(200, http.MethodPost, "/api/admin/projects/default/features/of-"+name+"/environments/development/strategies", adminToken, fmt.Sprintf(`{"name":"default","segments":[%d]}`, i+1))
		}
	}
	a.must(202, http.MethodDelete, "/api/admin/projects/default/features/of-archived", adminToken, "")
	found := a.must(200, http.MethodGet, "/api/client/features", backendToken, "", "Unleash-Client-Spec: 5.2.0")
	if want := `"segments":[{"id":2,"name":"archived","constraints":[]},{"id":1,"name":"used","constraints":[]}]`; !strings.Contains(string(found.body), want) {
		t.Errorf("the answer is %s, want %s", found.body, want)
	}
	before := a.must(200, http.MethodGet, "/api/client/delta", backendToken, "").header.Get("ETag")
	for id, constraint := range []string{`{"contextName":"userId","operator":"IN","values":["1"]}`, `{"contextName":"userId","operator":"IN","values":["2"]}`} {
		a.must(204, http.MethodPut, fmt.Sprintf("/api/admin/segments/%d", id+1), adminToken, `{"name":"`+[]string{"used", "archived"}[id]+`","constraints":[`+constraint+`]}`)
	}
	changes := string(a.must(200, http.MethodGet, "/api/client/delta", backendToken, "", "If-None-Match: "+before).body)
	if !strings.Contains(changes, `"name":"used"`) || strings.Contains(changes, `"name":"archived"`) {
		t.Errorf("the changes are %s", changes)
	}
}

// TestAFlagOutsideTheEnvironmentIsOff checks that SDKs get a flag whose project does not have
// their environment, as one that is off and keeps its strategies (O).
func TestAFlagOutsideTheEnvironmentIsOff(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodPatch, "/_mock/flags/checkout", "", `{"enabled":true}`)
	before := a.must(200, http.MethodGet, "/api/client/delta", backendToken, "").header.Get("ETag")
	a.must(200, http.MethodDelete, "/api/admin/projects/default/environments/development", adminToken, "")
	a.must(200, http.MethodPut, "/api/admin/projects/default/features/checkout", adminToken, `{"description":"new"}`)
	const want = `"enabled":false`
	for _, got := range []reply{
		a.must(200, http.MethodGet, "/api/client/features", backendToken, ""),
		a.must(200, http.MethodGet, "/api/client/features/checkout", backendToken, ""),
		a.must(200, http.MethodGet, "/api/client/delta", backendToken, "", "If-None-Match: "+before),
	} {
		if !strings.Contains(string(got.body), want) || !strings.Contains(string(got.body), `"flexibleRollout"`) || strings.Contains(string(got.body), "feature-removed") {
			t.Errorf("the answer is %s, want %s", got.body, want)
		}
	}
	if got := a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, ""); string(got.body) != `{"toggles":[]}` {
		t.Errorf("a page gets %s", got.body)
	}
}
