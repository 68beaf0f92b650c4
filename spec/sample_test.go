package spec

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// documentVariable names a file with another document to test, for example that of a real
// Unleash.
const documentVariable = "UNLEASH_MOCK_TEST_DOCUMENT"

func documents(t *testing.T) map[string]*Contract {
	t.Helper()
	files, err := filepath.Glob("testdata/documents/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	if given := os.Getenv(documentVariable); given != "" {
		files = append(files, given)
	}
	out := map[string]*Contract{"the contract": Default()}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contract, err := Load(source)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(file)] = contract
	}
	return out
}

// without are the contents for which no valid value exists.
var without = map[string]bool{"getEndless": true, "impossible": true}

// TestSamplesKeepTheirSchemas checks that samples are valid for every seed, and equal for
// equal seeds.
func TestSamplesKeepTheirSchemas(t *testing.T) {
	t.Parallel()
	for name, contract := range documents(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, operation := range contract.Operations() {
				for _, response := range operation.Responses() {
					for _, content := range response.Contents {
						for seed := range uint64(5) {
							sampled(t, operation, response, content, seed)
						}
					}
				}
			}
		})
	}
}

func sampled(t *testing.T, operation *Operation, response *Response, content *Content, seed uint64) {
	t.Helper()
	value, err := content.Sample(seed)
	if (err != nil) != without[operation.ID] {
		t.Errorf("%s %s %s: %v", operation.ID, response.Code, content.MediaType, err)
	}
	if err != nil || !openapi.IsJSON(content.MediaType) {
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if failures := content.CheckResponse(content.MediaType, text); len(failures) > 0 {
		t.Errorf("%s %s: %s: %v", operation.ID, response.Code, text, failures)
	}
	again, err := content.Sample(seed)
	if other, _ := json.Marshal(again); err != nil || string(other) != string(text) {
		t.Errorf("%s %s: %s, then %s", operation.ID, response.Code, text, other)
	}
}

// TestWhatTheLibraryDraws checks that the library reads large schemas of our own document,
// but not those of other documents.
func TestWhatTheLibraryDraws(t *testing.T) {
	t.Parallel()
	source := oddDocument("3.0.3", "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/large'}}}}\n      responses: {'200': {description: d}}\n",
		"  schemas: {large: {type: object, properties: {a: {type: string}}, description: "+strings.Repeat("d", maxDrawn)+"}}\n")
	text, err := document.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := read(source, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := Load(source)
	if err != nil {
		t.Fatal(err)
	}
	for contract, want := range map[*Contract]bool{ours: true, theirs: false} {
		operation, err := reader{contract}.model(contract.Operation("x"))
		if err != nil {
			t.Fatal(err)
		}
		if drawn := operation.RequestBody.Content.First().Value().Schema.Schema().Properties != nil; drawn != want {
			t.Errorf("the library reads the properties: %v, want %v", drawn, want)
		}
	}
}

// TestSamplesNameTheirForm checks that samples have the value of the discriminator that the
// document gives for their form.
func TestSamplesNameTheirForm(t *testing.T) {
	t.Parallel()
	var paths strings.Builder
	for _, name := range []string{"mapped", "named", "heir", "second", "listed"} {
		fmt.Fprintf(&paths, "  /%s: {get: {operationId: %[1]s, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/%[1]s'}}}}}}}\n", name)
	}
	contract, err := Load([]byte("openapi: 3.0.3\ninfo: {title: t, version: v}\npaths:\n" + paths.String() + `
components:
  schemas:
    mapped: {oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}], discriminator: {propertyName: kind, mapping: {c: '#/components/schemas/cat', d: dog}}}
    named: {anyOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}], discriminator: {propertyName: kind}}
    listed: {type: array, minItems: 1, items: {$ref: '#/components/schemas/heir'}}
    cat: {type: object, required: [kind, form], properties: {kind: {type: string}, form: {enum: [cat]}}}
    dog: {type: object, required: [kind, form], properties: {kind: {type: string}, form: {enum: [dog]}}}
    base: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {h: heir}}}
    heir: {allOf: [{$ref: '#/components/schemas/base'}, {required: [form], properties: {form: {enum: [heir]}}}]}
    second: {allOf: [{$ref: '#/components/schemas/base'}, {required: [form], properties: {form: {enum: [second]}}}]}
`))
	if err != nil || len(contract.Problems()) > 0 {
		t.Fatal(err, contract.Problems())
	}
	kinds := map[string]map[string]string{
		"mapped": {"cat": "c", "dog": "d"}, "named": {"cat": "cat", "dog": "dog"}, "heir": {"heir": "h"}, "second": {"second": "second"}, "listed": {"heir": "h"},
	}
	for _, operation := range contract.Operations() {
		for seed := range uint64(10) {
			value, err := operation.Response(http.StatusOK).Contents[0].Sample(seed)
			if err != nil {
				t.Fatal(operation.ID, err)
			}
			if list, is := value.([]any); is {
				value = list[0]
			}
			object := value.(map[string]any)
			if want := kinds[operation.ID][object["form"].(string)]; object["kind"] != want || want == "" {
				t.Errorf("%s: %v, want the kind %q", operation.ID, object, want)
			}
		}
	}
}

// TestSamplesFitOneForm checks samples of forms whose values overlap, where the
// discriminator decides the form.
func TestSamplesFitOneForm(t *testing.T) {
	t.Parallel()
	contract, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}}}\n",
		`  schemas:
    pet: {oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}], discriminator: {propertyName: kind}}
    cat: {type: object, required: [kind, lives], properties: {kind: {type: string}}}
    dog: {type: object, required: [kind], properties: {kind: {type: string}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	content := contract.Operation("x").Response(http.StatusOK).Contents[0]
	for seed := range uint64(20) {
		value, err := content.Sample(seed)
		if err != nil {
			t.Fatal(err)
		}
		if failures := content.Check(value); len(failures) > 0 || value.(map[string]any)["kind"] != "dog" {
			t.Errorf("the sample is %v: %v", value, failures)
		}
	}
}

// TestADiscriminatorSelectsTheForm checks values that fit several forms of a oneOf but for what the discriminator
// says, as in documents of Spring or ASP.NET.
func TestADiscriminatorSelectsTheForm(t *testing.T) {
	t.Parallel()
	const forms = "oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}, {type: object, required: [own], properties: {kind: {enum: [none]}}}]"
	for name, test := range map[string]struct {
		discriminator string
		values        map[string]bool
	}{
		"a mapping": {"{propertyName: kind, mapping: {c: '#/components/schemas/Cat', d: Dog, e: Dog}}", map[string]bool{
			`{"kind":"c","lives":9}`: true, `{"kind":"d","lives":"many"}`: true, `{"kind":"e"}`: true, `{"kind":"c","lives":"many"}`: false,
			`{"kind":"d","loud":1}`: false, `{"kind":"x"}`: false, `{"lives":9}`: false, `{"kind":"none","own":1,"lives":"","loud":1}`: true,
		}},
		"no mapping": {"{propertyName: kind}", map[string]bool{
			`{"kind":"Cat","lives":9}`: true, `{"kind":"Dog","lives":"many"}`: true, `{"kind":"Cat","lives":"many"}`: false, `{"kind":"x"}`: false, `{"kind":"x","lives":"many"}`: true,
		}},
	} {
		contract, err := Load(oddDocument("3.0.3", "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}\n"+
			"      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}\n",
			"  schemas:\n    Pet: {"+forms+", discriminator: "+test.discriminator+"}\n"+`
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, loud: {type: boolean}}}
`))
		if err != nil {
			t.Fatal(err)
		}
		x := contract.Operation("x")
		reply := x.Response(http.StatusOK).Contents[0]
		for text, fits := range test.values {
			value, err := exactly([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for what, failures := range map[string][]Failure{"reply": reply.Check(value), "request": x.CheckBody(value)} {
				if len(failures) == 0 != fits {
					t.Errorf("%s, %s: %s: %v", name, what, text, failures)
				}
			}
		}
		for seed := range uint64(10) {
			if value, err := reply.Sample(seed); err != nil || len(reply.Check(value)) > 0 {
				t.Errorf("%s: the sample is %v: %v", name, value, err)
			}
		}
	}
}

// TestWhatIsWrongWithADocument checks that all problems of a document are reported and that
// the rest can be used.
func TestWhatIsWrongWithADocument(t *testing.T) {
	t.Parallel()
	contract := documents(t)["broken.yaml"]
	var got []string
	problems := contract.Problems()
	for _, found := range contract.Audit() {
		problems = append(problems, found...)
	}
	for _, problem := range problems {
		got = append(got, problem.Error())
	}
	want := []string{
		`GET /nowhere (nowhere, line 5): the reference "#/components/responses/None" leads nowhere`,
		`GET /far (far, line 6): the reference "other.yaml#/a" leads out of the document`,
		`GET /circle (circle, line 7): a reference leads to itself`,
		`GET /nameless (line 8): the operation has no operationId`,
		`GET /twice (good, line 9): the operationId is taken by GET /good`,
		`GET /things/{other} (getThingAgain, line 15): the paths /things/{id} and /things/{other} are the same`,
		`GET /scheme (scheme, line 17): security: the document has no security scheme "none"`,
		`/path-in-a-file (line 31): the reference "paths.yaml" leads out of the document`,
		`GET /undeclared/{id} (undeclared, line 16): the path parameter {id} is not declared`,
		`GET /silent (silent, line 18): the operation has no response`,
		`GET /backreference (backreference, line 21): response 200: application/json: the pattern "^(a)\\1$" cannot be checked, so it allows everything: `,
		`GET /impossible (impossible, line 25): response 200: application/json: no value was found that the schema allows`,
		`GET /misleading (misleading, line 29): response 200: application/json: the example breaks the schema: body/a: it must be integer, it is string`,
	}
	for i, line := range got {
		if i >= len(want) || !strings.HasPrefix(line, want[i]) {
			t.Errorf("problem %d is %s", i, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d problems, want %d", len(got), len(want))
	}
	for _, path := range []string{"/good", "/nameless", "/twice", "/things/1", "/undeclared/1"} {
		if contract.Find(http.MethodGet, path) == nil {
			t.Errorf("%s cannot be used", path)
		}
	}
	if contract.Find(http.MethodDelete, "/things/1") == nil {
		t.Error("a path that is written twice lost a method")
	}
}

// TestEveryBrokenExampleIsReported checks that each example of a response that cannot be sent is
// reported.
func TestEveryBrokenExampleIsReported(t *testing.T) {
	t.Parallel()
	contract, err := Load([]byte(`openapi: 3.0.3
paths:
  /x:
    get:
      operationId: x
      responses:
        "200":
          description: d
          headers:
            X-Good: {schema: {type: integer}, example: 1}
            X-Bad: {schema: {type: integer}, example: many}
          content:
            application/json: {schema: {type: integer}, examples: {a: {value: x}, b: {value: 1}, c: {value: y}}}
            "*/*": {schema: {type: integer}, example: z}
            application/xml: {schema: {type: object}, example: <a/>}
            text/csv: {schema: {type: string, maxLength: 3}, examples: {short: {value: a,b}, long: {value: "a,b,c"}, none: {value: {a: 1}}}}
        "404": {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/problem'}}}}
        "500": {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/problem'}}}}
components:
  schemas:
    problem:
      type: object
      required: [code]
      properties: {code: {type: integer, example: "7"}, cause: {$ref: '#/components/schemas/problem'}, size: {type: integer, example: 7}}
      example: {code: 7, size: 1}
`))
	if err != nil {
		t.Fatal(err)
	}
	for range contract.Audit() { // which does not change what the next one reports
	}
	var got []string
	for _, found := range contract.Audit() {
		for _, problem := range found {
			if !problem.Used {
				t.Errorf("it is not used: %v", problem)
			}
			got = append(got, problem.Reason)
		}
	}
	want := []string{
		"response 200: header X-Bad: the example breaks the schema: header: it must be integer, it is string",
		"response 200: application/json: the example a breaks the schema: body: it must be integer, it is string",
		"response 200: application/json: the example c breaks the schema: body: it must be integer, it is string",
		"response 200: */*: the example breaks the schema: body: it must be integer, it is string",
		"response 200: text/csv: the example long breaks the schema: body: it has 5 characters; at most 3 are allowed",
		`response 404: application/json: the example "7" of a schema breaks it: #/properties/code: it must be integer, it is string`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestASchemaThatIsNone checks that an invalid schema is reported where it is written, and
// that the rest still validates.
func TestASchemaThatIsNone(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.0.3", "3.1.0"} {
		contract, err := Load([]byte(`{"openapi": "` + version + `", "info": {"title": "t", "version": "1"},
			"components": {"schemas": {"Item": {"type": "object", "properties": {"price": {"type": "decimal"}}}}},
			"paths": {"/items": {"get": {"operationId": "items", "responses": {"200": {"description": "d",
				"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range contract.Audit() {
			for _, problem := range found {
				got = append(got, problem.Error())
			}
		}
		const want = "response 200: application/json: the schema is not valid, and its invalid part allows everything: /components/schemas/Item/properties/price/type: "
		if len(got) != 1 || !strings.Contains(got[0], want) || strings.ContainsAny(got[0], "\n") || strings.Contains(got[0], "metaschema") {
			t.Errorf("%s: %q", version, got)
		}
		for body, keeps := range map[string]bool{`[{"price":1}]`: true, `[{"price":"x"}]`: true, `[7]`: false, `7`: false} {
			failures := contract.Operation("items").CheckResponse(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, []byte(body))
			if (len(failures) == 0) != keeps {
				t.Errorf("%s: %s: %v", version, body, failures)
			}
		}
	}
}

// TestNothingIsFetched checks that nothing a schema refers to outside of its document is
// fetched, from the network or from files, whatever the keyword.
func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(`{"type": "object"}`))
	}))
	t.Cleanup(server.Close)
	secret := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(secret, []byte(`{"type": "integer"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for schema, want := range map[string]string{ // the problem reported; empty if the schema is valid
		`{"$schema": "URL", "type": "integer"}`:                                                                 "",
		`{"$schema": "https://spec.openapis.org/oas/3.1/dialect/base", "type": "integer"}`:                      "",
		`{"$schema": "https://json-schema.org/draft-05/schema", "type": "integer"}`:                             "",
		`{"$schema": "http://json-schema.org/draft-07/schema#", "type": "integer"}`:                             "",
		`{"$schema": "https://json-schema.org/draft/2019-09/schema", "type": "integer"}`:                        "",
		`{"type": "integer", "not": {"properties": {"x": {"$id": "URL", "$schema": "URL"}}, "type": "object"}}`: "",
		`{"$dynamicRef": "URL"}`:                                                      "leads out of the document",
		`{"$recursiveRef": "URL"}`:                                                    "leads out of the document",
		`{"allOf": [{"$id": "URL/base", "$dynamicRef": "other"}]}`:                    "leads out of the document",
		`{"items": {"$ref": "URL"}}`:                                                  "leads out of the document",
		`{"default": {"\u0024ref": "URL"}, "$ref": "#/components/schemas/S/default"}`: "leads out of the document",
	} {
		for _, version := range []string{"3.0.3", "3.1.0"} {
			for _, url := range []string{server.URL, "file://" + secret} {
				checkUnfetched(t, version, strings.ReplaceAll(schema, "URL", url), want)
			}
		}
	}
	if count := asked.Load(); count > 0 {
		t.Errorf("the server got %d requests", count)
	}
}

// checkUnfetched validates values by a schema, makes samples, and compares the problems
// that are reported.
func checkUnfetched(t *testing.T, version, schema, want string) {
	t.Helper()
	contract, err := Load([]byte(`{"openapi": "` + version + `", "info": {"title": "t", "version": "1"}, "components": {"schemas": {"S": ` + schema + `}},
		"paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "d",
		"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}}}}}}}`))
	told := ""
	if err != nil {
		told = err.Error()
	} else {
		for _, found := range contract.Audit() {
			for _, problem := range found {
				told += problem.Error()
			}
		}
		failures := contract.Operation("a").CheckResponse(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, []byte(`"text"`))
		if want == "" && len(failures) == 0 {
			t.Errorf("%s, %s: it validates nothing", version, schema)
		}
	}
	if want == "" && told != "" || !strings.Contains(told, want) {
		t.Errorf("%s, %s: the problem is %q, want %q", version, schema, told, want)
	}
}

// TestHostileSchemas checks that the search for a value ends, whatever a schema demands.
func TestHostileSchemas(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		`{"type":"string","pattern":"^(a*)*$","minLength":1000000}`, `{"type":"string","pattern":"^(()*)*$","minLength":1000000}`,
		`{"type":"string","pattern":"^((((a{0,999})*){0,999})*){0,999}b$","minLength":100000}`, `{"type":"string","minLength":1000000000}`,
		`{"type":"array","minItems":1000000000}`, `{"type":"array","minItems":3,"uniqueItems":true,"items":{"enum":[1,2]}}`,
		`{"type":"object","minProperties":1000000000}`, `{"type":"number","minimum":1e-999999999}`, `{"type":"number","minimum":1e999999999}`,
		`{"type":"integer","multipleOf":0.000001,"minimum":1e300}`, `{"allOf":[{"type":"string"},{"type":"integer"}]}`,
		`{"type":"string","pattern":"` + strings.Repeat("a{1000}", 1000) + `"}`, `{"type":"string","pattern":"` + strings.Repeat("a{900}", 10) + `","minLength":60000}`,
		`{"not":{}}`, `{"type":"string","default":"2e-70957566"}`, `{"type":"array","items":{"$ref":"#/components/schemas/x"},"minItems":2}`,
	} {
		source := `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/x"}}}}}}}},"components":{"schemas":{"x":` + schema + `}}}`
		contract, err := Load([]byte(source))
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		content := contract.Operations()[0].Response(http.StatusOK).Contents[0]
		if _, err := content.Sample(1); err != nil && strings.Contains(schema, `"default"`) {
			t.Errorf("%s: %v", schema, err)
		}
		if value, err := content.Sample(1); err == nil {
			if failures := content.Check(value); len(failures) > 0 {
				t.Errorf("%s: %v", schema, failures)
			}
		}
	}
}

// TestSchemasThatDouble checks schemas that each contain the next one twice, so that
// validating a single value would take practically forever.
func TestSchemasThatDouble(t *testing.T) {
	t.Parallel()
	for _, part := range []string{`{"allOf":[%s,%[1]s]}`, `{"anyOf":[%s,%[1]s]}`, `{"oneOf":[%s,%[1]s]}`, `{"not":%s,"if":%[1]s}`} {
		for levels, want := range map[int]string{12: "", 60: "steps for a single value"} {
			var schemas strings.Builder
			for level := range levels {
				next := fmt.Sprintf(`{"$ref":"#/components/schemas/x%d"}`, level+1)
				fmt.Fprintf(&schemas, `"x%d":%s,`, level, fmt.Sprintf(part, next))
			}
			source := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/x0"}}}}}}}},"components":{"schemas":{` +
				schemas.String() + fmt.Sprintf(`"x%d":{"type":"object"}}}}`, levels)
			contract, err := Load([]byte(source))
			if err != nil {
				t.Fatal(err)
			}
			said := fmt.Sprint(contract.Complete())
			if want == "" && said != "<nil>" || !strings.Contains(said, want) {
				t.Errorf("%s, %d levels: %s", part, levels, said)
			}
			_, _ = contract.Operations()[0].Response(http.StatusOK).Contents[0].Sample(1) // returns
		}
	}
}

// TestSamplesOfOddSchemas checks that samples are found for schemas that leave little room.
func TestSamplesOfOddSchemas(t *testing.T) {
	t.Parallel()
	nested := func(schema string) string { // this deep, only required properties are shown
		for range 4 {
			schema = `{"type":"object","required":["a"],"properties":{"a":` + schema + `}}`
		}
		return schema
	}
	for name, schema := range map[string]string{
		"two choices":                      `{"allOf":[{"oneOf":[{"required":["k"],"properties":{"k":{"const":1}}},{"required":["k"],"properties":{"k":{"const":2}}}]},{"oneOf":[{"properties":{"k":{"const":2}}},{"properties":{"k":{"const":3}}}]}]}`,
		"several conditions":               `{"required":["k","v"],"properties":{"k":{"enum":["a","b"]},"v":true},"allOf":[{"if":{"properties":{"k":{"const":"a"}}},"then":{"properties":{"v":{"type":"integer"}}}},{"if":{"properties":{"k":{"const":"b"}}},"then":{"properties":{"v":{"type":"string"}}}}]}`,
		"twelve conditions":                `{"type":"object","required":["type"],"properties":{"type":{"enum":["a","b","c","d","e","f","g","h","i","j","k","l"]}},"allOf":[{"if":{"properties":{"type":{"const":"a"}}},"then":{"required":["a1"],"properties":{"a1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"b"}}},"then":{"required":["b1"],"properties":{"b1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"c"}}},"then":{"required":["c1"],"properties":{"c1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"d"}}},"then":{"required":["d1"],"properties":{"d1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"e"}}},"then":{"required":["e1"],"properties":{"e1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"f"}}},"then":{"required":["f1"],"properties":{"f1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"g"}}},"then":{"required":["g1"],"properties":{"g1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"h"}}},"then":{"required":["h1"],"properties":{"h1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"i"}}},"then":{"required":["i1"],"properties":{"i1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"j"}}},"then":{"required":["j1"],"properties":{"j1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"k"}}},"then":{"required":["k1"],"properties":{"k1":{"type":"integer"}}}},{"if":{"properties":{"type":{"const":"l"}}},"then":{"required":["l1"],"properties":{"l1":{"type":"integer"}}}}]}`,
		"a fraction, or both forms fit":    `{"oneOf":[{"type":"integer"},{"type":"number"}],"not":{"type":"integer"}}`,
		"no whole number":                  `{"type":"number","not":{"multipleOf":1}}`,
		"different numbers below a bound":  `{"type":"array","uniqueItems":true,"minItems":5,"items":{"type":"integer","minimum":-100,"maximum":2}}`,
		"a name of a pattern and a rule":   `{"type":"object","minProperties":1,"additionalProperties":false,"patternProperties":{"^x-[a-z]+$":{}},"propertyNames":{"maxLength":6}}`,
		"a minimum of properties, nested":  nested(`{"type":"object","minProperties":1,"additionalProperties":false,"properties":{"a":{"type":"string"}}}`),
		"different values, nested":         nested(`{"type":"array","uniqueItems":true,"minItems":2,"items":{"enum":["a","b"]}}`),
		"different texts that are short":   `{"type":"array","uniqueItems":true,"minItems":3,"items":{"type":"string","maxLength":2}}`,
		"what a property demands":          `{"type":"object","required":["a"],"properties":{"a":{"type":"string"}},"dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"required":["c"],"properties":{"c":{"type":"integer"}}}}}`,
		"contains behind a prefix":         `{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":["string","boolean"]},"contains":{"const":"z"},"minItems":3}`,
		"contains in a prefix":             `{"type":"array","prefixItems":[{"const":1},{"type":"string"}],"items":false,"minItems":2,"contains":{"type":"string"}}`,
		"names of several patterns":        `{"type":"object","minProperties":3,"additionalProperties":false,"patternProperties":{"^[ab]$":{"type":"integer"},"^c$":{"type":"string"}}}`,
		"names of a pattern without end":   `{"type":"object","minProperties":2,"unevaluatedProperties":false,"patternProperties":{"^x-":{"type":"integer"}}}`,
		"a property whose name is refused": `{"type":"object","minProperties":2,"propertyNames":{"maxLength":2},"properties":{"long":{"type":"string"}}}`,
		"a long text in a format":          `{"type":"object","required":["a","b","c"],"properties":{"a":{"type":"string","format":"uri","minLength":60},"b":{"type":"string","format":"email","minLength":40},"c":{"type":"string","format":"byte","minLength":20}}}`,
		"a pattern that repeats once":      `{"type":"string","pattern":"^[a-z0-9]+$","minLength":8}`,
		"a pattern of a length":            `{"type":"string","pattern":"^[a-z0-9]*$","minLength":8,"maxLength":8}`,
		"a pattern with bounds":            `{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$","minLength":8}`,
		"a pattern with narrow bounds":     `{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$","minLength":63,"maxLength":64}`,
		"a pattern that begins":            `{"type":"string","pattern":"^cus_[A-Za-z0-9]+$","minLength":10}`,
		"a short pattern that begins":      `{"type":"string","pattern":"^cus_[A-Za-z0-9]+$","minLength":10,"maxLength":12}`,
		"a pattern that repeats twice":     `{"type":"string","pattern":"^[a-z]+-[0-9]+$","minLength":20,"maxLength":40}`,
		"a pattern that repeats repeats":   `{"type":"string","pattern":"^[a-z]+(-[a-z]+)*$","minLength":12,"maxLength":40}`,
		"two parts of an exact length":     `{"type":"string","pattern":"^[a-z]+-[0-9]+$","minLength":12,"maxLength":12}`,
		"several patterns":                 `{"allOf":[{"type":"string","pattern":"^[a-m]+"},{"pattern":"[k-z]{3}$"},{"pattern":"ll"}],"maxLength":6}`,
		"ranges that overlap":              `{"type":"string","allOf":[{"pattern":"^[a-k]{4}$"},{"pattern":"^[k-z]+$"}]}`,
		"a pattern and one to avoid":       `{"type":"string","pattern":"^[ab]{3}$","not":{"pattern":"aa|bb"}}`,
		"a pattern of words":               `{"type":"string","pattern":"\\bfoo\\b.*\\Bar\\b","minLength":14}`,
		"a pattern that ignores case":      `{"type":"string","pattern":"(?i)^key_[A-F]{3}$"}`,
		"a pattern of other scripts":       `{"type":"string","pattern":"^\\p{Greek}+$","minLength":3,"maxLength":3}`,
		"a choice of lengths":              `{"type":"string","pattern":"^([a-z]{2}|[0-9]{40})$","minLength":5}`,
		"letters of any script, counted":   `{"type":"string","pattern":"^\\p{Lu}\\p{Ll}{1,30}$"}`,
		"words of any script, counted":     `{"type":"string","pattern":"^[\\p{L}\\p{N}]{1,50}-\\d+ \\p{L}{1,20}$","minLength":20}`,
		"a pattern and more to avoid":      `{"type":"string","pattern":"^a","not":{"pattern":"^a","minLength":10}}`,
		"many texts of a pattern":          `{"type":"array","minItems":200,"items":{"type":"string","pattern":"arn:aws:lambda:[a-z]+"}}`,
		"no object":                        `{"not":{"type":["object","array","string"]}}`,
		"no text that begins so":           `{"type":"string","not":{"pattern":"^text"}}`,
		"a moment in a pattern":            `{"type":"string","format":"date-time","pattern":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$"}`,
		"a moment, nested":                 nested(`{"type":"string","format":"date-time","pattern":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$"}`),
		"a day in a pattern":               `{"type":"string","format":"date","pattern":"^\\d{4}-\\d{2}-\\d{2}$"}`,
		"an address in a pattern":          `{"type":"string","format":"email","pattern":"^[a-z]+@[a-z]+$"}`,
		"a number that is not a text":      `{"type":["string","integer"],"format":"int64","pattern":"^a+$","minLength":3}`,
		"a format and a pattern":           `{"type":"object","required":["a","b","c","d","e","f","g"],"properties":{"a":{"type":"string","format":"date","pattern":"^2031-"},"b":{"type":"string","format":"duration","pattern":"D$"},"c":{"type":"string","format":"uuid","pattern":"^[0-9a-f-]{14}7"},"d":{"type":"string","format":"uri","pattern":"^https://cdn\\."},"e":{"type":"string","format":"email","pattern":"@corp\\.example$"},"f":{"type":"string","format":"date-time","pattern":"\\+02:00$"},"g":{"type":"string","format":"byte","pattern":"^ab"}}}`,
		"neither short nor positive":       `{"type":"array","minItems":2,"prefixItems":[{"type":"string","not":{"maxLength":8}},{"type":"integer","not":{"minimum":0}}],"items":{"type":"number","not":{"exclusiveMinimum":-7}}}`,
		"null among values":                `{"type":"null","enum":["a",1,null]}`,
		"a short address":                  `{"type":"string","format":"ipv6","maxLength":4}`,
		"a short time":                     `{"type":"string","format":"duration","maxLength":3}`,
		"different values of any type":     `{"type":"array","uniqueItems":true,"minItems":3}`,
		"a property that nothing names":    `{"type":"object","required":["a"],"unevaluatedProperties":{"type":"string","pattern":"^[0-9]{3}$"}}`,
		"elements that nothing names":      `{"type":"array","minItems":3,"prefixItems":[{"const":"a"}],"unevaluatedItems":{"type":"integer","minimum":5}}`,
		"elements without a type":          `{"type":"object","required":["a"],"properties":{"a":{"contains":{"type":"integer"},"uniqueItems":true,"minItems":2},"b":{"unevaluatedItems":{"type":"null"}}}}`,
		"anything, but of one form":        `{"oneOf":[{},{"type":"integer","minimum":7},{"type":"object","required":["a"]}],"not":{"required":["b"]}}`,
		"whole only by its format":         `{"type":"number","format":"int64","minimum":526,"multipleOf":0.01}`,
		"a multiple of one form":           `{"oneOf":[{"type":"number","multipleOf":0.05},{"type":"number","maximum":151.5}]}`,
		"objects of two loose forms":       `{"oneOf":[{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}},{"type":"object","properties":{"a":{"type":"string"},"c":{"type":"object"}}}]}`,
		"two loose forms, nested":          nested(`{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}},{"type":"object","properties":{"c":{"type":"string"}}}]}`),
		"the largest whole numbers":        `{"type":"array","minItems":2,"prefixItems":[{"type":"integer","format":"int64","minimum":9223372036854775807},{"type":"integer","format":"int64","maximum":-9223372036854775807}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract, err := Load([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":` + schema + `}}}}}}}}`))
			if err != nil {
				t.Fatal(err)
			}
			operation := contract.Operation("x")
			response := operation.Response(http.StatusOK)
			for seed := range uint64(20) {
				sampled(t, operation, response, response.Contents[0], seed*7919)
			}
		})
	}
}

// TestSamplesOfNumbers checks that numbers are as small as the bounds allow: clients in
// JavaScript read no others exactly.
func TestSamplesOfNumbers(t *testing.T) {
	t.Parallel()
	for schema, bounds := range map[string][2]float64{
		`{"type":"integer"}`:                                   {1, 1001},
		`{"type":"integer","format":"int64"}`:                  {1, 1001},
		`{"type":"integer","format":"int32"}`:                  {1, 1001},
		`{"type":"integer","format":"int64","minimum":5000}`:   {5000, 6000},
		`{"type":"integer","maximum":100}`:                     {1, 100},
		`{"type":"integer","maximum":-5}`:                      {-14, -5},
		`{"type":"integer","maximum":1,"minimum":0}`:           {0, 1},
		`{"type":"number","exclusiveMinimum":0,"maximum":0.1}`: {0.0001, 0.1},
		`{"type":"integer","multipleOf":25}`:                   {25, 25025},
	} {
		contract, err := Load([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":` + schema + `}}}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(50) {
			value, err := contract.Operation("x").Response(http.StatusOK).Contents[0].Sample(seed)
			if err != nil {
				t.Fatalf("%s: %v", schema, err)
			}
			if number, err := value.(json.Number).Float64(); err != nil || number < bounds[0] || number > bounds[1] {
				t.Errorf("%s: %v, want a number from %v to %v", schema, value, bounds[0], bounds[1])
			}
		}
	}
}

// TestSamplesOfMultiples checks that numbers are multiples also in the arithmetic of floats, in which other
// validators calculate.
func TestSamplesOfMultiples(t *testing.T) {
	t.Parallel()
	for _, step := range []float64{0.01, 0.05, 0.1, 0.0001, 2.5, 7} {
		contract, err := Load([]byte(fmt.Sprintf(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":{"type":"number","multipleOf":%v}}}}}}}}}`, step)))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(200) {
			value, err := contract.Operation("x").Response(http.StatusOK).Contents[0].Sample(seed)
			if err != nil {
				t.Fatal(err)
			}
			if number, err := value.(json.Number).Float64(); err != nil || math.Trunc(number/step) != number/step {
				t.Errorf("%v is no multiple of %v", value, step)
			}
		}
	}
}

// TestSamplesOfHeaders checks that the text of a header does not end with white space, which is lost.
func TestSamplesOfHeaders(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{"^Basic ": "Basic ?", "^a $": "a ", "[ a]$": "?a"} {
		contract, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, headers: {X-A: {schema: {type: string, pattern: '"+pattern+"'}}}}}\n", "  schemas: {}\n"))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(10) {
			value, err := contract.Operation("x").Response(http.StatusOK).Headers[0].Value(seed)
			text, _ := value.(string)
			if err != nil || strings.HasSuffix(text, " ") != strings.HasSuffix(want, " ") {
				t.Errorf("%s: got %q %v, want %s", pattern, value, err, want)
			}
		}
	}
}

// TestSamplesOfPatternsAreShort checks that texts of patterns are about as long as they have to be.
func TestSamplesOfPatternsAreShort(t *testing.T) {
	t.Parallel()
	for pattern, longest := range map[string]int{
		`^.+@company\\.com$`: 20, `https://example\\.com/`: 24, `arn:aws:lambda:`: 20, `^[a-z]*$`: 4, `^[a-z]+(-[a-z]+)*$`: 4,
		`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`: 36, `^(foo|barbaz){3}x$`: 19,
	} {
		contract, err := Load([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":{"type":"string","maxLength":65535,"pattern":"` + pattern + `"}}}}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(20) {
			value, err := contract.Operation("x").Response(http.StatusOK).Contents[0].Sample(seed)
			if text, _ := value.(string); err != nil || len(text) > longest {
				t.Errorf("%s: %q, %v", pattern, value, err)
			}
		}
	}
}

// TestSamplesOfNullableEnums checks that a sample is null only if the schema allows nothing
// else: not all validators take null for a value of an enum that does not list it.
func TestSamplesOfNullableEnums(t *testing.T) {
	t.Parallel()
	contract, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: {type: string, nullable: true, enum: [a, b]}}}}}\n", "  schemas: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	forms, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: {nullable: true, anyOf: [{type: string}, {type: integer}]}}}}}\n", "  schemas: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		for _, document := range []*Contract{contract, forms} {
			if value, err := document.Operation("x").Response(http.StatusOK).Contents[0].Sample(seed); err != nil || value == nil {
				t.Errorf("the sample is %v: %v", value, err)
			}
		}
	}
}

// TestPatternsThatLook checks that patterns that look ahead or behind validate, and that samples
// match them.
func TestPatternsThatLook(t *testing.T) {
	t.Parallel()
	for pattern, test := range map[string]struct{ good, bad []string }{
		`^(?=.*\\d)(?=.*[a-z]).{8,}$`: {[]string{"abcdefg1", "1aaaaaaaaa"}, []string{"abcdefgh", "12345678", "abc1"}},
		`^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[@$!%*?&])[A-Za-z\\d@$!%*?&]{8,20}$`: {[]string{"aB1!aaaa"}, []string{"aB1aaaaa", "aB1!aaaa aa", "aB1!"}},
		`^(?!foo|bar)[a-z]{3,5}$`:                      {[]string{"abc"}, []string{"foo", "barb", "ab"}},
		`^(?=.{5,10}$)(?!.*--)[a-z-]+$`:                {[]string{"ab-cd"}, []string{"ab--cd", "abc", "abcdefghijk"}},
		`^(?=[)(])..`:                                  {[]string{"()"}, []string{"a)"}},
		`^(?=a)b|c$`:                                   {[]string{"c", "xc"}, []string{"b", "a", "ca"}},
		`^[a-z](?!.*--)[a-z-]+(?<!-)$`:                 {[]string{"ab", "a-b"}, []string{"a--b", "ab-", "a"}},
		`^[A-Z]{3}(?<!QQQ)$`:                           {[]string{"QQR", "ABC"}, []string{"QQQ", "AB"}},
		`^((?!admin).)*$`:                              {[]string{"", "root", "admi"}, []string{"admin", "an admin"}},
		`^(a(?=b)|b(?!b)){2,4}$`:                       {[]string{"ab", "abab"}, []string{"aa", "bb", "abb"}},
		`^(?:(?:25[0-5]|1?\\d?\\d)(?:\\.(?!$)|$)){4}$`: {[]string{"1.2.3.4", "255.1.1.1"}, []string{"1.2.3", "1.2.3.4.", "256.1.1.1"}},
		`^(?=(?!aa)[ab]{2}(?<=b)$).*$`:                 {[]string{"ab", "bb"}, []string{"aa", "ba", "abb"}},
		`^é(?=.+$)`:                                    {[]string{"éé", "ééé"}, []string{"é", "eé"}},
		`^(?!^[-+.]*$)[+-]?0*(?:\\d{0,3}|(?=[\\d.]{1,5}0*$)\\d{0,3}\\.\\d{0,2}0*$)`: {[]string{"1.25", "-100"}, []string{"", ".", "+"}},
	} {
		contract, err := Parse([]byte(`{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {"operationId": "x",
			"responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"type": "string", "pattern": "` + pattern + `"}}}}}}}}}`))
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		content := contract.Operation("x").Responses()[0].Contents[0]
		for _, text := range test.good {
			if failures := content.Check(text); len(failures) > 0 {
				t.Errorf("%s: %s: %v", pattern, text, failures)
			}
		}
		for _, text := range test.bad {
			if failures := content.Check(text); len(failures) == 0 {
				t.Errorf("%s: %s passes", pattern, text)
			}
		}
		for seed := range uint64(20) {
			value, err := content.Sample(seed)
			if err != nil || len(content.Check(value)) > 0 {
				t.Errorf("%s: %d: %v %v", pattern, seed, value, err)
			}
		}
	}
}

// TestADiscriminatorWithoutAMapping checks a discriminator without a mapping whose forms
// set their own values.
func TestADiscriminatorWithoutAMapping(t *testing.T) {
	t.Parallel()
	contract, err := Parse(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}}}\n", `
  schemas:
    pet: {oneOf: [{$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Cow'}], discriminator: {propertyName: kind}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string, enum: [dog]}}}
    Cat: {allOf: [{$ref: '#/components/schemas/Base'}, {properties: {kind: {$ref: '#/components/schemas/cat'}}}]}
    Cow: {allOf: [{$ref: '#/components/schemas/Base'}, {required: [milk]}]}
    Base: {type: object, required: [kind], properties: {kind: {type: string, enum: [cat, Cow]}}}
    cat: {enum: [cat]}
`))
	if err != nil {
		t.Fatal(err)
	}
	content := contract.Operation("x").Response(http.StatusOK).Contents[0]
	kinds := map[any]bool{}
	for seed := range uint64(40) {
		value, err := content.Sample(seed)
		if err != nil || len(content.Check(value)) > 0 {
			t.Fatalf("%v %v", value, err)
		}
		kinds[value.(map[string]any)["kind"]] = true
	}
	if len(kinds) != 3 || !kinds["dog"] || !kinds["cat"] || !kinds["Cow"] {
		t.Errorf("the kinds are %v", kinds)
	}
}
