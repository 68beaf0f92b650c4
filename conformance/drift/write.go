package drift

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// writers maps formats to the functions that write them.
var writers = map[string]func(io.Writer, *Report) error{
	"text":     writeText,
	"markdown": writeMarkdown,
	"json":     writeJSON,
}

// Formats lists the formats that Write knows.
func Formats() []string { return []string{"text", "markdown", "json"} }

// Write writes a report in one of Formats.
func Write(format string, w io.Writer, r *Report) error {
	write, known := writers[format]
	if !known {
		return fmt.Errorf("format %q is not one of %s", format, strings.Join(Formats(), ", "))
	}
	return write(w, r)
}

func writeJSON(w io.Writer, r *Report) error { return visible.WriteJSON(w, r) }

func writeText(w io.Writer, r *Report) error {
	r = inLines(r)
	var out strings.Builder
	fmt.Fprintf(&out, "contract  %s\ntarget    %s, judged as %s\n\n", r.Contract, r.Target, r.Edition)
	for _, operation := range r.Operations {
		if operation.State == Absent {
			continue // they share one line below
		}
		fmt.Fprintf(&out, "%-8s  %s %s  %s\n", operation.State, operation.Method, operation.Path, operation.ID)
		writeChanges(&out, operation.Changes)
	}
	if absent := r.absent(); len(absent) > 0 {
		fmt.Fprintf(&out, "absent    %s that an open-source edition does not have: %s\n", plural.Of(len(absent), "operation"), strings.Join(absent, ", "))
	}
	if len(r.Document) > 0 {
		out.WriteString("\noutside the contract's operations\n")
		writeChanges(&out, r.Document)
	}
	fmt.Fprintf(&out, "\n%s\n", r.Summary)
	_, err := io.WriteString(w, out.String())
	return err
}

// inLines returns a copy in which texts from the target's document cannot break lines or
// control a terminal.
func inLines(r *Report) *Report {
	out := visible.Each(*r, visible.Line)
	return &out
}

func writeChanges(out *strings.Builder, changes []Change) {
	var beyond []string
	known := 0
	for _, change := range changes {
		switch {
		case change.Reason == reasonPublished:
			known++
			continue
		case change.Verdict == Beyond:
			beyond = append(beyond, change.Pointer)
			continue
		}
		fmt.Fprintf(out, "          %-10s  %s %s%s: %s\n", change.Verdict, change.Pointer, change.Kind, change.values(), change.Reason)
	}
	if beyond = slices.Compact(beyond); len(beyond) > 0 {
		fmt.Fprintf(out, "          beyond the target's document: %s\n", strings.Join(beyond, " "))
	}
	if known > 0 {
		fmt.Fprintf(out, "          published by Unleash 8.2.0 too, although it does what the contract says: %d\n", known)
	}
}

func writeMarkdown(w io.Writer, r *Report) error {
	r = inLines(r)
	var out strings.Builder
	fmt.Fprintf(&out, "# Drift\n\nContract: %s. Target: %s, judged as %s.\n\n%s\n\n", visible.Markdown(r.Contract.String()), visible.Markdown(r.Target.String()), r.Edition, r.Summary)
	out.WriteString("| Operation | Method and path | State |\n|---|---|---|\n")
	for _, operation := range r.Operations {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", visible.Markdown(cmp.Or(operation.ID, "–")), visible.MarkdownCode(operation.Method+" "+operation.Path), operation.State)
	}
	for _, operation := range r.Operations {
		writeMarkdownChanges(&out, cmp.Or(operation.ID, operation.Method+" "+operation.Path), operation.Changes)
	}
	writeMarkdownChanges(&out, "Outside the contract's operations", r.Document)
	_, err := io.WriteString(w, out.String())
	return err
}

func writeMarkdownChanges(out *strings.Builder, title string, changes []Change) {
	if len(changes) == 0 {
		return
	}
	fmt.Fprintf(out, "\n## %s\n\n| Verdict | Where | What | Contract | Target | Why |\n|---|---|---|---|---|---|\n", visible.Markdown(title))
	for _, change := range changes {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", change.Verdict, visible.MarkdownCode(change.Pointer), change.Kind,
			visible.Markdown(change.Contract), visible.Markdown(change.Target), visible.Markdown(change.Reason))
	}
}

func (r *Report) absent() []string {
	var ids []string
	for _, operation := range r.Operations {
		if operation.State == Absent {
			ids = append(ids, operation.ID)
		}
	}
	return ids
}

// String returns the document's title and version, and its source if it has one.
func (d Document) String() string {
	name := strings.TrimSpace(cmp.Or(d.Title, "untitled") + " " + d.Version)
	if d.Source == "" {
		return name
	}
	return name + " (" + d.Source + ")"
}

// String summarizes a comparison in one line.
func (s Summary) String() string {
	return fmt.Sprintf("%d equal, %d changed, %d missing, %d absent, %d added; %d breaking, %d compatible, %d beyond the target's document",
		s.Equal, s.Changed, s.Missing, s.Absent, s.Added, s.Breaking, s.Compatible, s.Beyond)
}

func (c Change) values() string {
	switch {
	case c.Contract != "" && c.Target != "":
		return fmt.Sprintf(" (%s became %s)", c.Contract, c.Target)
	case c.Contract+c.Target != "" && !strings.HasSuffix(c.Pointer, "/"+jsonpointer.Escape(c.Contract+c.Target)):
		return fmt.Sprintf(" (%s)", c.Contract+c.Target)
	}
	return ""
}
