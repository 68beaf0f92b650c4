// Package v8json reads and writes JSON as V8 does: it accepts what JSON.parse accepts,
// words errors as JSON.parse of Node 20 does, and prints values as JSON.stringify does.
// Unleash repeats both in its error bodies.
//
// Strings are UTF-8, except that a lone surrogate, which an escape can produce, is kept
// as the three bytes that would encode it: \ud800 is ED A0 80. Stringify prints it as the
// escape again. A pair of escapes makes one character.
//
// Unlike V8, Parse limits nesting and the number of values. No body that Unleash reads
// comes near these limits. A text that exceeds them is refused before it fills the stack
// or the memory.
package v8json

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

const (
	// maxDepth is how deeply values may nest: as deep as encoding/json reads, which
	// judges answers. Each level takes some 500 bytes of stack.
	maxDepth = 10_000
	// maxShallowDepth is how deeply a large text may nest, such as an exported state. It
	// leaves room for what surrounds it where it is stored.
	maxShallowDepth = 9_950
	// maxSentDepth is how deeply values that clients send may nest. It leaves room for
	// what surrounds them in answers and exports.
	maxSentDepth = 9_900
	// maxValues is how many values a text may have.
	maxValues = 1 << 23
)

// Parse decodes a JSON text into nil, bool, float64, string, []any or map[string]any.
// Numbers are JavaScript's: one that is too large is infinite. Of duplicate keys the last
// counts. Bytes that are not UTF-8 are first replaced with U+FFFD. The error is a
// *SyntaxError.
func Parse(text []byte) (any, error) {
	return parse(text, false)
}

// ParseOrdered is like Parse, but returns objects as *Object.
func ParseOrdered(text []byte) (any, error) {
	return parse(text, true)
}

func parse(text []byte, ordered bool) (any, error) {
	p := parser{text: wellFormed(text), ordered: ordered, most: maxValues, deepest: maxDepth}
	if !ordered {
		p.deepest = maxSentDepth
	}
	if len(p.text) <= shareable {
		p.source = string(p.text)
	} else {
		p.known = new([knownStrings]string)
	}
	return p.document()
}

// wellFormed replaces bytes that are not UTF-8, as a web browser's decoder does.
func wellFormed(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	decoded, err := unicode.UTF8.NewDecoder().Bytes(text)
	if err != nil {
		return text // never happens: the decoder replaces such bytes and does not fail
	}
	return decoded
}

type parser struct {
	text    []byte
	at      int
	ordered bool
	depth   int // of the open containers
	deepest int // limit for depth
	values  int // read so far
	most    int // limit for values
	objects int // read so far
	// source is a copy of a small text; strings are parts of it. A larger text should not
	// be kept alive by a short string, so it has known instead: short strings that may
	// come again.
	source string
	known  *[knownStrings]string
	// shallow limits what is read of a large text; nil means all of it.
	shallow *Bounds
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

// blank skips white space.
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
	if p.at < len(p.text) && p.text[p.at] > ' ' {
		return p.text[p.at]
	}
	if p.blank(); p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) value() (any, error) {
	if p.values++; p.values > p.most {
		return nil, p.fail(tooMany)
	}
	switch c := p.peek(); {
	case c == '"':
		return p.string()
	case c == '{' || c == '[':
		return p.container(c)
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

// container reads an object or an array, one level deeper.
func (p *parser) container(open byte) (value any, err error) {
	if p.shallow != nil && p.depth == p.shallow.Depth {
		return p.raw()
	}
	if p.depth++; p.depth > p.deepest {
		return nil, p.fail(nestedTooDeep)
	}
	if open == '{' {
		if p.objects++; p.shallow != nil && p.shallow.Objects > 0 && p.objects > p.shallow.Objects {
			return nil, p.fail(tooMany)
		}
		value, err = p.object()
	} else {
		value, err = p.array()
	}
	p.depth--
	return value, err
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
	if p.peek() == ']' {
		p.at++
		return []any{}, nil
	}
	var few [4]any // stays off the heap until the length is known or is no longer small
	list := few[:0]
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
			return slices.Clone(list), nil
		default:
			return nil, p.fail(commaOrBracket)
		}
	}
}

func (p *parser) object() (any, error) {
	if p.ordered {
		object := NewObject()
		return object, p.members(func(name string, value any, at int) error {
			if _, has := object.Get(name); has && p.shallow != nil && p.shallow.Unique {
				return RepeatedKeyError{name, at}
			}
			object.Set(name, value)
			return nil
		})
	}
	object := map[string]any{}
	return object, p.members(func(name string, value any, _ int) error {
		object[name] = value
		return nil
	})
}

// members reads an object and passes each property, with the place where it begins, to set,
// whose error ends it.
func (p *parser) members(set func(name string, value any, at int) error) error {
	p.at++
	if p.peek() == '}' {
		p.at++
		return nil
	}
	for expected := nameOrBrace; ; expected = quotedName {
		p.blank()
		at := p.at
		name, err := p.name(expected)
		if err != nil {
			return err
		}
		value, err := p.value()
		if err != nil {
			return err
		}
		if err := set(name, value, at); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return nil
		default:
			return p.fail(commaOrBrace)
		}
	}
}

// name reads the name of a property and the colon. The error for a missing colon or name
// depends on whether the name is the first.
func (p *parser) name(expected string) (string, error) {
	if p.peek() != '"' {
		return "", p.fail(expected)
	}
	name, err := p.string()
	if err != nil {
		return "", err
	}
	if p.peek() != ':' {
		if expected == quotedName { // V8 uses that sentence for the first name only
			return "", p.unexpected()
		}
		return "", p.fail(colon)
	}
	p.at++
	return name, nil
}
