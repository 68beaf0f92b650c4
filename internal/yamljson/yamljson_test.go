package yamljson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

func TestMerges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"its own wins":         {"a: &a {x: 1, y: 1}\nb: {<<: *a, x: 2}", `{"x":2,"y":1}`},
		"the first wins":       {"a: &a {x: 1}\nc: &c {x: 2, z: 3}\nb: {<<: [*a, *c]}", `{"x":1,"z":3}`},
		"of what merges":       {"a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}", `{"y":2,"x":1}`},
		"with a mapping in it": {"b: {<<: {x: 1}, y: 2}", `{"y":2,"x":1}`},
		"of itself":            {"b: &b {<<: *b, x: 1}", `{"x":1}`},
		"in a list of itself":  {"b: &b {<<: [*b, {x: 1}]}", `{"x":1}`},
		"of what is none":      {"b: {x: 1, '<<': 2}", `{"x":1,"<<":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := yamljson.Read([]byte(test.source))
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]json.RawMessage
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if string(got["b"]) != test.want {
				t.Errorf("got %s, want %s", got["b"], test.want)
			}
		})
	}
}

// TestChainsOfMerges checks that chains of merges are refused quickly at the limit, whether what
// they become is large or empty.
func TestChainsOfMerges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		links int
		link  string
	}{
		"with members": {10_000, "k%[1]d: &a%[1]d {<<: [*a%[2]d, *a%[2]d], x%[1]d: 1}\n"},
		"without":      {100_000, "k%[1]d: &a%[1]d {<<: *a%[2]d}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var source strings.Builder
			source.WriteString("k0: &a0 {}\n")
			for i := range test.links {
				fmt.Fprintf(&source, test.link, i+1, i)
			}
			began := time.Now()
			_, err := yamljson.Read([]byte(source.String()))
			if err == nil || !strings.Contains(err.Error(), "too large") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestBounds checks the limits on bytes, and on structure in JSON and in YAML.
func TestBounds(t *testing.T) {
	t.Parallel()
	list := func(count int, end string) string { return "[" + strings.Repeat("0,", count) + "0" + end }
	for name, test := range map[string]struct {
		source string
		fits   bool
	}{
		"as much structure as may be": {list(yamljson.MaxMarks-2, "]"), true},
		"more":                        {list(yamljson.MaxMarks-1, "]"), false},
		"as much in YAML":             {list(yamljson.MaxMarks-3, ",]"), true},
		"more in YAML":                {list(yamljson.MaxMarks-2, ",]"), false},
		"as many bytes":               {`"` + strings.Repeat("x", yamljson.MaxBytes-2) + `"`, true},
		"more bytes":                  {`"` + strings.Repeat("x", yamljson.MaxBytes-1) + `"`, false},
	} {
		_, err := yamljson.Read([]byte(test.source))
		if (err == nil) != test.fits || err != nil && !errors.Is(err, yamljson.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMistakesHaveAPlace checks that errors name the place and not the library that found
// them.
func TestMistakesHaveAPlace(t *testing.T) {
	t.Parallel()
	_, err := yamljson.Read([]byte("a: 1\nb: [\n"))
	if want := "line 3, column 1: while parsing a flow node: did not find expected node content"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestNumbers checks that numbers keep their digits and are read as in YAML 1.2, and that what
// JSON has no number for becomes a text.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"1":                              "1",
		"-1.50":                          "-1.50",
		"1e3":                            "1e3",
		"1E-3":                           "1E-3",
		"18446744073709551617":           "18446744073709551617",
		"0.1000000000000000000000000001": "0.1000000000000000000000000001",
		"010":                            "10",
		"-08":                            "-8",
		"+007.50":                        "7.50",
		"000":                            "0",
		"-0":                             "-0",
		"0x1F":                           "31",
		"0o17":                           "15",
		".5":                             "0.5",
		"5.":                             "5",
		".inf":                           `".inf"`,
		"-.Inf":                          `"-.Inf"`,
		".nan":                           `".nan"`,
		"'010'":                          `"010"`,
		"!!str 1":                        `"1"`,
		"!<tag:yaml.org,2002:int> 010":   "10",
		"2026-01-01":                     `"2026-01-01"`,
	} {
		got, err := yamljson.Read([]byte("a: " + source))
		if err != nil || string(got) != `{"a":`+want+`}` {
			t.Errorf("%s: got %s %v, want %s", source, got, err, want)
		}
	}
}

// TestDirectives checks that a document may name the version of YAML that it is in.
func TestDirectives(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"%YAML 1.2\n---\na: 1":                                 "\n\n{\"a\":1}",
		"# %YAML 1.2\r\n\n%YAML\t1.2\r\n---\r\na: '%YAML 1.2'": "\n\n\n\n{\"a\":\"%YAML 1.2\"}",
		"%YAML 1.1\n---\na: 1":                                 "\n\n{\"a\":1}",
		"%YAML 1.25\n---\na: 1":                                "",
	} {
		if got, err := yamljson.Read([]byte(source)); string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%q: got %q %v, want %q", source, got, err, want)
		}
	}
}
