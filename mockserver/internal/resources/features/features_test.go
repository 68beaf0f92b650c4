package features_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

const checkout = "/api/admin/projects/default/features/checkout"

// newMock returns a mock with the flag checkout, in a project whose stickiness is userId.
func newMock(t *testing.T) http.Handler {
	t.Helper()
	mock, err := mockserver.New(mockserver.WithSeedFile("seed.yaml", []byte(`
apiTokens:
- {name: admin, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}
- {name: client, type: backend, secret: "default:development.unleash-insecure-api-token"}
projects: [{id: default, name: Default, defaultStickiness: userId, environments: [{environment: development}]}]
features: [{name: checkout, environments: [{name: development}]}]
`)))
	if err != nil {
		t.Fatal(err)
	}
	return mock
}

// send sends a request, expects a status, and returns the body of the answer.
func send(t *testing.T, mock http.Handler, method, path, body string, status int) string {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", wellknown.Admin)
	if strings.HasPrefix(path, "/api/client") {
		request.Header.Set("Authorization", wellknown.Backend)
	}
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	mock.ServeHTTP(recorder, request)
	if recorder.Code != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, recorder.Code, status, recorder.Body)
	}
	return recorder.Body.String()
}

// TestTheStickinessOfAProject checks that strategies which are sent without a stickiness get
// that of their project. The one that switching on adds has one of its own.
func TestTheStickinessOfAProject(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	send(t, mock, http.MethodPost, checkout+"/environments/development/on", "", http.StatusOK)
	send(t, mock, http.MethodPost, checkout+"/environments/development/strategies", `{"name":"flexibleRollout"}`, http.StatusOK)
	got := send(t, mock, http.MethodGet, checkout+"/environments/development/strategies", "", http.StatusOK)
	if sticky := regexp.MustCompile(`"stickiness":"\w+"`).FindAllString(got, -1); fmt.Sprint(sticky) != `["stickiness":"default" "stickiness":"userId"]` {
		t.Errorf("the strategies are %s", got)
	}
}

// TestSwitchingOnAddsWithinTheLimit checks that a flag with as many disabled strategies as it
// may have is not switched on.
func TestSwitchingOnAddsWithinTheLimit(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	for range 30 {
		send(t, mock, http.MethodPost, checkout+"/environments/development/strategies", `{"name":"default","disabled":true}`, http.StatusOK)
	}
	if got := send(t, mock, http.MethodPost, checkout+"/environments/development/on", "", http.StatusBadRequest); !strings.Contains(got, "ExceedsLimitError") {
		t.Errorf("the answer is %s", got)
	}
	send(t, mock, http.MethodPost, checkout+"/environments/development/on?shouldActivateDisabledStrategies=true", "", http.StatusOK)
}

// TestEventsOfAChange checks that an update is one event whatever it changes, and that a patch
// has another one if the flag becomes stale or no longer is.
func TestEventsOfAChange(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	revision := func() (number int) {
		got := send(t, mock, http.MethodGet, "/api/client/features", "", http.StatusOK)
		if _, err := fmt.Sscanf(got[strings.Index(got, `"revisionId":`):], `"revisionId":%d`, &number); err != nil {
			t.Fatalf("%v: %s", err, got)
		}
		return number
	}
	for _, test := range []struct {
		method, body string
		events       int
	}{
		{http.MethodPut, `{"stale":true,"description":"a"}`, 1},
		{http.MethodPut, `{"stale":true,"description":"a"}`, 0},
		{http.MethodPatch, `[{"op":"replace","path":"/description","value":"b"}]`, 1},
		{http.MethodPatch, `[{"op":"replace","path":"/stale","value":false}]`, 2},
		{http.MethodPatch, `[{"op":"replace","path":"/stale","value":true},{"op":"replace","path":"/description","value":"c"}]`, 2},
		{http.MethodPatch, `[{"op":"test","path":"/stale","value":true}]`, 0},
		{http.MethodPut, `{"archived":true}`, 1},
		{http.MethodPut, `{"archived":true}`, 1}, // with a new time
	} {
		before := revision()
		send(t, mock, http.MethodPut, "/_mock/clock", `{"advance":"1s"}`, http.StatusOK)
		send(t, mock, test.method, checkout, test.body, http.StatusOK)
		if got := revision() - before; got != test.events {
			t.Errorf("%s %s makes %d events, want %d", test.method, test.body, got, test.events)
		}
	}
}

// TestHolesOfPatches checks a patch that leaves a hole in a list, as observed: without variants, the flag's
// deprecated ones are refused before it, and the lists of a flag itself are not looked at.
func TestHolesOfPatches(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	got := send(t, mock, http.MethodPatch, checkout+"/environments/development/variants", `[{"op":"replace","path":"/9","value":{"name":"z"}}]`, http.StatusForbidden)
	if !strings.Contains(got, "Environment variants deprecated") {
		t.Errorf("got %s", got)
	}
	send(t, mock, http.MethodPatch, checkout, `[{"op":"add","path":"/links","value":[]},{"op":"replace","path":"/links/4","value":1}]`, http.StatusOK)
}
