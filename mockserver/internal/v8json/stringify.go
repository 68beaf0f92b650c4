package v8json

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/jsonw"
)

// deepest is about how deep JSON.stringify of Node goes before its stack ends.
const deepest = 4000

// tooDeep is what Unleash prints for a value that JSON.stringify refuses.
const tooDeep = "[value too large or deeply nested to display]"

// Stringify appends a value of Parse as JSON.stringify prints it after it went
// through a jsonb column of Postgres, where stored payloads do: the keys of an
// object sorted, integers first, then by length and bytes.
func Stringify(dst []byte, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, value)
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return append(dst, "null"...)
		}
		return FormatNumber(dst, value)
	case string:
		return jsonw.AppendString(dst, value)
	case []any:
		dst = append(dst, '[')
		for i, element := range value {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = Stringify(dst, element)
		}
		return append(dst, ']')
	case map[string]any:
		return appendObject(dst, jsonbOrder(value), value)
	case *Object:
		return appendObject(dst, scriptOrder(value.keys), value.values)
	}
	return append(dst, "null"...)
}

func appendObject(dst []byte, keys []string, values map[string]any) []byte {
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonw.AppendString(dst, key)
		dst = append(dst, ':')
		dst = Stringify(dst, values[key])
	}
	return append(dst, '}')
}

// scriptOrder sorts keys as JavaScript lists them: integers ascending, then the
// others as they came.
func scriptOrder(keys []string) []string {
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b string) int {
		order, _ := compareIntegers(a, b)
		return order
	})
	return sorted
}

// jsonbOrder sorts keys as they come out of a jsonb column by way of
// JavaScript.
func jsonbOrder(values map[string]any) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if order, decided := compareIntegers(a, b); decided {
			return order
		}
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return keys
}

// compareIntegers puts integer keys first; decided is false if neither is one.
func compareIntegers(a, b string) (order int, decided bool) {
	first, firstIs := isInteger(a)
	second, secondIs := isInteger(b)
	switch {
	case firstIs && secondIs:
		return cmp.Compare(first, second), true
	case firstIs:
		return -1, true
	case secondIs:
		return 1, true
	}
	return 0, false
}

// CompactJSONB returns a JSON text as Unleash returns a stored payload.
func CompactJSONB(text []byte) ([]byte, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return Stringify(make([]byte, 0, len(text)), value), nil
}

// Restringify prints the part of a JSON text at a path of keys and indexes as
// JSON.stringify(JSON.parse(text)) would; false if there is no such part.
func Restringify(text []byte, path ...string) (string, bool) {
	value, err := parseOrdered(text)
	if err != nil {
		return "", false
	}
	for _, step := range path {
		switch container := value.(type) {
		case *Object:
			next, has := container.values[step]
			if !has {
				return "", false
			}
			value = next
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index < 0 || index >= len(container) {
				return "", false
			}
			value = container[index]
		default:
			return "", false
		}
	}
	if depth(value, 0) > deepest {
		return tooDeep, true
	}
	return string(Stringify(nil, value)), true
}

// depth counts how deep a value is nested, up to a little over the deepest.
func depth(value any, above int) int {
	if above > deepest {
		return above
	}
	at := above
	switch container := value.(type) {
	case *Object:
		for _, element := range container.values {
			at = max(at, depth(element, above+1))
		}
	case []any:
		for _, element := range container {
			at = max(at, depth(element, above+1))
		}
	}
	return at
}

// FormatNumber appends a number as JavaScript turns it into a string.
func FormatNumber(dst []byte, number float64) []byte {
	switch {
	case math.IsInf(number, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(number, -1):
		return append(dst, "-Infinity"...)
	}
	if number == 0 {
		return append(dst, '0') // also for -0
	}
	if size := math.Abs(number); size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(dst, number, 'f', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, number, 'e', -1, 64)
	// Go writes at least two digits of an exponent, JavaScript what is needed.
	if e := slices.Index(dst[start:], 'e') + start; len(dst) == e+4 && dst[e+2] == '0' {
		dst = append(dst[:e+2], dst[e+3])
	}
	return dst
}
