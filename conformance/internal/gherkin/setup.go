package gherkin

import (
	"context"
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Setup lets a resource prepare a target before the first scenario.
type Setup struct {
	run *Run
	// Ledger records what is created. Whoever created the setup has to clear it.
	Ledger *ledger.Ledger
}

// NewSetup returns a setup with an empty ledger.
func (r *Run) NewSetup() *Setup { return &Setup{run: r, Ledger: ledger.New(r.Ledger)} }

// Conditions returns what is known about the target. Resources may add to it.
func (s *Setup) Conditions() *plan.Conditions { return &s.run.Plan.Conditions }

// Admin returns the admin's token.
func (s *Setup) Admin() string { return s.run.tokens().Admin }

// Name returns a name that no other run uses.
func (s *Setup) Name(part string) string { return s.run.Name(part) }

// Hide keeps a secret out of everything that is reported.
func (s *Setup) Hide(secret string) { s.run.Redact.Add(secret) }

// Send sends a request and notes what it created. It returns nil if no response came, since a
// scenario will report that too. For an operation whose rate is limited, it does not wait,
// because the caller may want to see the limit.
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
