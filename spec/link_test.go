package spec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// ring returns a document with the given number of schemas that refer to each other, so
// that every operation reaches all of them, as in the documents of payment APIs.
func ring(t *testing.T, size int) *Contract {
	t.Helper()
	var paths, schemas strings.Builder
	for i := range size {
		fmt.Fprintf(&paths, "  /%d: {get: {operationId: get%d, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/s%d'}}}}}}}\n", i, i, i)
		fmt.Fprintf(&schemas, "    s%d: {type: object, required: [kind], properties: {kind: {enum: [s%d]}, next: {anyOf: [{type: string}, {$ref: '#/components/schemas/s%d'}]}, list: {type: array, items: {$ref: '#/components/schemas/s%d'}}", i, i, (i+1)%size, (i*7+3)%size)
		for j := range 20 {
			fmt.Fprintf(&schemas, ", text%d: {type: string, nullable: true, maxLength: 50}", j)
		}
		schemas.WriteString("}}\n")
	}
	contract, err := Load([]byte("openapi: 3.0.3\ninfo: {title: t, version: v}\npaths:\n" + paths.String() + "components:\n  schemas:\n" + schemas.String()))
	if err != nil || len(contract.Problems()) > 0 {
		t.Fatal(err, contract.Problems())
	}
	return contract
}

// TestSchemasThatReachEachOtherAreCompiledOnce checks that shared schemas are compiled
// once, whichever operation uses them first, and also with concurrent use.
func TestSchemasThatReachEachOtherAreCompiledOnce(t *testing.T) {
	t.Parallel()
	const size = 400 // far more structure than a single schema may have
	contract := ring(t, size)
	header := http.Header{"Content-Type": {"application/json"}}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := worker; i < size; i += 40 {
				operation := contract.Operation(fmt.Sprintf("get%d", i))
				value, err := operation.Response(http.StatusOK).Contents[0].Sample(1)
				if err != nil {
					t.Error(err)
					return
				}
				text, _ := json.Marshal(value)
				if failures := operation.CheckResponse(http.StatusOK, header, text); len(failures) > 0 {
					t.Errorf("%s: %s: %v", operation.ID, text, failures)
				}
				next := fmt.Sprintf("s%d", (i+1)%size)
				for body, pointer := range map[string]string{
					fmt.Sprintf(`{"kind":"s%d","list":[{"kind":"s%d"}],"next":{"kind":%q}}`, i, (i*7+3)%size, next): "",
					fmt.Sprintf(`{"kind":"s%d","list":[{"kind":"s%d"}]}`, i, (i*7+4)%size):                          "/list/0/kind",
					fmt.Sprintf(`{"kind":"s%d","list":[{"kind":"s%d","list":[{"kind":"none"}]}]}`, i, (i*7+3)%size): "/list/0/list/0/kind",
					fmt.Sprintf(`{"kind":"s%d","list":[{"kind":"s%d","text0":7}]}`, i, (i*7+3)%size):                "/list/0/text0",
					fmt.Sprintf(`{"kind":"s%d","list":[{"kind":"s%d","text0":null,"next":"s"}]}`, i, (i*7+3)%size):  "",
				} {
					failures := operation.CheckResponse(http.StatusOK, header, []byte(body))
					if pointer == "" && len(failures) > 0 || pointer != "" && (len(failures) != 1 || failures[0].Pointer != pointer) {
						t.Errorf("%s: %s: %v", operation.ID, body, failures)
					}
				}
			}
		})
	}
	group.Wait()
	if compiled := len(contract.schemas.parts); compiled != size { // for validation and for samples, which are the same here
		t.Errorf("%d parts were compiled", compiled)
	}
}

// TestWhatIsTooLargeTogetherIsNotCompiled checks that schemas that together exceed the
// limit are not compiled, once the size per byte is known.
func TestWhatIsTooLargeTogetherIsNotCompiled(t *testing.T) {
	t.Parallel()
	contract := ring(t, 50)
	contract.schemas.perByte = 1 // as if compiled schemas were small
	contract.schemas.bytes = maxCompiled - 1<<20
	if err := contract.Operation("get0").Complete(); err != nil {
		t.Errorf("forgetting once must suffice: %v", err)
	}
	if contract.schemas.perByte == 1 {
		t.Error("the size per byte was not learned")
	}
	contract.schemas.forget()
	contract.schemas.perByte = maxCompiled
	const want = "GET /1 (get1, line 5): response 200: application/json: the schema is too large: compiled, it takes more than 400 MiB with what it refers to"
	if err := contract.Operation("get1").Complete(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if len(contract.schemas.parts) > 0 {
		t.Errorf("%d parts were compiled", len(contract.schemas.parts))
	}
}

// TestWhatIsNotValidIsLeftOut checks that invalid parts of a schema are left out, and that
// the rest still validates and makes values.
func TestWhatIsNotValidIsLeftOut(t *testing.T) {
	t.Parallel()
	for schema, test := range map[string]struct{ good, bad string }{
		`{"type": "integer", "minimum": "5"}`:                                                                                                         {`1`, `"x"`},
		`{"type": ["object", "nothing"], "required": ["a", 7], "maxProperties": 1}`:                                                                   {`{}`, `{"a":1,"b":2}`},
		`{"type": "object", "properties": null, "required": null}`:                                                                                    {`{}`, `7`},
		`{"type": "object", "properties": {"a": null, "b": {"type": "string"}}}`:                                                                      {`{"a":1,"b":"x"}`, `{"b":1}`},
		`{"allOf": [null, {"type": "integer"}, {"minimum": "1", "maximum": 3}]}`:                                                                      {`3`, `4`},
		`{"type": "array", "items": {"type": "array", "items": {"type": "string", "minLength": -1, "maxLength": 2}}}`:                                 {`[["a"]]`, `[["abc"]]`},
		`{"type": "object", "properties": {"a/b": {"type": "txt"}, "~": {"type": "number", "multipleOf": 0}, "c": {"enum": "x", "type": "boolean"}}}`: {`{"a/b":1,"~":1,"c":true}`, `{"c":1}`},
		`{"type": "object", "discriminator": "kind", "required": ["kind"]}`:                                                                           {`{"kind":1}`, `{}`},
		`null`: {`7`, ``},
	} {
		for _, version := range []string{"3.0.3", "3.1.0"} {
			contract, err := Load([]byte(`{"openapi": "` + version + `", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {"operationId": "x",
				"responses": {"200": {"description": "d", "content": {"application/json": {"schema": ` + schema + `}}}}}}}}`))
			if err != nil {
				t.Fatal(err)
			}
			operation := contract.Operation("x")
			if err := operation.Complete(); err == nil {
				t.Errorf("%s: %s: no problem is reported", version, schema)
			}
			for body, keeps := range map[string]bool{test.good: true, test.bad: false} {
				if failures := operation.CheckResponse(http.StatusOK, jsonHeader, []byte(body)); body != "" && (len(failures) == 0) != keeps {
					t.Errorf("%s: %s: %s: %v", version, schema, body, failures)
				}
			}
			value, err := operation.Response(http.StatusOK).Contents[0].Sample(1)
			if err != nil {
				t.Errorf("%s: %s: %v", version, schema, err)
				continue
			}
			if failures := operation.Response(http.StatusOK).Contents[0].Check(value); len(failures) > 0 {
				t.Errorf("%s: %s: %v: %v", version, schema, value, failures)
			}
		}
	}
}

// TestWhatAReferenceLeadsToCounts checks that a problem in a shared part is reported by
// every operation that reaches it, and only by those.
func TestWhatAReferenceLeadsToCounts(t *testing.T) {
	t.Parallel()
	contract, err := Load([]byte(`openapi: 3.0.3
info: {title: t, version: v}
paths:
  /good: {get: {operationId: good, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/good'}}}}}}}
  /odd: {get: {operationId: odd, responses: {'200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/far'}}}}}}}}
  /bad: {get: {operationId: bad, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/near'}}}}}}}
  /odd/again: {get: {operationId: again, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/odd'}}}}}}}
components:
  schemas:
    good: {type: object, properties: {$ref: {type: string}, enum: {$ref: '#/components/schemas/text'}, self: {$ref: '#/components/schemas/good'}}, example: {$ref: '#/components/schemas/text'}}
    text: {type: string, maxLength: 2}
    far: {type: object, properties: {a: {allOf: [{$ref: '#/components/schemas/odd'}]}}}
    odd: {type: string, pattern: '(a)\1'}
    near: {type: object, properties: {a: {$ref: '#/components/schemas/worse'}, b: {$ref: '#/components/schemas/odd'}}}
    worse: {type: nothing}
`))
	if err != nil || len(contract.Problems()) > 0 {
		t.Fatal(err, contract.Problems())
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for id, want := range map[string]string{
		"good":  "",
		"odd":   `the pattern "(a)\\1" cannot be checked`,
		"again": `the pattern "(a)\\1" cannot be checked`,
		"bad":   "the schema is not valid, and its invalid part allows everything: /components/schemas/worse/type: ",
	} {
		operation := contract.Operation(id)
		if err := operation.Complete(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
		if id == "good" {
			for body, wrong := range map[string]int{`{"$ref":"x","enum":"ab","self":{"enum":"a"}}`: 0, `{"$ref":7}`: 1, `{"enum":"abc"}`: 1, `{"self":{"self":{"enum":"abc"}}}`: 1} {
				if failures := operation.CheckResponse(http.StatusOK, header, []byte(body)); len(failures) != wrong {
					t.Errorf("%s: %v", body, failures)
				}
			}
		}
	}
	dynamic, err := Load([]byte(`openapi: 3.1.0
info: {title: t, version: v}
paths:
  /: {get: {operationId: get, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/tree'}}}}}}}
components:
  schemas:
    tree: {$dynamicAnchor: node, type: object, properties: {name: {$dynamicRef: '#/components/schemas/name', maxLength: 3}, below: {type: array, items: {$dynamicRef: '#node'}}}}
    name: {type: string, minLength: 2}
`))
	if err != nil {
		t.Fatal(err)
	}
	for body, wrong := range map[string]int{`{"name":"ab","below":[{"name":"abc"}]}`: 0, `{"name":"a"}`: 1, `{"name":"abcd"}`: 1, `{"below":[{"name":"ab","below":[{"name":7}]}]}`: 1} {
		if failures := dynamic.Operation("get").CheckResponse(http.StatusOK, header, []byte(body)); len(failures) != wrong {
			t.Errorf("%s: %v", body, failures)
		}
	}
	odd := contract.Operation("odd")
	if failures := odd.CheckResponse(http.StatusOK, header, []byte(`[{"a":7}]`)); len(failures) != 1 || failures[0].Pointer != "/0/a" {
		t.Errorf("the valid part does not validate: %v", failures)
	}
}
