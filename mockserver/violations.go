package mockserver

import (
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Violation is one breach of the contract: a response that was replaced by a 500, forced by a
// rule, or sent because another document takes precedence; or a request that the policy Faithful let through and Strict would refuse.
type Violation struct {
	Time      time.Time
	Operation string // operationId
	// Direction is "request" or "response".
	Direction string
	// Status is that of the response that broke the contract; 0 for a request.
	Status int
	// Failure says where and how.
	spec.Failure
}

// Violations returns the newest breaches of the contract in the workspace default, up to 1000,
// oldest first. Refused requests are not among them, because their clients got an error.
func (s *Server) Violations() []Violation {
	var out []Violation
	for _, violation := range s.workspaces.Default().Journal.Violations() {
		if violation.Outcome != traffic.Refused {
			out = append(out, Violation{
				Time: violation.Time, Operation: violation.Operation, Direction: string(violation.Direction),
				Status: violation.Status, Failure: violation.Failure,
			})
		}
	}
	return out
}

// ViolationCounts returns how often the contract has been broken since the start, in all
// workspaces, by outcome: refused, accepted, replaced, forced or passed. The counts never decrease, not
// even with a reset.
func (s *Server) ViolationCounts() map[string]int64 { return s.metrics.Violations() }
