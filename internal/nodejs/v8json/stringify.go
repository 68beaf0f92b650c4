package v8json

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// deepest is roughly how deeply JSON.stringify of Node nests before its stack ends.
const deepest = 4000

// tooDeep is what Unleash prints for a value that JSON.stringify refuses.
const tooDeep = "[value too large or deeply nested to display]"

// Stringify appends a value as JSON.stringify prints it. It takes the values that Parse
// returns, and *Object, whose keys are printed in JavaScript's order: indexes first, then
// the others as they came. A map does not know how its keys came: indexes come first, the
// others are sorted bytewise.
func Stringify(dst []byte, value any) []byte {
	return appendValue(dst, value, strings.Compare)
}

// Text returns a value as JavaScript's String converts it: elements are joined by commas,
// null elements are empty, and an object becomes [object Object].
func Text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		parts := make([]string, len(value))
		for i, part := range value {
			if part != nil {
				parts[i] = Text(part)
			}
		}
		return strings.Join(parts, ",")
	case map[string]any, *Object:
		return "[object Object]"
	}
	return string(Stringify(nil, value))
}

// CompactJSONB returns a JSON text as Unleash returns a stored payload, which has passed
// through a jsonb column of Postgres and through JavaScript. Of an object's keys, indexes
// come first; the others are sorted by length, then bytewise. Numbers are printed as
// JavaScript prints them. The error is a *SyntaxError.
func CompactJSONB(text []byte) ([]byte, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return appendValue(make([]byte, 0, len(text)), value, bySize), nil
}

func appendValue(dst []byte, value any, order order) []byte {
	switch value := value.(type) {
	case Raw:
		return appendValue(dst, value.Value(), order)
	case bool:
		return strconv.AppendBool(dst, value)
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			break
		}
		return FormatNumber(dst, value)
	case string:
		return jsonw.AppendString(dst, value)
	case []any:
		return appendArray(dst, value, order)
	case map[string]any:
		keys := make([]string, 0, len(value))
		for key := range value {
			keys = append(keys, key)
		}
		arrange(keys, order)
		return appendObject(dst, keys, value, order)
	case *Object:
		keys := slices.Clone(value.keys)
		arrange(keys, asTheyCame)
		return appendObject(dst, keys, value.values, order)
	}
	return append(dst, "null"...)
}

func appendArray(dst []byte, list []any, order order) []byte {
	dst = append(dst, '[')
	for i, element := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, element, order)
	}
	return append(dst, ']')
}

func appendObject(dst []byte, keys []string, values map[string]any, order order) []byte {
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonw.AppendString(dst, key)
		dst = append(dst, ':')
		dst = appendValue(dst, values[key], order)
	}
	return append(dst, '}')
}

// Restringify prints the part of a JSON text at a JSON pointer as
// JSON.stringify(JSON.parse(text)) would, with keys in JavaScript's order. Of duplicate
// keys, the first determines the place and the last the value. The result is false if the
// text is not JSON or has no such part. A part that is nested too deeply for
// JSON.stringify is replaced with the words that Unleash then uses.
//
// It is meant for error messages, since it decodes the text again.
func Restringify(text []byte, pointer string) (string, bool) {
	value, err := ParseOrdered(text)
	if err != nil {
		return "", false
	}
	path, err := jsonpointer.New(pointer)
	if err != nil {
		return "", false
	}
	for _, step := range path.DecodedTokens() {
		var found bool
		if value, found = part(value, step); !found {
			return "", false
		}
	}
	if tooDeepFrom(value, deepest) {
		return tooDeep, true
	}
	return string(Stringify(nil, value)), true
}

// part returns the property or element of a value.
func part(value any, step string) (any, bool) {
	switch container := value.(type) {
	case *Object:
		return container.Get(step)
	case []any:
		if index, is := arrayIndex(step); is && int64(index) < int64(len(container)) {
			return container[index], true
		}
	}
	return nil, false
}

// tooDeepFrom reports whether containers nest deeper than the given number of levels.
func tooDeepFrom(value any, levels int) bool {
	if levels < 0 {
		return true
	}
	switch container := value.(type) {
	case *Object:
		for _, element := range container.values {
			if tooDeepFrom(element, levels-1) {
				return true
			}
		}
	case []any:
		for _, element := range container {
			if tooDeepFrom(element, levels-1) {
				return true
			}
		}
	}
	return false
}
