package gherkin

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// recorded returns the record of a scenario about an operation, with one step.
func recorded(conditions plan.Conditions, operation string) *record {
	scenario := &plan.Scenario{
		File: "x/y.feature", Operations: []string{operation}, Standing: spec.Inferred, Source: "the scenario's",
		Steps: []plan.Step{{Keyword: "Then", Text: "all is well", Line: 7}},
	}
	r := &record{run: &Run{Redact: secrets.New(), Judge: judge.New(), Plan: &plan.Plan{Conditions: conditions}}, scenario: scenario, report: scenario.Record()}
	r.start()
	return r
}

// TestAMockHasNoDeviations checks that a known deviation is labelled as such on a real server
// only: in a mock it is a fault.
func TestAMockHasNoDeviations(t *testing.T) {
	t.Parallel()
	huge := &target.Exchange{Request: target.Request{Path: "/api/admin/things/99999999999"}, Status: 500}
	for name, test := range map[string]struct {
		found target.Findings
		known bool
	}{
		"a real server": {target.Findings{Version: "8.2.0"}, true},
		"a mock":        {target.Findings{Version: "8.2.0", Mock: "dev"}, false},
		"not known":     {target.Findings{}, false},
	} {
		r := recorded(plan.Conditions{Findings: test.found}, "getHealth")
		r.fail(judge.Differs("", "status 404", "status 500"), huge, r.run.Redact)
		if got := r.report.Failures[0].Known; (got != "") != test.known {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestWhatAFailureSpeaksAgainst(t *testing.T) {
	t.Parallel()
	list := &target.Exchange{Operation: &spec.Operation{ID: "getList"}}
	for name, test := range map[string]struct {
		about             string
		err               error
		last              *target.Exchange
		operation, seenIn string
	}{
		"what answered":             {"getList", judge.Differs("/x", "a", "b"), list, "getList", ""},
		"what the scenario is for":  {"deleteIt", judge.Differs("/x", "a", "b"), list, "deleteIt", "getList"},
		"what the check blames":     {"deleteIt", judge.Blames("createIt", "a", "b"), list, "createIt", "getList"},
		"what did not answer":       {"deleteIt", &target.NoAnswerError{}, list, "getList", ""},
		"nothing that the API has":  {"deleteIt", judge.Differs("/x", "a", "b"), nil, "deleteIt", ""},
		"several things of a check": {"deleteIt", judge.Broken("getList", []judge.Breach{{Expectation: "a"}, {Expectation: "b"}}), list, "getList", ""},
	} {
		if silent, is := test.err.(*target.NoAnswerError); is {
			test.err = fmt.Errorf("%w", silentError{silent})
		}
		r := recorded(plan.Conditions{}, test.about)
		r.fail(test.err, test.last, r.run.Redact)
		f := r.report.Failures[0]
		if f.Operation != test.operation || f.SeenIn != test.seenIn || f.Line != 7 || f.Step != "Then all is well" || f.Standing == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestAFailureShowsNoSecret checks that what a response reveals at one place is hidden at others,
// and a value in a secret's place is, however short.
func TestAFailureShowsNoSecret(t *testing.T) {
	t.Parallel()
	last := &target.Exchange{Received: []byte(`{"secret":"of-somebody","name":"of-somebody"}`)}
	for name, test := range map[string]struct{ pointer, got, want string }{
		"by its name":  {"/secret", `"abc"`, "[redacted]"},
		"by its value": {"/name", `"of-somebody"`, `"[redacted]"`},
	} {
		r := recorded(plan.Conditions{}, "getList")
		err := judge.Differs(test.pointer, "a number", test.got)
		r.ended(t.Context(), godog.StepFailed, err, last)
		if got := r.report.Failures[0].Got; got != test.want || r.report.Steps[0].Message != "expected a number, got "+test.want {
			t.Errorf("%s: got %s, %s", name, got, r.report.Steps[0].Message)
		}
	}
}

// silentError gives a NoAnswerError without a cause a text.
type silentError struct{ error }

func (silentError) Error() string { return "no answer" }

func TestWhoseFaultAnErrorIs(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancelCause(t.Context())
	end(errors.New("closed terminal"))
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want report.Outcome
	}{
		"the target's":          {t.Context(), judge.Differs("", "a", "b"), report.Failed},
		"in another":            {t.Context(), fmt.Errorf("step: %w", judge.Differs("", "a", "b")), report.Failed},
		"no answer":             {t.Context(), &target.NoAnswerError{}, report.Failed},
		"nobody's":              {t.Context(), &disabledError{"too slow"}, report.Disabled},
		"the user's":            {ended, fmt.Errorf("interrupted: %w", context.Cause(ended)), report.Skipped},
		"the suite's":           {t.Context(), errNothingSent, report.Errored},
		"the suite's, at last":  {ended, errNothingSent, report.Errored},
		"the user's, elsewhere": {t.Context(), context.Canceled, report.Errored},
	} {
		if got := outcomeOf(test.ctx, test.err); got != test.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
