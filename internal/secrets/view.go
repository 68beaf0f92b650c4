package secrets

import (
	"html"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxLayers limits how many layers of escapes within escapes are read.
	maxLayers = 6
	// maxRead is how many bytes a text may have for its escapes to be read.
	maxRead = math.MaxInt32
)

// view is a text, or what it becomes when one more layer of escapes is read: those of
// URLs, of strings in JSON, JavaScript and Go, and of HTML, in any mixture.
type view struct {
	text    string
	escapes []escape // of under, by position
	under   *view    // the view that it was read from; nil for the text itself
	// quotes are the positions at which the strings of a JSON text begin and end,
	// alternating; nil for a text that is not JSON. Nothing that is found in a string
	// extends beyond its end, even if it seems to once escapes are read.
	quotes []int32
	// isDecoded is true for a text that was in Base64.
	isDecoded bool
}

// escape is a place where a view differs from the one that it was read from. A text may have nearly as
// many of them as bytes.
type escape struct {
	at, from    int32 // what it stands for, in this view; how it is written, in the view under it
	width, size uint8 // of these two
}

// views returns a text and the layers that its escapes hide, one after the other.
func views(text string) []*view {
	list := []*view{{text: text, quotes: quotes(text)}}
	for len(list) <= maxLayers && len(text) <= maxRead {
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
				next.escapes = append(next.escapes, escape{at: int32(begin), from: int32(at), width: uint8(len(out) - begin), size: uint8(size)})
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
func (v *view) above(places []int32) []int32 {
	if len(places) == 0 {
		return nil
	}
	out := make([]int32, len(places))
	saved, i := int32(0), 0
	for n, place := range places {
		for ; i < len(v.escapes) && v.escapes[i].end() <= place; i++ {
			saved += int32(v.escapes[i].size) - int32(v.escapes[i].width)
		}
		if i < len(v.escapes) {
			place = min(place, v.escapes[i].from) // an escape that seems to extend over it
		}
		out[n] = place - saved
	}
	return out
}

// end returns where an escape ends, in the view under the one that has what it stands for.
func (e *escape) end() int32 { return e.from + int32(e.size) }

// inString reports whether a position is inside a JSON string, and where that string
// ends.
func (v *view) inString(at int) (is bool, end int) {
	next, _ := slices.BinarySearch(v.quotes, int32(at))
	if next%2 == 0 {
		return false, 0
	}
	return true, int(v.quotes[next])
}

// limit returns the end of the JSON string that a position is inside, or of the text.
func (v *view) limit(at int) int {
	if inString, end := v.inString(at); inString {
		return end
	}
	return len(v.text)
}

// begin returns the beginning of the JSON string that a position is inside, or of the text.
func (v *view) begin(at int) int {
	next, _ := slices.BinarySearch(v.quotes, int32(at))
	if next%2 == 0 {
		return 0
	}
	return int(v.quotes[next-1]) + 1
}

// isJSON reports whether the text itself, from which the view was read, is JSON.
func (v *view) isJSON() bool { return v.quotes != nil }

// quotes finds the strings of a text that begins like JSON. The text may be cut or
// broken.
func quotes(text string) []int32 {
	begin := blanks.beyond(text, 0)
	if begin == len(text) || strings.IndexByte(`{["`, text[begin]) < 0 {
		return nil
	}
	places := []int32{}
	for at := begin; at < len(text); at++ {
		if text[at] == '"' {
			end := stringEnd(text, at)
			places = append(places, int32(at), int32(end))
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
	next := sort.Search(len(v.escapes), func(i int) bool { return int(v.escapes[i].at) > at })
	if next == 0 {
		return at, at + 1
	}
	e := &v.escapes[next-1]
	beyond := at - int(e.at) - int(e.width)
	if beyond < 0 {
		return int(e.from), int(e.end())
	}
	start = int(e.end()) + beyond
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
