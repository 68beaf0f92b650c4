package v8json

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// SyntaxError is the error that JSON.parse throws.
type SyntaxError struct {
	// Message is V8's sentence. Positions in it are in UTF-16 code units.
	Message string
}

func (e *SyntaxError) Error() string { return e.Message }

// V8's sentences. All but the last end with a position.
const (
	nameOrBrace      = "Expected property name or '}' in JSON at position "
	quotedName       = "Expected double-quoted property name in JSON at position "
	colon            = "Expected ':' after property name in JSON at position "
	commaOrBrace     = "Expected ',' or '}' after property value in JSON at position "
	commaOrBracket   = "Expected ',' or ']' after array element in JSON at position "
	trailing         = "Unexpected non-whitespace character after JSON at position "
	numberAfterMinus = "No number after minus sign in JSON at position "
	fraction         = "Unterminated fractional number in JSON at position "
	exponent         = "Exponent part is missing a number in JSON at position "
	unterminated     = "Unterminated string in JSON at position "
	controlCharacter = "Bad control character in string literal in JSON at position "
	badEscape        = "Bad escaped character in JSON at position "
	badUnicode       = "Bad Unicode escape in JSON at position "
	unexpectedNumber = "Unexpected number in JSON at position "
	unexpectedString = "Unexpected string in JSON at position "
	unexpectedEnd    = "Unexpected end of JSON input"
)

// Sentences that only this package uses.
const (
	nestedTooDeep = "Values are nested too deeply in JSON at position "
	tooMany       = "Too many values in JSON at position "
)

// fail returns an error at the current position.
func (p *parser) fail(message string) error {
	return &SyntaxError{Message: message + strconv.Itoa(units(p.text[:p.at]))}
}

// units counts UTF-16 code units.
func units(text []byte) int {
	count := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		count++
		if r > 0xFFFF {
			count++
		}
		text = text[size:]
	}
	return count
}

// specialTexts are sources that V8 quotes in full: what a program passes when it forgot
// to convert a value to JSON.
var specialTexts = map[string]bool{"[object Object]": true, "NaN": true, "Infinity": true, "undefined": true}

// context is how many code units V8 shows on each side of a bad token.
const context = 10

// unexpected returns the error for a token that is not allowed at the current position.
func (p *parser) unexpected() error {
	if p.at >= len(p.text) {
		return &SyntaxError{Message: unexpectedEnd}
	}
	switch c := p.text[p.at]; {
	case c == '-' || c >= '0' && c <= '9':
		return p.fail(unexpectedNumber)
	case c == '"':
		return p.fail(unexpectedString)
	}
	if specialTexts[string(p.text)] {
		return &SyntaxError{Message: `"` + string(p.text) + `" is not valid JSON`}
	}
	return &SyntaxError{Message: p.tokenMessage()}
}

// tokenMessage names the bad token and shows its surroundings. It looks only at those,
// since the error may be far into a long text.
func (p *parser) tokenMessage() string {
	start, end := p.surroundings()
	source := utf16.Encode([]rune(string(p.text[start:end])))
	at := units(p.text[start:p.at])
	from, to, before, after := 0, len(source), "", ""
	if len(source) > 2*context {
		if at >= context {
			from, before = at-context, "..."
		}
		if at < len(source)-context {
			to, after = at+context, "..."
		}
	}
	message := append([]byte("Unexpected token '"), encodeUnits(source[at:at+1])...)
	message = append(message, "', "+before+`"`...)
	message = append(message, encodeUnits(source[from:to])...)
	return string(append(message, `"`+after+" is not valid JSON"...))
}

// surroundings bounds the part of the text that a message depends on: more than twice the
// context on both sides of the position, or as much as there is.
func (p *parser) surroundings() (start, end int) {
	start, end = p.at, p.at
	for range 2*context + 1 {
		_, before := utf8.DecodeLastRune(p.text[:start])
		_, after := utf8.DecodeRune(p.text[end:])
		start, end = start-before, end+after
	}
	return start, end
}

// encodeUnits turns code units into text. Halves of surrogate pairs stay halves.
func encodeUnits(source []uint16) []byte {
	var out []byte
	for _, unit := range source {
		out = appendUnit(out, unit)
	}
	return out
}
