package visible_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, text, line, markdown string }{
		"plain":           {"é 漢字 🦄", "é 漢字 🦄", "é 漢字 🦄", "é 漢字 🦄"},
		"empty":           {"", "", "", ""},
		"escape sequence": {"\x1b[31mred", `\x1b[31mred`, `\x1b[31mred`, `&#92;x1b&#91;31mred`},
		"C1 control":      {"\u009b2J", `\x9b2J`, `\x9b2J`, `&#92;x9b2J`},
		"not UTF-8":       {"a\xff\xfe", `a\xff\xfe`, `a\xff\xfe`, `a&#92;xff&#92;xfe`},
		"bidi":            {"\u202ea\u2066\u061c", `\u202ea\u2066\u061c`, `\u202ea\u2066\u061c`, `&#92;u202ea&#92;u2066&#92;u061c`},
		"zero width":      {"a\u200bb\ufeff", `a\u200bb\ufeff`, `a\u200bb\ufeff`, `a&#92;u200bb&#92;ufeff`},
		"astral":          {"\U000e0041", `\U000e0041`, `\U000e0041`, `&#92;U000e0041`},
		"line separator":  {"a\u2028b\u0085c", `a\u2028b\x85c`, `a\u2028b\x85c`, `a&#92;u2028b&#92;x85c`},
		"line breaks":     {"a\r\n  b\n\nc", "a\n  b\n\nc", "a b c", "a b c"},
		"return":          {"a\rb", `a\rb`, `a\rb`, `a&#92;rb`},
		"tab":             {"a\tb", "a\tb", "a b", "a b"},
		"two spaces":      {"a  b", "a  b", "a  b", "a b"},
		"GitHub":          {"x\n::error::no", "x\n::error::no", "x ::error::no", "x ::error::no"},
		"GitHub, first":   {"::error::no", "::error::no", `:\x3aerror::no`, "::error::no"},
		"an address":      {"::1", "::1", "::1", "::1"},
		"GitHub, blanks":  {"\u00a0 ::error::no", "\u00a0 ::error::no", "\u00a0 :\\x3aerror::no", "::error::no"},
		"Azure":           {"##vso[x]##[error]", "##vso[x]##[error]", `#\x23vso[x]#\x23[error]`, "&#35;&#35;vso&#91;x&#93;&#35;&#35;&#91;error&#93;"},
		"an order across": {"##\n\t[error]", "##\n\t[error]", "## [error]", "&#35;&#35; &#91;error&#93;"},
		"markup":          {"<b>|`*_&", "<b>|`*_&", "<b>|`*_&", "&lt;b&gt;&#124;&#96;&#42;&#95;&amp;"},
		"links":           {"https://x www.x @x", "https://x www.x @x", "https://x www.x @x", "https:&#47;&#47;x www&#46;x &#64;x"},
	} {
		for kind, got := range map[string][2]string{
			"text":     {visible.Text(test.in), test.text},
			"line":     {visible.Line(test.in), test.line},
			"markdown": {visible.Markdown(test.in), test.markdown},
		} {
			if got[0] != got[1] {
				t.Errorf("%s as %s: got %q, want %q", name, kind, got[0], got[1])
			}
		}
	}
	if got := visible.Log("::a\n ::b c::\n##[d"); got != ":\\x3aa\n :\\x3ab c::\n#\\x23[d" {
		t.Errorf("log: %q", got)
	}
	if got := visible.MarkdownCode(" a\n|\x1b "); got != "<code>a<br>&#124;&#92;x1b</code>" {
		t.Errorf("code: %s", got)
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	in := map[string]string{"a\u009b": "\x1b\u202e\U000e0041\u2028\t\n<é 🦄>\\##["}
	var out strings.Builder
	if err := visible.WriteJSON(&out, in); err != nil {
		t.Fatal(err)
	}
	if want := `{` + "\n  " + `"a\u009b": "\u001b\u202e\udb40\udc41\u2028\t\n<é 🦄>\\#\u0023["` + "\n}\n"; out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
	var read map[string]string
	if err := json.Unmarshal([]byte(out.String()), &read); err != nil || !cmp.Equal(in, read) {
		t.Errorf("read %q, %v", read, err)
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	type name string
	type inner struct{ Texts []string }
	type outer struct {
		Name   name
		Inner  []inner
		Absent []string
		Count  int
	}
	in := outer{Name: "a", Inner: []inner{{Texts: []string{"b"}}}, Count: 1}
	got := visible.Each(in, strings.ToUpper)
	want := outer{Name: "A", Inner: []inner{{Texts: []string{"B"}}}, Absent: []string{}, Count: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if in.Inner[0].Texts[0] != "b" {
		t.Error("the original changed")
	}
}

// entity matches the entities that Markdown writes for characters of markup.
var entity = regexp.MustCompile(`&(amp|lt|gt|#[0-9]+);`)

// order matches the beginning of what GitHub takes for a command.
var order = regexp.MustCompile(`^::\pL`)

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\x1b[2J\x9b", "\u202e##[", "##\xff[", "\n##vso\n[", "\t::a", "|`<@www.://", "#\x00#["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, markdown := visible.Line(text), visible.Markdown(text)
		for _, out := range []string{line, markdown} {
			if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return !unicode.IsGraphic(r) }) {
				t.Errorf("%q became %q", text, out)
			}
		}
		if order.MatchString(strings.TrimSpace(line)) || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") || visible.Line(line) != line {
			t.Errorf("%q became %q, then %q", text, line, visible.Line(line))
		}
		if strings.ContainsAny(entity.ReplaceAllString(markdown, ""), "\\`*_{}[]#|~$<>&@") {
			t.Errorf("%q became %q", text, markdown)
		}
	})
}
