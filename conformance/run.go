// Package conformance verifies that an Unleash instance, real or mocked, keeps
// the contract of the Operational API. It runs the scenarios of package
// features over HTTP and judges every exchange by package spec.
//
// Under go test, against a handler or a URL:
//
//	func TestContract(t *testing.T) {
//		conformance.Test(t, conformance.Options{Handler: handler, Tokens: conformance.MockTokens(), AllowWrites: true})
//	}
package conformance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Profile chooses scenarios by what the target is.
type Profile string

// The profiles. The zero value takes what the preflight finds.
const (
	Core       Profile = "core"       // what every edition has
	Enterprise Profile = "enterprise" // what only Unleash Enterprise has
	All        Profile = "all"        // both
)

// Profiles lists them.
func Profiles() []Profile { return []Profile{Core, Enterprise, All} }

// Options say what to verify and how.
type Options struct {
	// Target is the URL that the instance is served under, a base path included.
	// Exactly one of Target and Handler is set.
	Target string
	// Handler is an instance in this process; it is served on a loopback port.
	Handler http.Handler
	// Tokens are who the suite acts as. Scenarios whose token is missing are
	// disabled. Against a mock the built-in ones stand in for what is empty.
	Tokens Tokens
	// Profile is what to verify; empty takes what the target's edition has.
	Profile Profile
	// Tags is a tag expression, such as "@op:getHealth and not @slow".
	Tags string
	// Operations are operationIds; empty is all.
	Operations []string
	// AllowWrites lets the suite create, change and delete resources of its own
	// on a target that is not on loopback, where it may do so anyway. Without
	// it no request that could change a resource leaves the process.
	AllowWrites bool
	// ReadOnly forbids writes on loopback too, where a forwarded port may lead
	// to somebody's server.
	ReadOnly bool
	// Assumed turns the scenarios that rest on assumed facts on or off; nil
	// turns them on against a mock alone.
	Assumed *bool
	// Slow turns on the scenarios that are slow on a target which limits calls.
	Slow bool
	// EndpointLimit and TokenLimit are how many signal endpoints the target
	// allows, and tokens for each; 0 takes what the target tells of itself, or
	// else the documented 5.
	EndpointLimit, TokenLimit int
	// Concurrency is how many scenarios run at a time; 0 is 1.
	Concurrency int
	// Seed makes the random order of the scenarios repeatable; 0 takes any.
	Seed int64
	// Timeout is that of one request; 0 is 10 seconds.
	Timeout time.Duration
	// Headers go with every request, for a proxy in front of the target. Their
	// values never reach a report.
	Headers http.Header
	// TLS configures connections to the target; nil is Go's default.
	TLS *tls.Config
	// FailFast skips what has not begun once a scenario fails.
	FailFast bool
	// Keep leaves what the suite created on the target.
	Keep bool
	// Found is told once what the target turned out to be, before the first
	// scenario; nil is nobody.
	Found func(target report.Target, run report.Run, notes []string)
	// Progress is told of every scenario that ends, one at a time; nil is nobody.
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

// MockTokens are the tokens that a mock is born with.
func MockTokens() Tokens {
	return Tokens{
		Admin:    wellknown.Admin,
		Viewer:   wellknown.ViewerUser,
		Backend:  wellknown.Backend,
		Frontend: wellknown.Frontend,
	}
}

// or returns the tokens with others in the place of those that are empty.
func (t Tokens) or(others Tokens) Tokens {
	for _, pair := range []struct{ token, other *string }{
		{&t.Admin, &others.Admin}, {&t.Viewer, &others.Viewer}, {&t.Backend, &others.Backend}, {&t.Frontend, &others.Frontend},
	} {
		if *pair.token == "" {
			*pair.token = *pair.other
		}
	}
	return t
}

// Progress is how far a run is.
type Progress struct {
	Done, Total int
	// Scenario is the one that just ended. It must not be changed or kept.
	Scenario *report.Scenario
}

// ErrUnreachable is wrapped by the error of a target that does not speak HTTP.
var ErrUnreachable = errors.New("the target cannot be reached")

// UsageError is an option that makes no sense.
type UsageError struct{ Reason string }

func (e *UsageError) Error() string { return e.Reason }

func usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// Run verifies a target and reports. An error is one of the suite, of the way to
// the target (ErrUnreachable), of an ended context, or wrong usage (*UsageError),
// never that the target breaks the contract: that is in the report, with the
// exit code that stands for it. With any error but wrong usage there is a report
// as well, of what was found out until then.
func Run(ctx context.Context, options Options) (*report.Report, error) {
	s, err := newSuite(options)
	if err != nil {
		return nil, err
	}
	defer s.close()
	err = s.verify(ctx)
	return s.report(err), err
}

// defaultTimeout is that of one request.
const defaultTimeout = 10 * time.Second

// newSuite checks the options and prepares a run.
func newSuite(options Options) (*suite, error) {
	if options.Timeout <= 0 {
		options.Timeout = defaultTimeout
	}
	options.Concurrency = max(options.Concurrency, 1)
	for options.Seed == 0 {
		options.Seed = rand.Int64N(1_000_000)
	}
	if options.Profile != "" && !slices.Contains(Profiles(), options.Profile) {
		return nil, usage("there is no profile %q, only %v", options.Profile, Profiles())
	}
	contract := spec.Default()
	for _, id := range options.Operations {
		if contract.Operation(id) == nil {
			return nil, usage("there is no operation %q; the contract has %v", id, operationIDs(contract))
		}
	}
	chosen, err := parseTags(options.Tags)
	if err != nil {
		return nil, err
	}
	files, err := load(contract, options.Seed)
	if err != nil {
		return nil, err
	}
	target, err := newTarget(options)
	if err != nil {
		return nil, err
	}
	s := &suite{
		options: options, contract: contract, chosen: chosen, files: files, target: target,
		id: newRunID(), started: time.Now(), redact: newRedactor(), errorIDs: newOnce(),
	}
	s.redact.header(options.Headers)
	s.client = newClient(target, options, contract, s.redact)
	s.ledger = s.newLedger()
	s.useTokens(options.Tokens)
	return s, nil
}

func operationIDs(contract *spec.Contract) []string {
	var ids []string
	for _, operation := range contract.Operations() {
		ids = append(ids, operation.ID)
	}
	return ids
}
