package v8json

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestAsNode compares with what Node 20 made of each text of a table, which
// testdata/generate.mjs writes.
func TestAsNode(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/node20.json")
	if err != nil {
		t.Fatal(err)
	}
	table, err := Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.([]any)) < 600 {
		t.Fatalf("the table has %d rows", len(table.([]any)))
	}
	for _, row := range table.([]any) {
		row := row.(map[string]any)
		text := []byte(row["text"].(string))
		_, err := Parse(text)
		if want, fails := row["error"].(string); fails {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || err.Error() != want {
				t.Errorf("Parse(%q)\n got %v\nwant %s", text, err, want)
			}
			continue
		}
		got, ok := Restringify(text, "")
		if want := row["printed"].(string); err != nil || !ok || got != want {
			t.Errorf("Restringify(%q)\n got %s (error %v)\nwant %s", text, got, err, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long enough to be copied in parts; ", 40)
	for name, test := range map[string]struct {
		text string
		want any
	}{
		"null":                   {`null`, nil},
		"boolean":                {` true `, true},
		"number":                 {`-12.5e1`, -125.0},
		"number out of range":    {`1e999`, math.Inf(1)},
		"empty containers":       {`[{},[]]`, []any{map[string]any{}, []any{}}},
		"list of some length":    {`[1,2,3,4,5,6]`, []any{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}},
		"last of duplicates":     {`{"a":1,"b":2,"a":3}`, map[string]any{"a": 3.0, "b": 2.0}},
		"ordinary __proto__":     {`{"__proto__":{"a":1}}`, map[string]any{"__proto__": map[string]any{"a": 1.0}}},
		"escapes":                {`"\"\\\/\b\f\n\r\t\u00e9"`, "\"\\/\b\f\n\r\té"},
		"surrogate pair":         {`"\ud83d\ude00"`, "😀"},
		"lone surrogate":         {`"a\ud800b"`, "a\xed\xa0\x80b"},
		"surrogates swapped":     {`"\ude00\ud83d"`, "\xed\xb8\x80\xed\xa0\xbd"},
		"byte that is not UTF-8": {"\"a\xffb\"", "a\ufffdb"},
		"character cut off":      {"\"a\xe2\x82\"", "a\ufffd"},
		"surrogate in the bytes": {"\"\xed\xa0\x80\"", "\ufffd\ufffd\ufffd"},
		"large text":             {`{"a":"` + long + `","b":["x","","x"],"":"y"}`, map[string]any{"a": long, "b": []any{"x", "", "x"}, "": "y"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDoesNotKeepItsInput(t *testing.T) {
	t.Parallel()
	text := []byte(`{"name":"a value"}`)
	value, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	if diff := cmp.Diff(map[string]any{"name": "a value"}, value); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestRestringifyAtAPath(t *testing.T) {
	t.Parallel()
	text := []byte(`{"a":[1.0,{"x":"y","2":1e21}],"b~/c":null,"10":0,"b~/c":false}`)
	for name, test := range map[string]struct {
		pointer string
		want    string
		ok      bool
	}{
		"whole":            {"", `{"10":0,"a":[1,{"2":1e+21,"x":"y"}],"b~/c":false}`, true},
		"element":          {"/a/0", `1`, true},
		"inner object":     {"/a/1", `{"2":1e+21,"x":"y"}`, true},
		"odd key":          {"/b~0~1c", `false`, true},
		"no such key":      {"/z", "", false},
		"no such element":  {"/a/2", "", false},
		"index not so put": {"/a/00", "", false},
		"index with sign":  {"/a/+1", "", false},
		"into a scalar":    {"/a/0/x", "", false},
		"no pointer":       {"a", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Restringify(text, test.pointer)
			if got != test.want || ok != test.ok {
				t.Errorf("got %q %v, want %q %v", got, ok, test.want, test.ok)
			}
		})
	}
	if got, ok := Restringify([]byte(`{"a":}`), "/a"); ok {
		t.Errorf("invalid JSON was printed as %q", got)
	}
}

func TestStringify(t *testing.T) {
	t.Parallel()
	ordered := NewObject()
	for i, key := range []string{"b", "a", "10", "9", "b"} {
		ordered.Set(key, float64(i))
	}
	for name, test := range map[string]struct {
		value any
		want  string
	}{
		"null":            {nil, `null`},
		"booleans":        {[]any{true, false}, `[true,false]`},
		"infinite":        {[]any{math.Inf(1), math.Inf(-1), math.NaN()}, `[null,null,null]`},
		"negative zero":   {math.Copysign(0, -1), `0`},
		"map":             {map[string]any{"b": nil, "aa": 1.0, "10": 2.0, "9": 3.0, "01": 4.0}, `{"9":3,"10":2,"01":4,"aa":1,"b":null}`},
		"object":          {ordered, `{"9":3,"10":2,"b":4,"a":1}`},
		"nothing escaped": {"<>&'/\u2028\u007f\u00e9\U0001f600", "\"<>&'/\u2028\u007f\u00e9\U0001f600\""},
		"escapes":         {"\b\t\n\f\r\"\\\x00\x1f", `"\b\t\n\f\r\"\\\u0000\u001f"`},
		"lone surrogates": {"\xed\xa0\x80\xed\xbf\xbf", `"\ud800\udfff"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Stringify([]byte("> "), test.value); string(got) != "> "+test.want {
				t.Errorf("got %s, want > %s", got, test.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a"`: "a", `true`: "true", `1e21`: "1e+21", `null`: "null", `{"a":1}`: "[object Object]", `[]`: "",
		`["a",null,[1,{"b":2}],false]`: "a,,1,[object Object],false",
	} {
		for _, parse := range []func([]byte) (any, error){Parse, ParseOrdered} {
			value, err := parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if got := Text(value); got != want {
				t.Errorf("%s is %q, want %q", text, got, want)
			}
		}
	}
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	for want, number := range map[string]float64{
		"0":                       math.Copysign(0, -1),
		"1":                       1,
		"-12.5":                   -12.5,
		"0.1":                     0.1,
		"0.30000000000000004":     0.30000000000000004,
		"9007199254740991":        1<<53 - 1,
		"-9007199254740992":       -1 << 53,
		"123456789012345680000":   123456789012345678901,
		"999999999999999900000":   999999999999999900000,
		"1e+21":                   1e21,
		"-1.5e+300":               -1.5e300,
		"0.000001":                1e-6,
		"1e-7":                    1e-7,
		"1.25e-10":                1.25e-10,
		"5e-324":                  math.SmallestNonzeroFloat64,
		"1.7976931348623157e+308": math.MaxFloat64,
		"NaN":                     math.NaN(),
		"Infinity":                math.Inf(1),
		"-Infinity":               math.Inf(-1),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			if got := FormatNumber([]byte("> "), number); string(got) != "> "+want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// FuzzNumber compares with strconv, which rounds correctly.
func FuzzNumber(f *testing.F) {
	for _, seed := range []struct {
		whole    int64
		fraction uint64
		digits   uint8
	}{{0, 0, 0}, {1, 5, 1}, {-12, 25, 2}, {0, 1, 15}, {999999999999999, 9, 1}, {9007199254740993, 0, 0}, {0, 123456789012345678, 18}} {
		f.Add(seed.whole, seed.fraction, seed.digits)
	}
	f.Fuzz(func(t *testing.T, whole int64, fraction uint64, digits uint8) {
		text := strconv.FormatInt(whole, 10)
		if digits > 0 {
			decimals := strconv.FormatUint(fraction, 10)
			text += "." + strings.Repeat("0", max(0, int(digits)-len(decimals))) + decimals
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Parse([]byte(text)); err != nil || got != want {
			t.Fatalf("Parse(%s) = %v, %v, want %v", text, got, err, want)
		}
		if back, err := strconv.ParseFloat(string(FormatNumber(nil, want)), 64); err != nil || back != want {
			t.Fatalf("%s printed as %s", text, FormatNumber(nil, want))
		}
	})
}

func TestCompactJSONB(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"length before bytes": {`{"memory":85, "cpu":92.0, "b":1, "a":2}`, `{"a":2,"b":1,"cpu":92,"memory":85}`},
		"length in bytes":     {`{"é":1,"zz":2,"aaa":3,"€":4}`, `{"zz":2,"é":1,"aaa":3,"€":4}`},
		"indexes first":       {`{"b":1,"10":2,"9":3,"01":4}`, `{"9":3,"10":2,"b":1,"01":4}`},
		"every level":         {`[{"bb":{"dd":1,"c":2},"a":0}]`, `[{"a":0,"bb":{"c":2,"dd":1}}]`},
		"last of duplicates":  {`{"a":1,"a":{"b":2}}`, `{"a":{"b":2}}`},
		"numbers":             {`[1.0,1e21,1e-7,-0,1e999]`, `[1,1e+21,1e-7,0,null]`},
		"scalar":              {` "x" `, `"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := CompactJSONB([]byte(test.text))
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
	var syntax *SyntaxError
	if _, err := CompactJSONB([]byte(`{`)); !errors.As(err, &syntax) {
		t.Errorf("for invalid JSON the error is %v", err)
	}
}

func TestDeepNestingIsNoProblem(t *testing.T) {
	t.Parallel()
	const levels = maxSentDepth
	text := []byte(strings.Repeat("[", levels) + strings.Repeat("]", levels))
	if _, err := Parse(text); err != nil {
		t.Fatal(err)
	}
	if got, ok := Restringify(text, ""); !ok || got != tooDeep {
		t.Errorf("printed as %.60q", got)
	}
	if got, err := CompactJSONB(text); err != nil || string(got) != string(text) {
		t.Errorf("stored as %.60q, %v", got, err)
	}
	for _, unfinished := range []string{strings.Repeat("[", levels), strings.Repeat(`{"":`, levels)} {
		if _, err := Parse([]byte(unfinished)); err == nil || err.Error() != unexpectedEnd {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestBounds checks that a text that would fill the stack or the memory is refused quickly.
func TestBounds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text, want string
	}{
		"arrays":       {strings.Repeat("[", 3<<20), "Values are nested too deeply in JSON at position 9900"},
		"objects":      {strings.Repeat(`{"":`, 1<<20), "Values are nested too deeply in JSON at position 39600"},
		"side by side": {"[" + strings.Repeat("[],", maxDepth+1) + "0]", ""},
		"many values":  {"[" + strings.Repeat("0,", maxValues), "Too many values in JSON at position 16777215"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(test.text))
			if got := fmt.Sprint(err); test.want == "" && err != nil || test.want != "" && got != test.want {
				t.Errorf("the error is %s, want %q", got, test.want)
			}
		})
	}
}

func TestErrorsFarIntoALongText(t *testing.T) {
	t.Parallel()
	text := `["` + strings.Repeat("😀", 20_000) + `",x` + strings.Repeat(" ", 1000)
	_, err := Parse([]byte(text))
	if want := `Unexpected token 'x', ..."😀😀😀😀",x         "... is not valid JSON`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Parse([]byte(text[:len(text)-1002] + "]x"))
	if want := "Unexpected non-whitespace character after JSON at position 40004"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzParse compares with the standard library. Both accept the same texts, except that the
// standard library stops at a nesting of 10,000; and both read the same values, except for
// numbers that the standard library cannot hold and for lone surrogates, which it replaces.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e3,"x\u00e9"]}`, `{"a":1,}`, `"\ud800"`, "\xff", "\"\xe2\x82\"", `[[[`, `-0`, `{"a":1,"a":2}`, `{"2":0,"b":1,"1":2}`, "[1,2,3,4,5]", `1e999`, "\"\x00\"",
		`{"` + strings.Repeat("a", shareable) + `":["b",{"b":"b"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := Parse(text)
		// json.Valid checks bytes as they are, so replace invalid UTF-8 first, as Parse does.
		replaced := wellFormed(text)
		if strings.Count(string(text), "[")+strings.Count(string(text), "{") < 10_000 && (err == nil) != json.Valid(replaced) {
			t.Fatalf("Parse says %v, json.Valid %v", err, json.Valid(replaced))
		}
		printed, ok := Restringify(text, "")
		if ok != (err == nil) {
			t.Fatalf("Parse says %v, Restringify %v", err, ok)
		}
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Message == "" || value != nil {
				t.Fatalf("got %v, error %v", value, err)
			}
			return
		}
		if !json.Valid([]byte(printed)) && printed != tooDeep {
			t.Fatalf("printed as %q", printed)
		}
		checkMeaning(t, replaced, value, printed)
	})
}

// checkMeaning compares a value and its printed form with what the standard library reads.
func checkMeaning(t *testing.T, text []byte, value any, printed string) {
	t.Helper()
	if again, ok := Restringify([]byte(printed), ""); printed != tooDeep && (!ok || again != printed) {
		t.Fatalf("%s, read and printed again, becomes %s", printed, again)
	}
	stored, err := CompactJSONB(text)
	if err != nil || !json.Valid(stored) {
		t.Fatalf("stored as %q, %v", stored, err)
	}
	var want any
	if err := json.Unmarshal(text, &want); err != nil || holdsSurrogate(value) {
		return
	}
	if diff := cmp.Diff(want, value); diff != "" {
		t.Fatalf("differs (-encoding/json +got):\n%s", diff)
	}
}

// holdsSurrogate reports whether a string in a value has a lone surrogate.
func holdsSurrogate(value any) bool {
	switch value := value.(type) {
	case string:
		return !utf8.ValidString(value)
	case []any:
		return slices.ContainsFunc(value, holdsSurrogate)
	case map[string]any:
		for key, element := range value {
			if holdsSurrogate(key) || holdsSurrogate(element) {
				return true
			}
		}
	}
	return false
}
