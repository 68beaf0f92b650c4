package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

const (
	// markdownLimit is the maximum size of a summary in bytes. A summary also has to fit into
	// a comment on a pull request.
	markdownLimit = 60_000
	// markdownValue is how many bytes of a single value it shows.
	markdownValue = 1_000
)

// markdown is a summary that stops growing at a limit.
type markdown struct {
	strings.Builder
}

// add appends a block if that leaves reserve bytes free, and reports whether it did.
func (m *markdown) add(block string, reserve int) bool {
	if m.Len()+len(block)+reserve > markdownLimit {
		return false
	}
	m.WriteString(block)
	return true
}

func writeMarkdown(w io.Writer, r *Report) error {
	r = clean(r, visible.Text)
	m := &markdown{}
	m.head(r)
	table := r.markdownTable()
	rest := r.markdownRest()
	m.findings(r, len(table)+len(rest))
	m.blocks([]string{table, rest})
	_, err := io.WriteString(w, m.String())
	return err
}

func (m *markdown) head(r *Report) {
	icon := "❌"
	switch r.ExitCode {
	case exitcode.OK:
		icon = "✅"
	case exitcode.Unverified:
		icon = "⚠️"
	}
	fmt.Fprintf(m, "## %s %s\n\n", icon, r.verdict())
	fmt.Fprintf(m, "**%s** · %s", r.counts(), plural.Of(r.Summary.Exchanges, "exchange"))
	if r.Summary.Violations > 0 {
		fmt.Fprintf(m, ", %d of them broke the contract", r.Summary.Violations)
	}
	m.WriteString("\n\n")
	var parts []string
	for _, line := range r.about() {
		parts = append(parts, line.Name+" "+visible.MarkdownCode(clip(line.Value, 200)))
	}
	m.WriteString(strings.Join(parts, " · ") + "\n\n")
}

// findings writes as many failures as fit beside the other parts.
func (m *markdown) findings(r *Report, reserve int) {
	const note = 200 // room for the note on what was cut
	list := r.findings()
	if len(list) == 0 {
		return
	}
	m.WriteString("### Failures\n\n")
	reserve = min(reserve, markdownLimit/3)
	for i, f := range list {
		if !m.add(f.markdown(i+1), reserve+note) {
			fmt.Fprintf(m, "%s not shown here; the other formats of the report show them all.\n\n", plural.Of(len(list)-i, "more failure"))
			return
		}
	}
}

func (f finding) markdown(number int) string {
	var out strings.Builder
	kind := ""
	if f.Scenario.Outcome == Errored {
		kind = " (error in the suite)"
	}
	fmt.Fprintf(&out, "<details open><summary><b>%d. %s</b>%s</summary>\n\n", number, visible.Markdown(clip(oneLine(f.Scenario.Name), 300)), kind)
	out.WriteString("| | |\n|---|---|\n")
	for _, line := range f.facts() {
		fmt.Fprintf(&out, "| %s | %s |\n", line.Name, visible.MarkdownCode(clip(line.Value, markdownValue)))
	}
	out.WriteString("\n</details>\n\n")
	return out.String()
}

// markdownTable returns the table of operations; empty if nothing came of any.
func (r *Report) markdownTable() string {
	if len(r.Operations) == 0 || !r.ran() {
		return ""
	}
	var out strings.Builder
	out.WriteString("### Operations\n\n| operation | passed | failed | errors | disabled | skipped | statuses seen | documented, not seen |\n|---|--:|--:|--:|--:|--:|---|---|\n")
	for _, operation := range r.Operations {
		var seen, unseen []string
		for _, status := range operation.Statuses {
			switch {
			case status.Seen == 0:
				unseen = append(unseen, fmt.Sprint(status.Code))
			case !status.Documented:
				seen = append(seen, fmt.Sprintf("**%d** (not documented)", status.Code))
			default:
				seen = append(seen, fmt.Sprint(status.Code))
			}
		}
		s := operation.Summary
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d | %d | %s | %s |\n", visible.MarkdownCode(operation.ID), s.Passed, s.Failed, s.Errored, s.Disabled, s.Skipped,
			strings.Join(seen, " "), strings.Join(unseen, " "))
	}
	covered := r.coverage()
	fmt.Fprintf(&out, "\n%s.\n\n", covered.text())
	for _, missing := range covered.Unseen {
		fmt.Fprintf(&out, "- %s\n", visible.Markdown(clip(missing.text(), markdownValue)))
	}
	return out.String() + "\n"
}

// markdownRest says why scenarios were not run, what was allowed, and what was left behind.
func (r *Report) markdownRest() string {
	var out strings.Builder
	if groups := r.notRun(); len(groups) > 0 {
		out.WriteString("### Not run\n\n")
		for _, group := range groups {
			fmt.Fprintf(&out, "- %s: %s\n", plural.Of(len(group.Scenarios), "scenario"), visible.Markdown(clip(group.Name, markdownValue)))
		}
		out.WriteString("\n")
	}
	if len(r.Allowed) > 0 {
		fmt.Fprintf(&out, "### Known differences of Unleash %s\n\n", visible.Markdown(clip(r.Target.Version, 200)))
		for _, a := range r.Allowed {
			fmt.Fprintf(&out, "- %s: %s\n", plural.Of(a.Times, "time"), visible.Markdown(a.What))
		}
		out.WriteString("\n")
	}
	if len(r.Cleanup) > 0 {
		out.WriteString("### Left behind\n\n")
		for _, left := range r.Cleanup {
			fmt.Fprintf(&out, "- %s\n", visible.Markdown(clip(left.text(), markdownValue)))
		}
		out.WriteString("\n")
	}
	return out.String()
}

// blocks appends the remaining blocks line by line, as long as there is room.
func (m *markdown) blocks(blocks []string) {
	const note = "\nThe rest is not shown here; the other formats of the report show everything.\n"
	for line := range strings.Lines(strings.Join(blocks, "")) {
		if !m.add(line, len(note)) {
			m.WriteString(note)
			return
		}
	}
}
