package gherkin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/internal/transcript"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// record collects what a report says about a scenario.
type record struct {
	run      *Run
	scenario *plan.Scenario
	report   *report.Scenario
	step     int // the index of the current step
	began    time.Time
	gateways int // responses of gateways to requests that were repeated
}

// start begins the record of a scenario that is about to run.
func (r *record) start() { r.report.Started, r.report.Outcome = time.Now(), report.Passed }

// passes reports whether nothing has been wrong so far.
func (r *record) passes() bool { return r.report.Outcome == report.Passed }

// end ends a scenario with an outcome other than a failure.
func (r *record) end(outcome report.Outcome, reason string) {
	r.report.Outcome, r.report.Reason, r.report.Failures = outcome, r.run.Redact.Text(reason), []report.Failure{}
}

// begin notes which step is about to run.
func (r *record) begin(step int) { r.step, r.began = step, time.Now() }

// ended notes how the step ended. If it did not pass, it also decides the outcome of the
// scenario. last is the latest exchange, or nil.
func (r *record) ended(ctx context.Context, status godog.StepResultStatus, err error, last *target.Exchange) {
	step := &r.report.Steps[r.step]
	step.Duration = time.Since(r.began)
	if err == nil && status == godog.StepPassed {
		step.Outcome = report.Passed
		return
	}
	if err == nil {
		err = fmt.Errorf("the step ended as %s", status)
	}
	clean := transcript.Redactor(r.run.Redact, last)
	step.Message = transcript.Text(clean, err.Error())
	step.Outcome = outcomeOf(ctx, err)
	r.report.Outcome = step.Outcome
	if step.Outcome == report.Failed {
		r.fail(err, last, clean)
		return
	}
	r.report.Reason = step.Message
}

// outcomeOf returns the outcome that an error stands for, depending on whose fault it is.
func outcomeOf(ctx context.Context, err error) report.Outcome {
	switch {
	case errors.As(err, new(*judge.Mismatch)), errors.As(err, new(*target.NoAnswerError)):
		return report.Failed
	case errors.As(err, new(*disabledError)):
		return report.Disabled
	case errors.Is(err, target.ErrUnreachable):
		return report.Skipped
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return report.Skipped
	}
	return report.Errored
}

// exchange adds an exchange to the current step.
func (r *record) exchange(x *target.Exchange, breaches []judge.Breach) {
	line := r.scenario.Steps[r.step].Line
	r.report.Exchanges = append(r.report.Exchanges, transcript.Exchange(r.run.Redact, x, line, breaches))
}

// gateway records that a gateway answered a request, which is then repeated. Unless the scenario
// ends otherwise, this is all that the report says about it.
func (r *record) gateway(status int) {
	r.gateways++
	r.report.Reason = fmt.Sprintf("a gateway answered in place of the target, last with %d; requests that were repeated: %d", status, r.gateways)
}

func (r *record) fail(err error, last *target.Exchange, clean *secrets.Redactor) {
	seen, curl := "", ""
	if last != nil {
		seen, curl = last.OperationID(), transcript.Curl(clean, last)
	}
	var broken *judge.Mismatch
	if !errors.As(err, &broken) {
		broken = judge.Blames(seen, "an answer", err.Error())
	}
	for _, f := range broken.Findings {
		failure := r.failure(f, clean)
		if failure.Operation == "" {
			failure.Operation = r.subject(seen)
		}
		if seen != failure.Operation {
			failure.SeenIn = seen
		}
		if last != nil {
			failure.Curl = curl
			if found := r.run.Plan.Conditions; found.Mock == "" && found.Version != "" { // a mock has no known deviations; what differs is a fault
				failure.Known = r.run.Judge.Known(found.Version, failure.Operation, last)
			}
		}
		r.report.Failures = append(r.report.Failures, failure)
	}
}

// failure converts a finding to the form of a report.
func (r *record) failure(f judge.Finding, clean *secrets.Redactor) report.Failure {
	step := r.scenario.Steps[r.step]
	failure := report.Failure{
		Operation: f.Operation, Expectation: transcript.Text(clean, f.Expectation), Got: transcript.Text(clean, secrets.At(f.Pointer, f.Got)), Pointer: transcript.Text(clean, f.Pointer),
		File: r.report.File, Line: step.Line, Step: step.Keyword + " " + step.Text,
		Standing: f.Standing, Source: f.Source,
	}
	if failure.Standing == "" {
		failure.Standing, failure.Source = r.scenario.Standing, r.scenario.Source
	}
	return failure
}

// subject returns the operation to blame for a failed expectation. It is the one that
// answered last if the scenario is about it, otherwise the one that the scenario is about.
// For example, a list that still shows what was deleted is blamed on the delete.
func (r *record) subject(last string) string {
	if len(r.scenario.Operations) == 0 || slices.Contains(r.scenario.Operations, last) {
		return last
	}
	return r.scenario.Operations[0]
}

// finish completes the record and returns it.
func (r *record) finish() *report.Scenario {
	if !r.report.Started.IsZero() {
		r.report.Duration = time.Since(r.report.Started)
	}
	return r.report
}
