package spec

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// listing describes an object with lists whose schemas have all that concerns a whole list.
const listing = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d",
	"content":{"application/json":{"schema":{"type":"object","additionalProperties":{"type":"array"},"properties":{
		"trees":{"items":{"$ref":"#/components/schemas/tree"}},
		"a":{"type":"array","items":{"type":["number","array"],"items":{"type":"number"}}},
		"many":{"type":"array","minItems":1000,"items":{"type":"number"}},
		"5%":{"type":"array","minItems":1000},
		"not":{"type":"array","items":{"type":"number"},"not":{"maxItems":1000}},
		"if":{"if":{"properties":{"a":{"maxItems":300}}},"then":{"required":["small"]},"properties":{"a":{"items":{"type":"number"}}}},
		"form":{"oneOf":[{"type":"array","minItems":1000},{"type":"string"}]},
		"few":{"type":"array","maxItems":20000,"items":{"type":"number"}},
		"deep":{"items":{"items":{"items":{"type":"number"}}}},
		"lists":{"type":"array","items":{"type":"array","minItems":1}},
		"map":{"type":"object","additionalProperties":{"type":"number"},"required":["zz"]},
		"patterned":{"patternProperties":{"^":{"type":"number"}}},
		"short":{"propertyNames":{"maxLength":6}},
		"closed":{"additionalProperties":false,"properties":{"zz":{"type":"number"}},"minProperties":1000},
		"full":{"type":"object","minProperties":1000,"maxProperties":20000},
		"sealed":{"unevaluatedProperties":{"type":"number"}},
		"tied":{"dependentRequired":{"a00000":["zz"]}},
		"any":{"anyOf":[{"items":{"type":"number"}},{"type":"string"}]},
		"choice":{"anyOf":[{"type":"object","additionalProperties":{"type":"number"}},{"type":"null"}]},
		"rows":{"uniqueItems":true,"items":{"additionalProperties":{"type":"number"}}},
		"has":{"contains":{"const":20999}},
		"two":{"contains":{"minimum":20998},"minContains":2,"maxContains":2},
		"old":{"$ref":"#/components/schemas/old"},
		"forms":{"items":{"anyOf":[{"type":"array","minItems":300},{"type":"string"}]}},
		"shape":{"oneOf":[{"type":"object","minProperties":1000},{"type":"string"}]},
		"node":{"$ref":"#/components/schemas/tree"}}}}}}}}}},
	"components":{"schemas":{"old":{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a00000":["zz"]}},"tree":{"$dynamicAnchor":"node","type":"object","properties":{"below":{"type":"array","items":{"$dynamicRef":"#node"}},
		"by":{"additionalProperties":{"$dynamicRef":"#node"}}}}}}}`

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

// properties returns an object with numbers, and texts from a position on, and zz.
func properties(count, wrongFrom int) map[string]any {
	out := map[string]any{"zz": 0.0}
	for i, value := range numbers(count, wrongFrom) {
		out[fmt.Sprintf("a%05d", i)] = value
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
	loose := properties(right, right)
	delete(loose, "zz")
	long := properties(right, right)
	long["a012345"] = 0.0
	last := properties(11_000, right)
	last["a10999"] = 0.5
	node := map[string]any{"below": "x"}
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
		"beside a percent":  {map[string]any{"a": numbers(right, right-1), "5%": numbers(1000, right)}, "/a/20999 type"},
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
		"empty lists":       {map[string]any{"lists": slices.Repeat([]any{[]any{}}, right)}, "/lists/0 minItems"},
		"properties":        {map[string]any{"map": properties(right, right), "patterned": properties(right, right), "short": properties(right, right), "sealed": properties(right, right), "tied": properties(right, right)}, ""},
		"a property":        {map[string]any{"map": properties(right, right-1)}, "/map/a20999 type"},
		"all properties":    {map[string]any{"map": properties(right, 0)}, "/map/a00000 type"},
		"by a pattern":      {map[string]any{"patterned": properties(right, 777)}, "/patterned/a00777 type"},
		"the rest":          {map[string]any{"sealed": properties(right, 777)}, "/sealed/a00777 type"},
		"a long name":       {map[string]any{"short": long}, "/short propertyNames"},
		"unknown ones":      {map[string]any{"closed": properties(right, right)}, "/closed additionalProperties"},
		"a missing one":     {map[string]any{"map": loose}, "/map required"},
		"one that is tied":  {map[string]any{"tied": loose}, "/tied dependentRequired"},
		"too many of them":  {map[string]any{"full": properties(right, right)}, "/full maxProperties"},
		"too few of them":   {map[string]any{"a": numbers(right, right), "full": properties(900, right)}, "/full minProperties"},
		"beside a shape":    {map[string]any{"map": properties(right, right-1), "shape": properties(1000, right)}, "/map/a20999 type"},
		"of no shape":       {map[string]any{"a": numbers(right, right), "shape": properties(900, right)}, "/shape oneOf"},
		"below":             {map[string]any{"a": numbers(right, right), "node": map[string]any{"by": map[string]any{"x": node}}}, "/node/by/x/below type"},
		"of no type":        {map[string]any{"any": numbers(right, 0)}, "/any anyOf"},
		"beside it":         {map[string]any{"any": numbers(right, 0), "a": numbers(right, 5000)}, "/a/5000 type"},
		"beside many forms": {map[string]any{"forms": slices.Repeat([]any{numbers(300, 300)}, 300), "a": numbers(right, right-1)}, "/a/20999 type"},
		"beside rows":       {map[string]any{"rows": []any{properties(11_000, right), last}, "a": numbers(right, 5000)}, "/a/5000 type"},
		"equal rows":        {map[string]any{"rows": []any{last, last}, "a": numbers(right, right)}, "/rows uniqueItems"},
		"beside an item":    {map[string]any{"has": numbers(right, right), "a": numbers(right, 5000)}, "/a/5000 type"},
		"without the item":  {map[string]any{"has": numbers(right-1, right)}, "/has contains"},
		"beside two items":  {map[string]any{"two": numbers(right, right), "a": numbers(right, 5000)}, "/a/5000 type"},
		"one item":          {map[string]any{"two": numbers(right-1, right)}, "/two contains"},
		"three items":       {map[string]any{"two": numbers(right+1, right+1)}, "/two contains"},
		"one that was tied": {map[string]any{"old": loose}, "/old dependency"},
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
// 15 allocations for each.
func TestErrorsOfLargeValues(t *testing.T) { // without others, which would be counted too
	contract, err := Parse([]byte(listing))
	if err != nil {
		t.Fatal(err)
	}
	const count = 60_000
	content := contract.Operation("x").Response(200).Contents[0]
	for name, test := range map[string]struct {
		value any
		most  float64 // allocations
	}{
		"a":         {numbers(count, 0), 10 * count},
		"lists":     {slices.Repeat([]any{[]any{}}, count), 10 * count},
		"map":       {properties(count, 0), 10 * count},
		"patterned": {properties(count, 0), 10 * count},
		"sealed":    {properties(count, 0), 10 * count},
		"any":       {numbers(count, 0), 20 * count},
		"choice":    {properties(count, 0), 10 * count},
		"deep":      {slices.Repeat([]any{slices.Repeat([]any{numbers(30, 0)}, 30)}, 30), 1_000_000},
	} {
		var failures []Failure
		value := any(map[string]any{name: test.value})
		if allocations := testing.AllocsPerRun(1, func() { failures = content.Check(value) }); allocations > test.most || len(failures) == 0 {
			t.Errorf("%s: %.0f allocations, %d failures", name, allocations, len(failures))
		}
	}
}

// TestNamesOfASchemaAreCollectedOnce checks that a schema with many names is not searched for them for each value.
func TestNamesOfASchemaAreCollectedOnce(t *testing.T) { // without others, whose allocations would be counted too
	var many strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&many, `"p%d":{"type":"number"},`, i)
	}
	value := any(map[string]any{"a": numbers(21_000, 0)})
	allocations := map[string]float64{}
	for _, named := range []string{"", many.String()} {
		contract, err := Parse([]byte(strings.Replace(listing, `"trees":`, named+`"trees":`, 1)))
		if err != nil {
			t.Fatal(err)
		}
		content := contract.Operation("x").Response(200).Contents[0]
		allocations[named] = testing.AllocsPerRun(1, func() { content.Check(value) })
	}
	if few, more := allocations[""], allocations[many.String()]; more > few+50_000 {
		t.Errorf("%.0f allocations, %.0f with many names", few, more)
	}
}
