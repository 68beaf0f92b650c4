package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// targetFlags say where an instance is and how to authenticate.
type targetFlags struct {
	target  string
	tokens  conformance.Tokens
	headers []string
	timeout time.Duration
	tls     tlsFlags
}

// targetVariables are the environment variables of flags, by flag.
var targetVariables = map[string]string{
	"target":         "UNLEASH_MOCK_TARGET",
	"token":          "UNLEASH_MOCK_TOKEN",
	"viewer-token":   "UNLEASH_MOCK_VIEWER_TOKEN",
	"backend-token":  "UNLEASH_MOCK_BACKEND_TOKEN",
	"frontend-token": "UNLEASH_MOCK_FRONTEND_TOKEN",
}

func (t *targetFlags) register(f *pflag.FlagSet, env environment) {
	f.StringVar(&t.target, "target", "", "URL of the instance, including any base path")
	f.StringVar(&t.tokens.Admin, "token", "", "admin API token, or an administrator's personal access token")
	f.StringArrayVar(&t.headers, "header", nil, "header to send with every request, as 'NAME: VALUE'; may be repeated")
	f.DurationVar(&t.timeout, "timeout", 10*time.Second, "how long to wait for an answer")
	t.tls.register(f, env)
}

// registerTokens adds the flags for tokens other than the admin's.
func (t *targetFlags) registerTokens(f *pflag.FlagSet) {
	f.StringVar(&t.tokens.Viewer, "viewer-token", "", "a viewer's personal access token; if writes are allowed, one is created if possible")
	f.StringVar(&t.tokens.Backend, "backend-token", "", "a backend API token")
	f.StringVar(&t.tokens.Frontend, "frontend-token", "", "a frontend API token")
}

// options returns the options that the flags choose. No error repeats a token or a header's value.
func (t *targetFlags) options() (conformance.Options, error) {
	options := conformance.Options{Target: t.target, Tokens: t.tokens, Timeout: t.timeout, Headers: http.Header{}, Version: productVersion()}
	if t.target == "" {
		return options, usageError("--target is missing: the URL of an instance, such as http://%s", usualAddress)
	}
	if t.timeout <= 0 {
		return options, errTimeout
	}
	for i, line := range t.headers {
		name, value, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return options, usageError("--header %d does not have the form 'NAME: VALUE', or has characters that a header cannot have", i+1)
		}
		if strings.EqualFold(name, "Authorization") {
			return options, usageError("--header cannot set Authorization, which is for the tokens")
		}
		options.Headers.Add(name, strings.TrimSpace(value))
	}
	for flag, token := range map[string]string{
		"token": t.tokens.Admin, "viewer-token": t.tokens.Viewer, "backend-token": t.tokens.Backend, "frontend-token": t.tokens.Frontend,
	} {
		if strings.TrimSpace(token) != token || !httpguts.ValidHeaderFieldValue(token) {
			return options, usageError("--%s begins or ends with white space, or has a control character", flag)
		}
	}
	var err error
	options.TLS, err = t.tls.config()
	return options, err
}

// choiceFlags say what of an instance to verify, or to look at.
type choiceFlags struct {
	project     string
	environment string
	profile     string
}

// choiceVariables are the environment variables of these flags.
var choiceVariables = map[string]string{
	"profile":     "UNLEASH_MOCK_PROFILE",
	"project":     "UNLEASH_MOCK_PROJECT",
	"environment": "UNLEASH_MOCK_ENVIRONMENT",
}

// Where flags are created and switched by default.
const (
	usualProject     = "default"
	usualEnvironment = "development"
)

// usualProfiles describes the profiles of scenarios.
const usualProfiles = "core for what every edition has, enterprise for what only Unleash Enterprise has, or all"

func (c *choiceFlags) register(f *pflag.FlagSet, profiles string) {
	f.StringVar(&c.project, "project", usualProject, "id of the project to create flags in")
	f.StringVar(&c.environment, "environment", usualEnvironment, "environment of the project to switch and evaluate flags in")
	f.StringVar(&c.profile, "profile", "", profiles)
}

// choose puts what the flags choose into options.
func (c *choiceFlags) choose(options *conformance.Options) {
	options.Project, options.Environment, options.Profile = c.project, c.environment, conformance.Profile(c.profile)
}

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
		Use:   "verify",
		Short: "Verify that an instance, real or mocked, keeps the contract",
		Long: `Run the conformance scenarios against an instance, and report for each operation
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
security wants it. --operation, --header, --timeout,
--concurrency, --fail-fast and --list work as with scenarios; flags that choose
scenarios or let them write are refused.

Exit codes:
` + strings.TrimSuffix(exitcode.Help(), "\n"),
		Example: `  unleash-mock verify --target http://127.0.0.1:4242
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --report junit=verify.xml
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --allow-writes --profile all
  unleash-mock verify --target https://unleash.example.com --token "$ADMIN_TOKEN" --allow-writes --project shop --environment staging
  unleash-mock verify --target http://127.0.0.1:4242 --operation getReady --operation getHealth --tags '@writes and not @assumed'
  unleash-mock verify --target https://unleash.example.com --format github
  unleash-mock verify --profile contract --spec https://unleash.example.com/docs/openapi.json --target https://unleash.example.com --token "$ADMIN_TOKEN"
  unleash-mock verify --list --tags '@limits and not @slow'
  unleash-mock verify sweep --target https://unleash.example.com --token "$ADMIN_TOKEN" --dry-run`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(p.fill(cmd.Flags()), checkOutputs(cmd.Flags())); err != nil {
				return err
			}
			return p.verify(cmd.Context(), cmd.Flags(), flags)
		},
	}
	f := command.Flags()
	flags.targetFlags.register(f, p.env)
	flags.registerTokens(f)
	flags.outputFlags.add(f)
	flags.choiceFlags.register(f, usualProfiles+"; contract for the GET operations of a document; by default whatever the target has")
	flags.document.add(f, "OpenAPI document to verify with --profile contract, a file or a URL; by default Unleash's contract", &flags.tls)
	f.StringVar(&flags.tags, "tags", "", "tag expression, such as '@limits and not @slow'")
	f.StringSliceVar(&flags.operations, "operation", nil, "operationId to verify; may be repeated")
	f.StringSliceVar(&flags.scenarios, "scenario", nil, "id of a scenario to run, as shown in reports; may be repeated")
	f.BoolVar(&flags.allowWrites, "allow-writes", false, "create, change and delete the suite's own data; default true on loopback")
	f.BoolVar(&flags.assumed, "assumed", false, "also verify behaviour that is only assumed; default true for a mock")
	f.BoolVar(&flags.slow, "slow", false, "also run scenarios that take a minute if calls are limited to one per second, or if deleted tokens work for that long")
	f.IntVar(&flags.endpointLimit, "endpoint-limit", 0, "how many endpoints the target allows, if not 5 and it does not report the limit")
	f.IntVar(&flags.tokenLimit, "token-limit", 0, "how many tokens the target allows per endpoint, if not 5 and it does not report the limit")
	f.IntVar(&flags.concurrency, "concurrency", 1, "how many scenarios to run at a time")
	f.Int64Var(&flags.seed, "seed", 0, "seed for the order of scenarios; 0 picks one and prints it")
	f.BoolVar(&flags.failFast, "fail-fast", false, "stop after the first scenario that fails")
	f.BoolVar(&flags.keep, "keep", false, "leave on the target what the run creates")
	f.StringArrayVar(&flags.reports, "report", nil, "write a report, as FORMAT=FILE; FORMAT is "+strings.Join(report.Formats(), ", ")+"; may be repeated")
	f.BoolVar(&flags.quiet, "quiet", false, "print no progress")
	fromEnvironment(f, targetVariables, choiceVariables)
	command.AddCommand(p.sweepCommand())
	return command
}

func (v *verifyFlags) options(typed *pflag.FlagSet) (conformance.Options, error) {
	if err := v.outputFlags.check(); err != nil {
		return conformance.Options{}, err
	}
	options, err := v.optionsOf(&v.targetFlags)
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
	options, err := flags.options(typed)
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
	shown := &progress{out: p.stderr, live: isTerminal(p.stderr), quiet: flags.quiet, makes: makes}
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
		return brokenError(failure, "%d of %d scenarios failed: the target breaks the contract", r.Summary.Failed, r.Summary.Failed+r.Summary.Passed)
	case exitcode.Unverified:
		return &codedError{code: exitcode.Unverified, err: errors.New("nothing was verified: no scenario ran")}
	}
	if failure == nil {
		failure = fmt.Errorf("%d scenarios could not be run to the end", r.Summary.Errored)
	}
	return toolError("%w", failure)
}

// progress shows how far a run has got: on a terminal with one line that changes, and elsewhere
// with a line for each scenario that fails.
type progress struct {
	out   io.Writer
	live  bool
	quiet bool
	makes bool // the run creates things on the target, which are removed when it is interrupted

	mu    sync.Mutex
	shown bool          // the terminal shows a line that can be overwritten
	told  time.Duration // the waiting that was last reported, not on a terminal
}

// waitTold is how much more waiting it takes to report the waiting again, not on a terminal.
const waitTold = 10 * time.Second

// clearLine moves to the beginning of a terminal's line and clears it.
const clearLine = "\r\x1b[K"

func (s *progress) found(target report.Target, run report.Run, notes []string) {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	what := "an instance of unknown edition"
	switch {
	case target.Mock != "":
		what = visible.Line("unleash-mock " + target.Mock)
	case target.Edition != "":
		what = visible.Line(strings.TrimSpace(fmt.Sprintf("Unleash %s, %s", target.Version, target.Edition)))
	}
	seed := ""
	if run.Seed != 0 {
		seed = fmt.Sprintf(", seed %d", run.Seed)
	}
	fmt.Fprintf(s.out, "%s is %s\nrun %s, profile %s%s\n", target.URL, what, run.ID, run.Profile, seed)
	for _, note := range notes {
		fmt.Fprintln(s.out, "note:", visible.Line(note))
	}
}

func (s *progress) scenario(p conformance.Progress) {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	outcome := p.Scenario.Outcome
	if outcome == report.Failed || outcome == report.Errored {
		s.clear()
		fmt.Fprintln(s.out, visible.Line(fmt.Sprintf("%s: %s", outcome, p.Scenario.ID)))
	}
	if outcome == report.Passed && p.Scenario.Reason != "" {
		s.clear()
		fmt.Fprintln(s.out, visible.Line(fmt.Sprintf("note: %s: %s", p.Scenario.ID, p.Scenario.Reason)))
	}
	line := fmt.Sprintf("%d of %d scenarios", p.Done, p.Total)
	if waited := p.Waited.Truncate(time.Second); waited > 0 {
		line += fmt.Sprintf("; waited %s for the target's limit on calls", waited)
	}
	switch {
	case s.live:
		fmt.Fprint(s.out, clearLine, line)
		s.shown = true
	case p.Waited-s.told >= waitTold:
		fmt.Fprintln(s.out, line)
		s.told = p.Waited
	}
}

// interrupted says that the run is cleaning up, and how to make it stop.
func (s *progress) interrupted() {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	if s.makes {
		fmt.Fprintln(s.out, "interrupted; cleaning up (interrupt again to end at once)")
	}
}

// end removes the changing line from the terminal.
func (s *progress) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

func (s *progress) clear() {
	if s.shown {
		fmt.Fprint(s.out, clearLine)
		s.shown = false
	}
}
