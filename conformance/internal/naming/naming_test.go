package naming_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/naming"
)

var names = []string{"unleash-mock-verify-261128abcdef-flags12-one", "unleash-mock-verify-261128abcdef-flags3-Checkout"}

func TestNamesFitThePatternOfAProject(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]naming.Affixes{
		`.*`:                              {},
		`[A-Za-z0-9-]+`:                   {},
		`team-[a-z]+\..+`:                 {Before: "team-a."},
		`(web|app)\.[\w-]{3,}\.v[0-9]{2}`: {Before: "web.", After: ".v00"},
		`^(feature|ops)-.+$`:              {Before: "feature-"},
		`[A-Z]{2,5}-\d+_[\w.-]+`:          {Before: "AA-0_"},
		`a|.*-x`:                          {After: "-x"},
	} {
		got, err := naming.Fit(pattern, names...)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", pattern, got, err, want)
		}
		for _, name := range names {
			if !regexp.MustCompile("^" + pattern + "$").MatchString(got.Around(name)) {
				t.Errorf("%s does not fit %s", got.Around(name), pattern)
			}
		}
	}
}

func TestSomePatternsFitNoName(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		`[a-z]+`:                  "no name of the run fits the pattern [a-z]+",
		`.{1,20}`:                 "no name of the run fits",
		`(?=x).*`:                 "cannot be read",
		`(`:                       "cannot be read",
		strings.Repeat("a", 5000): "longer than 4096 bytes",
		strings.Repeat("(a|b)?", 600) + "[a-z]{2}": "no name of the run fits",
	} {
		if got, err := naming.Fit(pattern, names...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %+v, %v, want %q", pattern, got, err, want)
		}
	}
}

func FuzzFit(f *testing.F) {
	for _, pattern := range []string{`team-[a-z]+\..+`, `(a|b)*c{2,3}`, `[^a-z]+`, `\p{Greek}-.*`, `(?i)X.*`} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		affixes, err := naming.Fit(pattern, names...)
		if err != nil {
			return
		}
		for _, name := range names {
			if !regexp.MustCompile("^" + pattern + "$").MatchString(affixes.Around(name)) {
				t.Errorf("%q does not fit %q", affixes.Around(name), pattern)
			}
		}
	})
}
