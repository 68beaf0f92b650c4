// Package bend alters the requests to a mock, or its responses, so that it breaks the
// contract in a single way. ETag, length and encoding of an altered response are recomputed,
// so that exactly one thing is wrong.
package bend

import (
	"github.com/unleash-mock/unleash-mock/spec"
)

// Fault is one way to break the contract.
type Fault struct {
	// ID is unique: words joined by hyphens.
	ID string
	// Name says in one line what the server does wrong.
	Name string
	// Operation is the operationId of the operation that breaks the contract. It is empty for
	// a path or method that the contract does not have.
	Operation string
	// Standing says how well the broken rule is known.
	Standing spec.Standing
	// Mock is the kind of mock behind the fault.
	Mock Mock
	// Status and Pointer say which part of which response is altered, if the fault follows
	// from the contract. A * in Pointer stands for every entry of a list.
	Status  int
	Pointer string
	// Unprovoked says why no request can bring about the altered response, in which case the
	// fault is not tried. It is empty if a request can.
	Unprovoked string

	// Wide makes the bend see every exchange; otherwise it sees only those of Operation.
	Wide bool
	Bend Step
	// Make builds the bend of a fault that keeps state. Each handler gets its own.
	Make func() Step
}

// Mock is a kind of mock to put a fault in front of.
type Mock string

// The kinds of mock. Lifted, without limits, is the default, because a suite that may call an
// endpoint only once a second is slow.
const (
	Lifted Mock = ""
	// Resources limits the number of resources. Its limit on calls is higher than what a
	// suite makes.
	Resources Mock = "resources"
	// Calls has the default limits of a server, except that it allows 4 calls per second.
	Calls Mock = "calls"
	// FewRequests allows 10 requests a minute with a personal access token, and 10 with an
	// SDK's token.
	FewRequests Mock = "few requests"
	// Projects has a second project.
	Projects Mock = "projects"
	// OpenSource has what an open-source instance has.
	OpenSource Mock = "open source"
)
