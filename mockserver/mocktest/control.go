package mocktest

import (
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

// Scenario is a rule in force.
type Scenario struct {
	ID string

	server *Server
}

// SetScenario puts a rule in force, behind those that are there. A wrong rule
// ends the test.
func (s *Server) SetScenario(rule scenario.Rule) *Scenario {
	s.t.Helper()
	out := &Scenario{server: s}
	s.control(http.MethodPost, "scenarios", rule, out)
	return out
}

// Fail makes the next requests of an operation fail with a status, and the body
// that a real Unleash has for it. times is how many of them; 0 is all.
func (s *Server) Fail(operation string, status, times int) *Scenario {
	s.t.Helper()
	return s.SetScenario(scenario.Rule{
		Match: scenario.Match{Operations: []string{operation}}, Answer: &scenario.Answer{Status: status}, Times: times,
	})
}

// Hits is how many requests the rule was applied to.
func (s *Scenario) Hits() int {
	s.server.t.Helper()
	var out struct{ Hits int }
	s.server.control(http.MethodGet, "scenarios/"+s.ID, nil, &out)
	return out.Hits
}

// Drop takes the rule out of force.
func (s *Scenario) Drop() {
	s.server.t.Helper()
	s.server.control(http.MethodDelete, "scenarios/"+s.ID, nil, nil)
}

// DropScenarios takes all rules out of force.
func (s *Server) DropScenarios() {
	s.t.Helper()
	s.control(http.MethodDelete, "scenarios", nil, nil)
}

// Now is what time the mock has.
func (s *Server) Now() time.Time {
	s.t.Helper()
	var out struct{ Now time.Time }
	s.control(http.MethodGet, "clock", nil, &out)
	return out.Now
}

// clockChange is the body of setClock.
type clockChange struct {
	Real    bool       `json:"real,omitempty"`
	Now     *time.Time `json:"now,omitempty"`
	Advance string     `json:"advance,omitempty"`
	Frozen  *bool      `json:"frozen,omitempty"`
}

// FreezeClock makes the mock's time stand still.
func (s *Server) FreezeClock(at time.Time) {
	s.t.Helper()
	still := true
	s.control(http.MethodPut, "clock", clockChange{Now: &at, Frozen: &still}, nil)
}

// AdvanceClock moves the mock's time on, frozen or not. Rate limits follow it.
func (s *Server) AdvanceClock(by time.Duration) {
	s.t.Helper()
	s.control(http.MethodPut, "clock", clockChange{Advance: by.String()}, nil)
}

// RealClock gives the mock the real time again.
func (s *Server) RealClock() {
	s.t.Helper()
	s.control(http.MethodPut, "clock", clockChange{Real: true}, nil)
}
