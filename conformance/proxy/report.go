package proxy

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Stats returns the counts so far. They are final after Close.
func (p *Proxy) Stats() Stats {
	p.journal.mu.Lock()
	defer p.journal.mu.Unlock()
	return p.journal.stats
}

// RecordError returns why the recording cannot be written; nil if it can. Exchanges that Stats
// counts as missed are not in the recording either.
func (p *Proxy) RecordError() error { return p.recorder.failure() }

// Report returns what was found so far: one scenario for each operation that was seen. It is
// final after Close. It contains no secrets.
func (p *Proxy) Report() *report.Report {
	out, kept := p.found()
	for i, exchanges := range kept {
		out.Scenarios[i].Exchanges = reported(exchanges, p.secrets)
	}
	return out
}

// found returns the report without exchanges, and those of the scenarios that have any. They are prepared
// later, because traffic waits for the lock.
func (p *Proxy) found() (out *report.Report, kept [][]traffic.Exchange) {
	j := p.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	out = &report.Report{
		SchemaVersion: report.SchemaVersion,
		Tool:          report.Tool{Name: "unleash-mock", Version: p.options.Version, Command: "proxy", Contract: j.contract.Version()},
		Target:        report.Target{URL: p.secrets.URL(p.options.Upstream.String()), Mock: p.secrets.Text(j.mock)},
		Run:           report.Run{ID: uuid.NewString(), Started: j.started, Duration: time.Since(j.started)},
		Summary:       report.Summary{Exchanges: j.stats.Exchanges, Violations: j.stats.Violations},
		Operations:    []report.Operation{},
		Scenarios:     []report.Scenario{},
		Cleanup:       []report.Leftover{},
	}
	for _, operation := range j.contract.Operations() {
		t := j.operations[operation]
		if t == nil {
			continue
		}
		scenario := t.scenario(operation)
		kept = append(kept, t.kept())
		out.Scenarios = append(out.Scenarios, scenario)
		summary := report.Summary{Exchanges: t.Exchanges, Violations: t.Violations}
		summary.Add(scenario.Outcome)
		out.Summary.Add(scenario.Outcome)
		out.Operations = append(out.Operations, report.Operation{
			ID: operation.ID, Method: operation.Method, Path: operation.Path, Summary: summary, Statuses: t.statusList(operation),
		})
	}
	for _, unjudged := range j.stats.unjudged() {
		out.Scenarios = append(out.Scenarios, unjudged)
		out.Summary.Add(unjudged.Outcome)
	}
	out.ExitCode = j.stats.exitCode()
	return out, kept
}

// exitCode returns the exit code for everything so far. If no operation of the contract was
// seen, nothing was verified. It is an error if nothing was answered, something was missed,
// or the proxy itself failed.
func (s Stats) exitCode() int {
	switch {
	case s.Violations > 0:
		return exitcode.Broken
	case s.Missed+s.Failed > 0:
		return exitcode.Error
	case s.Exchanges == 0:
		return exitcode.Unverified
	case s.Unanswered+s.Left == s.Exchanges:
		return exitcode.Error
	}
	return exitcode.OK
}

// scenario returns what was found about one operation.
func (t *tally) scenario(operation *spec.Operation) report.Scenario {
	scenario := report.Scenario{
		ID:         "proxy:" + operation.ID,
		Feature:    "Traffic",
		Name:       fmt.Sprintf("%s (%s %s)", operation.ID, operation.Method, operation.Path),
		Tags:       []string{"@op:" + operation.ID},
		Operations: []string{operation.ID},
		Outcome:    report.Passed,
		Started:    t.first,
		Duration:   t.duration,
		Steps:      []report.Step{},
		Failures:   []report.Failure{},
	}
	switch {
	case t.Violations > 0:
		scenario.Outcome = report.Failed
		scenario.Failures = t.failures(operation)
	case t.Unanswered+t.Left == t.Exchanges:
		scenario.Outcome = report.Errored
		scenario.Reason = fmt.Sprintf("the upstream left %s unanswered", plural.Of(t.Exchanges, "request"))
	}
	return scenario
}

// failures lists each violation once, with how often it occurred.
func (t *tally) failures(operation *spec.Operation) []report.Failure {
	failures := []report.Failure{}
	for _, b := range t.breaches {
		failure := report.Failure{
			Operation:   operation.ID,
			Expectation: "the " + b.Direction + " keeps the contract",
			Got:         fmt.Sprintf("%s: %s (%s, status %d)", b.In, b.Reason, plural.Times(b.count), b.status),
			Pointer:     b.Pointer,
		}
		if response := operation.Response(b.status); response != nil && b.Direction == "response" {
			failure.Standing = response.Standing
		}
		failures = append(failures, failure)
	}
	if t.beyond > 0 {
		failures = append(failures, report.Failure{
			Operation:   operation.ID,
			Expectation: "the traffic keeps the contract",
			Got:         fmt.Sprintf("violations of further kinds that are not listed (%s)", plural.Times(t.beyond)),
		})
	}
	return failures
}

// statusList lists the statuses that were seen, and the documented ones that were not.
func (t *tally) statusList(operation *spec.Operation) []report.Status {
	codes := operation.Statuses()
	for code := range t.statuses {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	var list []report.Status
	for _, code := range codes {
		status := report.Status{Code: code, Seen: t.statuses[code]}
		if response := operation.Response(code); response != nil {
			status.Documented, status.Standing = true, response.Standing
		}
		list = append(list, status)
	}
	return list
}

// unjudged returns scenarios for the traffic that was not judged.
func (s Stats) unjudged() (scenarios []report.Scenario) {
	for _, part := range []struct {
		count    int
		id, name string
		outcome  report.Outcome
		reason   string
	}{
		{s.Outside, "outside", "requests outside the contract", report.Disabled, "passed on but not judged, because they match no operation of the contract"},
		{s.Refused, "refused", "requests that the proxy refused", report.Disabled, "not passed on, because they were outside of --base-uri-path or asked for a tunnel"},
		{s.Missed, "missed", "requests that came faster than they could be judged", report.Errored, "passed on, but neither judged nor recorded"},
		{s.Failed, "failed", "requests on which the proxy failed", report.Errored, "passed on, but not judged because of an error in the proxy, which its log describes"},
	} {
		if part.count == 0 {
			continue
		}
		scenarios = append(scenarios, report.Scenario{
			ID:         "proxy:" + part.id,
			Feature:    "Traffic",
			Name:       part.name,
			Tags:       []string{},
			Operations: []string{},
			Outcome:    part.outcome,
			Reason:     fmt.Sprintf("%s: %d", part.reason, part.count),
			Steps:      []report.Step{},
			Exchanges:  []report.Exchange{},
			Failures:   []report.Failure{},
		})
	}
	return scenarios
}

// reported lists exchanges by time, as a report shows them.
func reported(kept []traffic.Exchange, known *secrets.Redactor) []report.Exchange {
	var out []report.Exchange
	for _, x := range kept {
		out = append(out, x.Record(known, keptBody))
	}
	slices.SortFunc(out, func(a, b report.Exchange) int { return a.Started.Compare(b.Started) })
	return out
}
