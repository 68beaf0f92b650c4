package drift_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

// object is a JSON object of a document.
type object = map[string]any

// contractDocument returns the contract as a target would publish it.
func contractDocument(t *testing.T) object {
	t.Helper()
	var document object
	if err := json.Unmarshal(spec.Default().JSON(), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// in returns the object at a path of a document. It follows $ref.
func in(t *testing.T, document object, path ...string) object {
	t.Helper()
	at := document
	for _, name := range path {
		next, is := at[name].(object)
		if !is {
			t.Fatalf("path %v: there is no %s", path, name)
		}
		if reference, is := next["$ref"].(string); is {
			next = in(t, document, strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
		}
		at = next
	}
	return at
}

func compare(t *testing.T, document object, options drift.Options) *drift.Report {
	t.Helper()
	source, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	r, err := drift.Compare(spec.Default(), source, options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// found lists the missing and added operations of a report, and its changes except those that
// are beyond the target's document.
func found(r *drift.Report) []string {
	var changes []string
	for _, operation := range r.Operations {
		if operation.State == drift.Missing || operation.State == drift.Added {
			changes = append(changes, fmt.Sprintf("%s %s", operation.ID, operation.State))
		}
		for _, change := range operation.Changes {
			if change.Verdict != drift.Beyond {
				changes = append(changes, fmt.Sprintf("%s %s %s %s", operation.ID, change.Verdict, change.Kind, change.Pointer))
			}
		}
	}
	return changes
}

// of returns what a report says about an operation of the contract.
func of(t *testing.T, r *drift.Report, id string) drift.Operation {
	t.Helper()
	at := slices.IndexFunc(r.Operations, func(o drift.Operation) bool { return o.ID == id })
	if at < 0 {
		t.Fatalf("the report does not have %s", id)
	}
	return r.Operations[at]
}

// all is the number of operations in the contract.
var all = len(spec.Default().Operations())

// TestTheContractDoesNotDriftFromItself compares the contract with itself, in JSON and in YAML.
func TestTheContractDoesNotDriftFromItself(t *testing.T) {
	t.Parallel()
	for name, source := range map[string][]byte{"JSON": spec.Default().JSON(), "YAML": spec.Default().YAML()} {
		for _, whole := range []bool{false, true} {
			r, err := drift.Compare(spec.Default(), source, drift.Options{WholeDocument: whole})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(drift.Summary{Equal: all}, r.Summary); diff != "" || len(r.Document) > 0 || r.Edition != spec.Enterprise {
				t.Errorf("%s: %s%v", name, diff, r.Document)
			}
		}
	}
}

// TestWhatIsPublishedIsKnown checks that a change that Unleash 8.2.0 also publishes is beyond
// its document, but breaking with any other value, kind or operation.
func TestWhatIsPublishedIsKnown(t *testing.T) {
	t.Parallel()
	change := drift.Change{Kind: drift.Changed, Pointer: "/responses/200/content/application~1json/schema/properties/version/type", Contract: "integer", Target: "number", Verdict: drift.Breaking}
	another, removed := change, change
	another.Target, removed.Kind = "string", drift.Removed
	for _, test := range []struct {
		operation string
		change    drift.Change
		want      drift.Verdict
	}{
		{"getAllClientFeatures", change, drift.Beyond},
		{"getAllClientFeatures", another, drift.Breaking},
		{"getAllClientFeatures", removed, drift.Breaking},
		{"getClientFeature", change, drift.Breaking},
	} {
		if got := drift.WithoutKnown(test.operation, []drift.Change{test.change})[0]; got.Verdict != test.want {
			t.Errorf("%s %+v: %s, want %s", test.operation, test.change, got.Verdict, test.want)
		}
	}
}

// TestTheRealDocument compares the contract with the document that an open-source Unleash 8.2.0
// publishes.
func TestTheRealDocument(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/unleash-8.2.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for edition, absent := range map[spec.Edition]drift.State{"": drift.Absent, spec.OpenSource: drift.Absent, spec.Enterprise: drift.Missing} {
		r, err := drift.Compare(spec.Default(), source, drift.Options{Edition: edition})
		if err != nil {
			t.Fatal(err)
		}
		for _, operation := range r.Operations {
			switch isEnterprise := spec.Default().Operation(operation.ID).Edition == spec.Enterprise; {
			case isEnterprise && operation.State != absent:
				t.Errorf("%s: %s is %s, want %s", edition, operation.ID, operation.State, absent)
			case slices.ContainsFunc(operation.Changes, func(c drift.Change) bool { return c.Verdict == drift.Breaking }):
				t.Errorf("%s: %s: %+v", edition, operation.ID, operation.Changes)
			}
		}
		var health []string
		for _, change := range of(t, r, "getHealth").Changes {
			health = append(health, string(change.Verdict)+" "+change.Pointer+" "+change.Target)
		}
		if diff := cmp.Diff([]string{
			"beyond /responses/400 ", "beyond /responses/403 ", "beyond /responses/413 ", "beyond /responses/415 ", "beyond /responses/429 ",
			"beyond /security apikey in header authorization", "beyond /security http bearer",
		}, health); diff != "" {
			t.Error(diff)
		}
	}
}

// TestADocumentThatSaysLess compares the contract with a document in the style of Unleash's
// other editions: only documented statuses, one open schema for all errors, and headers that
// are not required. None of that is breaking.
func TestADocumentThatSaysLess(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	document := contractDocument(t)
	failure := object{"description": "went wrong", "content": object{"application/json": object{"schema": object{
		"type": "object", "properties": object{"id": object{"type": "string"}, "name": object{"type": "string"}, "message": object{"type": "string"}},
	}}}}
	for _, operation := range spec.Default().Operations() {
		node := in(t, document, "paths", operation.Path, strings.ToLower(operation.Method))
		delete(node, "security") // every operation then inherits the document's
		responses := node["responses"].(object)
		for _, response := range operation.Responses() {
			code := fmt.Sprint(response.Status)
			switch {
			case response.Standing != spec.Documented:
				delete(responses, code)
			case response.Status >= 400 && response.MediaType != "" && operation.ID != "getHealth":
				responses[code] = failure
			}
		}
	}
	for _, header := range []string{"signalEndpointLocation", "signalEndpointTokenLocation"} {
		in(t, document, "components", "headers")[header] = object{"schema": object{"type": "string", "format": "uri"}}
	}
	r := compare(t, document, drift.Options{})
	if r.Summary.Breaking > 0 || r.Summary.Missing > 0 || r.Summary.Beyond == 0 {
		t.Errorf("summary %+v\n%s", r.Summary, strings.Join(found(r), "\n"))
	}
	// The document is stricter in one place: it gives the Location header a format.
	if diff := cmp.Diff([]string{
		"createSignalEndpoint compatible added /responses/201/headers/location/schema/format",
		"createSignalEndpointToken compatible added /responses/201/headers/location/schema/format",
	}, found(r)); diff != "" {
		t.Error(diff)
	}
}

// TestVerdicts checks which changes are breaking for a client that keeps the contract. A change
// to a request is breaking if a valid request could be refused, a change to an answer if the
// answer could become one that the contract does not allow.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	schema := func(name string, change func(object)) func(*testing.T, object) {
		return func(t *testing.T, d object) { change(in(t, d, "components", "schemas", name)) }
	}
	property := func(name, property string, change func(object)) func(*testing.T, object) {
		return func(t *testing.T, d object) { change(in(t, d, "components", "schemas", name, "properties", property)) }
	}
	operation := func(method, path string, change func(object)) func(*testing.T, object) {
		return func(t *testing.T, d object) { change(in(t, d, "paths", path, method)) }
	}
	request := "/requestBody/content/application~1json/schema"
	response := "/responses/200/content/application~1json/schema"
	both := func(verdict, request, response string) []string {
		return []string{"createSignalEndpoint " + verdict + " " + request, "updateSignalEndpoint " + verdict + " " + response}
	}
	inputs := func(change string) []string { return both("breaking", change, change) }
	for name, test := range map[string]struct {
		change func(*testing.T, object)
		want   []string
	}{
		"texts": {operation("get", "/health", func(o object) {
			o["description"], o["summary"], o["x-stability"], o["tags"] = "other", "words", "stable", []string{"Operational", "Other"}
		}), nil},
		"operationId":     {operation("get", "/health", func(o object) { o["operationId"] = "health" }), []string{"getHealth compatible changed /operationId"}},
		"deprecated":      {operation("get", "/health", func(o object) { o["deprecated"] = true }), []string{"getHealth compatible added /deprecated"}},
		"operation gone":  {func(t *testing.T, d object) { delete(in(t, d, "paths"), "/health") }, []string{"getHealth missing"}},
		"enterprise gone": {func(t *testing.T, d object) { delete(in(t, d, "paths"), "/api/admin/invoices") }, []string{"getInvoices missing"}},
		"method gone":     {func(t *testing.T, d object) { delete(in(t, d, "paths", "/api/admin/signal-endpoints"), "post") }, []string{"createSignalEndpoint missing"}},
		"operation came": {func(t *testing.T, d object) {
			in(t, d, "paths")["/live"] = object{"get": object{"operationId": "getLive", "tags": []string{"Operational"}, "responses": object{"200": object{"description": "x"}}}}
		}, []string{"getLive added"}},
		"operation of others": {func(t *testing.T, d object) {
			in(t, d, "paths")["/live"] = object{"get": object{"tags": []string{"Other"}, "responses": object{"200": object{"description": "x"}}}}
		}, nil},
		"parameter renamed in the path": {func(t *testing.T, d object) {
			paths := in(t, d, "paths")
			in(t, d, "components", "parameters", "id")["name"] = "endpoint"
			for _, path := range []string{"/api/admin/signal-endpoints/{id}", "/api/admin/signal-endpoints/{id}/on", "/api/admin/signal-endpoints/{id}/off", "/api/admin/signal-endpoints/{signalEndpointId}/tokens/{id}"} {
				paths[strings.Replace(path, "{id}", "{endpoint}", 1)] = paths[path]
				delete(paths, path)
			}
		}, nil},

		"request type":              {property("createSignalEndpointSchema", "name", func(o object) { o["type"] = "integer" }), inputs("changed " + request + "/properties/name/type")},
		"request property required": {schema("createSignalEndpointSchema", func(o object) { o["required"] = []string{"name", "description"} }), inputs("added " + request + "/required")},
		"request property optional": {schema("createSignalEndpointSchema", func(o object) { delete(o, "required") }), both("compatible", "removed "+request+"/required", "removed "+request+"/required")},
		"request property gone":     {schema("createSignalEndpointSchema", func(o object) { delete(o["properties"].(object), "description") }), inputs("removed " + request + "/properties/description")},
		"request property came":     {schema("createSignalEndpointSchema", func(o object) { o["properties"].(object)["more"] = object{"type": "string"} }), both("compatible", "added "+request+"/properties/more", "added "+request+"/properties/more")},
		"request closed":            {schema("createSignalEndpointSchema", func(o object) { o["additionalProperties"] = false }), inputs("added " + request + "/additionalProperties")},
		"request pattern":           {property("createSignalEndpointSchema", "name", func(o object) { o["pattern"] = "^a" }), inputs("added " + request + "/properties/name/pattern")},
		"request not nullable":      {property("createSignalEndpointSchema", "description", func(o object) { delete(o, "nullable") }), inputs("removed " + request + "/properties/description/nullable")},
		"request body gone":         {operation("post", "/api/admin/signal-endpoints", func(o object) { delete(o, "requestBody") }), []string{"createSignalEndpoint breaking removed /requestBody"}},
		"request body came": {operation("post", "/api/admin/signal-endpoints/{id}/on", func(o object) {
			o["requestBody"] = object{"content": object{"application/json": object{"schema": object{}}}}
		}), []string{"enableSignalEndpoint compatible added /requestBody"}},
		"request body demanded": {operation("post", "/api/admin/signal-endpoints/{id}/on", func(o object) {
			o["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": object{}}}}
		}), []string{"enableSignalEndpoint breaking added /requestBody"}},
		"parameter gone": {operation("get", "/api/admin/signals", func(o object) { o["parameters"] = o["parameters"].([]any)[1:] }), []string{"getSignals breaking removed /parameters/from"}},
		"parameter came": {operation("get", "/health", func(o object) {
			o["parameters"] = []any{object{"name": "deep", "in": "query", "schema": object{"type": "string"}}}
		}), []string{"getHealth compatible added /parameters"}},
		"another parameter came": {operation("get", "/api/admin/signals", func(o object) {
			o["parameters"] = append(o["parameters"].([]any), object{"name": "deep", "in": "query", "schema": object{"type": "string"}})
		}), []string{"getSignals compatible added /parameters/deep"}},
		"another parameter demanded": {operation("get", "/api/admin/signals", func(o object) {
			o["parameters"] = append(o["parameters"].([]any), object{"name": "deep", "in": "query", "required": true, "schema": object{"type": "string"}})
		}), []string{"getSignals breaking added /parameters/deep"}},
		"parameter demanded": {func(t *testing.T, d object) { in(t, d, "components", "parameters", "from")["required"] = true }, []string{"getSignals breaking added /parameters/from/required"}},
		"parameter type": {func(t *testing.T, d object) {
			in(t, d, "components", "parameters", "from", "schema")["type"] = "integer"
		}, []string{"getSignals breaking changed /parameters/from/schema/type"}},

		"answer type":            {property("healthCheckSchema", "health", func(o object) { o["type"] = "integer" }), []string{"getHealth breaking changed " + response + "/properties/health/type", "getHealth breaking changed " + strings.Replace(response, "200", "500", 1) + "/properties/health/type"}},
		"answer may be more":     {property("readyCheckSchema", "health", func(o object) { o["enum"] = []string{"GOOD", "BAD"} }), []string{"getReady breaking added " + response + "/properties/health/enum"}},
		"answer may be anything": {property("readyCheckSchema", "health", func(o object) { delete(o, "enum") }), []string{"getReady breaking removed " + response + "/properties/health/enum"}},
		"answer may be less":     {property("healthCheckSchema", "health", func(o object) { o["enum"] = []string{"GOOD"} }), []string{"getHealth compatible removed " + response + "/properties/health/enum", "getHealth compatible removed " + strings.Replace(response, "200", "500", 1) + "/properties/health/enum"}},
		"answer not promised":    {schema("readyCheckSchema", func(o object) { delete(o, "required") }), []string{"getReady breaking removed " + response + "/required"}},
		"answer open":            {schema("readyCheckSchema", func(o object) { delete(o, "additionalProperties") }), []string{"getReady breaking removed " + response + "/additionalProperties"}},
		"answer has more":        {schema("readyCheckSchema", func(o object) { o["properties"].(object)["since"] = object{"type": "string"} }), []string{"getReady breaking added " + response + "/properties/since"}},
		"answer has less":        {schema("readyCheckSchema", func(o object) { delete(o["properties"].(object), "health") }), []string{"getReady breaking removed " + response + "/properties/health"}},
		"answer is nullable":     {property("readyCheckSchema", "health", func(o object) { o["nullable"] = true }), []string{"getReady breaking added " + response + "/properties/health/nullable"}},
		"answer with a pattern":  {property("readyCheckSchema", "health", func(o object) { o["pattern"] = "^G" }), []string{"getReady compatible added " + response + "/properties/health/pattern"}},
		"bound moved up":         {property("signalQueryResponseSchema", "total", func(o object) { o["minimum"] = 1 }), []string{"getSignals compatible changed " + response + "/properties/total/minimum"}},
		"bound moved down":       {property("signalQueryResponseSchema", "total", func(o object) { o["minimum"] = -1 }), []string{"getSignals breaking changed " + response + "/properties/total/minimum"}},
		"number for an integer":  {property("signalQueryResponseSchema", "total", func(o object) { o["type"] = "number" }), []string{"getSignals breaking changed " + response + "/properties/total/type"}},
		"another media type": {operation("get", "/ready", func(o object) {
			c := o["responses"].(object)["200"].(object)["content"].(object)
			c["text/plain"] = object{}
		}), []string{"getReady breaking added /responses/200/content/text~1plain"}},
		"media type with charset": {operation("get", "/ready", func(o object) {
			c := o["responses"].(object)["200"].(object)["content"].(object)
			c["application/json; charset=utf-8"] = c["application/json"]
			delete(c, "application/json")
		}), nil},
		"status documented, gone": {operation("get", "/ready", func(o object) { delete(o["responses"].(object), "503") }), []string{"getReady breaking removed /responses/503"}},
		"status observed, gone":   {operation("get", "/ready", func(o object) { delete(o["responses"].(object), "413") }), nil},
		"status came":             {operation("get", "/ready", func(o object) { o["responses"].(object)["418"] = object{"description": "tea"} }), []string{"getReady breaking added /responses/418"}},
		"header gone":             {operation("post", "/api/admin/signal-endpoints", func(o object) { delete(o["responses"].(object)["201"].(object), "headers") }), []string{"createSignalEndpoint breaking removed /responses/201/headers/location"}},
		"header spelt differently": {operation("post", "/api/admin/signal-endpoints", func(o object) {
			h := o["responses"].(object)["201"].(object)["headers"].(object)
			h["Location"] = h["location"]
			delete(h, "location")
		}), nil},
		"error body contradicts": {operation("get", "/api/admin/invoices", func(o object) {
			o["responses"].(object)["401"] = object{"description": "x", "content": object{"application/json": object{"schema": object{"type": "object", "properties": object{"message": object{"type": "integer"}}}}}}
		}), []string{"getInvoices breaking changed /responses/401"}},

		"fewer ways of authentication": {func(_ *testing.T, d object) { d["security"] = []any{object{"apiKey": []any{}}} }, everySecured("breaking removed")},
		"more ways of authentication": {func(t *testing.T, d object) {
			in(t, d, "components", "securitySchemes")["session"] = object{"type": "apiKey", "in": "cookie", "name": "unleash-session"}
			d["security"] = append(d["security"].([]any), object{"session": []any{}})
		}, everySecured("compatible added")},
		"scheme renamed": {func(t *testing.T, d object) {
			schemes := in(t, d, "components", "securitySchemes")
			schemes["key"] = schemes["apiKey"]
			d["security"] = []any{object{"key": []any{}}, object{"bearerToken": []any{}}}
		}, nil},
		"authentication demanded": {operation("get", "/health", func(o object) { delete(o, "security") }), nil},
		"authentication dropped":  {operation("get", "/api/admin/invoices", func(o object) { o["security"] = []any{} }), []string{"getInvoices compatible removed /security", "getInvoices compatible removed /security"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := contractDocument(t)
			test.change(t, document)
			r := compare(t, document, drift.Options{})
			if diff := cmp.Diff(test.want, found(r)); diff != "" {
				t.Error(diff)
			}
			breaking := slices.ContainsFunc(test.want, func(change string) bool {
				return strings.Contains(change, " breaking ") || strings.HasSuffix(change, " missing")
			})
			if breaking != (r.Summary.Breaking > 0) {
				t.Errorf("summary %+v", r.Summary)
			}
		})
	}
}

// everySecured lists a change to the document's security for each operation that inherits it.
func everySecured(change string) []string {
	var want []string
	for _, operation := range spec.Default().Operations() {
		if slices.Equal(operation.Tokens, []spec.TokenKind{spec.AdminToken}) {
			want = append(want, operation.ID+" "+change+" /security")
		}
	}
	return want
}

// TestBeyond checks that the reason names the contract's standing for what the target's
// document does not list.
func TestBeyond(t *testing.T) {
	t.Parallel()
	document := contractDocument(t)
	delete(in(t, document, "paths", "/ready", "get", "responses"), "413")
	r := compare(t, document, drift.Options{})
	want := []drift.Change{{
		Pointer: "/responses/413", Kind: drift.Removed, Verdict: drift.Beyond, Contract: "413",
		Reason: "the contract marks it as observed; the target's document does not list it",
	}}
	ready := of(t, r, "getReady")
	if diff := cmp.Diff(want, ready.Changes); diff != "" || ready.State != drift.Equal {
		t.Errorf("state %s: %s", ready.State, diff)
	}
}

// TestSchemasThatContainThemselves checks that comparing a recursive schema ends.
func TestSchemasThatContainThemselves(t *testing.T) {
	t.Parallel()
	document := contractDocument(t)
	in(t, document, "components", "schemas")["readyCheckSchema"] = object{
		"type": "object", "properties": object{"health": object{"type": "string"}, "parts": object{"type": "array", "items": object{"$ref": "#/components/schemas/readyCheckSchema"}}},
	}
	if ready := of(t, compare(t, document, drift.Options{}), "getReady"); ready.State != drift.Changed {
		t.Errorf("operation %+v", ready)
	}
}

// TestBasePathInTheDocument compares with a document whose paths start with the base path.
func TestBasePathInTheDocument(t *testing.T) {
	t.Parallel()
	document := contractDocument(t)
	moved := object{}
	for path, item := range in(t, document, "paths") {
		moved["/base"+path] = item
	}
	document["paths"] = moved
	if r := compare(t, document, drift.Options{BasePath: "/base/"}); r.Summary != (drift.Summary{Equal: all}) {
		t.Errorf("summary %+v", r.Summary)
	}
}

// TestWholeDocument checks that changes outside the contract's operations are reported but
// never breaking.
func TestWholeDocument(t *testing.T) {
	t.Parallel()
	document := contractDocument(t)
	in(t, document, "info")["version"] = "9.0.0"
	in(t, document, "paths")["/live"] = object{"get": object{"operationId": "live", "responses": object{"200": object{"description": "x"}}}}
	schemas := in(t, document, "components", "schemas")
	schemas["more"] = object{"type": "string"}
	delete(schemas, "healthCheckSchema")
	schemas["health"] = object{"type": "string"}
	in(t, document, "paths", "/health", "get")["responses"] = object{"200": object{"description": "x"}}
	r := compare(t, document, drift.Options{WholeDocument: true})
	var got []string
	for _, change := range r.Document {
		got = append(got, fmt.Sprintf("%s %s %s", change.Verdict, change.Kind, change.Pointer))
	}
	if diff := cmp.Diff([]string{
		"compatible added /components/schemas/health", "compatible removed /components/schemas/healthCheckSchema",
		"compatible added /components/schemas/more", "compatible changed /info/version",
	}, got); diff != "" {
		t.Error(diff)
	}
	if last := r.Operations[len(r.Operations)-1]; last.ID != "live" || last.State != drift.Added {
		t.Errorf("the last operation is %+v", last)
	}
}

// TestNoDocument compares with input that is not a usable OpenAPI document.
func TestNoDocument(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, says string }{
		"empty":      {"", "it is not an object"},
		"a page":     {"<!DOCTYPE html>\n<html>\n\t<p>a: b</p>", ""},
		"a list":     {"[]", "it is not an object"},
		"Swagger 2":  {`{"swagger":"2.0","paths":{}}`, `openapi is ""`},
		"OpenAPI 4":  {`{"openapi":"4.0.0","paths":{}}`, `openapi is "4.0.0"`},
		"no paths":   {`{"openapi":"3.0.3","info":{}}`, "no paths"},
		"cut":        {string(spec.Default().JSON()[:5000]), "neither JSON nor YAML"},
		"too large":  {`{"openapi":"3.0.3","paths":{"/a":[` + strings.Repeat("{},", 1<<18) + `{}]}}`, "not an OpenAPI document: it is too large: 786471 bytes, 786449 of them structure"},
		"wrong kind": {`{"openapi":"3.0.3","paths":[]}`, "no paths"},
	} {
		r, err := drift.Compare(spec.Default(), []byte(test.source), drift.Options{})
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/base/docs/openapi.json":
			_, _ = w.Write([]byte("document"))
		case "/cut/docs/openapi.json":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("docu"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	for path, test := range map[string]struct{ want, says string }{
		"/base":  {want: "document"},
		"/base/": {want: "document"},
		"":       {says: "answers with status 404"},
		"/cut":   {says: "unexpected EOF"},
	} {
		got, err := drift.Fetch(t.Context(), server.Client(), server.URL+path)
		if string(got) != test.want || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%q: %q, %v", path, got, err)
		}
	}
	server.Close()
	if _, err := drift.Fetch(t.Context(), server.Client(), server.URL); err == nil {
		t.Error("fetching from a closed server returned no error")
	}
}

// TestFormats checks that all formats report the same, and that nothing a target sends can
// break a table.
func TestFormats(t *testing.T) {
	t.Parallel()
	document := contractDocument(t)
	in(t, document, "paths", "/ready", "get")["operationId"] = "a|b<c>"
	delete(in(t, document, "paths", "/ready", "get", "responses"), "503")
	delete(in(t, document, "paths", "/ready", "get", "responses"), "413")
	r := compare(t, document, drift.Options{})
	r.Target.Source = "http://unleash:4242/docs/openapi.json"
	for format, lines := range map[string][]string{
		"text": {
			"target    Unleash API 8.2.0 (http://unleash:4242/docs/openapi.json), judged as enterprise",
			"equal     GET /health  getHealth",
			"changed   GET /ready  getReady",
			"          breaking    /responses/503 removed: the contract's status is not in the target's document",
			"          compatible  /operationId changed (getReady became a|b<c>): it makes no difference on the wire",
			"          beyond the target's document: /responses/413",
			fmt.Sprintf("%d equal, 1 changed, 0 missing, 0 absent, 0 added; 1 breaking, 1 compatible, 1 beyond the target's document", all-1),
		},
		"markdown": {
			"| getReady | <code>GET /ready</code> | changed |",
			`| compatible | <code>/operationId</code> | changed | getReady | a&#124;b&lt;c&gt; | it makes no difference on the wire |`,
		},
		"json": {`      "state": "changed",`, `          "pointer": "/responses/503",`, `          "verdict": "breaking",`},
	} {
		var out strings.Builder
		if err := drift.Write(format, &out, r); err != nil {
			t.Error(err)
		}
		for _, line := range lines {
			if !slices.Contains(strings.Split(out.String(), "\n"), line) {
				t.Errorf("%s: the line %q is missing in\n%s", format, line, out.String())
			}
		}
	}
	if len(drift.Formats()) != 3 {
		t.Errorf("formats %v, want 3", drift.Formats())
	}
	if err := drift.Write("xml", &strings.Builder{}, r); err == nil {
		t.Error("the format xml was accepted")
	}
	for _, format := range drift.Formats() {
		if err := drift.Write(format, brokenPipe{}, r); !errors.Is(err, errPipe) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestWriteIsNotSteeredByTheTarget checks that terminals, CI logs and Markdown renderers never
// see control sequences, commands or markup from a document.
func TestWriteIsNotSteeredByTheTarget(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2J\u009b\u202e\n::error::b `c` | <d> ##[error]"
	r := &drift.Report{
		Target:     drift.Document{Title: hostile, Version: hostile, Source: hostile},
		Operations: []drift.Operation{{ID: hostile, Path: hostile, Changes: []drift.Change{{Pointer: hostile, Contract: hostile, Target: hostile, Reason: hostile}}}},
		Document:   []drift.Change{{Verdict: drift.Beyond, Pointer: hostile}},
	}
	steering := []string{"\x1b", "\u009b", "\u202e", "\n::error", "##["}
	for format, unwanted := range map[string][]string{"text": steering, "markdown": append([]string{"`", "<d>"}, steering...)} {
		var out strings.Builder
		if err := drift.Write(format, &out, r); err != nil {
			t.Fatal(err)
		}
		for _, part := range unwanted {
			if strings.Contains(out.String(), part) {
				t.Errorf("%s: %q is in %q", format, part, out.String())
			}
		}
	}
	if r.Target.Title != hostile {
		t.Error("Write changed the report")
	}
}

var errPipe = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }
