package sample

import (
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pb33f/jsonschema/v6"
)

// match generates a text that a regular expression matches, of a different length with each try. It
// is empty if the expression cannot be parsed.
func (m *maker) match(pattern string, low, try int) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return m.matchAhead(pattern, low, try)
	}
	write := func(more int) string {
		w := &matcher{maker: m, more: more}
		w.write(parsed)
		return w.out.String()
	}
	more := min(try, 2)
	text := write(more)
	if missing := low - utf8.RuneCountInString(text); missing > 0 && try > 0 {
		text = write(more + (missing+try-1)/try) // as if there were try parts that can repeat
	}
	if !strings.HasSuffix(pattern, "$") { // anything may follow
		text = fitted(text, low, -1)
	}
	return text
}

// matcher writes a text that matches an expression.
type matcher struct {
	*maker
	more  int // how often parts that can repeat are repeated
	parts int // number of parts written, including empty ones
	out   strings.Builder
}

// full reports whether the text is as long as it may be.
func (w *matcher) full() bool { return w.out.Len() > maxText || w.parts > maxText }

func (w *matcher) write(re *syntax.Regexp) {
	if w.parts++; w.full() {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		w.out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		w.out.WriteRune(w.among(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.out.WriteByte(byte('a' + w.random.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, part := range re.Sub {
			w.write(part)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.random.IntN(len(re.Sub))])
	case syntax.OpStar:
		w.repeat(re.Sub[0], w.more)
	case syntax.OpPlus:
		w.repeat(re.Sub[0], 1+w.more)
	case syntax.OpQuest:
		w.repeat(re.Sub[0], min(w.more, 1))
	case syntax.OpRepeat:
		count := re.Min + w.more
		if re.Max >= 0 {
			count = min(count, re.Max)
		}
		w.repeat(re.Sub[0], count)
	}
}

func (w *matcher) repeat(re *syntax.Regexp, count int) {
	for i := 0; i < count && !w.full(); i++ {
		w.write(re)
	}
}

// among picks a character from ranges: an ASCII letter or digit if there is one, or else another
// printable character.
func (w *matcher) among(ranges []rune) rune {
	for _, wanted := range []func(rune) bool{
		func(r rune) bool { return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) },
		func(r rune) bool { return r < 0x80 && unicode.IsPrint(r) },
		unicode.IsPrint,
	} {
		var found []rune
		for i := 0; i+1 < len(ranges); i += 2 {
			for r := ranges[i]; r <= min(ranges[i+1], ranges[i]+0x100); r++ {
				if wanted(r) {
					found = append(found, r)
				}
			}
		}
		if len(found) > 0 {
			return found[w.random.IntN(len(found))]
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}

// patternsOf returns the expressions in alphabetical order.
func patternsOf(patterned map[jsonschema.Regexp]*jsonschema.Schema) []string {
	var patterns []string
	for pattern := range maps.Keys(patterned) {
		patterns = append(patterns, pattern.String())
	}
	slices.Sort(patterns)
	return patterns
}
