// Package report holds what a run of the conformance suite, or of the validating proxy, has
// found, and writes it in the formats that people and CI systems read. Whoever fills a Report
// must redact everything in it: it never contains a secret.
package report

import (
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Outcome is how a scenario ended.
type Outcome string

const (
	// SchemaVersion is the version of the JSON form of a Report. It increases when a field
	// changes its meaning or is removed; a new field does not change it.
	SchemaVersion = 1

	Passed   Outcome = "passed"   // every step and every exchange kept the contract
	Failed   Outcome = "failed"   // the target broke the contract
	Skipped  Outcome = "skipped"  // not run, because the run was cut short, another run was in the way or a parameter had no value
	Disabled Outcome = "disabled" // not run because of edition, profile, rights or choice; the reason says which
	Errored  Outcome = "error"    // the suite, or the connection to the target, failed; says nothing about the target
)

// outcomes lists the outcomes in the order in which they are reported.
func outcomes() []Outcome { return []Outcome{Passed, Failed, Errored, Skipped, Disabled} }

// Report is one run.
type Report struct {
	SchemaVersion int         `json:"schemaVersion"`
	Tool          Tool        `json:"tool"`
	Target        Target      `json:"target"`
	Run           Run         `json:"run"`
	Summary       Summary     `json:"summary"`
	Operations    []Operation `json:"operations"`
	Scenarios     []Scenario  `json:"scenarios"`
	// Allowed lists what the target's version is known to answer differently, which did not
	// count as a failure.
	Allowed []struct {
		What  string `json:"what"`  // in a sentence
		Times int    `json:"times"` // how often it was seen
	} `json:"allowed,omitempty"`
	// Cleanup lists what the run created and could not remove, or kept on request.
	Cleanup []Leftover `json:"cleanup"`
	// ExitCode is that of the command: 0 success, 1 the target broke the
	// contract, 2 the target does not know a token, 3 unreachable or an error of the tool, 4 nothing was verified.
	ExitCode int `json:"exitCode"`
}

// Tool is what made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Command is verify or proxy.
	Command string `json:"command"`
	// Contract is the release of the API that the contract describes.
	Contract string `json:"contract"`
}

// Target is the instance that was verified, as far as it is known.
type Target struct {
	URL     string `json:"url"`
	Version string `json:"version,omitempty"`
	// Edition is enterprise, open-source or empty if unknown.
	Edition string `json:"edition,omitempty"`
	// Mock is the version of unleash-mock, if the target is one.
	Mock string `json:"mock,omitempty"`
}

// Run is how the target was verified.
type Run struct {
	ID          string   `json:"id"`
	Profile     string   `json:"profile,omitempty"`
	Tags        string   `json:"tags,omitempty"`
	Only        []string `json:"operations,omitempty"`  // operationIds
	Project     string   `json:"project,omitempty"`     // where flags were created
	Environment string   `json:"environment,omitempty"` // where they were switched
	// Tokens says whose tokens were used, and where they came from: "admin (given)".
	Tokens      []string      `json:"tokens,omitempty"`
	Writes      bool          `json:"writes"`
	Assumed     bool          `json:"assumed"`
	Seed        int64         `json:"seed"`
	Concurrency int           `json:"concurrency"`
	Started     time.Time     `json:"started"`
	Duration    time.Duration `json:"durationNs"`
}

// Summary counts scenarios by outcome, and exchanges.
type Summary struct {
	Passed    int `json:"passed"`
	Failed    int `json:"failed"`
	Errored   int `json:"errors"`
	Skipped   int `json:"skipped"`
	Disabled  int `json:"disabled"`
	Exchanges int `json:"exchanges"`
	// Violations counts exchanges that broke the contract.
	Violations int `json:"violations"`
}

// Add counts a scenario with an outcome.
func (s *Summary) Add(outcome Outcome) {
	if count := s.count(outcome); count != nil {
		*count++
	}
}

// count returns where the scenarios with an outcome are counted, or nil if there is no such outcome.
func (s *Summary) count(outcome Outcome) *int {
	switch outcome {
	case Passed:
		return &s.Passed
	case Failed:
		return &s.Failed
	case Errored:
		return &s.Errored
	case Skipped:
		return &s.Skipped
	case Disabled:
		return &s.Disabled
	}
	return nil
}

// Operation is what was found about one operation of the contract.
type Operation struct {
	ID       string   `json:"operationId"`
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Summary  Summary  `json:"summary"`
	Statuses []Status `json:"statuses"`
}

// Status says how often an operation answered with a status.
type Status struct {
	Code       int           `json:"code"`
	Documented bool          `json:"documented"`
	Standing   spec.Standing `json:"standing,omitempty"`
	Seen       int           `json:"seen"`
	// Unseen says why the suite cannot provoke the status on this target; empty if it was seen,
	// or if a scenario could have provoked it.
	Unseen string `json:"unseenBecause,omitempty"`
}

// Scenario is one scenario, or one row of a scenario outline.
type Scenario struct {
	// ID is unique in the report and stable from run to run.
	ID         string   `json:"id"`
	Feature    string   `json:"feature"`
	Name       string   `json:"name"`
	File       string   `json:"file"`
	Line       int      `json:"line"`
	Tags       []string `json:"tags"`
	Operations []string `json:"operations"` // operationIds
	Outcome    Outcome  `json:"outcome"`
	// Reason says why it was disabled or skipped, or what error the suite had.
	Reason    string        `json:"reason,omitempty"`
	Started   time.Time     `json:"started,omitzero"`
	Duration  time.Duration `json:"durationNs"`
	Steps     []Step        `json:"steps"`
	Exchanges []Exchange    `json:"exchanges"`
	Failures  []Failure     `json:"failures"`
}

// Step is one step of a scenario.
type Step struct {
	Keyword  string        `json:"keyword"`
	Text     string        `json:"text"`
	Line     int           `json:"line"`
	Outcome  Outcome       `json:"outcome"`
	Message  string        `json:"message,omitempty"`
	Duration time.Duration `json:"durationNs"`
}

// Exchange is a request and its response, redacted, in the same form as in recordings.
type Exchange = traffic.Record

// Failure is one expectation that the target did not meet.
type Failure struct {
	Operation string `json:"operationId,omitempty"`
	// SeenIn is the operation whose response showed the failure, if it is a different one: a
	// list that still contains what was deleted is evidence against the delete.
	SeenIn      string `json:"seenInOperationId,omitempty"`
	Expectation string `json:"expectation"`
	Got         string `json:"got"`
	// Pointer is the JSON pointer of the value in the response, if the failure is about one.
	Pointer string `json:"pointer,omitempty"`
	// Keyword is the schema keyword that is not met, such as required or type, or a substitute,
	// such as status, if the expectation comes from a document.
	Keyword string `json:"keyword,omitempty"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Step    string `json:"step,omitempty"`
	// Standing is the level of evidence for what is expected, and Source says where that comes from.
	Standing spec.Standing `json:"standing,omitempty"`
	Source   string        `json:"source,omitempty"`
	// Curl is a command that repeats the request, without the token.
	Curl string `json:"curl,omitempty"`
	// Known describes the known deviation of the target's version that this failure shows, if
	// any.
	Known string `json:"knownDeviation,omitempty"`
}

// Leftover is a resource that the run created and left behind.
type Leftover struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}
