package faulty

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestEveryFaultIsDescribed(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-zA-Z]+(-[a-zA-Z]+)*$`)
	standings := []spec.Standing{spec.Documented, spec.Observed, spec.Measured, spec.Inferred, spec.Assumed}
	ids, names, operations := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, fault := range Faults() {
		if !form.MatchString(fault.ID) || ids[fault.ID] {
			t.Errorf("the id %q is malformed or not unique", fault.ID)
		}
		if fault.Name == "" || strings.ContainsAny(fault.Name, "|`<>") || names[fault.Operation+fault.Name] {
			t.Errorf("%s: the name %q does not fit in a table or is not unique", fault.ID, fault.Name)
		}
		if fault.Operation != "" && spec.Default().Operation(fault.Operation) == nil {
			t.Errorf("%s: unknown operation %q", fault.ID, fault.Operation)
		}
		if !slices.Contains(standings, fault.Standing) {
			t.Errorf("%s: unknown standing %q", fault.ID, fault.Standing)
		}
		if (fault.Bend == nil) == (fault.Make == nil) {
			t.Errorf("%s: exactly one of Bend and Make must be set", fault.ID)
		}
		ids[fault.ID], names[fault.Operation+fault.Name], operations[fault.Operation] = true, true, true
	}
	for _, operation := range spec.Default().Operations() {
		if !operations[operation.ID] {
			t.Errorf("%s has no fault", operation.ID)
		}
	}
	if len(ids) < 80 {
		t.Errorf("only %d faults", len(ids))
	}
}

// ask sends a request; header lines are "Name: value".
func ask(handler http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", bend.AdminToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

// TestTheGlassChangesNothing compares a bare mock with one behind a fault that does nothing.
func TestTheGlassChangesNothing(t *testing.T) {
	t.Parallel()
	glass, err := Handler(bend.Fault{})
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	changing := regexp.MustCompile(`"id":"[0-9a-f-]{36}"|"createdAt":"[^"]*"|signal_[0-9a-f]{56}`)
	for _, request := range []struct {
		method, path, body string
		header             []string
	}{
		{method: "GET", path: "/health", header: []string{"Authorization: "}},
		{method: "HEAD", path: "/ready"},
		{method: "GET", path: "/api/admin/signal-endpoints"},
		{method: "HEAD", path: "/api/admin/signal-endpoints"},
		{method: "GET", path: "/api/admin/signal-endpoints/"},
		{method: "GET", path: "/api/admin/signals?limit=2&offset=1"},
		{method: "GET", path: "/api/admin/signals?limit=1&limit=2"},
		{method: "GET", path: "/api/admin/invoices", header: []string{"If-None-Match: *"}},
		{method: "GET", path: "/api/admin/invoices/list", header: []string{"Authorization: nobody"}},
		{method: "POST", path: "/api/admin/signal-endpoints", body: `{"name":"glass"}`},
		{method: "POST", path: "/api/admin/signal-endpoints", body: `{`},
		{method: "PUT", path: "/api/admin/signal-endpoints/1338", body: `{"name":"glass"}`},
		{method: "POST", path: "/api/admin/signal-endpoints/1338/tokens", body: `{"name":"t"}`},
		{method: "POST", path: "/api/signal-endpoint/my-external-app", body: `{"b":1,"a":"é <b>"}`, header: []string{"Authorization: " + bend.SignalToken}},
		{method: "DELETE", path: "/api/admin/signal-endpoints/1338"},
		{method: "PATCH", path: "/api/admin/signal-endpoints/1338"},
		{method: "POST", path: "/health"},
		{method: "OPTIONS", path: "/api/admin/signals"},
	} {
		want := ask(mock, request.method, request.path, request.body, request.header...)
		got := ask(glass, request.method, request.path, request.body, request.header...)
		if want.Code != got.Code {
			t.Errorf("%s %s: status %d, want %d", request.method, request.path, got.Code, want.Code)
		}
		text := func(r *httptest.ResponseRecorder) string { return changing.ReplaceAllString(r.Body.String(), "") }
		if diff := cmp.Diff(text(want), text(got)); diff != "" {
			t.Errorf("%s %s (-mock +glass):\n%s", request.method, request.path, diff)
		}
		for _, headers := range []http.Header{want.Header(), got.Header()} {
			if changing.MatchString(want.Body.String()) || request.method == "HEAD" { // the body differs each time
				headers.Del("Etag")
			}
			if want.Code == http.StatusNotModified { // these describe a body that is not sent
				headers.Del("Content-Type")
				headers.Del("Vary")
			}
		}
		if diff := cmp.Diff(want.Header(), got.Header()); diff != "" {
			t.Errorf("%s %s (-mock +glass):\n%s", request.method, request.path, diff)
		}
	}
}

func TestABentAnswerHasTheTagOfItsBody(t *testing.T) {
	t.Parallel()
	handler, err := Handler(bend.Fault{Operation: "getHealth", Bend: bend.OK(bend.Set("/health", `"good"`))})
	if err != nil {
		t.Fatal(err)
	}
	got := ask(handler, "GET", "/health", "")
	tag := got.Header().Get("Etag")
	if tag != bend.EntityTag(got.Body.Bytes()) || got.Body.String() != `{"health":"good"}` || got.Header().Get("Content-Length") != "17" {
		t.Errorf("%s with %v", got.Body, got.Header())
	}
	if again := ask(handler, "GET", "/health", "", "If-None-Match: "+tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("status %d: %s", again.Code, again.Body)
	}
	if head := ask(handler, "HEAD", "/health", ""); head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Etag") != tag {
		t.Errorf("HEAD: status %d, %v", head.Code, head.Header())
	}
}
