package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var (
	tag   = regexp.MustCompile(`<[^>]*>?`)
	known = regexp.MustCompile(`^(<details open>|</details>|<summary>|</summary>|<b>|</b>|<code>|</code>|<br>)$`)
)

func TestMarkdownRunsNothingThatTheTargetSent(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		text := string(written(t, "markdown", r))
		for _, found := range tag.FindAllString(text, -1) {
			if !known.MatchString(found) {
				t.Errorf("%s: unexpected element %q", name, found)
			}
		}
		for _, forbidden := range []string{"`", "](", "://", "@everyone", " #1", "\x1b", "[link]"} {
			if strings.Contains(text, forbidden) {
				t.Errorf("%s contains %q", name, forbidden)
			}
		}
		for line := range strings.Lines(text) {
			columns := strings.Count(line, "|") - 1
			if strings.HasPrefix(line, "|") && columns != 2 && columns != 8 {
				t.Errorf("%s: a row of %d columns: %s", name, columns, line)
			}
		}
	}
}

func TestMarkdownIsBoundedAndSaysWhatItCut(t *testing.T) {
	t.Parallel()
	for failures, cut := range map[int]bool{3: false, 2000: true} {
		r := sample()
		one := r.Scenarios[0].Failures[0]
		r.Scenarios[0].Failures = nil
		for range failures {
			r.Scenarios[0].Failures = append(r.Scenarios[0].Failures, one)
		}
		text := string(written(t, "markdown", r))
		if len(text) > markdownLimit {
			t.Errorf("%d failures make %d bytes", failures, len(text))
		}
		shown := strings.Count(text, "<details open>")
		note := fmt.Sprintf("%d more failures not shown here", failures+2-shown)
		if strings.Contains(text, note) != cut {
			t.Errorf("%d failures, %d shown: the note %q is wrong", failures, shown, note)
		}
		if !strings.Contains(text, "### Operations") || !strings.Contains(text, "### Left behind") {
			t.Error("the failures leave no room for the other sections")
		}
	}
}

func TestMarkdownCutsALongTableToo(t *testing.T) {
	t.Parallel()
	r := sample()
	for i := range 5000 {
		r.Operations = append(r.Operations, Operation{ID: fmt.Sprint("operation", i)})
	}
	text := string(written(t, "markdown", r))
	if len(text) > markdownLimit || !strings.Contains(text, "The rest is not shown here") {
		t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-100:])
	}
	if !strings.Contains(text, "1. A secret is shown once") {
		t.Error("the table leaves no room for the failures")
	}
}

func TestMarkdownTellsFailuresFirst(t *testing.T) {
	t.Parallel()
	text := string(written(t, "markdown", sample()))
	order := []string{"❌ The target breaks the contract", "2 passed, 2 failed, 1 error, 1 skipped, 2 disabled", "### Failures", "A secret is shown once", "### Operations", "### Not run", "2 scenarios: disabled: no frontend token", "### Left behind"}
	at := 0
	for _, part := range order {
		next := strings.Index(text[at:], part)
		if next < 0 {
			t.Fatalf("%q is missing or out of order", part)
		}
		at += next
	}
}
