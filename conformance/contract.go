package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/reads"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// reading is one run of the profile Contract.
type reading struct {
	options  Options
	document *spec.Contract
	// unleash says who may use the operations. It is nil if the document is not Unleash's.
	unleash *spec.Contract
	address *target.Address
	client  *target.Client
	redact  *secrets.Redactor
	tokens  target.Tokens
	mock    string // its version; empty if the target is not a mock
	id      string
	started time.Time
	run     *reads.Run
}

func newReading(options Options) (*reading, error) {
	s := &reading{
		options: options, document: options.Document, redact: secrets.New(), tokens: target.Tokens(options.Tokens),
		address: &target.Address{}, id: ledger.NewRunID(), started: time.Now(),
	}
	if s.document == nil {
		s.document = spec.Default()
	}
	if s.unleash = spec.Default(); options.Document != nil {
		s.unleash = s.unleash.Extend(options.Document, true)
	}
	if s.unleash.Foreign() {
		s.unleash = nil
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if !s.options.isList() {
		var err error
		if s.address, err = options.address(); err != nil {
			return nil, err
		}
	}
	s.redact.AddHeaders(options.Headers)
	s.client = options.client(s.address, s.document, false, nil)
	return s, nil
}

// check refuses options that do not apply to the profile.
func (s *reading) check() error {
	o := s.options
	for what, given := range map[string]bool{
		"tags": o.Tags != "", "scenarios": len(o.Scenarios) > 0, "writes": o.AllowWrites, "assumed facts": o.Assumed != nil,
		"slow scenarios": o.Slow, "keeping": o.Keep, "limits": slices.ContainsFunc(slices.Collect(maps.Values(o.Limits)), func(limit int) bool { return limit > 0 }),
	} {
		if given {
			return usage("the profile %s does not support %s: it only calls GET operations; choose some by operationId", Contract, what)
		}
	}
	for _, id := range o.Operations {
		if operation := s.document.Operation(id); operation == nil || operation.Method != http.MethodGet {
			return usage("the document has no GET operation %q", id)
		}
	}
	return nil
}

// gets returns the operations that the profile covers.
func (s *reading) gets() []*spec.Operation {
	return slices.DeleteFunc(s.document.Operations(), func(o *spec.Operation) bool { return o.Method != http.MethodGet })
}

func (s *reading) close() {
	s.client.Close()
	s.address.Close()
}

// verify makes sure that the target speaks HTTP, then calls every operation that can be
// called.
func (s *reading) verify(ctx context.Context) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	for _, actor := range target.Actors() {
		token := s.tokens.Of(actor)
		_, password, _ := strings.Cut(token, ":") // the password, for basic authentication
		s.redact.Add(token, password)
	}
	s.run = reads.New(reads.Config{
		Client: s.client, Unleash: s.unleash, Tokens: s.tokens, Operations: s.options.Operations,
		Concurrency: s.options.Concurrency, FailFast: s.options.FailFast, Redact: s.redact, Ended: s.progress(),
	})
	if s.options.Found != nil {
		s.options.Found(s.describe(), s.describeRun(), s.notes())
	}
	if s.options.DryRun {
		return nil
	}
	err := s.run.All(ctx)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	case err != nil:
		return err
	}
	return s.checkTokens()
}

// checkTokens returns a usage error if the target does not know a token that the user gave.
// If a mock does not know one of its built-in tokens, checkTokens disables what was found
// with it, since that says nothing about the target.
func (s *reading) checkTokens() error {
	given := target.Tokens(s.options.Tokens)
	for _, actor := range s.run.Unknown() {
		if given.Of(actor) != "" {
			return usage("the target does not know the token of the %s: every operation called with it answers 401", actor)
		}
		s.run.Disable(actor, "the mock does not know the built-in token of the "+actor)
	}
	return nil
}

// reach checks that the target speaks HTTP, and finds out whether it is a mock.
func (s *reading) reach(ctx context.Context) error {
	if s.options.isList() {
		s.tokens.Fill(target.Tokens(MockTokens())) // as if every token had been given
		return nil
	}
	if err := s.ask(ctx); err != nil {
		return err
	}
	if s.unleash != nil {
		if err := belowInstance(ctx, s.client); err != nil {
			return err
		}
	}
	if s.mock != "" {
		s.tokens.Fill(target.Tokens(MockTokens()))
	}
	return nil
}

// ask finds out whether the target is a mock. What another API answers nothing to at its root may have the
// operations of its document all the same.
func (s *reading) ask(ctx context.Context) (err error) {
	if s.unleash != nil {
		s.mock, err = target.Reach(ctx, s.client, reads.Root)
	} else if x, got := s.client.Get(ctx, reads.Root, nil); got == nil {
		s.mock = x.Mock()
	} else if errors.Is(got, ErrUnreachable) {
		err = got
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	return err
}

// progress returns the function to call when an operation has ended, or nil if the options
// ask for no progress.
func (s *reading) progress() func(*report.Scenario) {
	if s.options.Progress == nil {
		return nil
	}
	done := 0
	return func(record *report.Scenario) {
		done++
		s.options.Progress(Progress{Done: done, Total: s.run.Planned(), Waited: s.client.Waited(), Scenario: record})
	}
}

func (s *reading) notes() []string {
	return []string{fmt.Sprintf("%d of the %d GET operations of %s %s are called if their parameters have values", s.run.Planned(), len(s.gets()), s.document.Title(), s.document.Version())}
}

func (s *reading) describe() report.Target {
	return report.Target{URL: s.redact.URL(s.address.Base), Mock: s.redact.Text(s.mock)}
}

func (s *reading) describeRun() report.Run {
	return report.Run{
		ID: s.id, Profile: string(Contract), Only: s.options.Operations, Concurrency: s.options.Concurrency, Started: s.started,
		Tokens: sourcesOf(s.tokens, target.Tokens(s.options.Tokens), s.mock),
	}
}

func (s *reading) report(cause error) *report.Report {
	r := s.options.newReport(s.document, s.describe(), s.describeRun())
	if s.run != nil {
		for _, record := range s.run.Records() {
			if record.Outcome == "" {
				record.Outcome, record.Reason = report.Skipped, whyNotRun(cause, s.redact)
			}
			r.Scenarios = append(r.Scenarios, *record)
		}
	}
	s.options.conclude(r, s.gets(), func(*spec.Operation, int) string {
		return "each operation is called only once, for something that exists"
	}, cause)
	return r
}
