package spec

import (
	"net/http"
	"testing"
)

// TestWhatVersion30WritesInItsOwnWay checks which values schemas allow that use the
// keywords of OpenAPI 3.0.
func TestWhatVersion30WritesInItsOwnWay(t *testing.T) {
	t.Parallel()
	for schema, bodies := range map[string]map[string]bool{
		"{type: string, nullable: true}":                                                                   {`null`: true, `"a"`: true, `1`: false},
		"{type: string, nullable: false}":                                                                  {`null`: false, `"a"`: true},
		"{type: [string, 'null'], nullable: true}":                                                         {`null`: true, `"a"`: true, `1`: false},
		"{type: string, nullable: true, enum: [a]}":                                                        {`null`: true, `"a"`: true, `"b"`: false},
		"{type: string, nullable: true, enum: [a, null]}":                                                  {`null`: true, `"b"`: false},
		"{enum: [{nullable: true, type: a}]}":                                                              {`{"nullable":true,"type":"a"}`: true, `{"type":["a","null"]}`: false},
		"{type: object, properties: {nullable: {type: boolean}, exclusiveMinimum: {type: boolean}}}":       {`{"nullable":true,"exclusiveMinimum":true}`: true, `{"nullable":1}`: false},
		"{type: array, items: {type: integer, nullable: true}}":                                            {`[1,null]`: true, `["a"]`: false},
		"{type: object, additionalProperties: {type: integer, nullable: true}}":                            {`{"a":null}`: true, `{"a":"b"}`: false},
		"{nullable: true, allOf: [{type: object, required: [a]}, {required: [b]}]}":                        {`null`: true, `{"a":1,"b":2}`: true, `{"a":1}`: false},
		"{nullable: true, oneOf: [{type: string}, {enum: [null]}], allOf: [{type: string, minLength: 2}]}": {`null`: true, `"ab"`: true, `"a"`: false, `1`: false},
		"{nullable: true, anyOf: [{type: string}]}":                                                        {`null`: true, `"a"`: true, `1`: false}, // strictly, nullable has no effect without a type; Stripe and GitHub mean it
		"{minimum: 1, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: true}":                         {`1`: false, `2`: true, `3`: false},
		"{minimum: 1, exclusiveMinimum: false, maximum: 3, exclusiveMaximum: false}":                       {`0`: false, `1`: true, `3`: true, `4`: false},
		"{type: number, exclusiveMinimum: true}":                                                           {`-1e300`: true},
		"{type: integer, format: int32}":                                                                   {`2147483647`: true, `-2147483648`: true, `2147483648`: false, `1e3`: true},
		"{type: integer, format: int64}":                                                                   {`9223372036854774784`: true, `9223372036854775808`: false, `-9223372036854775808`: true, `1.0`: true, `1e19`: false},
		"{format: int32}":                                                                                  {`"a"`: true, `1.5`: false},
	} {
		contract, err := Parse(oddDocument("3.0.3", "      responses: {'200': {description: d, content: {application/json: {schema: "+schema+"}}}}\n", "  schemas: {}\n"))
		if err != nil {
			t.Fatal(schema, err)
		}
		for body, good := range bodies {
			failures := contract.Operation("x").CheckResponse(http.StatusOK, jsonHeader, []byte(body))
			if (len(failures) == 0) != good {
				t.Errorf("%s: %s: %v", schema, body, failures)
			}
		}
	}
}

// TestDiscriminatorsAreOfObjects checks that a discriminator demands its property of objects,
// and nothing of other values that the schema allows.
func TestDiscriminatorsAreOfObjects(t *testing.T) {
	t.Parallel()
	const cat = "  schemas: {Cat: {type: object, properties: {kind: {type: string}}}}\n"
	for _, test := range []struct{ version, schema string }{
		{"3.1.0", "{oneOf: [{$ref: '#/components/schemas/Cat'}, {type: 'null'}, {type: string}], discriminator: {propertyName: kind}}"},
		{"3.0.3", "{oneOf: [{type: object, nullable: true}, {type: string}], discriminator: {propertyName: kind}}"},
	} {
		contract, err := Parse(oddDocument(test.version, "      responses: {'200': {description: d, content: {application/json: {schema: "+test.schema+"}}}}\n", cat))
		if err != nil {
			t.Fatal(test.schema, err)
		}
		for body, good := range map[string]bool{`null`: true, `"a"`: true, `{"kind":"Cat"}`: true, `{}`: false, `1`: false} {
			failures := contract.Operation("x").CheckResponse(http.StatusOK, jsonHeader, []byte(body))
			if (len(failures) == 0) != good {
				t.Errorf("%s: %s: %v", test.schema, body, failures)
			}
		}
	}
}
