package sample_test

import (
	"regexp"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec/internal/sample"
)

// TestLooking checks groups that look ahead and behind.
func TestLooking(t *testing.T) {
	t.Parallel()
	for pattern, test := range map[string]struct{ good, bad []string }{
		`(?<=\$)\d+(?= EUR)`:   {[]string{"a $5 EUR"}, []string{"5 EUR", "$5", "$ 5 EUR"}},
		`(?<!\$)\b\d+`:         {[]string{"5", "a 5"}, []string{"$5", "a5"}},
		`(?<=^a|b{2})c`:        {[]string{"ac", "xbbc"}, []string{"xac", "bc"}},
		`[(?=]x(?=y)`:          {[]string{"=xy", "(xy"}, []string{"xy", "=xz"}},
		`\(?=x(?=y)`:           {[]string{"=xy", "(=xy"}, []string{"(xy"}},
		`^(?=(?!aa)..(?<=b)$)`: {[]string{"ab", "bb"}, []string{"aa", "ba", "abb"}},
		`^(?:(?=a)){2}a$`:      {[]string{"a"}, []string{"b", "aa"}},
		`^(?=é)..$`:            {[]string{"éü"}, []string{"é", "üé"}},
		`^(?=)(?!x)$`:          {[]string{""}, []string{"x", "y"}},
		`(?i)^(?=A)ab$`:        {[]string{"AB"}, []string{"ab", "b"}},
	} {
		looking, err := sample.NewLooking(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if looking.String() != pattern {
			t.Errorf("%s: it has become %s", pattern, looking)
		}
		for _, text := range test.good {
			if !looking.MatchString(text) {
				t.Errorf("%s: %s fails", pattern, text)
			}
		}
		for _, text := range test.bad {
			if looking.MatchString(text) {
				t.Errorf("%s: %s passes", pattern, text)
			}
		}
	}
	for _, pattern := range []string{`(?=a`, `(?=(a)\1)`, `(?=[a)`, `a)`, "(?=a)\U000F0001", `(?=(a{1000}){1000})`} {
		if looking, err := sample.NewLooking(pattern); err == nil {
			t.Errorf("%s is read as %v", pattern, looking)
		}
	}
}

// FuzzLooking checks that no pattern breaks the reader, and that those that Go reads mean the same.
func FuzzLooking(f *testing.F) {
	f.Add(`^(?=a)(?<!b)[a-c]+$`, "abc")
	f.Add(`\bfoo|(?i)BAR$`, "a foo")
	f.Add(`(?!`, "(")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		looking, err := sample.NewLooking(pattern)
		if err != nil {
			return
		}
		got := looking.MatchString(text)
		if plain, err := regexp.Compile(pattern); err == nil && got != plain.MatchString(text) {
			t.Errorf("%q, %q: got %v", pattern, text, got)
		}
	})
}
