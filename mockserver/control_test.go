package mockserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/spec"
)

// controlExamples are requests for each control operation. They succeed on a mock with
// one exchange, one rule and the workspace "other".
var controlExamples = map[string]struct{ path, body string }{
	"getInfo":          {"/_mock/info", ""},
	"resetWorkspace":   {"/_mock/reset", ""},
	"exportState":      {"/_mock/state?signals=2", ""},
	"importState":      {"/_mock/state", emptyState},
	"getFlags":         {"/_mock/flags?environment=production", ""},
	"putFlags":         {"/_mock/flags?environment=development", `{"a":true,"b":{"variants":[{"name":"v"}]}}`},
	"evaluateFlag":     {"/_mock/flags/new/evaluate", `{"userId":"7"}`},
	"setFlag":          {"/_mock/flags/new", `{"enabled":true,"variant":{"name":"blue","payload":{"type":"string","value":"x"}}}`},
	"deleteFlag":       {"/_mock/flags/old", ""},
	"getClock":         {"/_mock/clock", ""},
	"setClock":         {"/_mock/clock", `{"now":"2030-01-01T00:00:00Z","advance":"1h30m","frozen":true}`},
	"listRules":        {"/_mock/rules", ""},
	"addRule":          {"/_mock/rules", `{"name":"n","match":{"operations":["getSignals"],"headers":{"X-A":"*"},"body":{"/a":[1]}},"answer":{"status":503,"headers":{"X-B":"c"},"body":{"d":null}},"delay":{"distribution":"uniform","min":"0s","max":"1ms"},"fault":"slow","slowFor":"1ms","times":1,"probability":0.5}`},
	"deleteRules":      {"/_mock/rules", ""},
	"getRule":          {"/_mock/rules/1", ""},
	"deleteRule":       {"/_mock/rules/1", ""},
	"listRequests":     {"/_mock/requests?operationId=updateSignalEndpoint&method=PUT&path=/api/*&status=4xx&violation=true&after=0&before=9&limit=1&order=oldest&wait=1s&count=1", ""},
	"clearRequests":    {"/_mock/requests", ""},
	"getRequest":       {"/_mock/requests/1", ""},
	"exportRequests":   {"/_mock/requests.har?status=400", ""},
	"listViolations":   {"/_mock/violations?operationId=updateSignalEndpoint&direction=request&outcome=refused", ""},
	"clearViolations":  {"/_mock/violations", ""},
	"getCoverage":      {"/_mock/coverage", ""},
	"clearCoverage":    {"/_mock/coverage", ""},
	"listWorkspaces":   {"/_mock/workspaces", ""},
	"createWorkspace":  {"/_mock/workspaces", `{"name":"another"}`},
	"deleteWorkspaces": {"/_mock/workspaces", ""},
	"getWorkspace":     {"/_mock/workspaces/other", ""},
	"deleteWorkspace":  {"/_mock/workspaces/other", ""},
}

const emptyState = `{"version":1,"users":[],"apiTokens":[],"endpoints":[],"signals":[],"events":[],"invoices":[],"detailedInvoices":{"invoices":[]},"sequences":{"endpoints":0,"tokens":0,"signals":0,"events":0}}`

// TestEveryControlOperation sends the example of each operation and checks the answer
// against the contract.
func TestEveryControlOperation(t *testing.T) {
	t.Parallel()
	for _, operation := range spec.Control().Operations() {
		if operation.ID == "streamEvents" { // a stream does not end
			continue
		}
		t.Run(operation.ID, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.must(400, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{"name":1}`)
			a.must(201, http.MethodPost, "/_mock/rules", "", `{"answer":{"status":500},"times":1}`)
			a.must(200, http.MethodGet, "/w/other/ready", adminToken, "")
			a.must(200, http.MethodPatch, "/_mock/flags/old", "", `{"enabled":true}`)
			example, exists := controlExamples[operation.ID]
			if !exists {
				t.Fatal("the operation has no example")
			}
			got := a.call(operation.Method, example.path, "", example.body)
			if got.status != 200 && got.status != 201 {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if failures := operation.CheckResponse(got.status, got.header, got.body); len(failures) > 0 {
				t.Errorf("the answer breaks the contract: %v\n%s", failures, got.body)
			}
			if kept := a.workspaces.Default().Journal.Stats().Recorded; kept != 1 {
				t.Errorf("the journal counts %d exchanges; control requests must not count", kept)
			}
		})
	}
}

func TestTheControlAPIRefuses(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for name, test := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		want               string
	}{
		"unknown path":         {"GET", "/_mock/nothing", "", nil, 404, "The control API has no path /_mock/nothing."},
		"old path":             {"GET", "/_mock/scenarios", "", nil, 404, "The control API has no path /_mock/scenarios. It is now called /_mock/rules."},
		"old path of one":      {"DELETE", "/w/ci/_mock/scenarios/1", "", nil, 404, "It is now called /_mock/rules/1."},
		"old parameter":        {"GET", "/_mock/requests?scenario=*", "", nil, 400, "listRequests has no parameter scenario. It is now called rule."},
		"wrong method":         {"PATCH", "/_mock/state", "", nil, 405, "answers GET, HEAD, PUT, not PATCH"},
		"no JSON":              {"PUT", "/_mock/clock", "{", nil, 400, "Expected property name"},
		"content type":         {"PUT", "/_mock/clock", "{}", []string{"Content-Type: text/plain"}, 415, "text/plain"},
		"content encoding":     {"PUT", "/_mock/clock", "{}", []string{"Content-Encoding: gzip"}, 415, `unsupported content encoding \"gzip\"`},
		"nothing to change":    {"PUT", "/_mock/clock", "{}", nil, 400, "BadDataError"},
		"wrong type":           {"PUT", "/_mock/clock", `{"frozen":"yes"}`, nil, 400, "The `/body/frozen` property must be boolean. You sent \\\"yes\\\"."},
		"real and more":        {"PUT", "/_mock/clock", `{"real":true,"frozen":true}`, nil, 400, "real cannot be combined with anything else"},
		"beyond all time":      {"PUT", "/_mock/clock", `{"now":"2300-01-01T00:00:00Z"}`, nil, 400, "a clock can only be set to the years 1900 to 2200, not to 2300-01-01T00:00:00Z"},
		"unknown parameter":    {"GET", "/_mock/requests?stauts=400", "", nil, 400, "listRequests has no parameter stauts. It has operationId, method, path, "},
		"nameless parameter":   {"GET", "/_mock/requests?=400", "", nil, 400, "a parameter has no name"},
		"name of JavaScript's": {"GET", "/_mock/requests?__proto__=400", "", nil, 400, "listRequests has no parameter __proto__"},
		"too many parameters":  {"GET", "/_mock/requests?" + strings.Repeat("&", 1000) + "status=400", "", nil, 400, "there are more than 1000 parameters"},
		"repeated parameter":   {"GET", "/_mock/requests?status=400&status=401", "", nil, 400, "status was sent 2 times"},
		"parameter as a list":  {"GET", "/_mock/requests?limit[]=5", "", nil, 400, "limit is not a list"},
		"semicolon":            {"GET", "/_mock/requests?limit=1;order=oldest", "", nil, 400, "/query/limit"},
		"broken escape":        {"GET", "/_mock/requests?status=%zz", "", nil, 400, "/query/status"},
		"wrong parameter":      {"GET", "/_mock/requests?status=0xx", "", nil, 400, "/query/status"},
		"too large a page":     {"GET", "/_mock/requests?limit=1001", "", nil, 400, "/query/limit"},
		"too long a wait":      {"GET", "/_mock/requests?wait=6m", "", nil, 400, "is not a duration up to 5m0s"},
		"no such exchange":     {"GET", "/_mock/requests/7", "", nil, 404, "The journal has no exchange with the id 7."},
		"no id":                {"GET", "/_mock/requests/x", "", nil, 404, "The journal has no exchange with the id x."},
		"no such rule":         {"DELETE", "/_mock/rules/7", "", nil, 404, "There is no rule with the id 7."},
		"no such workspace":    {"GET", "/_mock/workspaces/none", "", nil, 404, "there is no such workspace"},
		"removing default":     {"DELETE", "/_mock/workspaces/default", "", nil, 409, "cannot be removed"},
		"bad name":             {"POST", "/_mock/workspaces", `{"name":"a/b"}`, nil, 400, "/body/name"},
		"wrong rule":           {"POST", "/_mock/rules", `{"answer":{"status":500,"text":"x","body":1}}`, nil, 400, "an answer has a body or a text, not both"},
		"unknown field":        {"POST", "/_mock/rules", `{"fault":"reset","tmies":1}`, nil, 400, "tmies"},
		"too many times":       {"POST", "/_mock/rules", `{"fault":"reset","times":3000000000}`, nil, 400, "must be <= 2147483647."},
		"unknown operation":    {"POST", "/_mock/rules", `{"fault":"reset","match":{"operations":["x"]}}`, nil, 400, `\"x\" is not an operation of the API`},
		"another workspace":    {"POST", "/_mock/rules", `{"fault":"reset","match":{"workspace":"ci-*"}}`, nil, 400, "/body/match/workspace"},
		"cross-origin":         {"POST", "/_mock/reset", "", []string{"Sec-Fetch-Site: cross-site"}, 403, "another origin"},
		"two workspaces":       {"POST", "/w/a/_mock/reset", "", []string{"Unleash-Mock-Workspace: b"}, 400, "the request names two workspaces"},
		"not a workspace":      {"GET", "/w/a b/_mock/clock", "", nil, 400, "is not a valid workspace name"},
		"not even a workspace": {"GET", "/w/", "", nil, 400, "is not a valid workspace name"},
	} {
		test.path = strings.ReplaceAll(test.path, " ", "%20")
		got := a.must(test.status, test.method, test.path, "", test.body, test.header...)
		if !strings.Contains(string(got.body), test.want) {
			t.Errorf("%s: got %s, want %s", name, got.body, test.want)
		}
	}
	if rules := a.workspaces.Default().Instance().Rules.List(); len(rules) != 0 {
		t.Errorf("%d rules were set despite the refusals", len(rules))
	}
}

func TestWhoMayUseTheControlAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option Option
		host   string
		token  string
		status int
		page   int
	}{
		"open":                   {nil, "mock.example.com", "", 200, 200},
		"loopback":               {WithControlOnLoopback(), "127.0.0.1:4242", "", 200, 200},
		"loopback, version 6":    {WithControlOnLoopback(), "[::1]:4242", "", 200, 200},
		"loopback, by name":      {WithControlOnLoopback(), "mock.localhost", "", 200, 200},
		"loopback, another host": {WithControlOnLoopback(), "rebound.example.com", "", 403, 200},
		"token":                  {WithControlToken("very-secret"), "mock.example.com", "Bearer very-secret", 200, 200},
		"no token":               {WithControlToken("very-secret"), "127.0.0.1", "", 401, 200},
		"another token":          {WithControlToken("very-secret"), "127.0.0.1", "Bearer very-secret2", 401, 200},
		"off":                    {WithoutControl(), "127.0.0.1", "Bearer very-secret", 404, 404},
	} {
		options := []Option{}
		if test.option != nil {
			options = append(options, test.option)
		}
		a := newApp(t, options...)
		got := a.call(http.MethodGet, "http://"+test.host+"/_mock/clock", test.token, "")
		if got.status != test.status || strings.Contains(string(got.body), "very-secret") {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, test.status, got.body)
		}
		if isWrong := strings.Contains(string(got.body), "That is not the token"); isWrong != (test.status == 401 && test.token != "") {
			t.Errorf("%s: %s", name, got.body)
		}
		if got := a.call(http.MethodGet, "http://"+test.host+"/_mock/", "", ""); got.status != test.page {
			t.Errorf("%s: the page answers with status %d, want %d", name, got.status, test.page)
		}
	}
	if _, err := New(WithControlToken("")); err == nil {
		t.Error("an empty token is accepted")
	}
}

// lists are the answers that must be identical after an export and import.
func lists(a *app) string {
	var out strings.Builder
	for _, path := range []string{"/api/admin/signal-endpoints", "/api/admin/signal-endpoints/1337/tokens", "/api/admin/signal-endpoints/1338/signals",
		"/api/admin/signals?limit=1000", "/api/admin/invoices", "/api/admin/invoices/list"} {
		got := a.must(200, http.MethodGet, path, adminToken, "")
		fmt.Fprintf(&out, "%s %s\n%s\n", path, got.header.Get("Etag"), got.body)
	}
	return out.String()
}

func TestExportResetImport(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithLimits(Limits{}))
	a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"odd","description":"half \ud800 of a pair, \u2028, <&>","enabled":false}`)
	secret, _ := a.must(201, http.MethodPost, "/api/admin/signal-endpoints/1337/tokens", adminPAT, `{"name":"\udfff"}`).json(t)["token"].(string)
	a.must(200, http.MethodDelete, "/api/admin/signal-endpoints/1338/tokens/8", adminToken, "")
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", secret, `{"z":1e21,"a":-0,"é":"\u0001","10":[{}],"9":null,"x":1.10}`)
	before, exported := lists(a), a.must(200, http.MethodGet, "/_mock/state", "", "").body
	if strings.Contains(string(exported), secret) || strings.Contains(string(exported), "unleash-insecure") {
		t.Error("the export contains secrets")
	}
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	if lists(a) == before {
		t.Error("the reset changed nothing")
	}
	a.must(401, http.MethodPost, "/api/signal-endpoint/my-external-app", secret, "")
	var indented strings.Builder
	encoder := json.NewEncoder(&indented)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(json.RawMessage(exported)); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{string(exported), indented.String()} {
		a.must(200, http.MethodPut, "/_mock/state", "", form)
		if diff := cmp.Diff(before, lists(a)); diff != "" {
			t.Errorf("the lists differ (-before +after):\n%s", diff)
		}
	}
	if again := a.must(200, http.MethodGet, "/_mock/state", "", "").body; string(again) != string(exported) {
		t.Errorf("a second export differs:\n%s\n%s", exported, again)
	}
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", secret, "")
	if got := a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"next"}`).json(t); got["id"] != 1340.0 {
		t.Errorf("the next id is %v, want 1340", got["id"])
	}
	imported := newApp(t)
	imported.must(200, http.MethodPut, "/w/copy/_mock/state", "", string(exported))
	imported.must(200, http.MethodPost, "/w/copy/api/signal-endpoint/my-external-app", secret, "")
}

func TestAWrongStateChangesNothing(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	before := lists(a)
	digest, other := "sha256:"+strings.Repeat("0", 64), "sha256:"+strings.Repeat("1", 64)
	const at = `"2024-01-01T00:00:00Z"`
	endpoint := func(id int, name, tokens string) string {
		return fmt.Sprintf(`{"id":%d,"name":%q,"enabled":true,"description":null,"createdAt":%s,"createdByUserId":1,"tokens":[%s]}`, id, name, at, tokens)
	}
	token := func(id int, digest string) string {
		return fmt.Sprintf(`{"id":%d,"name":"t","createdAt":%s,"createdByUserId":1,"digest":%q}`, id, at, digest)
	}
	signal := func(id int, token string) string {
		return fmt.Sprintf(`{"id":%d,"sourceId":1,"tokenId":%s,"createdAt":%s,"payload":{}}`, id, token, at)
	}
	changed := strings.Replace(endpoint(1, "a", ""), `,"tokens":[]`, "", 1)
	for want, change := range map[string]struct{ from, to string }{
		"unknown version 3: 1 to 2 are known":        {`"version":1`, `"version":3`},
		"`/body/sequences` property is required":     {`,"sequences"`, `,"sequence"`},
		"additional properties 'extra' not allowed":  {`"users":[]`, `"users":[],"extra":1`},
		"the user id 1 is used twice":                {`"users":[]`, `"users":[{"id":1,"username":"a","rootRole":"Admin"},{"id":1,"username":"b","rootRole":"Admin"}]`},
		"/apiTokens/0":                               {`"apiTokens":[]`, `"apiTokens":[{"name":"a","type":"personal","userId":5,"digest":"` + digest + `"}]`},
		"additional properties 'userId' not allowed": {`"apiTokens":[]`, `"apiTokens":[{"name":"a","type":"admin","userId":5,"digest":"` + digest + `"}]`},
		"/apiTokens/0/digest":                        {`"apiTokens":[]`, `"apiTokens":[{"name":"a","type":"admin","digest":"*:*.plain"}]`},
		"the endpoint id 1 is used twice":            {`"endpoints":[]`, `"endpoints":[` + endpoint(1, "a", "") + `,` + endpoint(1, "b", "") + `]`},
		`the endpoint name \"a\" is used twice`:      {`"endpoints":[]`, `"endpoints":[` + endpoint(1, "a", "") + `,` + endpoint(2, "a", "") + `]`},
		"endpoint 3 is beyond the last id, 0":        {`"endpoints":[]`, `"endpoints":[` + endpoint(3, "a", "") + `]`},
		"/endpoints/0/name":                          {`"endpoints":[]`, `"endpoints":[` + endpoint(1, "A B", "") + `]`},
		"the token id 1 is used twice":               {`"endpoints":[]`, `"endpoints":[` + endpoint(1, "a", token(1, digest)+","+token(1, other)) + `]`},
		"the digest is used twice":                   {`"endpoints":[]`, `"endpoints":[` + endpoint(1, "a", token(1, digest)+","+token(2, digest)) + `]`},
		"the signal id 1 is used twice":              {`"signals":[]`, `"signals":[` + signal(1, "null") + `,` + signal(1, "null") + `]`},
		"token 1 belongs to endpoint 2, not to 1":    {`"endpoints":[],"signals":[]`, `"endpoints":[` + endpoint(2, "a", token(1, digest)) + `],"signals":[` + signal(1, "1") + `]`},
		"the event id 1 does not follow 1":           {`"events":[]`, `"events":[{"id":1,"type":"signal-endpoint-created","createdAt":` + at + `,"createdBy":{"id":1,"username":"a"},"endpoint":{"after":` + changed + `}},{"id":1,"type":"signal-endpoint-created","createdAt":` + at + `,"createdBy":{"id":1,"username":"a"},"endpoint":{"after":` + changed + `}}]`},
		"it does not say what was changed":           {`"events":[]`, `"events":[{"id":1,"type":"signal-endpoint-created","createdAt":` + at + `,"createdBy":{"id":1,"username":"a"}}]`},
	} {
		state := strings.Replace(emptyState, change.from, change.to, 1)
		if !strings.Contains(want, "beyond") && !strings.Contains(want, "follow 1") {
			state = strings.NewReplacer(`"endpoints":0`, `"endpoints":9`, `"tokens":0`, `"tokens":9`, `"signals":0`, `"signals":9`, `"events":0`, `"events":9`).Replace(state)
		}
		if strings.Contains(want, "follow 1") {
			state = strings.Replace(state, `"events":0`, `"events":9`, 1)
		}
		got := a.must(400, http.MethodPut, "/_mock/state", "", state)
		if !strings.Contains(string(got.body), want) {
			t.Errorf("got %s, want %s", got.body, want)
		}
	}
	if diff := cmp.Diff(before, lists(a)); diff != "" {
		t.Errorf("the state changed (-before +after):\n%s", diff)
	}
}

// transcript makes a variety of requests and returns the answers.
func transcript(t *testing.T, options ...Option) string {
	a := newApp(t, append(options, WithDeterministic())...)
	var out strings.Builder
	say := func(method, path, token, body string) reply {
		got := a.call(method, path, token, body)
		var names []string
		for name := range got.header {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(&out, "%s %s %d", method, path, got.status)
		for _, name := range names {
			fmt.Fprintf(&out, " %s=%q", name, got.header[name])
		}
		fmt.Fprintf(&out, "\n%s\n", got.body)
		return got
	}
	for _, workspace := range []string{"", "/w/a", "/w/b"} {
		say("POST", workspace+"/api/admin/signal-endpoints", adminToken, `{"name":"new"}`)
		secret, _ := say("POST", workspace+"/api/admin/signal-endpoints/1339/tokens", adminToken, `{"name":"t"}`).json(t)["token"].(string)
		say("POST", workspace+"/api/signal-endpoint/new", secret, `{"a":1}`)
		say("POST", workspace+"/api/signal-endpoint/new", secret, `{"a":2}`)
		say("GET", workspace+"/api/admin/signals", adminToken, "")
		say("GET", workspace+"/api/admin/nothing", "", "")
		a.must(201, "POST", workspace+"/_mock/rules", "", `{"answer":{"status":500},"probability":0.5}`)
		for range 12 {
			say("GET", workspace+"/api/admin/invoices", adminToken, "")
		}
		a.must(200, "POST", workspace+"/_mock/reset", "", "")
		say("POST", workspace+"/api/admin/signal-endpoints/1338/tokens", adminToken, `{"name":"t"}`)
	}
	return out.String()
}

func TestDeterministicTwiceIsTheSame(t *testing.T) {
	t.Parallel()
	first := transcript(t)
	if diff := cmp.Diff(first, transcript(t)); diff != "" {
		t.Errorf("the transcripts differ (-first +second):\n%s", diff)
	}
	for _, want := range []string{`"createdAt":"2026-01-01T00:00:00.000Z"`, `Date=["Thu, 01 Jan 2026 00:00:00 GMT"]`, " 429 ", " 500 "} {
		if !strings.Contains(first, want) {
			t.Errorf("the transcript does not contain %s:\n%s", want, first)
		}
	}
	secrets := map[string]bool{}
	for part := range strings.SplitSeq(first, `"token":"signal_`) {
		secrets[part[:min(len(part), 56)]] = true
	}
	if len(secrets) != 1+3 { // the text before the first secret, and one secret per workspace; each comes again after the reset
		t.Errorf("%d different secrets, want 3", len(secrets)-1)
	}
}

// TestDeterministicSeedsAndFlags checks that also what files, an imported state and planted rows leave
// to chance is the same in every run.
func TestDeterministicSeedsAndFlags(t *testing.T) {
	t.Parallel()
	first := planted(t)
	if diff := cmp.Diff(first, planted(t)); diff != "" {
		t.Errorf("the answers differ (-first +second):\n%s", diff)
	}
	ids := regexp.MustCompile(`"id":"01K[0-9A-Z]{23}"`).FindAllString(first, -1)
	if len(slices.Compact(slices.Sorted(slices.Values(ids)))) < 2*7 { // in two workspaces
		t.Errorf("only the ids %s", ids)
	}
}

// planted returns what a deterministic server with a seed and flags answers.
func planted(t *testing.T) string {
	t.Helper()
	const seeded = "features: [{name: %s, project: default, environments: [{name: development, enabled: true, strategies: [{name: default}, {name: default}]}]}]\n"
	const flags = "flags:\n  checkout: true\n  half: {strategies: [{name: flexibleRollout, parameters: {rollout: \"50\"}}]}\n"
	var out strings.Builder
	for _, options := range [][]Option{{WithFlags("flags.yaml", []byte(flags))}, nil} {
		source := append(DefaultSeed(), fmt.Sprintf("segments: [{name: some, constraints: []}]\n"+seeded, "seeded")...)
		a := newApp(t, append(options, WithDeterministic(), WithSeedFile("seed.yaml", source))...)
		for _, name := range []string{"default", "a"} {
			if err := a.Plant(name, fmt.Appendf(nil, seeded, "later")); err != nil {
				t.Fatal(err)
			}
			at := "/w/" + name
			state := a.must(200, http.MethodGet, at+"/_mock/state", "", "").body
			a.must(200, http.MethodPut, at+"/_mock/state", "", string(regexp.MustCompile(`"id":"01K[0-9A-Z]{23}",`).ReplaceAll(state, nil)))
			for _, path := range []string{"projects/default/features", "segments", "api-tokens", "events", "projects/default/features/seeded/environments/development/strategies"} {
				fmt.Fprintf(&out, "%s\n", a.call(http.MethodGet, at+"/api/admin/"+path, adminToken, "").body)
			}
			fmt.Fprintf(&out, "%s\n%s\n", state, a.must(200, http.MethodGet, at+"/_mock/state", "", "").body)
		}
	}
	return out.String()
}

func TestTheClockMovesEverything(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	clock := func(change string) { t.Helper(); a.must(200, http.MethodPut, "/_mock/clock", "", change) }
	clock(`{"now":"2031-02-03T04:05:06.789Z","frozen":true}`)
	if got := a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"x"}`); got.json(t)["createdAt"] != "2031-02-03T04:05:06.789Z" || got.header.Get("Date") != "Mon, 03 Feb 2031 04:05:06 GMT" {
		t.Errorf("after setting the clock: %v %s", got.header, got.body)
	}
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"n":1}`)
	a.must(429, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"n":2}`)
	clock(`{"advance":"24h"}`)
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"n":3}`)
	for query, want := range map[string]float64{"from=IS:2031-02-03&to=IS:2031-02-03": 1, "from=IS:2031-02-04": 1, "from=IS:2031-02-05": 0, "to=IS:2031-02-04": 7} {
		if got := a.must(200, http.MethodGet, "/api/admin/signals?"+query, adminToken, "").json(t)["total"]; got != want {
			t.Errorf("%s: total %v, want %v", query, got, want)
		}
	}
	if reading := a.must(200, http.MethodGet, "/_mock/clock", "", "").json(t); reading["now"] != "2031-02-04T04:05:06.789Z" || reading["frozen"] != true || reading["real"] != false {
		t.Errorf("the clock shows %v", reading)
	}
	clock(`{"real":true}`)
	if reading := a.must(200, http.MethodGet, "/_mock/clock", "", "").json(t); reading["real"] != true {
		t.Errorf("the clock shows %v", reading)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodGet, "/ready", "", "")
	a.must(200, http.MethodGet, "/ready", "", "")
	a.must(401, http.MethodGet, "/api/admin/nothing", "", "")
	a.must(418, http.MethodGet, "/health", "", "", "Prefer: code=418")
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	var coverage struct {
		Operations []struct {
			OperationID string
			Statuses    []struct {
				Status     int
				Documented bool
				Count      int
			}
		}
		Other               []struct{ Status, Count int }
		Covered, Documented int
	}
	if err := json.Unmarshal(a.must(200, http.MethodGet, "/_mock/coverage", "", "").body, &coverage); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, operation := range coverage.Operations {
		for _, status := range operation.Statuses {
			if status.Count > 0 {
				seen = append(seen, fmt.Sprintf("%s %d %d %t", operation.OperationID, status.Status, status.Count, status.Documented))
			}
		}
	}
	if diff := cmp.Diff([]string{"getReady 200 2 true", "getHealth 418 1 false"}, seen); diff != "" {
		t.Errorf("the coverage differs (-want +got):\n%s", diff)
	}
	if coverage.Covered != 1 || coverage.Documented != countPairs() || len(coverage.Other) != 1 || coverage.Other[0].Status != 401 {
		t.Errorf("the coverage is %d of %d, and the other statuses are %v", coverage.Covered, coverage.Documented, coverage.Other)
	}
}

// listen starts an HTTP server for the app and returns its URL.
func (a *app) listen() string {
	a.t.Helper()
	server := httptest.NewServer(a)
	a.t.Cleanup(func() { a.Close(); server.Close() })
	return server.URL
}

func TestWaitingInThePlaceOfASleep(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(201, http.MethodPost, "/_mock/workspaces", "", `{"name":"a"}`)
	answers := make(chan reply)
	go func() {
		answers <- a.call(http.MethodGet, "/w/a/_mock/requests?path=/ready&wait=1m&count=3", "", "")
	}()
	for range 3 {
		a.must(200, http.MethodGet, "/w/a/ready", "", "")
		a.must(200, http.MethodGet, "/w/a/health", "", "")
		a.must(200, http.MethodGet, "/w/b/ready", "", "")
	}
	if got := (<-answers).json(t); got["complete"] != true || got["matched"] != 3.0 || len(got["requests"].([]any)) != 3 {
		t.Errorf("got %v", got)
	}
	if got := a.must(200, http.MethodGet, "/w/a/_mock/requests?path=/ready&wait=1ms&count=4", "", "").json(t); got["complete"] != false || got["matched"] != 3.0 {
		t.Errorf("got %v", got)
	}
	workspace := a.workspaces.Find("a")
	before := workspace.Used()
	go func() { answers <- a.call(http.MethodGet, "/w/a/_mock/requests?wait=5m&count=1000", "", "") }()
	for workspace.Used().Equal(before) {
		runtime.Gosched() // until the request holds its workspace
	}
	a.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "")
	if got := (<-answers).json(t); got["complete"] != false {
		t.Errorf("got %v", got)
	}
}

// events reads server-sent events. It keeps the data of exchanges only.
func events(t *testing.T, ctx context.Context, url, last string, count int) []string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("the content type is %s", response.Header.Get("Content-Type"))
	}
	var out []string
	event := ""
	for lines := bufio.NewScanner(response.Body); len(out) < count && lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "id: "):
			event += line[4:] + " "
		case strings.HasPrefix(line, "event: "):
			event += line[7:]
		case strings.HasPrefix(line, "data: "):
			var data map[string]any
			if err := json.Unmarshal([]byte(line[6:]), &data); err != nil {
				t.Errorf("%v: %s", err, line)
			}
			if target, isExchange := data["target"]; isExchange {
				event += fmt.Sprint(" ", target)
			}
			if missed, isGap := data["missed"]; isGap {
				event += fmt.Sprint(" ", missed)
			}
		case line == "":
			out = append(out, event)
			event = ""
		}
	}
	return out
}

func TestEvents(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithBounds(Bounds{Journal: 3}))
	url := a.listen() + "/_mock/events"
	for range 2 {
		a.must(200, http.MethodGet, "/ready", "", "")
	}
	a.must(400, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{}`)
	for name, test := range map[string]struct {
		query, last string
		want        []string
	}{
		"from the start":         {"?after=0", "", []string{"hello", "1 exchange /ready", "2 exchange /ready", "violation", "3 exchange /api/admin/signal-endpoints/1337"}},
		"from the last event":    {"", "2", []string{"hello", "violation", "3 exchange /api/admin/signal-endpoints/1337"}},
		"filtered":               {"?after=0&status=4xx", "", []string{"hello", "violation", "3 exchange /api/admin/signal-endpoints/1337"}},
		"of a mock that is gone": {"", "99", []string{"hello", "1 exchange /ready"}},
	} {
		if diff := cmp.Diff(test.want, events(t, t.Context(), url+test.query, test.last, len(test.want))); diff != "" {
			t.Errorf("%s: events differ (-want +got):\n%s", name, diff)
		}
	}
	for range 2 {
		a.must(200, http.MethodGet, "/health", "", "")
	}
	if diff := cmp.Diff([]string{"hello", "2 gap 2", "violation", "3 exchange /api/admin/signal-endpoints/1337", "4 exchange /health"}, events(t, t.Context(), url, "0", 5)); diff != "" {
		t.Errorf("after a gap, events differ (-want +got):\n%s", diff)
	}
	// New events reach an open stream, and the stream ends when the mock closes.
	got := make(chan []string)
	go func() { got <- events(t, context.Background(), url, "5", 99) }()
	a.must(200, http.MethodGet, "/ready", "", "")
	a.Close()
	if diff := cmp.Diff([]string{"hello", "6 exchange /ready"}, <-got); diff != "" && diff != cmp.Diff([]string{"hello", "6 exchange /ready"}, []string{"hello"}) {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
}

// TestEventsTellOfTheState checks that a change made through the control API, which
// records no exchange, is announced by a state event.
func TestEventsTellOfTheState(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	url := a.listen() + "/_mock/events?path=/none"
	state := string(a.must(200, http.MethodGet, "/_mock/state?secrets=true", "", "").body)
	for _, change := range []struct{ method, path, body string }{
		{http.MethodPatch, flagsPath + "/checkout", `{"enabled":true}`},
		{http.MethodPut, flagsPath, `{"other":true}`},
		{http.MethodDelete, flagsPath + "/other", ""},
		{http.MethodPut, "/_mock/state", state},
		{http.MethodPost, "/_mock/reset", ""},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // else a lost event would be waited for in vain
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(response.Body)
		for _, event := range []string{"hello", "state"} {
			for lines.Scan() && lines.Text() != "event: "+event {
			}
			if lines.Text() != "event: "+event {
				t.Fatalf("%s %s: the stream ends without a %s event", change.method, change.path, event)
			}
			if event == "hello" { // from here on, events are sent
				if got := a.call(change.method, change.path, "", change.body); got.status >= 300 {
					t.Fatalf("%s %s: %d %s", change.method, change.path, got.status, got.body)
				}
			}
		}
		response.Body.Close()
	}
}

func TestViolationsAreToldToTheClient(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithValidation(Faithful), WithSeedFile("the seed", []byte(`
apiTokens: [{name: a, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
endpoints: [{id: 1, name: a}]
invoices: [{amountFormatted: "1", paid: true, status: paid, invoiceURL: "not an address", invoicePDF: "https://example.com/1.pdf"}]
`)))
	a.must(200, http.MethodPut, "/api/admin/signal-endpoints/1", adminToken, `{"name":"a","enabled":"true"}`)
	a.must(400, http.MethodPut, "/api/admin/signal-endpoints/1", adminToken, `{"naïve":[]}`)
	a.must(500, http.MethodGet, "/api/admin/invoices", adminToken, "")
	a.must(200, http.MethodGet, "/api/admin/signals", adminToken, "", `Prefer: fault=malformed`)
	var got []string
	for _, violation := range a.must(200, http.MethodGet, "/_mock/violations", "", "").json(t)["violations"].([]any) {
		v := violation.(map[string]any)
		got = append(got, fmt.Sprint(v["exchange"], " ", v["direction"], " ", v["outcome"], " ", v["status"], " ", v["in"], v["pointer"]))
	}
	want := []string{"1 request accepted <nil> body/enabled", "2 request refused <nil> body", "3 response replaced 200 body/0/invoiceURL", "4 response forced 200 body"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations differ (-want +got):\n%s", diff)
	}
	header := a.call(http.MethodPut, "/api/admin/signal-endpoints/1", adminToken, `{"name":"a","enabled":"true"}`).header
	if diff := cmp.Diff([]string{"request, body/enabled: it must be boolean, it is string"}, header[ViolationHeader]); diff != "" {
		t.Errorf("the header differs (-want +got):\n%s", diff)
	}
	if len(a.Violations()) != 4 { // refused requests are not among them
		t.Errorf("Violations returns %v, want 4", a.Violations())
	}
}

// TestNoSecretCanBeRead sends secrets in every place where a client can put them.
func TestNoSecretCanBeRead(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := newApp(t, WithLimits(Limits{}), WithValidation(Faithful), WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	made, _ := a.must(201, http.MethodPost, "/api/admin/signal-endpoints/1337/tokens", "Bearer "+adminToken, `{"name":"t"}`, "Cookie: unleash-session=very-secret-1").json(t)["token"].(string)
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", made, `{"password":"very-secret-2","nested":{"x":["`+made+`"]},"y":"user:very-secret-3"}`)
	a.must(200, http.MethodGet, "/api/admin/signals?token=very:secret.very-secret-4&x="+made, adminPAT, "", "X-Api-Key: very-secret-5", "X-Forwarded-User: *:*.very-secret-6")
	a.must(400, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"x","token":"very-secret-7",`)
	a.must(404, http.MethodGet, "/api/admin/user:very-secret-8", adminToken, "")
	a.must(400, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{"name":["user:very-secret-9"]}`)
	a.must(400, http.MethodPost, "/api/admin/features/any/tags", adminToken, `{"type":"simple","value":"web","very-secret-10":1}`, "X-Auth-Token: very-secret-10")
	a.must(202, http.MethodPost, "/api/client/metrics", backendToken, `{"appName":"a","instanceId":"b","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"very-secret-11":{"yes":"1","no":0}}}}`,
		"X-Auth-Token: very-secret-11")
	if text := log.String(); !strings.Contains(text, "contract violated") || strings.Contains(text, "very-secret") {
		t.Errorf("the log is %s", text)
	}
	for _, path := range []string{"requests?limit=1000", "requests.har", "violations", "state", "coverage", "rules", "workspaces", "info"} {
		body := string(a.must(200, http.MethodGet, "/_mock/"+path, "", "").body)
		for _, secret := range []string{"very-secret", strings.TrimPrefix(made, "signal_"), "unleash-insecure", "unleash-mock-admin"} {
			if path == "state" && !strings.HasPrefix(secret, "unleash") {
				continue // payloads belong to the client, and anyone who asks for signals gets them
			}
			if at := strings.Index(body, secret); at >= 0 {
				t.Errorf("%s shows a secret: ...%s...", path, body[max(0, at-80):min(len(body), at+80)])
			}
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodGet, "/ready", "", "")
	a.must(200, http.MethodGet, "/w/a/ready", adminToken, "")
	a.must(401, http.MethodGet, "/api/admin/nothing", "", "")
	a.must(400, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{}`)
	got := string(a.must(200, http.MethodGet, "/internal-backstage/prometheus", "", "").body)
	for _, line := range []string{
		`unleash_mock_requests_total{operation="getReady",status="200"} 2`,
		`unleash_mock_requests_total{operation="none",status="401"} 1`,
		`unleash_mock_requests_total{operation="updateSignalEndpoint",status="400"} 1`,
		`unleash_mock_request_duration_seconds_count{operation="getReady"} 2`,
		`unleash_mock_violations_total{direction="request",operation="updateSignalEndpoint",outcome="refused"} 1`,
		`unleash_mock_workspaces 2`,
		`unleash_mock_workspaces_made_total 1`,
		`unleash_mock_rows{table="endpoints"} 4`,
		`unleash_mock_rows{table="tokens"} 6`,
		`unleash_mock_rows{table="signals"} 10`,
		`unleash_mock_journal_exchanges 4`,
		`unleash_mock_in_flight_waits_total{budget="answers"} 0`,
		`unleash_mock_in_flight_closed_total{budget="requests"} 0`,
		`unleash_mock_build_info{version="dev"} 1`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("the metrics lack the line %s", line)
		}
	}
	if strings.Contains(got, `unleash_mock_in_flight_bytes{budget="requests"} 0`) {
		t.Error("no memory is reserved for the metrics request itself")
	}
	if !strings.Contains(got, "go_goroutines ") {
		t.Error("the metrics of the process are missing")
	}
}

// TestSecretsAreNeverGivenTwice checks that a random source that starts over does not
// issue a secret again that an import has restored.
func TestSecretsAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithDeterministic(), WithLimits(Limits{}))
	create := func() string {
		secret, _ := a.must(201, http.MethodPost, "/api/admin/signal-endpoints/1337/tokens", adminToken, `{"name":"t"}`).json(t)["token"].(string)
		return secret
	}
	first := create()
	exported := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	a.must(200, http.MethodPut, "/_mock/state", "", exported)
	if second := create(); second == first {
		t.Errorf("two tokens have the same secret %s", first)
	}
	a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state", "", "").body))
}
