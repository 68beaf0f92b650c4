package spec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSegmentsOfSeveralParameters checks how a segment of texts and parameters is taken apart:
// the first parameter is the longest, and none is empty.
func TestSegmentsOfSeveralParameters(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("-", 100_000)
	for _, test := range []struct {
		template, segment string
		want              []string // none if it does not match
	}{
		{"{year}-{month}-{day}", "2024-05-06", []string{"2024", "05", "06"}},
		{"{year}-{month}-{day}", "1-2024-05-06", []string{"1-2024", "05", "06"}},
		{"{year}-{month}-{day}", "2024-05", nil},
		{"{year}-{month}-{day}", "2024--06", nil},
		{"{z}.{x}.{y}", "1.2.3", []string{"1", "2", "3"}},
		{"{name}.{ext}.gz", "a.txt.gz", []string{"a", "txt"}},
		{"{name}.{ext}.gz", "a.b.txt.gz", []string{"a.b", "txt"}},
		{"{name}.{ext}.gz", "a.gz", nil},
		{"{name}.gz", "a.gz.gz", []string{"a.gz"}},
		{"a{x}a{y}", "aaaaa", []string{"aa", "a"}},
		{"a{x}", "aba", []string{"ba"}},
		{"a{x}", "ba", nil},
		{"a{x}", "a", nil},
		{"aa{x}aa", "aaa", nil},
		{"{a}{b}", "xyé", []string{"xy", "%C3%A9"}},
		{"{a}{b}", "x", nil},
		{"{a}{b}.{c}", "xy.z", []string{"x", "y", "z"}},
		{"{a}-{b}-{c}-{d}-x", long, nil},
	} {
		root := node{exact: true}
		root.at("/" + test.template).path = &Path{Template: test.template}
		path, values := root.match([]string{test.segment}, nil)
		if (path != nil) != (test.want != nil) {
			t.Errorf("%s, %.20s: got %v, want %v", test.template, test.segment, values, test.want)
		} else if diff := cmp.Diff(test.want, values); diff != "" {
			t.Errorf("%s, %.20s (-want +got):\n%s", test.template, test.segment, diff)
		}
	}
}
