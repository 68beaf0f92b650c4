package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// reportFile is a file to which a report is written at the end.
type reportFile struct{ format, name string }

type reportFiles []reportFile

// readReports parses the values of --report. It also checks that the files can be written, so
// that a problem is reported before anything is done.
func readReports(wanted []string) (reportFiles, error) {
	var files reportFiles
	for _, entry := range wanted {
		format, name, found := strings.Cut(entry, "=")
		if !found || name == "" {
			return nil, usageError("--report %q does not have the form FORMAT=FILE", entry)
		}
		if !slices.Contains(report.Formats(), format) {
			return nil, usageError("--report: %q is not one of %s", format, strings.Join(report.Formats(), ", "))
		}
		if err := outfile.Check(name); err != nil {
			return nil, usageError("--report: %w", err)
		}
		files = append(files, reportFile{format: format, name: name})
	}
	return files, nil
}

// write writes all reports that can be written. The error names the others.
func (files reportFiles) write(r *report.Report) error {
	var failed []error
	for _, f := range files {
		if err := outfile.Write(f.name, outfile.Shared, func(w io.Writer) error { return report.Write(f.format, w, r) }); err != nil {
			failed = append(failed, fmt.Errorf("--report %s=%s: %w", f.format, f.name, err))
		}
	}
	return errors.Join(failed...)
}

func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
