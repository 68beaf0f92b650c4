package mockserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/spec"
)

type recorded struct {
	operation, method, url, sent string
	status                       int
	came                         string
	header                       []string // of the response, "Name: value"
	contentType                  string   // of the request; JSON if empty
	match                        string   // If-None-Match of the request, if any
}

func (r recorded) line(t testing.TB) string {
	t.Helper()
	type line = map[string]string
	sent := []line{{"name": "content-type", "value": "application/json"}}
	if r.contentType != "" {
		sent[0]["value"] = r.contentType
	}
	if r.match != "" {
		sent = append(sent, line{"name": "If-None-Match", "value": r.match})
	}
	came := []line{}
	if r.came != "" && !slices.ContainsFunc(r.header, func(line string) bool { return strings.HasPrefix(line, "Content-Type:") }) {
		came = append(came, line{"name": "Content-Type", "value": "application/json; charset=utf-8"})
	}
	for _, header := range r.header {
		name, value, _ := strings.Cut(header, ": ")
		came = append(came, line{"name": name, "value": value})
	}
	text, err := json.Marshal(map[string]any{
		"operationId": r.operation,
		"request":     map[string]any{"method": r.method, "url": r.url, "headers": sent, "body": r.sent},
		"response":    map[string]any{"status": r.status, "headers": came, "body": r.came},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func replaying(t testing.TB, exchanges ...recorded) Option {
	t.Helper()
	var lines []string
	for _, exchange := range exchanges {
		lines = append(lines, exchange.line(t))
	}
	read, err := recording.Read("folder/r.jsonl", strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return WithReplay(read)
}

const (
	endpointsPath = "/api/admin/signal-endpoints"
	noEndpoints   = `{"signalEndpoints":[]}`
	oneEndpoint   = `{"signalEndpoints":[{"id":5,"enabled":true,"name":"deploys","createdAt":"2026-11-24T20:21:31.945Z","createdByUserId":1,"description":null,"tokens":[]}]}`
	newEndpoint   = `{"id":5,"enabled":true,"name":"deploys","createdAt":"2026-11-24T20:21:31.945Z","createdByUserId":1,"description":null,"url":"https://real.example.com/base/api/signal-endpoint/deploys","tokens":[]}`
	newToken      = `{"id":9,"name":"ci","signalEndpointId":5,"createdAt":"2026-11-24T20:21:31.952Z","createdByUserId":1,"token":"[redacted]"}`
	calledOnce    = `{"signals":[{"id":3,"source":"signal-endpoint","sourceId":5,"createdAt":"2026-11-24T20:21:31.973Z","createdBySourceTokenId":9,"payload":{"a":1}}]}`
	someSignals   = `{"signals":[],"total":41}`
	conflict      = `{"id":"0fd4e1a0-5a0e-4c0e-9a0e-2f0e0a0e0a0e","name":"NameExistsError","message":"taken","details":[{"message":"taken"}]}`
)

var (
	listedNone = recorded{operation: "getSignalEndpoints", method: "GET", url: endpointsPath, status: 200, came: noEndpoints}
	listedOne  = recorded{operation: "getSignalEndpoints", method: "GET", url: endpointsPath, status: 200, came: oneEndpoint}
	created    = recorded{operation: "createSignalEndpoint", method: "POST", url: endpointsPath, sent: `{"name":"deploys","description":null}`, status: 201, came: newEndpoint, header: []string{"Location: signal-endpoints/5"}}
	tokened    = recorded{operation: "createSignalEndpointToken", method: "POST", url: endpointsPath + "/5/tokens", sent: `{"name":"ci"}`, status: 201, came: newToken, header: []string{"location: signal-endpoints/5/tokens/9"}}
	called     = recorded{operation: "callSignalEndpoint", method: "POST", url: "/api/signal-endpoint/deploys", sent: `{"a":1}`, status: 200, came: calledOnce}
	queried    = recorded{operation: "getSignals", method: "GET", url: "/api/admin/signals?limit=1&offset=2&from=IS:2026-01-01", status: 200, came: someSignals}
)

// TestReplayMatches checks that a request gets the recorded answer if a real server could
// not tell it from the recorded request.
func TestReplayMatches(t *testing.T) {
	t.Parallel()
	enabled := recorded{operation: "enableSignalEndpoint", method: "POST", url: "/proxied/flags" + endpointsPath + "/5/on", status: 200,
		came: strings.Replace(newEndpoint, `"url":"https://real.example.com/base/api/signal-endpoint/deploys",`, "", 1)}
	numbered := recorded{operation: "createSignalEndpoint", method: "POST", url: endpointsPath, sent: `{"name":"n","description":null,"enabled":1.0}`, status: 409, came: conflict}
	untyped := recorded{operation: "updateSignalEndpoint", method: "PUT", url: endpointsPath + "/5", contentType: "text/plain", status: 415, came: conflict}
	option := replaying(t, created, queried, enabled, numbered, listedNone, untyped)
	for name, test := range map[string]struct {
		method, path, body string
		line               string // empty if the state answers
	}{
		"as it was":               {"POST", endpointsPath, created.sent, "r.jsonl:1"},
		"JSON of the same value":  {"POST", endpointsPath, " {\"description\": null, \"n\\u0061me\":\"deploys\"}\n", "r.jsonl:1"},
		"another value":           {"POST", endpointsPath, `{"name":"deploys","description":""}`, ""},
		"a property less":         {"POST", endpointsPath, `{"name":"deploys"}`, ""},
		"a number, spelled anew":  {"POST", endpointsPath, `{"name":"n","description":null,"enabled":10e-1}`, "r.jsonl:4"},
		"another type":            {"POST", endpointsPath, `{"name":"n","description":null,"enabled":"1"}`, ""},
		"letter case and slashes": {"GET", "//API/Admin//signals/?limit=1&offset=2&from=IS:2026-01-01", "", "r.jsonl:2"},
		"order of the query":      {"GET", "/api/admin/signals?from=IS%3A2026-01-01&offset=2&&limit=1", "", "r.jsonl:2"},
		"another query":           {"GET", "/api/admin/signals?limit=1&offset=3&from=IS:2026-01-01", "", ""},
		"a parameter twice":       {"GET", "/api/admin/signals?limit=1&limit=1&offset=2&from=IS:2026-01-01", "", ""},
		"no body is an object":    {"POST", endpointsPath + "/5/on", "{}", "r.jsonl:3"},
		"a base path recorded":    {"POST", endpointsPath + "/%35/on", "", "r.jsonl:3"},
		"another id":              {"POST", endpointsPath + "/6/on", "", ""},
		"another method":          {"DELETE", endpointsPath + "/5", "", ""},
		"another content type":    {"PUT", endpointsPath + "/5", "", ""},
		"a HEAD":                  {"HEAD", endpointsPath, "", "r.jsonl:5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newApp(t, option, WithLimits(Limits{})).call(test.method, test.path, adminToken, test.body, "Content-Type: application/json")
			if line := got.header.Get(ReplayHeader); line != test.line {
				t.Errorf("answered by %q, want %q: %d %s", line, test.line, got.status, got.body)
			}
		})
	}
}

// TestReplayBytes checks that answers are replayed exactly, except for the URL of the
// mock.
func TestReplayBytes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange recorded
		options  []Option
		path     string
		token    string
		body     string
		header   map[string]string
	}{
		"a list": {exchange: listedOne, body: oneEndpoint},
		"a url": {exchange: created, body: strings.Replace(newEndpoint, "https://real.example.com/base", "http://example.com", 1),
			header: map[string]string{"Location": "signal-endpoints/5"}},
		"a url of a workspace": {exchange: created, path: "/w/mine" + endpointsPath, body: strings.Replace(newEndpoint, "https://real.example.com/base", "http://example.com/w/mine", 1)},
		"a url that is configured": {exchange: created, options: []Option{WithBaseURL(`https://a"b`)},
			body: strings.Replace(newEndpoint, "https://real.example.com/base", `https://a\"b`, 1)},
		"an absolute location": {
			exchange: recorded{operation: created.operation, method: "POST", url: created.url, sent: created.sent, status: 201, came: newEndpoint, header: []string{"Location: https://real.example.com/base/api/admin/signal-endpoints/5"}},
			body:     strings.Replace(newEndpoint, "https://real.example.com/base", "http://example.com", 1),
			header:   map[string]string{"Location": "http://example.com/api/admin/signal-endpoints/5"}},
		"a secret": {exchange: tokened, body: strings.Replace(newToken, "[redacted]", "signal_recorded-5-9", 1)},
		"no body":  {exchange: recorded{operation: "deleteSignalEndpoint", method: "DELETE", url: endpointsPath + "/77", status: 200}},
		"an error": {exchange: recorded{operation: created.operation, method: "POST", url: endpointsPath, sent: `{"name":"x"}`, status: 409, came: conflict}, body: conflict},
		"an exceeded limit": {
			exchange: recorded{operation: called.operation, method: "POST", url: "/api/signal-endpoint/elsewhere", sent: `{}`, status: 429,
				came:   "slow down",
				header: []string{"Content-Type: text/html; charset=utf-8", "RateLimit-Policy: 7;w=3", "RateLimit-Limit: 7", "RateLimit-Remaining: 0", "RateLimit-Reset: 3", "Retry-After: 3"}},
			token:  signalToken,
			header: map[string]string{"Retry-After": "3", "Ratelimit-Limit": "7"}},
		"a content type that is refused": {exchange: recorded{operation: created.operation, method: "POST", url: endpointsPath, sent: "x", contentType: "text/plain", status: 409, came: conflict}, body: conflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, path, contentType := test.token, test.path, test.exchange.contentType
			if token == "" {
				token = adminToken
			}
			if path == "" {
				path = test.exchange.url
			}
			if contentType == "" {
				contentType = "application/json"
			}
			a := newApp(t, append(test.options, replaying(t, test.exchange))...)
			got := a.must(test.exchange.status, test.exchange.method, path, token, test.exchange.sent, "Content-Type: "+contentType)
			if test.body != "" && string(got.body) != test.body {
				t.Errorf("got  %s\nwant %s", got.body, test.body)
			}
			if got.header.Get(ReplayHeader) != "r.jsonl:1" {
				t.Errorf("the replay header is %q", got.header.Get(ReplayHeader))
			}
			for name, want := range test.header {
				if got.header.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
				}
			}
		})
	}
}

// TestReplayInItsOrder checks that each answer is given once, and the last one from then
// on. Each workspace has its own order, and a reset restarts it. A HEAD takes no turn, a
// 304 does.
func TestReplayInItsOrder(t *testing.T) {
	t.Parallel()
	first, same, last := listedNone, listedNone, listedOne
	first.header = []string{`ETag: W/"1"`}
	same.status, same.came, same.header = 304, "", []string{`Etag: "1"`}
	a := newApp(t, replaying(t, first, same, last))
	get := func(workspace string) string {
		return string(a.must(200, http.MethodGet, workspace+endpointsPath, adminToken, "").body)
	}
	for _, want := range []string{noEndpoints, noEndpoints, oneEndpoint, oneEndpoint} {
		a.must(200, http.MethodHead, endpointsPath, adminToken, "")
		if got := get(""); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := get("/w/another"); got != noEndpoints {
		t.Errorf("another workspace starts with %s", got)
	}
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	if got := get(""); got != noEndpoints {
		t.Errorf("after a reset the first answer is %s", got)
	}
	etag := a.call(http.MethodHead, endpointsPath, adminToken, "").header.Get("ETag")
	a.must(304, http.MethodGet, endpointsPath, adminToken, "", "If-None-Match: "+etag)
}

// TestReplayToAnSDK checks that the Client API replays its own entity tag, which the
// contract requires and an SDK sends back. Its 304 has none.
func TestReplayToAnSDK(t *testing.T) {
	t.Parallel()
	const path, tag = "/api/client/features", `"6ef7ec5a:13:v1"`
	first := recorded{
		operation: "getAllClientFeatures", method: "GET", url: path, status: 200, header: []string{"ETag: " + tag},
		came: `{"version":2,"features":[],"query":{"environment":"development","inlineSegmentConstraints":true},"meta":{"revisionId":13,"etag":"\"6ef7ec5a:13:v1\"","queryHash":"6ef7ec5a"}}`,
	}
	same := recorded{operation: first.operation, method: "GET", url: path, status: 304, match: tag}
	strange := same
	strange.match = `"6ef7ec5a:12:v1"`
	a := newApp(t, replaying(t, first, same, strange))
	if got, want := a.Replay().String(), "2 exchanges of 1 operation, 1 left out: 1 with a 304 for what was not recorded"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got := a.must(200, http.MethodGet, path, wellknown.Backend, "")
	if string(got.body) != first.came || got.header.Get("ETag") != tag {
		t.Errorf("ETag %s, %s", got.header.Get("ETag"), got.body)
	}
	a.must(304, http.MethodGet, path, wellknown.Backend, "", "If-None-Match: "+tag)
	a.must(200, http.MethodGet, path, wellknown.Backend, "", "If-None-Match: "+strange.match)
}

// TestReplayIsTheMocksToGuard checks that authentication, permissions and rate limits are
// still the mock's, that rules win, and that the contract judges the answers.
func TestReplayIsTheMocksToGuard(t *testing.T) {
	t.Parallel()
	broken := recorded{operation: "getHealth", method: "GET", url: "/health", status: 200, came: `{"health":"FINE"}`}
	refused := recorded{operation: "getSignals", method: "GET", url: "/api/admin/signals", status: 403, came: conflict}
	own := recorded{operation: called.operation, method: "POST", url: "/api/signal-endpoint/cpu-over-90", sent: "{}", status: 200, came: calledOnce}
	option := replaying(t, created, broken, refused, own, called, tokened)
	for name, test := range map[string]struct {
		method, path, token, body string
		header                    string
		status                    int
		want                      string
		replayed                  bool
	}{
		"a body that is no JSON":           {"POST", endpointsPath, adminToken, "{", "", 400, "", false},
		"no token":                         {"POST", endpointsPath, "", created.sent, "", 401, "", false},
		"no permission":                    {"POST", endpointsPath, viewerPAT, created.sent, "", 403, "", false},
		"a refusal is not replayed":        {"GET", "/api/admin/signals", adminToken, "", "", 200, "total", false},
		"a rule":                           {"POST", endpointsPath, adminToken, created.sent, "Prefer: code=409", 409, "NameExistsError", false},
		"a success is demanded":            {"POST", endpointsPath, adminToken, created.sent, "Prefer: code=201", 201, `"id":1339`, false},
		"a rule that only delays":          {"POST", endpointsPath, adminToken, created.sent, "Prefer: delay=1ms", 201, `"id":5`, true},
		"an answer that breaks it":         {"GET", "/health", "", "", "", 500, "broke the contract: body/health", true},
		"the token of another endpoint":    {"POST", "/api/signal-endpoint/cpu-over-90", signalToken, "{}", "", 401, "", false},
		"the own token":                    {"POST", "/api/signal-endpoint/cpu-over-90", wellknown.CPUOver90, "{}", "", 200, `"id":3`, true},
		"an endpoint that is not in state": {"POST", "/api/signal-endpoint/deploys", signalToken, called.sent, "", 200, `"id":3`, true},
		"a token that was recorded":        {"POST", "/api/signal-endpoint/deploys", "signal_recorded-5-9", called.sent, "", 200, `"id":3`, true},
		"a token that was not":             {"POST", "/api/signal-endpoint/deploys", "signal_recorded-5-8", called.sent, "", 401, "", false},
		"a recorded token elsewhere":       {"GET", endpointsPath, "signal_recorded-5-9", "", "", 401, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newApp(t, option).must(test.status, test.method, test.path, test.token, test.body, test.header)
			if replayed := got.header.Get(ReplayHeader) != ""; replayed != test.replayed || !strings.Contains(string(got.body), test.want) {
				t.Errorf("replayed: %t, want %t: %s", replayed, test.replayed, got.body)
			}
		})
	}
	limited := newApp(t, option)
	limited.freeze()
	limited.must(200, "POST", "/api/signal-endpoint/deploys", signalToken, called.sent)
	limited.must(429, "POST", "/api/signal-endpoint/deploys", signalToken, called.sent)
	limited.must(500, "GET", "/health", "", "")
	if found := limited.Violations(); len(found) != 1 || found[0].Direction != "response" {
		t.Errorf("the violations are %v", found)
	}
	if journal := string(limited.must(200, "GET", "/_mock/requests", "", "").body); !strings.Contains(journal, `"name":"Unleash-Mock-Replay","value":"r.jsonl:5"`) {
		t.Errorf("the journal does not say what was replayed: %s", journal)
	}
}

// TestReplayKnowsItsTokens checks that a recorded token, whatever becomes of it, can call
// its endpoint: with a placeholder for the secret or, if the recording shows the secret,
// with the secret itself.
func TestReplayKnowsItsTokens(t *testing.T) {
	t.Parallel()
	own := tokened
	own.came = strings.Replace(newToken, "[redacted]", "signal_own", 1)
	listed := recorded{operation: "getSignalEndpointTokens", method: "GET", url: endpointsPath + "/5/tokens", status: 200, came: `{"signalEndpointTokens":[` + newToken + `]}`}
	removed := recorded{operation: "deleteSignalEndpoint", method: "DELETE", url: endpointsPath + "/5", status: 200}
	for name, test := range map[string]struct {
		exchanges []recorded // the first one shows the token
		token     string
	}{
		"created":             {[]recorded{tokened}, "signal_recorded-5-9"},
		"gone later":          {[]recorded{tokened, created, removed}, "signal_recorded-5-9"},
		"seen in a list":      {[]recorded{listed}, "signal_recorded-5-9"},
		"with its own secret": {[]recorded{own, removed, listed}, "signal_own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, replaying(t, append(test.exchanges, called)...), WithLimits(Limits{}))
			first := test.exchanges[0]
			if got := a.must(first.status, first.method, first.url, adminToken, first.sent); !strings.Contains(string(got.body), `"token":"`+test.token+`"`) {
				t.Errorf("the answer lacks the token: %s", got.body)
			}
			a.must(200, called.method, called.url, test.token, called.sent)
			a.must(401, "POST", "/api/signal-endpoint/deploys", test.token+"0", called.sent)
			a.must(401, "POST", "/api/signal-endpoint/cpu-over-90", test.token, called.sent)
			a.must(401, "GET", endpointsPath, test.token, "")
		})
	}
}

// TestReplaySummary checks that what is left out is counted by reason.
func TestReplaySummary(t *testing.T) {
	t.Parallel()
	with := func(from recorded, change func(*recorded)) recorded { change(&from); return from }
	exchanges := []recorded{
		created, listedNone, listedOne,
		with(listedNone, func(r *recorded) { r.operation = "getAddons" }),
		with(listedNone, func(r *recorded) { r.url = "/api/admin/features" }),
		with(listedNone, func(r *recorded) { r.operation, r.url = "", "/api/admin/features" }),
		with(listedNone, func(r *recorded) { r.status = 401 }),
		with(listedNone, func(r *recorded) { r.status = 0 }),
		with(listedNone, func(r *recorded) { r.method, r.came = "HEAD", "" }),
		with(listedNone, func(r *recorded) { r.status, r.came = 304, "" }),
		with(called, func(r *recorded) { r.sent = `{"password":"[redacted]"}` }),
		with(called, func(r *recorded) { r.sent = `{` }),
		with(listedNone, func(r *recorded) { r.came = `{"signalEndpoints":[…` }),
		with(listedNone, func(r *recorded) { r.came = "(512 bytes of zstd)" }),
		with(tokened, func(r *recorded) { r.came = strings.Replace(newToken, `"id":9,`, "", 1) }),
		{operation: "getHealth", method: "GET", url: "/health", status: 200, came: `{"health":"GOOD"}`},
	}
	left := []replay.LeftOut{
		{Reason: "of a path that no operation has", Count: 2},
		{Reason: "whose body is incomplete", Count: 2},
		{Reason: "of HEAD, without the body", Count: 1},
		{Reason: "of a token without its id", Count: 1},
		{Reason: "of an operation that the contract does not have", Count: 1},
		{Reason: "refusing a token (401, 403)", Count: 1},
		{Reason: "whose request hides a secret", Count: 1},
		{Reason: "whose request the mock refuses itself", Count: 1},
		{Reason: "with a 304 for what was not recorded", Count: 1},
		{Reason: "without an answer", Count: 1},
	}
	got := newApp(t, replaying(t, exchanges...)).Replay()
	if diff := cmp.Diff(replay.Summary{Exchanges: 4, Operations: 3, LeftOut: left}, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	got = newApp(t, replaying(t, exchanges...), WithEdition(spec.OpenSource)).Replay()
	if want := (replay.LeftOut{Reason: "of an operation that the mock does not answer here", Count: 12}); got.Exchanges != 1 || !slices.Contains(got.LeftOut, want) {
		t.Errorf("for the open-source edition: %+v", got)
	}
	if got := newApp(t).Replay(); got.Exchanges != 0 || got.LeftOut != nil {
		t.Errorf("without a recording: %+v", got)
	}
}

// TestReplayOverAnUpstream checks that the upstream still answers its own operations, and
// that it says who the caller of a replayed operation is.
func TestReplayOverAnUpstream(t *testing.T) {
	t.Parallel()
	health := recorded{operation: "getHealth", method: "GET", url: "/health", status: 200, came: `{"health":"BAD"}`}
	a := newApp(t, over(t, newReal(t).URL), replaying(t, listedOne, health))
	if got := a.must(200, "GET", "/health", "", ""); !strings.Contains(string(got.body), "real") {
		t.Errorf("health is %s", got.body)
	}
	if got := a.must(200, "GET", endpointsPath, "", "", "Cookie: unleash-session=viewer"); string(got.body) != oneEndpoint {
		t.Errorf("the list is %s", got.body)
	}
	a.must(401, "GET", endpointsPath, "", "", "Cookie: unleash-session=x")
	if got := a.Replay(); got.Exchanges != 1 || len(got.LeftOut) != 1 {
		t.Errorf("the summary is %+v", got)
	}
}

// TestReplayAtOnce checks that, among many concurrent requests, each answer is given once
// and the last one to all others.
func TestReplayAtOnce(t *testing.T) {
	t.Parallel()
	const answers, clients = 20, 50
	var exchanges []recorded
	for i := range answers {
		exchange := queried
		exchange.came = fmt.Sprintf(`{"signals":[],"total":%d}`, i)
		exchanges = append(exchanges, exchange)
	}
	a := newApp(t, replaying(t, exchanges...))
	var mu sync.Mutex
	var running sync.WaitGroup
	seen := map[string]int{}
	for range clients {
		running.Go(func() {
			body := string(a.call("GET", queried.url, adminToken, "").body)
			mu.Lock()
			defer mu.Unlock()
			seen[body]++
		})
	}
	running.Wait()
	for i, exchange := range exchanges {
		want := 1
		if i == answers-1 {
			want = clients - answers + 1
		}
		if seen[exchange.came] != want {
			t.Errorf("%s was given %d times, want %d", exchange.came, seen[exchange.came], want)
		}
	}
}

// TestReplayNamesItsFile checks that the header names the file, whatever its name is.
func TestReplayNamesItsFile(t *testing.T) {
	t.Parallel()
	read, err := recording.Read("folder/my ü\r\n.jsonl", strings.NewReader("\n"+listedOne.line(t)))
	if err != nil {
		t.Fatal(err)
	}
	got := newApp(t, WithReplay(read)).must(200, "GET", endpointsPath, adminToken, "")
	if source := got.header.Get(ReplayHeader); source != "my%20%C3%BC%0D%0A.jsonl:2" {
		t.Errorf("the replay header is %q", source)
	}
}
