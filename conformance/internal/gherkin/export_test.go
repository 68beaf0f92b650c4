package gherkin

import "regexp"

// Sentences returns the expressions of all steps that scenarios can use.
func Sentences(all Resources) []*regexp.Regexp {
	var sentences []*regexp.Regexp
	for _, step := range all.steps() {
		sentences = append(sentences, step.expression())
	}
	return sentences
}
