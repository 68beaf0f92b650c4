package sample

import "github.com/pb33f/jsonschema/v6"

// heights are how deeply values of schemas are nested at least, as seen from a depth.
type heights map[heightKey]int

type heightKey struct {
	schema *jsonschema.Schema
	depth  int
}

func (h heights) of(s *jsonschema.Schema, depth int) int {
	if s == nil || depth > maxHeight {
		return 0
	}
	key := heightKey{s, depth}
	known, is := h[key]
	if !is {
		known = h.count(s, depth)
		h[key] = known
	}
	return known
}

func (h heights) count(s *jsonschema.Schema, depth int) int {
	least := func(forms []*jsonschema.Schema) int {
		low := maxHeight
		for _, form := range forms {
			low = min(low, h.of(form, depth+1))
		}
		return low
	}
	out := h.of(s.Ref, depth+1)
	for _, part := range s.AllOf {
		out = max(out, h.of(part, depth+1))
	}
	for _, forms := range [][]*jsonschema.Schema{s.OneOf, s.AnyOf} {
		if len(forms) > 0 {
			out = max(out, least(forms))
		}
	}
	if len(s.Required) > 0 {
		out = max(out, 1)
	}
	for _, name := range s.Required {
		out = max(out, 1+h.of(s.Properties[name], depth+1))
	}
	if s.MinItems != nil && *s.MinItems > 0 {
		out = max(out, 1+h.of(s.Items2020, depth+1))
	}
	return out
}
