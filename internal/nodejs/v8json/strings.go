package v8json

import "unicode/utf8"

const (
	// shareable is the size in bytes up to which all strings of a text share one copy of
	// it.
	shareable = 1024
	// knownStrings is how many short strings are remembered for a larger text, and
	// knownLength is the longest of them in bytes.
	knownStrings = 64
	knownLength  = 32
)

// string reads a string. Most strings have no escapes and need no second pass.
func (p *parser) string() (string, error) {
	start := p.at + 1
	if !p.plain() {
		return p.escaped(start)
	}
	p.at++
	if p.known == nil {
		return p.source[start : p.at-1], nil
	}
	return p.recall(p.text[start : p.at-1]), nil
}

// recall turns text into a string. The short strings of a large text recur, names of
// properties above all. Of those that share a slot, the last is kept.
func (p *parser) recall(text []byte) string {
	if len(text) == 0 || len(text) > knownLength {
		return string(text)
	}
	slot := &p.known[(len(text)+int(text[0])+5*int(text[len(text)-1]))%knownStrings]
	if *slot != string(text) {
		*slot = string(text)
	}
	return *slot
}

// plain skips characters that stand for themselves, and reports whether the quote that
// ends the string comes next.
func (p *parser) plain() bool {
	p.at++
	p.run()
	return p.at < len(p.text) && p.text[p.at] == '"'
}

// run skips characters that stand for themselves.
func (p *parser) run() {
	for p.at < len(p.text) {
		if c := p.text[p.at]; c == '"' || c == '\\' || c < ' ' {
			return
		}
		p.at++
	}
}

// escaped reads a string on from its first character that is not plain.
func (p *parser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 64), p.text[start:p.at]...)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return string(out), nil
		case c == '\\':
			p.at++
			var err error
			if out, err = p.escape(out); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.fail(controlCharacter)
		}
		from := p.at
		p.run()
		out = append(out, p.text[from:p.at]...)
	}
	return "", p.fail(unterminated)
}

var simpleEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// latin1UTF8 is the highest first byte of a character up to U+00FF.
const latin1UTF8 = 0xC3

// escape appends the character for the escape whose letter comes next.
func (p *parser) escape(out []byte) ([]byte, error) {
	if p.at >= len(p.text) {
		return nil, p.unexpected()
	}
	letter := p.text[p.at]
	if letter == 'u' {
		unit, err := p.unit()
		if err != nil {
			return nil, err
		}
		return appendUnit(out, unit), nil
	}
	if simpleEscapes[letter] == 0 {
		if letter > latin1UTF8 { // V8 looks up the letter in a table that ends there
			return nil, p.unexpected()
		}
		return nil, p.fail(badEscape)
	}
	p.at++
	return append(out, simpleEscapes[letter]), nil
}

// unit reads the four hexadecimal digits after \u.
func (p *parser) unit() (uint16, error) {
	unit := uint16(0)
	for range 4 {
		p.at++
		if p.at >= len(p.text) {
			return 0, p.fail(badUnicode)
		}
		digit := HexDigit(p.text[p.at])
		if digit < 0 {
			return 0, p.fail(badUnicode)
		}
		unit = unit<<4 | uint16(digit)
	}
	p.at++
	return unit, nil
}

// HexDigit returns the value of a hexadecimal digit, or -1 for any other character.
func HexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

const (
	surrogateHigh = 0xD800
	surrogateLow  = 0xDC00
	surrogateEnd  = 0xE000
)

// appendUnit appends a UTF-16 code unit. The second half of a surrogate pair is joined
// with the first, which is at the end of dst.
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
