package engine

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// What Postgres says about values that it cannot store. A real server answers with this,
// after the statement (O, with the strategies, segments and flags of 8.2.0).
const (
	nulInText   = `invalid byte sequence for encoding "UTF8": 0x00`
	nulInJSON   = "unsupported Unicode escape sequence"
	halfOfAPair = "invalid input syntax for type json"
)

// storable refuses a row that Postgres would refuse: a text with U+0000, or JSON with
// U+0000 or half of a surrogate pair.
func (c *codec) storable(row any) error {
	v := reflect.ValueOf(row).Elem()
	for i := range c.fields {
		value := at(v, c.fields[i].path)
		if value.Kind() == reflect.Pointer && !value.IsNil() {
			value = value.Elem()
		}
		words := ""
		switch {
		case value.Type() == jsonType:
			words = unstorable(value.Bytes())
		case value.Kind() == reflect.Slice, value.Kind() == reflect.Map:
			words = unstorable(c.fields[i].encode(nil, value))
		case value.Kind() == reflect.String && strings.Contains(value.String(), "\x00"):
			words = nulInText
		}
		if words != "" {
			return apierror.Internal(words)
		}
	}
	return nil
}

// unstorable returns what Postgres says about JSON in which characters are escaped only
// if they must be; empty if jsonb can hold it.
func unstorable(text []byte) string {
	for {
		escape := bytes.IndexByte(text, '\\')
		switch {
		case escape < 0:
			return ""
		case bytes.HasPrefix(text[escape:], []byte(`\u0000`)):
			return nulInJSON
		case bytes.HasPrefix(text[escape:], []byte(`\ud`)): // a whole pair would be written as a character
			return halfOfAPair
		}
		text = text[escape+2:]
	}
}
