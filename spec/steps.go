package spec

import (
	"fmt"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// maxSteps is how many schemas a single value may have to be tried on. Thirty levels of schemas that
// each refer twice to the next would make it more than a billion.
const maxSteps = 1 << 17

var errSteps = fmt.Errorf("the schema takes more than %d steps for a single value: it is composed of schemas that are composed of the same ones again", maxSteps)

// steps maps a schema to the number of schemas that a value which it judges is tried on. A schema
// that is met again while it is being counted, because it contains itself, counts as 0.
type steps map[*jsonschema.Schema]int

func (s steps) of(schema *jsonschema.Schema) int {
	if known, is := s[schema]; is {
		return known
	}
	s[schema] = 0
	count := 1
	for _, next := range composedOf(schema) {
		if next != nil {
			count = min(count+s.of(next), maxSteps+1)
		}
	}
	s[schema] = count
	return count
}

// composedOf returns the schemas that a schema applies to the same value; some may be nil.
func composedOf(schema *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat(
		[]*jsonschema.Schema{schema.Ref, schema.Not, schema.If, schema.Then, schema.Else}, schema.AllOf, schema.AnyOf, schema.OneOf,
	)
	for _, dependent := range schema.DependentSchemas {
		all = append(all, dependent)
	}
	for _, dependency := range schema.Dependencies { // of older dialects
		if dependent, is := dependency.(*jsonschema.Schema); is {
			all = append(all, dependent)
		}
	}
	return all
}

// bounded gives an error instead of a schema to linked parts whose schemas take too many steps.
func (s *schemas) bounded(parts []*part) {
	counted := steps{}
	for _, part := range parts {
		if slices.ContainsFunc(part.composed, func(schema *jsonschema.Schema) bool { return counted.of(schema) > maxSteps }) {
			part.schema, part.err, s.broken = nil, errSteps, true
		}
		part.composed = nil
	}
}
