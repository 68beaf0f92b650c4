package spec

import (
	"fmt"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// maxSteps is how many schemas may have to be tried on a single value. References to what
// refers to the same again, thirty deep, would make it more than a billion.
const maxSteps = 1 << 17

var errSteps = fmt.Errorf("the schema takes more than %d steps for a single value: it is composed of schemas that are composed of the same ones again", maxSteps)

// steps are how many schemas a value is tried on, by the schema that it is judged by. One that
// is being counted, and contains itself, counts as none.
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

// composedOf are the schemas that the same value is judged by; some may be nil.
func composedOf(schema *jsonschema.Schema) []*jsonschema.Schema {
	return slices.Concat(
		[]*jsonschema.Schema{schema.Ref, schema.Not, schema.If, schema.Then, schema.Else}, schema.AllOf, schema.AnyOf, schema.OneOf,
	)
}

// bounded leaves parts out whose schemas take too many steps, once they are linked.
func (s *schemas) bounded(parts []*part) {
	counted := steps{}
	for _, part := range parts {
		if slices.ContainsFunc(part.composed, func(schema *jsonschema.Schema) bool { return counted.of(schema) > maxSteps }) {
			part.schema, part.err, s.broken = nil, errSteps, true
		}
		part.composed = nil
	}
}
