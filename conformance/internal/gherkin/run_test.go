package gherkin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// TestWhatOthersCanBeTheReasonFor checks which failures others on the target may have caused.
// All other failures count, whoever else is active.
func TestWhatOthersCanBeTheReasonFor(t *testing.T) {
	t.Parallel()
	full := map[string]any{"name": "ExceedsLimitError"}
	for name, test := range map[string]struct {
		tags []string
		last *target.Exchange
		want bool
	}{
		"nothing was sent":       {[]string{"@writes"}, nil, false},
		"a wrong answer":         {[]string{"@writes"}, &target.Exchange{Status: http.StatusOK}, false},
		"a count":                {[]string{"@quiet"}, &target.Exchange{Status: http.StatusOK}, true},
		"a limit":                {[]string{"@limits"}, &target.Exchange{Status: http.StatusOK}, true},
		"alone":                  {[]string{"@alone"}, nil, true},
		"a refusal to wait":      {nil, &target.Exchange{Status: http.StatusTooManyRequests}, true},
		"a full target":          {nil, &target.Exchange{Status: http.StatusBadRequest, Value: full}, true},
		"a success of that name": {nil, &target.Exchange{Status: http.StatusOK, Value: full}, false},
	} {
		p := &performance{world: newWorld(&Run{})}
		p.world.record.scenario, p.world.answer.last = &plan.Scenario{Tags: test.tags}, test.last
		if got := p.dependsOnOthers(); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestErrorsOfStepsAreNotKept matters because godog keeps every error that a step returns until
// the run ends, and an error may hold an answer of many megabytes.
func TestErrorsOfStepsAreNotKept(t *testing.T) {
	t.Parallel()
	large := judge.Differs("", "a short answer", strings.Repeat("x", 8<<20))
	for _, want := range []error{large, nil} {
		p := &performance{}
		step, is := p.alone(func(context.Context, string) error { return want }).(func(context.Context, string) error)
		if !is {
			t.Fatal("the wrapped step has a different signature")
		}
		if got := step(t.Context(), "argument"); (got != nil) != (want != nil) || errors.Is(got, large) || !errors.Is(p.failure, want) {
			t.Errorf("godog keeps %.100v, the scenario has %.100v", got, p.failure)
		}
	}
}
