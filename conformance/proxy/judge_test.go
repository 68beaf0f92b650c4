package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/spec"
)

const (
	endpoint  = `{"id":7,"enabled":true,"name":"cpu","createdAt":"2026-11-24T09:28:33.123Z","createdByUserId":1,"tokens":[]}`
	jsonType  = "application/json; charset=utf-8"
	admin     = wellknown.Admin
	endpoints = "/api/admin/signal-endpoints"
)

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// judged sends one request through a proxy and lists the violations.
func judged(t *testing.T, upstream http.Handler, method, path, body string, header []string, change ...func(*proxy.Options)) []string {
	t.Helper()
	s := play(t, upstream, change...)
	s.send(t, method, path, body, header...)
	s.end()
	return violations(s.Report())
}

// violations lists the violations of a report: direction, part, pointer and reason.
func violations(r *report.Report) []string {
	var found []string
	for _, scenario := range r.Scenarios {
		for _, exchange := range scenario.Exchanges {
			for _, v := range exchange.Violations {
				found = append(found, fmt.Sprintf("%s %s %s: %s", v.Direction, v.In, v.Pointer, v.Reason))
			}
		}
	}
	return found
}

// TestRequestsAreJudgedToTheLetter checks that requests are judged strictly, even where a real
// server is lenient.
func TestRequestsAreJudgedToTheLetter(t *testing.T) {
	t.Parallel()
	isJSON := []string{"Content-Type", jsonType}
	for name, test := range map[string]struct {
		method, path, body string
		header             []string
		want               []string
	}{
		"good":                           {"POST", endpoints, `{"name":"cpu","more":1}`, isJSON, nil},
		"compressed":                     {"POST", endpoints, gzipped(`{"name":"cpu"}`), append([]string{"Content-Encoding", "gzip"}, isJSON...), nil},
		"byte order mark":                {"POST", endpoints, "\ufeff" + `{"name":"cpu"}`, isJSON, nil},
		"name missing":                   {"POST", endpoints, `{}`, isJSON, []string{`request body : the property "name" is missing`}},
		"no body":                        {"POST", endpoints, ``, isJSON, []string{`request body : the property "name" is missing`}},
		"number for a string":            {"PUT", endpoints + "/7", `{"name":7}`, isJSON, []string{"request body /name: it must be string, it is number"}},
		"compressed and wrong":           {"POST", endpoints, gzipped(`{"name":7}`), append([]string{"Content-Encoding", "gzip"}, isJSON...), []string{"request body /name: it must be string, it is number"}},
		"no JSON":                        {"POST", endpoints, `{"name":`, isJSON, []string{"request body : the body cannot be read: Unexpected end of JSON input"}},
		"no JSON, and a secret":          {"POST", endpoints, `{"name":x"hunter2"}`, isJSON, []string{"request body : the body cannot be read: Unexpected token 'x'"}},
		"an encoding that is not read":   {"POST", endpoints, `{}`, append([]string{"Content-Encoding", "br"}, isJSON...), []string{`request body : the body cannot be read: unsupported content encoding "br"`}},
		"not what the encoding says":     {"POST", endpoints, `{}`, append([]string{"Content-Encoding", "gzip"}, isJSON...), []string{"request body : the body cannot be read: unexpected end of file"}},
		"list for an object":             {"POST", "/api/signal-endpoint/cpu", `[1]`, isJSON, []string{"request body : it must be object, it is array"}},
		"no content type":                {"POST", endpoints, `{"name":"cpu"}`, nil, []string{`request header /content-type: the content type must be application/json, it is ""`}},
		"another content type":           {"PUT", endpoints + "/7", `name=cpu`, []string{"Content-Type", "text/plain"}, []string{`request header /content-type: the content type must be application/json, it is "text/plain"`}},
		"any content type":               {"POST", "/api/signal-endpoint/cpu", "cpu=92", []string{"Content-Type", "text/plain"}, nil},
		"no body where there need be no": {"POST", endpoints + "/7/on", "", nil, nil},
		"pattern":                        {"GET", "/api/admin/signals?from=2024-01-01", "", nil, []string{`request query /from: it must match ^(IS):\d{4}-\d{2}-\d{2}$`}},
		"twice":                          {"GET", "/api/admin/signals?limit=1&limit=2", "", nil, []string{"request query /limit: it must be string, it is array"}},
		"as a list of one":               {"GET", "/api/admin/signals?limit[]=1", "", nil, []string{"request query /limit: it must be string, it is array"}},
		"in brackets":                    {"GET", "/api/admin/signals?limit[a]=1", "", nil, []string{"request query /limit: it must be string, it is object"}},
		"good query":                     {"GET", "/api/admin/signals?from=IS%3A2024-01-01&limit=5&other=1&other=2", "", nil, nil},
		"a whole number in the path":     {"GET", "/api/admin/segments/1", "", nil, nil},
		"a word for a whole number":      {"GET", "/api/admin/segments/x", "", nil, []string{"request path /id: it must be integer, it is string"}},
		"a boolean in the query":         {"GET", "/api/admin/projects?archived=true", "", nil, nil},
		"a word for a boolean":           {"GET", "/api/admin/projects?archived=yes", "", nil, []string{"request query /archived: it must be boolean, it is string"}},
		"spelt differently":              {"POST", "//API/admin/Signal-Endpoints/", `{}`, isJSON, []string{`request body : the property "name" is missing`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, good(), test.method, test.path, test.body, test.header, func(o *proxy.Options) { o.Judge = proxy.Requests })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAFragmentIsNoPartOfTheQuery sends a fragment, which net/http's client would leave out.
func TestAFragmentIsNoPartOfTheQuery(t *testing.T) {
	t.Parallel()
	s := play(t, good(), func(o *proxy.Options) { o.Judge = proxy.Requests })
	conn := dial(t, s.url)
	if _, err := io.WriteString(conn, "GET /api/admin/signals?from=IS:2024-01-01#x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatal(err)
	}
	s.end()
	if got := violations(s.Report()); got != nil {
		t.Error(got)
	}
}

// TestParametersByTheDocumentOfUnleash checks that path parameters are found by their names,
// wherever the document declares them, and those of operations that the contract lacks are read in
// the style of the document.
func TestParametersByTheDocumentOfUnleash(t *testing.T) {
	t.Parallel()
	document, err := spec.Load([]byte(`
openapi: 3.0.3
info: {title: t, version: "8"}
paths:
  /health: {get: {operationId: getHealth, responses: {"200": {description: d}}}}
  /api/admin/tags/{type}/{value}:
    parameters:
      - {name: value, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getTag
      parameters:
        - {name: type, in: path, required: true, schema: {type: string, enum: [simple]}}
      responses: {"200": {description: d}}
  /api/admin/reports/{id}:
    get:
      operationId: getReports
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: days, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: sid, in: cookie, schema: {type: integer}}
      responses: {"200": {description: d}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"/api/admin/tags/simple/7":         nil,
		"/api/admin/tags/7/simple":         {"request path /value: it must be integer, it is string", "request path /type: it must be one of [simple]"},
		"/api/admin/reports/7?days=1,2":    nil,
		"/api/admin/reports/7?days=1,noon": {"request query /days/1: it must be integer, it is string"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			got := judged(t, good(), http.MethodGet, path, "", []string{"Cookie", "sid=7"}, func(o *proxy.Options) { o.Contract, o.Judge = document, proxy.Requests })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRequestsByAnotherDocument checks that text values are read as the types that the document
// gives them, and that bodies can have any media type.
func TestRequestsByAnotherDocument(t *testing.T) {
	t.Parallel()
	document, err := spec.Load([]byte(`
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: 'tags[]', in: query, schema: {type: array, items: {type: integer}}}
        - {name: sid, in: cookie, schema: {type: integer}}
        - {name: X-Page, in: header, schema: {type: integer}}
      responses: {"200": {description: d}}
  /forms:
    post:
      operationId: sendForm
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {type: object, properties: {age: {type: integer}}}}
          application/merge-patch+json: {schema: {type: object, properties: {age: {type: integer}}}}
          application/octet-stream: {schema: {type: string, format: binary}}
      responses: {"200": {description: d}}
  /metrics:
    get:
      operationId: getMetrics
      parameters: [{name: names, in: query, explode: false, schema: {type: array, items: {type: integer}}}]
      responses: {"200": {description: d}}
  /actions: {post: {operationId: act, responses: {"200": {description: d}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	form, patch := []string{"Content-Type", "application/x-www-form-urlencoded"}, []string{"Content-Type", "application/merge-patch+json"}
	for name, test := range map[string]struct {
		method, path, body string
		header             []string
		want               []string
	}{
		"good":                {"GET", "/items/5?ids=1,2&tags[]=3", "", []string{"Cookie", "sid=4", "X-Page", "6"}, nil},
		"a path":              {"GET", "/items/x", "", nil, []string{"request path /id: it must be integer, it is string"}},
		"a list":              {"GET", "/items/5?ids=1,x", "", nil, []string{"request query /ids/1: it must be integer, it is string"}},
		"a path of the mock":  {"GET", "/metrics?names=1,2", "", nil, nil},
		"brackets":            {"GET", "/items/5?tags[]=x", "", nil, []string{"request query /tags[]/0: it must be integer, it is string"}},
		"a cookie":            {"GET", "/items/5", "", []string{"Cookie", "sid=x"}, []string{"request cookie /sid: it must be integer, it is string"}},
		"a form":              {"POST", "/forms", "age=3", form, nil},
		"a form that is none": {"POST", "/forms", "age=x", form, []string{"request body /age: it must be integer, it is string"}},
		"a kind of JSON":      {"POST", "/forms", `{"age":3}`, patch, nil},
		"a text for a number": {"POST", "/forms", `{"age":"3"}`, patch, []string{"request body /age: it must be integer, it is string"}},
		"no JSON":             {"POST", "/forms", `{`, patch, []string{"request body : the body cannot be read: Expected property name or '}' in JSON at position 1"}},
		"bytes":               {"POST", "/forms", "\xff", []string{"Content-Type", "application/octet-stream"}, nil},
		"another type":        {"POST", "/forms", "<a/>", []string{"Content-Type", "text/xml"}, []string{`request header /content-type: the document does not have the content type "text/xml"`}},
		"no body":             {"POST", "/forms", "", nil, []string{"request body : the body is missing"}},
		"no body is demanded": {"POST", "/actions", "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, good(), test.method, test.path, test.body, test.header, func(o *proxy.Options) { o.Judge, o.Contract = proxy.Requests, document })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnswersAreJudged tries every kind of fault that a contract can detect, with its place.
func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	plain := func(status int, contentType, body string, header ...string) http.Handler {
		return says(status, contentType, body, header...)
	}
	for name, test := range map[string]struct {
		upstream     http.Handler
		method, path string
		header       []string
		want         []string
	}{
		"good":                    {plain(200, jsonType, healthy), "GET", "/health", nil, nil},
		"good, compressed":        {plain(200, jsonType, gzipped(healthy), "Content-Encoding", "gzip"), "GET", "/health", nil, nil},
		"HEAD":                    {plain(200, jsonType, healthy), "HEAD", "/health", nil, nil},
		"not modified":            {plain(304, "", ""), "GET", "/health", []string{"If-None-Match", `W/"x"`}, nil},
		"not modified, unasked":   {plain(304, "", ""), "GET", "/health", nil, []string{"response status : status 304 is not documented for getHealth, which lists [200 400 403 413 415 429 500]"}},
		"outside of the contract": {plain(418, "text/plain", "tea"), "GET", "/api/admin/features", nil, nil},
		"unknown status":          {plain(418, jsonType, `{}`), "GET", "/health", nil, []string{"response status : status 418 is not documented for getHealth, which lists [200 400 403 413 415 429 500]"}},
		"enum":                    {plain(200, jsonType, `{"health":"FINE"}`), "GET", "/health", nil, []string{"response body /health: it must be one of [GOOD BAD]"}},
		"enum, compressed":        {plain(200, jsonType, gzipped(`{"health":"FINE"}`), "Content-Encoding", "gzip"), "GET", "/health", nil, []string{"response body /health: it must be one of [GOOD BAD]"}},
		"property too many":       {plain(200, jsonType, `{"health":"GOOD","x":1}`), "GET", "/health", nil, []string{`response body : the property "x" is not allowed`}},
		"content type":            {plain(200, "text/html", `{"health":"GOOD"}`), "GET", "/health", nil, []string{`response header /content-type: the content type must be application/json, it is "text/html"`}},
		"empty":                   {plain(200, jsonType, ""), "GET", "/health", nil, []string{"response body : the body is empty, but the contract requires one"}},
		"no JSON":                 {plain(200, jsonType, `{"health"`), "GET", "/health", nil, []string{"response body : the body is not JSON: unexpected end of JSON input"}},
		"not what it says it is":  {plain(200, jsonType, healthy, "Content-Encoding", "gzip"), "GET", "/health", nil, []string{"response body : it is not valid gzip: gzip: invalid header"}},
		"HEAD, content type":      {plain(418, "text/html", ""), "HEAD", "/health", nil, []string{"response status : status 418 is not documented for getHealth, which lists [200 400 403 413 415 429 500]"}},
		"location missing": {
			plain(201, jsonType, strings.Replace(endpoint, `"tokens"`, `"url":"http://x","tokens"`, 1)), "POST", endpoints, nil,
			[]string{`response header : the response header "location" is missing`},
		},
		"deep":             {plain(200, jsonType, `{"signalEndpoints":[`+endpoint+`,`+strings.Replace(endpoint, `7`, `"7"`, 1)+`]}`), "GET", endpoints, nil, []string{"response body /signalEndpoints/1/id: it must be integer, it is string"}},
		"body where none":  {plain(200, jsonType, `{}`), "DELETE", endpoints + "/7", nil, []string{"response body : status 200 has no body in the contract, but the response has one of 2 bytes"}},
		"unknown encoding": {plain(200, jsonType, "??", "Content-Encoding", "zstd"), "GET", "/health", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, test.upstream, test.method, test.path, "", test.header, func(o *proxy.Options) { o.Judge = proxy.Responses })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWhatCannotBeJudgedIsCounted checks that bodies that cannot be judged are counted, cause no
// violation, and pass unchanged.
func TestWhatCannotBeJudgedIsCounted(t *testing.T) {
	t.Parallel()
	long := `{"health":"` + strings.Repeat("x", 1000) + `"}`
	for name, test := range map[string]struct {
		upstream http.Handler
		path     string
		want     proxy.Stats
	}{
		"longer than the limit":      {says(200, jsonType, long), "/health", proxy.Stats{Exchanges: 1, Unjudged: 1}},
		"longer once it is inflated": {says(200, jsonType, gzipped(long), "Content-Encoding", "gzip"), "/health", proxy.Stats{Exchanges: 1, Unjudged: 1}},
		"longer and of no status":    {says(418, jsonType, long), "/health", proxy.Stats{Exchanges: 1, Unjudged: 1, Violations: 1}},
		"encoding":                   {says(200, jsonType, "x", "Content-Encoding", "zstd"), "/health", proxy.Stats{Exchanges: 1, Unjudged: 1}},
		"outside":                    {says(418, jsonType, long), "/docs", proxy.Stats{Outside: 1}},
	} {
		for _, hold := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, holding back %v", name, hold), func(t *testing.T) {
				t.Parallel()
				s := play(t, test.upstream, func(o *proxy.Options) { o.MaxBody, o.FailOnViolation = 500, hold })
				got := s.send(t, "GET", test.path, "")
				s.end()
				if diff := cmp.Diff(test.want, s.Stats()); diff != "" {
					t.Error(diff)
				}
				if replaced := got.Status == http.StatusBadGateway; replaced != (hold && test.want.Violations > 0) {
					t.Errorf("status %d", got.Status)
				} else if direct := s.do(t, request(t, "GET", s.direct+test.path, "")); !replaced && direct.Body != got.Body {
					t.Errorf("%q became %q", direct.Body, got.Body)
				}
			})
		}
	}
}

// TestFailOnViolation checks that an answer that breaks the contract never reaches the client.
// The client gets one that says what was wrong, in the envelope that Unleash's clients know.
func TestFailOnViolation(t *testing.T) {
	t.Parallel()
	s := play(t, says(200, jsonType, `{"health":"FINE","secret":"signal_0123456789"}`, "Set-Cookie", "a=b", "Content-Encoding", ""), func(o *proxy.Options) { o.FailOnViolation = true })
	got := s.send(t, "GET", "/health", "")
	if got.Status != http.StatusBadGateway || got.Header.Get(proxy.Header) != "ContractViolationError" || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("got %d %v", got.Status, got.Header)
	}
	got.Body = anyUUID.ReplaceAllString(got.Body, "<uuid>")
	want := `{"id":"<uuid>","name":"ContractViolationError","message":"The upstream's response to getHealth broke the contract: body: the property \"secret\" is not allowed",` +
		`"details":[{"message":"body: the property \"secret\" is not allowed"},{"message":"body/health: it must be one of [GOOD BAD]"}]}`
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Error(diff)
	}
	if head := s.send(t, "HEAD", "/health", ""); head.Status != http.StatusOK {
		t.Errorf("HEAD: status %d", head.Status)
	}
	if outside := s.send(t, "GET", "/health/x", ""); outside.Status != http.StatusOK {
		t.Errorf("outside of the contract: status %d", outside.Status)
	}
	s.end()
	if diff := cmp.Diff(proxy.Stats{Exchanges: 2, Outside: 1, Violations: 1}, s.Stats()); diff != "" {
		t.Error(diff)
	}
	// The upstream's answer broke the contract, so that is what the report keeps.
	if x := s.Report().Scenarios[0].Exchanges[0]; x.Response.Status != 200 || !strings.Contains(x.Response.Body, "FINE") || len(x.Violations) != 2 {
		t.Errorf("the report keeps %+v", x)
	}
}

// TestNothingOfAReplacedAnswerIsLeft checks that neither headers nor trailers of a replaced
// answer reach the client.
func TestNothingOfAReplacedAnswerIsLeft(t *testing.T) {
	t.Parallel()
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		w.Header().Set("X-Head", "1")
		w.Header().Set("Content-Type", jsonType)
		_, _ = io.WriteString(w, `{"health":"FINE"}`)
		w.Header().Set("X-Sum", "42")
	}), func(o *proxy.Options) { o.FailOnViolation = true })
	got := s.send(t, "GET", "/health", "")
	if got.Status != http.StatusBadGateway || got.Header.Get("X-Head") != "" || len(got.Trailer) > 0 || got.Length != int64(len(got.Body)) {
		t.Errorf("got %+v", got)
	}
}

// TestABadRequestIsTheClients checks that a bad request is passed on for the upstream to answer,
// whether or not answers are held back, and stays a violation even if the answer is a 4xx.
func TestABadRequestIsTheClients(t *testing.T) {
	t.Parallel()
	refused := `{"id":"x","name":"BadDataError","message":"no","details":[{"message":"no"}]}`
	for _, hold := range []bool{false, true} {
		s := play(t, says(400, jsonType, refused), func(o *proxy.Options) { o.FailOnViolation, o.Judge = hold, proxy.Requests })
		if got := s.send(t, "POST", endpoints, `{}`, "Content-Type", jsonType); got.Status != 400 || got.Body != refused {
			t.Errorf("got %d %s", got.Status, got.Body)
		}
		s.end()
		if r := s.Report(); r.ExitCode != 1 || r.Summary.Violations != 1 {
			t.Errorf("exit code %d, summary %+v", r.ExitCode, r.Summary)
		}
	}
}
