package spec

import (
	"net/http"
	"testing"
)

// TestSamplesOfGenerics checks that a dynamic reference in a generic schema leads to what each schema that
// uses it has in its place, also in another use of it within the same value.
func TestSamplesOfGenerics(t *testing.T) {
	t.Parallel()
	contract, err := Load([]byte(`openapi: 3.1.0
info: {title: t, version: v}
paths:
  /users: {get: {operationId: users, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/users'}}}}}}}
  /both:
    get:
      operationId: both
      responses:
        '200':
          description: d
          content:
            application/json:
              schema: {type: object, required: [a, b], properties: {a: {$ref: '#/components/schemas/users'}, b: {$ref: '#/components/schemas/numbers'}}}
  /texts:
    get:
      operationId: texts
      responses:
        '200':
          description: d
          content:
            application/json:
              schema:
                $id: texts
                $ref: list
                $defs:
                  text: {$dynamicAnchor: T, type: string}
                  list: {$id: list, type: array, minItems: 1, items: {$dynamicRef: '#T'}, $defs: {any: {$dynamicAnchor: T, not: true}}}
  /tree: {get: {operationId: tree, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/named'}}}}}}}
  /anchored: {get: {operationId: anchored, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/anchored'}}}}}}}
  /plain: {get: {operationId: plain, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/user'}}}}}}}
components:
  schemas:
    anchored: {type: array, minItems: 1, items: {$dynamicRef: '#x'}, $defs: {x: {$anchor: x, $ref: '#/components/schemas/user'}}}
    user: {type: object, required: [name], properties: {name: {type: string}}, additionalProperties: false}
    page:
      $id: page
      type: object
      required: [items]
      properties: {items: {type: array, minItems: 1, items: {$dynamicRef: '#item'}}}
      $defs: {item: {$dynamicAnchor: item, not: {}}}
    users: {$id: users, $ref: page, $defs: {item: {$dynamicAnchor: item, $ref: '#/components/schemas/user'}}}
    numbers: {$id: numbers, $ref: '#/components/schemas/page', $defs: {item: {$dynamicAnchor: item, type: integer}}}
    tree: {$dynamicAnchor: node, type: object, properties: {below: {type: array, items: {$dynamicRef: '#node'}}}}
    named: {$dynamicAnchor: node, $ref: '#/components/schemas/tree', required: [name], properties: {name: {type: string}}, unevaluatedProperties: false}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"users", "both", "texts", "tree", "anchored"} {
		operation := contract.Operation(id)
		response := operation.Response(http.StatusOK)
		for seed := range uint64(10) {
			sampled(t, operation, response, response.Contents[0], seed)
		}
	}
	for _, test := range []struct {
		id, body string
		wrong    int
	}{
		{"both", `{"a":{"items":[{"name":"n"}]},"b":{"items":[1]}}`, 0},
		{"both", `{"a":{"items":[1]},"b":{"items":[1]}}`, 1},
		{"anchored", `[{"name":"n"}]`, 0},
		{"anchored", `[1]`, 1},
		{"texts", `["a"]`, 0},
		{"texts", `[1]`, 1},
	} {
		if failures := contract.Operation(test.id).CheckResponse(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, []byte(test.body)); len(failures) != test.wrong {
			t.Errorf("%s: %s: %v", test.id, test.body, failures)
		}
	}
	response := contract.Operation("plain").Response(http.StatusOK).Contents[0].schema
	if _, err := response.sample(0); err != nil {
		t.Fatal(err)
	}
	compiled, err := link(contract.schemas, []byte(`{"$ref":"#/components/schemas/user"}`), making)
	if err != nil || response.making.Load().schema.Ref != compiled.Ref {
		t.Errorf("a schema that reaches no dynamic reference is copied: %v", err)
	}
}
