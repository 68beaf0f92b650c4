package evaluation

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

// MaxExpression is the length in bytes up to which a regular expression is read.
const MaxExpression = 4096

// Limits of regular expressions. Matching takes time in proportion to the text and to the
// compiled expression, and a{1000} is a short way to write a large one.
const (
	maxProgram     = 10_000   // instructions
	maxMatch       = 1 << 21  // instructions times bytes: some 50 ms at worst
	maxExpressions = 32 << 20 // bytes of memory, of all expressions of a configuration
)

// The memory that a compiled expression takes, by measurement.
const (
	expressionSize  = 2048
	instructionSize = 64
	runeSize        = 4
	copySize        = 8    // of a rune in the second program that an anchored expression may have
	onePass         = 1000 // instructions; a larger expression has none
	unreadSize      = 256  // for each byte of one that is refused, in place of the time to read it
)

var errExpressionTooLarge = errors.New("the regular expression is too large")

// An expressionSet has the regular expressions of a configuration, each compiled once.
type expressionSet struct {
	known map[expression]compiledExpression
	bytes int64 // of memory, estimated
}

func newExpressionSet() *expressionSet {
	return &expressionSet{known: map[expression]compiledExpression{}}
}

type expression struct {
	text            string
	caseInsensitive bool
}

type compiledExpression struct {
	*regexp.Regexp
	instructions int
	problem      error
}

// compile compiles a regular expression within limits.
func (e *expressionSet) compile(text string, caseInsensitive bool) compiledExpression {
	key := expression{text, caseInsensitive}
	out, known := e.known[key]
	if !known {
		out = e.read(key)
		e.known[key] = out
	}
	return out
}

func (e *expressionSet) read(from expression) compiledExpression {
	if e.bytes > maxExpressions {
		return compiledExpression{problem: ErrExpressionsTooLarge}
	}
	if len(from.text) > MaxExpression {
		return compiledExpression{problem: errExpressionTooLarge}
	}
	text := from.text
	if from.caseInsensitive {
		text = "(?i)" + text
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		e.bytes += int64(unreadSize * len(text))
		return compiledExpression{problem: err}
	}
	program := programOf(tree)
	if program.instructions > maxProgram {
		e.bytes += int64(unreadSize * len(text))
		return compiledExpression{problem: errExpressionTooLarge}
	}
	if e.bytes += program.size(isAnchored(tree)); e.bytes > maxExpressions {
		return compiledExpression{problem: ErrExpressionsTooLarge}
	}
	out := compiledExpression{instructions: program.instructions}
	out.Regexp, out.problem = regexp.Compile(text)
	return out
}

// program estimates what a syntax tree compiles to. It may have more instructions, not fewer.
type program struct {
	instructions int
	runes        int // the bounds of ranges in classes of characters
	copies       int // the same, as often as they are repeated
}

func programOf(tree *syntax.Regexp) program {
	out := program{instructions: 1}
	switch tree.Op {
	case syntax.OpConcat, syntax.OpRepeat:
		out.instructions = 0
	case syntax.OpLiteral:
		out.instructions = len(tree.Rune)
	case syntax.OpCharClass:
		out.runes, out.copies = len(tree.Rune), len(tree.Rune)
	}
	for _, sub := range tree.Sub {
		inner := programOf(sub)
		out.instructions += inner.instructions
		out.runes += inner.runes
		out.copies += inner.copies
	}
	if tree.Op == syntax.OpRepeat {
		times := max(tree.Min, tree.Max, 1)
		out.instructions *= times
		out.copies *= times
	}
	return out
}

// size returns the bytes of memory that the program takes.
func (p program) size(anchored bool) int64 {
	out := expressionSize + instructionSize*p.instructions + runeSize*p.runes
	if anchored && p.instructions < onePass {
		out += instructionSize*p.instructions + copySize*p.copies
	}
	return int64(out)
}

func isAnchored(tree *syntax.Regexp) bool {
	for tree.Op == syntax.OpConcat {
		tree = tree.Sub[0]
	}
	return tree.Op == syntax.OpBeginText
}
