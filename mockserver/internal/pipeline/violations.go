package pipeline

import (
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// ViolationHeader is the response header that says how the exchange broke the contract.
// It occurs once per violation, up to 8 times.
const ViolationHeader = "Unleash-Mock-Violation"

// Limits of what the headers say about violations: their number, and the bytes in each.
const (
	maxViolationHeaders = 8
	maxViolationHeader  = 300
)

// violate records how the exchange broke the contract, for the journal and for the
// client.
func (x *exchange) violate(direction traffic.Direction, outcome traffic.Outcome, status int, failures []spec.Failure) {
	for _, failure := range failures {
		x.breaches = append(x.breaches, traffic.Violation{Direction: direction, Outcome: outcome, Status: status, Failure: failure})
		if lines := x.header[ViolationHeader]; len(lines) < maxViolationHeaders {
			x.header[ViolationHeader] = append(lines, violationLine(direction, failure))
		}
	}
	if outcome == traffic.Refused || outcome == traffic.Forced {
		return // the client knows, or asked for it
	}
	x.Logger.Warn("contract violated", "operation", x.operation.ID, "direction", string(direction), "status", status,
		"pointer", failures[0].In+failures[0].Pointer, "reason", failures[0].Reason)
}

// violationLine formats a failure as a header value: in ASCII, and of limited length.
func violationLine(direction traffic.Direction, failure spec.Failure) string {
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
