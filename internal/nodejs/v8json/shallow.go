package v8json

import "fmt"

// Raw is the text of an object or an array that has not been decoded. It is well-formed.
type Raw []byte

// IsObject reports whether r is an object rather than an array.
func (r Raw) IsObject() bool { return r[0] == '{' }

// Value decodes r, with objects as *Object.
func (r Raw) Value() any { return wellRead(ParseOrdered(r)) }

// Shallow decodes r, but leaves the objects and arrays in it as Raw.
func (r Raw) Shallow() any {
	return wellRead(ParseShallow(r, Bounds{Depth: 1, Values: maxValues, Raw: maxValues}))
}

func wellRead(value any, err error) any {
	if err != nil {
		panic("v8json: a text that was found to be well formed is not: " + err.Error())
	}
	return value
}

// Bounds limit what ParseShallow reads.
type Bounds struct {
	// Depth is the level down to which objects and arrays are decoded; what is deeper
	// stays Raw.
	Depth int
	// Values is how many values are decoded, and Raw is how many values each Raw may
	// have.
	Values, Raw int
	// Objects is how many of the values may be objects; 0 means all. An object takes many
	// times the memory of another value.
	Objects int
	// Unique rejects an object that repeats a key, with a RepeatedKeyError. Otherwise the
	// last value counts.
	Unique bool
}

// RepeatedKeyError names a key that an object repeats. Offset is where,
// in bytes of the text in which U+FFFD replaces what is not UTF-8.
type RepeatedKeyError struct {
	Key    string
	Offset int
}

func (e RepeatedKeyError) Error() string { return fmt.Sprintf("the key %q is there twice", e.Key) }

// ParseShallow is ParseOrdered for large texts. It does not decode what lies deep, but
// keeps its text as a part of the given one, because values take many times the memory of
// their text.
func ParseShallow(text []byte, bounds Bounds) (any, error) {
	p := parser{text: wellFormed(text), ordered: true, known: new([knownStrings]string), shallow: &bounds, most: bounds.Values, deepest: maxShallowDepth}
	return p.document()
}

// raw skips an object or an array, whose values are counted separately.
func (p *parser) raw() (any, error) {
	start, before := p.at, p.values
	p.values, p.most = 0, p.shallow.Raw
	if err := p.pass(); err != nil {
		return nil, err
	}
	p.values, p.most = before, p.shallow.Values
	return Raw(p.text[start:p.at:p.at]), nil
}

// pass skips a value without building it.
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

// each visits the elements of a container up to its end.
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
