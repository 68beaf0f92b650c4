package gherkin

import "regexp"

// Sentences are all that scenarios can be written in.
func Sentences(all Resources) []*regexp.Regexp {
	var sentences []*regexp.Regexp
	for _, step := range all.steps() {
		sentences = append(sentences, step.expression())
	}
	return sentences
}
