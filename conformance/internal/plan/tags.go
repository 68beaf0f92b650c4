package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tagFilter reports whether the user asked for a scenario with these tags.
type tagFilter func(tags []string) bool

// parseTags parses a tag expression in Cucumber's syntax: tags joined by and, or and not,
// with parentheses. An empty one matches everything.
//
//	expression = term { "or" term }
//	term       = factor { "and" factor }
//	factor     = "not" factor | "(" expression ")" | tag
func parseTags(text string) (tagFilter, error) {
	words := wordsOf(text)
	if len(words) == 0 {
		return func([]string) bool { return true }, nil
	}
	p := &tagParser{words: words}
	filter, err := p.expression()
	if err == nil && len(p.words) > 0 {
		err = p.unexpected()
	}
	if err != nil {
		return nil, fmt.Errorf("tag expression %q: %w", text, err)
	}
	return filter, nil
}

// wordsOf splits a tag expression.
func wordsOf(text string) []string {
	return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
}

type tagParser struct{ words []string }

// take removes the next word if it is the given one.
func (p *tagParser) take(word string) bool {
	if len(p.words) == 0 || p.words[0] != word {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *tagParser) unexpected() error {
	if len(p.words) == 0 {
		return errors.New("it ends too early")
	}
	return fmt.Errorf("%q is not expected there; tags begin with @ and are joined by and, or, not", p.words[0])
}

func (p *tagParser) expression() (tagFilter, error) {
	left, err := p.term()
	for err == nil && p.take("or") {
		var right tagFilter
		before := left
		right, err = p.term()
		left = func(tags []string) bool { return before(tags) || right(tags) }
	}
	return left, err
}

func (p *tagParser) term() (tagFilter, error) {
	left, err := p.factor()
	for err == nil && p.take("and") {
		var right tagFilter
		before := left
		right, err = p.factor()
		left = func(tags []string) bool { return before(tags) && right(tags) }
	}
	return left, err
}

func (p *tagParser) factor() (tagFilter, error) {
	switch {
	case p.take("not"):
		inner, err := p.factor()
		return func(tags []string) bool { return !inner(tags) }, err
	case p.take("("):
		inner, err := p.expression()
		if err == nil && !p.take(")") {
			err = p.unexpected()
		}
		return inner, err
	case len(p.words) > 0 && strings.HasPrefix(p.words[0], "@"):
		tag := p.words[0]
		p.words = p.words[1:]
		return func(tags []string) bool { return slices.Contains(tags, tag) }, nil
	}
	return nil, p.unexpected()
}
