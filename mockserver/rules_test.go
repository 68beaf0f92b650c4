package mockserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestPreferForcesEveryDocumentedError forces every documented status from 300 of every
// operation, and checks the answer against the contract.
func TestPreferForcesEveryDocumentedError(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithLimits(Limits{}))
	for _, operation := range spec.Default().Operations() {
		e := examples[operation.ID]
		for _, status := range operation.Statuses() {
			if status < 300 {
				continue
			}
			got := a.must(status, operation.Method, e.path, e.token, e.body, fmt.Sprintf("Prefer: code=%d", status))
			if failures := operation.CheckResponse(status, got.header, append([]byte{}, got.body...)); len(failures) > 0 {
				t.Errorf("%s, %d: %v\n%s", operation.ID, status, failures, got.body)
			}
			if got.header.Get("Preference-Applied") != fmt.Sprintf("code=%d", status) || got.header.Get(ViolationHeader) != "" {
				t.Errorf("%s, %d: %v", operation.ID, status, got.header)
			}
		}
	}
	if signals := a.must(200, http.MethodGet, "/api/admin/signals", adminToken, "").json(t); signals["total"] != 5.0 {
		t.Errorf("a forced error had an effect: %v signals", signals["total"])
	}
}

func TestPreferWithinItsBounds(t *testing.T) {
	t.Parallel()
	const endpoints = "/api/admin/signal-endpoints"
	for name, test := range map[string]struct {
		method, path, token, prefer string
		status                      int
		want                        string
	}{
		"permission of an admin":        {"POST", endpoints, adminToken, "code=403", 403, `"name":"PermissionError"`},
		"the id that was asked for":     {"DELETE", endpoints + "/1337", adminToken, "code=404", 404, "Could not find signal endpoint with id 1337"},
		"a success of the contract":     {"GET", endpoints, adminToken, "code=200", 200, `"signalEndpoints":[{`},
		"not in the contract":           {"GET", endpoints, adminToken, "code=503", 503, `"name":"ServiceUnavailable"`},
		"a success, not in contract":    {"GET", endpoints, adminToken, "code=204", 204, ""},
		"without a token":               {"GET", endpoints, "", "code=403", 401, "AuthenticationRequired"},
		"of an unknown path":            {"GET", "/api/admin/nothing", adminToken, "code=503", 404, "NotFoundError"},
		"preferences that are not ours": {"GET", endpoints, adminToken, "return=minimal, wait=10", 200, `"signalEndpoints":[{`},
		"no status":                     {"GET", endpoints, adminToken, "code=abc", 400, "asks for code=abc, which is not a status from 200 to 599"},
		"no fault":                      {"GET", endpoints, adminToken, "fault=x", 400, "which is not one of reset, truncate, slow, malformed"},
		"before what is checked later":  {"PUT", endpoints + "/99", viewerPAT, "code=429", 429, "Too many requests"},
	} {
		got := newApp(t).must(test.status, test.method, test.path, test.token, "", "Prefer: "+test.prefer)
		if !strings.Contains(string(got.body), test.want) {
			t.Errorf("%s: got %s, want %s", name, got.body, test.want)
		}
		marked := got.header.Get(ViolationHeader) != ""
		if outside := strings.Contains(name, "contract") && !strings.Contains(name, "of the contract"); marked != outside {
			t.Errorf("%s: marked as a violation: %t", name, marked)
		}
	}
}

// TestTheNextTwoUpdatesFail checks that an operation answers again once a rule is used
// up.
func TestTheNextTwoUpdatesFail(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	created := a.must(201, http.MethodPost, "/_mock/rules", "", `{"match":{"operations":["updateSignalEndpointToken"]},"answer":{"status":429},"times":2}`)
	if created.header.Get("Location") != "rules/1" {
		t.Errorf("the Location is %q", created.header.Get("Location"))
	}
	for _, status := range []int{429, 429, 200, 200} {
		got := a.must(status, http.MethodPut, "/api/admin/signal-endpoints/1337/tokens/7", adminToken, `{"name":"x"}`)
		if status == 429 && (string(got.body) != "Too many requests, please try again later." || got.header.Get("Retry-After") == "") {
			t.Errorf("%v %s", got.header, got.body)
		}
	}
	a.must(200, http.MethodGet, "/api/admin/signal-endpoints/1337/tokens", adminToken, "")
	if rule := a.must(200, http.MethodGet, "/_mock/rules/1", "", "").json(t); rule["hits"] != 2.0 || rule["exhausted"] != true {
		t.Errorf("the rule is %v", rule)
	}
}

func TestRulesOfASeed(t *testing.T) {
	t.Parallel()
	seed := WithSeedFile("the seed", []byte(`
apiTokens: [{name: a, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
rules:
  - {name: outage, match: {workspace: "ci-*", operations: [getInvoices]}, answer: {status: 502, text: "<h1>Bad Gateway</h1>", headers: {Content-Type: text/html}}}
  - {match: {headers: {X-Slow: "*"}}, delay: 1ms}
`))
	a := newApp(t, seed)
	a.must(200, http.MethodGet, "/api/admin/invoices", adminToken, "")
	if got := a.must(502, http.MethodGet, "/w/ci-1/api/admin/invoices", adminToken, ""); string(got.body) != "<h1>Bad Gateway</h1>" || got.header.Get("Content-Type") != "text/html" {
		t.Errorf("%v %s", got.header, got.body)
	}
	a.must(200, http.MethodGet, "/api/admin/invoices", adminToken, "", "X-Slow: yes")
	a.must(200, http.MethodDelete, "/w/ci-1/_mock/rules", "", "")
	a.must(200, http.MethodGet, "/w/ci-1/api/admin/invoices", adminToken, "")
	a.must(200, http.MethodPost, "/w/ci-1/_mock/reset", "", "")
	a.must(502, http.MethodGet, "/w/ci-1/api/admin/invoices", adminToken, "")
	for want, rule := range map[string]string{
		`rule 1 of the seed: /match/operations/0: "nothing" is not an operation of the API; 'unleash-mock spec operations' lists them`: "{match: {operations: [nothing]}, fault: reset}",
		"line 1, column 31: rules[0].answer.status: 99 is not a status from 200 to 599":                                                "{answer: {status: 99}}",
	} {
		if _, err := New(WithSeedFile("the seed", []byte("rules: ["+rule+"]"))); err == nil || !strings.Contains(err.Error(), strings.SplitN(want, ": ", 2)[1]) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// request sends a request over the network.
func request(t *testing.T, method, url, prefer string) (*http.Response, []byte, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", adminToken)
	r.Header.Set("Prefer", prefer)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

// TestFaultsOnTheWire checks that a client sees each fault, whether the answer has a body
// or not.
func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	url := a.listen()
	const list = "/api/admin/signal-endpoints"
	for name, test := range map[string]struct {
		method, path, prefer string
		check                func(*http.Response, []byte, error) bool
	}{
		"reset":          {"GET", list, "fault=reset", func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"reset, no body": {"DELETE", list + "/1338", "fault=reset", func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"truncate": {"GET", list, "fault=truncate", func(r *http.Response, body []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && len(body) > 0 && len(body) == int(r.ContentLength)/2
		}},
		"truncate, no body": {"DELETE", list + "/1338", "fault=truncate", func(r *http.Response, _ []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && r.StatusCode == 200
		}},
		"truncate, an error": {"GET", list, "code=500, fault=truncate", func(r *http.Response, _ []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && r.StatusCode == 500
		}},
		"malformed": {"GET", list, "fault=malformed", func(r *http.Response, body []byte, err error) bool {
			return err == nil && !json.Valid(body) && r.Header.Get("Content-Type") == "application/json; charset=utf-8"
		}},
		"malformed, no body": {"GET", "/ready", "code=503, fault=malformed", func(r *http.Response, body []byte, err error) bool {
			return err == nil && string(body) == "{" && r.StatusCode == 503
		}},
		"malformed, HEAD": {"HEAD", list, "fault=malformed", func(r *http.Response, body []byte, err error) bool { return err == nil && len(body) == 0 }},
	} {
		response, body, err := request(t, test.method, url+test.path, test.prefer)
		if !test.check(response, body, err) {
			t.Errorf("%s: %v, %v, %q", name, response, err, body)
		}
	}
	a.must(404, http.MethodDelete, list+"/1338", adminToken, "") // the truncated DELETE took effect, the reset one did not
	slow := `{"fault":"slow","slowFor":"40ms","times":1}`
	a.must(201, http.MethodPost, "/_mock/rules", "", slow)
	if _, body, err := request(t, http.MethodGet, url+list, ""); err != nil || !json.Valid(body) {
		t.Errorf("slow: %v, %q", err, body)
	}
	newest := a.must(200, http.MethodGet, "/_mock/requests?limit=1", "", "").json(t)["requests"].([]any)[0].(map[string]any)
	if took := newest["durationMs"].(float64); took < 40 || newest["rule"] != "1" {
		t.Errorf("slow: it took %v ms by rule %v", took, newest["rule"])
	}
	if _, _, err := request(t, http.MethodGet, url+list, "delay=30ms"); err != nil {
		t.Error(err)
	}
	newest = a.must(200, http.MethodGet, "/_mock/requests?limit=1", "", "").json(t)["requests"].([]any)[0].(map[string]any)
	if took := newest["durationMs"].(float64); took < 30 || newest["rule"] != rules.Preferred {
		t.Errorf("delay: it took %v ms by rule %v", took, newest["rule"])
	}
	resets := a.must(200, http.MethodGet, "/_mock/requests?rule=prefer&limit=99", "", "").json(t)["requests"].([]any)
	count := 0
	for _, exchange := range resets {
		if exchange.(map[string]any)["status"] == 0.0 {
			count++
		}
	}
	if count != 2 {
		t.Errorf("the journal shows %d resets, want 2", count)
	}
}

// TestParallelClientsDoNotInterfere runs clients in workspaces of their own, up to the
// limits, with errors and resets.
func TestParallelClientsDoNotInterfere(t *testing.T) {
	t.Parallel()
	const clients = 200
	a := newApp(t)
	var group sync.WaitGroup
	for n := range clients {
		group.Go(func() {
			prefix, header := fmt.Sprintf("/w/client-%d", n), "X-Client: path"
			if n%2 == 1 { // the other way to name the workspace
				prefix, header = "", fmt.Sprintf("Unleash-Mock-Workspace: client-%d", n)
			}
			call := func(method, path, token, body string) reply { return a.call(method, prefix+path, token, body, header) }
			want := func(status int, got reply) {
				if got.status != status {
					t.Errorf("client %d: status %d, want %d: %s", n, got.status, status, got.body)
				}
			}
			for round := range 2 {
				want(200, call("PUT", "/_mock/clock", "", `{"frozen":true}`)) // so that no second passes between two calls
				for i := range 3 {
					got := call("POST", "/api/admin/signal-endpoints", adminToken, fmt.Sprintf(`{"name":"e-%d"}`, i))
					want(201, got)
					if url := fmt.Sprintf(`"url":"http://example.com/w/client-%d/api/signal-endpoint/e-%d"`, n, i); !strings.Contains(string(got.body), url) {
						t.Errorf("client %d: want %s in %s", n, url, got.body)
					}
					if location := got.header.Get("Location"); location != fmt.Sprintf("signal-endpoints/%d", 1339+i) {
						t.Errorf("client %d: the Location is %s", n, location)
					}
				}
				want(400, call("POST", "/api/admin/signal-endpoints", adminToken, `{"name":"over"}`))
				secret, _ := call("POST", "/api/admin/signal-endpoints/1339/tokens", adminToken, `{"name":"t"}`).json(t)["token"].(string)
				want(200, call("POST", "/api/signal-endpoint/e-0", secret, `{}`))
				want(429, call("POST", "/api/signal-endpoint/e-0", secret, `{}`))
				want(201, call("POST", "/_mock/rules", "", fmt.Sprintf(`{"match":{"operations":["getSignals"]},"answer":{"status":%d},"times":1}`, 500+n%3)))
				want(500+n%3, call("GET", "/api/admin/signals", adminToken, ""))
				if total := call("GET", "/api/admin/signals", adminToken, "").json(t)["total"]; total != 6.0 {
					t.Errorf("client %d: got %v signals, want 6", n, total)
				}
				if recorded := call("GET", "/_mock/requests?limit=1", "", "").json(t)["recorded"]; recorded != float64(9*(round+1)) {
					t.Errorf("client %d: the journal counts %v exchanges", n, recorded)
				}
				want(200, call("POST", "/_mock/reset", "", ""))
			}
		})
	}
	group.Wait()
	if present := a.workspaces.Stats().Present; present != clients+1 {
		t.Errorf("there are %d workspaces", present)
	}
	if total := a.must(200, http.MethodGet, "/api/admin/signals", adminToken, "").json(t)["total"]; total != 5.0 {
		t.Errorf("the default workspace has %v signals, want 5", total)
	}
}

// TestAResetComesAtOnce checks that no request sees half of a reset, under load.
func TestAResetComesAtOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithLimits(Limits{}))
	stop := make(chan struct{})
	var group sync.WaitGroup
	for n := range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				got := a.call("POST", "/api/admin/signal-endpoints", adminToken, fmt.Sprintf(`{"name":"e-%d-%d"}`, n, i))
				if got.status != 201 {
					t.Errorf("status %d: %s", got.status, got.body)
				}
				if list := a.call("GET", "/api/admin/signal-endpoints", adminToken, "").body; !strings.Contains(string(list), `"id":1337,`) || !strings.Contains(string(list), `"id":1338,`) {
					t.Errorf("the endpoints of the seed are missing: %s", list)
				}
			}
		})
	}
	for range 30 {
		a.must(200, http.MethodPost, "/_mock/reset", "", "")
	}
	close(stop)
	group.Wait()
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	if got := a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"x"}`).json(t); got["id"] != 1339.0 {
		t.Errorf("after the reset the next id is %v, want 1339", got["id"])
	}
}

func TestPathsOfWorkspaces(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithBasePath("/base"), WithBounds(Bounds{Workspaces: 2, Journal: 1000}))
	if got := a.must(401, http.MethodGet, "/base/w/a/api/admin/signals", "", "").json(t); got["path"] != "/base/w/a/auth/simple/login" {
		t.Errorf("got %v", got)
	}
	if got := a.must(404, http.MethodGet, "/base/w/a/api/admin/x", adminToken, "").json(t); got["message"] != "The path you were looking for (/base/w/a/api/admin/x) is not available." {
		t.Errorf("got %v", got)
	}
	if got := a.must(404, http.MethodGet, "/base/api/admin/x", adminToken, "", "Unleash-Mock-Workspace: a").json(t); got["message"] != "The path you were looking for (/base/api/admin/x) is not available." {
		t.Errorf("got %v", got)
	}
	a.must(200, http.MethodGet, "/base/w/a//api/ADMIN/signal-endpoints/", adminToken, "")
	a.must(200, http.MethodGet, "/base/w/default/ready", "", "")
	a.must(200, http.MethodGet, "/base/w/b/ready", adminToken, "")
	if got := a.must(503, http.MethodGet, "/base/w/c/ready", adminToken, "").json(t); got["name"] != "WorkspaceLimitError" {
		t.Errorf("got %v", got)
	}
	a.must(301, http.MethodGet, "/base/w/a/_mock", "", "")
	a.must(200, http.MethodGet, "/base/w/a/_mock/", "", "")
	a.must(200, http.MethodGet, "/base/w/a/docs/openapi.json", "", "")
	if got := a.must(201, http.MethodPost, "/base/w/a/api/admin/signal-endpoints", adminToken, `{"name":"x"}`).json(t); got["url"] != "http://example.com/base/w/a/api/signal-endpoint/x" {
		t.Errorf("got %v", got)
	}
}

// TestAForced404NamesThePath checks that a forced 404 names the path, also outside the
// API.
func TestAForced404NamesThePath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/health": "(/health)", "/ready": "(/ready)", "/API//admin/signals": "(/api/admin/signals)"} {
		got := newApp(t).must(404, http.MethodGet, path, adminToken, "", "Prefer: code=404")
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

// TestAWorkspaceStaysWhileARequestIsDelayed checks that what a delayed request changes is kept,
// although its workspace has had no other request for long.
func TestAWorkspaceStaysWhileARequestIsDelayed(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{`{"delay":"60s","times":1}`, `{"fault":"slow","slowFor":"60s","times":1}`} {
		synctest.Test(t, func(t *testing.T) {
			bounds := DefaultBounds()
			bounds.WorkspaceIdle = 30 * time.Second
			a := newApp(t, WithBounds(bounds))
			a.must(201, http.MethodPost, "/w/slow/_mock/rules", "", rule)
			done := make(chan reply)
			go func() { done <- a.call(http.MethodPost, "/w/slow"+endpointsPath, adminToken, `{"name":"late"}`) }()
			time.Sleep(50 * time.Second)
			a.must(200, http.MethodGet, "/w/other"+endpointsPath, adminToken, "") // removes idle workspaces
			if got := <-done; got.status != http.StatusCreated {
				t.Fatalf("%s: got %d %s", rule, got.status, got.body)
			}
			if got := a.must(200, http.MethodGet, "/w/slow"+endpointsPath, adminToken, ""); !strings.Contains(string(got.body), `"late"`) {
				t.Errorf("%s: the endpoints are %s", rule, got.body)
			}
		})
	}
}

// TestARuleForAPath checks that a rule's path and query are those that clients know, without the workspace.
func TestARuleForAPath(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for _, workspace := range []string{"", "/w/ci-7"} {
		a.must(201, http.MethodPost, workspace+"/_mock/rules", "", `{"match":{"path":"/api/client/features/check*"},"answer":{"status":503}}`)
		a.must(503, http.MethodGet, workspace+"/api/client/features/checkout?a=b", backendToken, "")
		a.must(404, http.MethodGet, workspace+"/api/client/features/other", backendToken, "")
		a.must(200, http.MethodGet, workspace+"/api/client/features", backendToken, "")

		a.must(201, http.MethodPost, workspace+"/_mock/rules", "", `{"match":{"query":{"properties[plan]":"gold"}},"answer":{"status":503}}`)
		a.must(503, http.MethodGet, workspace+"/api/frontend?properties%5Bplan%5D=gold", wellknown.Frontend, "")
		a.must(200, http.MethodGet, workspace+"/api/frontend?properties%5Bplan%5D=silver", wellknown.Frontend, "")
	}
}
