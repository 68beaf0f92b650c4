// Package effort bounds the time in which values are validated.
//
// The library validates a value by every form of a schema, wholly. If forms contain the schema itself, as those of
// an expression do, the time grows exponentially with the depth of the value.
package effort

import (
	"reflect"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// Exceeds reports whether a validation takes more than a number of steps, each of which is a schema that a value is
// validated by, and most of them are repetitions: a large value may take as many steps as it needs once.
func Exceeds(schema *jsonschema.Schema, value any, most int) bool {
	s := steps{known: map[pair]int{}}
	count := s.of(schema, value)
	return s.isFull() || count > most && count/repetitions > s.taken
}

const (
	// repetitions is how often steps may be repeated.
	repetitions = 32
	// maxPairs bounds the memory for counting, to some 30 MB.
	maxPairs = 1 << 19
	// endless stands for more steps than can be counted.
	endless = 1 << 60
)

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

// steps counts the steps of pairs of a schema and a value. It remembers those whose value is nested: only these can be
// met again without end. One that is met again while it is being counted takes none.
type steps struct {
	known map[pair]int
	taken int // for counting
}

func (s *steps) isFull() bool { return len(s.known) > maxPairs }

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
	if s.isFull() {
		return endless
	}
	s.known[key] = 0
	s.taken++
	count := 1
	add := func(schema *jsonschema.Schema, value any) { count = min(count+s.of(schema, value), endless) }
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
	if s.known[key] = count; key.value != 0 && !isNested(value) {
		delete(s.known, key)
	}
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

func isContainer(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	}
	return false
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
