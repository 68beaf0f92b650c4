package secrets

import (
	"html"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxLayers limits how many layers of escapes within escapes are read.
const maxLayers = 6

// view is a text, or what it becomes when one more layer of escapes is read: those of
// URLs, of strings in JSON, JavaScript and Go, and of HTML, in any mixture.
type view struct {
	text    string
	escapes []escape // of under, by position
	under   *view    // the view that it was read from; nil for the text itself
	// quotes are the positions at which the strings of a JSON text begin and end,
	// alternating; nil for a text that is not JSON. Nothing that is found in a string
	// extends beyond its end, even if it seems to once escapes are read.
	quotes []int
}

// escape is a place where a view differs from the one that it was read from.
type escape struct {
	at, width  int // what it stands for, in this view
	from, size int // how it is written, in the view under it
}

// views returns a text and the layers that its escapes hide, one after the other.
func views(text string) []*view {
	list := []*view{{text: text, quotes: quotes(text)}}
	for len(list) <= maxLayers {
		next := list[len(list)-1].unescaped()
		if next == nil {
			break
		}
		list = append(list, next)
	}
	return list
}

// unescaped returns a view with one layer of escapes read, or nil if there are none.
func (v *view) unescaped() *view {
	at := strings.IndexAny(v.text, `%\&`)
	if at < 0 {
		return nil
	}
	out := make([]byte, 0, len(v.text))
	next := &view{under: v}
	copied := 0
	for at < len(v.text) {
		size := 0
		if c := v.text[at]; c == '%' || c == '\\' || c == '&' {
			out = append(out, v.text[copied:at]...)
			copied = at
			begin := len(out)
			if out, size = appendEscaped(out, v.text[at:]); size > 0 {
				next.escapes = append(next.escapes, escape{begin, len(out) - begin, at, size})
				copied = at + size
			}
		}
		at += max(size, 1)
	}
	if next.escapes == nil {
		return nil
	}
	next.text = string(append(out, v.text[copied:]...))
	next.quotes = next.above(v.quotes)
	return next
}

// above converts positions in the view under v to positions in v.
func (v *view) above(places []int) []int {
	var out []int
	saved, i := 0, 0
	for _, place := range places {
		for ; i < len(v.escapes) && v.escapes[i].from+v.escapes[i].size <= place; i++ {
			saved += v.escapes[i].size - v.escapes[i].width
		}
		if i < len(v.escapes) {
			place = min(place, v.escapes[i].from) // an escape that seems to extend over it
		}
		out = append(out, place-saved)
	}
	return out
}

// inString reports whether a position is inside a JSON string, and where that string
// ends.
func (v *view) inString(at int) (is bool, end int) {
	next := sort.SearchInts(v.quotes, at)
	if next%2 == 0 || v.quotes[next] == at && next%2 == 0 {
		return false, 0
	}
	return true, v.quotes[next]
}

// isJSON reports whether the text itself, from which the view was read, is JSON.
func (v *view) isJSON() bool { return v.quotes != nil }

// quotes finds the strings of a text that begins like JSON. The text may be cut or
// broken.
func quotes(text string) []int {
	begin := blanks.beyond(text, 0)
	if begin == len(text) || strings.IndexByte(`{["`, text[begin]) < 0 {
		return nil
	}
	places := []int{}
	for at := begin; at < len(text); at++ {
		if text[at] == '"' {
			end := stringEnd(text, at)
			places = append(places, at, end)
			at = end
		}
	}
	return places
}

// source returns the part of the text itself from which a part of the view was read.
func (v *view) source(start, end int) (int, int) {
	for ; v.under != nil; v = v.under {
		first, _ := v.below(start)
		_, last := v.below(end - 1)
		start, end = first, last
	}
	return start, end
}

// below returns the bytes in the view under v that a byte of v was read from.
func (v *view) below(at int) (start, end int) {
	next := sort.Search(len(v.escapes), func(i int) bool { return v.escapes[i].at > at })
	if next == 0 {
		return at, at + 1
	}
	e := v.escapes[next-1]
	if at < e.at+e.width {
		return e.from, e.from + e.size
	}
	start = e.from + e.size + at - e.at - e.width
	return start, start + 1
}

// longestEntity is longer than the name of any character in HTML.
const longestEntity = 40

// appendEscaped appends what the escape at the beginning of text stands for, and returns
// the length of the escape, or 0 if there is none.
func appendEscaped(dst []byte, text string) ([]byte, int) {
	switch text[0] {
	case '%':
		if c, ok := hexNumber(text, 1, 2); ok {
			return append(dst, byte(c)), len("%00")
		}
	case '&':
		end := strings.IndexByte(text[:min(len(text), longestEntity)], ';') + 1
		if !isEntity(text[:end]) {
			break
		}
		if read := html.UnescapeString(text[:end]); read != text[:end] {
			return append(dst, read...), end
		}
	case '\\':
		return appendBackslashed(dst, text)
	}
	return dst, 0
}

// isEntity reports whether a text is an ampersand, letters and digits, and a semicolon.
// Browsers also accept &lt without a semicolon, but it may be the beginning of another
// entity whose end is escaped once more.
func isEntity(text string) bool {
	const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "&"), "#"), ";")
	return name != "" && strings.Trim(name, alphanumeric) == ""
}

// letterEscapes are the characters that a backslash and a letter stand for.
var letterEscapes = map[byte]byte{
	'"': '"', '\'': '\'', '\\': '\\', '/': '/', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

func appendBackslashed(dst []byte, text string) ([]byte, int) {
	if len(text) < 2 {
		return dst, 0
	}
	switch text[1] {
	case 'x':
		if c, ok := hexNumber(text, 2, 2); ok {
			return append(dst, byte(c)), len(`\x00`)
		}
	case 'U':
		if r, ok := hexNumber(text, 2, 8); ok {
			return utf8.AppendRune(dst, r), len(`\U00000000`)
		}
	case 'u':
		return appendUnits(dst, text)
	default:
		if c, known := letterEscapes[text[1]]; known {
			return append(dst, c), len(`\n`)
		}
	}
	return dst, 0
}

// appendUnits decodes \u0000, or a pair of such escapes that makes one character.
func appendUnits(dst []byte, text string) ([]byte, int) {
	const size = len(`\u0000`)
	unit, ok := hexNumber(text, 2, 4)
	if !ok {
		return dst, 0
	}
	if utf16.IsSurrogate(unit) && strings.HasPrefix(text[size:], `\u`) {
		if low, ok := hexNumber(text, size+2, 4); ok {
			if r := utf16.DecodeRune(unit, low); r != utf8.RuneError {
				return utf8.AppendRune(dst, r), 2 * size
			}
		}
	}
	return utf8.AppendRune(dst, unit), size
}

// hexNumber parses the given number of hexadecimal digits.
func hexNumber(text string, from, digits int) (rune, bool) {
	if len(text) < from+digits {
		return 0, false
	}
	number := rune(0)
	for _, c := range []byte(text[from : from+digits]) {
		switch {
		case c >= '0' && c <= '9':
			number = number<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			number = number<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return number, true
}
