package ajv

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestCoerce(t *testing.T) {
	t.Parallel()
	shape := func(nullable bool, types ...string) *openapi.Shape {
		return &openapi.Shape{Types: types, Nullable: nullable}
	}
	text, flag, number, whole, nullable := shape(false, "string"), shape(false, "boolean"), shape(false, "number"), shape(false, "integer"), shape(true, "string")
	moment := &openapi.Shape{Types: []string{"string"}, Format: "date-time"}
	date, label, bound := &openapi.Shape{Forms: []*openapi.Shape{moment, whole}}, &openapi.Shape{Forms: []*openapi.Shape{text, number}}, &openapi.Shape{Forms: []*openapi.Shape{number, text}}
	for name, test := range map[string]struct {
		shape      *openapi.Shape
		value, got any
	}{
		"number to string":             {text, 1.5, "1.5"},
		"large number to string":       {text, 1e21, "1e+21"},
		"boolean to string":            {text, true, "true"},
		"null to string":               {text, nil, ""},
		"null stays where it may":      {nullable, nil, nil},
		"empty string to null":         {shape(true, "boolean"), "", nil},
		"false to null":                {shape(true, "object"), false, nil},
		"zero to false before null":    {shape(true, "boolean"), 0.0, false},
		"yes to neither":               {shape(true, "boolean"), "yes", "yes"},
		"string stays":                 {text, "x", "x"},
		"array never":                  {text, []any{"x"}, []any{"x"}},
		"object never":                 {text, map[string]any{}, map[string]any{}},
		"string to true":               {flag, "true", true},
		"string to false":              {flag, "false", false},
		"one to true":                  {flag, 1.0, true},
		"zero to false":                {flag, 0.0, false},
		"null to false":                {flag, nil, false},
		"yes is no boolean":            {flag, "yes", "yes"},
		"two is no boolean":            {flag, 2.0, 2.0},
		"empty string is no boolean":   {flag, "", ""},
		"string to number":             {number, " 1e2 ", 100.0},
		"empty string is no number":    {number, "", ""},
		"boolean to number":            {number, true, 1.0},
		"string to integer":            {whole, "7", 7.0},
		"a fraction is no integer":     {whole, "7.5", "7.5"},
		"no shape":                     {nil, 1.0, 1.0},
		"any type":                     {&openapi.Shape{}, 1.0, 1.0},
		"inside an object":             {&openapi.Shape{Properties: []openapi.Property{{Name: "a", Shape: text}}}, map[string]any{"a": 1.0, "b": 1.0}, map[string]any{"a": "1", "b": 1.0}},
		"what is not named":            {&openapi.Shape{Others: text}, map[string]any{"a": 1.0}, map[string]any{"a": "1"}},
		"inside an array":              {&openapi.Shape{Items: text}, []any{1.0, "x"}, []any{"1", "x"}},
		"a date and a space":           {moment, "2030-01-01 00:00:00", "2030-01-01T00:00:00Z"},
		"a date without a zone":        {moment, "2030-01-01t00:00:00.5", "2030-01-01T00:00:00.5Z"},
		"a zone without a colon":       {moment, "2030-01-01T00:00:00-0530", "2030-01-01T00:00:00-05:30"},
		"a date as others have it":     {moment, "2030-01-01T00:00:00+02:00", "2030-01-01T00:00:00+02:00"},
		"a day that there is not":      {moment, "2030-02-30 00:00:00", "2030-02-30 00:00:00"},
		"no date-time":                 {moment, "2030-01-01", "2030-01-01"},
		"null to a form":               {date, nil, ""},
		"a fraction to a form":         {date, 2.7, "2.7"},
		"a number to the last form":    {date, 5.0, 5.0},
		"a text to the last form":      {date, "1e20", 1e20},
		"white space to the last form": {date, " ", 0.0},
		"a date to the first form":     {date, "2030-01-01 00:00:00", "2030-01-01T00:00:00Z"},
		"null to the first form":       {label, nil, ""},
		"the first form ends it":       {bound, "5", 5.0},
		"the first form not":           {bound, "+Inf", "+Inf"},
		"what is not there stays away": {&openapi.Shape{Properties: []openapi.Property{{Name: "a", Shape: text}}}, map[string]any{}, map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.got, Coerce(test.shape, test.value)); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseNumber compares with the results of JavaScript's Number.
func TestParseNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"": 0, "  ": 0, "1": 1, " 1\n": 1, "-1.5": -1.5, ".5": 0.5, "5.": 5, "1e3": 1000, "+7": 7,
		"0x10": 16, "0o17": 15, "0b11": 3, "Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "1e999": math.Inf(1),
	} {
		if got, ok := ParseNumber(text); !ok || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"x", "1x", "1_0", "0x", "0x1_0", "-0x10", "inf", "NaN", "1,5", "--1", "0x1p3", "e5"} {
		if got, ok := ParseNumber(text); ok {
			t.Errorf("%q parses as %v, want no number", text, got)
		}
	}
}

// TestDetail covers the wordings that no current operation triggers; the recordings cover
// the others.
func TestDetail(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failure spec.Failure
		sent    string
		want    Complaint
	}{
		"minimum": {
			spec.Failure{In: "query", Pointer: "/limit", Keyword: "minimum", Want: "0"}, "-1",
			Complaint{Path: "/query/limit", Message: "The `/query/limit` property must be >= 0. You sent -1."},
		},
		"path parameter": {
			spec.Failure{In: "path", Pointer: "/id", Keyword: "minLength", Want: "1"}, `""`,
			Complaint{Path: "/params/id", Message: "The `/params/id` property must NOT have fewer than 1 characters. You sent \"\"."},
		},
		"format": {
			spec.Failure{In: "body", Pointer: "/at", Keyword: "format", Want: "date-time"}, `"x"`,
			Complaint{Path: "/body/at", Message: "The `/body/at` property must match format \"date-time\". You sent \"x\"."},
		},
		"enum": {
			spec.Failure{In: "body", Pointer: "/type", Keyword: "enum", Allowed: []any{"a", "b"}}, `"x"`,
			Complaint{Path: "type", Message: "The `type` property must be equal to one of the allowed values: \"a\", \"b\". You provided \"x\", which is not valid. Please use one of the allowed values instead.."},
		},
		"additional property": {
			spec.Failure{In: "body", Keyword: "additionalProperties", Property: "foo"}, "",
			Complaint{Path: "/body/foo", PathFirst: true, Message: "The `/body` object of the request body does not allow additional properties. Your request included the `/body/foo` property."},
		},
		"keyword without a sentence": {
			spec.Failure{In: "body", Pointer: "/a", Keyword: "dependentRequired"}, "1",
			Complaint{Path: "/body/a", Message: "The `/body/a` property is invalid. You sent 1."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, Detail(test.failure, test.sent)); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDetailsOfAOneOfBeginWithItsForms(t *testing.T) {
	t.Parallel()
	failure := spec.Failure{In: "body", Keyword: "oneOf", Forms: []spec.Failure{{In: "body", Keyword: "required", Property: "type"}}}
	var got []string
	for _, detail := range Details(failure, func(string) string { return "{}" }) {
		got = append(got, detail.Path)
	}
	if diff := cmp.Diff([]string{"/body/type", "/body"}, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
