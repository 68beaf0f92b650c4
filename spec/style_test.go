package spec

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// TestParametersAreEncodedInTheirStyle checks that parameters are encoded in their style,
// and that those encoded as one text decode to their value.
func TestParametersAreEncodedInTheirStyle(t *testing.T) {
	t.Parallel()
	array, object := &openapi.Shape{Types: []string{"array"}}, &openapi.Shape{Types: []string{"object"}}
	list, pairs := []any{"a", "b c"}, map[string]any{"x": "1", "y": "é"}
	for want, test := range map[string]struct {
		parameter Parameter
		value     any
		whole     bool // a single text, which Decode splits
	}{
		"p=a+b%26c":          {Parameter{In: "query", Style: "form", Explode: true}, "a b&c", false},
		"p=a&p=b+c":          {Parameter{In: "query", Style: "form", Explode: true, Shape: array}, list, false},
		"p=a,b+c":            {Parameter{In: "query", Style: "form", Shape: array}, list, false},
		"p=a%20b+c":          {Parameter{In: "query", Style: "spaceDelimited", Shape: array}, list, false},
		"p=a%7Cb+c":          {Parameter{In: "query", Style: "pipeDelimited", Shape: array}, list, false},
		"x=1&y=%C3%A9":       {Parameter{In: "query", Style: "form", Explode: true, Shape: object}, pairs, false},
		"p=x,1,y,%C3%A9":     {Parameter{In: "query", Style: "form", Shape: object}, pairs, false},
		"p[x]=1&p[y]=%C3%A9": {Parameter{In: "query", Style: "deepObject", Explode: true, Shape: object}, pairs, false},
		"p=%5B%22a%22%5D":    {Parameter{In: "query", JSON: true, Style: "form", Shape: array}, []any{"a"}, false},
		"a%2Fb":              {Parameter{In: "path", Style: "simple"}, "a/b", true},
		"a,b%20c":            {Parameter{In: "path", Style: "simple", Shape: array}, list, true},
		"x,1,y,%C3%A9":       {Parameter{In: "path", Style: "simple", Shape: object}, pairs, true},
		"x=1,y=%C3%A9":       {Parameter{In: "path", Style: "simple", Explode: true, Shape: object}, pairs, true},
		".a,b%20c":           {Parameter{In: "path", Style: "label", Shape: array}, list, true},
		".a.b%20c":           {Parameter{In: "path", Style: "label", Explode: true, Shape: array}, list, true},
		";p=a,b%20c":         {Parameter{In: "path", Style: "matrix", Shape: array}, list, true},
		";p=a;p=b%20c":       {Parameter{In: "path", Style: "matrix", Explode: true, Shape: array}, list, true},
		";x=1;y=%C3%A9":      {Parameter{In: "path", Style: "matrix", Explode: true, Shape: object}, pairs, true},
		";p=x,1,y,%C3%A9":    {Parameter{In: "path", Style: "matrix", Shape: object}, pairs, true},
		";p=a":               {Parameter{In: "path", Style: "matrix"}, "a", true},
		";p==a":              {Parameter{In: "path", Style: "matrix"}, "=a", true},
	} {
		p := test.parameter
		p.Name = "p"
		escape := url.PathEscape
		if p.In == "query" {
			escape = url.QueryEscape
		}
		got := p.Encode(test.value, escape)
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if !test.whole {
			continue
		}
		plain, err := url.PathUnescape(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.value, p.Decode(plain)); diff != "" {
			t.Errorf("%s: %s", want, diff)
		}
	}
}

func TestValuesOfParameters(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(`
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /x:
    get:
      operationId: x
      parameters:
        - {name: a, in: query, schema: {type: integer, default: 7}}
        - {name: b, in: query, example: c, schema: {$ref: '#/components/schemas/letter'}}
        - {name: c, in: query, schema: {type: string}}
      responses: {'200': {description: d}}
components: {schemas: {letter: {type: string, enum: [a, b]}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"[7]", "[c a b]", "[]"} {
		if got := fmt.Sprint(contract.Operation("x").Parameters()[i].Values()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestHeadersOfResponses checks that headers of responses are written so that they read
// back unchanged.
func TestHeadersOfResponses(t *testing.T) {
	t.Parallel()
	number := &openapi.Shape{Types: []string{"integer"}}
	box := &openapi.Shape{Types: []string{"object"}, Properties: []openapi.Property{{Name: "x", Shape: number}}, Others: &openapi.Shape{Types: []string{"string"}}}
	for want, test := range map[string]struct {
		header Header
		value  any
	}{
		"x,1,y,up":         {Header{Shape: box}, map[string]any{"x": 1.0, "y": "up"}},
		"x=1,y=up":         {Header{Shape: box, Explode: true}, map[string]any{"x": 1.0, "y": "up"}},
		`{"x":1,"y":"up"}`: {Header{Shape: box, JSON: true}, map[string]any{"x": 1.0, "y": "up"}},
		"1,2":              {Header{Shape: &openapi.Shape{Types: []string{"array"}, Items: number}}, []any{1.0, 2.0}},
		"a b":              {Header{Shape: &openapi.Shape{Types: []string{"string"}}}, "a b"},
	} {
		got := test.header.Text(test.value)
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if diff := cmp.Diff(test.value, test.header.read(got)); diff != "" {
			t.Errorf("%s reads back differently (-want +got):\n%s", got, diff)
		}
	}
}

// TestTextsInAnotherStyle checks which texts are not in the style of their parameter.
func TestTextsInAnotherStyle(t *testing.T) {
	t.Parallel()
	object := &openapi.Shape{Types: []string{"object", "null"}}
	either := &openapi.Shape{Types: []string{"object", "string"}}
	for name, test := range map[string]struct {
		parameter Parameter
		texts     map[string]bool // true for those in another style
	}{
		"deep":             {Parameter{In: "query", Style: "deepObject", Explode: true, Shape: object}, map[string]bool{"a": true, "x,1": true, "": false}},
		"deep or a string": {Parameter{In: "query", Style: "deepObject", Explode: true, Shape: either}, map[string]bool{"a": false}},
		"pairs":            {Parameter{In: "query", Style: "form", Shape: object}, map[string]bool{"x,1": false, "x,1,y": true, "x": true, "": false}},
		"pipes":            {Parameter{In: "query", Style: "pipeDelimited", Shape: object}, map[string]bool{"x|1": false, "x|1|y": true}},
		"pairs in a path":  {Parameter{In: "path", Style: "simple", Shape: object}, map[string]bool{"x,1": false, "x": true}},
		"named in a path":  {Parameter{In: "path", Style: "simple", Explode: true, Shape: object}, map[string]bool{"x=1,y=2": false, "x,1": true}},
		"labels":           {Parameter{In: "path", Style: "label", Shape: object}, map[string]bool{".x,1": false, ".x,1,y": true, "x,1": true}},
		"named labels":     {Parameter{In: "path", Style: "label", Explode: true, Shape: object}, map[string]bool{".x=1.5": false, ".x": true}},
		"matrix":           {Parameter{In: "path", Name: "p", Style: "matrix", Shape: object}, map[string]bool{";p=x,1": false, ";p": false, ";p=x": true}},
		"named matrix":     {Parameter{In: "path", Style: "matrix", Explode: true, Shape: object}, map[string]bool{";x=1;y": false, "x=1": true}},
		"a header":         {Parameter{In: "header", Style: "simple", Shape: object}, map[string]bool{"x, 1": false, "x, 1, y": true}},
		"pairs or a text":  {Parameter{In: "query", Style: "form", Shape: either}, map[string]bool{"x": false}},
		"spread":           {Parameter{In: "query", Style: "form", Explode: true, Shape: object}, map[string]bool{"x": false}},
		"JSON":             {Parameter{In: "query", Style: "form", JSON: true, Shape: object}, map[string]bool{"x": true, "1e99999": true, `{"a":1}`: false}},
	} {
		for text, want := range test.texts {
			if got := test.parameter.Lacks(text); got != want {
				t.Errorf("%s: %q: got %v, want %v", name, text, got, want)
			}
		}
	}
}

// TestWhiteSpaceInHeaders checks that white space around the commas of a header is no part of
// its words.
func TestWhiteSpaceInHeaders(t *testing.T) {
	t.Parallel()
	array, object := &openapi.Shape{Types: []string{"array"}}, &openapi.Shape{Types: []string{"object"}}
	for text, test := range map[string]struct {
		parameter Parameter
		want      any
	}{
		"a, b ,\tc": {Parameter{In: "header", Style: "simple", Shape: array}, []any{"a", "b", "c"}},
		"R=1, G=2":  {Parameter{In: "header", Style: "simple", Explode: true, Shape: object}, map[string]any{"R": "1", "G": "2"}},
		"R, 1":      {Parameter{In: "header", Style: "simple", Shape: object}, map[string]any{"R": "1"}},
		"a, b":      {Parameter{In: "query", Style: "form", Shape: array}, []any{"a", " b"}},
	} {
		if diff := cmp.Diff(test.want, test.parameter.Decode(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestHeadersOfSeveralTypes checks that a response header is read as any type that its schema
// allows, and that an object with a name too many is none.
func TestHeadersOfSeveralTypes(t *testing.T) {
	t.Parallel()
	for schema, texts := range map[string]map[string]bool{
		"{anyOf: [{type: integer}, {type: string, format: date}]}":                       {"5": true, "2026-01-01": true, "x": false},
		"{type: array, items: {anyOf: [{type: string, enum: [auto]}, {type: integer}]}}": {"5, auto": true, "5, x": false},
		"{type: object, additionalProperties: {enum: [1, a]}}":                           {"x,1, y,a": true, "x,2": false, "x,1,y": false},
	} {
		contract, err := Parse(oddDocument("3.0.3", "      responses: {'200': {description: d, headers: {X-A: {schema: "+schema+"}}}}\n", "  schemas: {}\n"))
		if err != nil {
			t.Fatal(schema, err)
		}
		for text, good := range texts {
			failures := contract.Operation("x").CheckResponse(http.StatusOK, http.Header{"X-A": {text}}, nil)
			if (len(failures) == 0) != good {
				t.Errorf("%s: %s: %v", schema, text, failures)
			}
		}
	}
}
