package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// world is what one scenario knows. Every scenario has a fresh one.
type world struct {
	*suite
	byPickle map[string]*scenario
	scenario *scenario
	record   *report.Scenario
	ledger   *ledger
	leave    func()
	ended    bool
	// before are the signals that were there, for a scenario that must not be
	// disturbed.
	before map[int64]bool

	// step is the one that runs, its index in the record; at finds it by the id
	// that godog gives it.
	step    int
	at      map[string]int
	stepped time.Time

	// next is what the next request is sent with; it is used up by it.
	next overrides
	last *exchange
	// accepted counts the answers with 2xx of the last burst.
	accepted int
	kept     map[string]any
}

// overrides change how the next request is sent.
type overrides struct {
	header   http.Header
	without  []string // headers that are left out
	compress string   // gzip or deflate, for the body
}

// mismatch is an expectation that the target does not meet.
type mismatch struct{ found []finding }

// finding is one part of a mismatch.
type finding struct {
	breach
	operation string // operationId; empty for what the scenario is about
}

func (m *mismatch) Error() string {
	return fmt.Sprintf("expected %s, got %s", m.found[0].expectation, m.found[0].got)
}

// differs is a mismatch of one expectation.
func differs(pointer, expectation, got string) error {
	return &mismatch{[]finding{{breach: breach{pointer: pointer, expectation: expectation, got: got}}}}
}

// disabledError ends a scenario that turns out not to apply to the target.
type disabledError struct{ reason string }

func (e *disabledError) Error() string { return e.reason }

// begin decides whether the scenario runs and waits for its turn.
func (w *world) begin(ctx context.Context, pickle *godog.Scenario) (context.Context, error) {
	w.scenario = w.byPickle[pickle.Id]
	w.at = map[string]int{}
	for i, step := range pickle.Steps {
		w.at[step.Id] = i
	}
	if w.scenario.disabled != "" {
		w.ended = true
		return ctx, godog.ErrSkip
	}
	w.record = w.scenario.record()
	w.ledger = w.newLedger()
	w.kept = map[string]any{}
	leave, err := w.admission.enter(ctx, w.scenario)
	if err == nil {
		w.leave = leave
	}
	if reason := w.skipReason(ctx); reason != "" || err != nil {
		if reason == "" {
			reason = err.Error()
		}
		w.record.Outcome, w.record.Reason = report.Skipped, reason
		w.finish(ctx)
		return ctx, godog.ErrSkip
	}
	w.record.Started = time.Now()
	w.record.Outcome = report.Passed
	if w.minds() {
		w.before = map[int64]bool{}
		for _, signal := range w.signals(ctx) {
			w.before[signal.ID] = true
		}
	}
	return ctx, nil
}

// beforeStep notes which step runs.
func (w *world) beforeStep(ctx context.Context, step *godog.Step) (context.Context, error) {
	if w.ended {
		return ctx, nil
	}
	w.stepped = time.Now()
	w.step = w.at[step.Id]
	return ctx, nil
}

// afterStep notes how the step ended, and with it the scenario if it did not
// pass. godog also calls it for the steps behind a failed one.
func (w *world) afterStep(ctx context.Context, _ *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
	if w.ended || w.record.Outcome != report.Passed {
		return ctx, nil
	}
	step := &w.record.Steps[w.step]
	step.Duration = time.Since(w.stepped)
	if err == nil && status == godog.StepPassed {
		step.Outcome = report.Passed
		return ctx, nil
	}
	if err == nil {
		err = fmt.Errorf("the step ended as %s", status)
	}
	step.Message = w.redact.text(err.Error())
	step.Outcome = outcomeOf(ctx, err)
	w.record.Outcome = step.Outcome
	switch step.Outcome {
	case report.Failed:
		w.fail(err)
	default:
		w.record.Reason = step.Message
	}
	return ctx, nil
}

// outcomeOf finds out whose fault an error is.
func outcomeOf(ctx context.Context, err error) report.Outcome {
	var broken *mismatch
	var silent *noAnswerError
	var off *disabledError
	switch {
	case errors.As(err, &broken), errors.As(err, &silent):
		return report.Failed
	case errors.As(err, &off):
		return report.Disabled
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return report.Skipped
	}
	return report.Errored
}

// fail puts a failed expectation into the record.
func (w *world) fail(err error) {
	var broken *mismatch
	if !errors.As(err, &broken) {
		broken = &mismatch{[]finding{{breach: breach{expectation: "an answer", got: err.Error()}, operation: w.lastOperation()}}}
	}
	step := w.scenario.steps[w.step]
	for _, f := range broken.found {
		failure := report.Failure{
			Operation: f.operation, Expectation: w.redact.text(f.expectation), Got: w.redact.text(f.got), Pointer: f.pointer,
			File: w.record.File, Line: step.line, Step: step.keyword + " " + step.text,
			Standing: f.standing, Source: f.source,
		}
		if failure.Operation == "" {
			failure.Operation = w.subject()
		}
		if seen := w.lastOperation(); seen != failure.Operation {
			failure.SeenIn = seen
		}
		if failure.Standing == "" {
			failure.Standing, failure.Source = w.scenario.standing, w.scenario.source
		}
		if w.last != nil {
			failure.Curl = w.redact.curl(w.last)
			failure.Known = knownDeviation(w.found.version, w.found.mock != "", failure.Operation, w.last)
		}
		w.record.Failures = append(w.record.Failures, failure)
	}
}

func (w *world) lastOperation() string {
	if w.last == nil || w.last.operation == nil {
		return ""
	}
	return w.last.operation.ID
}

// subject is the operation that a failed expectation speaks against: the one
// that answered last if the scenario is about it, else the one that it is about.
// A list that still shows what was deleted speaks against the delete.
func (w *world) subject() string {
	last := w.lastOperation()
	if len(w.scenario.operations) == 0 || slices.Contains(w.scenario.operations, last) {
		return last
	}
	return w.scenario.operations[0]
}

// end is called behind the last step, or behind the first that fails.
func (w *world) end(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
	if w.ended {
		return ctx, nil
	}
	if err != nil && w.record.Outcome == report.Passed { // an error of a hook
		w.record.Outcome, w.record.Reason = report.Errored, w.redact.text(err.Error())
	}
	if w.record.Outcome == report.Failed && w.minds() && w.disturbed(ctx) {
		w.record.Outcome, w.record.Failures = report.Skipped, []report.Failure{}
		w.record.Reason = "others sent signals to the target at the same time, so what it found says nothing; run it again when it is quiet"
	}
	w.finish(ctx)
	return ctx, nil
}

// finish removes what the scenario created and hands in the record.
func (w *world) finish(ctx context.Context) {
	w.ended = true
	if !w.record.Started.IsZero() {
		w.record.Duration = time.Since(w.record.Started)
	}
	left := w.ledger.clear(ctx, w.tokens.Admin)
	if w.leave != nil {
		w.leave()
	}
	w.suite.keep(w.scenario, w.record, left)
}

// send sends a request of the scenario, notes what it created and judges the
// answer by what always holds.
func (w *world) send(ctx context.Context, r request) error {
	last, tries, err := w.client.send(ctx, r)
	for _, x := range tries {
		w.note(x, w.judge(x))
	}
	if last == nil {
		return err
	}
	w.last = last
	if err != nil {
		w.note(last, nil)
		return err
	}
	breaches := w.judge(last)
	w.note(last, breaches)
	return w.asMismatch(last, breaches)
}

// note keeps an exchange for the report and the ledger.
func (w *world) note(x *exchange, breaches []breach) {
	w.ledger.note(x)
	w.learnSecret(x)
	w.record.Exchanges = append(w.record.Exchanges, w.redact.exchange(x, w.scenario.steps[w.step].line, breaches))
}

// learnSecret takes up the secret of a token that was created.
func (w *world) learnSecret(x *exchange) {
	if x.operation == nil || x.operation.ID != "createSignalEndpointToken" || x.status != http.StatusCreated {
		return
	}
	if secret, isText := valueAt(x, "/token").(string); isText && len(secret) >= 8 {
		w.redact.secret(secret)
		w.secrets.add(secret)
	}
}

func (w *world) asMismatch(x *exchange, breaches []breach) error {
	if len(breaches) == 0 {
		return nil
	}
	broken := &mismatch{}
	for _, b := range breaches {
		f := finding{breach: b}
		if x.operation != nil {
			f.operation = x.operation.ID
		}
		broken.found = append(broken.found, f)
	}
	return broken
}
