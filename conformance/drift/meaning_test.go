package drift_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

// components holds the schemas that these tests refer to.
const components = `components:
  schemas:
    named: {type: object, required: [a], properties: {a: {type: string}}}
    more: {type: object, required: [b], properties: {b: {type: integer}}}
    word: {type: string}
`

// withSchema returns a document with one operation, which answers with the schema.
func withSchema(version, schema string) []byte {
	return withResponses(version, "'200': {description: d, content: {application/json: {schema: "+schema+"}}}")
}

func withResponses(version, responses string) []byte {
	return fmt.Appendf(nil, "openapi: %s\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get:\n      operationId: x\n      responses: {%s}\n%s", version, responses, components)
}

// compareTexts parses the contract and compares the target's document with it.
func compareTexts(t *testing.T, contract, target []byte) *drift.Report {
	t.Helper()
	parsed, err := spec.Parse(contract)
	if err != nil {
		t.Fatal(err)
	}
	r, err := drift.Compare(parsed, target, drift.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSchemasOfTheSameMeaning checks that two ways to write the same schema are equal, whichever
// side uses which.
func TestSchemasOfTheSameMeaning(t *testing.T) {
	t.Parallel()
	const named = "{type: object, required: [a], properties: {a: {type: string}}}"
	for name, test := range map[string]struct{ one, modern string }{
		"null among the types":          {"{type: string, nullable: true}", "{type: ['null', string]}"},
		"a list of one type":            {"{type: string}", "{type: [string]}"},
		"allOf with one reference":      {"{$ref: '#/components/schemas/named'}", "{allOf: [{$ref: '#/components/schemas/named'}]}"},
		"allOf that is nullable":        {"{nullable: true, allOf: [{$ref: '#/components/schemas/named'}]}", "{oneOf: [{$ref: '#/components/schemas/named'}, {type: 'null'}]}"},
		"anyOf with one member":         {named, "{anyOf: [" + named + "]}"},
		"oneOf with one member":         {named, "{oneOf: [" + named + "]}"},
		"one form or null":              {"{type: string, nullable: true}", "{anyOf: [{type: string}, {type: 'null'}]}"},
		"a constant":                    {"{type: string, enum: [a]}", "{const: a}"},
		"constants":                     {"{type: string, enum: [a, b]}", "{oneOf: [{const: b}, {const: a}]}"},
		"null among values":             {"{type: string, nullable: true, enum: [a, null]}", "{type: [string, 'null'], enum: [null, a]}"},
		"an exclusive bound":            {"{type: number, minimum: 1.5, exclusiveMinimum: true}", "{type: number, exclusiveMinimum: 1.5}"},
		"an exclusive bound of a whole": {"{type: integer, minimum: 1}", "{type: integer, exclusiveMinimum: 0}"},
		"the order of names":            {"{type: object, required: [b, a], properties: {a: {}, b: {}}}", "{type: object, required: [a, b], properties: {b: {}, a: {}}}"},
		"the order of values":           {"{type: string, enum: [b, a]}", "{type: string, enum: [a, b]}"},
		"nothing required":              {"{type: object}", "{type: object, required: [], properties: {}}"},
		"examples":                      {"{type: string, example: a}", "{type: string, examples: [b]}"},
		"everything":                    {"{type: array, items: {}}", "{type: array, items: true}"},
		"nothing more":                  {"{type: object, additionalProperties: false}", "{type: object, additionalProperties: {not: {}}}"},
		"members that do not touch":     {"{type: object, required: [a, b], properties: {a: {type: string}, b: {type: integer}}}", "{allOf: [{$ref: '#/components/schemas/more'}, {$ref: '#/components/schemas/named'}]}"},
		"a closed member":               {"{type: object, additionalProperties: false, required: [a], properties: {a: {type: string}}}", "{type: object, required: [a], allOf: [{additionalProperties: false, properties: {a: {type: string}}}]}"},
		"a schema that sees members":    {"{type: object, unevaluatedProperties: false, properties: {a: {type: string}, b: {type: integer}}}", "{type: object, unevaluatedProperties: false, properties: {a: {type: string}}, allOf: [{properties: {b: {type: integer}}}]}"},
		"what stands beside":            {"{type: string, minLength: 1}", "{$ref: '#/components/schemas/word', minLength: 1}"},
		"several types":                 {"{anyOf: [{type: string}, {type: integer}]}", "{type: [integer, string]}"},
		"bytes":                         {"{type: string, format: byte}", "{type: string, contentEncoding: base64}"},
		"a format that is a hint":       {"{type: number}", "{type: number, format: double}"},
		"numbers":                       {"{type: number, maximum: 10}", "{type: number, maximum: 1e1}"},
		"no length":                     {"{type: string}", "{type: string, minLength: 0}"},
		"deep inside":                   {"{type: array, items: {type: object, properties: {a: {type: string, nullable: true}}}}", "{type: array, items: {type: object, properties: {a: {type: [string, 'null']}}}}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, modern := withSchema("3.0.3", test.one), withSchema("3.1.0", test.modern)
			for _, sides := range [][2][]byte{{old, modern}, {modern, old}} {
				if r := compareTexts(t, sides[0], sides[1]); r.Summary != (drift.Summary{Equal: 1}) {
					t.Errorf("summary %+v\n%s", r.Summary, strings.Join(found(r), "\n"))
				}
			}
		})
	}
}

// TestSchemasOfAnotherMeaning checks that schemas differ that look much like those above.
func TestSchemasOfAnotherMeaning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ one, modern string }{
		"not null":                      {"{type: string}", "{type: [string, 'null']}"},
		"nullable means nothing in 3.1": {"{type: string, nullable: true}", "{type: string, nullable: true}"},
		"nullable without a type":       {"{nullable: true, oneOf: [{$ref: '#/components/schemas/named'}]}", "{oneOf: [{$ref: '#/components/schemas/named'}, {type: 'null'}]}"},
		"another constant":              {"{type: string, enum: [a]}", "{const: b}"},
		"a bound that is exclusive":     {"{type: number, minimum: 1}", "{type: number, exclusiveMinimum: 1}"},
		"members that do touch":         {"{type: object, required: [a], properties: {a: {type: string}}}", "{allOf: [{$ref: '#/components/schemas/named'}, {properties: {a: {minLength: 1}}}]}"},
		"a closed member":               {"{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}", "{allOf: [{type: object, additionalProperties: false, properties: {a: {type: string}}}, {properties: {b: {type: string}}}]}"},
		"a closed schema":               {"{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}", "{type: object, additionalProperties: false, properties: {a: {type: string}}, allOf: [{properties: {b: {type: string}}}]}"},
		"a closed member alone":         {"{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}", "{type: object, properties: {a: {type: string}}, allOf: [{additionalProperties: false, properties: {b: {type: string}}}]}"},
		"a format of integers":          {"{type: integer}", "{type: integer, format: int32}"},
		"bytes":                         {"{type: string}", "{type: string, contentEncoding: base64}"},
		"nothing at all":                {"{}", "false"},
		"both of two":                   {"{anyOf: [{type: string}, {type: integer}]}", "{allOf: [{type: string}, {type: integer}]}"},
		"what stands beside":            {"{$ref: '#/components/schemas/word'}", "{$ref: '#/components/schemas/word', minLength: 1}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := compareTexts(t, withSchema("3.0.3", test.one), withSchema("3.1.0", test.modern)); r.Summary.Equal > 0 {
				t.Error("the schemas are reported as equal")
			}
		})
	}
}

// TestParametersOfTheSameMeaning checks which differences of a parameter are on the wire, and
// that they are breaking.
func TestParametersOfTheSameMeaning(t *testing.T) {
	t.Parallel()
	document := func(parameter, more string) []byte {
		return fmt.Appendf(nil, "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get:\n      operationId: x\n      parameters: [%s]\n      responses: {'200': {description: d, headers: {A: {schema: {type: string}}}}}\n%s%s", parameter, components, more)
	}
	const (
		words = "name: a, in: query, schema: {type: array, items: {type: string}}"
		a, b  = "name: a, in: query, schema: {type: string, enum: [a]}", "name: a, in: query, schema: {type: string, enum: [a, b]}"
		more  = "    p q: {type: string}\n  parameters:\n    p q: {name: a, in: query, schema: {type: string}}\n    'p{q}': {name: a, in: query, schema: {type: string}}\n"
	)
	text := "name: a, in: query, schema: {type: string}"
	for name, test := range map[string]struct {
		one, other string
		want       []string
	}{
		"defaults":               {words, words + ", style: form, explode: true, allowReserved: false", nil},
		"defaults of a header":   {"name: A, in: header, schema: {type: array, items: {type: string}}", "name: A, in: header, style: simple, explode: false, schema: {type: array, items: {type: string}}", nil},
		"a single value":         {text, text + ", explode: false", nil},
		"no type":                {text, "name: a, in: query, schema: {}", []string{"x compatible removed /parameters/a/schema/type"}},
		"not exploded":           {words, words + ", explode: false", []string{"x breaking changed /parameters/a/explode"}},
		"exploded again":         {words + ", explode: false", words, []string{"x breaking changed /parameters/a/explode"}},
		"another style":          {words, words + ", style: pipeDelimited", []string{"x breaking changed /parameters/a/explode", "x breaking changed /parameters/a/style"}},
		"another value":          {a, b, []string{"x compatible added /parameters/a/schema/enum"}},
		"a value less":           {b, a, []string{"x breaking removed /parameters/a/schema/enum"}},
		"a reference, escaped":   {text, "$ref: '#/components/parameters/p%20q'", nil},
		"a reference in braces":  {text, "$ref: '#/components/parameters/p%7Bq%7D'", nil},
		"a reference to a list":  {text + "}, {name: b, in: query, schema: {type: string}", text + "}, {name: b, in: query, schema: {$ref: '#/paths/~1x/get/parameters/0/schema'}", nil},
		"a reference to no list": {text, "name: a, in: query, schema: {$ref: '#/components/schemas/p%20q'}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := compareTexts(t, document("{"+test.one+"}", ""), document("{"+test.other+"}", more))
			if diff := cmp.Diff(test.want, found(r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestParametersInSeveralPlaces checks that parameters with the same name in different places are
// different ones, and that headers which contents and security describe are none.
func TestParametersInSeveralPlaces(t *testing.T) {
	t.Parallel()
	document := func(parameters string) []byte {
		return fmt.Appendf(nil, "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x/{id}:\n    get:\n      operationId: x\n      parameters: [%s]\n      responses: {'200': {description: d, headers: {A: {schema: {type: string}}}}}\n", parameters)
	}
	const (
		path     = "{name: id, in: path, required: true, schema: {type: string}}"
		query    = "{name: id, in: query, schema: {type: integer}}"
		demanded = "{name: id, in: query, required: true, schema: {type: integer}}"
		cookie   = "{name: id, in: cookie, schema: {type: string}}"
	)
	comparePairs(t, document, map[string]pair{
		"one more":            {path, path + ", " + query, []string{"x compatible added /parameters/query id"}},
		"one more before":     {path, query + ", " + path, []string{"x compatible added /parameters/query id"}},
		"one more demanded":   {path, demanded + ", " + path, []string{"x breaking added /parameters/query id"}},
		"one gone":            {path + ", " + query, path, []string{"x breaking removed /parameters/query id"}},
		"one demanded":        {path + ", " + query, path + ", " + demanded, []string{"x breaking added /parameters/query id/required"}},
		"another order":       {path + ", " + query, query + ", " + path, nil},
		"another place":       {path + ", " + query, path + ", " + cookie, []string{"x compatible added /parameters/cookie id", "x breaking removed /parameters/query id"}},
		"a number for a name": {path + ", {name: '1', in: query, schema: {type: string, enum: [a]}}, {name: b, in: query, schema: {type: string}}", path + ", {name: '1', in: query, schema: {type: string, enum: [a, b]}}, {name: b, in: query, schema: {type: string}}", []string{"x compatible added /parameters/1/schema/enum"}},
		"headers that are no parameters": {
			path + ", {name: accept, in: header, schema: {type: string}}", path + ", {name: Authorization, in: header, required: true, schema: {type: string}}, {name: CONTENT-TYPE, in: header, required: true, schema: {type: string}}", nil,
		},
		"a query parameter that is one": {path, path + ", {name: Authorization, in: query, required: true, schema: {type: string}}", []string{"x breaking added /parameters/Authorization"}},
	})
}

// TestHeadersThatAreNotJudged checks that headers which belong to the content or the connection make no
// difference in a response.
func TestHeadersThatAreNotJudged(t *testing.T) {
	t.Parallel()
	document := func(headers string) []byte {
		return withResponses("3.0.3", "'200': {description: d, headers: {"+headers+"}}")
	}
	const header = ": {required: true, schema: {type: string}}"
	for other, want := range map[string][]string{
		"Content-Type" + header + ", content-length" + header: nil,
		"Etag" + header: {"x compatible added /responses/200/headers/etag"},
	} {
		if diff := cmp.Diff(want, found(compareTexts(t, document(""), document(other)))); diff != "" {
			t.Errorf("%s: %s", other, diff)
		}
	}
	if diff := cmp.Diff([]string(nil), found(compareTexts(t, document("Date"+header), document("")))); diff != "" {
		t.Error(diff)
	}
}

// TestDirections checks that a property which is not sent in a direction is not required there, and may
// come and go.
func TestDirections(t *testing.T) {
	t.Parallel()
	document := func(schema string) []byte {
		return fmt.Appendf(nil, "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    post:\n      operationId: x\n      requestBody: {content: {application/json: {schema: %[1]s}}}\n      responses: {'200': {description: d, content: {application/json: {schema: %[1]s}}}}\n%[2]s", schema, components)
	}
	const (
		request, response = "/requestBody/content/application~1json/schema", "/responses/200/content/application~1json/schema"
		id, key           = "id: {type: string, readOnly: true}", "key: {type: string, writeOnly: true}"
	)
	object := func(required, properties string) string {
		return "{type: object, required: [" + required + "], properties: {" + properties + "}}"
	}
	plain, both := object("", id+", "+key), object("id, key", id+", "+key)
	comparePairs(t, document, map[string]pair{
		"required":                         {plain, both, []string{"x breaking added " + request + "/required", "x compatible added " + response + "/required"}},
		"required no more":                 {both, plain, []string{"x compatible removed " + request + "/required", "x breaking removed " + response + "/required"}},
		"required, and marked by a member": {both, "{allOf: [{required: [id, key]}, " + plain + "]}", nil},
		"required, and marked by another form": {
			"{oneOf: [" + object("id", "id: {type: string, readOnly: true}") + ", {type: string}]}",
			"{oneOf: [" + object("id", "id: {allOf: [{type: string}, {readOnly: true}]}") + ", {type: string}]}", nil,
		},
		"in a list": {"{type: array, items: " + plain + "}", "{type: array, items: " + object("id", id+", "+key) + "}", []string{"x compatible added " + response + "/items/required"}},
		"in a member that is not merged": {
			"{allOf: [{properties: {a: {type: string}}}, {properties: {a: {minLength: 1}, " + id + "}}, {required: [a]}]}",
			"{allOf: [{properties: {a: {type: string}}}, {properties: {a: {minLength: 1}, " + id + "}}, {required: [a, id]}]}",
			[]string{"x compatible added " + response + "/allOf/required"},
		},
		"answers have less": {object("", id), object("", id+", "+key), []string{"x compatible added " + request + "/properties/key", "x compatible added " + response + "/properties/key"}},
		"closed":            {"{type: object, additionalProperties: false, properties: {" + id + "}}", "{type: object, additionalProperties: false, properties: {" + id + ", " + key + "}}", []string{"x compatible added " + request + "/properties/key", "x compatible added " + response + "/properties/key"}},
		"closed, and more":  {"{type: object, additionalProperties: false, properties: {" + key + "}}", "{type: object, additionalProperties: false, properties: {" + id + ", " + key + "}}", []string{"x compatible added " + request + "/properties/id", "x breaking added " + response + "/properties/id"}},
		"gone":              {object("", id+", "+key), object("", ""), []string{"x compatible removed " + request + "/properties/id", "x breaking removed " + request + "/properties/key", "x breaking removed " + response + "/properties/id", "x compatible removed " + response + "/properties/key"}},
		"another default":   {object("", "a: {type: string, default: x}"), object("", "a: {type: string, default: y}"), []string{"x compatible changed " + request + "/properties/a/default", "x compatible changed " + response + "/properties/a/default"}},
		"an anchor":         {object("", id), "{$anchor: a, $dynamicAnchor: b, " + object("", id)[1:], nil},
	})
}

// TestWaysToAuthenticate checks that a client loses a way to authenticate unless the target has one that
// demands no more.
func TestWaysToAuthenticate(t *testing.T) {
	t.Parallel()
	const schemes = "  securitySchemes:\n    oauth: {type: oauth2}\n    key: {type: apiKey, in: header, name: K}\n    same: {type: apiKey, in: header, name: k}\n    basic: {type: http, scheme: basic}\n"
	document := func(security string) []byte {
		return fmt.Appendf(nil, "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get:\n      operationId: x\n      security: %s\n      responses: {'200': {description: d}}\n%s%s", security, components, schemes)
	}
	for name, test := range map[string]struct {
		one, other string
		want       []string // verdict, kind and value
	}{
		"one more scope":         {"[{oauth: [read]}]", "[{oauth: [read, admin]}]", []string{"compatible added oauth2 and oauth2 scope admin and oauth2 scope read", "breaking removed oauth2 and oauth2 scope read"}},
		"one scope less":         {"[{oauth: [read, admin]}]", "[{oauth: [read]}]", []string{"compatible added oauth2 and oauth2 scope read", "compatible removed oauth2 and oauth2 scope admin and oauth2 scope read"}},
		"scopes in any order":    {"[{oauth: [read, admin]}]", "[{oauth: [admin, read]}]", nil},
		"another scope":          {"[{oauth: [read]}]", "[{oauth: [write]}]", []string{"compatible added oauth2 and oauth2 scope write", "breaking removed oauth2 and oauth2 scope read"}},
		"one more scheme":        {"[{key: []}]", "[{key: [], basic: []}]", []string{"compatible added apikey in header k and http basic", "breaking removed apikey in header k"}},
		"one scheme less":        {"[{key: [], basic: []}]", "[{key: []}]", []string{"compatible added apikey in header k", "compatible removed apikey in header k and http basic"}},
		"either for both":        {"[{key: [], basic: []}]", "[{key: []}, {basic: []}]", []string{"compatible added apikey in header k", "compatible added http basic", "compatible removed apikey in header k and http basic"}},
		"both for either":        {"[{key: []}, {basic: []}]", "[{key: [], basic: []}]", []string{"compatible added apikey in header k and http basic", "breaking removed apikey in header k", "breaking removed http basic"}},
		"the same twice":         {"[{key: []}]", "[{same: []}, {key: []}]", nil},
		"in any order":           {"[{key: []}, {basic: []}]", "[{basic: []}, {key: []}]", nil},
		"none":                   {"[{key: []}]", "[]", []string{"compatible removed apikey in header k"}},
		"optional":               {"[{key: []}]", "[{}, {key: []}]", []string{"compatible removed apikey in header k"}},
		"demanded":               {"[]", "[{key: []}]", []string{"breaking added apikey in header k"}},
		"demanded, not optional": {"[{}, {key: []}]", "[{key: []}]", []string{"breaking added apikey in header k"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, change := range of(t, compareTexts(t, document(test.one), document(test.other)), "x").Changes {
				if change.Pointer != "/security" || change.Reason == "" {
					t.Errorf("change %+v", change)
				}
				got = append(got, fmt.Sprintf("%s %s %s", change.Verdict, change.Kind, change.Contract+change.Target))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRangesAndDefaults checks that a status takes its exact response, else that of its range,
// else the default.
func TestRangesAndDefaults(t *testing.T) {
	t.Parallel()
	response := func(kind string) string {
		return "{description: d, content: {application/json: {schema: {type: " + kind + "}}}}"
	}
	contract := withResponses("3.0.3", "'200': "+response("object")+", '404': "+response("string"))
	const other = "/responses/404/content/application~1json/schema/type"
	for name, test := range map[string]struct {
		target string
		want   []string
	}{
		"a range that says the same":      {"'200': " + response("object") + ", 4XX: " + response("string"), []string{"x compatible added /responses/4XX"}},
		"a default that says the same":    {"'200': " + response("object") + ", default: " + response("string"), []string{"x compatible added /responses/default"}},
		"a range that says otherwise":     {"'200': " + response("object") + ", 4XX: " + response("array"), []string{"x breaking changed " + other, "x compatible added /responses/4XX"}},
		"an exact one before the default": {"'200': " + response("object") + ", '404': " + response("string") + ", default: " + response("array"), []string{"x compatible added /responses/default"}},
		"a range before the default":      {"'200': " + response("object") + ", 4XX: " + response("string") + ", default: " + response("array"), []string{"x compatible added /responses/4XX", "x compatible added /responses/default"}},
		"a range that is for other ones":  {"'200': " + response("object") + ", 5XX: " + response("string"), []string{"x breaking removed /responses/404", "x compatible added /responses/5XX"}},
		"neither":                         {"'200': " + response("object"), []string{"x breaking removed /responses/404"}},
		"a default for the success as well": {"default: " + response("string"), []string{
			"x breaking changed /responses/200/content/application~1json/schema/type", "x compatible added /responses/default"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, found(compareTexts(t, contract, withResponses("3.0.3", test.target)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDocumentsThatGrow checks that documents that expand or nest without bound are compared or
// refused quickly, in little memory, and with a one-line error where one is expected.
func TestDocumentsThatGrow(t *testing.T) {
	race.NotTwice(t)
	const head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"
	const operation = "paths: {/x: {get: {operationId: x, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/s0'}}}}}}}}\n"
	double := func(line string) string {
		var out strings.Builder
		for i := range 40 {
			out.WriteString(strings.NewReplacer("N+1", fmt.Sprint(i+1), "N", fmt.Sprint(i)).Replace(line))
		}
		return out.String()
	}
	dense := strings.Builder{}
	for i := range 40 {
		fmt.Fprintf(&dense, "    s%d: {properties: {", i)
		for j := range 40 {
			fmt.Fprintf(&dense, "p%d: {$ref: '#/components/schemas/s%d'}, ", j, j)
		}
		dense.WriteString("}}\n")
	}
	repeated := func(count int, line string) string {
		var out strings.Builder
		for i := range count {
			out.WriteString(strings.ReplaceAll(line, "N", fmt.Sprint(i)))
		}
		return out.String()
	}
	// referring returns a document whose answer refers many times to a schema.
	referring := func(schema string) string {
		return head + operation + "components:\n  schemas:\n    s0: {properties: {" + repeated(100, "pN: {$ref: '#/components/schemas/s1'}, ") + "}}\n    s1: " + schema + "\n"
	}
	const ofObject = "'200': {description: d, content: {application/json: {schema: {type: object}}}}"
	form := "{type: object, required: [pN], properties: {pN: {type: string}}}, "
	chain := strings.Builder{}
	for i := range 60_000 {
		fmt.Fprintf(&chain, "    s%d: {$ref: '#/components/schemas/s%d'}\n", i, i+1)
	}
	for name, test := range map[string]struct{ responses, target, says string }{
		"references that double": {ofObject, head + operation + "components:\n  schemas:\n" +
			double("    sN: {properties: {a: {$ref: '#/components/schemas/sN+1'}, b: {$ref: '#/components/schemas/sN+1'}}}\n"), "parts, including what it refers to"},
		"references from all to all": {ofObject, head + operation + "components:\n  schemas:\n" + dense.String(), "parts, including what it refers to"},
		"aliases that double":        {ofObject, head + "x-0: &a0 [a, a]\n" + double("x-N+1: &aN+1 [*aN, *aN]\n") + operation, "too large"},
		"merges that double":         {ofObject, head + "x-0: &a0 {a: 1}\n" + double("x-N+1: &aN+1 {<<: [*aN, *aN], kN: 1}\n") + operation, ""},
		"a merge of itself":          {ofObject, head + "x-0: &a {<<: *a}\n" + operation, ""},
		"an alias of itself":         {ofObject, head + "x-0: &a {b: *a}\n" + operation, "nested too deeply"},
		"brackets":                   {ofObject, head + "x-0: " + strings.Repeat("[", 1<<20), ""},
		"references to many values":  {ofObject, referring("{enum: [" + repeated(100_000, "N,") + "]}"), "parts, including what it refers to"},
		"references to a long value": {ofObject, referring("{enum: [" + strings.Repeat("a", 8<<20) + "]}"), "parts, including what it refers to"},
		"references to a long name":  {ofObject, referring("{properties: {" + strings.Repeat("a", 8<<20) + ": {}}}"), "parts, including what it refers to"},
		"references to extensions":   {ofObject, referring("{" + repeated(100_000, "x-N: 0, ") + "}"), "parts, including what it refers to"},
		"a large default of responses": {
			"'200': {description: d}, '400': {description: d}, '401': {description: d}, '403': {description: d}, '404': {description: d}",
			head + "paths: {/x: {get: {operationId: x, responses: {default: {description: d, content: {a/a: {schema: {properties: {" + repeated(10_000, "pN: {}, ") + "}}}}}}}}}\n",
			"parts, including what it refers to",
		},
		"paths that refer far":        {ofObject, head + "paths:\n" + repeated(25_000, "  /pN: {$ref: '#/x-m/z0'}\n") + "x-m:\n" + repeated(60_000, "  kN:\n") + double("  zN: {$ref: '#/x-m/zN+1'}\n") + "  z40: {$ref: '#/x-m'}\n", ""},
		"paths that refer to paths":   {ofObject, head + "paths:\n" + repeated(50_000, "  /pN: {$ref: '#/paths/~1p49999'}\n"), ""},
		"paths with a long reference": {ofObject, head + "paths:\n" + repeated(20_000, "  /pN: {$ref: '#/x-m'}\n") + "x-m: {$ref: '#/" + strings.Repeat("a", 4<<20) + "'}\n", ""},
		"paths that share many tags":  {ofObject, head + "paths:\n" + repeated(20_000, "  /pN: {$ref: '#/x-m'}\n") + "x-m: {get: {tags: [" + strings.Repeat("a,", 100_000) + "]}}\n", ""},
		"many forms":                  {"'200': {description: d, content: {application/json: {schema: {oneOf: [" + repeated(5, form) + "]}}}}", string(withSchema("3.0.3", "{oneOf: ["+strings.ReplaceAll(repeated(400, form), "string", "integer")+"]}")), ""},
		"many forms inside others":    {"'200': {description: d, content: {application/json: {schema: {oneOf: [{type: integer}, {type: object, properties: {a: {anyOf: [" + repeated(12, form) + "]}}}]}}}}", string(withSchema("3.0.3", "{oneOf: [{type: string}, {type: object, properties: {a: {anyOf: ["+strings.ReplaceAll(repeated(12, form), "string", "integer")+"]}}}]}")), ""},
		"many forms inside one":       {"'200': {description: d, content: {application/json: {schema: {type: object, properties: {a: {anyOf: [" + repeated(12, form) + "]}}}}}}", string(withSchema("3.0.3", "{anyOf: [{type: string}, {type: object, properties: {a: {anyOf: ["+strings.ReplaceAll(repeated(12, form), "string", "integer")+"]}}}]}")), ""},
		"a long chain":                {ofObject, head + operation + "components:\n  schemas:\n" + chain.String(), ""},
		"brackets of JSON":            {ofObject, `{"openapi":"3.0.3","x":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			contract, err := spec.Parse(withResponses("3.0.3", test.responses))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err = drift.Compare(contract, []byte(test.target), drift.Options{})
			runtime.ReadMemStats(&after)
			if test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("the comparison took %v", took)
			}
			bound := uint64(500 << 20)
			if race.Enabled {
				bound *= 3
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > bound {
				t.Errorf("the comparison allocated %d MiB", took>>20)
			}
			t.Logf("%v, %d MiB, %v", time.Since(began), (after.TotalAlloc-before.TotalAlloc)>>20, err)
		})
	}
}

// pair holds texts from which a test makes two documents, and the changes from one to the other.
type pair struct {
	one, other string
	want       []string
}

func comparePairs(t *testing.T, document func(text string) []byte, pairs map[string]pair) {
	t.Helper()
	for name, test := range pairs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, found(compareTexts(t, document(test.one), document(test.other)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
