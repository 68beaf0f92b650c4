package judge

import "fmt"

// Mismatch is what the target does not meet of one expectation, as an error.
type Mismatch struct{ Findings []Finding }

// Finding is one part of a mismatch.
type Finding struct {
	Breach
	Operation string // operationId; empty for what the scenario is about
}

// Error words the first part.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("expected %s, got %s", m.Findings[0].Expectation, m.Findings[0].Got)
}

// Differs is a mismatch of one expectation.
func Differs(pointer, expectation, got string) error {
	return &Mismatch{[]Finding{{Breach: Breach{Pointer: pointer, Expectation: expectation, Got: got}}}}
}

// Blames is a mismatch that speaks against an operation, whatever the scenario
// is about.
func Blames(operation, expectation, got string) *Mismatch {
	return &Mismatch{[]Finding{{Breach: Breach{Expectation: expectation, Got: got}, Operation: operation}}}
}

// Broken is the mismatch of an answer's breaches, nil if there are none.
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
