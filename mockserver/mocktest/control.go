package mocktest

import (
	"net/http"
	"time"
)

// Now returns the mock's time.
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

// FreezeClock stops the mock's time.
func (s *Server) FreezeClock(at time.Time) {
	s.t.Helper()
	still := true
	s.control(http.MethodPut, "clock", clockChange{Now: &at, Frozen: &still}, nil)
}

// AdvanceClock moves the mock's time forward, frozen or not. Rate limits follow it.
func (s *Server) AdvanceClock(by time.Duration) {
	s.t.Helper()
	s.control(http.MethodPut, "clock", clockChange{Advance: by.String()}, nil)
}

// RealClock returns the mock to real time.
func (s *Server) RealClock() {
	s.t.Helper()
	s.control(http.MethodPut, "clock", clockChange{Real: true}, nil)
}
