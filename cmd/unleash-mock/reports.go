package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// reportFile is a file that a report goes to at the end.
type reportFile struct {
	format string
	file   *os.File
}

type reportFiles []reportFile

// openReports opens the files of --report, so that one that cannot be written is
// told before anything is done.
func openReports(wanted []string) (reportFiles, error) {
	var files reportFiles
	for _, entry := range wanted {
		format, name, found := strings.Cut(entry, "=")
		if !found || name == "" {
			files.close()
			return nil, usageError("--report %q has not the form FORMAT=FILE", entry)
		}
		if !slices.Contains(report.Formats(), format) {
			files.close()
			return nil, usageError("--report: %q is not one of %s", format, strings.Join(report.Formats(), ", "))
		}
		file, err := os.Create(name)
		if err != nil {
			files.close()
			return nil, usageError("--report: %w", err)
		}
		files = append(files, reportFile{format: format, file: file})
	}
	return files, nil
}

func (files reportFiles) write(r *report.Report) error {
	for _, f := range files {
		if err := report.Write(f.format, f.file, r); err != nil {
			return toolError("--report %s=%s: %w", f.format, f.file.Name(), err)
		}
		if err := f.file.Close(); err != nil {
			return toolError("--report %s=%s: %w", f.format, f.file.Name(), err)
		}
	}
	return nil
}

// close closes what was not written; closing twice does no harm.
func (files reportFiles) close() {
	for _, f := range files {
		_ = f.file.Close()
	}
}

func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
