package spec

import (
	"encoding/json"
	"slices"
	"strings"
)

// Decode takes apart what the style of a parameter writes into one text: an array, an object,
// or JSON. Other texts stay as they are.
func (p *Parameter) Decode(text string) any {
	if p.JSON {
		var value any
		if json.Unmarshal([]byte(text), &value) == nil {
			return value
		}
		return text
	}
	types := p.Shape.Plain()
	isArray, isObject := slices.Contains(types, "array"), slices.Contains(types, "object")
	if !isArray && !isObject {
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

// bare takes off what some styles write in front of a value.
func (p *Parameter) bare(text string) string {
	switch p.Style {
	case "matrix":
		return strings.TrimPrefix(text, ";"+p.Name+"=")
	case "label":
		return strings.TrimPrefix(text, ".")
	}
	return text
}

// split returns the parts of an array or object.
func (p *Parameter) split(text string) []string {
	separator := ","
	switch {
	case p.Style == "form" && p.Explode && p.In == "query": // a part a parameter, and there is one
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
	return strings.Split(text, separator)
}

// pairs makes an object of parts: names and values in turn, or joined by an equals sign.
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

// Spread names the query parameters that a parameter is spread over: the properties of an
// object, each a parameter of its own; nil for one that is not.
func (p *Parameter) Spread() []string {
	if p.In != "query" || p.Style != "form" || !p.Explode || p.JSON || !slices.Contains(p.Shape.Plain(), "object") {
		return nil
	}
	var names []string
	for _, property := range p.Shape.Properties {
		names = append(names, property.Name)
	}
	return names
}
