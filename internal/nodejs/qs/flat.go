package qs

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// proto is the name that never becomes a property.
const proto = "__proto__"

// lookup finds a parameter in a query string without brackets. The value is a string, or
// []any if the parameter was sent repeatedly.
func lookup(query, name string) (value any, ok bool) {
	if name == "" || name == proto {
		return nil, false
	}
	var list []any
	for part := range parts(query) {
		key, text, _ := strings.Cut(part, "=")
		if decode(key) != name {
			continue
		}
		switch {
		case !ok:
			value, ok = decode(text), true
		case list == nil:
			list = []any{value, decode(text)}
		default:
			list = append(list, decode(text))
		}
	}
	if list != nil {
		return list, true
	}
	return value, ok
}

// parts lists the parameters of a query string, the first MaxParameters of them.
func parts(query string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest, more, count := query, true, 0; more && count < MaxParameters; count++ {
			var part string
			part, rest, more = strings.Cut(rest, "&")
			if !yield(part) {
				return
			}
		}
	}
}

// hasBrackets reports whether a query string has brackets, escaped or not.
func hasBrackets(query string) bool {
	for i := range len(query) {
		switch query[i] {
		case '[', ']':
			return true
		case '%':
			if i+2 < len(query) && query[i+1] == '5' && isBracketDigit(query[i+2]) {
				return true
			}
		}
	}
	return false
}

// isBracketDigit reports whether c is the second digit of %5B or %5D.
func isBracketDigit(c byte) bool { return c|0x20 == 'b' || c|0x20 == 'd' }

// unescapeBrackets decodes escaped brackets, in names and in values. It comes before
// anything else, so an escaped bracket counts like any other.
func unescapeBrackets(query string) string {
	if !strings.Contains(query, "%5") {
		return query
	}
	return bracketEscapes.Replace(query)
}

var bracketEscapes = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

// decode turns + into blanks and decodes percent escapes as decodeURIComponent does. If
// one of them is not part of an escaped character, it decodes none.
func decode(text string) string {
	if strings.IndexByte(text, '+') >= 0 {
		text = strings.ReplaceAll(text, "+", " ")
	}
	at := strings.IndexByte(text, '%')
	if at < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)), text[:at]...)
	for at < len(text) {
		if text[at] != '%' {
			out = append(out, text[at])
			at++
			continue
		}
		var size int
		if out, size = appendEscaped(out, text[at:]); size == 0 {
			return text
		}
		at += size
	}
	return string(out)
}

// escapeSize is the length of one escaped byte.
const escapeSize = len("%00")

// appendEscaped appends the character whose escapes text begins with. It returns the
// length of those escapes, or 0 if they do not make a character.
func appendEscaped(dst []byte, text string) ([]byte, int) {
	start := len(dst)
	for at := 0; at < utf8.UTFMax*escapeSize; {
		c, ok := escapedByte(text[at:])
		if !ok {
			return dst, 0
		}
		dst = append(dst, c)
		at += escapeSize
		if utf8.FullRune(dst[start:]) {
			_, size := utf8.DecodeRune(dst[start:])
			if size*escapeSize != at {
				return dst, 0 // not UTF-8
			}
			if size == 1 && dst[start] >= utf8.RuneSelf {
				return dst, 0
			}
			return dst, at
		}
	}
	return dst, 0
}

// escapedByte decodes one escaped byte.
func escapedByte(text string) (byte, bool) {
	if len(text) < escapeSize || text[0] != '%' {
		return 0, false
	}
	high, low := v8json.HexDigit(text[1]), v8json.HexDigit(text[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}
