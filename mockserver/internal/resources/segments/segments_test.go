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

// ask sends a request as the admin and returns what came.
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

// TestASegmentOfNoProject is refused; a real server fails.
func TestASegmentOfNoProject(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	status, answer := ask(t, mock, http.MethodPost, "/api/admin/segments", `{"name":"a","project":"nowhere","constraints":[]}`)
	if status != http.StatusBadRequest || !strings.Contains(answer, "nowhere") {
		t.Errorf("status %d: %s", status, answer)
	}
	if _, all := ask(t, mock, http.MethodGet, "/api/admin/segments", ""); all != `{"segments":[]}` {
		t.Errorf("there are %s", all)
	}
}

// TestLimitsOfSegments: the limit on segments comes before the name, that on values
// after the constraints.
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

// TestADeletedSegmentIsForgotten by the strategies of archived flags, which do not keep it
// from being deleted.
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
		t.Errorf("its strategies are %s", answer)
	}
}
