package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	random "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/resources"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Run verifies a target and reports. An error means that the suite failed, that the target
// could not be reached (ErrUnreachable), that the context ended, or wrong usage (*UsageError),
// but never that the target breaks the contract: that is in the report, with the corresponding
// exit code. With any error except wrong usage there is also a report of what was found out
// until then.
func Run(ctx context.Context, options Options) (*report.Report, error) {
	if options.isList() && options.Profile != Contract {
		return chosen(options)
	}
	v, err := newVerification(options)
	if err != nil {
		return nil, err
	}
	defer v.close()
	err = v.verify(ctx)
	if wrong := (*UsageError)(nil); errors.As(err, &wrong) {
		return nil, err
	}
	return v.report(err), err
}

// verification is a run of scenarios, or of the profile Contract.
type verification interface {
	verify(context.Context) error
	// report summarizes the run. cause is the error that ended it early, or nil.
	report(cause error) *report.Report
	close()
}

func newVerification(options Options) (verification, error) {
	if options.Profile == Contract {
		return newReading(options.withDefaults())
	}
	return newSuite(options)
}

// suite is one run of the scenarios.
type suite struct {
	options  Options
	contract *spec.Contract
	address  *target.Address
	id       string
	started  time.Time
	run      *gherkin.Run
	// setups hold what was made for all scenarios to use.
	setups []*gherkin.Setup

	// refused is set if a dry run found a token that the target refuses.
	refused bool

	mu        sync.Mutex
	records   map[*plan.Scenario]*report.Scenario
	leftovers []report.Leftover
}

const defaultTimeout = 10 * time.Second

// newSuite checks the options and prepares a run.
func newSuite(options Options) (*suite, error) {
	options = options.withDefaults()
	options.Project = cmp.Or(options.Project, target.DefaultProject)
	options.Environment = cmp.Or(options.Environment, target.DefaultEnvironment)
	for options.Seed == 0 {
		options.Seed = random.Int64N(1_000_000)
	}
	s := &suite{
		options: options, contract: spec.Default(), id: ledger.NewRunID(), started: time.Now(), records: map[*plan.Scenario]*report.Scenario{},
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	all, planned, err := s.plan()
	if err != nil {
		return nil, err
	}
	if s.address, err = options.address(); err != nil {
		return nil, err
	}
	s.prepare(all, planned)
	return s, nil
}

// plan reads the scenarios and selects those that the options ask for.
func (s *suite) plan() (gherkin.Resources, *plan.Plan, error) {
	all, err := resources.All(s.options.Project, s.options.Limits)
	if err != nil {
		return nil, nil, usage("%v", err)
	}
	catalogue, err := plan.Load(s.contract, s.options.Seed, all.Vocabulary())
	if err != nil {
		return nil, nil, err
	}
	planned, err := plan.New(catalogue, s.options.choice())
	if err != nil {
		return nil, nil, usage("%v", err)
	}
	return all, planned, nil
}

// planned is the reason given in a dry run for a scenario that did not run.
const planned = "it was planned but not run"

// chosen returns the report of a dry run without a target: what the options select.
func chosen(options Options) (*report.Report, error) {
	s := &suite{options: options, contract: spec.Default()}
	if err := s.check(); err != nil {
		return nil, err
	}
	_, all, err := s.plan()
	if err != nil {
		return nil, err
	}
	all.Choose()
	r := &report.Report{SchemaVersion: report.SchemaVersion, ExitCode: exitcode.OK}
	for _, scenario := range all.Scenarios {
		record := notRun(scenario, planned)
		r.Summary.Add(record.Outcome)
		r.Scenarios = append(r.Scenarios, *record)
	}
	return r, nil
}

// notRun returns the record of a scenario that did not run. reason says why, unless it is disabled.
func notRun(scenario *plan.Scenario, reason string) *report.Scenario {
	record := scenario.Record()
	record.Outcome, record.Reason = report.Skipped, reason
	if scenario.Disabled != "" {
		record.Outcome, record.Reason = report.Disabled, scenario.Disabled
	}
	return record
}

// check refuses options that name something unknown.
func (s *suite) check() error {
	if profiles := []Profile{"", Core, Enterprise, All, Contract}; !slices.Contains(profiles, s.options.Profile) {
		return usage("the profile %q is not one of %s, %s, %s, %s", s.options.Profile, Core, Enterprise, All, Contract)
	}
	if s.options.Document != nil {
		return usage("only the profile %s takes a document; the others verify Unleash's own contract", Contract)
	}
	for what, name := range map[string]string{"project": s.options.Project, "environment": s.options.Environment} {
		if !target.IsPlaceName(name) {
			return usage("%q cannot be the name of a %s: it may have only letters, digits and -_.~", name, what)
		}
	}
	for _, id := range s.options.Operations {
		if s.contract.Operation(id) == nil {
			return usage("there is no operation %q; %s", id, insteadOf(id, s.contract))
		}
	}
	return nil
}

// insteadOf suggests the operation whose id differs from id only in letter case. If there is
// none, it names the command that lists all operations.
func insteadOf(id string, contract *spec.Contract) string {
	for _, operation := range contract.Operations() {
		if strings.EqualFold(operation.ID, id) {
			return "did you mean " + operation.ID + "?"
		}
	}
	return "spec operations lists them"
}

// prepare sets up what the scenarios share.
func (s *suite) prepare(all gherkin.Resources, planned *plan.Plan) {
	redact := secrets.New()
	redact.AddHeaders(s.options.Headers)
	client := s.options.client(s.address, s.contract, s.options.mayWrite(s.address), all.Limits())
	s.run = &gherkin.Run{
		Client: client, Judge: judge.New(all.Answers()...), Plan: planned, Resources: all, Redact: redact,
		Ledger: ledger.Config{Client: client, Redact: redact, Kinds: all.Kinds(), Owns: s.owns, Keep: s.options.Keep, Bin: &ledger.Bin{}, Others: &ledger.Others{}},
		Name:   s.name, Concurrency: s.options.Concurrency, Seed: s.options.Seed, Patience: s.patience(), FailFast: s.options.FailFast, Ended: s.ended,
	}
	if s.options.Handler != nil {
		s.run.Ledger.Others = nil // no one else knows its address
	}
	c := s.conditions()
	c.Writes = client.Writes
	c.NoToken = map[string]string{}
	s.useTokens(s.options.Tokens)
}

// maxLag is how long a server may lag behind its own writes. A real one looks for changes
// every second.
const maxLag = 10 * time.Second

// patience returns how long the target may lag behind its own writes. A handler in this
// process does not lag.
func (s *suite) patience() time.Duration {
	if s.options.Handler != nil {
		return 0
	}
	return maxLag
}

func (s *suite) conditions() *plan.Conditions { return &s.run.Plan.Conditions }

func (s *suite) close() {
	s.run.Client.Close()
	s.address.Close()
}

// name returns a name that no other run uses.
func (s *suite) name(part string) string { return ledger.NameIn(s.id, part) }

// owns reports whether a name belongs to this run.
func (s *suite) owns(name string) bool { return ledger.RunOf(name) == s.id }

// useTokens fills in tokens that are missing.
func (s *suite) useTokens(tokens Tokens) {
	s.conditions().Tokens.Fill(target.Tokens(tokens))
	for _, actor := range target.Actors() {
		s.run.Redact.Add(s.conditions().Tokens.Of(actor))
	}
}

// verify carries out the run: it looks at the target, decides what to verify, verifies it,
// and removes what it made.
func (s *suite) verify(ctx context.Context) error {
	defer s.sweepOwn(ctx)
	err := s.verifyAll(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	return err
}

func (s *suite) verifyAll(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	if s.options.Found != nil {
		s.options.Found(s.describe(), s.describeRun(), s.notes())
	}
	if s.options.DryRun {
		return nil
	}
	if err := s.run.Scenarios(ctx); err != nil {
		return err
	}
	for _, scenario := range s.run.Plan.Scenarios {
		if scenario.Disabled == "" && s.records[scenario] == nil {
			return fmt.Errorf("scenario %s was not run", scenario.ID)
		}
	}
	return s.run.Client.Lost()
}

// ended stores the record of a scenario that has ended.
func (s *suite) ended(scenario *plan.Scenario, record *report.Scenario, left []report.Leftover) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records[scenario] = record
	if s.options.Keep || s.run.Client.Lost() == nil { // otherwise sweepOwn tells what is left on a target that is lost
		s.leftovers = append(s.leftovers, left...)
	}
	if s.options.Progress != nil {
		s.options.Progress(Progress{Done: len(s.records), Total: s.run.Plan.Planned(), Waited: s.run.Client.Waited(), Scenario: record})
	}
}

// workspacePrefix starts the names of the workspaces that runs create. A run's id follows it.
const workspacePrefix = "verify-"

func (s *suite) workspaceName() string { return workspacePrefix + s.id }

// leaveWorkspace removes the run's workspace, if it has one.
func (s *suite) leaveWorkspace(ctx context.Context) {
	if err := s.run.Client.Leave(context.WithoutCancel(ctx)); err != nil {
		s.leftovers = append(s.leftovers, workspaceLeft(s.workspaceName(), s.run.Redact.Text(err.Error())))
	}
}

func workspaceLeft(name, reason string) report.Leftover {
	return report.Leftover{Kind: "workspace", Name: name, Path: target.WorkspacePath(name), Reason: reason}
}

// unseenLeft stands for all that may be left behind. err says why it cannot be found.
func (s *suite) unseenLeft(err error) report.Leftover {
	return report.Leftover{
		Kind: "anything named", Name: ledger.NamePrefix + s.id, Path: "/api/admin",
		Reason: "the target does not show whether it is: " + s.run.Redact.Text(err.Error()),
	}
}

// sweepOwn removes what the setups made, and anything with the run's name that no ledger
// recorded, such as when the response to a create was lost.
func (s *suite) sweepOwn(ctx context.Context) {
	defer s.leaveWorkspace(ctx)
	admin := s.conditions().Tokens.Admin
	if lost := s.run.Client.Lost(); lost != nil && !s.options.Keep {
		if s.run.Client.Wrote() {
			s.leftovers = append(s.leftovers, s.unseenLeft(lost))
		}
		return
	}
	for _, setup := range slices.Backward(s.setups) {
		s.leftovers = append(s.leftovers, setup.Ledger.Clear(ctx, admin)...)
	}
	if !s.run.Client.Wrote() || admin == "" || s.options.Keep {
		return
	}
	own := ledger.New(s.run.Ledger)
	s.leftovers = append(s.leftovers, own.Empty(ctx, admin)...)
	forgotten, err := own.Find(context.WithoutCancel(ctx), admin)
	if err != nil && !errors.Is(err, ledger.ErrNoLists) && s.conditions().Restricted == "" {
		s.leftovers = append(s.leftovers, s.unseenLeft(err))
	}
	var found []report.Leftover
	for _, thing := range forgotten {
		found = append(found, own.Leftover(thing, ""))
	}
	s.amend(found, append(own.Remove(ctx, admin, forgotten), own.Empty(ctx, admin)...))
}

// amend corrects what counts as left behind, now that all that was found but some has been removed.
func (s *suite) amend(found, some []report.Leftover) {
	has := func(all []report.Leftover, one report.Leftover) bool {
		return slices.ContainsFunc(all, func(l report.Leftover) bool { return l.Kind == one.Kind && l.Name == one.Name })
	}
	s.leftovers = slices.DeleteFunc(s.leftovers, func(l report.Leftover) bool { return has(found, l) && !has(some, l) })
	for _, left := range some {
		if !has(s.leftovers, left) {
			s.leftovers = append(s.leftovers, left)
		}
	}
}
