// Package conformance verifies that an Unleash instance, real or mocked, keeps the contract of
// its API. It runs the scenarios of package features over HTTP and checks every exchange with
// package spec.
//
// Under go test, against a handler or a URL:
//
//	func TestContract(t *testing.T) {
//		conformance.Test(t, conformance.Options{Handler: handler, Tokens: conformance.MockTokens(), AllowWrites: true})
//	}
package conformance

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Profile selects scenarios by what the target is.
type Profile string

// The profiles. The zero value means whatever the target's edition has.
const (
	Core       = Profile(plan.Core)       // what every edition has
	Enterprise = Profile(plan.Enterprise) // what only Unleash Enterprise has
	All        = Profile(plan.All)        // both
	// Contract runs no scenarios: it calls the GET operations of Options.Document, or of
	// Unleash's contract, and checks the answers only against the document.
	Contract = Profile("contract")
)

// Options say what to verify and how.
type Options struct {
	// Target is the URL of the instance, including any base path. Exactly one of Target and
	// Handler is set.
	Target string
	// Handler is an instance in this process; it is served on a loopback port. If it is a mock,
	// it belongs to the run: scenarios that change global settings run on it.
	Handler http.Handler
	// Tokens are those that the suite uses. Scenarios whose token is missing are disabled.
	// Against a mock, the built-in ones replace any that are empty.
	Tokens Tokens
	// Project is the id of the project that flags are created in; empty means default.
	Project string
	// Environment is the one that flags are switched and evaluated in; empty means development.
	Environment string
	// Profile is what to verify; empty means whatever the target's edition has.
	Profile Profile
	// Document is an OpenAPI document for the profile Contract only; nil means Unleash's
	// contract. Paths are below Target; the document's servers are ignored.
	Document *spec.Contract
	// Tags is a tag expression, such as "@op:getHealth and not @slow".
	Tags string
	// Operations are operationIds; empty means all.
	Operations []string
	// Scenarios are ids of scenarios, as in a report; empty means all.
	Scenarios []string
	// AllowWrites lets the suite create, change and delete resources of its own on a target
	// that is not on loopback. On loopback it may do so anyway. Without it no request that
	// could change a resource leaves the process.
	AllowWrites bool
	// ReadOnly forbids writes on loopback too, where a forwarded port may lead
	// to someone else's server.
	ReadOnly bool
	// Assumed turns the scenarios that rest on assumed facts on or off; nil turns them on only
	// against a mock.
	Assumed *bool
	// Slow turns on the scenarios that take a minute on a target that limits calls, or on one
	// that notices a change that late.
	Slow bool
	// Limits are how many endpoints the target allows, and how many tokens of each, by these
	// names. For missing ones the suite uses what the target reports, or else the documented 5.
	Limits map[string]int
	// Concurrency is how many scenarios run at a time; 0 means 1.
	Concurrency int
	// Seed makes the random order of the scenarios repeatable; 0 picks any.
	Seed int64
	// Timeout is for one request; 0 means 10 seconds.
	Timeout time.Duration
	// Headers are sent with every request, for a proxy in front of the target. Their values
	// never reach a report.
	Headers http.Header
	// TLS configures connections to the target; nil means Go's default.
	TLS *tls.Config
	// FailFast skips whatever has not started once a scenario fails.
	FailFast bool
	// Workspace gives a run on a mock a workspace to itself, if the mock's control API is open:
	// there it need not wait for limits, and may change global settings. The workspace is
	// removed at the end.
	Workspace bool
	// Keep leaves what the suite created on the target.
	Keep bool
	// DryRun runs no scenario, and changes nothing. The report lists what would run as skipped,
	// and the notes passed to Found say which tokens the target refuses. Without a target,
	// only the options decide what would run.
	DryRun bool
	// Found is called once, before the first scenario, with what the target turned out to be;
	// it may be nil.
	Found func(target report.Target, run report.Run, notes []string)
	// Progress is called after every scenario, one at a time; it may be nil.
	Progress func(Progress)
	// Version is that of the tool, for the report.
	Version string
}

// Tokens are the secrets that the suite sends. They never reach a report.
type Tokens struct {
	Admin    string // an admin API token, or an administrator's personal access token
	Viewer   string // a viewer's personal access token
	Backend  string // a backend (client) API token
	Frontend string // a frontend API token
}

// MockTokens returns the built-in tokens of a mock.
func MockTokens() Tokens {
	return Tokens{
		Admin:    wellknown.Admin,
		Viewer:   wellknown.ViewerUser,
		Backend:  wellknown.Backend,
		Frontend: wellknown.Frontend,
	}
}

// Progress says how far a run has got.
type Progress struct {
	Done, Total int
	// Waited is how long the run has waited for the target's limits on calls.
	Waited time.Duration
	// Scenario is the one that just ended. It must not be changed or kept.
	Scenario *report.Scenario
}

// ErrUnreachable is wrapped by the error of a target that does not speak HTTP.
var ErrUnreachable = target.ErrUnreachable

// UsageError is returned for options that make no sense.
type UsageError struct{ Reason string }

func (e *UsageError) Error() string { return e.Reason }

func usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// address returns the address of the instance. A handler starts being served here.
func (o Options) address() (*target.Address, error) {
	switch {
	case o.Target == "" && o.Handler == nil:
		return nil, usage("no target: give the URL of an instance")
	case o.Target != "" && o.Handler != nil:
		return nil, usage("both a target and a handler: give only one")
	case o.Handler != nil:
		return target.Serve(o.Handler)
	}
	address, err := target.Parse(o.Target)
	if err != nil {
		return nil, usage("%v", err)
	}
	return address, nil
}

// isList reports whether there is no target, so that the run only lists what it would do.
func (o Options) isList() bool { return o.DryRun && o.Target == "" && o.Handler == nil }

// withDefaults fills in missing options.
func (o Options) withDefaults() Options {
	o.Timeout = cmp.Or(max(o.Timeout, 0), defaultTimeout)
	o.Concurrency = max(o.Concurrency, 1)
	return o
}

func (o Options) client(a *target.Address, contract *spec.Contract, writes bool, limits []target.Limit) *target.Client {
	return target.NewClient(target.Config{
		Address: a, Contract: contract, Writes: writes, Timeout: o.Timeout, Headers: o.Headers, TLS: o.TLS, Connections: o.Concurrency,
		Agent: strings.TrimRight("unleash-mock-verify/"+o.Version, "/"), Limits: limits,
	})
}

// mayWrite reports whether requests that change something may be sent.
func (o Options) mayWrite(a *target.Address) bool {
	return !o.ReadOnly && !o.DryRun && (o.AllowWrites || a.Loopback)
}

// choice returns the options that select scenarios.
func (o Options) choice() plan.Choice {
	return plan.Choice{Profile: plan.Profile(o.Profile), Tags: o.Tags, Operations: o.Operations, Scenarios: o.Scenarios, Assumed: o.Assumed, Slow: o.Slow}
}
