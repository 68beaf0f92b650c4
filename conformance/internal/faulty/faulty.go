// Package faulty is a mock behind a single fault: a way in which a real server
// could break the contract. It measures how strong the conformance suite is.
//
// A fault bends what goes to the mock or what comes from it. Entity tag, length
// and encoding of a bent answer are made anew, so that one thing is wrong and no
// other.
package faulty

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Fault is one way to break the contract.
type Fault struct {
	// ID is unique: words with hyphens.
	ID string
	// Name says in a line what the server does wrong.
	Name string
	// Operation is the operationId of what breaks the contract; empty for a path
	// or a method that is none of the contract's.
	Operation string
	// Standing tells how well the rule is known that the fault breaks.
	Standing spec.Standing
	// Limits are those of the mock behind the fault.
	Limits Limits

	// wide bends see every exchange, others those of Operation alone.
	wide bool
	bend step
	// make builds the bend of a fault that remembers; each handler has its own.
	make func() step
}

// Limits are which limits a mock has.
type Limits string

// The limits. Lifted are the default, since a suite that may call an endpoint
// once a second takes its time.
const (
	Lifted Limits = ""
	// Resources limits how many endpoints and tokens there may be, and calls to
	// more than a suite makes.
	Resources Limits = "resources"
	// Calls has the limits of a server on which nobody configured any but that on
	// calls, which is 4 a second.
	Calls Limits = "calls"
)

// options gives the limits in the mock's words.
func (l Limits) options() mockserver.Limits {
	limits := mockserver.UnleashLimits()
	switch l {
	case Lifted:
		return mockserver.Limits{}
	case Resources:
		limits.CallsPerSecond = 1000 // not 0: a suite that sees no limit on calls looks for no other
	case Calls:
		limits.CallsPerSecond = 4 // a scenario that waits a second for each call takes half a minute
	}
	return limits
}

// Faults lists all faults. No two have the same ID.
func Faults() []Fault {
	return slices.Concat(
		accessFaults(),
		httpFaults(),
		errorFaults(),
		endpointFaults(),
		tokenFaults(),
		callFaults(),
		signalFaults(),
		instanceFaults(),
		limitFaults(),
	)
}

// Handler returns a fresh mock with the built-in seed behind that fault. The
// zero Fault has none: the mock as it is, seen through the same glass.
func Handler(f Fault) (http.Handler, error) {
	mock, err := mockserver.New(mockserver.WithLimits(f.Limits.options()))
	if err != nil {
		return nil, fmt.Errorf("a mock for the fault %q: %w", f.ID, err)
	}
	bend := f.bend
	if f.make != nil {
		bend = f.make()
	}
	if bend == nil {
		bend = func(*exchange) {}
	}
	if !f.wide && f.Operation != "" {
		bend = when(is(f.Operation), bend)
	}
	return &server{mock: mock, bend: bend}, nil
}
