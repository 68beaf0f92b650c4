package sample

import (
	"regexp"
	"slices"
	"strings"
)

// Ahead is a regular expression that begins with lookahead groups, as those for passwords do. Go's
// expressions lack lookahead, but at the beginning each group can be matched by itself.
type Ahead struct {
	text  string
	match []*regexp.Regexp // the positive groups, and the expression after all groups
	avoid []*regexp.Regexp // the negative groups
}

// maxAhead is the maximum number of lookahead groups.
const maxAhead = 16

// NewAhead parses an expression, and compiles its parts with the given function. It returns nil if
// the expression does not begin with lookahead, also has it elsewhere, or cannot be compiled.
func NewAhead(text string, compile func(string) (*regexp.Regexp, error)) *Ahead {
	rest, anchored := strings.CutPrefix(text, "^")
	out := &Ahead{text: text}
	groups := 0
	for anchored && groups <= maxAhead && (strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!")) {
		end, _ := group(rest)
		if end < 0 {
			return nil
		}
		body := rest[len("(?=") : end-1]
		groups++
		compiled, err := compile("^(?:" + body + ")")
		if err != nil {
			return nil
		}
		if rest[2] == '=' {
			out.match = append(out.match, compiled)
		} else {
			out.avoid = append(out.avoid, compiled)
		}
		rest = rest[end:]
	}
	_, forked := group("(" + rest + ")")
	if groups == 0 || groups > maxAhead || forked {
		return nil
	}
	compiled, err := compile("^" + rest)
	if err != nil {
		return nil
	}
	out.match = append(out.match, compiled)
	return out
}

// group returns where the group ends that an expression begins with, or -1, and whether the group has
// alternatives at its top level.
func group(text string) (end int, forked bool) {
	depth, inClass := 0, false
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case c == '\\':
			at++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '(':
			depth++
		case c == '|':
			forked = forked || depth == 1
		case c == ')':
			if depth--; depth == 0 {
				return at + 1, forked
			}
		}
	}
	return -1, forked
}

// String returns the expression as it was given.
func (a *Ahead) String() string { return a.text }

// MatchString reports whether a text matches the whole expression.
func (a *Ahead) MatchString(text string) bool {
	return !slices.ContainsFunc(a.match, func(one *regexp.Regexp) bool { return !one.MatchString(text) }) &&
		!slices.ContainsFunc(a.avoid, func(one *regexp.Regexp) bool { return one.MatchString(text) })
}
