package mockserver

import (
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/spec"
)

// ViolationHeader is the response header that tells how the exchange broke the
// contract, once for each violation, up to 8.
const ViolationHeader = "Unleash-Mock-Violation"

// Direction tells which half of an exchange broke the contract.
type Direction = journal.Direction

// The directions of a violation.
const (
	RequestViolation  = journal.Request
	ResponseViolation = journal.Response
)

// Violation is one breach of the contract: a response that was replaced by a
// 500, or forced by a scenario, or a request that the policy Faithful let pass
// and Strict would refuse.
type Violation struct {
	Time      time.Time
	Operation string // operationId
	Direction Direction
	// Status of the response that broke the contract; 0 for a request.
	Status int
	// Failure says where and how.
	spec.Failure
}

// Violations returns the newest breaches of the contract in the workspace
// default, up to 1000, oldest first. Requests that were refused are not among
// them: their senders were told.
func (s *Server) Violations() []Violation {
	var out []Violation
	for _, violation := range s.workspaces.Default().Journal.Violations() {
		if violation.Outcome != journal.Refused {
			out = append(out, Violation{
				Time: violation.Time, Operation: violation.Operation, Direction: violation.Direction,
				Status: violation.Status, Failure: violation.Failure,
			})
		}
	}
	return out
}

// The bounds of what headers tell of violations.
const (
	maxViolationHeaders = 8
	maxViolationHeader  = 300
)

// violate remembers how the exchange broke the contract, for the journal and for
// the client.
func (x *exchange) violate(direction Direction, outcome journal.Outcome, status int, failures []spec.Failure) {
	for _, failure := range failures {
		x.breaches = append(x.breaches, journal.Breach{Direction: direction, Outcome: outcome, Status: status, Failure: failure})
		if lines := x.header[ViolationHeader]; len(lines) < maxViolationHeaders {
			x.header[ViolationHeader] = append(lines, violationLine(direction, failure))
		}
	}
	if outcome == journal.Refused || outcome == journal.Forced {
		return // somebody wanted it so
	}
	x.logger.Warn("contract violated", "operation", x.operation.ID, "direction", string(direction), "status", status,
		"pointer", failures[0].In+failures[0].Pointer, "reason", failures[0].Reason)
}

// violationLine words a failure as the value of a header: ASCII, in bounds.
func violationLine(direction Direction, failure spec.Failure) string {
	line := string(direction) + ", " + failure.In + failure.Pointer + ": " + failure.Reason
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
		line = strconv.QuoteToASCII(line)
		line = line[1 : len(line)-1]
	}
	if len(line) > maxViolationHeader {
		line = line[:maxViolationHeader-3] + "..."
	}
	return line
}
