// Package faulty puts a single fault in front of a mock: one way in which a real server could
// break the contract. It measures how strong the conformance suite is.
//
// A fault alters the requests that reach the mock, or the responses that come from it. ETag,
// length and encoding of an altered response are recomputed, so that exactly one thing is
// wrong.
package faulty

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/apitokens"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/client"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/constraints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/contextfields"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/features"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/frontend"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/instance"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/invoices"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/operations"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/projects"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/sdks"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/segments"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/signals"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of meaning, which are written by hand. Each has a unique ID.
func Faults() []bend.Fault {
	return slices.Concat(operations.Faults(), signalendpoints.Faults(), signals.Faults(), invoices.Faults(), instance.Faults(),
		projects.Faults(), constraints.Faults(), segments.Faults(), features.Faults(), apitokens.Faults(), sdks.Faults(), client.Faults(), frontend.Faults(), contextfields.Faults())
}

// Handler returns a fresh mock with the built-in seed behind the fault. The zero Fault
// changes nothing, but its requests take the same path.
func Handler(f bend.Fault) (http.Handler, error) {
	mock, err := mockserver.New(optionsOf(f.Mock)...)
	if err != nil {
		return nil, fmt.Errorf("a mock for the fault %q: %w", f.ID, err)
	}
	take := f.Bend
	if f.Make != nil {
		take = f.Make()
	}
	if take == nil {
		take = func(*bend.Exchange) {}
	}
	if !f.Wide && f.Operation != "" {
		take = bend.When(bend.Is(f.Operation), take)
	}
	return bend.NewServer(mock, take), nil
}

// optionsOf returns the options for a kind of mock.
func optionsOf(mock bend.Mock) []mockserver.Option {
	limits := mockserver.UnleashLimits()
	switch mock {
	case bend.Lifted:
		limits = mockserver.Limits{}
	case bend.Resources:
		limits.CallsPerSecond = 1000 // not 0: a suite that sees no limit on calls does not look for other limits
	case bend.Calls:
		limits.CallsPerSecond = 4 // with one call per second, a scenario would take half a minute
	case bend.FewRequests:
		limits = mockserver.Limits{}
		limits.PersonalTokenPerMinute, limits.SDKPerMinute = 10, 10
	case bend.Projects:
		const projects = "\nprojects: [{id: default, name: Default, environments: [{environment: development}, {environment: production}]}, {id: theirs, name: Theirs}]\n"
		return []mockserver.Option{mockserver.WithLimits(mockserver.Limits{}), mockserver.WithSeedFile("the seed", append(mockserver.DefaultSeed(), projects...))}
	case bend.OpenSource:
		return []mockserver.Option{mockserver.WithEdition(spec.OpenSource)}
	}
	return []mockserver.Option{mockserver.WithLimits(limits)}
}
