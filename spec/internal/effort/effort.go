// Package effort bounds the time in which values are validated.
//
// The library validates a value by every form of a schema, wholly. If forms contain the schema itself, as those of
// an expression do, the time grows exponentially with the depth of the value.
package effort

import (
	"reflect"

	"github.com/pb33f/jsonschema/v6"
)

// Exceeds reports whether a validation takes more than a number of steps, each of which is a schema that a value is
// validated by. It looks at each pair of a schema and a value once.
func Exceeds(schema *jsonschema.Schema, value any, most int) bool {
	return (&steps{map[pair]int{}, most}).of(schema, value) > most
}

// Recurs reports whether a schema contains itself or one that does.
func Recurs(schema *jsonschema.Schema) bool {
	return recurs(schema, map[*jsonschema.Schema]bool{})
}

// recurs is Recurs. open tells whether a schema that was visited is one that contains the current one.
func recurs(schema *jsonschema.Schema, open map[*jsonschema.Schema]bool) bool {
	if schema == nil {
		return false
	}
	if isOpen, visited := open[schema]; visited {
		return isOpen
	}
	open[schema] = true
	defer func() { open[schema] = false }()
	found := false
	visit := func(inner *jsonschema.Schema) { found = found || recurs(inner, open) }
	composed(schema, visit)
	for _, inner := range schema.Properties {
		visit(inner)
	}
	for _, inner := range schema.PatternProperties {
		visit(inner)
	}
	visit(asSchema(schema.AdditionalProperties))
	elements(schema, visit)
	return found
}

// steps counts the steps of pairs of a schema and a value, up to one more than most, which is also how many pairs it
// looks at. A pair that is met again while it is being counted takes none.
type steps struct {
	known map[pair]int
	most  int
}

type pair struct {
	schema *jsonschema.Schema
	value  uintptr // where an object or a list is; 0 for other values, which take the same
}

func (s *steps) of(schema *jsonschema.Schema, value any) int {
	if schema == nil {
		return 0
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	key := pair{schema: schema}
	if isObject && len(object) > 0 || isList && len(list) > 0 {
		key.value = reflect.ValueOf(value).Pointer()
	}
	if known, is := s.known[key]; is {
		return known
	}
	if len(s.known) > s.most {
		return s.most + 1
	}
	s.known[key] = 0
	count := 1
	add := func(schema *jsonschema.Schema, value any) { count = min(count+s.of(schema, value), s.most+1) }
	composed(schema, func(inner *jsonschema.Schema) { add(inner, value) })
	for name, field := range object {
		eachOf(schema, name, func(inner *jsonschema.Schema) { add(inner, field) })
	}
	for i, element := range list {
		if i < len(schema.PrefixItems) {
			add(schema.PrefixItems[i], element)
		}
		elementsBehind(schema, func(inner *jsonschema.Schema) { add(inner, element) })
	}
	s.known[key] = count
	return count
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

// elements visits the schemas of the elements of lists, and of properties that no other keyword names.
func elements(schema *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	for _, inner := range schema.PrefixItems {
		visit(inner)
	}
	elementsBehind(schema, visit)
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
