// Package effort bounds the time in which values are validated.
//
// The library validates a value by every form of a schema, wholly. If forms contain the schema itself, as those of
// an expression do, or refer twice to the same schemas, the time grows exponentially with the depth of the value.
package effort

import (
	"reflect"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// Of counts the steps of a validation, each of which is a schema that a value is validated by. They are too many if
// more than a number of them repeat another one of the same schema and value, and those are most of them: a large
// value may take as many as it needs once. Of looks at each pair of a schema and a value only once.
func Of(schema *jsonschema.Schema, value any, most int) (count int, tooMany bool) {
	s := steps{nested: map[pair]int{}, plain: map[*jsonschema.Schema]int{}}
	count = s.of(schema, value)
	return count, s.isFull() || count-s.taken > max(most, repetitions*s.taken)
}

const (
	// repetitions is how often each step may be repeated on average.
	repetitions = 2
	// maxPairs bounds the memory for counting, to some 60 MB.
	maxPairs = 1 << 20
	// endless stands for more steps than can be counted.
	endless = 1 << 60
	// fewPaths is how many paths may lead through a schema that can only repeat a step so often.
	fewPaths = 1 << 14
)

// Repeats reports whether a validation by a schema may repeat steps more often than a few times: because the schema
// contains itself or one that does, or because many paths lead to the same schemas.
func Repeats(schema *jsonschema.Schema) bool {
	return paths(schema, map[*jsonschema.Schema]int{}) > fewPaths
}

// paths counts the paths through a schema. known has the schemas that were visited; those that contain the current
// one have endless paths.
func paths(schema *jsonschema.Schema, known map[*jsonschema.Schema]int) int {
	if schema == nil {
		return 0
	}
	if count, is := known[schema]; is {
		return count
	}
	known[schema] = endless
	count := 1
	visit := func(inner *jsonschema.Schema) { count = min(count+paths(inner, known), endless) }
	composed(schema, visit)
	for _, inner := range schema.Properties {
		visit(inner)
	}
	for _, inner := range schema.PatternProperties {
		visit(inner)
	}
	visit(asSchema(schema.AdditionalProperties))
	for _, inner := range schema.PrefixItems {
		visit(inner)
	}
	elementsBehind(schema, visit)
	visit(schema.UnevaluatedProperties)
	known[schema] = count
	return count
}

// steps counts the steps of pairs of a schema and a value. One that is met again while it is being counted takes none.
type steps struct {
	taken  int // without those repeated
	nested map[pair]int
	// flat is an object or a list without others inside, whose pairs are forgotten once it has been counted: there
	// may be very many.
	flat   uintptr
	ofFlat map[*jsonschema.Schema]int
	plain  map[*jsonschema.Schema]int // of other values, which all take the same
}

type pair struct {
	schema *jsonschema.Schema
	value  uintptr // where the object or the list is
}

func (s *steps) isFull() bool { return len(s.nested) > maxPairs }

func (s *steps) of(schema *jsonschema.Schema, value any) int {
	switch {
	case schema == nil:
		return 0
	case !isContainer(value):
		if count, is := s.plain[schema]; is { // of another value: nothing is repeated
			s.taken += count
			return count
		}
		return once(s, s.plain, schema, schema, value)
	case isNested(value):
		if s.isFull() {
			return endless
		}
		key := pair{schema, reflect.ValueOf(value).Pointer()}
		count := once(s, s.nested, key, schema, value)
		if onlyRefers(schema) {
			delete(s.nested, key)
		}
		return count
	}
	at := reflect.ValueOf(value).Pointer()
	if s.flat == at {
		return once(s, s.ofFlat, schema, schema, value)
	}
	s.flat, s.ofFlat = at, map[*jsonschema.Schema]int{}
	before := s.taken
	count := once(s, s.ofFlat, schema, schema, value)
	s.flat, s.taken = 0, before+count // a single value repeats only what package spec allows
	return count
}

// once counts the steps of a pair, unless they are known.
func once[K comparable](s *steps, known map[K]int, key K, schema *jsonschema.Schema, value any) int {
	if count, is := known[key]; is {
		return count
	}
	known[key] = 0
	s.taken++
	count := 1
	add := func(schema *jsonschema.Schema, value any) { count = min(count+s.of(schema, value), endless) }
	composed(schema, func(inner *jsonschema.Schema) { add(inner, value) })
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			eachOf(schema, name, func(inner *jsonschema.Schema) { add(inner, field) })
		}
	case []any:
		for i, element := range value {
			if i < len(schema.PrefixItems) {
				add(schema.PrefixItems[i], element)
			}
			elementsBehind(schema, func(inner *jsonschema.Schema) { add(inner, element) })
		}
	}
	known[key] = count
	return count
}

// isNested reports whether a value contains objects or lists.
func isNested(value any) bool {
	switch value := value.(type) {
	case []any:
		return slices.ContainsFunc(value, isContainer)
	case map[string]any:
		for _, field := range value {
			if isContainer(field) {
				return true
			}
		}
	}
	return false
}

// isContainer reports whether a value is an object or a list with anything in it.
func isContainer(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) > 0
	case map[string]any:
		return len(value) > 0
	}
	return false
}

// onlyRefers reports whether a schema applies nothing but another one, so that its steps need not be remembered.
func onlyRefers(schema *jsonschema.Schema) bool {
	others := 0
	composed(schema, func(inner *jsonschema.Schema) {
		if inner != nil && inner != schema.Ref {
			others++
		}
	})
	return schema.Ref != nil && others == 0 && len(schema.Properties)+len(schema.PatternProperties)+len(schema.PrefixItems) == 0 &&
		schema.AdditionalProperties == nil && schema.Items == nil && schema.AdditionalItems == nil && schema.Items2020 == nil &&
		schema.Contains == nil && schema.UnevaluatedItems == nil && schema.UnevaluatedProperties == nil
}

// composed visits the schemas that a schema applies to the same value.
func composed(schema *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	for _, inner := range []*jsonschema.Schema{schema.Ref, schema.RecursiveRef, schema.Not, schema.If, schema.Then, schema.Else} {
		visit(inner)
	}
	if schema.DynamicRef != nil {
		visit(schema.DynamicRef.Ref)
	}
	for _, several := range [][]*jsonschema.Schema{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, inner := range several {
			visit(inner)
		}
	}
	for _, inner := range schema.DependentSchemas {
		visit(inner)
	}
	for _, inner := range schema.Dependencies { // of older dialects
		visit(asSchema(inner))
	}
}

// eachOf visits the schemas of a property.
func eachOf(schema *jsonschema.Schema, name string, visit func(*jsonschema.Schema)) {
	named := schema.Properties[name]
	visit(named)
	for pattern, inner := range schema.PatternProperties {
		if pattern.MatchString(name) {
			visit(inner)
		}
	}
	if named == nil {
		visit(asSchema(schema.AdditionalProperties))
	}
	visit(schema.UnevaluatedProperties)
}

// elementsBehind visits the schemas of the elements of lists but those of prefixes.
func elementsBehind(schema *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	visit(asSchema(schema.Items))
	if several, is := schema.Items.([]*jsonschema.Schema); is {
		for _, inner := range several {
			visit(inner)
		}
	}
	visit(asSchema(schema.AdditionalItems))
	visit(schema.Items2020)
	visit(schema.Contains)
	visit(schema.UnevaluatedItems)
}

// asSchema returns a keyword's value if it is a schema, rather than true or false.
func asSchema(keyword any) *jsonschema.Schema {
	schema, _ := keyword.(*jsonschema.Schema)
	return schema
}
