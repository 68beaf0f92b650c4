package mockserver

import (
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Direction tells which half of an exchange broke the contract.
type Direction string

// The directions of a violation.
const (
	RequestViolation  Direction = "request"
	ResponseViolation Direction = "response"
)

// Violation is one breach of the contract: a response that was replaced by a
// 500, or a request that the policy Faithful let pass and Strict would refuse.
type Violation struct {
	Time      time.Time
	Operation string // operationId
	Direction Direction
	// Status of the response that broke the contract; 0 for a request.
	Status int
	// Failure says where and how.
	spec.Failure
}

// maxViolations bounds what is remembered; the oldest go first.
const maxViolations = 1000

// violationLog remembers the newest violations.
type violationLog struct {
	mu    sync.Mutex
	list  []Violation
	total int
}

func (l *violationLog) add(violation Violation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	if len(l.list) == maxViolations {
		copy(l.list, l.list[1:])
		l.list = l.list[:maxViolations-1]
	}
	l.list = append(l.list, violation)
}

func (l *violationLog) snapshot() []Violation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Violation(nil), l.list...)
}

// Violations returns the newest 1000 breaches of the contract, oldest first.
func (s *Server) Violations() []Violation { return s.workspace.violations.snapshot() }
