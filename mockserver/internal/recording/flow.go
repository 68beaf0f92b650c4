package recording

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// pair is a field of a seed.
type pair struct {
	name  string
	value any
}

// pairs are fields in their order.
type pairs []pair

// flow writes a value on one line of YAML: as JSON, aside from numbers that YAML
// would take for text. JSON text is kept in its order.
func flow(value any) string {
	var text []byte
	switch value := value.(type) {
	case pairs:
		fields := make([]string, len(value))
		for i, field := range value {
			fields[i] = field.name + ": " + flow(field.value)
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case []byte:
		text = value
	case json.RawMessage:
		text = value
	default:
		text = encode(value)
	}
	var out strings.Builder
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	writeFlow(&out, decoder)
	return out.String()
}

// writeFlow writes the next value of JSON that is known to be valid.
func writeFlow(out *strings.Builder, decoder *json.Decoder) {
	token, err := decoder.Token()
	if err != nil {
		return
	}
	open, isContainer := token.(json.Delim)
	if !isContainer {
		out.Write(scalar(token))
		return
	}
	out.WriteRune(rune(open))
	for i := 0; decoder.More(); i++ {
		if i > 0 {
			out.WriteString(", ")
		}
		if open == '{' {
			writeFlow(out, decoder)
			out.WriteString(": ")
		}
		writeFlow(out, decoder)
	}
	if closing, err := decoder.Token(); err == nil {
		out.WriteRune(rune(closing.(json.Delim)))
	}
}

func scalar(token json.Token) []byte {
	literal, isNumber := token.(json.Number)
	if !isNumber {
		return encode(token)
	}
	if _, err := strconv.ParseInt(literal.String(), 10, 64); err == nil {
		return []byte(literal)
	}
	number, err := literal.Float64()
	if err != nil {
		return []byte(".inf") // which no seed can have
	}
	text := strconv.FormatFloat(number, 'g', -1, 64)
	if mantissa, exponent, has := strings.Cut(text, "e"); has && !strings.Contains(mantissa, ".") {
		text = mantissa + ".0e" + exponent // YAML knows no number without a point
	}
	return []byte(text)
}

// encode writes a value as JSON, nothing escaped for HTML.
func encode(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return []byte("null") // of what no answer holds
	}
	return bytes.TrimSpace(out.Bytes())
}
