package v8json

import "fmt"

// Raw is the text of an object or an array that was not read yet. It is well formed.
type Raw []byte

// IsObject reports whether it is an object, and no array.
func (r Raw) IsObject() bool { return r[0] == '{' }

// Value reads it, with objects as *Object.
func (r Raw) Value() any { return wellRead(ParseOrdered(r)) }

// Shallow reads it without the objects and arrays in it, which are Raw again.
func (r Raw) Shallow() any {
	return wellRead(ParseShallow(r, Bounds{Depth: 1, Values: maxValues, Raw: maxValues}))
}

func wellRead(value any, err error) any {
	if err != nil {
		panic("v8json: a text that was found to be well formed is not: " + err.Error())
	}
	return value
}

// Bounds are those of ParseShallow.
type Bounds struct {
	// Depth is down to which level objects and arrays are read; what lies deeper is Raw.
	Depth int
	// Values is how many values are read, and Raw is how many a Raw has.
	Values, Raw int
	// Objects is how many of the values may be objects; 0 is all. An object takes many times
	// what another value takes.
	Objects int
	// Unique refuses an object with the same key twice, by a RepeatedKeyError. Else the last
	// one counts.
	Unique bool
}

// RepeatedKeyError is a key that an object has twice.
type RepeatedKeyError string

func (e RepeatedKeyError) Error() string { return fmt.Sprintf("the key %q is there twice", string(e)) }

// ParseShallow is ParseOrdered for large texts: of what lies deep it keeps the text, a
// part of the one that is given, since values take many times the memory of theirs.
func ParseShallow(text []byte, bounds Bounds) (any, error) {
	p := parser{text: wellFormed(text), ordered: true, known: new([knownStrings]string), shallow: &bounds, most: bounds.Values, deepest: maxDepth}
	return p.document()
}

// raw passes over an object or an array, which has a count of values of its own.
func (p *parser) raw() (any, error) {
	start, before := p.at, p.values
	p.values, p.most = 0, p.shallow.Raw
	if err := p.pass(); err != nil {
		return nil, err
	}
	p.values, p.most = before, p.shallow.Values
	return Raw(p.text[start:p.at:p.at]), nil
}

// pass passes over a value without making it.
func (p *parser) pass() error {
	c := p.peek()
	if c != '"' && c != '{' && c != '[' {
		_, err := p.value() // a number or a word
		return err
	}
	if p.values++; p.values > p.most {
		return p.fail(tooMany)
	}
	if c == '"' {
		return p.passString()
	}
	if p.depth++; p.depth > p.deepest {
		return p.fail(nestedTooDeep)
	}
	defer func() { p.depth-- }()
	if c == '[' {
		return p.each(']', "", commaOrBracket, func(string) error { return p.pass() })
	}
	return p.each('}', nameOrBrace, commaOrBrace, func(expected string) error {
		if _, err := p.name(expected); err != nil {
			return err
		}
		return p.pass()
	})
}

// each passes over the elements of a container up to its end.
func (p *parser) each(end byte, first, between string, element func(expected string) error) error {
	p.at++
	if p.peek() == end {
		p.at++
		return nil
	}
	for expected := first; ; expected = quotedName {
		if err := element(expected); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.at++
		case end:
			p.at++
			return nil
		default:
			return p.fail(between)
		}
	}
}

func (p *parser) passString() error {
	start := p.at + 1
	if p.plain() {
		p.at++
		return nil
	}
	_, err := p.escaped(start)
	return err
}
