package spec

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// The library makes an error of some 300 bytes for every wrong value before the first of them can be kept, and a
// wrong value may have two bytes. So it looks for failures only in a part of a value that contains many.
const (
	manyValues = 20_000
	// firstMembers is how many items of each list, and properties of each object, are looked at before all are.
	firstMembers = 256
	// widening is how many times as many are looked at next.
	widening = 8
	// maxRounds is how often failures turn out to be only of beginnings before the whole is described.
	maxRounds = 8
)

// failuresOfMany is failuresOf for a value that contains many values. It looks for failures in the
// beginnings of all lists and objects, as far as the first wrong member and maxFailures beyond it.
func failuresOfMany(compiled *compiledSchema, order ordering, value any, in string) []Failure {
	schema := compiled.schema
	if holds(schema, value) {
		return nil
	}
	b := beginnings{sorted: map[uintptr]names{}, uncut: map[uintptr]bool{}}
	if compiled.named != nil {
		b.named = compiled.named()
	} else {
		b.named = namedBy(schema)
	}
	all := longest(value)
	for least, round := 0, 0; least < all && round < maxRounds; round++ {
		shortest := b.shortest(schema, value, least, all)
		found, fitting := b.first(schema, order, value, in, shortest)
		if len(found) > 0 {
			return found
		}
		if least = fitting; fitting > 0 {
			continue
		}
		_, forms := told(failuresOf(schema, order, b.of(value, shortest), in), value, shortest)
		for _, form := range forms {
			b.uncut[reflect.ValueOf(below(value, form.Pointer)).Pointer()] = true
		}
		if len(forms) == 0 {
			break
		}
		if !holds(schema, b.of(value, shortest)) { // it does if the forms fit as wholes
			return forms
		}
		least = shortest
	}
	return failuresOf(schema, order, value, in)
}

// first returns failures that do not depend on where lists and objects are cut. It looks for them in ever longer
// beginnings, until these contain many values. If longer beginnings have none at all, first returns their length.
func (b *beginnings) first(schema *jsonschema.Schema, order ordering, value any, in string, shortest int) (found []Failure, fitting int) {
	most := shortest + maxFailures
	part, room := b.of(value, most), manyValues
	if isLarge(part, &room) { // lists of lists
		most = shortest
		part = b.of(value, most)
	}
	for {
		failures := failuresOf(schema, order, part, in)
		if found, _ = told(failures, value, most); len(found) > 0 {
			return found, 0
		}
		if len(failures) == 0 {
			return nil, most
		}
		most *= widening
		part, room = b.of(value, most), manyValues
		if isLarge(part, &room) {
			return nil, 0
		}
	}
}

// told returns those failures of the beginnings of a value that are failures of the value too, and those of forms,
// without their causes, which may be failures of it.
func told(failures []Failure, value any, most int) (found, forms []Failure) {
	for _, f := range failures {
		whole := below(value, f.Pointer)
		switch {
		case slices.Contains(ofWholes, f.Keyword) && size(whole) > most:
		case slices.Contains(ofForms, f.Keyword) && longest(whole) > most:
			switch f.Keyword {
			case "anyOf", "oneOf":
				f.Reason, _, _ = strings.Cut(f.Reason, ": ")
			case "minContains", "maxContains": // of the whole it may be the other one
				f.Keyword, f.Want, f.Reason = "contains", "", "it contains too few or too many of the items of which it must contain some"
			}
			forms = append(forms, f)
		default:
			found = append(found, f)
		}
	}
	return found, forms
}

// ofForms are the keywords that may say of the beginnings of lists and objects what they do not say of the
// wholes. "not" has none of its own.
var ofForms = []string{"oneOf", "anyOf", "schema", "const", "enum", "contains", "minContains", "maxContains", "uniqueItems"}

// ofWholes are the keywords of which the beginning of a list or an object says nothing, or how many members
// it has.
var ofWholes = []string{"minItems", "maxItems", "minProperties", "maxProperties"}

// failuresOf returns the failures of a value, the one to report first.
func failuresOf(schema *jsonschema.Schema, order ordering, value any, in string) []Failure {
	err := schema.Validate(value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []Failure{{In: in, Keyword: "schema", Reason: err.Error()}}
	}
	return inOrder(invalid, order, in)
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

// beginnings makes values with the beginnings of another one's lists and objects.
type beginnings struct {
	named  map[string]bool   // the properties that a schema names, which are never left out
	sorted map[uintptr]names // the properties of large objects
	uncut  map[uintptr]bool  // lists and objects that are left whole
}

// names are the properties of an object that a schema names, and its others in order.
type names struct{ named, others []string }

// shortest returns the least length beyond another one whose beginnings do not fit a schema. At least those of all
// do not.
func (b *beginnings) shortest(schema *jsonschema.Schema, value any, least, all int) int {
	most := max(firstMembers, least*widening)
	for most < all && holds(schema, b.of(value, most)) {
		least, most = most, most*widening
	}
	return least + 1 + sort.Search(min(most, all)-least-1, func(n int) bool { return !holds(schema, b.of(value, least+n+1)) })
}

// of returns a value with no more than a number of items in each list, and of properties in each object that
// the schema does not name.
func (b *beginnings) of(value any, most int) any {
	switch value := value.(type) {
	case []any:
		if b.isUncut(value) {
			return value
		}
		out := make([]any, min(most, len(value)))
		for i := range out {
			out[i] = b.of(value[i], most)
		}
		return out
	case map[string]any:
		if b.isUncut(value) {
			return value
		}
		if len(value) > most {
			return b.ofLarge(value, most)
		}
		out := make(map[string]any, len(value))
		for name, field := range value {
			out[name] = b.of(field, most)
		}
		return out
	}
	return value
}

func (b *beginnings) isUncut(value any) bool {
	return len(b.uncut) > 0 && b.uncut[reflect.ValueOf(value).Pointer()]
}

func (b *beginnings) ofLarge(object map[string]any, most int) any {
	key := reflect.ValueOf(object).Pointer()
	sorted, known := b.sorted[key]
	if !known {
		for name := range object {
			if b.named[name] {
				sorted.named = append(sorted.named, name)
			} else {
				sorted.others = append(sorted.others, name)
			}
		}
		slices.Sort(sorted.others)
		b.sorted[key] = sorted
	}
	out := map[string]any{}
	for _, some := range [][]string{sorted.named, sorted.others[:min(most, len(sorted.others))]} {
		for _, name := range some {
			out[name] = b.of(object[name], most)
		}
	}
	return out
}

// namedBy returns the properties that a schema names, with all that it refers to.
func namedBy(schema *jsonschema.Schema) map[string]bool {
	names := map[string]bool{}
	eachSchemaBelow(reflect.ValueOf(schema), map[*jsonschema.Schema]bool{}, func(s *jsonschema.Schema) {
		add := func(several ...string) {
			for _, name := range several {
				names[name] = true
			}
		}
		add(s.Required...)
		add(slices.Collect(maps.Keys(s.Properties))...)
		add(slices.Collect(maps.Keys(s.DependentSchemas))...)
		for name, others := range s.DependentRequired {
			add(append(slices.Clip(others), name)...)
		}
		for name, dependent := range s.Dependencies { // of older dialects
			others, _ := dependent.([]string)
			add(append(slices.Clip(others), name)...)
		}
	})
	return names
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

// size returns how many members a list or an object has.
func size(value any) int {
	switch value := value.(type) {
	case []any:
		return len(value)
	case map[string]any:
		return len(value)
	}
	return 0
}

// longest returns the size of the largest list or object in a value.
func longest(value any) int {
	most := size(value)
	switch value := value.(type) {
	case []any:
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
