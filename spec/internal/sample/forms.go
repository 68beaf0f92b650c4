package sample

import (
	"maps"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// addForms adds the schemas that a schema is composed of.
func (f *facets) addForms(s *jsonschema.Schema) {
	f.add(s.Ref)
	f.add(s.RecursiveRef)
	if s.DynamicRef != nil {
		f.add(s.DynamicRef.Ref)
	}
	for _, part := range s.AllOf {
		f.add(part)
	}
	for _, forms := range [][]*jsonschema.Schema{s.OneOf, s.AnyOf} {
		if len(forms) > 0 {
			f.add(f.among(forms))
		}
	}
	if len(s.OneOf) <= maxExclusive {
		f.exclusive = append(f.exclusive, s.OneOf...)
	}
	if s.If != nil {
		if f.meets() && s.Then != nil {
			f.add(s.If)
			f.add(s.Then)
		} else {
			f.add(s.Else)
		}
	}
}

// maxExclusive is the maximum number of forms of a oneOf whose values are kept apart.
const maxExclusive = 8

// exclude makes an object break the forms of a oneOf that it was not made for. They often allow every object of
// another form, unless a property has the wrong type: one that only the broken form names becomes null.
func (m *maker) exclude(f *facets, object map[string]any) {
	for _, form := range f.exclusive {
		other := m.newFacets(0, 0, 0)
		other.add(form)
		for _, name := range slices.Sorted(maps.Keys(other.properties)) {
			if m.visits--; m.visits < 0 {
				return
			}
			schemas, _ := f.property(name)
			if f.properties[name] == nil && fits(schemas, nil) && !fits(other.properties[name], nil) {
				object[name] = nil
				break
			}
		}
	}
}

// meets chooses whether the value meets the next condition.
func (f *facets) meets() bool {
	f.conditions++
	if f.holds >= 0 {
		return f.holds == f.conditions-1
	}
	return choose(&f.choice, 2) == 0
}

// among picks one of several forms. Deep down it picks the flattest first, so that values end.
func (f *facets) among(forms []*jsonschema.Schema) *jsonschema.Schema {
	if f.isDeep {
		forms = slices.Clone(forms)
		slices.SortStableFunc(forms, func(a, b *jsonschema.Schema) int { return f.heights.of(a, 0) - f.heights.of(b, 0) })
		return forms[choose(&f.flattest, len(forms))]
	}
	if f.attempt == 0 { // blank values are shown only where nothing else is allowed
		if others := slices.DeleteFunc(slices.Clone(forms), onlyBlank); len(others) > 0 {
			forms = others
		}
	}
	return forms[choose(&f.choice, len(forms))]
}

// onlyBlank reports whether a schema is for null or an empty text.
func onlyBlank(s *jsonschema.Schema) bool {
	for depth := 0; s.Ref != nil && depth < maxHeight; depth++ {
		s = s.Ref
	}
	return s.Types != nil && slices.Equal(s.Types.ToStrings(), []string{"null"}) ||
		s.Const != nil && blank(*s.Const) ||
		s.Enum != nil && !slices.ContainsFunc(s.Enum.Values, func(value any) bool { return !blank(value) })
}

// blank reports whether a value shows nothing of what its schema is for.
func blank(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// choose returns a number below count, and removes it from the choice, so that successive choices are
// independent.
func choose(choice *int, count int) int {
	at := *choice % count
	*choice /= count
	return at
}
