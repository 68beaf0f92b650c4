// Package drift compares the contract with the OpenAPI document that an Unleash instance
// publishes, and reports which differences would break a client or a mock that keeps the
// contract.
//
// Only what goes over the wire counts: paths, parameters, bodies, statuses, headers and
// security. Descriptions, examples and the names of components are not compared.
package drift

import (
	"fmt"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Options selects what to compare.
type Options struct {
	// Edition is the target's edition. If it is empty, a document without any Enterprise
	// operation is taken to be open-source.
	Edition spec.Edition
	// WholeDocument also compares everything outside the contract's operations: all other
	// operations, components, servers, tags and info. Differences found there are never
	// breaking.
	WholeDocument bool
	// BasePath is the path that the target is served under. The paths of its document may or
	// may not start with it.
	BasePath string
}

// Report is what a comparison found.
type Report struct {
	Contract Document `json:"contract"`
	Target   Document `json:"target"`
	// Edition is the edition that the target was judged as.
	Edition spec.Edition `json:"edition"`
	Summary Summary      `json:"summary"`
	// Operations lists the contract's operations in the contract's order, then those that
	// only the target's document has.
	Operations []Operation `json:"operations"`
	// Document lists the differences outside the operations; nil unless the
	// whole document was compared.
	Document []Change `json:"document,omitempty"`
}

// Document identifies an OpenAPI document.
type Document struct {
	Title   string `json:"title"`
	Version string `json:"version"`
	// Source is where it came from: a URL, a file, or empty.
	Source string `json:"source,omitempty"`
}

// Summary counts operations by state and changes by verdict.
type Summary struct {
	Equal   int `json:"equal"`
	Changed int `json:"changed"`
	Missing int `json:"missing"`
	Absent  int `json:"absent"`
	Added   int `json:"added"`
	// Breaking counts breaking changes and missing operations.
	Breaking   int `json:"breaking"`
	Compatible int `json:"compatible"`
	Beyond     int `json:"beyond"`
}

// State says how an operation, or a part of one, differs between the two documents.
type State string

// DocumentPath is where an instance publishes its document, below its base path. The other
// constants classify operations, parts of operations, and changes.
const (
	DocumentPath = "/docs/openapi.json"

	// Equal operations are the same over the wire, although the contract may say more.
	Equal State = "equal"
	// Changed operations differ.
	Changed State = "changed"
	// Missing operations are only in the contract, which is breaking.
	Missing State = "missing"
	// Absent operations are missing because only Enterprise has them.
	Absent State = "absent"
	// Added operations are only in the target's document.
	Added State = "added"
	// Removed parts of an operation are only in the contract.
	Removed State = "removed"

	// Breaking changes let a target refuse what the contract allows, or answer with something
	// that the contract does not allow.
	Breaking Verdict = "breaking"
	// Compatible changes do neither.
	Compatible Verdict = "compatible"
	// Beyond marks what the contract says in addition to the target's document, such as a
	// status that was observed although it is not published. It is not drift.
	Beyond Verdict = "beyond"
)

// Operation says how one operation compares.
type Operation struct {
	// ID is the operationId: the contract's if the contract has the operation, otherwise the
	// target's.
	ID      string   `json:"operationId"`
	Method  string   `json:"method"`
	Path    string   `json:"path"`
	State   State    `json:"state"`
	Changes []Change `json:"changes"`
}

// Verdict says what a change means to a client or mock that keeps the contract.
type Verdict string

// Change is one difference.
type Change struct {
	// Pointer is the JSON pointer of the part, with references resolved. It starts at the
	// operation, or at the document for anything outside all operations.
	Pointer string `json:"pointer"`
	// Kind is Added, Changed or Removed, as seen from the contract.
	Kind    State   `json:"kind"`
	Verdict Verdict `json:"verdict"`
	// Contract and Target are the values on the two sides, if they are short.
	Contract string `json:"contract,omitempty"`
	Target   string `json:"target,omitempty"`
	// Reason explains the verdict.
	Reason string `json:"reason"`
}

// Compare compares a contract with a target's document in JSON or YAML. It fails only if the
// target's document is not an OpenAPI 3 document.
func Compare(contract *spec.Contract, target []byte, options Options) (*Report, error) {
	left, err := read(contract.YAML())
	if err != nil {
		return nil, fmt.Errorf("the contract: %w", err)
	}
	right, err := read(target)
	if err != nil {
		return nil, err
	}
	right.rebase(options.BasePath)
	c := &comparison{contract: contract, left: left, right: right, options: options}
	report := &Report{
		Contract: left.describe(),
		Target:   right.describe(),
		Edition:  c.edition(),
	}
	if report.Operations, err = c.operations(report.Edition); err != nil {
		return nil, err
	}
	if options.WholeDocument {
		if report.Document, err = c.surroundings(); err != nil {
			return nil, err
		}
	}
	report.Summary = summarise(report)
	return report, nil
}

func summarise(report *Report) Summary {
	var s Summary
	states := map[State]*int{Equal: &s.Equal, Changed: &s.Changed, Missing: &s.Missing, Absent: &s.Absent, Added: &s.Added}
	verdicts := map[Verdict]*int{Breaking: &s.Breaking, Compatible: &s.Compatible, Beyond: &s.Beyond}
	count := func(changes []Change) {
		for _, change := range changes {
			*verdicts[change.Verdict]++
		}
	}
	for _, operation := range report.Operations {
		*states[operation.State]++
		count(operation.Changes)
	}
	count(report.Document)
	s.Breaking += s.Missing
	return s
}
