package judge

import (
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
)

func TestExpectations(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const absent = ""
	for _, test := range []struct {
		expected string
		holds    []string // JSON; empty for an absent value
		breaks   []string
	}{
		{"nothing", []string{absent}, []string{"null", `""`, "0"}},
		{"null or nothing", []string{absent, "null"}, []string{`""`, "false", "[]"}},
		{"anything", []string{"null", "0"}, []string{absent}},
		{"a text", []string{`"a"`}, []string{absent, "null", `""`, "1"}},
		{"a whole number", []string{"0", "-42"}, []string{absent, "1.5", `"1"`, "null", "1e400"}},
		{"a list", []string{"[]", "[1]"}, []string{absent, "{}", "null"}},
		{`a list with {"a":1,"b":[]}`, []string{`[{"a":1,"b":[],"c":2}]`, `[null,{"b":[],"a":1}]`}, []string{absent, "[]", "{}", `[{"a":1}]`, `[{"a":1},{"b":[]}]`, `[{"a":1,"b":null}]`}},
		{"true or false", []string{"true", "false"}, []string{absent, `"true"`, "1", "null"}},
		{"a moment ago", []string{`"2026-11-24T12:00:01.000Z"`, `"2026-11-24T13:00:00+01:00"`}, []string{absent, `"2026-11-24T12:10:00.000Z"`, `"2025-11-24T12:00:00.000Z"`, `"now"`, "null", "1"}},
		{"2 entries", []string{"[1,2]"}, []string{"[]", "[1]", "[1,2,3]", absent, "2"}},
		{"1 entry", []string{"[null]"}, []string{"[]", "[1,2]"}},
		{`"a"`, []string{`"a"`}, []string{`"A"`, `["a"]`, absent}},
		{"5", []string{"5", "5.0", "0.5e1"}, []string{`"5"`, "6", absent}},
		{"null", []string{"null"}, []string{absent, "0"}},
		{`{"a":[1,{"b":null}]}`, []string{`{"a":[1,{"b":null}]}`}, []string{`{"a":[1,{}]}`, `{"a":[{"b":null},1]}`, `{"a":[1,{"b":null}],"c":0}`, "{}"}},
		{"[]", []string{"[]"}, []string{"[null]", "{}", "null"}},
		{"not 5", []string{"6", `"5"`}, []string{"5", absent}},
		{"nothing or 5", []string{"5", absent}, []string{"6", "null"}},
		{"one of [1, null]", []string{"1", "null"}, []string{"2", absent}},
		{"matches /^a+$/", []string{`"aa"`}, []string{`"ab"`, "1", absent}},
		{"not matching /^a+$/", []string{`"ab"`, absent, "1"}, []string{`"aa"`}},
		{`starts with "ab"`, []string{`"abc"`}, []string{`"a"`, `"cab"`, "1", absent}},
		{"greater than 5", []string{"6", "5.1"}, []string{"5", "4", `"6"`, absent}},
		{"at least 5", []string{"5", "6"}, []string{"4.9", absent, "null"}},
		{"at most 5", []string{"5", "4"}, []string{"5.1", absent}},
		{`at least "2024-01-02"`, []string{`"2024-01-02T00:00:00.000Z"`}, []string{`"2024-01-01T23:59:59.999Z"`, "3"}},
		{"greater than 9007199254740992", []string{"9007199254740993"}, []string{"9007199254740992"}},
	} {
		holds, err := ParseExpectation(test.expected, sent)
		if err != nil {
			t.Errorf("%q: %v", test.expected, err)
			continue
		}
		check := func(text string, want bool) {
			value, present := jsonvalue.Decode([]byte(text))
			if got := holds(value, present); got != want {
				t.Errorf("%q on %q: got %t", test.expected, text, got)
			}
		}
		for _, text := range test.holds {
			check(text, true)
		}
		for _, text := range test.breaks {
			check(text, false)
		}
	}
}

func TestExpectationsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "something", "'a'", "matches a", "matches /(/", "at least", "at least x", "one of 5", "one of", "not", "starts with a", "nothing or", "1 2", "a list with", "a list with 1", "a list with [1]"} {
		if _, err := ParseExpectation(text, time.Time{}); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
