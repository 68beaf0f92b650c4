package replay

import (
	"encoding/json"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// literal is a text in JSON. Its quotes are included from start to end.
type literal struct {
	place      engine.Place
	text       string
	start, end int
}

// literals finds the texts at certain places of a JSON text, in its order. It returns
// none if the text is not JSON.
func literals(source string, places map[string]engine.Place) []literal {
	if len(places) == 0 || !json.Valid([]byte(source)) { // Valid limits the depth, too
		return nil
	}
	f := finder{source: source, places: places, decoder: json.NewDecoder(strings.NewReader(source))}
	f.value("")
	return f.found
}

type finder struct {
	source  string
	places  map[string]engine.Place
	decoder *json.Decoder
	found   []literal
}

// value walks the next value, which is at pointer.
func (f *finder) value(pointer string) {
	before := int(f.decoder.InputOffset())
	switch token := f.token().(type) {
	case string:
		if place := f.places[pointer]; place != 0 {
			start := before + strings.IndexByte(f.source[before:], '"')
			f.found = append(f.found, literal{place, token, start, int(f.decoder.InputOffset())})
		}
	case json.Delim:
		for f.decoder.More() {
			step := "*"
			if token == '{' {
				name, _ := f.token().(string)
				step = jsonpointer.Escape(name)
			}
			f.value(pointer + "/" + step)
		}
		f.token() // the end
	}
}

// token returns the next token of text that is known to be JSON.
func (f *finder) token() json.Token {
	token, err := f.decoder.Token()
	if err != nil {
		return nil
	}
	return token
}
