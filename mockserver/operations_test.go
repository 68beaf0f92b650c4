package mockserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

const (
	adminToken   = wellknown.Admin
	backendToken = wellknown.Backend
	adminPAT     = wellknown.AdminUser
	viewerPAT    = wellknown.ViewerUser
	signalToken  = wellknown.MyExternalApp
)

// app is a server under test.
type app struct {
	*Server
	t testing.TB
}

func newApp(t testing.TB, options ...Option) *app {
	t.Helper()
	server, err := New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return &app{Server: server, t: t}
}

// freeze stops the clock, so that no second passes between two calls.
func (a *app) freeze() {
	a.t.Helper()
	a.must(http.StatusOK, http.MethodPut, "/_mock/clock", "", `{"frozen":true}`)
}

// reply is an answer whose body was read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) json(t testing.TB) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(r.body, &value); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return value
}

// call sends a request; header lines are "Name: value".
func (a *app) call(method, path, token, body string, header ...string) reply {
	a.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request := httptest.NewRequest(method, path, reader)
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	recorder := &hasty{httptest.NewRecorder(), cancel}
	a.ServeHTTP(recorder, request.WithContext(ctx))
	return reply{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// hasty is a client that reads the beginning of a stream and disconnects.
type hasty struct {
	*httptest.ResponseRecorder
	leave func()
}

func (h *hasty) Flush() {
	h.ResponseRecorder.Flush()
	if h.Header().Get("Content-Type") == engine.EventStream {
		h.leave()
	}
}

// must is call with an expected status.
func (a *app) must(status int, method, path, token, body string, header ...string) reply {
	a.t.Helper()
	got := a.call(method, path, token, body, header...)
	if got.status != status {
		a.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got.status, status, got.body)
	}
	return got
}

// provoke makes an operation answer with a status. Each function sends the operation's
// example, with one thing wrong for an error.
var provoke = map[int]func(*testing.T, *spec.Operation, example) reply{
	200: succeed,
	201: succeed,
	202: succeed,
	204: succeed,
	304: func(t *testing.T, o *spec.Operation, e example) reply {
		a, e := e.prepared(t)
		return a.call(o.Method, e.path, e.token, e.body, "If-None-Match: "+a.call(o.Method, e.path, e.token, e.body).header.Get("Etag"))
	},
	400: func(t *testing.T, o *spec.Operation, e example) reply {
		return newApp(t).call(o.Method, e.path, e.token, "{")
	},
	401: func(t *testing.T, o *spec.Operation, e example) reply {
		return newApp(t).call(o.Method, e.path, "unknown", e.body)
	},
	403: func(t *testing.T, o *spec.Operation, e example) reply {
		if o.NeedsPermission() {
			return newApp(t).call(o.Method, e.path, viewerPAT, e.body)
		}
		token := backendToken
		if !o.Public && o.Admits(spec.BackendToken) {
			token = adminToken
		}
		return newApp(t).call(o.Method, e.path, token, e.body)
	},
	404: func(t *testing.T, o *spec.Operation, e example) reply {
		if wrong, has := e.wrong(404); has {
			a, wrong := wrong.prepared(t)
			return a.call(o.Method, wrong.path, wrong.token, wrong.body)
		}
		return newApp(t, WithEdition(spec.OpenSource)).call(o.Method, e.path, e.token, e.body)
	},
	409: func(t *testing.T, o *spec.Operation, e example) reply {
		wrong, _ := e.wrong(409)
		a, wrong := wrong.prepared(t)
		return a.call(o.Method, wrong.path, wrong.token, wrong.body)
	},
	413: func(t *testing.T, o *spec.Operation, e example) reply {
		return newApp(t).call(o.Method, e.path, e.token, `"`+strings.Repeat("a", 102399)+`"`)
	},
	415: func(t *testing.T, o *spec.Operation, e example) reply {
		return newApp(t).call(o.Method, e.path, e.token, "{}", "Content-Encoding: br")
	},
	429: func(t *testing.T, o *spec.Operation, e example) reply {
		limited := newApp(t, WithLimits(Limits{CallsPerSecond: 1, PersonalTokenPerMinute: 1, SDKPerMinute: 1}))
		limited.freeze()
		token := adminPAT
		if e.token != adminToken && e.token != "" {
			token = e.token
		}
		limited.call(o.Method, e.path, token, e.body)
		return limited.call(o.Method, e.path, token, e.body)
	},
	500: func(t *testing.T, o *spec.Operation, e example) reply {
		return answering(t, o, func() engine.Result {
			if o.ID == "getHealth" {
				return engine.Result{Status: http.StatusInternalServerError, ContentType: respond.ContentTypeJSON, Body: []byte(`{"health":"BAD"}`)}
			}
			panic("provoked")
		}).call(o.Method, e.path, e.token, e.body)
	},
	503: func(t *testing.T, o *spec.Operation, e example) reply {
		return answering(t, o, func() engine.Result { return engine.Result{Status: http.StatusServiceUnavailable} }).call(o.Method, e.path, e.token, e.body)
	},
}

func succeed(t *testing.T, o *spec.Operation, e example) reply {
	a, e := e.prepared(t)
	return a.call(o.Method, e.path, e.token, e.body)
}

// answering returns a server on which the given handler answers one operation.
func answering(t *testing.T, o *spec.Operation, handler func() engine.Result) *app {
	t.Helper()
	a := newApp(t)
	run := a.pipeline.Run
	a.pipeline.Run = func(id string, store *engine.Store, request *engine.Request, input *engine.Input, dst []byte, judge engine.Judge) (engine.Result, error) {
		if id != o.ID {
			return run(id, store, request, input, dst, judge)
		}
		result := handler()
		return result, judge(result)
	}
	return a
}

// TestEveryDocumentedStatus makes every operation answer with each status that the
// document lists for it, and checks the answer against the contract.
func TestEveryDocumentedStatus(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	pairs := 0
	for _, operation := range spec.Default().Operations() {
		request, exists := examples[operation.ID]
		if !exists {
			t.Errorf("%s has no example", operation.ID)
			continue
		}
		for _, status := range operation.Statuses() {
			send, exists := provoke[status]
			if !exists {
				t.Errorf("%s: no function provokes status %d", operation.ID, status)
				continue
			}
			pairs++
			t.Run(fmt.Sprintf("%s/%d", operation.ID, status), func(t *testing.T) {
				t.Parallel()
				got := send(t, operation, request)
				if got.status != status {
					t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
				}
				body := append([]byte{}, got.body...)
				if failures := operation.CheckResponse(status, got.header, body); len(failures) > 0 {
					t.Errorf("the answer breaks the contract: %v\n%s", failures, got.body)
				}
				if got.header.Get(Header) == "" {
					t.Errorf("the header %s is missing", Header)
				}
			})
		}
	}
	t.Logf("coverage: %d of %d pairs of operation and documented status", pairs, countPairs())
	if pairs != countPairs() {
		t.Error("some documented statuses were not provoked")
	}
}

func countPairs() int {
	count := 0
	for _, operation := range spec.Default().Operations() {
		count += len(operation.Statuses())
	}
	return count
}

func TestTheExampleOfTheReferencePage(t *testing.T) {
	t.Parallel()
	got := newApp(t).must(200, http.MethodPut, "/api/admin/signal-endpoints/1337/tokens/7", adminToken, `{"name":"My external app #1"}`)
	const want = `{"id":7,"name":"My external app #1","signalEndpointId":1337,"createdAt":"2023-12-27T12:37:00.000Z","createdByUserId":1337}`
	if string(got.body) != want {
		t.Errorf("got %s\nwant %s", got.body, want)
	}
}

func TestTheLifeOfAnEndpoint(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const endpoints = "/api/admin/signal-endpoints"
	created := a.must(201, http.MethodPost, endpoints, adminPAT, `{"name":"life","description":"d"}`)
	endpoint := created.json(t)
	if created.header.Get("Location") != "signal-endpoints/1339" || endpoint["id"] != 1339.0 || endpoint["enabled"] != true ||
		endpoint["url"] != "http://example.com/api/signal-endpoint/life" || endpoint["createdByUserId"] != 1.0 {
		t.Errorf("created as %s, Location %s", created.body, created.header.Get("Location"))
	}
	token := a.must(201, http.MethodPost, endpoints+"/1339/tokens", adminPAT, `{"name":"t"}`)
	secret, _ := token.json(t)["token"].(string)
	if !strings.HasPrefix(secret, "signal_") || len(secret) != len("signal_")+56 {
		t.Errorf("the secret is %q", secret)
	}
	if got := token.header.Get("Location"); got != "signal-endpoints/1339/tokens/10" {
		t.Errorf("the Location of the token is %q", got)
	}
	a.must(200, http.MethodPost, "/api/signal-endpoint/life", "Bearer "+secret, `{"b":1,"a":{"x":1}}`)
	a.must(200, http.MethodPost, endpoints+"/1339/off", adminToken, "")
	a.must(404, http.MethodPost, "/api/signal-endpoint/life", secret, "", "X-Forwarded-For: 10.0.0.1")
	if got := a.must(200, http.MethodPut, endpoints+"/1339", adminToken, `{"name":"life-2"}`).json(t); got["description"] != "d" || got["enabled"] != false {
		t.Errorf("the update changed fields that it left out: %v", got)
	}
	if got := a.must(200, http.MethodPut, endpoints+"/1339", adminToken, `{"name":"life-2","description":null,"enabled":true}`).json(t); got["description"] != nil || got["enabled"] != true {
		t.Errorf("the update did not apply: %v", got)
	}
	for _, path := range []string{endpoints, endpoints + "/1339/tokens", endpoints + "/1339/signals", "/api/admin/signals"} {
		if body := a.must(200, http.MethodGet, path, adminToken, "").body; strings.Contains(string(body), secret) {
			t.Errorf("%s shows the secret", path)
		}
	}
	if body := a.must(200, http.MethodPut, endpoints+"/1339/tokens/10", adminToken, `{"name":"u"}`).body; strings.Contains(string(body), secret) {
		t.Error("the update of the token shows the secret")
	}
	signals := a.must(200, http.MethodGet, endpoints+"/1339/signals", adminToken, "").body
	if !strings.Contains(string(signals), `"tokenName":"u","payload":{"a":{"x":1},"b":1}`) {
		t.Errorf("the signals are %s", signals)
	}
	if got := a.must(200, http.MethodDelete, endpoints+"/1339", adminToken, ""); len(got.body) != 0 || got.header.Get("Content-Type")+got.header.Get("Etag")+got.header.Get("Vary") != "" {
		t.Errorf("the answer to the delete has a body or body headers: %s %v", got.body, got.header)
	}
	a.must(404, http.MethodDelete, endpoints+"/1339", adminToken, "")
	a.must(401, http.MethodPost, "/api/signal-endpoint/life-2", secret, "", "X-Forwarded-For: 10.0.0.2")
	if body := a.must(200, http.MethodGet, "/api/admin/signals?limit=1", adminToken, "").body; !strings.Contains(string(body), `"sourceId":1339,`) ||
		!strings.Contains(string(body), `"sourceName":null,"sourceDescription":null,"tokenName":null`) {
		t.Errorf("the signal of the deleted endpoint is %s", body)
	}
	if got := a.must(201, http.MethodPost, endpoints, adminToken, `{"name":"life"}`).json(t); got["id"] != 1340.0 || got["createdByUserId"] != -42.0 {
		t.Errorf("an id was reused, or the admin token acts as another user: %v", got)
	}
	events := a.workspaces.Default().Instance().Store.Events()
	if len(events) != 8 || events[0].Type != "signal-endpoint-created" || events[0].CreatedBy.Username != "admin@example.com" {
		t.Errorf("got %d events, want 8", len(events))
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for i := range 3 {
		a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, fmt.Sprintf(`{"name":"e%d"}`, i))
	}
	got := a.must(400, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"e0"}`).json(t)
	if got["name"] != "ExceedsLimitError" || got["message"] != "Failed to create signal endpoint. You can't create more than the established limit of 5." {
		t.Errorf("got %v", got)
	}
	for i := range 4 {
		a.must(201, http.MethodPost, "/api/admin/signal-endpoints/1337/tokens", adminToken, fmt.Sprintf(`{"name":"t%d"}`, i))
	}
	a.must(400, http.MethodPost, "/api/admin/signal-endpoints/1337/tokens", adminToken, `{"name":"t"}`)
	a.freeze()
	a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, "")
	limited := a.must(429, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, "")
	if limited.header.Get("Retry-After") != "1" || limited.header.Get("RateLimit-Policy") != "1;w=1" || string(limited.body) != "Too many requests, please try again later." {
		t.Errorf("%v %s", limited.header, limited.body)
	}
	lifted := newApp(t, WithLimits(Limits{}))
	for i := range 10 {
		lifted.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, fmt.Sprintf(`{"name":"e%d"}`, i))
		lifted.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, "")
	}
}

// TestPagesThatADatabaseRefuses checks that a part of a list that begins or ends within a row is refused with an
// error that the contract allows. A real server answers 500.
func TestPagesThatADatabaseRefuses(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for _, list := range []string{"/api/admin/metrics/applications", "/api/admin/signals"} {
		for _, query := range []string{"limit=1.5", "offset=0.5", "offset=Infinity"} {
			a.must(400, http.MethodGet, list+"?"+query, adminToken, "")
		}
		a.must(200, http.MethodGet, list+"?limit=1000.5&offset=99999999999", adminToken, "")
	}
}

// TestOrdersThatADatabaseCannotHold checks that sort orders that are not 32-bit integers
// are refused with a 400. A real server answers 500.
func TestOrdersThatADatabaseCannotHold(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const flag = "/api/admin/projects/default/features"
	const strategies = flag + "/placed/environments/development/strategies"
	a.must(201, http.MethodPost, flag, adminToken, `{"name":"placed"}`)
	made := a.must(200, http.MethodPost, strategies, adminToken, `{"name":"default","sortOrder":-2147483648}`).json(t)
	for _, order := range []string{"2.5", "-0.5", "2147483648", "-2147483649", "1e300"} {
		want := fmt.Sprintf(`must be an integer of 32 bits. You provided %s`, strings.ReplaceAll(order, "1e300", "1000"))
		for path, body := range map[string]string{
			strategies:                     `{"name":"default","sortOrder":` + order + `}`,
			strategies + "/set-sort-order": `[{"id":"` + made["id"].(string) + `","sortOrder":` + order + `}]`,
		} {
			if got := a.must(400, http.MethodPost, path, adminToken, body); !strings.Contains(string(got.body), want) {
				t.Errorf("%s: %s", body, got.body)
			}
		}
	}
	if list := a.must(200, http.MethodGet, strategies, adminToken, ""); strings.Count(string(list.body), `"sortOrder":-2147483648`) != 1 || strings.Count(string(list.body), `"sortOrder"`) != 1 {
		t.Errorf("the sort orders have changed: %s", list.body)
	}
}

func TestPagesAndDates(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithSeedFile("the seed", []byte(`
apiTokens: [{name: a, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
endpoints: [{id: 1, name: one}, {id: 2, name: two}]
signals:
  - {sourceId: 1, createdAt: "2024-01-01T00:00:00Z"}
  - {sourceId: 2, createdAt: "2024-01-01T23:59:59.999Z"}
  - {sourceId: 1, createdAt: "2024-01-02T00:00:00Z"}
  - {sourceId: 1, createdAt: "2024-01-03T12:00:00Z"}
  - {sourceId: 2, createdAt: "2024-01-03T12:00:00Z"}
`)))
	for query, want := range map[string]string{
		"":                                    "5 4 3 2 1 of 5",
		"limit=2":                             "5 4 of 5",
		"limit=2&offset=1":                    "4 3 of 5",
		"offset=4":                            "1 of 5",
		"offset=5":                            " of 5",
		"offset=-1&limit=0":                   "5 4 3 2 1 of 5",
		"limit=1001&offset=x":                 "5 4 3 2 1 of 5",
		"limit=1e0":                           "5 of 5",
		"from=IS:2024-01-02":                  "5 4 3 of 3",
		"to=IS:2024-01-01":                    "2 1 of 2",
		"from=IS:2024-01-02&to=IS:2024-01-02": "3 of 1",
		"from=IS:2024-01-01&to=IS:2024-01-02": "3 2 1 of 3",
		"to=IS:2024-01-02&offset=1&limit=1":   "2 of 3",
		"from=IS:2024-01-02&offset=2":         "3 of 3",
		"from=IS:2024-01-03&to=IS:2024-01-01": " of 0",
		"from=IS:2025-01-01":                  " of 0",
		"to=IS:2023-12-31":                    " of 0",
		"from=IS:2024-01-01&to=IS:2024-01-03&foo=1": "5 4 3 2 1 of 5",
	} {
		var ids []string
		page := a.must(200, http.MethodGet, "/api/admin/signals?"+query, adminToken, "").json(t)
		for _, signal := range page["signals"].([]any) {
			ids = append(ids, fmt.Sprint(signal.(map[string]any)["id"]))
		}
		if got := fmt.Sprintf("%s of %v", strings.Join(ids, " "), page["total"]); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	for path, want := range map[string]string{
		"1/signals":                  "4 3 1",
		"1/signals?limit=1&offset=1": "3",
		"2/signals":                  "5 2",
	} {
		var ids []string
		page := a.must(200, http.MethodGet, "/api/admin/signal-endpoints/"+path, adminToken, "").json(t)
		for _, signal := range page["signalEndpointSignals"].([]any) {
			ids = append(ids, fmt.Sprint(signal.(map[string]any)["id"]))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	for _, query := range []string{"from=IS:2024-13-45", "to=IS:2024-02-30"} {
		if got := a.must(400, http.MethodGet, "/api/admin/signals?"+query, adminToken, "").json(t); got["id"] != nil || got["name"] != "BadDataError" {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestCallsOfSignalEndpoints(t *testing.T) {
	t.Parallel()
	newApp(t).must(200, http.MethodPost, "/API//Signal-Endpoint/my-external-app/", signalToken, "")
	for name, test := range map[string]struct {
		path, token, body string
		header            []string
		status            int
		want              string
	}{
		"object":                {"my-external-app", signalToken, `{"a":1}`, nil, 200, `"payload":{"a":1}`},
		"bearer":                {"my-external-app", "Bearer " + signalToken, ``, nil, 200, `"createdBySourceTokenId":7,"payload":{}`},
		"other content type":    {"my-external-app", signalToken, `a=1`, []string{"Content-Type: text/plain"}, 200, `"payload":{}`},
		"form":                  {"my-external-app", signalToken, `z=1&a[b]=2`, []string{"Content-Type: application/x-www-form-urlencoded"}, 200, `"payload":{"a":{"b":"2"},"z":"1"}`},
		"list":                  {"my-external-app", signalToken, `[1]`, nil, 400, "The `/body` property must be object. You sent [1]."},
		"token of another one":  {"cpu-over-90", signalToken, ``, nil, 401, "UnauthorizedError"},
		"admin token":           {"my-external-app", adminToken, ``, nil, 401, "UnauthorizedError"},
		"no token":              {"my-external-app", "", ``, nil, 401, "AuthenticationRequired"},
		"backend token":         {"my-external-app", backendToken, ``, nil, 403, "expected a different token type"},
		"unknown name":          {"unknown", signalToken, ``, nil, 404, "NotFoundError"},
		"signal token on admin": {"../admin/signals", signalToken, ``, nil, 401, "UnauthorizedError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, method := "/api/signal-endpoint/"+test.path, http.MethodPost
			if strings.HasPrefix(test.path, "../") {
				path, method = "/api/admin/signals", http.MethodGet
			}
			got := newApp(t).must(test.status, method, path, test.token, test.body, test.header...)
			if !strings.Contains(string(got.body), test.want) {
				t.Errorf("got %s, want %s", got.body, test.want)
			}
		})
	}
}

// TestAResponseThatBreaksTheContractNeverLeaves starts from a seed with an invoice whose
// URL is invalid.
func TestAResponseThatBreaksTheContractNeverLeaves(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithSeedFile("the seed", []byte(`
apiTokens: [{name: a, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
invoices: [{amountFormatted: "1", paid: true, status: paid, invoiceURL: "not an address", invoicePDF: "https://example.com/1.pdf"}]
`)))
	got := a.must(500, http.MethodGet, "/api/admin/invoices", adminToken, "")
	if strings.Contains(string(got.body), "not an address") || !strings.HasPrefix(string(got.body), `{"name":"UnknownError","message":`) {
		t.Errorf("got %s", got.body)
	}
	violations := a.Violations()
	if len(violations) != 1 || violations[0].Operation != "getInvoices" || violations[0].Pointer != "/0/invoiceURL" ||
		violations[0].Keyword != "format" || violations[0].Direction != "response" || violations[0].Status != 200 {
		t.Errorf("the violations are %+v", violations)
	}
}

func TestFaithfulRecordsWhatStrictRefuses(t *testing.T) {
	t.Parallel()
	const body = `{"name":7,"enabled":"false"}`
	newApp(t).must(400, http.MethodPost, "/api/admin/signal-endpoints", adminToken, body)
	faithful := newApp(t, WithValidation(Faithful))
	got := faithful.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, body).json(t)
	if got["name"] != "7" || got["enabled"] != false {
		t.Errorf("got %v", got)
	}
	var pointers []string
	for _, violation := range faithful.Violations() {
		if violation.Direction != "request" {
			t.Errorf("a violation has the direction %s", violation.Direction)
		}
		pointers = append(pointers, violation.Pointer)
	}
	if !slices.Equal(pointers, []string{"/enabled", "/name"}) {
		t.Errorf("the violations are at %v", pointers)
	}
}

func TestTwoServersShareNothing(t *testing.T) {
	t.Parallel()
	one, two := newApp(t), newApp(t)
	one.must(200, http.MethodDelete, "/api/admin/signal-endpoints/1337", adminToken, "")
	two.must(200, http.MethodPost, "/api/admin/signal-endpoints/1337/on", adminToken, "")
}

func TestBasePathAndBaseURL(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithBasePath("unleash/"), WithBaseURL("https://flags.example.com/unleash/"))
	if got := a.must(201, http.MethodPost, "/unleash/api/admin/signal-endpoints/", adminToken, `{"name":"x"}`).json(t); got["url"] != "https://flags.example.com/unleash/api/signal-endpoint/x" {
		t.Errorf("the url is %v", got["url"])
	}
	a.must(200, http.MethodGet, "/unleash/health", "", "")
	a.must(200, http.MethodGet, "/unleash/docs/openapi.json", "", "")
	a.must(404, http.MethodGet, "/health", "", "")
	a.must(404, http.MethodGet, "/unleashed/health", "", "")
	if got := a.must(404, http.MethodGet, "/unleash/api/admin/x", adminToken, "").json(t); got["message"] != "The path you were looking for (/unleash/api/admin/x) is not available." {
		t.Errorf("got %v", got)
	}
	if got := a.must(401, http.MethodGet, "/unleash/api/admin/signals", "", "").json(t); got["path"] != "/unleash/auth/simple/login" {
		t.Errorf("got %v", got)
	}
}

func serversOf(t *testing.T, document []byte) string {
	t.Helper()
	var parts struct{ Servers json.RawMessage }
	if err := json.Unmarshal(document, &parts); err != nil {
		t.Fatal(err)
	}
	return string(parts.Servers)
}

func TestDocs(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	document := a.must(200, http.MethodGet, "/docs/openapi.json", "", "")
	plain := strings.ReplaceAll(string(document.body), `"x-unleash-mock-grade":"stateful",`, "")
	if want := strings.Replace(string(spec.Default().JSON()), serversOf(t, spec.Default().JSON()), `[{"url":"/"}]`, 1); plain != want || plain == string(document.body) {
		t.Error("the document differs from the contract in more than servers and grades")
	}
	below := newApp(t, WithBasePath("flags")).must(200, http.MethodGet, "/flags/docs/openapi.json", "", "")
	if got := serversOf(t, below.body); got != `[{"url":"/flags"}]` {
		t.Errorf("under a base path, the servers are %s", got)
	}
	page := string(a.must(200, http.MethodGet, "/docs/openapi/", "", "").body)
	for _, address := range []string{"http://", "https://", "//cdn"} {
		for _, attribute := range []string{`src="`, `href="`} {
			if strings.Contains(page, attribute+address) {
				t.Errorf("the explorer loads something from %s", address)
			}
		}
	}
	a.must(200, http.MethodGet, "/docs/openapi/swagger-ui-bundle.js", "", "")
	if control := string(a.must(200, http.MethodGet, "/docs/control.json", "", "").body); !strings.Contains(page, "../control.json") || !strings.Contains(control, `"/_mock/rules"`) {
		t.Error("the control API is not in the explorer")
	}
	newApp(t, WithoutControl()).must(404, http.MethodGet, "/docs/control.json", "", "")
	for path, title := range map[string]string{"/docs/flags.schema.json": "Flags of unleash-mock", "/docs/seed.schema.json": "Seed of unleash-mock"} {
		var schema struct{ Title string }
		if body := a.must(200, http.MethodGet, path, "", "").body; json.Unmarshal(body, &schema) != nil || schema.Title != title {
			t.Errorf("%s has the title %q", path, schema.Title)
		}
	}
	a.must(301, http.MethodGet, "/docs/openapi", "", "")
	a.must(302, http.MethodGet, "/", "", "")
}

func TestAnOperationWithoutAHandlerStopsTheStart(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	document := strings.Replace(string(spec.Default().YAML()), "operationId: getInvoices", "operationId: getBills", 1)
	contract, err := spec.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(WithContract(contract))
	const want = "the contract and the server differ: handler getInvoices has no operation in the document; operation getBills has no handler"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestPermissionsOfTheContract checks that the document decides who may use an operation.
func TestPermissionsOfTheContract(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const written, permission = "x-unleash-permission: [ADMIN]", "x-unleash-permission: [NONE]"
	for name, test := range map[string]struct{ access, token, want string }{
		"nobody may without a permission":   {"deprecated: false", adminToken, `{"message":"You don't have the required permissions to perform this operation."}`},
		"an admin may do everything":        {"x-unleash-permission: [CREATE_SEGMENT, UPDATE_PROJECT_SEGMENT]", adminToken, ""},
		"a viewer learns of all that would": {"x-unleash-permission: [CREATE_SEGMENT, UPDATE_PROJECT_SEGMENT]", viewerPAT, `need one of the following permissions: \"CREATE_SEGMENT\", \"UPDATE_PROJECT_SEGMENT\"."}],"permissions":["CREATE_SEGMENT","UPDATE_PROJECT_SEGMENT"]}`},
		"NONE admits a viewer":              {permission, viewerPAT, ""},
		"another kind of token is refused":  {permission + "\n      security: [{signalEndpointToken: []}]", adminToken, `{"message":"invalid token: expected a different token type for this endpoint"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const operation = "operationId: getSignalEndpointSignals\n"
			before, after, found := strings.Cut(string(spec.Default().YAML()), operation)
			if !found {
				t.Fatal("the document does not have the operation")
			}
			contract, err := spec.Parse([]byte(before + operation + strings.Replace(after, written, test.access, 1)))
			if err != nil {
				t.Fatal(err)
			}
			a, status := newApp(t, WithContract(contract)), http.StatusForbidden
			if test.want == "" {
				status = http.StatusOK
			}
			if got := a.must(status, http.MethodGet, "/api/admin/signal-endpoints/1337/signals", test.token, ""); !strings.HasSuffix(string(got.body), test.want) {
				t.Errorf("got %s, want %s", got.body, test.want)
			}
		})
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()
	for want, option := range map[string]Option{
		`validation "x" is not one of strict, faithful, off`:                 WithValidation("x"),
		`edition "x" is not one of enterprise, open-source`:                  WithEdition("x"),
		`the seed: line 1, column 13: endpoints[0]: missing property 'name'`: WithSeedFile("the seed", []byte("endpoints: [{id: 1}]")),
	} {
		if _, err := New(option); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestAContractThatTheOperationsDoNotFitStopsTheStart checks that property names, and not
// only operations, are compared with a user's document.
func TestAContractThatTheOperationsDoNotFitStopsTheStart(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	source := strings.Replace(string(spec.Default().YAML()), "      properties:\n        name:\n", "      properties:\n        colour: {type: string}\n        name:\n", 1)
	contract, err := spec.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(WithContract(contract)); err == nil || !strings.Contains(err.Error(), "the property colour of the body is not bound") {
		t.Errorf("the error is %v", err)
	}
}
