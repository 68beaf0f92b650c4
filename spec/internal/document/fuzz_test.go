package document_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// lineBreaks are those of YAML 1.1, which the library counts as well.
var lineBreaks = regexp.MustCompile("[\n\r\u0085\u2028\u2029]")

// FuzzRead checks that whatever can be read becomes JSON with no more lines, and that its
// parts are JSON too.
func FuzzRead(f *testing.F) {
	for _, source := range []string{
		notes, `{"a":{"$ref":"#/a"},"paths":{"/x":{"get":{"$ref":"#/components/b/c"}}},"components":{"b":{"c":{"d":"#/paths/~1x"}}}}`,
		"a: &a [1, 2.5, null, ~, true, 2020-01-01]\nb: {<<: {c: *a}, 7: \"\\t\"}\n", "- a\n-\n  b: |\n    c\n", `"\ud83d"`, "{", "", `{"a":777E7777}`,
		"\xff\xfe\x85\x00 \x00\x85\x00\x00\a\x00\xff", // UTF-16 with other line breaks
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		d, err := document.Read([]byte(source))
		if err != nil {
			return
		}
		if !json.Valid(d.Text()) {
			t.Fatalf("%q becomes %q", source, d.Text())
		}
		if strings.Count(string(d.Text()), "\n") > len(lineBreaks.FindAll(textfile.Decode([]byte(source)), -1))+1 {
			t.Errorf("%q has more lines as JSON: %q", source, d.Text())
		}
		for name, member := range document.Members(d.Text()) {
			if !json.Valid(member) {
				t.Fatalf("%q has the member %s: %q", source, name, member)
			}
			if resolved, err := d.Resolve(member); err == nil && !json.Valid(resolved) {
				t.Errorf("%q resolves to %q", member, resolved)
			}
			if part, err := d.Operation("/x", "get", member, nil, 100); err == nil && !json.Valid(part) {
				t.Errorf("the part of %q is %q", member, part)
			}
		}
	})
}
