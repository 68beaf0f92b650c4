package spec_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/spec"
)

func TestTheDocumentHasThe17OperationalOperations(t *testing.T) {
	t.Parallel()
	var got []string
	for _, operation := range spec.Default().Operations() {
		if slices.Equal(operation.Tags, []string{"Operational"}) {
			got = append(got, operation.ID+" "+operation.Method+" "+operation.Path)
		}
	}
	want := []string{
		"getSignalEndpoints GET /api/admin/signal-endpoints",
		"createSignalEndpoint POST /api/admin/signal-endpoints",
		"updateSignalEndpoint PUT /api/admin/signal-endpoints/{id}",
		"deleteSignalEndpoint DELETE /api/admin/signal-endpoints/{id}",
		"enableSignalEndpoint POST /api/admin/signal-endpoints/{id}/on",
		"disableSignalEndpoint POST /api/admin/signal-endpoints/{id}/off",
		"getSignalEndpointTokens GET /api/admin/signal-endpoints/{signalEndpointId}/tokens",
		"createSignalEndpointToken POST /api/admin/signal-endpoints/{signalEndpointId}/tokens",
		"updateSignalEndpointToken PUT /api/admin/signal-endpoints/{signalEndpointId}/tokens/{id}",
		"deleteSignalEndpointToken DELETE /api/admin/signal-endpoints/{signalEndpointId}/tokens/{id}",
		"getSignalEndpointSignals GET /api/admin/signal-endpoints/{signalEndpointId}/signals",
		"callSignalEndpoint POST /api/signal-endpoint/{name}",
		"getSignals GET /api/admin/signals",
		"getInvoices GET /api/admin/invoices",
		"getDetailedInvoices GET /api/admin/invoices/list",
		"getReady GET /ready",
		"getHealth GET /health",
	}
	operational := slices.DeleteFunc(got, func(line string) bool { return !slices.Contains(want, line) }) // without the others
	if diff := cmp.Diff(want, operational); diff != "" {
		t.Error(diff)
	}
}

func TestEveryDocumentedExampleFitsItsOwnSchema(t *testing.T) {
	t.Parallel()
	type header struct {
		Ref     string `json:"$ref"`
		Example string
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string
			Responses   map[string]struct {
				Headers map[string]header
				Content map[string]struct{ Example json.RawMessage }
			}
		}
		Components struct{ Headers map[string]header }
	}
	if err := json.Unmarshal(spec.Default().JSON(), &document); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range document.Paths {
		for _, operation := range path {
			for status, response := range operation.Responses {
				example := response.Content["application/json"].Example
				if example == nil {
					continue
				}
				checked++
				code, err := strconv.Atoi(status)
				if err != nil {
					t.Fatal(err)
				}
				headers := http.Header{"Content-Type": {"application/json"}}
				for name, documented := range response.Headers {
					if shared, ok := strings.CutPrefix(documented.Ref, "#/components/headers/"); ok {
						documented = document.Components.Headers[shared]
					}
					headers.Set(name, documented.Example)
				}
				if failures := spec.Default().Operation(operation.OperationID).CheckResponse(code, headers, example); len(failures) > 0 {
					t.Errorf("%s %s: %v", operation.OperationID, status, failures)
				}
			}
		}
	}
	if checked < 60 {
		t.Errorf("only %d examples were checked", checked)
	}
}

func TestMatchOverlooksWhatTheRouterOfUnleashOverlooks(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/api/admin/signal-endpoints":             "/api/admin/signal-endpoints",
		"/API/Admin//signal-endpoints/":           "/api/admin/signal-endpoints",
		"/api/admin/signal-endpoints/7/ON":        "/api/admin/signal-endpoints/7/on",
		"/api/signal-endpoint/SIGNALS":            "/api/signal-endpoint/SIGNALS",
		"/api/admin/signal-endpoints/a%2Fb/":      "/api/admin/signal-endpoints/a%2Fb",
		"/api/admin/signal-endpoints/1/tokens/2/": "/api/admin/signal-endpoints/1/tokens/2",
		"/api/admin/invoices/LIST":                "/api/admin/invoices/list",
		"/api/admin/nothing":                      "",
		"/":                                       "",
	} {
		if _, _, got := spec.Default().Match(sent); got != want {
			t.Errorf("Match(%q) is %q, want %q", sent, got, want)
		}
	}
}

func TestAllowListsTheMethodsOfAPath(t *testing.T) {
	t.Parallel()
	path, _, _ := spec.Default().Match("/api/admin/signal-endpoints")
	if got := path.Allow(); got != "GET,HEAD,POST" {
		t.Errorf("got %q", got)
	}
	told, _, _ := spec.Default().Match("/api/admin/environments/sort-order")
	if got := told.Allow(); got != "GET,HEAD,PUT" {
		t.Errorf("got %q, want also those of /api/admin/environments/{name}", got)
	}
	if path.Operation(http.MethodHead) != path.Operation(http.MethodGet) {
		t.Error("HEAD is not answered by the GET operation")
	}
}

func TestCheckBodyTellsFirstThingsFirst(t *testing.T) {
	t.Parallel()
	operation := spec.Default().Operation("createSignalEndpoint")
	for name, test := range map[string]struct {
		body map[string]any
		want []string
	}{
		"fits":                  {map[string]any{"name": "a", "other": 1.0}, nil},
		"required comes first":  {map[string]any{"enabled": "x"}, []string{"required name", "type /enabled"}},
		"then in schema order":  {map[string]any{"description": 1.0, "name": 1.0, "enabled": 1.0}, []string{"type /enabled", "type /name", "type /description"}},
		"null where it may be":  {map[string]any{"name": "a", "description": nil}, nil},
		"null where it may not": {map[string]any{"name": nil}, []string{"type /name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, failure := range operation.CheckBody(test.body) {
				got = append(got, failure.Keyword+" "+failure.Pointer+failure.Property)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAOneOfTellsWhatIsWrongWithEachForm(t *testing.T) {
	t.Parallel()
	contract, err := spec.Parse([]byte(`
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /a:
    post:
      operationId: x
      responses: {'200': {description: d}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              oneOf:
                - required: [kind, name]
                  properties:
                    at: {oneOf: [{type: string, format: date-time}, {type: number}]}
                    kind: {type: string, pattern: '^a$'}
                    name: {type: string}
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		body map[string]any
		want string
	}{
		"fits":      {map[string]any{"kind": "a", "name": "n", "at": 1.0}, "[]"},
		"one form":  {map[string]any{"name": "n"}, "[oneOf [required kind]]"},
		"its order": {map[string]any{"name": 1.0, "kind": "b"}, "[oneOf [pattern /kind]]"},
		"several":   {map[string]any{"kind": "a", "name": "n", "at": "x"}, "[oneOf [oneOf /at [format /at] [type /at]]]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprint(told(contract.Operation("x").CheckBody(test.body))); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestTheFirstFailuresAreKept checks that of many failures the first in order are kept, wherever in
// the value they are.
func TestTheFirstFailuresAreKept(t *testing.T) {
	t.Parallel()
	const most = 100
	application := map[string]any{"appName": "a", "instanceId": "b", "environment": "c", "strategies": slices.Repeat([]any{1.0}, 5000)}
	want := []string{"required metrics"}
	for i := range most - 1 {
		want = append(want, fmt.Sprintf("type /applications/0/strategies/%d", i))
	}
	var got []string
	for _, failure := range spec.Default().Operation("clientBulkMetrics").CheckBody(map[string]any{"applications": []any{application}}) {
		got = append(got, failure.Keyword+" "+failure.Pointer+failure.Property)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	many := map[string]any{}
	for i := range 5000 {
		many[fmt.Sprintf("%04d", i)] = true
	}
	failures := spec.Default().Operation("updateTags").CheckBody(many)
	if len(failures) != most || failures[most-1].Property != "0097" {
		t.Errorf("%d failures: %v", len(failures), failures)
	}
}

// told lists the keyword and the place of each failure, followed by those of its forms.
func told(failures []spec.Failure) []any {
	var out []any
	for _, failure := range failures {
		out = append(out, strings.TrimSpace(failure.Keyword+" "+failure.Pointer+failure.Property))
		for _, form := range failure.Forms {
			out = append(out, told([]spec.Failure{form}))
		}
	}
	return out
}

func TestCheckResponseSeesWhatBreaksTheContract(t *testing.T) {
	t.Parallel()
	const endpoint = `{"id":1,"enabled":true,"name":"a","createdAt":"2024-01-01T00:00:00.000Z","createdByUserId":1}`
	json := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	located := http.Header{"Content-Type": json["Content-Type"], "Location": {"signal-endpoints/1"}}
	for name, test := range map[string]struct {
		operation string
		status    int
		header    http.Header
		body      string
		want      string
	}{
		"right":              {"createSignalEndpoint", 201, located, endpoint, ""},
		"location missing":   {"createSignalEndpoint", 201, json, endpoint, "header: the response header \"location\" is missing"},
		"other status":       {"createSignalEndpoint", 202, located, endpoint, "status: status 202 is not documented"},
		"other content type": {"getHealth", 200, http.Header{"Content-Type": {"text/plain"}}, `{"health":"GOOD"}`, "header/content-type: "},
		"empty body":         {"getHealth", 200, json, ``, "body: the body is empty"},
		"null":               {"getHealth", 200, json, `null`, "body: it must be object"},
		"no JSON":            {"getHealth", 200, json, `{`, "body: the body is not JSON"},
		"enum":               {"getHealth", 200, json, `{"health":"FINE"}`, "body/health: it must be one of"},
		"extra property":     {"getHealth", 200, json, `{"health":"GOOD","x":1}`, "body: the property \"x\" is not allowed"},
		"format":             {"createSignalEndpoint", 201, located, strings.Replace(endpoint, "2024-01-01T", "yesterday ", 1), "body/createdAt: it is not a valid date-time"},
		"minimum":            {"createSignalEndpoint", 201, located, strings.Replace(endpoint, `"id":1`, `"id":0`, 1), "body/id: it must be >= 1"},
		"nested":             {"getSignalEndpoints", 200, json, `{"signalEndpoints":[{"id":1}]}`, "body/signalEndpoints/0: the property"},
		"body where none is": {"deleteSignalEndpoint", 200, json, `{}`, "body: status 200 has no body in the contract"},
		"none of the forms":  {"getSignals", 401, json, `{"message":"no"}`, "body: it fits none of the forms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failures := spec.Default().Operation(test.operation).CheckResponse(test.status, test.header, []byte(test.body))
			switch {
			case test.want == "" && len(failures) > 0:
				t.Errorf("got %v", failures)
			case test.want != "" && (len(failures) == 0 || !strings.HasPrefix(failures[0].Error(), test.want)):
				t.Errorf("got %v, want %s", failures, test.want)
			}
		})
	}
}

func TestDocumentsThatCannotBeServedAreRefused(t *testing.T) {
	t.Parallel()
	const head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n"
	for name, test := range map[string]struct{ document, want string }{
		"no document":      {"hello", "OpenAPI document"},
		"a number":         {"7", `it has no "openapi" with a version`},
		"a list":           {"[]", `it has no "openapi" with a version`},
		"empty":            {"", `it has no "openapi" with a version`},
		"Swagger":          {`{"swagger": "2.0", "paths": {}}`, "it is a Swagger 2.0 document; convert it to OpenAPI 3"},
		"Swagger in YAML":  {"swagger: '2.0'\npaths: {}\n", "it is a Swagger 2.0 document; convert it to OpenAPI 3"},
		"a page":           {"\n<!DOCTYPE html><html></html>", "it is HTML or XML"},
		"no operation":     {head + "  {}\n", "no operation"},
		"no operationId":   {head + "  /a: {get: {responses: {'200': {description: d}}}}\n", "GET /a (line 4): the operation has no operationId"},
		"twice":            {head + "  /a: {get: {operationId: x, responses: {'200': {description: d}}}}\n  /b: {get: {operationId: x, responses: {'200': {description: d}}}}\n", "GET /b (x, line 5): the operationId is taken by GET /a"},
		"undeclared":       {head + "  /a/{id}: {get: {operationId: x, responses: {'200': {description: d}}}}\n", "{id} is not declared"},
		"no response":      {head + "  /a: {get: {operationId: x, responses: {}}}\n", "no response"},
		"no status":        {head + "  /a: {get: {operationId: x, responses: {2XY: {description: d}}}}\n", "it is not a status, a range such as 4XX, or default"},
		"paths that clash": {head + "  /a: {get: {operationId: x, responses: {'200': {description: d}}}}\n  /a/: {get: {operationId: y, responses: {'200': {description: d}}}}\n", "are the same"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := spec.Parse([]byte(test.document)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestCheckHandlersNamesEveryDifference(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, operation := range spec.Default().Operations() {
		ids = append(ids, operation.ID)
	}
	if err := spec.Default().CheckHandlers(ids); err != nil {
		t.Errorf("there is no difference, but the error is %v", err)
	}
	err := spec.Default().CheckHandlers(append(ids[1:], "other"))
	if err == nil || err.Error() != "handler other has no operation in the document; operation getSignalEndpoints has no handler" {
		t.Errorf("got %v", err)
	}
}

// TestDirections checks that a property for one direction is not required in the other.
func TestDirections(t *testing.T) {
	t.Parallel()
	for _, thing := range []string{
		"{type: object, required: [id, password], properties: {id: {type: integer, readOnly: true}, password: {type: string, writeOnly: true}}}",
		"{allOf: [{$ref: '#/components/schemas/base'}, {type: object, required: [id, password]}]}",
		"{$ref: '#/components/schemas/base', required: [id, password]}",
		"{type: object, required: [id, password], properties: {id: {allOf: [{$ref: '#/components/schemas/id'}]}, password: {allOf: [{type: string}, {writeOnly: true}]}}}",
		"{type: object, required: [id, password], properties: {id: {$ref: '#/components/schemas/refersToID'}, password: {type: string, writeOnly: true}}}",
	} {
		contract, err := spec.Parse([]byte(`
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /things:
    post:
      operationId: createThing
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/thing'}
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: {$ref: '#/components/schemas/thing'}
components:
  schemas:
    base:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        password: {type: string, writeOnly: true}
    id: {type: integer, readOnly: true}
    refersToID: {$ref: '#/components/schemas/id'}
    thing: ` + thing))
		if err != nil {
			t.Fatal(err)
		}
		operation := contract.Operation("createThing")
		header := http.Header{"Content-Type": {"application/json"}}
		if failures := operation.CheckBody(map[string]any{"password": "x"}); len(failures) > 0 {
			t.Errorf("a request without the id: %v", failures)
		}
		if failures := operation.CheckBody(map[string]any{"id": 1.0}); len(failures) == 0 {
			t.Error("a request without the password passes")
		}
		if failures := operation.CheckResponse(200, header, []byte(`{"id":1}`)); len(failures) > 0 {
			t.Errorf("a response without the password: %v", failures)
		}
		if failures := operation.CheckResponse(200, header, []byte(`{"password":"x"}`)); len(failures) == 0 {
			t.Error("a response without the id passes")
		}
	}
}

// TestADocumentInJSON checks that JSON with escapes that YAML does not allow is read and
// written unchanged, except for the server's URL.
func TestADocumentInJSON(t *testing.T) {
	t.Parallel()
	const paths = `"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d"}}}}}}`
	contract, err := spec.Parse([]byte(`{"openapi":"3.0.3","info":{"title":"\ud83d\ude00 \/ t","version":"1"},"servers":[{"url":"https:\/\/a"}],` + paths))
	if err != nil {
		t.Fatal(err)
	}
	if want, got := `{"openapi":"3.0.3","info":{"title":"\ud83d\ude00 \/ t","version":"1"},"servers":[{"url":"https:\/\/a"}],`+paths, string(contract.JSON()); got != want {
		t.Errorf("JSON is\n%s, want\n%s", got, want)
	}
	if got := contract.Title(); got != "😀 / t" {
		t.Errorf("the title is %q", got)
	}
	got := contract.JSONServedAt("/base")
	if want := `{"openapi":"3.0.3","info":{"title":"\ud83d\ude00 \/ t","version":"1"},"servers":[{"url":"/base"}],` + paths; string(got) != want {
		t.Errorf("JSONServedAt is\n%s, want\n%s", got, want)
	}
}
