package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Decode parses a text in the parameter's style into an array, an object, or the value of a JSON
// text. For other parameters it returns the text without what the style writes before a value.
func (p *Parameter) Decode(text string) any {
	if p.JSON {
		if p.Lacks(text) {
			return text
		}
		value, err := exactly([]byte(text))
		if err != nil {
			return text
		}
		return value
	}
	types := p.Shape.Plain()
	isArray, isObject := slices.Contains(types, "array"), slices.Contains(types, "object")
	if !isArray && (!isObject || p.isUnpaired(text)) {
		return p.bare(text)
	}
	words := p.split(text)
	if isArray {
		out := make([]any, len(words))
		for i, word := range words {
			_, value, named := strings.Cut(word, "=")
			if out[i] = word; named && p.Style == "matrix" {
				out[i] = value
			}
		}
		return out
	}
	return p.pairs(words)
}

// Lacks reports whether a text lacks what the parameter's style demands: what is written before a
// value, the names and values of an object, or the syntax of JSON.
func (p *Parameter) Lacks(text string) bool {
	types := p.Shape.Plain()
	switch {
	case p.JSON:
		return !json.Valid([]byte(text)) || endlessNumber([]byte(text)) != ""
	case p.IsSpread():
		return false
	case p.In == "path" && p.isUnmarked(text, types):
		return true
	}
	return slices.Equal(types, []string{"object"}) && p.isUnpaired(text)
}

// isUnpaired reports whether a text cannot be the names and values of an object.
func (p *Parameter) isUnpaired(text string) bool {
	switch words := p.split(text); {
	case p.Style == "deepObject":
		return text != "" // whose properties are each sent by a name with brackets
	case p.Explode: // in the style matrix, a name may come without a value
		return p.Style != "matrix" && len(words) > 0 && !strings.Contains(words[0], "=")
	default:
		return len(words)%2 != 0
	}
}

// isUnmarked reports whether a text lacks what some styles write before a value.
func (p *Parameter) isUnmarked(text string, types []string) bool {
	switch {
	case p.Style == "label":
		return !strings.HasPrefix(text, ".")
	case p.Style == "matrix" && p.Explode && slices.Contains(types, "object"): // it has the names of properties, not of the parameter
		return !strings.HasPrefix(text, ";")
	case p.Style == "matrix":
		return text != ";"+p.Name && !strings.HasPrefix(text, ";"+p.Name+"=")
	}
	return false
}

// bare removes what some styles write before a value.
func (p *Parameter) bare(text string) string {
	switch p.Style {
	case "matrix":
		return strings.TrimPrefix(strings.TrimPrefix(text, ";"+p.Name), "=") // an empty value has no equals sign
	case "label":
		return strings.TrimPrefix(text, ".")
	}
	return text
}

// split returns the parts of an array or object.
func (p *Parameter) split(text string) []string {
	separator := ","
	switch {
	case p.Style == "form" && p.Explode && p.In == "query": // each part is a query parameter of its own, and here is one
		return []string{text}
	case p.Style == "spaceDelimited":
		separator = " "
	case p.Style == "pipeDelimited":
		separator = "|"
	case p.Style == "matrix" && p.Explode:
		text, separator = strings.TrimPrefix(text, ";"), ";"
	case p.Style == "label" && p.Explode:
		text, separator = strings.TrimPrefix(text, "."), "."
	default:
		text = p.bare(text)
	}
	if text == "" {
		return nil
	}
	words := strings.Split(text, separator)
	if p.In == "header" { // where a list may have white space around its commas
		for i, word := range words {
			words[i] = strings.TrimSpace(word)
		}
	}
	return words
}

// pairs makes an object from parts, which are names and values in turn, or both joined by an equals
// sign.
func (p *Parameter) pairs(words []string) any {
	out := map[string]any{}
	if p.Explode {
		for _, word := range words {
			name, value, _ := strings.Cut(word, "=")
			out[name] = value
		}
		return out
	}
	for i := 0; i+1 < len(words); i += 2 {
		out[words[i]] = words[i+1]
	}
	return out
}

// IsSpread reports whether a parameter or field is an object that is spread over the query or the
// form: each of its properties is a parameter or field of its own.
func (p *Parameter) IsSpread() bool {
	return p.In == "query" && p.Style == "form" && p.Explode && !p.JSON && slices.Contains(p.Shape.Plain(), "object")
}

// Gather returns the object that a parameter spreads: of the values sent, by name, its properties, and
// those that no other parameter is for. The object is empty if it was not sent.
func (p *Parameter) Gather(sent map[string]any) map[string]any {
	object := map[string]any{}
	isSent := len(p.Shape.Properties) == 0 || p.Shape.Others != nil
	for name, value := range sent {
		if at, _ := p.Shape.Property(name); at >= 0 || !slices.Contains(p.others, name) {
			object[name], isSent = value, isSent || at >= 0
		}
	}
	if !isSent {
		clear(object) // the document does not say what these names are for
	}
	return object
}

// apportion gives each parameter that is spread the names that are not its own: taken, and the properties
// of the other spread parameters.
func apportion(parameters []*Parameter, taken []string) {
	for _, p := range parameters {
		if !p.IsSpread() {
			continue
		}
		p.others = slices.Clone(taken)
		for _, other := range parameters {
			if other != p && other.IsSpread() {
				p.others = append(p.others, namesOf(other.Shape)...)
			}
		}
	}
}

// namesOf returns the names of an object's properties.
func namesOf(shape *openapi.Shape) (names []string) {
	if shape != nil {
		for _, property := range shape.Properties {
			names = append(names, property.Name)
		}
	}
	return names
}

// Encode formats a value in the parameter's style, which Decode reads: with names for the query, as
// in a=1&a=2, and otherwise only the value. escape is applied to each name and value.
func (p *Parameter) Encode(value any, escape func(string) string) string {
	name := escape(p.Name)
	words, pairs := p.words(value, escape)
	prefix, separator := "", p.separator()
	switch {
	case p.In != "query":
	case p.Style == "deepObject" && pairs != nil:
		words = words[:len(pairs)]
		for i, pair := range pairs {
			words[i] = name + "[" + pair[0] + "]=" + pair[1]
		}
		separator = "&"
	case p.Explode && pairs != nil:
		separator = "&"
	case p.Explode:
		prefix, separator = name+"=", "&"+name+"="
	default:
		prefix = name + "="
	}
	switch p.Style {
	case "label":
		prefix = "."
	case "matrix":
		prefix = ";"
		if !p.Explode || pairs == nil {
			prefix = ";" + name + "="
		}
		if p.Explode && pairs == nil {
			separator = prefix
		}
	}
	return prefix + strings.Join(words, separator)
}

// words returns the parts that a value is written as and, for an object, its pairs of names and
// values.
func (p *Parameter) words(value any, escape func(string) string) (words []string, pairs [][2]string) {
	if p.JSON {
		text, _ := json.Marshal(value) // cannot fail, as the value came from a decoder
		return []string{escape(string(text))}, nil
	}
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			words = append(words, escape(textOf(element)))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			pair := [2]string{escape(name), escape(textOf(value[name]))}
			pairs = append(pairs, pair)
			if p.Explode {
				words = append(words, pair[0]+"="+pair[1])
			} else {
				words = append(words, pair[0], pair[1])
			}
		}
	default:
		words = []string{escape(textOf(value))}
	}
	return words, pairs
}

// separator returns what separates the parts of an array or object.
func (p *Parameter) separator() string {
	switch {
	case p.Style == "spaceDelimited":
		return "%20"
	case p.Style == "pipeDelimited":
		return "%7C"
	case p.Style == "label" && p.Explode:
		return "."
	case p.Style == "matrix" && p.Explode:
		return ";"
	}
	return ","
}

// textOf formats a value for a parameter: a string unchanged, everything else as JSON.
func textOf(value any) string {
	if text, is := value.(string); is {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// Values returns the values that the document has for the parameter, decoded: its example or
// default, then its const and the values of its enum. Numbers are json.Number.
func (p *Parameter) Values() []any {
	var out []any
	if sample, err := exactly(p.Sample); err == nil {
		out = append(out, sample)
	}
	schema := p.schema.get().schema
	for range maxDepth {
		if schema == nil || schema.Enum != nil || schema.Ref == nil {
			break
		}
		schema = schema.Ref
	}
	if schema == nil {
		return out
	}
	if schema.Const != nil {
		out = append(out, *schema.Const)
	}
	if schema.Enum != nil {
		out = append(out, schema.Enum.Values...)
	}
	return out
}
