// Package v8json reads and writes JSON as V8 does: it accepts what JSON.parse
// accepts, words errors as JSON.parse of Node 20 words them, and prints values
// as JSON.stringify prints them. Unleash repeats both in its error bodies.
//
// Strings are UTF-8, except that a lone surrogate, which an escape can make, is
// kept as the three bytes that would encode it.
package v8json

import (
	"math"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// Parse decodes a JSON text into nil, bool, float64, string, []any or
// map[string]any. Numbers are JavaScript's: one too large is infinite. Of
// duplicate keys the last counts. Bytes that are no UTF-8 become U+FFFD before
// anything else. The error is a *SyntaxError.
func Parse(text []byte) (any, error) {
	p := parser{text: wellFormed(text)}
	return p.document()
}

// parseOrdered is Parse with objects as *Object.
func parseOrdered(text []byte) (any, error) {
	p := parser{text: wellFormed(text), ordered: true}
	return p.document()
}

// wellFormed replaces what is no UTF-8, as the decoder of a web browser does.
func wellFormed(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	decoded, err := unicode.UTF8.NewDecoder().Bytes(text)
	if err != nil {
		return text // the decoder replaces, it does not fail
	}
	return decoded
}

// Object is an object that remembers the order of its keys.
type Object struct {
	keys   []string
	values map[string]any
}

// NewObject returns an empty object.
func NewObject() *Object { return &Object{values: map[string]any{}} }

// Set gives a key a value. A key that is there keeps its place.
func (o *Object) Set(key string, value any) {
	if _, has := o.values[key]; !has {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Get returns the value of a key; false if there is none.
func (o *Object) Get(key string) (any, bool) {
	value, has := o.values[key]
	return value, has
}

// Keys returns the keys as they came.
func (o *Object) Keys() []string { return o.keys }

type parser struct {
	text    []byte
	at      int
	ordered bool
}

func (p *parser) document() (any, error) {
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.blank(); p.at < len(p.text) {
		return nil, p.fail(trailing)
	}
	return value, nil
}

// blank passes over white space.
func (p *parser) blank() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// peek returns the next character that is not white space, 0 at the end.
func (p *parser) peek() byte {
	if p.blank(); p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) value() (any, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.string()
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return true, p.literal("true")
	case c == 'f':
		return false, p.literal("false")
	case c == 'n':
		return nil, p.literal("null")
	}
	return nil, p.unexpected()
}

func (p *parser) literal(word string) error {
	for i := range len(word) {
		if p.at >= len(p.text) || p.text[p.at] != word[i] {
			return p.unexpected()
		}
		p.at++
	}
	return nil
}

func (p *parser) array() (any, error) {
	p.at++
	list := []any{}
	if p.peek() == ']' {
		p.at++
		return list, nil
	}
	for {
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		switch p.peek() {
		case ',':
			p.at++
		case ']':
			p.at++
			return list, nil
		default:
			return nil, p.fail(commaOrBracket)
		}
	}
}

func (p *parser) object() (any, error) {
	p.at++
	var plain map[string]any
	var kept *Object
	if p.ordered {
		kept = NewObject()
	} else {
		plain = map[string]any{}
	}
	finish := func() (any, error) {
		p.at++
		if kept != nil {
			return kept, nil
		}
		return plain, nil
	}
	if p.peek() == '}' {
		return finish()
	}
	for expected := nameOrBrace; ; expected = quotedName {
		if p.peek() != '"' {
			return nil, p.fail(expected)
		}
		name, err := p.string()
		if err != nil {
			return nil, err
		}
		if p.peek() != ':' {
			if expected == quotedName { // V8 has the sentence for the first name only
				return nil, p.unexpected()
			}
			return nil, p.fail(colon)
		}
		p.at++
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		if kept != nil {
			kept.Set(name, value)
		} else {
			plain[name] = value
		}
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			return finish()
		default:
			return nil, p.fail(commaOrBrace)
		}
	}
}

func (p *parser) number() (any, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
		if !p.digit() {
			return nil, p.fail(numberAfterMinus)
		}
	}
	if p.text[p.at] == '0' {
		p.at++
		if p.digit() {
			return nil, p.unexpected()
		}
	} else {
		p.digits()
	}
	whole := true
	if p.at < len(p.text) && p.text[p.at] == '.' {
		whole = false
		p.at++
		if !p.digit() {
			return nil, p.fail(fraction)
		}
		p.digits()
	}
	if p.at < len(p.text) && p.text[p.at]|0x20 == 'e' {
		whole = false
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if !p.digit() {
			return nil, p.fail(exponent)
		}
		p.digits()
	}
	return toNumber(p.text[start:p.at], whole), nil
}

// toNumber converts the text of a JSON number.
func toNumber(text []byte, whole bool) float64 {
	if whole && len(text) < 16 && text[0] != '-' { // exact as an integer
		n := int64(0)
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		return float64(n)
	}
	// A number out of range comes as an infinity together with an error.
	number, _ := strconv.ParseFloat(string(text), 64)
	return number
}

func (p *parser) digit() bool {
	return p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'
}

func (p *parser) digits() {
	for p.digit() {
		p.at++
	}
}

// string reads a string; most have no escape and need no second look.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return string(p.text[start : p.at-1]), nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.fail(controlCharacter)
		}
	}
	return "", p.fail(unterminated)
}

// simpleEscapes are the escapes of one letter.
var simpleEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escaped reads on from the first backslash of a string.
func (p *parser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 64), p.text[start:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			return string(out), nil
		case c < ' ':
			return "", p.fail(controlCharacter)
		case c != '\\':
			out = append(out, c)
			p.at++
			continue
		}
		p.at++
		if p.at >= len(p.text) {
			return "", p.unexpected()
		}
		letter := p.text[p.at]
		if letter == 'u' {
			unit, err := p.unit()
			if err != nil {
				return "", err
			}
			out = appendUnit(out, unit)
			continue
		}
		if simpleEscapes[letter] == 0 {
			if letter > latin1UTF8 {
				return "", p.unexpected()
			}
			return "", p.fail(badEscape)
		}
		out = append(out, simpleEscapes[letter])
		p.at++
	}
	return "", p.fail(unterminated)
}

// unit reads the four digits after \u.
func (p *parser) unit() (uint16, error) {
	unit := uint16(0)
	for range 4 {
		p.at++
		if p.at >= len(p.text) {
			return 0, p.fail(badUnicode)
		}
		digit := hexValue(p.text[p.at])
		if digit < 0 {
			return 0, p.fail(badUnicode)
		}
		unit = unit<<4 | uint16(digit)
	}
	p.at++
	return unit, nil
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// latin1UTF8 is the highest first byte of a character up to U+00FF.
const latin1UTF8 = 0xC3

const (
	surrogateLow  = 0xDC00
	surrogateHigh = 0xD800
	surrogateEnd  = 0xE000
)

// appendUnit appends a UTF-16 code unit. The second half of a surrogate pair
// joins the first, which is at the end of dst.
func appendUnit(dst []byte, unit uint16) []byte {
	if unit < surrogateHigh || unit >= surrogateEnd {
		return utf8.AppendRune(dst, rune(unit))
	}
	if unit >= surrogateLow && len(dst) >= 3 {
		last := dst[len(dst)-3:]
		if last[0] == 0xED && last[1] >= 0xA0 && last[1] < 0xB0 {
			high := rune(last[1]&0x0F)<<6 | rune(last[2]&0x3F)
			return utf8.AppendRune(dst[:len(dst)-3], 0x10000+high<<10+rune(unit-surrogateLow))
		}
	}
	return append(dst, 0xE0|byte(unit>>12), 0x80|byte(unit>>6&0x3F), 0x80|byte(unit&0x3F))
}

// isInteger tells whether a key is one that JavaScript sorts as an array index.
func isInteger(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return 0, false
		}
	}
	number, err := strconv.ParseUint(key, 10, 64)
	if err != nil || number >= math.MaxUint32 {
		return 0, false
	}
	return uint32(number), true
}
