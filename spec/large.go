package spec

import (
	"errors"
	"iter"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/jsonschema/v6"
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

// large is a value that contains many values, and the schema that it does not fit. Failures are looked for in its
// beginnings, which are the value with only so many items in each list, and properties in each object.
type large struct {
	schema *jsonschema.Schema
	named  map[string]bool // the properties that the schema names, which are never left out
	order  ordering
	in     string
	value  any
	sorted map[uintptr]names // the properties of large objects
	uncut  map[uintptr]bool  // lists and objects that are left whole
}

// names are the properties of an object that a schema names, and its others in order.
type names struct{ named, others []string }

// failures returns the failures as far as the first wrong member of all lists and objects, and maxFailures beyond it.
// It finds the shortest beginnings that do not fit, and those of their failures that are failures of the value. There
// may be none, as where a list has too few items only because it is cut: it then goes on with longer beginnings, and
// leaves whole whatever does not fit a form.
func (l *large) failures() []Failure {
	all := longest(l.value)
	for least, round := 0, 0; least < all && round < maxRounds; round++ {
		shortest := l.shortest(least, all)
		found, fitting := l.first(shortest)
		if len(found) > 0 {
			return found
		}
		if least = fitting; fitting > 0 {
			continue
		}
		_, forms := l.told(l.failuresOf(l.beginnings(shortest)), shortest)
		for _, form := range forms {
			l.uncut[address(l.at(form.Pointer))] = true
		}
		if len(forms) == 0 {
			break
		}
		if !l.fits(shortest) { // it does if the forms fit as wholes
			return forms
		}
		least = shortest
	}
	return l.failuresOf(l.value)
}

// shortest returns the least length beyond another one whose beginnings do not fit the schema. At least those of all
// do not.
func (l *large) shortest(least, all int) int {
	most := max(firstMembers, least*widening)
	for most < all && l.fits(most) {
		least, most = most, most*widening
	}
	return least + 1 + sort.Search(min(most, all)-least-1, func(n int) bool { return !l.fits(least + n + 1) })
}

// first returns failures that do not depend on where lists and objects are cut. It looks for them in ever longer
// beginnings, until these contain many values. If longer beginnings have none at all, first returns their length.
func (l *large) first(shortest int) (found []Failure, fitting int) {
	most := shortest + maxFailures
	part := l.beginnings(most)
	if isLarge(part) { // lists of lists
		most = shortest
		part = l.beginnings(most)
	}
	for {
		failures := l.failuresOf(part)
		if found, _ = l.told(failures, most); len(found) > 0 {
			return found, 0
		}
		if len(failures) == 0 {
			return nil, most
		}
		most *= widening
		if part = l.beginnings(most); isLarge(part) {
			return nil, 0
		}
	}
}

// told returns those failures of beginnings that are failures of the value too, and those of forms, without their
// causes, which may be failures of it.
func (l *large) told(failures []Failure, most int) (found, forms []Failure) {
	for _, f := range failures {
		whole := l.at(f.Pointer)
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

func (l *large) failuresOf(part any) []Failure { return failuresOf(l.schema, l.order, part, l.in) }

// at returns what a pointer leads to in the value.
func (l *large) at(pointer string) any {
	parsed, _ := jsonpointer.New(pointer) // failures have no other
	whole, _, _ := parsed.Get(l.value)    // beginnings have nothing else
	return whole
}

// fits reports whether beginnings of a length fit the schema.
func (l *large) fits(most int) bool { return holds(l.schema, l.beginnings(most)) }

// beginnings returns the value with no more than a number of items in each list, and of properties in each object
// that the schema does not name.
func (l *large) beginnings(most int) any { return l.cut(l.value, most) }

func (l *large) cut(value any, most int) any {
	if size(value) == 0 || l.uncut[address(value)] {
		return value
	}
	switch value := value.(type) {
	case []any:
		out := make([]any, min(most, len(value)))
		for i := range out {
			out[i] = l.cut(value[i], most)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range l.properties(value, most) {
			out[name] = l.cut(value[name], most)
		}
		return out
	}
	return value
}

// properties returns the properties that the beginning of an object has.
func (l *large) properties(object map[string]any, most int) iter.Seq[string] {
	if len(object) <= most {
		return maps.Keys(object)
	}
	sorted, known := l.sorted[address(object)]
	if !known {
		for name := range object {
			if l.named[name] {
				sorted.named = append(sorted.named, name)
			} else {
				sorted.others = append(sorted.others, name)
			}
		}
		slices.Sort(sorted.others)
		l.sorted[address(object)] = sorted
	}
	return slices.Values(slices.Concat(sorted.named, sorted.others[:min(most, len(sorted.others))]))
}

// address identifies a list or an object.
func address(value any) uintptr { return reflect.ValueOf(value).Pointer() }

// namedBy returns the properties that a schema names, with all that it refers to.
func namedBy(schema *jsonschema.Schema) map[string]bool {
	named := map[string]bool{}
	eachSchemaBelow(reflect.ValueOf(schema), map[*jsonschema.Schema]bool{}, func(s *jsonschema.Schema) {
		several := slices.AppendSeq(slices.Clone(s.Required), maps.Keys(s.Properties))
		several = slices.AppendSeq(several, maps.Keys(s.DependentSchemas))
		for name, others := range s.DependentRequired {
			several = append(append(several, others...), name)
		}
		for name, dependent := range s.Dependencies { // of older dialects
			others, _ := dependent.([]string)
			several = append(append(several, others...), name)
		}
		for _, name := range several {
			named[name] = true
		}
	})
	return named
}

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

// isLarge reports whether a value contains many values.
func isLarge(value any) bool { return left(value, manyValues) < 0 }

// left returns how much of the room for values a value leaves; less than 0 if it contains more.
func left(value any, room int) int {
	room -= size(value)
	switch value := value.(type) {
	case []any:
		for i := 0; i < len(value) && room >= 0; i++ {
			room = left(value[i], room)
		}
	case map[string]any:
		for _, field := range value {
			if room < 0 {
				break
			}
			room = left(field, room)
		}
	}
	return room
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
