package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// format is one way to write a report.
type format struct {
	name  string
	write func(io.Writer, *Report) error
}

// formats lists all formats, in the order in which they are listed for users.
func formats() []format {
	return []format{
		{"junit", writeJUnit},
		{"cucumber", writeCucumber},
		{"html", writeHTML},
		{"markdown", writeMarkdown},
		{"json", writeJSON},
		{"github", writeGitHub},
	}
}

// Formats lists the formats that Write knows: junit, cucumber, html, markdown, json and github.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Write writes a report in one of Formats. It returns an error for an unknown format, or the
// writer's error. r is not changed.
func Write(name string, w io.Writer, r *Report) error {
	all := formats()
	i := slices.IndexFunc(all, func(f format) bool { return f.name == name })
	if i < 0 {
		return fmt.Errorf("format %q is not one of %s", name, strings.Join(Formats(), ", "))
	}
	if err := all[i].write(w, r); err != nil {
		return fmt.Errorf("writing the %s report: %w", name, err)
	}
	return nil
}
