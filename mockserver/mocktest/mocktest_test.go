package mocktest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// call sends a request and returns the status and the body.
func call(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// expect is call with an expected status; it returns the body.
func expect(t *testing.T, status int, method, url, token, body string) string {
	t.Helper()
	got, text := call(t, method, url, token, body)
	if got != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, url, got, status, text)
	}
	return text
}

const endpoints = "/api/admin/signal-endpoints"

func TestEveryTokenIsKnown(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	for token, status := range map[string]int{
		mock.Tokens.Admin: 404, mock.Tokens.AdminUser: 404, mock.Tokens.EditorUser: 403, mock.Tokens.ViewerUser: 403,
		mock.Tokens.Backend: 403, mock.Tokens.Frontend: 403, "another": 401,
	} {
		expect(t, status, http.MethodDelete, mock.URL+endpoints+"/99", token, "")
	}
}

func TestPlanting(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	for n := range 6 { // more than the limit allows
		mock.Plant(fmt.Sprintf("endpoints: [{name: planted-%d}]", n))
	}
	mock.Plant(`
endpoints:
  - {name: mine, description: d, createdByUserId: 1337, tokens: [{name: a, secret: signal_a}, {name: b, secret: signal_b}]}
  - {name: "off", enabled: false, tokens: [{name: c, secret: signal_c}]}
signals: [{sourceId: 1345, createdAt: 2025-01-02T03:04:05Z, payload: {cpu: 92}}]
`)
	const mine, calls = 1345, "/api/signal-endpoint/"
	mock.AssertRequests(0, mocktest.Filter{})
	expect(t, 200, http.MethodPost, mock.URL+calls+"mine", "signal_b", `{"cpu":93}`)
	mock.AdvanceClock(time.Second) // one call a second is allowed
	expect(t, 404, http.MethodPost, mock.URL+calls+"off", "signal_c", `{}`)
	signals := expect(t, 200, http.MethodGet, fmt.Sprintf("%s%s/%d/signals", mock.URL, endpoints, mine), mock.Tokens.Admin, "")
	if !strings.Contains(signals, `"tokenName":"b","payload":{"cpu":93}`) || !strings.Contains(signals, `"createdAt":"2025-01-02T03:04:05.000Z"`) {
		t.Errorf("the signals are %s", signals)
	}
	exported := mock.Export()
	mock.Reset()
	mock.AdvanceClock(time.Second)
	expect(t, 404, http.MethodPost, mock.URL+calls+"mine", wellknown.MyExternalApp, `{}`)
	copied := mock.Workspace("copy")
	copied.Import(exported)
	expect(t, 200, http.MethodGet, fmt.Sprintf("%s%s/%d/signals", copied.URL, endpoints, mine), mock.Tokens.Admin, "")
}

func TestRulesAndClock(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	failing := mock.Fail("getInvoices", 503, 1)
	slow := mock.SetRule(mocktest.Rule{Delay: mocktest.After(time.Millisecond)})
	expect(t, 503, http.MethodGet, mock.URL+"/api/admin/invoices", mock.Tokens.Admin, "")
	expect(t, 200, http.MethodGet, mock.URL+"/api/admin/invoices", mock.Tokens.Admin, "")
	if failing.Hits() != 1 || slow.Hits() != 1 {
		t.Errorf("the rules have %d and %d hits, want 1 and 1", failing.Hits(), slow.Hits())
	}
	slow.Drop()
	mock.DropRules()
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	mock.FreezeClock(at)
	mock.AdvanceClock(90 * time.Minute)
	if now := mock.Now(); !now.Equal(at.Add(90 * time.Minute)) {
		t.Errorf("the clock is at %s", now)
	}
	if got := expect(t, 201, http.MethodPost, mock.URL+endpoints, mock.Tokens.Admin, `{"name":"x"}`); !strings.Contains(got, `"createdAt":"2030-01-02T04:34:05.000Z"`) {
		t.Errorf("got %s", got)
	}
	mock.RealClock()
	if now := mock.Now(); now.Year() == 2030 {
		t.Errorf("the clock is still at %s", now)
	}
	mock.AssertNoViolations() // an answer that a rule forced does not count
}

func TestTheJournal(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t, mockserver.WithValidation(mockserver.Faithful))
	one, other := mock.Workspace("one"), mock.Workspace("other")
	done := make(chan struct{})
	go func() {
		defer close(done)
		call(t, http.MethodPost, one.URL+endpoints, one.Tokens.Admin, `{"name":"x","enabled":"true"}`)
	}()
	got := one.WaitForRequests(1, mocktest.Filter{Operation: "createSignalEndpoint", Method: http.MethodPost, Path: "/api/*", Status: "2xx"}, time.Minute)
	<-done
	if len(got) != 1 || got[0].Request.Header("authorization") != "*:*.[redacted]" || got[0].Request.Body != `{"name":"x","enabled":"true"}` || got[0].Response.Header("Location") == "" || got[0].Caller != "admin API token" {
		t.Errorf("got %+v", got)
	}
	one.AssertRequests(0, mocktest.Filter{After: got[0].ID})
	other.AssertRequests(0, mocktest.Filter{})
	violations := one.Violations()
	if len(violations) != 1 || violations[0].String() != "request of exchange 1, createSignalEndpoint, accepted: body/enabled: it must be boolean, it is string" {
		t.Errorf("the violations are %v", violations)
	}
	one.ClearRequests()
	one.AssertRequests(0, mocktest.Filter{})
	one.AssertNoViolations()
}

// TestTheNewestRequests checks that of more requests than a page holds, the newest are
// returned, oldest first.
func TestTheNewestRequests(t *testing.T) {
	t.Parallel()
	bounds := mockserver.DefaultBounds()
	bounds.Journal = 2000
	mock := mocktest.Start(t, mockserver.WithBounds(bounds))
	for range 1001 {
		call(t, http.MethodGet, mock.URL+"/health", "", "")
	}
	for name, got := range map[string][]mocktest.Exchange{
		"Requests": mock.Requests(mocktest.Filter{}), "WaitForRequests": mock.WaitForRequests(1001, mocktest.Filter{}, time.Minute),
	} {
		if len(got) != 1000 || got[0].ID != 2 || got[999].ID != 1001 {
			t.Errorf("%s returns %d exchanges, from %d to %d", name, len(got), got[0].ID, got[len(got)-1].ID)
		}
	}
}

// recorder is a test that fails and keeps its messages.
type recorder struct {
	testing.TB
	said     strings.Builder
	failed   bool
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Failed() bool     { return r.failed }
func (r *recorder) Logf(format string, args ...any) {
	fmt.Fprintf(&r.said, format+"\n", args...)
}
func (r *recorder) Errorf(format string, args ...any) { r.failed = true; r.Logf(format, args...) }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

func TestWhatAFailingTestSays(t *testing.T) {
	t.Parallel()
	failing := &recorder{}
	mock := mocktest.Start(failing)
	expect(t, 400, http.MethodPut, mock.URL+endpoints+"/1337", mock.Tokens.Admin, `{"name":1}`)
	mock.AssertRequests(2, mocktest.Filter{Status: "400"})
	mock.AssertNoViolations()
	mock.WaitForRequests(2, mocktest.Filter{}, time.Millisecond)
	mock.SetRule(mocktest.Rule{})
	mock.Workspace("not a name").Reset()
	for _, cleanup := range failing.cleanups {
		cleanup()
	}
	said := failing.said.String()
	for _, want := range []string{
		"the mock got 1 request like {Operation: Method: Path: Status:400 Rule: After:0}, want 2",
		"the contract was broken: request of exchange 1, updateSignalEndpoint, refused: body/name: it must be string, it is number",
		"within 1ms the mock got 1 of 2 requests that match",
		"mocktest: POST rules: status 400: /body: the rule changes nothing",
		"mocktest: POST reset: ",
		"   1  400  PUT /api/admin/signal-endpoints/1337 (admin API token)",
		"request, body/name: it must be string, it is number",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the failure does not say %q but\n%s", want, said)
		}
	}
	if strings.Contains(said, "unleash-insecure") {
		t.Error("the failure shows a secret")
	}
	if _, err := http.Get(mock.URL); err == nil { //nolint:noctx // it must not answer at all
		t.Error("the mock still answers")
	}
}

// TestUnderABasePath checks that everything works the same under a base path.
func TestUnderABasePath(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t, mockserver.WithBasePath("flags"))
	if !strings.HasSuffix(mock.URL, "/flags") {
		t.Errorf("the URL is %s", mock.URL)
	}
	for _, m := range []*mocktest.Server{mock, mock.Workspace("a")} {
		m.Fail("getReady", 503, 1)
		response, err := http.Get(m.URL + "/ready")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s/ready: %s", m.URL, response.Status)
		}
		m.AssertRequests(1, mocktest.Filter{Operation: "getReady"})
	}
}
