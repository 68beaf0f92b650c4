package spec

import (
	"errors"
	"slices"
	"sort"

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
	most := firstItems
	if holds(schema, beginnings(value, most)) {
		if holds(schema, value) {
			return nil
		}
		most = longest(value)
	}
	shortest := 1 + sort.Search(most, func(n int) bool { return !holds(schema, beginnings(value, n+1)) })
	found := failuresOf(schema, shape, beginnings(value, shortest+maxFailures), in)
	found = slices.DeleteFunc(found, func(f Failure) bool { return slices.Contains(ofWholeLists, f.Keyword) })
	switch {
	case len(found) == 0:
		return failuresOf(schema, shape, value, in)
	case slices.ContainsFunc(found, func(f Failure) bool { return slices.Contains(ofForms, f.Keyword) }) && holds(schema, value):
		return nil
	}
	return found
}

// ofForms are the keywords whose forms may differ in what they say of whole lists.
var ofForms = []string{"oneOf", "anyOf", "not"}

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
	not := jsonschema.Schema{DraftVersion: schema.DraftVersion, Location: schema.Location, Not: schema}
	return not.Validate(value) != nil
}

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
