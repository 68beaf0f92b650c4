// Package reads calls the GET operations of an OpenAPI document whose required parameters have
// values, and judges the answers by the document.
//
// A value is one that the document gives, or one that an earlier answer of the run showed. What
// ends a session is never called.
package reads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/internal/transcript"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Config says what to call.
type Config struct {
	// Client sends to the target; its contract is the document.
	Client *target.Client
	// Unleash says who may use the operations; nil if the document is not Unleash's, and the
	// admin's token is for all of them.
	Unleash *spec.Contract
	Tokens  target.Tokens
	// Operations are operationIds; empty is all.
	Operations []string
	// Concurrency is how many operations are called at a time.
	Concurrency int
	// FailFast calls nothing more once an answer breaks the document.
	FailFast bool
	Redact   *secrets.Redactor
	// Ended is told of every operation that was called or given up, one at a time; nil is nobody.
	Ended func(*report.Scenario)
}

// Run is one run.
type Run struct {
	Config
	reads []*read
	// planned is how many of them are called if their parameters have values.
	planned int
	values  *values
	failed  atomic.Bool

	mu sync.Mutex // for Ended, and what follows
	// admitted are the actors whose token something was not answered with 401 to, refused those
	// whose token something was.
	admitted, refused map[string]bool
}

// read is one operation.
type read struct {
	operation *spec.Operation
	record    *report.Scenario
	// called is true for one that is called, whether or not it was chosen: it may list what one
	// that was chosen needs.
	called  bool
	request target.Request
	answer  *target.Exchange
}

// Feature is what reports call the operations together.
const Feature = "GET operations"

// New plans a run. The operations that are to be called are GET operations of the document.
func New(config Config) *Run {
	contract := config.Client.Contract
	r := &Run{Config: config, values: newValues(contract), admitted: map[string]bool{}, refused: map[string]bool{}}
	chosen := chosenOf(contract, config.Operations)
	for _, operation := range contract.Operations() {
		if operation.Method != http.MethodGet {
			continue
		}
		planned := &read{operation: operation, record: recordOf(operation)}
		reason := r.unfit(operation)
		planned.called = reason == "" && (chosen == nil || chosen[operation])
		if chosen != nil && !slices.Contains(config.Operations, operation.ID) {
			reason = cmp.Or(reason, "it was not chosen")
		}
		if reason == "" {
			r.planned++
		} else {
			planned.record.Outcome, planned.record.Reason = report.Disabled, reason
		}
		r.reads = append(r.reads, planned)
	}
	return r
}

// chosenOf are the operations to call so that some can be: these, and those at the paths before
// their parameters, which list what is there; nil for all.
func chosenOf(contract *spec.Contract, ids []string) map[*spec.Operation]bool {
	if len(ids) == 0 {
		return nil
	}
	chosen := map[*spec.Operation]bool{}
	for _, id := range ids {
		operation := contract.Operation(id)
		chosen[operation] = true
		for _, name := range operation.PathParameters() {
			before, _, _ := strings.Cut(operation.Path, "{"+name+"}")
			if list := contract.Find(http.MethodGet, before); list != nil {
				chosen[list] = true
			}
		}
	}
	return chosen
}

func recordOf(operation *spec.Operation) *report.Scenario {
	return &report.Scenario{
		ID: "contract:" + operation.ID, Feature: Feature,
		Name: fmt.Sprintf("%s (%s %s)", operation.ID, operation.Method, operation.Path),
		Tags: []string{"@op:" + operation.ID}, Operations: []string{operation.ID},
		Steps: []report.Step{}, Exchanges: []report.Exchange{}, Failures: []report.Failure{},
	}
}

// unfit says why an operation is not called; empty if it can be.
func (r *Run) unfit(operation *spec.Operation) string {
	if endsSession(operation) {
		return "it may end a session, by its operationId or path, and is never called"
	}
	if changes(operation) {
		return "it may change something, by its operationId or path, and is never called"
	}
	if len(operation.Responses()) == 0 {
		return "the document cannot be read here: " + strings.Join(strings.Fields(fmt.Sprint(operation.Complete())), " ")
	}
	if body := operation.Body(); body != nil && body.Required {
		return "it demands a body, which a GET does not have"
	}
	_, reason := r.credential(operation)
	return reason
}

// Planned is how many operations are called if their parameters have values, of those that were
// chosen.
func (r *Run) Planned() int { return r.planned }

// Records are what was found of each operation, in the order of the document. One that the run
// did not come to has no outcome.
func (r *Run) Records() []*report.Scenario {
	out := make([]*report.Scenario, len(r.reads))
	for i, planned := range r.reads {
		out[i] = planned.record
	}
	return out
}

// Unknown are the actors whose token the target does not know: it answered 401 to all that got
// it.
func (r *Run) Unknown() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.refused)), func(actor string) bool { return r.admitted[actor] })
}

// Disable takes what was found with an actor's token for nothing.
func (r *Run) Disable(actor, reason string) {
	for _, called := range r.reads {
		if called.request.Actor == actor && called.record.Outcome != report.Disabled {
			called.record.Outcome, called.record.Reason, called.record.Failures = report.Disabled, reason, []report.Failure{}
		}
	}
}

// All calls the operations: first those whose paths have no parameter, then those with one, and so
// on, so that lists come before what they list; in the end those that an answer gave a value
// after their turn.
func (r *Run) All(ctx context.Context) error {
	var open []*read
	for _, planned := range r.reads {
		if planned.called {
			open = append(open, planned)
		}
	}
	depth := func(planned *read) int { return len(planned.operation.PathParameters()) }
	slices.SortStableFunc(open, func(a, b *read) int { return cmp.Compare(depth(a), depth(b)) })
	var late []*read
	for len(open) > 0 {
		turn := slices.IndexFunc(open, func(planned *read) bool { return depth(planned) != depth(open[0]) })
		if turn < 0 {
			turn = len(open)
		}
		waiting, err := r.callReady(ctx, open[:turn])
		if err != nil {
			return err
		}
		late, open = append(late, waiting...), open[turn:]
	}
	for len(late) > 0 {
		waiting, err := r.callReady(ctx, late)
		if err != nil {
			return err
		}
		if len(waiting) == len(late) {
			break
		}
		late = waiting
	}
	for _, planned := range late {
		_, missing := r.values.request(planned.operation)
		r.giveUp(planned, fmt.Sprintf("the %s parameter %s has no value: neither the document nor an earlier answer gives one", missing.In, missing.Name))
	}
	return nil
}

// callReady calls those of the operations that have values, and returns the others. What they
// answer is learned in the order of the operations, so that a run can be repeated.
func (r *Run) callReady(ctx context.Context, open []*read) (waiting []*read, err error) {
	var ready []*read
	for _, planned := range open {
		request, missing := r.values.request(planned.operation)
		if missing != nil {
			waiting = append(waiting, planned)
			continue
		}
		planned.request = request
		ready = append(ready, planned)
	}
	turns := make(chan struct{}, max(r.Concurrency, 1))
	errs := make([]error, len(ready))
	var all sync.WaitGroup
	for i, planned := range ready {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			errs[i] = r.call(ctx, planned)
		})
	}
	all.Wait()
	for _, planned := range ready {
		if planned.answer != nil {
			r.values.learn(planned.operation, planned.answer)
			planned.answer = nil
		}
	}
	return waiting, errors.Join(errs...)
}

// call calls an operation and judges its answer. The error is that of an ended run.
func (r *Run) call(ctx context.Context, planned *read) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if r.FailFast && r.failed.Load() {
		r.giveUp(planned, "an earlier scenario failed")
		return nil
	}
	credential, _ := r.credential(planned.operation)
	credential.put(&planned.request)
	record := planned.record
	chosen := record.Outcome == ""
	began := time.Now()
	last, tries, err := r.Client.Send(ctx, planned.request)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if last != nil && last.Status != 0 {
		planned.answer = last
		r.note(credential, last.Status)
	}
	if !chosen {
		return nil
	}
	record.Started, record.Duration = began, time.Since(began)
	for _, earlier := range tries {
		record.Exchanges = append(record.Exchanges, transcript.Exchange(r.Redact, earlier, 0, nil))
	}
	r.conclude(record, planned.operation, last, err)
	r.end(record)
	return nil
}

// note remembers whether the target knows a token.
func (r *Run) note(c credential, status int) {
	if c.token == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if status == http.StatusUnauthorized {
		r.refused[c.actor] = true
	} else {
		r.admitted[c.actor] = true
	}
}

// conclude says how it ended.
func (r *Run) conclude(record *report.Scenario, operation *spec.Operation, last *target.Exchange, err error) {
	record.Outcome = report.Passed
	var silent *target.NoAnswerError
	switch {
	case errors.As(err, &silent):
		record.Outcome = report.Failed
		record.Failures = []report.Failure{{Operation: operation.ID, Expectation: "an answer", Got: transcript.Text(r.Redact, err.Error()), Curl: transcript.Curl(r.Redact, last)}}
	case err != nil:
		record.Outcome, record.Reason = report.Errored, transcript.Text(r.Redact, err.Error())
	default:
		failures, unjudged := judged(last)
		record.Reason = transcript.Text(r.Redact, unjudged)
		record.Failures = r.failures(last, failures)
		if len(failures) > 0 {
			record.Outcome = report.Failed
		}
		record.Exchanges = append(record.Exchanges, transcript.Exchange(r.Redact, last, 0, breaches(failures)))
		return
	}
	if last != nil {
		record.Exchanges = append(record.Exchanges, transcript.Exchange(r.Redact, last, 0, nil))
	}
}

// giveUp ends an operation that is not called.
func (r *Run) giveUp(planned *read, reason string) {
	if planned.record.Outcome == "" {
		planned.record.Outcome, planned.record.Reason = report.Skipped, reason
		r.end(planned.record)
	}
}

// end hands in what was found of an operation.
func (r *Run) end(record *report.Scenario) {
	if record.Outcome == report.Failed || record.Outcome == report.Errored {
		r.failed.Store(true)
	}
	if r.Ended == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Ended(record)
}
