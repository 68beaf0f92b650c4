package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// reportFile is a file to which a report is written at the end.
type reportFile struct{ format, name string }

type reportFiles []reportFile

func addReports(f *pflag.FlagSet, reports *[]string) {
	f.StringArrayVar(reports, "report", nil, "write a report, as FORMAT=FILE; FORMAT is "+strings.Join(report.Formats(), ", ")+"; may be repeated")
}

// readReports parses the values of --report. It also checks that the files can be written, so
// that a problem is reported before anything is done.
func readReports(wanted []string) (reportFiles, error) {
	var files reportFiles
	for _, entry := range wanted {
		format, name, found := strings.Cut(entry, "=")
		if !found || name == "" {
			return nil, usageError("--report %q does not have the form FORMAT=FILE, such as html=report.html", entry)
		}
		if err := oneOf("--report:", format, report.Formats()...); err != nil {
			return nil, err
		}
		if err := outfile.Check(name); err != nil {
			return nil, usageError("--report: %w", err)
		}
		files = append(files, reportFile{format: format, name: name})
	}
	return files, nil
}

// write writes all reports that can be written. The error names the others. Pipes come last, since
// one that is not read blocks. They are given up when the context has ended.
func (files reportFiles) write(ctx context.Context, r *report.Report) error {
	var failed []error
	for _, pipes := range []bool{false, true} {
		for _, f := range files {
			if f.isPipe() != pipes {
				continue
			}
			if err := f.write(ctx, r); err != nil {
				failed = append(failed, fmt.Errorf("--report %s=%s: %w", f.format, f.name, err))
			}
		}
	}
	return errors.Join(failed...)
}

func (f reportFile) isPipe() bool { return isPipe(f.name) }

func (f reportFile) write(ctx context.Context, r *report.Report) error {
	return unlessUnread(ctx, f.name, func() error {
		if err := outfile.Check(f.name); err != nil { // which makes the folder again, should it be gone
			return err
		}
		return outfile.Write(f.name, outfile.Shared, func(w io.Writer) error { return report.Write(f.format, w, r) })
	})
}

// printReport prints a report for people to read.
func (p *program) printReport(r *report.Report) error {
	return report.Terminal(p.stdout, r, p.obeysEscapes(p.stdout) && p.env.text("NO_COLOR", "") == "")
}

// obeysEscapes reports whether a writer is a terminal that does what escape sequences say, unlike one in Emacs.
func (p *program) obeysEscapes(w io.Writer) bool {
	return isTerminal(w) && p.env.text("TERM", "") != "dumb"
}

func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
