package evaluation

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

// Limits of regular expressions. Matching takes time in proportion to the text and to the
// compiled expression, and a{1000} is a short way to write a large one.
const (
	maxExpression = 4096    // bytes
	maxProgram    = 10_000  // instructions
	maxWork       = 1 << 21 // instructions times bytes: 20 ms at worst
)

var errExpressionTooLarge = errors.New("the regular expression is too large")

// compileExpression compiles a regular expression within limits. The function that it
// returns reports whether the expression occurs anywhere in a text. A text that is too
// long for the expression does not match.
func compileExpression(expression string, caseInsensitive bool) (func(string) bool, error) {
	if len(expression) > maxExpression {
		return nil, errExpressionTooLarge
	}
	if caseInsensitive {
		expression = "(?i)" + expression
	}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	size := programSize(tree)
	if size > maxProgram {
		return nil, errExpressionTooLarge
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	return func(text string) bool {
		return len(text)*size <= maxWork && compiled.MatchString(text)
	}, nil
}

// programSize estimates the number of instructions that a syntax tree compiles to.
func programSize(tree *syntax.Regexp) int {
	size := 1
	if tree.Op == syntax.OpLiteral {
		size = len(tree.Rune)
	}
	for _, sub := range tree.Sub {
		size += programSize(sub)
	}
	if tree.Op == syntax.OpRepeat {
		size *= max(tree.Min, tree.Max, 1)
	}
	return size
}
