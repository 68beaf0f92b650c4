package ajv

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Coerce converts scalars in a decoded value to the types of a shape, as Ajv's
// coerceTypes does: only where the type does not fit, and never to or from arrays and
// objects. The forms of a oneOf are tried in turn, each on the scalar that the previous
// one left, until one fits. Objects and arrays are changed in place. A date-time in a
// notation that only Ajv accepts is rewritten as RFC 3339.
func Coerce(shape *openapi.Shape, value any) any {
	if shape == nil {
		return value
	}
	switch container := value.(type) {
	case map[string]any:
		for name, present := range container {
			place, inner := shape.Property(name)
			if place < 0 {
				inner = shape.Others
			}
			container[name] = Coerce(inner, present)
		}
		return container
	case []any:
		for i := range container {
			container[i] = Coerce(shape.Items, container[i])
		}
		return container
	}
	for _, form := range shape.Forms {
		if value = Coerce(form, value); form != nil && form.Format == "" && len(form.Types) > 0 && fits(form, value) {
			return value
		}
	}
	if len(shape.Types) == 0 || fits(shape, value) {
		return asMoment(shape, value)
	}
	for _, want := range shape.Types {
		if coerced, ok := coerceScalar(want, value); ok {
			return coerced
		}
	}
	if shape.Nullable {
		value, _ = orNull(value)
	}
	return value
}

// asMoment gives a date-time the T and the zone that RFC 3339 demands. A date-time
// without a zone is in the zone of the server, which in a container is UTC.
func asMoment(shape *openapi.Shape, value any) any {
	text, is := value.(string)
	if !is || shape.Format != "date-time" {
		return value
	}
	parts := dateTime.FindStringSubmatch(text)
	if parts == nil {
		return value
	}
	zone := cmp.Or(parts[3], "Z")
	if len(zone) == len("+0200") {
		zone = zone[:3] + ":" + zone[3:]
	}
	written := parts[1] + "T" + parts[2] + strings.ToUpper(zone)
	if _, err := time.Parse(time.RFC3339, written); err != nil {
		return value
	}
	return written
}

var dateTime = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt\s](\d\d:\d\d:\d\d(?:\.\d+)?)([Zz]|[+-]\d\d:?\d\d)?$`)

func fits(shape *openapi.Shape, value any) bool {
	if value == nil {
		return shape.Nullable
	}
	for _, want := range shape.Types {
		switch want {
		case "string":
			if _, ok := value.(string); ok {
				return true
			}
		case "boolean":
			if _, ok := value.(bool); ok {
				return true
			}
		case "number":
			if _, ok := value.(float64); ok {
				return true
			}
		case "integer":
			if number, ok := value.(float64); ok && number == math.Trunc(number) {
				return true
			}
		}
	}
	return false
}

// coerceScalar applies one step of Ajv's table of coercions.
func coerceScalar(want string, value any) (any, bool) {
	switch want {
	case "string":
		switch scalar := value.(type) {
		case nil:
			return "", true
		case bool:
			return strconv.FormatBool(scalar), true
		case float64:
			return string(v8json.FormatNumber(nil, scalar)), true
		}
	case "boolean":
		switch value {
		case nil, "false", 0.0:
			return false, true
		case "true", 1.0:
			return true, true
		}
	case "number", "integer":
		number, ok := toNumber(value)
		if ok && (want == "number" || number == math.Trunc(number)) {
			return number, true
		}
	case "null":
		return orNull(value)
	}
	return nil, false
}

// orNull turns into null what Ajv does, and returns anything else unchanged.
func orNull(value any) (any, bool) {
	switch value {
	case "", 0.0, false:
		return nil, true
	}
	return value, false
}

func toNumber(value any) (float64, bool) {
	switch scalar := value.(type) {
	case nil:
		return 0, true
	case bool:
		if scalar {
			return 1, true
		}
		return 0, true
	case string:
		if scalar == "" {
			return 0, false
		}
		return ParseNumber(scalar)
	}
	return 0, false
}

// ParseNumber reads a string as JavaScript's Number does; false stands for NaN.
func ParseNumber(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	if len(text) > 2 && text[0] == '0' {
		if base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'O': 8, 'b': 2, 'B': 2}[text[1]]; base != 0 {
			whole, err := strconv.ParseUint(text[2:], base, 64)
			return float64(whole), err == nil && !strings.Contains(text, "_")
		}
	}
	if strings.ContainsAny(text, "_xXpPiInN") {
		if text == "Infinity" || text == "+Infinity" {
			return math.Inf(1), true
		}
		if text == "-Infinity" {
			return math.Inf(-1), true
		}
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(number, 0) {
		return 0, false
	}
	return number, true
}
