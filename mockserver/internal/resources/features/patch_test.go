package features

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// TestPatches checks that patches apply to what exists, and that they take no more memory
// than they must: each copy of the whole document would double it.
func TestPatches(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	for i := range 60 {
		fmt.Fprintf(&bomb, `,{"op":"copy","from":"/a","path":"/a/x%d"}`, i)
	}
	for name, test := range map[string]struct{ operations, description, problem string }{
		"replace":                  {`[{"op":"replace","path":"/description","value":"new"}]`, "new", ""},
		"add":                      {`[{"op":"add","path":"/other","value":1}]`, "old", ""},
		"move":                     {`[{"op":"move","from":"/type","path":"/description"}]`, "release", ""},
		"a good test":              {`[{"op":"test","path":"/type","value":"release"}]`, "old", ""},
		"a bad test":               {`[{"op":"test","path":"/type","value":"x"}]`, "", "Test operation failed\nname: TEST_OPERATION_FAILED\nindex: 0\noperation: {\n  \"op\""},
		"a replacement of nothing": {`[{"op":"replace","path":"/nope","value":1}]`, "old", ""},
		"a copy of nothing":        {`[{"op":"copy","from":"/nope","path":"/a"},{"op":"test","path":"/a","value":null}]`, "old", ""},
		"a move of nothing":        {`[{"op":"move","from":"/nope","path":"/description"}]`, "", ""},
		"a move of everything":     {`[{"op":"move","from":"","path":"/other"}]`, "old", ""},
		"a move below nothing":     {`[{"op":"move","from":"/a","path":"/nope/b"}]`, "", "Cannot read properties of undefined (reading 'b')"},
		"null for a path":          {`[{"op":"replace","path":null,"value":{"description":"all"}}]`, "all", ""},
		"no value":                 {`[{"op":"replace","path":"/description"}]`, "", ""},
		"no slash":                 {`[{"op":"replace","path":"description","value":"new"}]`, "old", ""},
		"a list":                   {`[{"op":"add","path":"/l/1","value":"x"},{"op":"remove","path":"/l/0"},{"op":"add","path":"/l/-","value":"z"},{"op":"test","path":"/l","value":["x","b","z"]}]`, "old", ""},
		"places of a list":         {`[{"op":"add","path":"/l/","value":"x"},{"op":"replace","path":"/l/01","value":"y"},{"op":"add","path":"/l/q","value":1},{"op":"replace","path":"/l/1.5","value":1},{"op":"add","path":"/l/-1","value":1},{"op":"test","path":"/l","value":["x","y","b"]}]`, "old", ""},
		"removals from a list":     {`[{"op":"add","path":"/l","value":["a","b","c","d"]},{"op":"remove","path":"/l/-1"},{"op":"remove","path":"/l/1.5"},{"op":"remove","path":"/l/q"},{"op":"test","path":"/l","value":["c"]}]`, "old", ""},
		"a place beyond a list":    {`[{"op":"replace","path":"/l/9","value":"x"}]`, "", "must not be a sparse array item"},
		"a place below a text":     {`[{"op":"add","path":"/description/x","value":"x"}]`, "old", ""},
		"a removal of nothing":     {`[{"op":"remove","path":"/nope"}]`, "old", ""},
		"a missing parent":         {`[{"op":"replace","path":"/nope/nope","value":1}]`, "", "Cannot read properties of undefined (reading 'nope')"},
		"another type":             {`[{"op":"replace","path":"/description","value":1}]`, "", "/description got integer, want string"},
		"not an object":            {`[{"op":"replace","path":"","value":[]}]`, "", "got array, want object"},
		"a bomb":                   {"[" + bomb.String()[1:] + "]", "", "copies more than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var form struct {
				Description string `json:"description"`
				Type        string `json:"type"`
			}
			value, err := patched([]byte(`{"description":"old","type":"release","a":{"b":1},"l":["a","b"]}`), []byte(test.operations), asVariants)
			if err == nil {
				err = readInto(value, &form)
			}
			if (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
				t.Fatalf("the error is %v", err)
			}
			if err == nil && form.Description != test.description {
				t.Errorf("the description is %q", form.Description)
			}
		})
	}
}

func asVariants(hole sparse) error { return hole }

// TestRemovalsFromAList checks which element a step removes that is no place: that of JavaScript's splice.
func TestRemovalsFromAList(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"-1.5": "abc", "-0.5": "bcd", "inf": "bcd", "Infinity": "abcd", "-Infinity": "bcd", "0x1": "acd", "1e1": "abcd", "+1": "acd", " 1": "acd",
		"1_0": "bcd", "q": "bcd", ".5": "bcd", "1.": "acd", "0b1": "acd", "-0x1": "bcd", "nan": "bcd", "1e999": "abcd", "-2": "abd",
	} {
		value, err := patched([]byte(`["a","b","c","d"]`), []byte(`[{"op":"remove","path":"/`+step+`"}]`), asVariants)
		if got := strings.Trim(strings.NewReplacer(`"`, "", ",", "").Replace(string(v8json.Stringify(nil, value))), "[]"); err != nil || got != want {
			t.Errorf("the removal of %q leaves %s, want %s: %v", step, got, want, err)
		}
	}
}

// TestHolesInLists checks how a list that is left with a hole is refused, as observed.
func TestHolesInLists(t *testing.T) {
	t.Parallel()
	const variants, strategy = `[{"overrides":[{"values":["1","2"]}]},{"overrides":[]}]`, `{"constraints":[{"values":["1"]}],"segments":[],"variants":[]}`
	for operation, want := range map[string]struct {
		document string
		refuse   func(sparse) error
		message  string
	}{
		`"replace","path":"/0/overrides/5","value":1`:            {variants, asVariants, `"[0].overrides[1]" must not be a sparse array item.`},
		`"replace","path":"/0/overrides/00/values/5","value":""`: {variants, asVariants, `"[0].overrides[0].values[2]" must not be a sparse array item.`},
		`"add","path":"/0/overrides/0/values/1"`:                 {variants, asVariants, `"[0].overrides[0].values[1]" must not be a sparse array item.`},
		`"add","path":"/0"`:                                      {variants, asVariants, `"[0]" must not be a sparse array item.`},
		`"replace","path":"/constraints/5","value":1`:            {strategy, refuseHole, "The `/constraints/1` property must be object. You sent undefined."},
		`"replace","path":"/constraints/0/values/5","value":"q"`: {strategy, refuseHole, "The `/constraints/0/values/1` property must be string. You sent undefined."},
		`"add","path":"/segments/1"`:                             {strategy, refuseHole, "The `/segments/0` property must be number. You sent undefined."},
		`"replace","path":"/variants/3","value":{}`:              {strategy, refuseHole, "The `/variants/0` property must be object. You sent undefined."},
		`"replace","path":"/segments/2","value":2`:               {strategy, func(sparse) error { return nil }, ""},
	} {
		value, err := patched([]byte(want.document), []byte(`[{"op":`+operation+`}]`), want.refuse)
		switch refused, is := err.(*apierror.Error); {
		case want.message == "":
			if got := string(v8json.Stringify(nil, value)); err != nil || got != want.document {
				t.Errorf("%s leaves %s: %v", operation, got, err)
			}
		case is && refused.Details[0].Message == want.message, !is && err != nil && err.Error() == want.message:
		default:
			t.Errorf("%s is refused with %v", operation, err)
		}
	}
}

// TestADeepValueStaysSmall checks that the error of a test does not indent what is nested
// so deeply that the error would be many times as large.
func TestADeepValueStaysSmall(t *testing.T) {
	t.Parallel()
	const depth = 3000
	deep := strings.Repeat("[", depth) + `"\\\"[",1` + strings.Repeat("]", depth)
	operations := `[{"op":"add","path":"/a","value":` + deep + `},{"op":"test","path":"/a","value":` + deep[1:len(deep)-1] + `}]`
	_, err := patched([]byte(`{}`), []byte(operations), asVariants)
	if err == nil || !strings.Contains(err.Error(), "tree: {\"a\":[[") || len(err.Error()) > 5*depth {
		t.Errorf("the error is %.300v", err)
	}
}

// TestTheSizeOfIndentedText checks that the size is counted before a text is indented.
func TestTheSizeOfIndentedText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`1`, `"a,\"[{:\\"`, `{"a":[1,{"b":null}],"c,":"\\"}`, `[[["x:y"]],2]`} {
		value, err := v8json.ParseOrdered([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := indentedSize([]byte(text)), len(indented(value)); got != want {
			t.Errorf("%s has %d bytes, but %d were counted", text, want, got)
		}
	}
}

// TestRemovalsTakeLittleTime checks that a removal does not copy what is left.
func TestRemovalsTakeLittleTime(t *testing.T) {
	t.Parallel()
	const keys = 20_000
	var document, operations strings.Builder
	for i := range keys {
		fmt.Fprintf(&document, `"k%d":%d,`, i, i)
		if i%2 == 0 {
			fmt.Fprintf(&operations, `{"op":"remove","path":"/o/k%d"},`, i)
		}
	}
	operations.WriteString(`{"op":"test","path":"/o/k1","value":1},{"op":"test","path":"/o","value":{"k1":1,"last":2}}`)
	began := time.Now()
	_, err := patched([]byte(`{"o":{`+document.String()+`"last":2}}`), []byte("["+operations.String()+"]"), asVariants)
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %s", took)
	}
	if want := fmt.Sprintf("Test operation failed\nname: TEST_OPERATION_FAILED\nindex: %d\n", keys/2+1); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %.300v", err)
	}
}
