// Package gherkin runs scenarios: it knows the sentences that they are written
// in, and what one scenario knows while it runs. What is particular to a resource
// of the API is in a package for each, below this one.
package gherkin

import (
	"context"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Resource is what scenarios need of one resource of the API. All of it is
// optional.
type Resource struct {
	// Kinds are what can be made of it, and how the target lists it.
	Kinds []*ledger.Kind
	// Steps are sentences of its own, which arrange what a scenario starts from.
	Steps []Step
	// Answers are what is particular to its answers.
	Answers judge.Specifics
	// Limits are its operations that a target allows only so often.
	Limits []target.Limit
	// Probe finds out how much of it the target allows. It runs before the first
	// scenario, if one needs room. What does not work is left to the scenarios to
	// find.
	Probe func(context.Context, *Setup) error
	// Tokens make a token for an actor without one. problem says why that cannot be;
	// then scenarios that need it stay disabled.
	Tokens map[string]func(context.Context, *Setup) (token, problem string, err error)
	// Watch begins to look for what others do to the target while a scenario runs that
	// cannot tell it from a fault. The function it returns says what they did; empty
	// if nothing.
	Watch func(context.Context, *World) func(context.Context) string
}

// Resources are all that scenarios are about.
type Resources []Resource

// Kinds are those of all resources.
func (all Resources) Kinds() ledger.Kinds {
	var kinds ledger.Kinds
	for _, r := range all {
		kinds = append(kinds, r.Kinds...)
	}
	return kinds
}

// Limits are those of all resources.
func (all Resources) Limits() []target.Limit {
	var limits []target.Limit
	for _, r := range all {
		limits = append(limits, r.Limits...)
	}
	return limits
}

// Answers are what is particular to the answers of each.
func (all Resources) Answers() []judge.Specifics {
	var answers []judge.Specifics
	for _, r := range all {
		answers = append(answers, r.Answers)
	}
	return answers
}

// Vocabulary is what the needs of a scenario can be read from.
func (all Resources) Vocabulary() plan.Vocabulary {
	v := plan.Vocabulary{Kinds: all.Kinds()}
	for _, r := range all {
		for _, step := range r.Steps {
			v.Sentences = append(v.Sentences, plan.Sentence{Expression: step.expression(), Makes: step.Makes, Facts: step.Needs})
		}
	}
	return v
}
