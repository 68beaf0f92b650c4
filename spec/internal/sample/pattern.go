package sample

import (
	"encoding/binary"
	"math"
	"regexp/syntax"
	"slices"
	"strconv"
	"unicode"
)

// maxLonger is how much longer than required a text may be if its length has no bound. Nearly always, usualLonger
// is enough.
const maxLonger, usualLonger = 2048, 32

// match generates a text that matches all of several regular expressions and none of others, and
// whose length is between two bounds; high is -1 for no bound. ok is false if no text was found.
func (m *maker) match(wanted, avoided []string, low, high int) (text string, ok bool) {
	var automata []*automaton
	for i, pattern := range slices.Concat(wanted, avoided) {
		automata = append(automata, m.automataOf(pattern, i >= len(wanted))...)
	}
	if high < 0 {
		if text, ok := m.match(wanted, avoided, low, low+usualLonger); ok { // of long texts there are more that lead nowhere
			return text, true
		}
		high = low + maxLonger
	}
	for _, loosely := range []bool{false, true} { // an empty text rarely shows what is meant
		low := low
		if !loosely {
			low = min(low+shortest, high)
		}
		work := min(m.work, maxWork/8)
		w := &walk{maker: m, automata: automata, low: low, high: high, trimmed: !loosely, work: work, failed: map[string]bool{}}
		found := w.from(make([]place, len(automata)))
		m.work -= work - w.work
		if found {
			return string(w.text), true
		}
	}
	return "", false
}

// shortest is how much longer than required a text is if the expressions allow it.
const shortest = 3

// automaton follows one regular expression through a text.
type automaton struct {
	program  *syntax.Prog
	avoided  bool  // the text must not match
	anchored bool  // matches only at the beginning
	distance []int // of each instruction: how many runes are left to a match, at least
	reached  []int
	round    int
}

// automataOf returns the automaton of an expression, or those of its parts if it looks ahead at its
// beginning. Of one that looks elsewhere, it is that of the rest. It returns none for an expression that is too
// large or that Go cannot read: a document's schema then allows everything, or else no value fits.
func (m *maker) automataOf(pattern string, avoided bool) []*automaton {
	if parsed, err := syntax.Parse(pattern, syntax.Perl); err == nil {
		program := m.programs[pattern]
		if program == nil && instructions(parsed) <= maxInstructions {
			program, _ = syntax.Compile(parsed.Simplify())
			m.programs[pattern] = program
		}
		if program == nil {
			return nil
		}
		return []*automaton{{
			program: program, avoided: avoided, anchored: program.StartCond()&syntax.EmptyBeginText != 0,
			distance: distances(program), reached: make([]int, len(program.Inst)),
		}}
	}
	if len(pattern) > maxLookingText {
		return nil
	}
	match, avoid := ahead(pattern)
	switch rest := withoutLooks(pattern); {
	case avoided: // avoiding several parts at once is not possible
		return nil
	case match == nil && rest != pattern:
		return m.automataOf(rest, false)
	}
	var out []*automaton
	for i, part := range slices.Concat(match, avoid) {
		out = append(out, m.automataOf(part, i >= len(match))...)
	}
	return out
}

// distances returns how many runes each instruction of a program is away from a match, at least.
func distances(program *syntax.Prog) []int {
	out := make([]int, len(program.Inst))
	for i := range out {
		out[i] = math.MaxInt32
	}
	for changed := true; changed; {
		changed = false
		for i, instruction := range slices.Backward(program.Inst) {
			least := out[i]
			switch instruction.Op {
			case syntax.InstMatch:
				least = 0
			case syntax.InstFail:
			case syntax.InstAlt, syntax.InstAltMatch:
				least = min(out[instruction.Out], out[instruction.Arg])
			case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
				least = out[instruction.Out]
			default:
				least = 1 + out[instruction.Out]
			}
			if least < out[i] {
				out[i], changed = least, true
			}
		}
	}
	return out
}

// maxInstructions is the maximum size of an expression, about what instructions returns.
const maxInstructions = 1 << 14

// instructions estimates how many instructions an expression has once it is compiled.
func instructions(re *syntax.Regexp) int {
	count := 1
	if re.Op == syntax.OpLiteral {
		count = len(re.Rune)
	}
	for _, part := range re.Sub {
		count = min(count+instructions(part), math.MaxInt32)
	}
	if re.Op == syntax.OpRepeat {
		count *= max(re.Min, re.Max, 1)
	}
	return min(count, math.MaxInt32)
}

// pass adds the instructions that follow one which takes no rune.
func pass(stack []uint32, instruction *syntax.Inst, context syntax.EmptyOp) []uint32 {
	switch instruction.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return append(stack, instruction.Arg, instruction.Out)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(instruction.Arg)&^context != 0 {
			return stack
		}
	}
	return append(stack, instruction.Out)
}

// follow returns the instructions that match a rune next, and whether the expression has matched, for
// the instructions that the last rune led to.
func (a *automaton) follow(next []uint32, context syntax.EmptyOp, work *int) (runes []uint32, matched bool) {
	a.round++
	stack := append([]uint32{uint32(a.program.Start)}, next...) // a match may begin anywhere
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		*work--
		if a.reached[at] == a.round {
			continue
		}
		a.reached[at] = a.round
		switch instruction := &a.program.Inst[at]; instruction.Op {
		case syntax.InstAlt, syntax.InstAltMatch, syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			stack = pass(stack, instruction, context)
		case syntax.InstMatch:
			matched = true
		case syntax.InstFail:
		default:
			runes = append(runes, at)
		}
	}
	slices.Sort(runes)
	return runes, matched
}

// walk is a search for a text that several automata agree on, rune by rune.
type walk struct {
	*maker
	automata  []*automaton
	low, high int
	trimmed   bool // the text must not end with white space, which a header would lose
	work      int
	text      []rune
	failed    map[string]bool // keys of places that lead to no text
}

// place is the state of an automaton after a part of a text.
type place struct {
	next    []uint32 // the instructions that the last rune led to
	matched bool     // anything may follow
}

// from reports whether a text was found that goes on from the given places, one for each automaton.
func (w *walk) from(places []place) bool {
	length := len(w.text)
	if length >= w.low && !(w.trimmed && unicode.IsSpace(w.last())) && w.ends(places) {
		return true
	}
	key := w.key(places)
	if length >= w.high || w.failed[key] {
		return false
	}
	for _, r := range w.candidates(places) {
		next, ok := w.step(places, r)
		if !ok {
			continue
		}
		w.text = append(w.text, r)
		if w.from(next) {
			return true
		}
		w.text = w.text[:length]
	}
	w.failed[key] = true
	return false
}

// last returns the last rune of the text; -1 if the text is empty.
func (w *walk) last() rune {
	if len(w.text) == 0 {
		return -1
	}
	return w.text[len(w.text)-1]
}

// key identifies the places, and what else decides whether a text goes on from there.
func (w *walk) key(places []place) string {
	key := binary.AppendUvarint(nil, uint64(len(w.text)))
	last := w.last()
	key = strconv.AppendBool(strconv.AppendBool(key, syntax.IsWordChar(last)), last == '\n')
	for _, p := range places {
		key = strconv.AppendBool(key, p.matched)
		for _, at := range p.next {
			key = binary.AppendUvarint(key, uint64(at)+1)
		}
		key = append(key, 0)
	}
	w.work -= len(key)
	return string(key)
}

// ends reports whether the text may end here.
func (w *walk) ends(places []place) bool {
	context := syntax.EmptyOpContext(w.last(), -1)
	for i, a := range w.automata {
		matched := places[i].matched
		if !matched {
			_, matched = a.follow(places[i].next, context, &w.work)
		}
		if matched == a.avoided {
			return false
		}
	}
	return true
}

// step returns the places after a rune. ok is false if it leads to no text.
func (w *walk) step(places []place, r rune) (after []place, ok bool) {
	context := syntax.EmptyOpContext(w.last(), r)
	after = make([]place, len(places))
	for i, a := range w.automata {
		if places[i].matched {
			after[i].matched = true
			continue
		}
		runes, matched := a.follow(places[i].next, context, &w.work)
		if w.work < 0 || matched && a.avoided {
			return nil, false
		}
		if matched {
			after[i].matched = true
			continue
		}
		for _, at := range runes {
			if a.program.Inst[at].MatchRune(r) {
				after[i].next = append(after[i].next, a.program.Inst[at].Out)
			}
		}
		if len(after[i].next) == 0 && a.anchored && !a.avoided {
			return nil, false
		}
	}
	return after, true
}

// candidates returns runes that may come next: legible ones, with those nearest to a match in front once
// the text can end soon, then a letter, then the first rune of each range. If all automata allow some
// rune, one that all allow is among them: the first of a range.
func (w *walk) candidates(places []place) []rune {
	context := syntax.EmptyOpContext(w.last(), 'a') | syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary
	type candidate struct {
		rune
		left int // runes to a match
	}
	var likely []candidate
	var first []rune
	for i, a := range w.automata {
		if places[i].matched {
			continue
		}
		runes, _ := a.follow(places[i].next, context, &w.work)
		for _, at := range runes {
			ranges := a.program.Inst[at].Rune
			switch a.program.Inst[at].Op {
			case syntax.InstRune1:
				ranges = []rune{ranges[0], ranges[0]}
			case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				ranges = []rune{' ', unicode.MaxRune}
			case syntax.InstRune:
				if len(ranges) == 1 { // in either case
					ranges = []rune{ranges[0], ranges[0]}
				}
			}
			if !a.avoided {
				likely = append(likely, candidate{w.among(ranges), a.distance[a.program.Inst[at].Out]})
			}
			for at := 0; at+1 < len(ranges); at += 2 {
				first = append(first, ranges[at])
			}
		}
	}
	w.random.Shuffle(len(likely), func(i, j int) { likely[i], likely[j] = likely[j], likely[i] })
	slices.SortStableFunc(likely, func(a, b candidate) int {
		missing := w.low - len(w.text) - 1 // a text that would end too early may go on
		return max(a.left, missing) - max(b.left, missing)
	})
	out := make([]rune, 0, len(likely)+1+len(first))
	for _, c := range likely {
		out = append(out, c.rune)
	}
	return append(append(out, rune('a'+w.random.IntN(26))), first...)
}

// among picks a character from ranges: an ASCII letter or digit if there is one, or else another
// printable character.
func (m *maker) among(ranges []rune) rune {
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
			return found[m.random.IntN(len(found))]
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}
