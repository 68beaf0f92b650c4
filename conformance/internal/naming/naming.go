// Package naming makes names fit the naming pattern that a project requires for its flags.
package naming

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Affixes are the texts before and after a name.
type Affixes struct{ Before, After string }

// Around puts the affixes around a name.
func (a Affixes) Around(name string) string { return a.Before + name + a.After }

// maxPattern is the maximum length of a pattern in bytes, and maxTries how many places in it
// are tried. maxSteps bounds the work of all tries together: a match takes up to as many steps
// as the text has bytes times the expression has instructions.
const (
	maxPattern = 4 << 10
	maxTries   = 1000
	maxSteps   = 1 << 24
)

// Fit finds affixes that make names fit a pattern, which is a regular expression that Unleash
// matches against the whole name. All the names have to fit. The error says why there are no
// such affixes.
func Fit(pattern string, names ...string) (Affixes, error) {
	if len(pattern) > maxPattern {
		return Affixes{}, fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	whole := "^" + pattern + "$" // as Unleash writes it, which matters for an alternative at the top level (O)
	fits, err := regexp.Compile(whole)
	if err != nil {
		return Affixes{}, fmt.Errorf("the pattern %s cannot be read", pattern)
	}
	tree, _ := syntax.Parse(whole, syntax.Perl) // cannot fail, nor can Compile: regexp has done the same
	tree = tree.Simplify()
	program, _ := syntax.Compile(tree)
	tries, steps := maxTries, maxSteps
	found, ok := around(tree, Affixes{}, func(a Affixes) bool {
		tries--
		for _, name := range names {
			text := a.Around(name)
			if steps -= len(text) * len(program.Inst); steps < 0 || !fits.MatchString(text) {
				return false
			}
		}
		return true
	}, func() bool { return tries <= 0 || steps < 0 })
	switch {
	case ok:
		return found, nil
	case tries <= 0 || steps < 0:
		return Affixes{}, fmt.Errorf("the pattern is too complex to find a name that fits: %s", pattern)
	}
	return Affixes{}, fmt.Errorf("no name of the run fits the pattern %s", pattern)
}

// around looks for a part of an expression that can hold a name, with the shortest text for
// what comes before and after it.
func around(e *syntax.Regexp, a Affixes, fits func(Affixes) bool, enough func() bool) (Affixes, bool) {
	if enough() {
		return a, false
	}
	if fits(a) {
		return a, true
	}
	switch e.Op {
	case syntax.OpConcat:
		for i, part := range e.Sub {
			if enough() {
				break
			}
			inner := Affixes{a.Before + shortest(e.Sub[:i]...), shortest(e.Sub[i+1:]...) + a.After}
			if found, ok := around(part, inner, fits, enough); ok {
				return found, true
			}
		}
	case syntax.OpAlternate, syntax.OpCapture, syntax.OpQuest, syntax.OpStar, syntax.OpPlus:
		for _, part := range e.Sub {
			if found, ok := around(part, a, fits, enough); ok {
				return found, true
			}
		}
	}
	return a, false
}

// shortest returns a short text that matches a sequence of expressions.
func shortest(row ...*syntax.Regexp) string {
	var text strings.Builder
	for _, e := range row {
		switch e.Op {
		case syntax.OpLiteral:
			text.WriteString(string(e.Rune))
		case syntax.OpCharClass:
			text.WriteRune(plainest(e.Rune))
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			text.WriteByte('a')
		case syntax.OpConcat, syntax.OpCapture:
			text.WriteString(shortest(e.Sub...))
		case syntax.OpAlternate, syntax.OpPlus:
			text.WriteString(shortest(e.Sub[0]))
		}
	}
	return text.String()
}

// plainest returns a character of a class: one that is safe in a URL, if there is one.
func plainest(ranges []rune) rune {
	for _, wanted := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= wanted && wanted <= ranges[i+1] {
				return wanted
			}
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}
