package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
)

type verifyFlags struct {
	targetFlags
	choiceFlags
	tags          string
	operations    []string
	scenarios     []string
	allowWrites   bool
	assumed       bool
	slow          bool
	endpointLimit int
	tokenLimit    int
	concurrency   int
	seed          int64
	failFast      bool
	keep          bool
	reports       []string
	quiet         bool
	document      documentFlags
	outputFlags
}

func (p *program) verifyCommand() *cobra.Command {
	flags := &verifyFlags{}
	command := &cobra.Command{
		Use:     "verify",
		Short:   "Verify that an instance, real or mocked, keeps the contract",
		Long:    verifyHelp + strings.TrimSuffix(exitcode.Help(), "\n"),
		Example: verifyExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.verify(cmd.Context(), cmd.Flags(), flags) },
	}
	flags.add(command.Flags(), p.env)
	command.AddCommand(p.sweepCommand())
	return command
}

const verifyHelp = `Run the conformance scenarios against an instance, and report for each operation
whether it keeps the contract.

On an instance that is not on loopback nothing is changed, unless --allow-writes
is given: requests other than GET, HEAD and OPTIONS are not even sent. With it,
the suite creates what it needs, under names of its own, and removes it again;
existing data is never touched. Things that the API cannot delete remain, such as
entries in the event log. On loopback writes are allowed; --allow-writes=false
forbids them there too.

Scenarios that need a missing token are disabled; the report says why. A mock is
verified with its built-in tokens. If its control API is open, and it limits calls or
scenarios change its settings, the run gets a workspace of its own. Scenarios that
change the settings of a whole instance run only there.

--profile contract runs no scenarios. It calls the GET operations of the OpenAPI
document of --spec, or of Unleash's contract, whose required parameters have values in
the document or in an earlier answer, and checks the answers against the document. It
sends nothing else, and calls nothing that logs out. --token goes where the document's
security wants it. --operation, --header, --timeout, --concurrency, --fail-fast and
--list work as with scenarios; flags that choose scenarios or let them write are refused.

Exit codes:
`

const verifyExamples = `  unleash-mock verify --target http://127.0.0.1:4242
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --report junit=verify.xml
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --allow-writes --profile all
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --allow-writes --project shop --environment staging
  unleash-mock verify --target http://127.0.0.1:4242 --operation getReady --operation getHealth --tags '@writes and not @assumed'
  unleash-mock verify --target https://unleash.example.com --format github
  unleash-mock verify --profile contract --spec https://unleash.example.com/docs/openapi.json --target https://unleash.example.com --token "$ADMIN_TOKEN"
  unleash-mock verify --list --tags '@limits and not @slow'
  unleash-mock verify sweep --target https://unleash.example.com --token "$ADMIN_TOKEN" --dry-run`

func (v *verifyFlags) add(f *pflag.FlagSet, env environment) {
	v.targetFlags.add(f, env)
	v.addTokens(f)
	v.outputFlags.add(f)
	v.choiceFlags.add(f, usualProfiles+"; contract for the GET operations of a document; by default whatever the target has")
	v.document.add(f, "OpenAPI document to verify with --profile contract, a file or a URL; by default Unleash's contract", &v.tls)
	f.StringVar(&v.tags, "tags", "", "tag expression, such as '@limits and not @slow'")
	f.StringSliceVar(&v.operations, "operation", nil, "operationId to verify; may be repeated")
	f.StringSliceVar(&v.scenarios, "scenario", nil, "id of a scenario to run, as shown in reports; may be repeated")
	f.BoolVar(&v.allowWrites, "allow-writes", false, "create, change and delete the suite's own data; default true on loopback")
	f.BoolVar(&v.assumed, "assumed", false, "also verify behaviour that is only assumed; default true for a mock")
	f.BoolVar(&v.slow, "slow", false, "also run scenarios that take a minute if calls are limited to one per second, or if deleted tokens work for that long")
	f.IntVar(&v.endpointLimit, "endpoint-limit", 0, "how many endpoints the target allows, if not 5 and it does not report the limit")
	f.IntVar(&v.tokenLimit, "token-limit", 0, "how many tokens the target allows per endpoint, if not 5 and it does not report the limit")
	f.IntVar(&v.concurrency, "concurrency", 1, "how many scenarios to run at a time")
	f.Int64Var(&v.seed, "seed", 0, "seed for the order of scenarios; 0 picks one and prints it")
	f.BoolVar(&v.failFast, "fail-fast", false, "stop after the first scenario that fails")
	f.BoolVar(&v.keep, "keep", false, "leave on the target what the run creates")
	addReports(f, &v.reports)
	f.BoolVar(&v.quiet, "quiet", false, "print no progress")
	fromEnvironment(f, targetVariables, choiceVariables)
}

func (v *verifyFlags) options(ctx context.Context, typed *pflag.FlagSet) (conformance.Options, error) {
	if err := v.outputFlags.check(); err != nil {
		return conformance.Options{}, err
	}
	options, err := v.optionsOf(ctx, &v.targetFlags)
	if err != nil {
		return options, err
	}
	switch {
	case v.concurrency < 1:
		return options, usageError("--concurrency must be 1 or more")
	case v.endpointLimit < 0 || v.tokenLimit < 0:
		return options, usageError("--endpoint-limit and --token-limit must not be less than 0")
	case v.seed < 0:
		return options, usageError("--seed must not be less than 0")
	}
	v.choose(&options)
	options.Tags, options.Operations, options.Scenarios = v.tags, v.operations, v.scenarios
	options.AllowWrites = v.allowWrites
	options.ReadOnly = typed.Changed("allow-writes") && !v.allowWrites
	if typed.Changed("assumed") {
		options.Assumed = &v.assumed
	}
	options.Slow = v.slow
	options.Limits = map[string]int{"endpoints": v.endpointLimit, "tokens": v.tokenLimit}
	options.Concurrency, options.Seed = v.concurrency, v.seed
	options.FailFast, options.Keep = v.failFast, v.keep
	options.Workspace = true
	return options, nil
}

// verify runs the suite and writes the reports. The error has the exit code.
func (p *program) verify(ctx context.Context, typed *pflag.FlagSet, flags *verifyFlags) error {
	options, err := flags.options(ctx, typed)
	if err != nil {
		return err
	}
	makes := options.Profile != conformance.Contract // creates things on the target that may have to be removed
	if makes && flags.document.file != "" {
		return usageError("--spec is for --profile contract: give both, or neither")
	}
	if options.Document, err = p.load(ctx, flags.document, p.onStderr); err != nil {
		return err
	}
	if flags.list {
		return p.listScenarios(ctx, options)
	}
	files, err := readReports(flags.reports)
	if err != nil {
		return err
	}
	shown := &progress{out: p.stderr, live: p.obeysEscapes(p.stderr), quiet: flags.quiet, makes: makes}
	if makes {
		p.adviseSweep(flags.target, "")
	}
	options.Found = func(target report.Target, run report.Run, notes []string) {
		if makes {
			p.adviseSweep(flags.target, run.ID)
		}
		shown.found(target, run, notes)
	}
	options.Progress = shown.scenario
	stop := context.AfterFunc(ctx, shown.interrupted)
	r, failure := conformance.Run(ctx, options)
	stop()
	shown.end()
	if r == nil {
		return suiteError(failure)
	}
	written := files.write(ctx, r) // before the summary, as its reader may be gone
	if err := p.show(flags.format, r); err != nil {
		written = errors.Join(written, fmt.Errorf("writing the summary: %w", err))
	}
	if written != nil && r.ExitCode != exitcode.Broken {
		return toolError("%w", inOneLine(written))
	}
	return verdict(r, errors.Join(failure, written))
}

// adviseSweep makes the last words say how to remove what a run leaves behind if it is ended
// immediately. The id of the run may not be known yet.
func (p *program) adviseSweep(target, run string) {
	words := "unleash-mock: ended immediately; what verify created may still be on the target. To remove it:\n  unleash-mock verify sweep --target " + p.secrets.URL(target)
	if run != "" {
		words += " --run " + run
	}
	p.lastWords.Store(&words)
}

// suiteError gives an error of the suite its exit code.
func suiteError(err error) error {
	var usage *conformance.UsageError
	if errors.As(err, &usage) {
		return usageError("%w", err)
	}
	return toolError("%w", err)
}

// verdict turns the result of a run into the error of the command, with its exit code.
func verdict(r *report.Report, failure error) error {
	switch r.ExitCode {
	case exitcode.OK:
		return nil
	case exitcode.Broken:
		return brokenError(failure, "%d of %s failed: the target breaks the contract", r.Summary.Failed, plural.Of(r.Summary.Failed+r.Summary.Passed, "scenario"))
	case exitcode.Unverified:
		return &codedError{code: exitcode.Unverified, err: errors.New("nothing was verified: no scenario ran")}
	}
	if failure == nil {
		failure = fmt.Errorf("%s could not be run to the end", plural.Of(r.Summary.Errored, "scenario"))
	}
	return toolError("%w", failure)
}
