package jsonvalue_test

import (
	"slices"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
)

func TestPartsOfAValueAreFound(t *testing.T) {
	t.Parallel()
	value, _ := jsonvalue.Decode([]byte(`{"a":[{"b/c":1},null],"~":2,"":3}`))
	for pointer, want := range map[string]string{
		"": `{"":3,"a":[{"b/c":1},null],"~":2}`, "/a/0/b~1c": "1", "/a/1": "null", "/~0": "2", "/": "3",
		"/a/2": "-", "/a/-1": "-", "/a/x": "-", "/x": "-", "/a/0/b~1c/d": "-",
	} {
		found, ok := jsonvalue.At(value, pointer)
		got := "-"
		if ok {
			got = jsonvalue.Text(found)
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", pointer, got, want)
		}
	}
	var visited []string
	jsonvalue.Walk(value, func(pointer, _ string, _ any) { visited = append(visited, pointer) })
	if want := []string{"/", "/a", "/a/0/b~1c", "/~0"}; !slices.Equal(visited, want) {
		t.Errorf("visited %q", visited)
	}
}

func TestValuesAreCompared(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b  string
		equal bool
		order string
	}{
		{"1", "1.0", true, "="},
		{"9007199254740993", "9007199254740992", false, ">"},
		{`"a"`, `"b"`, false, "<"},
		{`"1"`, "1", false, "none"},
		{"null", "null", true, "none"},
		{`{"a":1,"b":[true,{}]}`, `{"b":[true,{}],"a":1.0}`, true, "none"},
		{`{"a":1}`, `{"a":1,"b":null}`, false, "none"},
		{`[1,2]`, `[2,1]`, false, "none"},
		{`[]`, `{}`, false, "none"},
	} {
		a, _ := jsonvalue.Decode([]byte(test.a))
		b, _ := jsonvalue.Decode([]byte(test.b))
		if got := jsonvalue.Equal(a, b); got != test.equal {
			t.Errorf("%s equals %s: got %t", test.a, test.b, got)
		}
		order, comparable := jsonvalue.Compare(a, b)
		got := map[bool]string{true: map[int]string{-1: "<", 0: "=", 1: ">"}[order], false: "none"}[comparable]
		if got != test.order {
			t.Errorf("%s compared with %s: got %s, want %s", test.a, test.b, got, test.order)
		}
	}
}

func TestWhatIsOneValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": false, "1": true, " {} ": true, "1 2": false, "{": false, `"\u0041"`: true} {
		if _, got := jsonvalue.Decode([]byte(text)); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}
