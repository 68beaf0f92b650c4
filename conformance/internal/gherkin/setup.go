package gherkin

import (
	"context"
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Setup is what a resource does with a target before the first scenario.
type Setup struct {
	run *Run
	// Ledger is of what is made; who made the setup clears it.
	Ledger *ledger.Ledger
}

// NewSetup begins a setup.
func (r *Run) NewSetup() *Setup { return &Setup{run: r, Ledger: ledger.New(r.Ledger)} }

// Conditions are what is known of the target, to be added to.
func (s *Setup) Conditions() *plan.Conditions { return &s.run.Plan.Conditions }

// Admin is the admin's token.
func (s *Setup) Admin() string { return s.run.tokens().Admin }

// Name makes a name that no other run gives.
func (s *Setup) Name(part string) string { return s.run.Name(part) }

// Hide keeps a secret out of everything that is reported.
func (s *Setup) Hide(secret string) { s.run.Redact.Add(secret) }

// Send sends a request and notes what it made; nil if no answer came, which a
// scenario will find out too. It waits for no limit that it may want to see.
func (s *Setup) Send(ctx context.Context, method, path, body string, credential http.Header) (*target.Exchange, error) {
	r := target.Request{Method: method, Path: path, Header: credential.Clone()}
	r.Burst = s.run.Client.IsLimited(r)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if body != "" {
		r.Body = []byte(body)
		r.Header.Set("Content-Type", target.JSON)
	}
	x, _, err := s.run.Client.Send(ctx, r)
	if err == nil {
		s.Ledger.Note(x)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return x, nil
}
