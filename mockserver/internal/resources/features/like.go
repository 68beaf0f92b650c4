package features

import (
	"strings"
	"unicode/utf8"
)

// Pattern is a pattern of SQL's LIKE: what is between its wildcards for any text, each part
// cut where one character may be anything. Matching takes time in proportion to the text,
// unless a part is cut.
type Pattern [][]string

// Like returns the pattern of a text with a wildcard after it, in which % and _ are
// wildcards (O) and a backslash takes the next character literally.
func Like(text string) Pattern {
	var out Pattern
	var part []string
	var piece []byte
	cut := func() { part, piece = append(part, string(piece)), nil }
	escaped := false
	for _, r := range text + "%" {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '%':
			cut()
			out, part = append(out, part), nil
		case !escaped && r == '_':
			cut()
		default:
			piece = utf8.AppendRune(piece, r)
		}
		escaped = false
	}
	cut()
	return append(out, part)
}

// Match reports whether the pattern matches a text.
func (p Pattern) Match(text string) bool {
	for i, part := range p {
		for {
			end := endOf(part, text)
			if end == len(text) || end >= 0 && i < len(p)-1 { // the leftmost place leaves most to the others
				text = text[end:]
				break
			}
			_, size := utf8.DecodeRuneInString(text)
			next := strings.Index(text[size:], part[0])
			if i == 0 || size == 0 || next < 0 {
				return false
			}
			text = text[size+next:]
		}
	}
	return true
}

// endOf returns where a part ends in a text that begins with it, -1 if the text does not.
func endOf(part []string, text string) int {
	at := 0
	for i, piece := range part {
		if i > 0 {
			_, size := utf8.DecodeRuneInString(text[at:])
			if size == 0 {
				return -1
			}
			at += size
		}
		if !strings.HasPrefix(text[at:], piece) {
			return -1
		}
		at += len(piece)
	}
	return at
}
