package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// Terminal writes a report for people at a terminal: the verdict, what was verified, a table
// of operations, failures, why scenarios were not run, leftovers, and the verdict again, so
// that it stays visible. If nothing was found out, it is two lines. color adds ANSI colors.
// Nothing that the target sent can move the cursor or change colors. The error is the
// writer's.
func Terminal(w io.Writer, r *Report, color bool) error {
	out := &terminal{Writer: bufio.NewWriter(w), color: color}
	r = clean(r, visible.Log)
	out.verdict(r)
	out.header(r)
	if r.ran() {
		out.operations(r)
		out.findings(r)
		out.notRun(r)
		out.allowed(r)
		out.cleanup(r)
		out.printf("\n")
		out.verdict(r)
	}
	return out.Flush()
}

// terminal writes text, with or without color. A bufio.Writer keeps the first error until
// Flush.
type terminal struct {
	*bufio.Writer
	color bool
}

// style is an ANSI attribute number.
type style int

const (
	bold   style = 1
	dim    style = 2
	red    style = 31
	green  style = 32
	yellow style = 33
	blue   style = 36
)

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func (t *terminal) paint(s style, text string) string {
	if !t.color || text == "" {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", s, text)
}

func (t *terminal) header(r *Report) { t.printf("%s\n", oneLine(r.subject())) }

// operations writes the table, and how complete it is. Statuses in parentheses are documented
// but were not seen; those with an exclamation mark were seen but are not documented.
func (t *terminal) operations(r *Report) {
	if len(r.Operations) == 0 {
		return
	}
	width := len("OPERATION")
	others, undocumented := false, false
	for _, operation := range r.Operations {
		width = max(width, utf8.RuneCountInString(oneLine(operation.ID)))
		others = others || operation.Summary.Errored+operation.Summary.Skipped > 0
	}
	title := fmt.Sprintf("%-*s  PASSED  FAILED  DISABLED", width, "OPERATION")
	if others {
		title += "  ERRORS  SKIPPED"
	}
	t.printf("\n%s\n", t.paint(bold, title+"  STATUSES"))
	for _, operation := range r.Operations {
		s := operation.Summary
		t.printf("%-*s  %s  %s  %s", width, oneLine(operation.ID), t.number(6, s.Passed, green), t.number(6, s.Failed, red), t.number(8, s.Disabled, yellow))
		if others {
			t.printf("  %s  %s", t.number(6, s.Errored, red), t.number(7, s.Skipped, yellow))
		}
		for i, status := range operation.Statuses {
			if i == 0 {
				t.printf(" ")
			}
			switch {
			case status.Seen == 0:
				t.printf(" %s", t.paint(dim, fmt.Sprintf("(%d)", status.Code)))
			case !status.Documented:
				undocumented = true
				t.printf(" %s", t.paint(red, fmt.Sprintf("%d!", status.Code)))
			default:
				t.printf(" %d", status.Code)
			}
		}
		t.printf("\n")
	}
	covered := r.coverage()
	t.printf("\n%s\n", covered.text())
	for _, missing := range covered.Unseen {
		t.printf("%s\n", t.paint(dim, fmt.Sprintf("  (%d)", missing.Code)+strings.TrimPrefix(oneLine(missing.text()), fmt.Sprint(missing.Code))))
	}
	if undocumented {
		t.printf("%s\n", t.paint(red, "  status!: seen, but not documented"))
	}
}

func (t *terminal) number(width, number int, s style) string {
	text := fmt.Sprintf("%*d", width, number)
	if number == 0 {
		return t.paint(dim, text)
	}
	return t.paint(s, text)
}

func (t *terminal) findings(r *Report) {
	for i, f := range r.findings() {
		if i == 0 {
			t.printf("\n%s\n", t.paint(bold, "FAILURES"))
		}
		kind := ""
		if f.Scenario.Outcome == Errored {
			kind = " (an error in the suite or the connection to the target)"
		}
		t.printf("\n%s\n", t.paint(red, fmt.Sprintf("%d. %s%s", i+1, oneLine(f.Scenario.Name), kind)))
		for _, line := range f.facts() {
			value := clip(line.Value, bodyShown)
			t.printf("   %s  %s\n", t.paint(blue, fmt.Sprintf("%-9s", line.Name)), strings.ReplaceAll(value, "\n", "\n            │ "))
		}
	}
}

func (t *terminal) notRun(r *Report) {
	for i, group := range r.notRun() {
		if i == 0 {
			t.printf("\n%s\n\n", t.paint(bold, "NOT RUN"))
		}
		t.printf("%s  %s\n", t.paint(yellow, fmt.Sprintf("%4d", len(group.Scenarios))), oneLine(group.Name))
	}
}

func (t *terminal) allowed(r *Report) {
	for i, a := range r.Allowed {
		if i == 0 {
			t.printf("\n%s\n\n", t.paint(bold, "KNOWN DIFFERENCES OF UNLEASH "+oneLine(r.Target.Version)))
		}
		t.printf("%s  %s\n", t.paint(yellow, fmt.Sprintf("%4d", a.Times)), oneLine(a.What))
	}
}

func (t *terminal) cleanup(r *Report) {
	for i, left := range r.Cleanup {
		if i == 0 {
			t.printf("\n%s\n\n", t.paint(bold, "LEFT BEHIND"))
		}
		t.printf("%s\n", oneLine(left.text()))
	}
}

func (t *terminal) verdict(r *Report) {
	s := red
	switch r.ExitCode {
	case exitcode.OK:
		s = green
	case exitcode.Unverified:
		s = yellow
	}
	t.printf("%s\n", t.paint(s, r.verdict()+": "+r.figures()))
}
