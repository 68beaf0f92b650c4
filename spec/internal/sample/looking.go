package sample

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Looking is a regular expression with groups that look ahead or behind, which Go's expressions lack.
type Looking struct {
	text    string
	program *syntax.Prog // in which a mark stands for each group
	groups  []looking
}

// looking is a group that looks ahead or behind.
type looking struct {
	*Looking
	behind, negative bool
}

// firstMark is the first of the marks for groups. Each consists of two runes, since single ones may become
// a part of a class, in a group, which may be repeated. They are for private use.
const firstMark = 0xF0000

// maxLookingText is the maximum length of an expression that looks ahead or behind. The time to find its
// groups grows with the square of the length.
const maxLookingText = 10_000

// NewLooking parses an expression with groups that look ahead or behind.
func NewLooking(text string) (*Looking, error) {
	if len(text) > maxLookingText {
		return nil, errTooLarge
	}
	left := maxLooking
	return newLooking(text, &left)
}

var errTooLarge = errors.New("it is too large")

// newLooking is NewLooking for an expression or a group. left is how many instructions the rest may have.
func newLooking(text string, left *int) (*Looking, error) {
	out := &Looking{text: text}
	var failed error
	plain := eachLook(text, func(begin, body string) string {
		if failed != nil {
			return ""
		}
		var inner *Looking
		inner, failed = newLooking(body, left)
		out.groups = append(out.groups, looking{inner, strings.Contains(begin, "<"), strings.HasSuffix(begin, "!")})
		mark := rune(firstMark + 2*(len(out.groups)-1))
		return "(?:" + string([]rune{mark, mark + 1}) + ")"
	})
	if failed != nil {
		return nil, failed
	}
	parsed, err := syntax.Parse(plain, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r >= firstMark }) {
		return nil, errors.New("it has characters for private use")
	}
	if instructions(parsed) > maxInstructions {
		return nil, errTooLarge
	}
	if out.program, err = syntax.Compile(parsed.Simplify()); err != nil {
		return nil, err
	}
	if *left -= len(out.program.Inst); *left < 0 {
		return nil, errTooLarge
	}
	return out, nil
}

// maxLooking is the maximum number of instructions of an expression that looks ahead or behind, with its
// groups.
const maxLooking = 10_000

// eachLook returns an expression with its groups that look ahead or behind replaced. begin is what such a
// group begins with, and body the rest of it.
func eachLook(text string, replace func(begin, body string) string) string {
	var out strings.Builder
	inClass := false
	for at := 0; at < len(text); at++ {
		if begin := lookBegin.FindString(text[at:]); begin != "" && !inClass {
			if end, _ := group(text[at:]); end > 0 {
				out.WriteString(replace(begin, text[at+len(begin):at+end-1]))
				at += end - 1
				continue
			}
		}
		out.WriteByte(text[at])
		switch text[at] {
		case '\\':
			if at++; at < len(text) {
				out.WriteByte(text[at])
			}
		case '[':
			inClass = true
		case ']':
			inClass = false
		}
	}
	return out.String()
}

// lookBegin matches what a group begins with that looks ahead or behind.
var lookBegin = regexp.MustCompile(`^\(\?<?[=!]`)

// withoutLooks returns an expression without the groups that look ahead or behind. Most texts that match
// the rest also match the whole.
func withoutLooks(text string) string {
	return eachLook(text, func(string, string) string { return "" })
}

// String returns the expression as it was given.
func (l *Looking) String() string { return l.text }

// MatchString reports whether a text matches, or matching it takes too long.
func (l *Looking) MatchString(text string) bool {
	s := sight{text: []rune(text), work: maxWork, seen: map[spot]bool{}}
	return s.run(l, 0, true, -1) || s.work < 0
}

// sight is the search for a match in a text.
type sight struct {
	text []rune
	work int
	seen map[spot]bool // whether a group matches at a position
}

// spot is a group at a position.
type spot struct {
	group *Looking
	at    int
}

// run reports whether an expression matches from a position on, or from anywhere behind it. If end is not
// negative, the match must end there.
func (s *sight) run(l *Looking, from int, anywhere bool, end int) bool {
	var next []uint32
	for at := from; s.work >= 0; at++ {
		if at == from || anywhere {
			next = append(next, uint32(l.program.Start))
		}
		runes, matched := s.follow(l, next, at)
		if matched && (end < 0 || at == end) {
			return true
		}
		if at == len(s.text) || at == end || len(runes) == 0 && !anywhere {
			return false
		}
		next = next[:0]
		for _, instruction := range runes {
			if instruction.MatchRune(s.text[at]) {
				next = append(next, instruction.Out)
			}
		}
	}
	return false
}

// follow returns the instructions that match a rune at a position, and whether the expression has matched.
func (s *sight) follow(l *Looking, stack []uint32, at int) (runes []*syntax.Inst, matched bool) {
	before, behind := rune(-1), rune(-1)
	if at > 0 {
		before = s.text[at-1]
	}
	if at < len(s.text) {
		behind = s.text[at]
	}
	context := syntax.EmptyOpContext(before, behind)
	reached := make([]bool, len(l.program.Inst))
	s.work -= len(reached) / 16
	stack = append([]uint32{}, stack...)
	for len(stack) > 0 {
		number := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.work--; reached[number] {
			continue
		}
		reached[number] = true
		switch instruction := &l.program.Inst[number]; instruction.Op {
		case syntax.InstAlt, syntax.InstAltMatch, syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			stack = pass(stack, instruction, context)
		case syntax.InstMatch:
			matched = true
		case syntax.InstFail:
		case syntax.InstRune1:
			if mark := instruction.Rune[0]; mark < firstMark || mark >= firstMark+rune(2*len(l.groups)) {
				runes = append(runes, instruction)
			} else if s.holds(l.groups[(mark-firstMark)/2], at) {
				stack = append(stack, l.program.Inst[instruction.Out].Out) // behind the other half of the mark
			}
		default:
			runes = append(runes, instruction)
		}
	}
	return runes, matched
}

// holds reports whether a group matches at a position.
func (s *sight) holds(group looking, at int) bool {
	matched, known := s.seen[spot{group.Looking, at}]
	if !known {
		if group.behind {
			matched = s.run(group.Looking, 0, true, at)
		} else {
			matched = s.run(group.Looking, at, false, -1)
		}
		s.seen[spot{group.Looking, at}] = matched
	}
	return matched != group.negative
}
