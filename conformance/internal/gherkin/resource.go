// Package gherkin runs scenarios. It knows the sentences that they are written in and keeps
// the state of each running scenario. What is specific to one resource of the API is in a
// subpackage of its own.
package gherkin

import (
	"context"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Resource defines what scenarios need for one resource of the API. All fields are optional.
type Resource struct {
	// Kinds are what can be created, and how the target lists it.
	Kinds []*ledger.Kind
	// Steps are sentences for this resource only. They set up what a scenario starts with.
	Steps []Step
	// Answers defines what is specific to the resource's responses.
	Answers judge.Specifics
	// Limits lists the operations whose rate a target limits.
	Limits []target.Limit
	// Probe finds out how many of the resource the target allows. It runs before the first
	// scenario if a scenario needs room. It leaves it to the scenarios to report what does
	// not work.
	Probe func(context.Context, *Setup) error
	// Tokens has functions that make a token for an actor without one. problem says why that
	// is impossible; scenarios that need the token then stay disabled.
	Tokens map[string]func(context.Context, *Setup) (token, problem string, err error)
	// Watch starts to observe what others do to the target, for a scenario that cannot tell
	// it from a fault. The function that it returns says what they did, or returns an empty
	// string if they did nothing.
	Watch func(context.Context, *World) func(context.Context) string
}

// Resources are all resources that scenarios are about.
type Resources []Resource

// Kinds returns the kinds of all resources.
func (all Resources) Kinds() ledger.Kinds {
	var kinds ledger.Kinds
	for _, r := range all {
		kinds = append(kinds, r.Kinds...)
	}
	return kinds
}

// Limits returns the limits of all resources.
func (all Resources) Limits() []target.Limit {
	var limits []target.Limit
	for _, r := range all {
		limits = append(limits, r.Limits...)
	}
	return limits
}

// Answers returns what is specific to the responses of each resource.
func (all Resources) Answers() []judge.Specifics {
	var answers []judge.Specifics
	for _, r := range all {
		answers = append(answers, r.Answers)
	}
	return answers
}

// Vocabulary returns what is needed to read the needs of a scenario from its text.
func (all Resources) Vocabulary() plan.Vocabulary {
	v := plan.Vocabulary{Kinds: all.Kinds()}
	for _, r := range all {
		for _, step := range r.Steps {
			v.Sentences = append(v.Sentences, plan.Sentence{Expression: step.expression(), Makes: step.Makes, Facts: step.Needs})
		}
	}
	return v
}
