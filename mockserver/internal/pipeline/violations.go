package pipeline

import (
	"slices"
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
}

// logViolations logs the first violation of each outcome, unless the client knows of it or
// asked for it.
func (x *exchange) logViolations(done *traffic.Exchange) {
	isLogged := func(v traffic.Violation) bool { return v.Outcome != traffic.Refused && v.Outcome != traffic.Forced }
	if !slices.ContainsFunc(done.Violations, isLogged) {
		return
	}
	var last traffic.Outcome
	for _, v := range done.RedactedViolations(nil) {
		if isLogged(v) && v.Outcome != last {
			x.Logger.Warn("contract violated", "operation", x.operation.ID, "direction", string(v.Direction), "status", v.Status,
				"pointer", v.In+v.Pointer, "reason", v.Reason)
		}
		last = v.Outcome
	}
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
