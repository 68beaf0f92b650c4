package gherkin

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
)

// TestErrorsOfStepsAreNotKept: godog keeps what a step returns until the run ends, and an error
// may hold an answer of many megabytes.
func TestErrorsOfStepsAreNotKept(t *testing.T) {
	t.Parallel()
	large := judge.Differs("", "a short answer", strings.Repeat("x", 8<<20))
	for _, want := range []error{large, nil} {
		p := &performance{}
		step, is := p.alone(func(context.Context, string) error { return want }).(func(context.Context, string) error)
		if !is {
			t.Fatal("the function has another form")
		}
		if got := step(t.Context(), "argument"); (got != nil) != (want != nil) || errors.Is(got, large) || !errors.Is(p.failure, want) {
			t.Errorf("godog keeps %.100v, the scenario has %.100v", got, p.failure)
		}
	}
}
