// Package bend bends what goes to a mock or what comes from it, so that it breaks the
// contract in a single way. Entity tag, length and encoding of a bent answer are made
// anew, so that one thing is wrong and no other.
package bend

import (
	"github.com/unleash-mock/unleash-mock/spec"
)

// Fault is one way to break the contract.
type Fault struct {
	// ID is unique: words with hyphens.
	ID string
	// Name says in a line what the server does wrong.
	Name string
	// Operation is the operationId of what breaks the contract; empty for a path or a
	// method that the contract does not have.
	Operation string
	// Standing is how well the rule is known that the fault breaks.
	Standing spec.Standing
	// Mock is the one behind the fault.
	Mock Mock
	// Status and Pointer are of the answer that is bent, if the fault follows from the
	// contract. A * stands for every entry of a list.
	Status  int
	Pointer string
	// Unprovoked says why no request can bring about what is bent; then the fault is
	// not tried. Empty if one can.
	Unprovoked string

	// Wide bends see every exchange, others those of Operation alone.
	Wide bool
	Bend Step
	// Make builds the bend of a fault that remembers; each handler has its own.
	Make func() Step
}

// Mock is one that a fault is in front of.
type Mock string

// The mocks. Lifted is the default, since a suite that may call an endpoint once a
// second takes its time.
const (
	Lifted Mock = ""
	// Resources limits how many things there may be, and calls to more than a suite
	// makes.
	Resources Mock = "resources"
	// Calls has the limits of a server on which nobody configured any but that on
	// calls, which is 4 a second.
	Calls Mock = "calls"
	// FewRequests allows 10 requests a minute with a personal access token.
	FewRequests Mock = "few requests"
	// OpenSource has what an open-source instance has.
	OpenSource Mock = "open source"
)
