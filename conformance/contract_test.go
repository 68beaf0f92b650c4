package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// documentOf loads a document from its paths, in flow-style YAML indented by two spaces, and
// from more, which is appended at the top level.
func documentOf(t *testing.T, paths, more string) *spec.Contract {
	t.Helper()
	document, err := spec.Load([]byte("openapi: 3.0.3\ninfo: {title: Test, version: '1'}\npaths:\n" + paths + more))
	if err != nil {
		t.Fatal(err)
	}
	if problems := document.Problems(); len(problems) > 0 {
		t.Fatal(problems)
	}
	return document
}

func outcomes(r *report.Report) map[string]string {
	out := map[string]string{}
	for _, scenario := range r.Scenarios {
		out[scenario.Operations[0]] = strings.TrimSuffix(string(scenario.Outcome)+": "+scenario.Reason, ": ")
	}
	return out
}

// verifyReads runs the contract profile and fails the test unless the exit code is want.
func verifyReads(t *testing.T, options conformance.Options, want int) *report.Report {
	t.Helper()
	options.Profile = conformance.Contract
	r, err := conformance.Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode != want {
		for _, scenario := range r.Scenarios {
			if scenario.Outcome != report.Passed {
				t.Logf("%s: %s %s %+v", scenario.ID, scenario.Outcome, scenario.Reason, scenario.Failures)
			}
		}
		t.Fatalf("exit code %d, want %d: %+v", r.ExitCode, want, r.Summary)
	}
	return r
}

// serves is a handler that maps a path to its answer: either JSON text or a function. Other
// paths get a 404.
type serves map[string]any

func (s serves) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch answer := s[r.URL.EscapedPath()].(type) {
	case string:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer))
	case func(http.ResponseWriter, *http.Request):
		answer(w, r)
	default:
		http.NotFound(w, r)
	}
}

// TestEveryReadOfAMockKeepsItsContract verifies a mock against the built-in contract, and
// against the same contract passed as a document.
func TestEveryReadOfAMockKeepsItsContract(t *testing.T) {
	t.Parallel()
	published, err := spec.Load(spec.Default().JSON())
	if err != nil {
		t.Fatal(err)
	}
	const flags = "checkout: true\n"
	for name, document := range map[string]*spec.Contract{"built in": nil, "published": published} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithFlags("flags.yaml", []byte(flags)))
			r := verifyReads(t, conformance.Options{Handler: mock, Document: document, Concurrency: 4}, exitcode.OK)
			if r.Summary.Failed+r.Summary.Errored+r.Summary.Disabled > 0 || r.Summary.Passed < 40 || r.Run.Profile != "contract" {
				t.Errorf("summary %+v", r.Summary)
			}
			for id, outcome := range outcomes(r) {
				if strings.HasPrefix(outcome, "skipped") && !strings.Contains(outcome, "has no value") {
					t.Errorf("%s: %s", id, outcome)
				}
			}
			for _, scenario := range r.Scenarios { // ids come from the mock's lists
				if scenario.Operations[0] == "getFeature" && !strings.HasSuffix(scenario.Exchanges[0].Request.URL, "/api/admin/projects/default/features/checkout") {
					t.Errorf("getFeature was called at %s", scenario.Exchanges[0].Request.URL)
				}
			}
			for _, operation := range r.Operations {
				if operation.Method != http.MethodGet {
					t.Errorf("%s %s is counted although it is not a GET", operation.Method, operation.Path)
				}
			}
		})
	}
}

// TestReadsOfForeignDocuments verifies mocks that answer by a document against that document.
func TestReadsOfForeignDocuments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]string{
		"forms.yaml":  {"listPets": "passed", "getPet": "skipped", "getShape": "passed"},
		"media.yaml":  {"getReport": "passed", "getFile": "skipped", "getVersion": "passed", "getName": "passed"},
		"modern.yaml": {"getEvent": "skipped", "getNumbers": "passed", "getCondition": "passed", "getOld": "passed"},
		// No value fits the schema of getEndless, so the mock answers 500.
		"recursion.yaml": {"getTree": "passed", "getExpression": "passed", "getList": "passed", "getEndless": "failed"},
		"broken.yaml": {
			"good": "passed", "GET /nameless": "passed", "GET /twice": "passed", "getThing": "skipped", "undeclared": "skipped",
			"silent": "passed", "backreference": "passed", "impossible": "failed", "misleading": "passed",
		},
		"security.yaml": {
			"byBearer": "passed", "byBasic": "passed", "byHeader": "passed", "byQuery": "passed", "byCookie": "passed",
			"byBoth": "passed", "byEither": "passed", "byOptional": "passed", "byNone": "passed",
		},
		"styles.yaml": {"search": "passed", "getStyled": "skipped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(filepath.Join("../spec/testdata/documents", name))
			if err != nil {
				t.Fatal(err)
			}
			document, err := spec.Load(source)
			if err != nil {
				t.Fatal(err)
			}
			mock := newMock(t, mockserver.WithDocument(document, false))
			r, err := conformance.Run(t.Context(), conformance.Options{Handler: mock, Document: document, Profile: conformance.Contract})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, scenario := range r.Scenarios {
				got[scenario.Operations[0]] = string(scenario.Outcome)
				if name == "security.yaml" && scenario.Exchanges[0].Response.Status != http.StatusOK {
					t.Errorf("%s: status %d", scenario.ID, scenario.Exchanges[0].Response.Status)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%v", diff, outcomes(r))
			}
		})
	}
}

// TestWhatBreaksADocumentIsPlaced checks that each violation says where it is and what was
// expected.
func TestWhatBreaksADocumentIsPlaced(t *testing.T) {
	t.Parallel()
	document := documentOf(t, `
  /status: {get: {operationId: status, responses: {"200": {description: d}}}}
  /type: {get: {operationId: mediaType, responses: {"200": {description: d, content: {application/json: {schema: {type: object}}}}}}}
  /header: {get: {operationId: header, responses: {"200": {description: d, headers: {X-Total: {required: true, schema: {type: integer}}}}}}}
  /number: {get: {operationId: number, responses: {"200": {description: d, headers: {X-Total: {schema: {type: integer}}}}}}}
  /body: {get: {operationId: body, responses: {"200": {description: d, content: {application/json: {schema: {type: array, items: {type: object, required: [id], properties: {id: {type: integer}, at: {type: string, format: date-time}}}}}}}}}}
  /text: {get: {operationId: text, responses: {"200": {description: d, content: {application/json: {schema: {type: object}}}}}}}
  /empty: {get: {operationId: empty, responses: {"200": {description: d, content: {application/json: {schema: {type: object}}}}}}}
  /more: {get: {operationId: more, responses: {"204": {description: d}, "2XX": {description: d}}}}
  /gzip: {get: {operationId: gzip, responses: {"200": {description: d, content: {application/json: {schema: {type: object}}}}}}}
  /range: {get: {operationId: range, responses: {"4XX": {description: d}}}}
  /good: {get: {operationId: good, responses: {default: {description: d, content: {application/json: {schema: {type: object}}}}}}}
`, "")
	server := serves{
		"/status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"/type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<p>"))
		},
		"/header": func(http.ResponseWriter, *http.Request) {},
		"/number": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Total", "many") },
		"/body":   `[{"id":1},{"id":"two","at":"noon"},{}]`,
		"/text":   `{"a":`,
		"/empty":  "",
		"/more":   `{"a":1}`,
		"/gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("{}"))
		},
		"/range": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) },
		"/good":  "{}",
	}
	r := verifyReads(t, conformance.Options{Handler: server, Document: document}, exitcode.Broken)
	var got []string
	for _, scenario := range r.Scenarios {
		for _, failure := range scenario.Failures {
			got = append(got, fmt.Sprintf("%s %s %s | %s | %s", failure.Operation, failure.Keyword, failure.Pointer, failure.Expectation, failure.Got))
			if failure.Curl == "" || failure.Source == "" {
				t.Errorf("no curl command or no source in %+v", failure)
			}
		}
		if len(scenario.Failures) != len(scenario.Exchanges[0].Violations) {
			t.Errorf("%s: failures %+v, but the exchange has violations %+v", scenario.ID, scenario.Failures, scenario.Exchanges[0].Violations)
		}
	}
	want := []string{
		"status status  | status: status 418 is not documented for status, which lists [200] | status 418 without a body",
		`mediaType mediaType /content-type | header: the content type must be application/json, it is "text/html" | text/html`,
		`header required  | header: the response header "X-Total" is missing | no such header`,
		"number type /X-Total | header: it must be integer, it is string | many",
		`body required /2 | body: the property "id" is missing | {}`,
		`body type /1/id | body: it must be integer, it is string | "two"`,
		`body format /1/at | body: it is not a valid date-time | "noon"`,
		`text syntax  | body: the body is not JSON: unexpected end of JSON input | status 200 with {"a":`,
		"empty empty  | body: the body is empty, but the contract requires one | status 200 without a body",
		`more empty  | body: status 200 has no body in the contract, but the response has one of 7 bytes | status 200 with {"a":1}`,
		"gzip encoding  | body: the body is not in the encoding that the answer declares: it is not valid gzip: unexpected EOF | status 200 with {}",
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Summary.Passed != 2 || r.Summary.Failed != 9 || r.Summary.Violations != 9 {
		t.Errorf("summary %+v", r.Summary)
	}
	at := slices.IndexFunc(r.Operations, func(o report.Operation) bool { return o.ID == "range" })
	if diff := cmp.Diff([]report.Status{{Code: 410, Documented: true, Standing: spec.Documented, Seen: 1}}, r.Operations[at].Statuses); diff != "" {
		t.Error(diff)
	}
}

// TestWhatBreaksADocumentIsShownWithoutSecrets checks that a value loses neither its name nor the
// exchange that it is in, by which it is known to be a secret.
func TestWhatBreaksADocumentIsShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	document := documentOf(t, `  /conf:
    get:
      operationId: getConf
      responses:
        '200':
          description: It.
          headers: {X-Session: {schema: {type: integer}}}
          content:
            application/json:
              schema:
                properties: {apiKey: {type: string, maxLength: 3}, secret: {type: string}, again: {type: integer}}
`, "")
	target := serves{"/conf": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Session", "s3ss")
		serves{"/": `{"apiKey":"plain-secret-of-somebody","secret":4711,"again":"plain-secret-of-somebody"}`}.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	}}
	r := verifyReads(t, conformance.Options{Handler: target, Document: document}, exitcode.Broken)
	got := map[string]string{}
	for _, failure := range r.Scenarios[0].Failures {
		got[failure.Pointer] = failure.Got
	}
	if diff := cmp.Diff(map[string]string{"/X-Session": "[redacted]", "/apiKey": "[redacted]", "/secret": "[redacted]", "/again": `"[redacted]"`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestIDsComeFromEarlierAnswers checks that parameters are filled from earlier answers, and
// that an operation without a value for a parameter is skipped, with the reason.
func TestIDsComeFromEarlierAnswers(t *testing.T) {
	t.Parallel()
	const answer = `responses: {"200": {description: d, content: {application/json: {schema: {}}}}}`
	path := func(names ...string) (out string) {
		for _, name := range names {
			out += "{name: " + name + ", in: path, required: true, schema: {type: string}}, "
		}
		return "parameters: [" + out + "]"
	}
	document := documentOf(t, `
  /projects/{projectId}/features/{featureName}: {get: {operationId: getFeature, `+path("projectId", "featureName")+`, `+answer+`}}
  /projects/{projectId}/features: {get: {operationId: getFeatures, `+path("projectId")+`, `+answer+`}}
  /projects: {get: {operationId: getProjects, `+answer+`}}
  /segments/{id}: {get: {operationId: getSegment, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], `+answer+`}}
  /segments: {get: {operationId: getSegments, `+answer+`}}
  /tags/{type}/{value}: {get: {operationId: getTag, `+path("type", "value")+`, `+answer+`}}
  /tags: {get: {operationId: getTags, `+answer+`}}
  /words/{word}: {get: {operationId: getWord, `+path("word")+`, `+answer+`}}
  /words: {get: {operationId: getWords, `+answer+`}}
  /tokens/{token}: {get: {operationId: getToken, `+path("token")+`, `+answer+`}}
  /tokens: {get: {operationId: getTokens, `+answer+`}}
  /search: {get: {operationId: search, parameters: [{name: owner, in: query, required: true, schema: {type: string}}, {name: kind, in: query, required: true, schema: {type: string, enum: [new, old]}}, {name: X-Tenant, in: header, required: true, example: acme, schema: {type: string}}], `+answer+`}}
  /dashboard/{projectId}: {get: {operationId: getDashboard, `+path("projectId")+`, `+answer+`}}
  /empty: {get: {operationId: getEmpty, `+answer+`}}
  /empty/{id}: {get: {operationId: getOfEmpty, `+path("id")+`, `+answer+`}}
  /nothing/{nothing}: {get: {operationId: getNothing, `+path("nothing")+`, `+answer+`}}
  /wanting: {get: {operationId: wanting, parameters: [{name: page, in: query, required: true, schema: {type: integer}}], `+answer+`}}
  /bodily: {get: {operationId: bodily, requestBody: {required: true, content: {application/json: {schema: {type: object}}}}, `+answer+`}}
`, "")
	var mu sync.Mutex
	var asked []string
	server := serves{
		"/projects":                             `{"version":1,"projects":[{"id":"../up down","owner":"me"},{"id":"b"}],"others":[{"id":"no"}]}`,
		"/projects/..%2Fup%20down/features":     `{"features":[{"name":"one"}]}`,
		"/projects/..%2Fup%20down/features/one": `{}`,
		"/segments":                             `{"segments":[{"id":"no number"},{"id":12345678901234567890}]}`,
		"/segments/12345678901234567890":        `{}`,
		"/tags":                                 `[{"type":"simple","value":"x","id":7}]`,
		"/tags/simple/x":                        `{"value":"x"}`,
		"/words":                                `{"data":[".","..","","hello"]}`,
		"/words/hello":                          `{}`,
		"/dashboard/..%2Fup%20down":             `{}`,
		"/empty":                                `{"empty":[],"others":[{"id":1}]}`,
		"/tokens":                               `{"tokens":[{"token":"*:*.0123456789abcdef0123456789"}]}`,
		"/search":                               `{}`,
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.RequestURI()+strings.TrimRight(" "+r.Header.Get("X-Tenant"), " "))
		mu.Unlock()
		server.ServeHTTP(w, r)
	})
	r := verifyReads(t, conformance.Options{Handler: handler, Document: document}, exitcode.OK)
	const none = " has no value: neither the document nor an earlier answer gives one"
	if diff := cmp.Diff(map[string]string{
		"getFeature": "passed", "getFeatures": "passed", "getProjects": "passed", "getSegment": "passed", "getSegments": "passed",
		"getTag": "passed", "getTags": "passed", "getWord": "passed", "getWords": "passed", "getTokens": "passed", "search": "passed",
		"getDashboard": "passed", "getEmpty": "passed", "getOfEmpty": "skipped: the path parameter id" + none,
		"getToken": "skipped: the path parameter token" + none, "getNothing": "skipped: the path parameter nothing" + none,
		"wanting": "skipped: the query parameter page" + none,
		"bodily":  "disabled: it requires a body, which a GET does not have",
	}, outcomes(r)); diff != "" {
		t.Error(diff)
	}
	slices.Sort(asked)
	if diff := cmp.Diff([]string{
		"GET /", "GET /dashboard/..%2Fup%20down", "GET /empty", "GET /projects", "GET /projects/..%2Fup%20down/features", "GET /projects/..%2Fup%20down/features/one",
		"GET /search?owner=me&kind=new acme", "GET /segments", "GET /segments/12345678901234567890",
		"GET /tags", "GET /tags/simple/x", "GET /tokens", "GET /words", "GET /words/hello",
	}, asked); diff != "" {
		t.Error(diff)
	}
}

// TestAChosenReadTakesTheListsThatItNeeds checks that a chosen operation also calls the lists
// that its ids come from, which are still reported as disabled.
func TestAChosenReadTakesTheListsThatItNeeds(t *testing.T) {
	t.Parallel()
	document := documentOf(t, `
  /things: {get: {operationId: getThings, responses: {"200": {description: d}}}}
  /others: {get: {operationId: getOthers, responses: {"200": {description: d}}}}
  /things/{id}: {get: {operationId: getThing, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"200": {description: d, content: {application/json: {}}}}}}
`, "")
	r := verifyReads(t, conformance.Options{
		Handler: serves{"/things": `[{"id":"a"}]`, "/things/a": "{}"}, Document: document, Operations: []string{"getThing"},
	}, exitcode.OK)
	if diff := cmp.Diff(map[string]string{"getThing": "passed", "getThings": "disabled: the chosen operations exclude it", "getOthers": "disabled: the chosen operations exclude it"}, outcomes(r)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatLogsOutIsNeverCalled checks that no operation is called that may end a session, and
// that only GET is used.
func TestWhatLogsOutIsNeverCalled(t *testing.T) {
	t.Parallel()
	const reply = `responses: {"200": {description: d, content: {application/json: {}}}}`
	document := documentOf(t, `
  /logout: {get: {operationId: a, `+reply+`}}
  /session/sign-out: {get: {operationId: b, `+reply+`}}
  /bye: {get: {operationId: userLogOff, `+reply+`}}
  /users: {get: {operationId: getUsers, `+reply+`}, post: {operationId: addUser, `+reply+`}, delete: {operationId: dropUsers, `+reply+`}}
  /users/{name}: {get: {operationId: getUser, parameters: [{name: name, in: path, required: true, schema: {type: string}}], `+reply+`}}
  /blog/outline: {get: {operationId: getLogOutput, `+reply+`}}
`, "")
	var mu sync.Mutex
	var asked []string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`[{"name":"logout"},{"name":"Sign_Out"},{"name":"eve"}]`))
	})
	r := verifyReads(t, conformance.Options{Handler: handler, Document: document}, exitcode.OK)
	slices.Sort(asked)
	if diff := cmp.Diff([]string{"GET /", "GET /blog/outline", "GET /users", "GET /users/eve"}, asked); diff != "" {
		t.Error(diff)
	}
	if r.Summary.Disabled != 3 || !strings.Contains(outcomes(r)["userLogOff"], "suggests that it ends a session") {
		t.Errorf("outcomes %v", outcomes(r))
	}
}

// TestAnswersThatGoOnAreEnded checks that an endless answer is closed after its first event or
// line, and judged by that and its head.
func TestAnswersThatGoOnAreEnded(t *testing.T) {
	t.Parallel()
	const event, object = `responses: {"200": {description: d, content: {text/event-stream: {schema: {type: string, maxLength: 40}}}}}`,
		`responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [id]}}}}}`
	document := documentOf(t, `
  /events: {get: {operationId: events, `+event+`}}
  /long: {get: {operationId: longEvents, `+event+`}}
  /silent: {get: {operationId: silent, `+event+`}}
  /lines: {get: {operationId: lines, `+object+`}}
  /wrong: {get: {operationId: wrongLines, `+object+`}}
  /slow: {get: {operationId: slow, `+object+`}}
  /other: {get: {operationId: otherType, `+object+`}}
`, "")
	goesOn := func(contentType, text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte(text))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}
	server := serves{
		"/events": goesOn("text/event-stream", "event: hello\ndata: {}\n\n"),
		"/long":   goesOn("text/event-stream", "data: "+strings.Repeat("x", 50)+"\n\n"),
		"/silent": goesOn("text/event-stream", ": wait\n"),
		"/lines":  goesOn("application/json", "{\"id\":1}\n{\"id\":"),
		"/wrong":  goesOn("application/json", "{}\n{\"id\":1}\n"),
		"/slow":   goesOn("application/json", "[\n1,\n"),
		"/other":  goesOn("text/plain", "{\"id\":1}\n"),
	}
	r := verifyReads(t, conformance.Options{Handler: server, Document: document, Timeout: 500 * time.Millisecond, Concurrency: 8}, exitcode.Broken)
	got := outcomes(r)
	for id, want := range map[string]string{
		"events": "passed", "longEvents": "failed", "silent": "passed: only its head was judged: the stream ends before its first message", "lines": "passed: only its head and first line were judged",
		"wrongLines": "failed: only its head and first line were judged", "slow": "passed: only its head was judged: the body ends too early", "otherType": "failed: only its head and first line were judged",
	} {
		if !strings.HasPrefix(got[id], want) {
			t.Errorf("%s %s, want %s", id, got[id], want)
		}
	}
}

// TestAnswersThatAreCutOffFail checks that an answer shorter than its Content-Length fails, as
// does a connection closed without an answer.
func TestAnswersThatAreCutOffFail(t *testing.T) {
	t.Parallel()
	document := documentOf(t, "  /cut: {get: {operationId: cut, responses: {'200': {description: d, content: {application/json: {}}}}}}\n  /gone: {get: {operationId: gone, responses: {'200': {description: d}}}}\n", "")
	r := verifyReads(t, conformance.Options{Document: document, Handler: serves{
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{}"))
		},
		"/gone": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}}, exitcode.Broken)
	for _, scenario := range r.Scenarios {
		if scenario.Outcome != report.Failed || len(scenario.Failures) != 1 || len(scenario.Exchanges) != 1 {
			t.Errorf("%s: %+v", scenario.ID, scenario)
		}
	}
}

// TestTokensGoWhereADocumentWantsThem checks that tokens are sent as the document's security
// schemes demand, and that no report contains them.
func TestTokensGoWhereADocumentWantsThem(t *testing.T) {
	t.Parallel()
	const token = "user:S3cret-Of-A-Test"
	source, err := os.ReadFile("../spec/testdata/documents/security.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := spec.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	got := map[string]string{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := r.Header.Get("Authorization")
		if user, password, is := r.BasicAuth(); is {
			sent = "basic " + user + " " + password
		}
		if cookie, err := r.Cookie("sid"); err == nil {
			sent += "cookie " + cookie.Value
		}
		mu.Lock()
		got[r.URL.Path] = strings.TrimSpace(sent + " " + r.Header.Get("X-Api-Key") + " " + r.URL.RawQuery)
		mu.Unlock()
		http.Error(w, "teapot, says "+sent, http.StatusTeapot)
	})
	r := verifyReads(t, conformance.Options{Handler: handler, Document: document, Tokens: conformance.Tokens{Admin: token}}, exitcode.Broken)
	if diff := cmp.Diff(map[string]string{
		"/": "", "/bearer": "Bearer " + token, "/basic": "basic user S3cret-Of-A-Test", "/header": token, "/query": "key=user%3AS3cret-Of-A-Test",
		"/cookie": "cookie user%3AS3cret-Of-A-Test", "/both": token + " key=user%3AS3cret-Of-A-Test", "/either": "Bearer " + token,
		"/optional": "Bearer " + token, "/open": "",
	}, got); diff != "" {
		t.Error(diff)
	}
	for _, format := range report.Formats() {
		var text strings.Builder
		if err := report.Write(format, &text, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "S3cret") || strings.Contains(text.String(), "dXNlcjpTM2NyZXQ") {
			t.Errorf("the %s report contains the token", format)
		}
	}
}

// TestWhatNeedsATokenIsDisabledWithoutOne checks that operations are disabled if they need a
// token and none that fits was given.
func TestWhatNeedsATokenIsDisabledWithoutOne(t *testing.T) {
	t.Parallel()
	document := documentOf(t, "  /a: {get: {operationId: a, security: [{k: []}], responses: {'200': {description: d}}}}\n  /b: {get: {operationId: b, responses: {'200': {description: d}}}}\n"+
		"  /c: {get: {operationId: c, security: [{d: []}], responses: {'200': {description: d}}}}\n",
		"components: {securitySchemes: {k: {type: apiKey, in: header, name: X-Key}, d: {type: http, scheme: digest}}}\n")
	silent := serves{"/a": func(http.ResponseWriter, *http.Request) {}, "/b": func(http.ResponseWriter, *http.Request) {}}
	for token, want := range map[string]map[string]string{
		"":         {"a": "disabled: it requires a token, and none that it accepts was given", "b": "passed", "c": "disabled: it requires a token, and none that it accepts was given"},
		"a-secret": {"a": "passed", "b": "passed", "c": "disabled: it requires a security scheme that a token cannot satisfy: digest"},
	} {
		r := verifyReads(t, conformance.Options{Handler: silent, Document: document, Tokens: conformance.Tokens{Admin: token}}, exitcode.OK)
		if diff := cmp.Diff(want, outcomes(r)); diff != "" {
			t.Errorf("%q: %s", token, diff)
		}
	}
}

// TestATokenThatAMockDoesNotKnow checks that a mock may reject the built-in admin token, which
// only disables operations. Rejecting a token that the caller gave is a usage error.
func TestATokenThatAMockDoesNotKnow(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithSeedFile("none", []byte("apiTokens: []\nusers: []\n")))
	r := verifyReads(t, conformance.Options{Handler: mock}, exitcode.OK)
	if got := outcomes(r); got["getHealth"] != "passed" || got["getProjects"] != "disabled: the mock does not know the built-in token of the admin" || r.Summary.Failed > 0 {
		t.Errorf("outcomes %v", got)
	}
	_, err := conformance.Run(t.Context(), conformance.Options{Handler: mock, Profile: conformance.Contract, Tokens: conformance.MockTokens()})
	var wrong *conformance.UsageError
	if !errors.As(err, &wrong) {
		t.Errorf("got %v, want a usage error", err)
	}
}

// TestOptionsThatMeanNothingToReads checks that options the contract profile does not support
// are refused with a one-line error.
func TestOptionsThatMeanNothingToReads(t *testing.T) {
	t.Parallel()
	assumed := true
	document := documentOf(t, "  /a: {get: {operationId: a, security: [{k: []}], responses: {'200': {description: d}}}, put: {operationId: p, responses: {'200': {description: d}}}}\n",
		"components: {securitySchemes: {k: {type: apiKey, in: header, name: X-Key}}}\n")
	refuses := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	for want, options := range map[string]conformance.Options{
		"does not support tags":              {Profile: conformance.Contract, Tags: "@a"},
		"does not support scenarios":         {Profile: conformance.Contract, Scenarios: []string{"a"}},
		"does not support writes":            {Profile: conformance.Contract, AllowWrites: true},
		"does not support assumed facts":     {Profile: conformance.Contract, Assumed: &assumed},
		"does not support slow scenarios":    {Profile: conformance.Contract, Slow: true},
		"does not support keeping":           {Profile: conformance.Contract, Keep: true},
		"does not support limits":            {Profile: conformance.Contract, Limits: map[string]int{"endpoints": 1}},
		`no GET operation "p"`:               {Profile: conformance.Contract, Operations: []string{"p"}},
		"takes a document":                   {Profile: conformance.Core, Document: document},
		"the target does not know the token": {Profile: conformance.Contract, Tokens: conformance.Tokens{Admin: "a-secret"}},
	} {
		options.Handler, options.Document = refuses, document
		_, err := conformance.Run(t.Context(), options)
		var wrong *conformance.UsageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestReadsThatDoNotHappen checks that a dry run calls nothing, and that a run ends early after
// a failure with FailFast, when its context is canceled, and if the target is unreachable.
func TestReadsThatDoNotHappen(t *testing.T) {
	t.Parallel()
	document := documentOf(t, "  /a: {get: {operationId: a, responses: {'200': {description: d}}}}\n  /b: {get: {operationId: b, responses: {'200': {description: d}}}}\n", "")
	var called atomic.Int32
	teapot := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			called.Add(1)
		}
		w.WriteHeader(http.StatusTeapot)
	})
	options := conformance.Options{Handler: teapot, Document: document, DryRun: true}
	const dry = "skipped: it was planned but not run"
	if diff := cmp.Diff(map[string]string{"a": dry, "b": dry}, outcomes(verifyReads(t, options, exitcode.OK))); diff != "" || called.Load() > 0 {
		t.Errorf("%d calls, %s", called.Load(), diff)
	}
	options.Handler = nil
	if diff := cmp.Diff(map[string]string{"a": dry, "b": dry}, outcomes(verifyReads(t, options, exitcode.OK))); diff != "" {
		t.Error(diff)
	}
	done := 0
	options = conformance.Options{Handler: teapot, Document: document, FailFast: true, Progress: func(p conformance.Progress) {
		if done++; p.Done != done || p.Total != 2 {
			t.Errorf("progress %+v", p)
		}
	}}
	if diff := cmp.Diff(map[string]string{"a": "failed", "b": "skipped: an earlier scenario failed"}, outcomes(verifyReads(t, options, exitcode.Broken))); diff != "" || called.Load() != 1 || done != 2 {
		t.Errorf("%d calls, %d reported as done, %s", called.Load(), done, diff)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	r, err := conformance.Run(ctx, conformance.Options{Document: document, Profile: conformance.Contract, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			giveUp()
			<-r.Context().Done()
		}
	})})
	if !errors.Is(err, context.Canceled) || r.ExitCode != exitcode.Error || r.Summary.Skipped != 2 {
		t.Errorf("error %v, report %+v", err, r)
	}
	r, err = conformance.Run(t.Context(), conformance.Options{Target: "http://127.0.0.1:1", Document: document, Profile: conformance.Contract})
	if !errors.Is(err, conformance.ErrUnreachable) || r.ExitCode != exitcode.Error {
		t.Errorf("error %v, report %+v", err, r)
	}
}

// TestLimitsOnCallsAreWaitedFor checks that a 429 is retried and is not a violation.
func TestLimitsOnCallsAreWaitedFor(t *testing.T) {
	t.Parallel()
	document := documentOf(t, "  /a: {get: {operationId: a, responses: {'200': {description: d}}}}\n", "")
	var tries atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			if tries.Add(1) == 1 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		}
	}))
	t.Cleanup(server.Close)
	r := verifyReads(t, conformance.Options{Target: server.URL, Document: document}, exitcode.OK)
	if exchanges := r.Scenarios[0].Exchanges; len(exchanges) != 2 || exchanges[0].Response.Status != http.StatusTooManyRequests {
		t.Errorf("exchanges %+v", exchanges)
	}
}
