package judge

import (
	"fmt"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Mismatch is the error for an expectation that the target does not meet.
type Mismatch struct{ Findings []Finding }

// Finding is one part of a Mismatch.
type Finding struct {
	Breach
	Operation string // operationId; empty for the operation that the scenario is about
}

// Error describes the first finding.
func (m *Mismatch) Error() string {
	first := m.Findings[0]
	return fmt.Sprintf("expected %s, got %s", first.Expectation, secrets.At(first.Pointer, first.Got))
}

// Differs returns a Mismatch for one expectation.
func Differs(pointer, expectation, got string) error {
	return &Mismatch{[]Finding{{Breach: Breach{Pointer: pointer, Expectation: expectation, Got: got}}}}
}

// Blames returns a Mismatch that blames an operation, whatever the scenario is about.
func Blames(operation, expectation, got string) *Mismatch {
	return &Mismatch{[]Finding{{Breach: Breach{Expectation: expectation, Got: got}, Operation: operation}}}
}

// Broken returns a Mismatch for the breaches of a response, or nil if there are none.
func Broken(operation string, breaches []Breach) error {
	if len(breaches) == 0 {
		return nil
	}
	m := &Mismatch{}
	for _, b := range breaches {
		m.Findings = append(m.Findings, Finding{Breach: b, Operation: operation})
	}
	return m
}
