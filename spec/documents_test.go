package spec

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestOddDocuments checks what OpenAPI allows and our document does not contain.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	const (
		reply = "      responses: {'200': {description: d, content: {application/json: {schema: %s}}}}\n"
		tree  = "  schemas: {node: {type: object, required: [v], properties: {v: {type: integer}, left: {$ref: '#/components/schemas/node'}, next: {type: array, items: {$ref: '#/components/schemas/node'}}}}}\n"
	)
	answers := func(schema string) string { return fmt.Sprintf(reply, schema) }
	for name, test := range map[string]struct {
		version, operation, components string
		good, bad                      string // response bodies
	}{
		"a schema that contains itself": {
			"3.0.3", answers("{$ref: '#/components/schemas/node'}"), tree, `{"v":1,"left":{"v":2,"next":[{"v":3}]}}`, `{"v":1,"left":{"v":2,"next":[{}]}}`,
		},
		"a response by reference": {
			"3.0.3", "      responses: {'200': {$ref: '#/components/responses/ok'}}\n",
			tree + "  responses: {ok: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/node'}}}}}\n", `{"v":1}`, `{}`,
		},
		"a schema of another place": {
			"3.0.3", "      requestBody: {content: {application/json: {schema: {type: object, required: [v]}}}}\n" +
				answers("{$ref: '#/paths/~1x/post/requestBody/content/application~1json/schema'}"), tree, `{"v":1}`, `{}`,
		},
		"a part of a schema": {
			"3.0.3", answers("{$ref: '#/components/schemas/node/properties/v'}"), tree, `1`, `"x"`,
		},
		"an odd name": {
			"3.0.3", answers("{$ref: '#/components/schemas/a~1b%20c'}"), "  schemas: {a/b c: {type: object, required: [v]}}\n", `{"v":1}`, `{}`,
		},
		"a reference with siblings": {
			"3.1.0", answers("{$ref: '#/components/schemas/node', required: [w]}"), tree, `{"v":1,"w":1}`, `{"v":1}`,
		},
		"a part with an id of its own": {
			"3.1.0", answers("{properties: {v: {$id: 'https://unleash.example/v', properties: {w: {$ref: '#/components/schemas/node'}}}}}"), tree, `{"v":{"w":{"v":1}}}`, `{"v":{"w":{}}}`,
		},
		"a list of types": {
			"3.1.0", answers("{type: [string, 'null']}"), tree, `null`, `1`,
		},
		"a boolean schema": {
			"3.1.0", answers("{not: {$ref: '#/components/schemas/nothing'}, type: object}"), "  schemas: {nothing: false}\n", `{}`, `1`,
		},
		"a null that is allowed": {
			"3.0.3", answers("{type: object, nullable: true}"), tree, `null`, `1`,
		},
		"a null that forms do not mention": {
			"3.0.3", answers("{nullable: true, anyOf: [{type: string}, {$ref: '#/components/schemas/node'}]}"), tree, `null`, `1`,
		},
		"a null that a single form does not mention": {
			"3.0.3", answers("{type: object, nullable: true, oneOf: [{$ref: '#/components/schemas/node'}], discriminator: {propertyName: v}}"), tree, `null`, `{}`,
		},
		"base64": {
			"3.0.3", answers("{type: string, format: byte}"), tree, `"_-8="`, `"no base64"`,
		},
		"an anchor": {
			"3.1.0", answers("{properties: {a: {$ref: '#text'}, b: {$anchor: text, type: string}}}"), tree, `{"a":"x"}`, `{"a":1}`,
		},
		"an id": {
			"3.1.0", answers("{$ref: 'https://unleash.example/s/a'}"), "  schemas: {a: {$id: 'https://unleash.example/s/a', properties: {b: {$ref: 'b#/$defs/c'}}}, b: {$id: /s/b, $defs: {c: {type: string}}}, z: {$id: 'https://unleash.example/s/b', $defs: {c: {type: string}}}}\n", `{"b":"x"}`, `{"b":1}`,
		},
		"a pointer below an id": {
			"3.1.0", answers("{$id: 'https://unleash.example/v', properties: {v: {$ref: '#/$defs/w'}}, $defs: {w: {type: string}}}"), tree, `{"v":"x"}`, `{"v":1}`,
		},
		"a discriminator": {
			"3.0.3", answers("{$ref: '#/components/schemas/pet'}"),
			"  schemas: {pet: {oneOf: [{$ref: '#/components/schemas/dog'}], discriminator: {propertyName: k, mapping: {d: '#/components/schemas/dog'}}}, dog: {type: object, required: [k, v]}}\n",
			`{"k":"d","v":1}`, `{"k":"d"}`,
		},
		"an example that looks like a reference": {
			"3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: {type: object, required: [v]}, example: {v: {$ref: '#/nothing'}, a: '#/info/title'}}}}}\n",
			tree, `{"v":1}`, `{}`,
		},
		"a property that only answers have, by reference": {
			"3.0.3", answers("{type: object, required: [v, w], properties: {v: {$ref: '#/components/schemas/secret'}}}"),
			"  schemas: {secret: {type: string, writeOnly: true}}\n", `{"w":1}`, `{"v":"x"}`,
		},
		"a media type without a schema": {
			"3.0.3", "      responses: {'200': {description: d, content: {application/json: {}}}}\n", tree, `[]`, `{`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract, err := Parse(oddDocument(test.version, test.operation, test.components))
			if err != nil {
				t.Fatal(err)
			}
			operation := contract.Operation("x")
			if failures := operation.CheckResponse(http.StatusOK, jsonHeader, []byte(test.good)); len(failures) > 0 {
				t.Errorf("%s fails: %v", test.good, failures)
			}
			if failures := operation.CheckResponse(http.StatusOK, jsonHeader, []byte(test.bad)); len(failures) == 0 {
				t.Errorf("%s passes", test.bad)
			}
		})
	}
}

func oddDocument(version, operation, components string) []byte {
	return []byte("openapi: " + version + "\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    post:\n      operationId: x\n" + operation + "components:\n" + components)
}

// TestAnOperationsHeaderReplacesThatOfItsPath checks that letter case does not tell headers apart.
func TestAnOperationsHeaderReplacesThatOfItsPath(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(`
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /x:
    parameters: [{name: X-Kind, in: header, schema: {type: integer}}, {name: Q, in: query, schema: {type: integer}}]
    get: {operationId: x, parameters: [{name: x-kind, in: header, schema: {enum: [a, null]}}, {name: q, in: query}], responses: {'204': {description: d}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, parameter := range contract.Operation("x").Parameters() {
		names = append(names, parameter.Name)
	}
	if want := []string{"Q", "x-kind", "q"}; !slices.Equal(names, want) {
		t.Errorf("the parameters are %q, want %q", names, want)
	}
	failures := contract.Operation("x").Parameters()[1].Check("b", true)
	if len(failures) != 1 || failures[0].Reason != "it must be one of [a null]" {
		t.Errorf("b fails with %v", failures)
	}
}

// TestPathsByReference checks that a path can refer to another one, and can have parameters
// for all its operations.
func TestPathsByReference(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(`
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /x/{id}:
    $ref: '#/components/pathItems/x'
    put: {operationId: y, parameters: [{name: r, in: query, schema: {type: string}}], responses: {'204': {description: d}}}
  x-internal: {get: {}}
components:
  pathItems:
    x:
      summary: s
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      get:
        operationId: x
        parameters: [{name: q, in: query, schema: {type: string}}]
        responses: {'200': {description: d}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string]string{http.MethodGet: "path id, query q", http.MethodPut: "path id, query r"} {
		var names []string
		for _, parameter := range contract.Find(method, "/x/7").Parameters() {
			names = append(names, parameter.In+" "+parameter.Name)
		}
		if got := strings.Join(names, ", "); got != want || len(contract.Operations()) != 2 {
			t.Errorf("%s: the parameters are %s", method, got)
		}
	}
}

// TestPathsThatCannotBeServed checks that such paths are problems.
func TestPathsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	const get = "{get: {operationId: a, responses: {'204': {description: d}}}}"
	for path, want := range map[string]string{
		"'/?Action=List': " + get:              "no request has this path",
		"'/#X-Amz-Target=Foo': " + get:         "no request has this path",
		"'/search{?q}': " + get:                "no request has this path",
		"/x: {$ref: '#/paths/~1y', " + get[1:]: "the path has this method next to its reference and behind it",
	} {
		contract, err := Load([]byte("openapi: 3.1.0\npaths:\n  /y: {get: {operationId: y, responses: {'204': {description: d}}}}\n  " + path + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, problem := range contract.Problems() {
			if !problem.Used {
				told += problem.Error()
			}
		}
		if !strings.Contains(told, want) || contract.Operation("a") != nil {
			t.Errorf("%s: the problems are %q", path, told)
		}
	}
}

// TestShapesOfSchemasThatContainThemselves checks that recursive schemas have recursive
// shapes.
func TestShapesOfSchemasThatContainThemselves(t *testing.T) {
	t.Parallel()
	contract, err := Parse(oddDocument("3.0.3", "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/node'}}}}\n      responses: {'200': {description: d}}\n",
		"  schemas: {node: {type: object, properties: {a: {$ref: '#/components/schemas/node'}, b: {type: array, items: {$ref: '#/components/schemas/node'}}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	shape := contract.Operation("x").Body().Shape
	if _, a := shape.Property("a"); a != shape {
		t.Errorf("a is %+v", a)
	}
	if _, b := shape.Property("b"); b.Items != shape {
		t.Errorf("b is %+v", b)
	}
}

// TestWhatCannotBeReadIsToldWithItsPlace checks that errors in a document name their place.
func TestWhatCannotBeReadIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	const place, below = "POST /x (x, line 7): ", "POST /x (x, line 9): "
	answers := func(schema string) string {
		return fmt.Sprintf("      responses: {'200': {description: d, content: {application/json: {schema: %s}}}}\n", schema)
	}
	for name, test := range map[string]struct{ operation, components, want string }{
		"a reference to nothing":          {answers("{$ref: '#/components/schemas/none'}"), "  schemas: {}\n", place + `the reference "#/components/schemas/none" leads nowhere`},
		"one behind a reference":          {answers("{$ref: '#/components/schemas/a'}"), "  schemas: {a: {properties: {b: {$ref: '#/components/schemas/none'}}}}\n", below + `the reference "#/components/schemas/none" leads nowhere`},
		"a reference to a file":           {answers("{$ref: 'other.yaml#/a'}"), "  schemas: {}\n", place + `the reference "other.yaml#/a" leads out of the document`},
		"a reference to a host":           {answers("{$ref: 'http://127.0.0.1:1/a'}"), "  schemas: {}\n", place + `the reference "http://127.0.0.1:1/a" leads out of the document`},
		"references that lead in circles": {answers("{$ref: '#/components/schemas/a'}"), "  schemas: {a: {$ref: '#/components/schemas/b'}, b: {$ref: '#/components/schemas/a'}}\n", place + "a reference leads to itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(oddDocument("3.0.3", test.operation, test.components))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestAnswersOfWhichLittleIsSaid checks that no body is required for a status that has none
// in HTTP, and that any response is valid if the document describes none.
func TestAnswersOfWhichLittleIsSaid(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{
		"get":{"operationId":"silent"},
		"put":{"operationId":"empty","responses":{"200":{"description":"d","content":{"application/json":{}}},"204":{"description":"d","content":{"application/json":{}}}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		operation string
		status    int
		body      string
		keeps     bool
	}{
		{"silent", 200, "anything", true}, {"silent", 404, "", true}, {"empty", 204, "", true}, {"empty", 200, "", false}, {"empty", 204, "x", false},
	} {
		failures := contract.Operation(test.operation).CheckResponse(test.status, http.Header{}, []byte(test.body))
		if (len(failures) == 0) != test.keeps {
			t.Errorf("%+v: %v", test, failures)
		}
	}
}

// TestPiecesOfAnotherKind checks that parts of the wrong type, such as those left empty in
// YAML, are reported and that the others keep their meaning.
func TestPiecesOfAnotherKind(t *testing.T) {
	t.Parallel()
	const answer = ` responses: {"200": {description: d, content: {application/json: {schema: {type: integer}}}}}`
	for name, test := range map[string]struct {
		path, told string
		served     bool
	}{
		"no parameters":            {"get: {operationId: x, parameters: null, tags: null, security: null," + answer + "}", "parameters: it is of the wrong kind and is ignored", true},
		"parameters by name":       {"get: {operationId: x, parameters: {a: {in: query}}," + answer + "}", "parameters: it is of the wrong kind and is ignored", true},
		"no parameters of a path":  {"get: {operationId: x," + answer + "}, parameters: null", "the parameters of the path are not a list and are ignored", true},
		"an empty parameter":       {"get: {operationId: x, parameters: [null]," + answer + "}", "", true},
		"no body":                  {"get: {operationId: x, requestBody: null, callbacks: null, servers: null," + answer + "}", "requestBody: it is of the wrong kind and is ignored", true},
		"a callback from nowhere":  {"get: {operationId: x, callbacks: {c: {$ref: '#/none'}}," + answer + "}", `(x, line 5): the reference "#/none" leads nowhere`, true},
		"a link from nowhere":      {"get: {operationId: x, responses: {'200': {description: d, links: {l: {$ref: '#/none'}}, content: {application/json: {schema: {type: integer}}}}}}", `(x, line 5): the reference "#/none" leads nowhere`, true},
		"no operation":             {"get: null", "the operation is not an object", false},
		"a list for an operation":  {"get: [1]", "the operation is not an object", false},
		"a parameter of no schema": {"get: {operationId: x, parameters: [{name: q, in: query, schema: null}]," + answer + "}", "got null, want boolean or object", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract, err := Load([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /y: {get: {operationId: y, responses: {'204': {description: d}}}}\n  /x: {" + test.path + "}\n"))
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, problem := range contract.Problems() {
				told = append(told, problem.Error())
			}
			if err := contract.Complete(); err != nil {
				told = append(told, err.Error())
			}
			if got := strings.Join(told, "\n"); len(told) > 1 || !strings.Contains(got, test.told) || test.told == "" && got != "" {
				t.Errorf("the problems are %q, want %q", got, test.told)
			}
			operation := contract.Operation("x")
			if (operation != nil) != test.served {
				t.Fatal("the operation is served, or is not, against expectation")
			}
			if operation == nil {
				return
			}
			if failures := operation.CheckResponse(http.StatusOK, jsonHeader, []byte(`7`)); len(failures) > 0 {
				t.Error(failures)
			}
			if failures := operation.CheckResponse(http.StatusOK, jsonHeader, []byte(`"x"`)); len(failures) == 0 {
				t.Error("the response allows anything")
			}
		})
	}
}

// TestTextsThatNoSchemaDescribes checks that a body which is not JSON is judged only if its schema
// describes a text.
func TestTextsThatNoSchemaDescribes(t *testing.T) {
	t.Parallel()
	const components = `  schemas:
    cat: {type: object, required: [lives], properties: {lives: {type: integer}}}
    dog: {type: object, required: [breed], properties: {breed: {type: string}}}
    untyped: {required: [lives], properties: {lives: {type: integer}}}
    short: {type: string, maxLength: 3}
    tree: {oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/tree'}]}
`
	for schema, judged := range map[string]bool{
		"{oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}]}":        false,
		"{oneOf: [{$ref: '#/components/schemas/untyped'}, {required: [breed]}]}":                   false,
		"{allOf: [{$ref: '#/components/schemas/cat'}, {required: [breed]}]}":                       false,
		"{anyOf: [{type: array, items: {type: string}}, {$ref: '#/components/schemas/dog'}]}":      false,
		"{nullable: true, allOf: [{$ref: '#/components/schemas/cat'}]}":                            false,
		"{$ref: '#/components/schemas/tree'}":                                                      false,
		"{description: '" + strings.Repeat("d", maxDrawn) + "', $ref: '#/components/schemas/cat'}": false,
		"{type: object, description: '" + strings.Repeat("d", maxDrawn) + "'}":                     false,
		"{oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/short'}]}":      true,
		"{allOf: [{$ref: '#/components/schemas/short'}]}":                                          true,
		"{maxLength: 3}": true,
	} {
		for _, mediaType := range []string{"application/xml", "text/event-stream", "application/x-ndjson"} {
			contract, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {"+mediaType+": {schema: "+schema+"}}}}\n", components))
			if err != nil {
				t.Fatal(err)
			}
			failures := contract.Operation("x").CheckResponse(http.StatusOK, http.Header{"Content-Type": {mediaType}}, []byte("a long text"))
			if (len(failures) > 0) != judged {
				t.Errorf("%s: %.80s: %v", mediaType, schema, failures)
			}
		}
	}
}

// TestWhatIsWrongWithOneOperation checks that the head of a document is read leniently, and that what
// is wrong with it is a problem only for the operations that need it.
func TestWhatIsWrongWithOneOperation(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head, operation string
		told            string // the problem of x; empty for none
		served          bool
	}{
		"a version without quotes":    {"openapi: 3.1\ninfo: {title: 7, version: 1.5}\n", "operationId: x", "", true},
		"a whole version":             {"openapi: 3.0\n", "operationId: x", "", true},
		"no object for the title":     {"openapi: 3.0.3\ninfo: []\n", "operationId: x", "", true},
		"a summary without quotes":    {"openapi: 3.0.3\n", "operationId: x, summary: 404, tags: [2024, true]", "", true},
		"a summary that is an object": {"openapi: 3.0.3\n", "summary: {a: b}, operationId: x", "summary: it has the wrong type, object", true},
		"a tag that is an object":     {"openapi: 3.0.3\n", "tags: [{a: b}], operationId: x", "tags: it has the wrong type, object", true},
		"security of the whole":       {"openapi: 3.0.3\nsecurity: {k: []}\n", "operationId: x", "the document's security: it has the wrong type, object", false},
		"security of its own":         {"openapi: 3.0.3\nsecurity: {k: []}\n", "operationId: x, security: [{good: []}]", "", true},
		"a scheme that leads nowhere": {"openapi: 3.0.3\n", "operationId: x, security: [{lost: []}]", `the security scheme "lost": the reference "#/none" leads nowhere`, false},
		"a scheme of lists":           {"openapi: 3.0.3\n", "operationId: x, security: [{typed: []}]", `the security scheme "typed": it has the wrong type, array`, false},
		"a scheme that is good":       {"openapi: 3.0.3\n", "operationId: x, security: [{good: []}]", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const answer = "responses: {'200': {description: d, content: {application/json: {schema: {type: integer}}}}}"
			contract, err := Load([]byte(test.head + "paths:\n  /y: {get: {operationId: y, security: [], " + answer + "}}\n  /x: {get: {" + test.operation + ", " + answer + "}}\n" +
				"components: {securitySchemes: {good: {type: http, scheme: bearer}, lost: {$ref: '#/none'}, typed: {type: [http]}}}\n"))
			if err != nil {
				t.Fatal(err)
			}
			var told string
			for _, problem := range contract.Problems() {
				told += problem.Error()
				if problem.Operation != "x" || problem.Used != test.served {
					t.Errorf("the problem is %+v", problem)
				}
			}
			if (told != "") != (test.told != "") || !strings.Contains(told, test.told) {
				t.Errorf("the problems are %q, want %q", told, test.told)
			}
			operation := contract.Find(http.MethodGet, "/x")
			if (operation != nil) != test.served {
				t.Fatalf("the operation is %v", operation)
			}
			if operation != nil && len(operation.CheckResponse(http.StatusOK, jsonHeader, []byte(`"x"`))) == 0 {
				t.Error("the response allows anything")
			}
		})
	}
	contract, err := Load([]byte("openapi: 3.1\ninfo: {title: 7, version: 1.5}\npaths: {/x: {get: {operationId: 1, summary: 404, tags: [2024, true], responses: {'200': {description: d}}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	x := contract.Operation("1")
	if got := fmt.Sprint(contract.Title(), " ", contract.Version(), " ", x.Summary, " ", x.Tags); got != "7 1.5 404 [2024 true]" {
		t.Errorf("got %s", got)
	}
}

// TestNoOperationCanBeUsed checks that all problems of a document without a usable operation are
// reported.
func TestNoOperationCanBeUsed(t *testing.T) {
	t.Parallel()
	contract, err := Load([]byte("openapi: 3.0.3\npaths: {/x: {get: null, put: []}}\n"))
	if err == nil || contract == nil || len(contract.Problems()) != 2 || !strings.Contains(err.Error(), "none of its operations can be used") {
		t.Errorf("got %v, %v", contract, err)
	}
}

// TestTooManyOperations checks the limits on operations, which take memory however short they are written, and on
// paths that refer to others.
func TestTooManyOperations(t *testing.T) {
	t.Parallel()
	paths := func(count int, item string) []byte {
		var out strings.Builder
		for i := range count {
			fmt.Fprintf(&out, `"/p%d":%s,`, i, strings.ReplaceAll(item, "N", strconv.Itoa(i)))
		}
		shared := `"/shared":{"get":{"description":"` + strings.Repeat("x", 1<<20) + `","responses":{"200":{"description":"d"}}}}`
		return []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{` + out.String() + shared + `}}`)
	}
	const own, reference = `{"get":{"operationId":"oN","responses":{"200":{"description":"d"}}}}`, `{"$ref":"#/paths/~1shared"}`
	if _, err := Load(paths(maxOperations, own)); err == nil || !strings.Contains(err.Error(), "more than 100000 paths or operations") {
		t.Errorf("got %v", err)
	}
	if contract, err := Load(paths(maxOperations-1, own)); err != nil || len(contract.Operations()) != maxOperations {
		t.Errorf("got %v", err)
	}
	if _, err := Load(paths(maxOperations, `{"$ref":"#/nowhere"}`)); err == nil || !strings.Contains(err.Error(), "more than 100000 paths or operations") {
		t.Errorf("got %v", err)
	}
	contract, err := Load(paths(20, reference))
	if err != nil || len(contract.Operations()) != 15+1 {
		t.Fatalf("%v, %d operations", err, len(contract.Operations()))
	}
	refused := 0
	for _, problem := range contract.Problems() {
		if problem.Reason == "the paths up to here refer to more than 16 MiB of other paths" {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d paths were refused, want 5: %v", refused, contract.Problems())
	}
}

// TestPathsThatDifferInLetterCase checks that such paths are different ones, except in a document of
// Unleash's.
func TestPathsThatDifferInLetterCase(t *testing.T) {
	t.Parallel()
	const answers = "responses: {'204': {description: d}}}}\n"
	const paths = "  /Users/A: {get: {operationId: upper, " + answers + "  /users/a: {get: {operationId: lower, " + answers + "  /users/{id}: {get: {operationId: any, " + answers
	for source, want := range map[string]string{
		paths: "upper lower none any none any",
		paths + "  /api/admin/projects: {get: {operationId: getProjects, " + answers: "upper upper upper upper upper any",
	} {
		document, err := Load([]byte("openapi: 3.0.3\npaths:\n" + source))
		if err != nil {
			t.Fatal(err)
		}
		for _, contract := range []*Contract{document, Default().Extend(document, false)} {
			var got []string
			for _, path := range []string{"/Users/A", "/users/a", "/Users/a", "/users/A", "/USERS/A", "/users/b"} {
				if operation := contract.Find(http.MethodGet, path); operation != nil {
					got = append(got, operation.ID)
				} else {
					got = append(got, "none")
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if same := len(document.Problems()) > 0; same == document.Foreign() {
			t.Errorf("the problems are %v", document.Problems())
		}
	}
}
