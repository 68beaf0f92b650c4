package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// outputFlags are the flags of verify for what goes to standard output.
type outputFlags struct {
	format string
	list   bool
}

// Values of --format besides the formats of reports.
const (
	formatText   = "text"
	formatGitHub = "github"
)

func (o *outputFlags) add(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", formatText, "what to print: text, github for GitHub Actions annotations followed by the text, or another --report format")
	f.BoolVar(&o.list, "list", false, "list the scenarios that would run, without running them; without --target, those that other flags select")
}

func (o *outputFlags) check() error {
	return oneOf("--format", o.format, append([]string{formatText}, report.Formats()...)...)
}

// optionsOf returns the options of the target, which --list can do without.
func (o *outputFlags) optionsOf(ctx context.Context, target *targetFlags) (conformance.Options, error) {
	if o.list && target.target == "" {
		return conformance.Options{Version: productVersion()}, nil
	}
	return target.options(ctx)
}

func (p *program) show(format string, r *report.Report) error {
	if format != formatText {
		if err := report.Write(format, p.stdout, r); err != nil || format != formatGitHub {
			return err
		}
	}
	return p.printReport(r)
}

// listScenarios prints the scenarios that would run, one per line: id, operations and tags,
// separated by tabs.
func (p *program) listScenarios(ctx context.Context, options conformance.Options) error {
	options.DryRun = true
	r, err := conformance.Run(ctx, options)
	if err != nil {
		return suiteError(err)
	}
	for _, scenario := range r.Scenarios {
		if scenario.Outcome != report.Skipped {
			continue
		}
		line := strings.Join([]string{visible.Line(scenario.ID), visible.Line(strings.Join(scenario.Operations, ",")), visible.Line(strings.Join(scenario.Tags, " "))}, "\t")
		if _, err := fmt.Fprintln(p.stdout, line); err != nil {
			return unwritten("the list", err)
		}
	}
	fmt.Fprintln(p.stderr, visible.Line(fmt.Sprintf("%d of %s", r.Summary.Skipped, plural.Of(len(r.Scenarios), "scenario"))))
	return nil
}
