package gherkin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Run holds what the scenarios of a run share.
type Run struct {
	Client    *target.Client
	Judge     *judge.Judge
	Plan      *plan.Plan
	Resources Resources
	Redact    *secrets.Redactor
	// Ledger is the configuration that all ledgers of the run share.
	Ledger ledger.Config
	// Name returns a name that no other run uses.
	Name func(part string) string
	// Concurrency is how many scenarios run at a time. Seed determines their order.
	Concurrency int
	Seed        int64
	// Patience is how long a target may lag behind its own writes.
	Patience time.Duration
	// FailFast skips every scenario that has not started when a scenario fails.
	FailFast bool
	// Ended is called for every scenario that has ended, with what it left behind. It may be
	// called concurrently.
	Ended func(*plan.Scenario, *report.Scenario, []report.Leftover)

	admission *admission
	failed    atomic.Bool
}

func (r *Run) tokens() *target.Tokens { return &r.Plan.Conditions.Tokens }

// Scenarios runs the enabled scenarios of the plan.
func (r *Run) Scenarios(ctx context.Context) error {
	chosen, err := r.Plan.Enabled()
	if err != nil || len(chosen.Paths) == 0 {
		return err
	}
	r.admission = newAdmission(r.Plan.Conditions.Room, r.Concurrency)
	steps := r.Resources.steps()
	expressions := make([]*regexp.Regexp, len(steps))
	for i, step := range steps {
		expressions[i] = step.expression()
	}
	suite := godog.TestSuite{
		Name: "unleash-mock verify",
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			p := &performance{run: r, byPickle: chosen.ByPickle, world: newWorld(r)}
			sc.Before(p.begin)
			sc.StepContext().Before(p.beforeStep)
			sc.StepContext().After(p.afterStep)
			sc.After(p.end)
			for i, step := range steps {
				sc.Step(expressions[i], p.alone(step.Bind(p.world)))
			}
		},
		Options: &godog.Options{
			FS: chosen.Files, Paths: chosen.Paths, Randomize: r.Seed, Concurrency: r.Concurrency,
			Strict: true, DefaultContext: ctx, NoColors: true,
			// The suite reports from hooks. godog has no formatter that prints nothing.
			Format: "progress", Output: io.Discard,
		},
	}
	suite.Run() // its status says less than the calls of Ended
	return nil
}

// skipReason says why a scenario must not start any more. It returns an empty string if it
// may.
func (r *Run) skipReason(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "the run was interrupted"
	case r.Client.Lost() != nil:
		return r.Redact.Text(r.Client.Lost().Error())
	case r.FailFast && r.failed.Load():
		return "an earlier scenario failed"
	}
	return ""
}

// hand delivers the record of a scenario that has ended.
func (r *Run) hand(scenario *plan.Scenario, record *report.Scenario, left []report.Leftover) {
	if record.Outcome == report.Failed || record.Outcome == report.Errored {
		r.failed.Store(true)
	}
	r.Ended(scenario, record, left)
}

// performance is one scenario as it passes through godog's hooks.
type performance struct {
	run      *Run
	byPickle map[string]*plan.Scenario
	world    *World
	at       map[string]int // the index of each step by godog's id
	watches  []func(context.Context) string
	leave    func()
	ended    bool
	absences atomic.Int32 // requests of the scenario during which the target was away
	failure  error        // of the current step
}

// errFailed is what godog keeps until the run ends, instead of the real error of a step.
var errFailed = errors.New("the step failed")

// alone wraps the function of a step so that godog does not get its error, which may hold a
// whole response.
func (p *performance) alone(step any) any {
	function := reflect.ValueOf(step)
	return reflect.MakeFunc(function.Type(), func(args []reflect.Value) []reflect.Value {
		out := function.Call(args)
		if err, failed := out[len(out)-1].Interface().(error); failed {
			p.failure = err
			out[len(out)-1] = reflect.ValueOf(errFailed)
		}
		return out
	}).Interface()
}

// begin decides whether the scenario runs, and waits until it may start.
func (p *performance) begin(ctx context.Context, pickle *godog.Scenario) (context.Context, error) {
	scenario := p.byPickle[pickle.Id]
	if scenario.Disabled != "" {
		p.ended = true
		return ctx, godog.ErrSkip
	}
	p.at = map[string]int{}
	for i, step := range pickle.Steps {
		p.at[step.Id] = i
	}
	p.world.begin(scenario)
	if reason := p.enter(ctx, scenario); reason != "" {
		p.world.record.end(report.Skipped, reason)
		p.finish(ctx)
		return ctx, godog.ErrSkip
	}
	p.world.record.start()
	ctx = target.CountAbsences(ctx, &p.absences)
	if p.run.Plan.Conditions.Mock != "" { // no one else is expected to use it
		return ctx, nil
	}
	if slices.ContainsFunc(shared, scenario.Has) {
		p.world.ledger.Attend(ctx, p.run.tokens().Admin)
	}
	if scenario.Has("@quiet") {
		for _, resource := range p.run.Resources {
			if resource.Watch != nil {
				p.watches = append(p.watches, resource.Watch(ctx, p.world))
			}
		}
	}
	return ctx, nil
}

// enter waits until the scenario may start. It says why the scenario must not run, or returns
// an empty string.
func (p *performance) enter(ctx context.Context, scenario *plan.Scenario) string {
	leave, err := p.run.admission.enter(ctx, scenario)
	p.leave = leave
	if reason := p.run.skipReason(ctx); reason != "" {
		return reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// beforeStep notes which step is about to run.
func (p *performance) beforeStep(ctx context.Context, step *godog.Step) (context.Context, error) {
	if !p.ended {
		p.world.record.begin(p.at[step.Id])
	}
	return ctx, nil
}

// afterStep notes how the step ended. godog also calls it for the steps after a failed one.
func (p *performance) afterStep(ctx context.Context, _ *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
	if errors.Is(err, errFailed) {
		err, p.failure = p.failure, nil
	}
	if !p.ended && p.world.record.passes() {
		p.world.record.ended(ctx, status, err, p.world.answer.last)
	}
	return ctx, nil
}

// end is called after the last step, or after the first that fails.
func (p *performance) end(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
	if p.ended {
		return ctx, nil
	}
	record := p.world.record
	if err != nil && record.passes() { // an error of a hook
		record.end(report.Errored, err.Error())
	}
	if record.report.Outcome == report.Failed && p.absences.Load() > 0 {
		record.end(report.Errored, "the target went away meanwhile: "+record.report.Steps[record.step].Message)
	}
	if record.report.Outcome == report.Failed {
		if what := p.disturbance(ctx); what != "" {
			record.end(report.Skipped, fmt.Sprintf("others %s at the same time, so the result proves nothing; run it again when the target is quiet", what))
		}
	}
	p.finish(ctx)
	return ctx, nil
}

// disturbance says what others did to the target while the scenario ran, if that may be why
// it failed. Otherwise it returns an empty string.
func (p *performance) disturbance(ctx context.Context) string {
	for _, watch := range p.watches {
		if what := watch(ctx); what != "" {
			return what
		}
	}
	if p.changedMeanwhile(ctx) {
		return "changed what it reads"
	}
	if p.dependsOnOthers() && p.world.ledger.OthersAtWork(ctx, p.run.tokens().Admin, p.world.record.report.Started) {
		return "verified the target"
	}
	return ""
}

// readsAgain is how often a response is read twice to see whether it stays the same.
const readsAgain = 3

// changedMeanwhile reports whether a conditional request may have got a whole response because others
// had changed what it shows: when it is asked once more, the target confirms an entity tag that it has
// just sent.
func (p *performance) changedMeanwhile(ctx context.Context) bool {
	last := p.world.answer.last
	if last == nil || last.Status != http.StatusOK || p.run.Plan.Conditions.Mock != "" || p.run.Ledger.Others == nil {
		return false // no one else is expected to use a mock, or a handler in this process
	}
	wantsIt := func(s report.Step) bool { return s.Outcome == report.Failed && s.Text == "the status is 304" }
	if !slices.ContainsFunc(p.world.record.report.Steps, wantsIt) {
		return false
	}
	for range readsAgain {
		r := last.Request
		r.Header = r.Header.Clone()
		r.Header.Del("If-None-Match")
		whole, _, err := p.run.Client.Send(ctx, r)
		if err != nil {
			return false
		}
		r.Header.Set("If-None-Match", whole.Answer.Get("ETag"))
		if again, _, err := p.run.Client.Send(ctx, r); err == nil && again.Status == http.StatusNotModified {
			return true
		}
	}
	return false
}

// shared are the tags of scenarios that count, fill up or compare what is shared with others.
var shared = []string{"@quiet", "@alone", "@limits"}

// dependsOnOthers reports whether others may have caused the scenario to fail: it counts,
// fills up or compares what is shared, or it was refused because of a shared limit.
func (p *performance) dependsOnOthers() bool {
	if slices.ContainsFunc(shared, p.world.record.scenario.Has) {
		return true
	}
	last := p.world.answer.last
	return last != nil && (last.Status == http.StatusTooManyRequests || isFull(last))
}

// isFull reports whether a response says that the target has reached its limit on a resource.
func isFull(x *target.Exchange) bool { return !x.Succeeded() && x.Text("/name") == "ExceedsLimitError" }

// finish removes what the scenario made, and delivers its record.
func (p *performance) finish(ctx context.Context) {
	p.ended = true
	record := p.world.record.finish()
	left := p.world.ledger.Clear(ctx, p.run.tokens().Admin)
	if p.leave != nil {
		p.leave()
	}
	p.run.hand(p.world.record.scenario, record, left)
	p.world.forget()
}
