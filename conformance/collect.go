package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/spec"
)

// report sums up the run. cause is why it ended early, nil if it did not.
func (s *suite) report(cause error) *report.Report {
	r := &report.Report{
		SchemaVersion: report.SchemaVersion,
		Tool:          report.Tool{Name: "unleash-mock", Version: s.options.Version, Command: "verify", Contract: s.contract.Version()},
		Target:        s.describe(),
		Run:           s.describeRun(),
		Cleanup:       slices.Clip(append([]report.Leftover{}, s.leftovers...)),
	}
	r.Run.Duration = time.Since(s.started)
	for _, sc := range s.files.scenarios {
		record := s.records[sc]
		if record == nil {
			record = sc.record()
			record.Outcome, record.Reason = report.Disabled, sc.disabled
			if sc.disabled == "" {
				record.Outcome, record.Reason = report.Skipped, "the run ended before it: "+s.redact.text(fmt.Sprint(cause))
			}
		}
		r.Scenarios = append(r.Scenarios, *record)
	}
	s.sum(r)
	r.ExitCode = exitCode(r.Summary, cause)
	return r
}

func (s *suite) describeRun() report.Run {
	return report.Run{
		ID: s.id, Profile: string(s.profile()), Tags: s.options.Tags, Only: s.options.Operations,
		Writes: s.writes, Assumed: s.assumed(), Seed: s.options.Seed, Concurrency: s.options.Concurrency, Started: s.started,
	}
}

// exitCode stands for the result of a run.
func exitCode(sum report.Summary, cause error) int {
	switch {
	case sum.Failed > 0:
		return exitcode.Broken
	case cause != nil, sum.Errored > 0:
		return exitcode.Error
	case sum.Passed == 0:
		return exitcode.Unverified
	}
	return exitcode.OK
}

// record begins the record of a scenario.
func (s *scenario) record() *report.Scenario {
	record := &report.Scenario{
		ID: s.id, Feature: s.feature, Name: s.name, File: "features/" + s.file, Line: s.line,
		Tags: append([]string{}, s.tags...), Operations: append([]string{}, s.operations...),
		Steps: []report.Step{}, Exchanges: []report.Exchange{}, Failures: []report.Failure{},
	}
	for _, step := range s.steps {
		record.Steps = append(record.Steps, report.Step{Keyword: step.keyword, Text: step.text, Line: step.line, Outcome: report.Skipped})
	}
	return record
}

// sum counts by operation and in all.
func (s *suite) sum(r *report.Report) {
	index := map[string]int{}
	for i, operation := range s.contract.Operations() {
		index[operation.ID] = i
		r.Operations = append(r.Operations, report.Operation{ID: operation.ID, Method: operation.Method, Path: operation.Path})
		for _, response := range operation.Responses {
			r.Operations[i].Statuses = append(r.Operations[i].Statuses, report.Status{
				Code: response.Status, Documented: true, Standing: response.Standing,
			})
		}
	}
	for i := range r.Scenarios {
		scenario := &r.Scenarios[i]
		count(&r.Summary, scenario.Outcome)
		for _, id := range concerned(scenario) {
			if at, known := index[id]; known {
				count(&r.Operations[at].Summary, scenario.Outcome)
			}
		}
		for j := range scenario.Exchanges {
			exchange := &scenario.Exchanges[j]
			broken := min(len(exchange.Violations), 1)
			r.Summary.Exchanges++
			r.Summary.Violations += broken
			if at, known := index[exchange.Operation]; known {
				operation := &r.Operations[at]
				operation.Summary.Exchanges++
				operation.Summary.Violations += broken
				operation.Statuses = seen(operation.Statuses, exchange.Response.Status)
			}
		}
	}
	for i := range r.Operations {
		operation := &r.Operations[i]
		for j := range operation.Statuses {
			if status := &operation.Statuses[j]; status.Seen == 0 {
				status.Unseen = s.unseen(s.contract.Operation(operation.ID), status.Code)
			}
		}
	}
}

// concerned are the operations that a scenario counts for: those that it is
// about, and those that it found fault with.
func concerned(scenario *report.Scenario) []string {
	ids := slices.Clone(scenario.Operations)
	for _, failure := range scenario.Failures {
		for _, id := range []string{failure.Operation, failure.SeenIn} {
			if id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func count(sum *report.Summary, outcome report.Outcome) {
	switch outcome {
	case report.Passed:
		sum.Passed++
	case report.Failed:
		sum.Failed++
	case report.Errored:
		sum.Errored++
	case report.Skipped:
		sum.Skipped++
	case report.Disabled:
		sum.Disabled++
	}
}

// seen counts a status, adding one that the contract does not list.
func seen(statuses []report.Status, code int) []report.Status {
	if code == 0 || code == 304 {
		return statuses // no answer, or the short form of another one
	}
	for i := range statuses {
		if statuses[i].Code == code {
			statuses[i].Seen++
			return statuses
		}
	}
	return append(statuses, report.Status{Code: code, Seen: 1})
}

// unseen says why the suite cannot make an operation answer a status on this
// target; empty if a scenario can, and only did not run or failed.
func (s *suite) unseen(operation *spec.Operation, status int) string {
	onlyByEdition := operation.Response(404) != nil && !slices.ContainsFunc(operation.Parameters, func(p *spec.Parameter) bool { return p.In == "path" })
	switch {
	case status == 500 || status == 503:
		return "it tells of a failure of the server, which no request can bring about"
	case status == 404 && onlyByEdition && s.found.edition != openSourceEdition:
		return "only an open-source instance answers it"
	case status == 429 && operation.ID != "callSignalEndpoint" && (s.found.personalLimit == 0 || s.found.personalLimit > maxBurst):
		return "it takes more requests in a minute with a personal access token than the suite sends to anybody's server"
	}
	return ""
}
