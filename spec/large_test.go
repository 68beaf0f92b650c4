package spec

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// listing describes an object with lists whose schemas have all that concerns a whole list.
const listing = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d",
	"content":{"application/json":{"schema":{"type":"object","additionalProperties":{"type":"array"},"properties":{
		"trees":{"items":{"$ref":"#/components/schemas/tree"}},
		"a":{"type":"array","items":{"type":["number","array"],"items":{"type":"number"}}},
		"many":{"type":"array","minItems":1000,"items":{"type":"number"}},
		"not":{"type":"array","items":{"type":"number"},"not":{"maxItems":1000}},
		"if":{"if":{"properties":{"a":{"maxItems":300}}},"then":{"required":["small"]},"properties":{"a":{"items":{"type":"number"}}}},
		"form":{"oneOf":[{"type":"array","minItems":1000},{"type":"string"}]},
		"few":{"type":"array","maxItems":20000,"items":{"type":"number"}}}}}}}}}}},
	"components":{"schemas":{"tree":{"$dynamicAnchor":"node","type":"object","properties":{"below":{"type":"array","items":{"$dynamicRef":"#node"}}}}}}}`

// numbers returns a list of numbers, with texts from a position on.
func numbers(count, wrongFrom int) []any {
	out := make([]any, count)
	for i := range out {
		if out[i] = float64(i); i >= wrongFrom {
			out[i] = "x"
		}
	}
	return out
}

// TestLargeValues checks that the first wrong item of a large value is found wherever it is, and that what
// concerns a whole list is judged by the whole list.
func TestLargeValues(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(listing))
	if err != nil {
		t.Fatal(err)
	}
	content := contract.Operation("x").Response(200).Contents[0]
	const right = 21_000
	for name, test := range map[string]struct {
		value any
		first string // failure, or empty
	}{
		"right":             {map[string]any{"a": numbers(right, right), "many": numbers(1000, right)}, ""},
		"of a form":         {map[string]any{"a": numbers(right, right), "form": numbers(1000, right)}, ""},
		"of no form":        {map[string]any{"a": numbers(right, right), "form": numbers(999, right)}, "/form oneOf"},
		"not a short list":  {map[string]any{"not": numbers(right, right)}, ""},
		"wrong, not short":  {map[string]any{"not": numbers(right, 5)}, "/not/5 type"},
		"a short list":      {map[string]any{"a": numbers(right, right), "not": numbers(900, right)}, "/not schema"},
		"a condition":       {map[string]any{"if": map[string]any{"a": numbers(right, right)}}, ""},
		"beside a form":     {map[string]any{"a": numbers(right, right-1), "form": numbers(1000, right)}, "/a/20999 type"},
		"trees":             {map[string]any{"a": numbers(right, right), "trees": []any{map[string]any{"below": []any{map[string]any{}}}}}, ""},
		"a wrong tree":      {map[string]any{"a": numbers(right, right), "trees": []any{map[string]any{"below": []any{"x"}}}}, "/trees/0/below/0 type"},
		"the first":         {map[string]any{"a": numbers(right, 0)}, "/a/0 type"},
		"one in the middle": {map[string]any{"a": numbers(right, 777)}, "/a/777 type"},
		"the last":          {map[string]any{"a": numbers(right, right-1)}, "/a/20999 type"},
		"in a list":         {map[string]any{"a": []any{numbers(right, right), numbers(20, 19)}}, "/a/1/19 type"},
		"beside lists":      {map[string]any{"a": numbers(right, right), "b": "x"}, "/b type"},
		"the list itself":   {"x", " type"},
		"too many":          {map[string]any{"few": numbers(right, right)}, "/few maxItems"},
		"too few":           {map[string]any{"a": numbers(right, right), "many": numbers(999, right)}, "/many minItems"},
		"also wrong":        {map[string]any{"a": numbers(right, 5), "many": numbers(1000, right)}, "/a/5 type"},
	} {
		got := ""
		failures := content.Check(test.value)
		if len(failures) > 0 {
			got = fmt.Sprint(failures[0].Pointer, " ", failures[0].Keyword)
		}
		if got != test.first || slices.ContainsFunc(failures, func(f Failure) bool { return f.Pointer == "/many" && test.first != "/many minItems" }) {
			t.Errorf("%s: got %v, want %q first", name, failures[:min(len(failures), 3)], test.first)
		}
	}
}

// TestTreesOfLists checks an answer whose lists are judged item by item, and whose items refer dynamically to
// what they are.
func TestTreesOfLists(t *testing.T) {
	t.Parallel()
	contract, err := Parse([]byte(listing))
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for body, want := range map[string]int{`{"trees":[{"below":[{}]}]}`: 0, `{"trees":[{"below":[{"below":[1]}]}]}`: 1} {
		if failures := contract.Operation("x").CheckResponse(http.StatusOK, header, []byte(body)); len(failures) != want {
			t.Errorf("%s: got %v", body, failures)
		}
	}
}

// TestErrorsOfLargeValues checks that not every wrong value is described before the first are kept, which would take
// 3,100,000 allocations.
func TestErrorsOfLargeValues(t *testing.T) { // without others, which would be counted too
	contract, err := Parse([]byte(listing))
	if err != nil {
		t.Fatal(err)
	}
	content, value := contract.Operation("x").Response(200).Contents[0], any(map[string]any{"a": numbers(200_000, 0)})
	var failures []Failure
	if allocations := testing.AllocsPerRun(1, func() { failures = content.Check(value) }); allocations > 2_000_000 || len(failures) != maxFailures {
		t.Errorf("%.0f allocations, %d failures", allocations, len(failures))
	}
}
