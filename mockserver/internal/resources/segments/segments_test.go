package segments_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// ask sends a request as the admin and returns the status and the body.
func ask(t *testing.T, handler http.Handler, method, path, body string) (status int, answer string) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", wellknown.Admin)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func newMock(t *testing.T, options ...mockserver.Option) http.Handler {
	t.Helper()
	mock, err := mockserver.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return mock
}

// TestASegmentOfNoProject checks that a segment of an unknown project is refused. A real
// server fails.
func TestASegmentOfNoProject(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	status, answer := ask(t, mock, http.MethodPost, "/api/admin/segments", `{"name":"a","project":"nowhere","constraints":[]}`)
	if status != http.StatusBadRequest || !strings.Contains(answer, "nowhere") {
		t.Errorf("status %d: %s", status, answer)
	}
	if _, all := ask(t, mock, http.MethodGet, "/api/admin/segments", ""); all != `{"segments":[]}` {
		t.Errorf("the segments are %s", all)
	}
}

// TestLimitsOfSegments checks that the limit on segments comes before the check of the
// name, and the limit on values after the check of the constraints.
func TestLimitsOfSegments(t *testing.T) {
	t.Parallel()
	var seed strings.Builder
	seed.WriteString("apiTokens: [{name: admin, type: admin, secret: \"" + wellknown.Admin + "\"}]\nsegments:\n")
	for i := range 299 {
		fmt.Fprintf(&seed, "  - {name: s%d}\n", i)
	}
	mock := newMock(t, mockserver.WithSeedFile("the seed", []byte(seed.String())))
	values := func(n int) string {
		return `[{"contextName":"a","operator":"IN","values":["x"` + strings.Repeat(`,"x"`, n-1) + `]}]`
	}
	for _, step := range []struct {
		name, constraints string
		status            int
		says              string
	}{
		{"many", values(1001), http.StatusBadRequest, "Segments may not have more than 1000 values"},
		{"s1", values(1001), http.StatusBadRequest, "Segments may not have more than 1000 values"},
		{"s1", values(1000), http.StatusConflict, "Segment name already exists"},
		{"last", values(1000), http.StatusCreated, `"id":300`},
		{"s1", "[]", http.StatusBadRequest, "Failed to create segment. You can't create more than the established limit of 300."},
	} {
		status, answer := ask(t, mock, http.MethodPost, "/api/admin/segments", fmt.Sprintf(`{"name":%q,"constraints":%s}`, step.name, step.constraints))
		if status != step.status || !strings.Contains(answer, step.says) {
			t.Errorf("%s: status %d, %.200s", step.name, status, answer)
		}
	}
}

// TestADeletedSegmentIsForgotten checks that strategies of archived flags lose a deleted
// segment, and do not prevent its deletion.
func TestADeletedSegmentIsForgotten(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	const flags = "/api/admin/projects/default/features"
	for _, step := range []struct{ method, path, body string }{
		{http.MethodPost, "/api/admin/segments", `{"name":"a","constraints":[]}`},
		{http.MethodPost, flags, `{"name":"checkout"}`},
		{http.MethodPost, flags + "/checkout/environments/development/strategies", `{"name":"default","segments":[1]}`},
		{http.MethodDelete, flags + "/checkout", ""},
		{http.MethodDelete, "/api/admin/segments/1", ""},
		{http.MethodPost, "/api/admin/archive/revive/checkout", ""},
	} {
		if status, answer := ask(t, mock, step.method, step.path, step.body); status >= 300 {
			t.Fatalf("%s %s: status %d: %s", step.method, step.path, status, answer)
		}
	}
	if _, answer := ask(t, mock, http.MethodGet, flags+"/checkout/environments/development/strategies", ""); !strings.Contains(answer, `"segments":[]`) {
		t.Errorf("the strategies are %s", answer)
	}
}
