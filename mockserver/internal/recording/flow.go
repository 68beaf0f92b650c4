package recording

import (
	"math"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// flow writes a value on one line of YAML. It is JSON, except for the escapes in texts
// and for numbers that YAML would read as text.
func flow(value any) string {
	switch value := value.(type) {
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return number(value)
	case string:
		return quote(value)
	case []any:
		elements := make([]string, len(value))
		for i, element := range value {
			elements[i] = flow(element)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case *v8json.Object:
		members := make([]string, len(value.Keys()))
		for i, name := range value.Keys() {
			member, _ := value.Get(name)
			members[i] = quote(name) + ": " + flow(member)
		}
		return "{" + strings.Join(members, ", ") + "}"
	}
	return "null"
}

// columns writes a row on one line. The names of columns need no quotes.
func columns(row *v8json.Object) string {
	out := make([]string, len(row.Keys()))
	for i, name := range row.Keys() {
		value, _ := row.Get(name)
		out[i] = name + ": " + flow(value)
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// quote writes a text in double quotes. Go's escapes are also valid in YAML.
func quote(text string) string { return strconv.Quote(strings.ToValidUTF8(text, "\ufffd")) }

func number(value float64) string {
	if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
		return strconv.FormatInt(int64(value), 10)
	}
	text := strconv.FormatFloat(value, 'g', -1, 64)
	if mantissa, exponent, has := strings.Cut(text, "e"); has && !strings.Contains(mantissa, ".") {
		text = mantissa + ".0e" + exponent // YAML reads 1e21 as text, so add a fraction
	}
	return text
}
