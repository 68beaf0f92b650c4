// Package reads calls the GET operations of an OpenAPI document whose required parameters
// have values, and judges the responses by the document.
//
// A value comes from the document or from an earlier response of the run. Operations that may
// end a session or change something are never called.
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

	"golang.org/x/sync/errgroup"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/internal/transcript"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Config says what to call.
type Config struct {
	// Client sends the requests. Its contract is the document.
	Client *target.Client
	// Unleash says who may use the operations. It is nil if the document is not Unleash's;
	// then all of them get the admin's token.
	Unleash *spec.Contract
	Tokens  target.Tokens
	// Operations are operationIds; empty means all.
	Operations []string
	// Concurrency is how many operations are called at a time.
	Concurrency int
	// FailFast stops calling operations once a response breaks the document.
	FailFast bool
	Redact   *secrets.Redactor
	// Ended is called for every operation that was called or given up, one at a time. It may
	// be nil.
	Ended func(*report.Scenario)
}

// Run is one run over a document.
type Run struct {
	Config
	reads []*read
	// planned is how many of the chosen operations are called if their parameters have
	// values.
	planned int
	values  *values
	failed  atomic.Bool

	mu sync.Mutex // guards Ended, and the fields below
	// admitted has the actors whose token got a response other than 401. refused has those
	// whose token got a 401.
	admitted, refused map[string]bool
}

type read struct {
	operation *spec.Operation
	record    *report.Scenario
	// called is true if the operation is called, even if it was not chosen: it may list what
	// a chosen one needs.
	called  bool
	request target.Request
	// lesson is what its response shows, until the run has learned it. The response itself may be
	// large, and those of many operations would fill the memory.
	lesson lesson
}

// Root is the path that a run asks for before any operation.
const Root = "/"

// Feature is the name under which reports group the operations.
const Feature = "GET operations"

// New plans a run. config.Operations must be GET operations of the document.
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
			reason = cmp.Or(reason, "the chosen operations exclude it")
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

// chosenOf returns the operations to call for the chosen ids: these, and those at the paths
// before their parameters, which list what exists. It returns nil for all.
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

// unfit says why an operation is not called. It returns an empty string if it can be.
func (r *Run) unfit(operation *spec.Operation) string {
	if endsSession(operation) {
		return "its operationId or path suggests that it ends a session, so it is never called"
	}
	if changes(operation) {
		return "its operationId or path suggests that it changes something, so it is never called"
	}
	if len(operation.Responses()) == 0 {
		return "this part of the document cannot be read: " + strings.Join(strings.Fields(fmt.Sprint(operation.Complete())), " ")
	}
	if body := operation.Body(); body != nil && body.Required {
		return "it requires a body, which a GET does not have"
	}
	_, reason := r.credential(operation)
	return reason
}

// Planned returns how many of the chosen operations are called if their parameters have
// values.
func (r *Run) Planned() int { return r.planned }

// Records returns what was found about each operation, in the order of the document. An
// operation that the run did not reach has no outcome.
func (r *Run) Records() []*report.Scenario {
	out := make([]*report.Scenario, len(r.reads))
	for i, planned := range r.reads {
		out[i] = planned.record
	}
	return out
}

// Unknown returns the actors whose token the target does not know: every request with it got
// a 401.
func (r *Run) Unknown() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.refused)), func(actor string) bool { return r.admitted[actor] })
}

// Disable discards what was found with an actor's token.
func (r *Run) Disable(actor, reason string) {
	for _, called := range r.reads {
		if called.request.Actor == actor && called.record.Outcome != report.Disabled {
			called.record.Outcome, called.record.Reason, called.record.Failures = report.Disabled, reason, []report.Failure{}
		}
	}
}

// All calls the operations. It starts with those whose paths have no parameter, then those
// with one, and so on, so that lists come before what they list. At the end it calls those
// that got a value from a response after their turn.
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

// callReady calls the operations whose parameters have values, and returns the others. It
// learns from the responses in the order of the operations, so that a run can be repeated.
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
	var calls errgroup.Group
	calls.SetLimit(max(r.Concurrency, 1))
	for _, planned := range ready {
		calls.Go(func() error { return r.call(ctx, planned) })
	}
	err = calls.Wait()
	for _, planned := range ready {
		r.values.learn(planned.lesson)
		planned.lesson = lesson{}
	}
	return waiting, err
}

// errMute is the error for an operation that is not called. Those that were called return what happened first.
var errMute = errors.New("it answers nothing")

// call calls an operation and judges its response. It returns an error only if the run has
// ended.
func (r *Run) call(ctx context.Context, planned *read) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if r.Client.IsMute() {
		return target.Unreachable(errMute, Root)
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
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case r.Client.IsMute():
		return target.Unreachable(err, Root, planned.operation.Path)
	case errors.Is(err, target.ErrUnreachable):
		return err
	}
	if last != nil && last.Status != 0 {
		planned.lesson = r.values.lesson(planned.operation, last)
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

// note records whether the target knows a token.
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

// conclude sets the outcome of an operation.
func (r *Run) conclude(record *report.Scenario, operation *spec.Operation, last *target.Exchange, err error) {
	record.Outcome = report.Passed
	var silent *target.NoAnswerError
	switch {
	case errors.As(err, &silent):
		record.Outcome = report.Failed
		record.Failures = []report.Failure{{Operation: operation.ID, Expectation: "an answer", Got: transcript.Text(r.Redact, err.Error()), Curl: transcript.Curl(transcript.Redactor(r.Redact, last), last)}}
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

// giveUp ends an operation that will not be called.
func (r *Run) giveUp(planned *read, reason string) {
	if planned.record.Outcome == "" {
		planned.record.Outcome, planned.record.Reason = report.Skipped, reason
		r.end(planned.record)
	}
}

// end reports what was found about an operation.
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
