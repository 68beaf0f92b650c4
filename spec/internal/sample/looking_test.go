package sample_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

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
		`^(?=a)?b$`:            {[]string{"b"}, []string{"a", "bb"}},
		`^(?!b)*b{2}$`:         {[]string{"bb"}, []string{"b"}},
		`^(?:(?=a)|(?=b)).$`:   {[]string{"a", "b"}, []string{"c", "ab"}},
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

// TestLargeLooking checks that expressions with many groups that look ahead, or deep or large ones, are refused
// quickly.
func TestLargeLooking(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{
		"groups in groups":        strings.Repeat("(?=", 300_000) + strings.Repeat(")", 300_000),
		"groups that do not end":  strings.Repeat("(?=", 300_000),
		"instructions altogether": strings.Repeat("(?="+strings.Repeat("a{999}", 9)+")", 2),
		"instructions in groups":  "(?=" + strings.Repeat("a{999}", 9) + "(?=" + strings.Repeat("b{999}", 9) + "))",
	} {
		began := time.Now()
		if _, err := sample.NewLooking(pattern); err == nil {
			t.Errorf("%s: it is read", name)
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
	}
	if _, err := sample.NewLooking(strings.Repeat("(?=", 2000) + strings.Repeat(")", 2000)); err != nil {
		t.Errorf("groups in groups are refused: %v", err)
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
