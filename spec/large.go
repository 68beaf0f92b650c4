package spec

import (
	"errors"
	"slices"
	"sort"
	"strconv"
	"sync"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// The library makes an error of some 300 bytes for every wrong value before the first of them can be kept, and a
// wrong value may have two bytes. So it looks for failures only in a part of a value that contains many.
const (
	manyValues = 20_000
	// firstItems is how many items of each list are looked at before all are.
	firstItems = 256
)

// failuresOfMany is failuresOf for a value that contains many values. It looks for failures in the
// beginnings of all lists, as far as the first wrong item and maxFailures beyond it.
func failuresOfMany(schema *jsonschema.Schema, shape *openapi.Shape, value any, in string) []Failure {
	if holds(schema, value) {
		return nil
	}
	most := firstItems
	if holds(schema, beginnings(value, most)) {
		most = longest(value)
	}
	shortest := 1 + sort.Search(most, func(n int) bool { return !holds(schema, beginnings(value, n+1)) })
	most = shortest + maxFailures
	found := slices.DeleteFunc(failuresOf(schema, shape, beginnings(value, most), in), func(f Failure) bool {
		return slices.Contains(ofWholeLists, f.Keyword) || slices.Contains(ofForms, f.Keyword) && longest(below(value, f.Pointer)) > most
	})
	if len(found) == 0 {
		return failuresOf(schema, shape, value, in)
	}
	return found
}

// ofForms are the keywords that may say of the beginnings of lists what they do not say of the lists. "not" has
// none of its own.
var ofForms = []string{"oneOf", "anyOf", "schema"}

// ofWholeLists are the keywords of which the beginning of a list says nothing, or how many items it has.
var ofWholeLists = []string{"minItems", "maxItems", "contains", "minContains"}

// failuresOf returns the failures of a value, the one to report first.
func failuresOf(schema *jsonschema.Schema, shape *openapi.Shape, value any, in string) []Failure {
	err := schema.Validate(value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []Failure{{In: in, Keyword: "schema", Reason: err.Error()}}
	}
	return inOrder(invalid, shape, in)
}

// holds reports whether a value fits a schema. Within "not", the library describes no errors.
func holds(schema *jsonschema.Schema, value any) bool {
	not := *notAny() // what the library has compiled is the only schema that dynamic references can be followed in
	not.DraftVersion, not.Location, not.Not = schema.DraftVersion, schema.Location, schema
	return not.Validate(value) != nil
}

// notAny returns a schema that nothing fits.
var notAny = sync.OnceValue(func() *jsonschema.Schema {
	schema, err := compileWith(newCompiler(), []byte(`{"not":{}}`))
	if err != nil {
		panic(err) // cannot happen
	}
	return schema
})

// isLarge reports whether a value contains more values than there is room for.
func isLarge(value any, room *int) bool {
	switch value := value.(type) {
	case []any:
		if *room -= len(value); *room < 0 {
			return true
		}
		return slices.ContainsFunc(value, func(item any) bool { return isLarge(item, room) })
	case map[string]any:
		if *room -= len(value); *room < 0 {
			return true
		}
		for _, field := range value {
			if isLarge(field, room) {
				return true
			}
		}
	}
	return false
}

// beginnings returns a value with no more than a number of items in each list.
func beginnings(value any, most int) any {
	switch value := value.(type) {
	case []any:
		out := make([]any, min(most, len(value)))
		for i := range out {
			out[i] = beginnings(value[i], most)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, field := range value {
			out[name] = beginnings(field, most)
		}
		return out
	}
	return value
}

// below returns what a pointer leads to in a value, or as far as it leads.
func below(value any, pointer string) any {
	tokens, _ := openapi.Tokens("#" + pointer)
	for _, token := range tokens {
		switch within := value.(type) {
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index >= len(within) {
				return value
			}
			value = within[index]
		case map[string]any:
			next, has := within[token]
			if !has {
				return value
			}
			value = next
		}
	}
	return value
}

// longest returns the length of the longest list in a value.
func longest(value any) int {
	most := 0
	switch value := value.(type) {
	case []any:
		most = len(value)
		for _, item := range value {
			most = max(most, longest(item))
		}
	case map[string]any:
		for _, field := range value {
			most = max(most, longest(field))
		}
	}
	return most
}
