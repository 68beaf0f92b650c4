// Package jsonw writes JSON as JSON.stringify does: keys in the order in which they are
// written, no white space, nothing escaped for HTML.
package jsonw

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// Object writes an object field by field into a buffer.
type Object struct {
	buf   []byte
	empty bool
}

// Open starts an object at the end of dst.
func Open(dst []byte) Object { return Object{buf: append(dst, '{'), empty: true} }

// Close ends the object and returns the buffer.
func (o *Object) Close() []byte { return append(o.buf, '}') }

func (o *Object) key(name string) {
	if !o.empty {
		o.buf = append(o.buf, ',')
	}
	o.empty = false
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, name...)
	o.buf = append(o.buf, '"', ':')
}

// String writes a string field. Field names come from the program and need no escaping.
func (o *Object) String(name, value string) {
	o.key(name)
	o.buf = AppendString(o.buf, value)
}

// Int writes an integer field.
func (o *Object) Int(name string, value int64) {
	o.key(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

// Bool writes a boolean field.
func (o *Object) Bool(name string, value bool) {
	o.key(name)
	o.buf = strconv.AppendBool(o.buf, value)
}

// Time writes a time as JavaScript's toISOString does: UTC, milliseconds.
func (o *Object) Time(name string, value time.Time) {
	o.key(name)
	o.buf = AppendTime(o.buf, value)
}

// AppendTime writes a time as Object.Time does.
func AppendTime(dst []byte, value time.Time) []byte {
	dst = append(dst, '"')
	dst = value.UTC().AppendFormat(dst, time.RFC3339) // package time has a fast path for this layout
	ms := value.Nanosecond() / int(time.Millisecond)
	dst = append(dst[:len(dst)-len("Z")], '.', digit(ms/100), digit(ms/10), digit(ms))
	return append(dst, `Z"`...)
}

func digit(n int) byte { return '0' + byte(n%10) }

// Raw writes a field whose value is already JSON.
func (o *Object) Raw(name string, value []byte) {
	o.key(name)
	o.buf = append(o.buf, value...)
}

// Array writes a field with n elements, each written by element.
func (o *Object) Array(name string, n int, element func(dst []byte, i int) []byte) {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i := range n {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = element(o.buf, i)
	}
	o.buf = append(o.buf, ']')
}

const hex = "0123456789abcdef"

// shortEscapes are the control characters that JSON escapes with a single letter.
var shortEscapes = [...]byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

// AppendString writes a string. A lone surrogate in its three-byte form, which UTF-8 does
// not allow, is written as an escape, as JSON.stringify does. Other invalid bytes become
// U+FFFD.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(dst, text[start:i]...)
			size = 1
			if surrogate, ok := loneSurrogate(text[i:]); ok {
				dst = append(dst, '\\', 'u', hex[surrogate>>12], hex[surrogate>>8&15], hex[surrogate>>4&15], hex[surrogate&15])
				size = 3
			} else {
				dst = utf8.AppendRune(dst, utf8.RuneError)
			}
			i += size
			start = i
			continue
		}
		dst = append(dst, text[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case int(c) < len(shortEscapes) && shortEscapes[c] != 0:
			dst = append(dst, '\\', shortEscapes[c])
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"')
}

// loneSurrogate decodes three bytes that would encode a code point from U+D800 to U+DFFF.
func loneSurrogate(text string) (rune, bool) {
	if len(text) < 3 || text[0] != 0xED || text[1] < 0xA0 || text[1] > 0xBF || text[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | rune(text[1]&0x3F)<<6 | rune(text[2]&0x3F), true
}
