package spec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/jsonschema/v6"
	"pgregory.net/rapid"
)

// TestListsAreJudgedInParts checks which lists are recognized as lists that can be checked
// in parts.
func TestListsAreJudgedInParts(t *testing.T) {
	t.Parallel()
	contract := Default()
	for id, want := range map[string][]string{
		"getFrontendFeatures":  {"toggles"},
		"getAllClientFeatures": {"features", "segments"},
		"getSignalEndpoints":   {"signalEndpoints"},
		"getHealth":            nil,
	} {
		var got []string
		for name := range contract.Operation(id).Response(200).Contents[0].schema.get().lists {
			got = append(got, name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: lists %v, want %v", id, got, want)
		}
	}
}

// TestPartsSayWhatTheWholeSays checks that, however an answer is damaged, checking it in
// parts finds what checking the whole finds.
func TestPartsSayWhatTheWholeSays(t *testing.T) {
	t.Parallel()
	contract := Default()
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.SampledFrom([]string{
			`{"toggles":[{"name":"a","enabled":true,"variant":{"name":"disabled","enabled":false,"feature_enabled":true,"featureEnabled":true},"impressionData":false},{"name":"b,]}\"","enabled":true,"variant":{"name":"blue","payload":{"type":"string","value":"[{"},"enabled":true,"feature_enabled":true,"featureEnabled":true},"impressionData":true}]}`,
			`{ "toggles" : [ ] }`,
			`{"toggles":[],"toggles":[{"name":"a"}]}`,
			`{"tog\u0067les":[{"name":1}]}`,
		}).Draw(t, "text"))
		for range rapid.IntRange(0, 3).Draw(t, "cuts") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			end := min(len(text), at+rapid.IntRange(0, 3).Draw(t, "length"))
			with := rapid.SampledFrom([]string{"", ",", "{", "}", "[", "]", `"`, `\`, " ", "1", "null", ":", `"x":1,`}).Draw(t, "with")
			text = slices.Concat(text[:at], []byte(with), text[end:])
		}
		operation := contract.Operation("getFrontendFeatures")
		response := operation.Response(http.StatusOK)
		header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": {"no-cache"}}
		whole := response.Contents[0].judge(jsonHeader.Get("Content-Type"), text)
		if len(text) == 0 {
			return
		}
		got := response.checkBody(200, header, text)
		if fmt.Sprint(got) != fmt.Sprint(whole) {
			t.Fatalf("%s: %v; checked as a whole: %v", text, got, whole)
		}
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":[], "b":1}`:              `{"a":[], "b":1}`,
		`{"a":[ ],"b":[2]}`:            `{"a":[],"b":[2]}`,
		` {"a":[1 , {"c":"]"}],"b":2}`: ` {"a":[],"b":2} 1 {"c":"]"}`,
		"{\"a\":[1],\"b\":2\n0}":       "{\"a\":[],\"b\":2\n0} 1", // no JSON, in parts either
	} {
		rest, items, ok := lists{"a": &jsonschema.Schema{}}.cut([]byte(text), nil, &known{})
		got := string(rest)
		for _, item := range items {
			got += " " + string(item.text)
		}
		if !ok || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, ok, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	for _, text := range []string{`{"a":[1,{"b":"]"}],"c":2}`, `{"a":[{"b":1},{"b":[{},{}]},{"b":"},{"},{"b":1}]}`, `{"a":[]}`, `{"a":[1,]}`, `{"a":["\\\""]}`, `{"a":[[[`, `[]`, `{`, `{"a"`, `{"a":[1]`, `{"a":[}}`, "{\"a\":[1],\"b\":2\n0}"} {
		f.Add(text)
	}
	schema := lists{"a": nil}
	schema["a"] = Default().Operation("getHealth").Response(200).Contents[0].schema.get().schema
	f.Fuzz(func(t *testing.T, text string) {
		rest, items, ok := schema.cut([]byte(text), nil, &known{})
		if !ok {
			return
		}
		var seen known
		seen.add(slices.DeleteFunc(slices.Clone(items), func(item piece) bool { return !json.Valid(item.text) }))
		again, unseen, _ := schema.cut([]byte(text), nil, &seen)
		if fresh := seen.unknown(items); string(again) != string(rest) || len(unseen) < len(fresh) || !slices.EqualFunc(seen.unknown(unseen), fresh, func(a, b piece) bool { return string(a.text) == string(b.text) }) {
			t.Errorf("%q is cut in another way if its items are known: %s %d, not %s %d", text, again, len(unseen), rest, len(fresh))
		}
		for _, item := range items {
			if !json.Valid(item.text) {
				return
			}
		}
		if json.Valid(rest) && !json.Valid([]byte(text)) {
			t.Errorf("the parts of %q are JSON, but the whole is not", text)
		}
	})
}

func TestItemsAreForgottenWithinBounds(t *testing.T) {
	t.Parallel()
	var k known
	schema := Default().Operation("getHealth").Response(200).Contents[0].schema.get().schema
	item := func(n int) []piece { return []piece{{fmt.Appendf(nil, "%d%s", n, strings.Repeat("x", 1000)), schema}} }
	for n := range 1000 {
		if len(k.unknown(item(n))) != 1 {
			t.Fatalf("item %d is already known", n)
		}
		k.add(item(n))
		if len(k.unknown(item(0))) != 0 { // it is used all the time
			t.Fatalf("the busy item was forgotten after %d", n)
		}
	}
	if k.size > maxItems || len(k.unknown(item(1))) != 1 {
		t.Errorf("%d bytes are kept", k.size)
	}
}
