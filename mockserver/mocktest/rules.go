package mocktest

import (
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
)

// Rule says which requests are not answered as usual, and what happens to them: a different
// answer, a delay, a fault, or several of these.
type Rule = rules.Rule

// Match picks the requests of a rule. Everything that is set must hold.
type Match = rules.Match

// Answer is what a rule answers with.
type Answer = rules.Answer

// Delay is how long a rule holds an answer back; After is a fixed one.
type Delay = rules.Delay

// Duration is a time.Duration, in JSON written as in Go: "250ms", "1.5s".
type Duration = rules.Duration

// The faults of a rule, and the distributions of a random delay.
const (
	// Reset resets the connection. The operation is not carried out.
	Reset = rules.Reset
	// Truncate closes the connection in the middle of the body.
	Truncate = rules.Truncate
	// Slow sends the body in pieces over some time.
	Slow = rules.Slow
	// Malformed sends a body that is not JSON.
	Malformed = rules.Malformed

	// Uniform makes every duration from Min to Max equally likely.
	Uniform = rules.Uniform
	// Normal has the mean Mean and the standard deviation StdDev.
	Normal = rules.Normal
	// LogNormal has the median Mean; Sigma is the standard deviation of its logarithm.
	LogNormal = rules.LogNormal
)

// After returns a fixed delay.
func After(d time.Duration) *Delay { return rules.After(d) }

// ActiveRule is a rule in force.
type ActiveRule struct {
	ID string

	server *Server
}

// SetRule adds a rule after the existing ones. An invalid rule ends the test.
func (s *Server) SetRule(rule Rule) *ActiveRule {
	s.t.Helper()
	out := &ActiveRule{server: s}
	s.control(http.MethodPost, "rules", rule, out)
	return out
}

// Fail makes the next requests of an operation fail with a status, and with the body that a
// real Unleash sends with it. times is how many requests fail; 0 means all.
func (s *Server) Fail(operation string, status, times int) *ActiveRule {
	s.t.Helper()
	return s.SetRule(Rule{Match: Match{Operations: []string{operation}}, Answer: &Answer{Status: status}, Times: times})
}

// Hits returns how many requests the rule was applied to.
func (r *ActiveRule) Hits() int {
	r.server.t.Helper()
	var out struct{ Hits int }
	r.server.control(http.MethodGet, "rules/"+r.ID, nil, &out)
	return out.Hits
}

// Drop removes the rule.
func (r *ActiveRule) Drop() {
	r.server.t.Helper()
	r.server.control(http.MethodDelete, "rules/"+r.ID, nil, nil)
}

// DropRules removes all rules.
func (s *Server) DropRules() {
	s.t.Helper()
	s.control(http.MethodDelete, "rules", nil, nil)
}
