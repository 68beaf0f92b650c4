package v8json

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestAsNode compares with what Node 20 made of each text of the table, which
// testdata/generate.mjs writes.
func TestAsNode(t *testing.T) {
	source, err := os.ReadFile("testdata/node20.json")
	if err != nil {
		t.Fatal(err)
	}
	table, err := Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.([]any)) < 400 {
		t.Fatalf("the table has %d rows", len(table.([]any)))
	}
	for _, row := range table.([]any) {
		row := row.(map[string]any)
		text := []byte(row["text"].(string))
		_, err := Parse(text)
		if want, fails := row["error"].(string); fails {
			if err == nil || err.Error() != want {
				t.Errorf("Parse(%q)\n got %v\nwant %s", text, err, want)
			}
			continue
		}
		got, ok := Restringify(text)
		if want := row["printed"].(string); err != nil || !ok || got != want {
			t.Errorf("Restringify(%q)\n got %s (error %v)\nwant %s", text, got, err, want)
		}
	}
}

func TestRestringifyAtAPath(t *testing.T) {
	t.Parallel()
	text := []byte(`{"a":[1.0,{"x":"y","2":1e21}],"b~/c":null}`)
	for name, test := range map[string]struct {
		path []string
		want string
		ok   bool
	}{
		"whole":           {nil, `{"a":[1,{"2":1e+21,"x":"y"}],"b~/c":null}`, true},
		"element":         {[]string{"a", "0"}, `1`, true},
		"inner object":    {[]string{"a", "1"}, `{"2":1e+21,"x":"y"}`, true},
		"odd key":         {[]string{"b~/c"}, `null`, true},
		"no such key":     {[]string{"z"}, "", false},
		"no such element": {[]string{"a", "2"}, "", false},
		"into a scalar":   {[]string{"a", "0", "x"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Restringify(text, test.path...)
			if got != test.want || ok != test.ok {
				t.Errorf("got %q %v, want %q %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestPayloadComesBackAsFromAJSONBColumn(t *testing.T) {
	t.Parallel()
	got, err := CompactJSONB([]byte(`{"memory":85, "cpu":92.0, "b":1, "10":1, "9":{"zz":1,"y":2}, "cpu":93}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"9":{"y":2,"zz":1},"10":1,"b":1,"cpu":93,"memory":85}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBytesThatAreNoUTF8BecomeReplacementCharacters(t *testing.T) {
	t.Parallel()
	value, err := Parse([]byte("\"a\xffb\xe2\x82\""))
	if err != nil || value != "a\ufffdb\ufffd" {
		t.Errorf("got %q, %v", value, err)
	}
}

func TestDeepNestingIsNoProblem(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000))
	if _, err := Parse(text); err != nil {
		t.Fatal(err)
	}
	if got, ok := Restringify(text); !ok || got != tooDeep {
		t.Errorf("got %.60q", got)
	}
	if _, err := Parse(text[:60_000]); err == nil {
		t.Error("an unfinished text was accepted")
	}
}

// FuzzParse compares with the standard library: the same texts are JSON, and
// they mean the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x\u00e9"]}`, `{"a":1,}`, `"\ud800"`, "\xff", `[[[`, `-0`, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := Parse(text)
		if !utf8.Valid(text) {
			return // the standard library judges the bytes, not what replaces them
		}
		var want any
		standard := json.Unmarshal(text, &want)
		if standard != nil && strings.Contains(standard.Error(), "exceeded max depth") || strings.Contains(string(text), `\u`) {
			return
		}
		if number, isRange := standard.(*json.UnmarshalTypeError); isRange && strings.HasPrefix(number.Value, "number") {
			return // JavaScript reads it as infinite
		}
		if (err == nil) != (standard == nil) {
			t.Fatalf("Parse says %v, encoding/json %v", err, standard)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(want, value); diff != "" {
			t.Fatal(diff)
		}
		printed, ok := Restringify(text)
		if !ok || !json.Valid([]byte(printed)) && printed != tooDeep {
			t.Fatalf("printed as %q", printed)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"small": `{"name":"My external app #1","enabled":true,"description":null}`,
		"10kB":  `{"list":[` + strings.Repeat(`{"cpu":92.5,"memory":85,"host":"web-2"},`, 250) + `null]}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse([]byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var value any
				if err := json.Unmarshal([]byte(text), &value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
