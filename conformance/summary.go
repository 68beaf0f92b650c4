package conformance

import (
	"net/http"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// newReport returns the report of a run before it has any results.
func (o Options) newReport(contract *spec.Contract, target report.Target, run report.Run) *report.Report {
	run.Duration = time.Since(run.Started)
	return &report.Report{
		SchemaVersion: report.SchemaVersion,
		Tool:          report.Tool{Name: "unleash-mock", Version: o.Version, Command: "verify", Contract: contract.Version()},
		Target:        target,
		Run:           run,
		Scenarios:     []report.Scenario{},
		Cleanup:       []report.Leftover{},
	}
}

// conclude completes a report that has all scenarios: it counts results per operation and in total,
// and sets the exit code. unseen says why a documented status was not seen.
func (o Options) conclude(r *report.Report, operations []*spec.Operation, unseen func(*spec.Operation, int) string, cause error) {
	sum(r, operations, unseen)
	r.ExitCode = exitCode(r.Summary, cause)
	if o.DryRun && cause == nil {
		r.ExitCode = exitcode.OK
	}
}

// whyNotRun returns why a scenario that is not disabled did not run. cause is the error that ended
// the run early, or nil after a dry run.
func whyNotRun(cause error, redact *secrets.Redactor) string {
	if cause == nil {
		return planned
	}
	return "the run ended first: " + redact.Text(cause.Error())
}

func (s *suite) report(cause error) *report.Report {
	r := s.options.newReport(s.contract, s.describe(), s.describeRun())
	r.Cleanup = slices.Clip(append(r.Cleanup, s.leftovers...))
	allowed := s.run.Judge.Allowed()
	r.Allowed = slices.Grow(r.Allowed, len(allowed))[:len(allowed)]
	for i, a := range allowed {
		r.Allowed[i].What, r.Allowed[i].Times = a.What, a.Times
	}
	for _, scenario := range s.run.Plan.Scenarios {
		record := s.records[scenario]
		if record == nil {
			record = notRun(scenario, whyNotRun(cause, s.run.Redact))
		}
		r.Scenarios = append(r.Scenarios, *record)
	}
	s.options.conclude(r, s.contract.Operations(), s.unseen, cause)
	if s.refused && cause == nil {
		r.ExitCode = exitcode.Broken
	}
	return r
}

// describe returns the target as a report names it.
func (s *suite) describe() report.Target {
	c, clean := s.conditions(), s.run.Redact
	return report.Target{URL: clean.URL(s.address.Base), Version: clean.Text(c.Version), Edition: string(c.Edition), Mock: clean.Text(c.Mock)}
}

// notes returns what the user should know before the first scenario.
func (s *suite) notes() []string {
	notes := slices.Clone(s.conditions().Notes)
	for i, note := range notes {
		notes[i] = s.run.Redact.Text(note)
	}
	return notes
}

func (s *suite) describeRun() report.Run {
	return report.Run{
		ID: s.id, Profile: string(s.run.Plan.Profile()), Tags: s.options.Tags, Only: s.options.Operations,
		Tokens:  sourcesOf(s.conditions().Tokens, target.Tokens(s.options.Tokens), s.conditions().Mock),
		Project: s.options.Project, Environment: s.options.Environment,
		Writes: s.conditions().Writes, Assumed: s.run.Plan.Assumed(), Seed: s.options.Seed, Concurrency: s.options.Concurrency, Started: s.started,
	}
}

// sourcesOf lists the actors that have a token, each with where the token came from.
func sourcesOf(tokens, given target.Tokens, mock string) []string {
	var out []string
	for _, actor := range target.Actors() {
		switch {
		case tokens.Of(actor) == "":
		case given.Of(actor) != "":
			out = append(out, actor+" (given)")
		case mock != "":
			out = append(out, actor+" (built in)")
		default:
			out = append(out, actor+" (made for the run)")
		}
	}
	return out
}

// exitCode returns the exit code of a run.
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

// sum counts results per operation and in total. unseen says why a documented status was not
// seen. Operations that were not chosen are left out, unless something came of them.
func sum(r *report.Report, operations []*spec.Operation, unseen func(*spec.Operation, int) string) {
	index := map[string]int{}
	for i, operation := range operations {
		index[operation.ID] = i
		r.Operations = append(r.Operations, report.Operation{ID: operation.ID, Method: operation.Method, Path: operation.Path})
		for _, status := range operation.Statuses() {
			r.Operations[i].Statuses = append(r.Operations[i].Statuses, report.Status{
				Code: status, Documented: true, Standing: operation.Response(status).Standing,
			})
		}
	}
	for i := range r.Scenarios {
		scenario := &r.Scenarios[i]
		r.Summary.Add(scenario.Outcome)
		for _, id := range concerned(scenario) {
			if at, known := index[id]; known {
				r.Operations[at].Summary.Add(scenario.Outcome)
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
				operation.Statuses = seen(operations[at], operation.Statuses, exchange.Response.Status)
			}
		}
	}
	for i := range r.Operations {
		operation := &r.Operations[i]
		for j := range operation.Statuses {
			if status := &operation.Statuses[j]; status.Seen == 0 {
				status.Unseen = unseen(operations[i], status.Code)
			}
		}
	}
	r.Operations = slices.DeleteFunc(r.Operations, func(o report.Operation) bool {
		return len(r.Run.Only) > 0 && !slices.Contains(r.Run.Only, o.ID) && o.Summary == report.Summary{Disabled: o.Summary.Disabled}
	})
}

// concerned returns the operations that a scenario counts for: those it is about, and those
// that it found a failure in.
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

// seen counts a status. It adds one that the contract does not list, or covers only by a
// range or the default.
func seen(operation *spec.Operation, statuses []report.Status, code int) []report.Status {
	for i := range statuses {
		if statuses[i].Code == code {
			statuses[i].Seen++
			return statuses
		}
	}
	if code == 0 || code == http.StatusNotModified {
		return statuses // no answer, or a 304 in place of another status
	}
	status := report.Status{Code: code, Seen: 1}
	if response := operation.Response(code); response != nil {
		status.Documented, status.Standing = true, response.Standing
	}
	return append(statuses, status)
}

// unseen says why the suite cannot make an operation answer with a status on this target. It
// returns an empty string if a scenario can, but did not run or failed.
func (s *suite) unseen(operation *spec.Operation, status int) string {
	c := s.conditions()
	switch {
	case status == http.StatusInternalServerError || status == http.StatusServiceUnavailable:
		return "it indicates a failure of the server, which no request can provoke"
	case status == http.StatusNotFound && len(operation.PathParameters()) == 0 && c.Edition != spec.OpenSource:
		return "only an open-source instance answers with it"
	case status == http.StatusTooManyRequests && isOfSDKs(operation) && tooMany(c.SDKLimit):
		return "it takes more requests a minute with an SDK's token than the suite sends to any server"
	case status == http.StatusTooManyRequests && !isOfSDKs(operation) && !s.limits(operation) && tooMany(c.PersonalLimit):
		return "it takes more requests a minute with a personal access token than the suite sends to any server"
	}
	return ""
}

// tooMany reports whether a limit is unknown, or higher than the suite is willing to exceed.
func tooMany(limit int) bool { return limit == 0 || limit > plan.MaxBurst }

// isOfSDKs reports whether an operation accepts the tokens of SDKs.
func isOfSDKs(operation *spec.Operation) bool {
	return !operation.Public && (operation.Admits(spec.BackendToken) || operation.Admits(spec.FrontendToken))
}

// limits reports whether targets have a limit for this operation alone.
func (s *suite) limits(operation *spec.Operation) bool {
	return slices.ContainsFunc(s.run.Resources.Limits(), func(l target.Limit) bool { return l.Operation == operation.ID })
}
