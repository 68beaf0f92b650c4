package mockserver

import (
	"bytes"
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

// TestAWrongURLOfAnSDKIsInTheLog checks that the log explains a wrong URL: the SDK itself
// reports only a 403 or a 404.
func TestAWrongURLOfAnSDKIsInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := newApp(t, WithBasePath("/unleash"), WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	for range 2 {
		a.call(http.MethodGet, "/unleash/w/ci/client/features", backendToken, "")
		a.call(http.MethodGet, "/unleash/api/client/client/features", backendToken, "")
		a.call(http.MethodGet, "/unleash/api/client/features", backendToken, "")
	}
	said := log.String()
	for _, want := range []string{
		"given=http://example.com/unleash/w/ci needed=http://example.com/unleash/w/ci/api",
		"given=http://example.com/unleash/api/client needed=http://example.com/unleash/api",
	} {
		if strings.Count(said, want+"\n") != 1 {
			t.Errorf("the log does not contain %q exactly once:\n%s", want, said)
		}
	}
	if count := strings.Count(said, "wrong URL"); count != 2 {
		t.Errorf("the log names %d wrong URLs, want 2:\n%s", count, said)
	}
}
