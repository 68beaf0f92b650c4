package sample

import "strings"

// ahead takes an expression apart that begins with lookahead groups, as those for passwords do: into those
// that a text must match, with the rest of the expression last, and those that it must not. It returns
// nothing if the expression does not begin with such groups, or if the rest has alternatives.
func ahead(text string) (match, avoid []string) {
	rest, anchored := strings.CutPrefix(text, "^")
	for anchored && (strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!")) {
		end, _ := group(rest)
		if end < 0 {
			return nil, nil
		}
		part := "^(?:" + rest[len("(?="):end-1] + ")"
		if rest[2] == '=' {
			match = append(match, part)
		} else {
			avoid = append(avoid, part)
		}
		rest = rest[end:]
	}
	if _, forked := group("(" + rest + ")"); forked || match == nil && avoid == nil {
		return nil, nil
	}
	return append(match, "^"+rest), avoid
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
