// Package sample generates values that a JSON schema allows, always the same for a seed.
package sample

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/spec/internal/effort"
)

// Bounds of the search for a value. They make it end, whatever a schema requires.
const (
	maxVisits   = 20_000  // attempts in all
	maxAttempts = 12      // attempts at one place in the value
	maxWhole    = 64      // attempts at the whole value
	maxWork     = 1 << 22 // steps of all searches for texts that match expressions
	maxDepth    = 24      // depth of nested values
	maxEffort   = 1 << 17 // steps to validate a value by a schema that contains itself
	fullDepth   = 3       // maker.full at first
)

// Value generates a value for a compiled schema. It uses the document's examples and defaults where
// they fit, and makes up the rest. repeats is what effort.Repeats says of the schema. ok is false if no value was
// found. Numbers are json.Number.
func Value(schema *jsonschema.Schema, repeats bool, seed uint64) (value any, ok bool) {
	if schema == nil {
		return map[string]any{}, true
	}
	m := &maker{
		repeats: repeats, full: fullDepth, visits: maxVisits, work: maxWork, heights: heights{}, programs: map[string]*syntax.Prog{}, random: rand.New(rand.NewPCG(seed, seed)),
	}
	return m.value([]*jsonschema.Schema{schema}, "", 0)
}

// Gives reports whether a schema itself says what its values are, by an example, a default or an enumeration.
func Gives(schema *jsonschema.Schema) bool {
	f := new(maker).newFacets(0, 0, 0)
	f.add(schema)
	return len(f.given) > 0 || f.listed
}

type maker struct {
	repeats  bool
	full     int // depth down to which values have optional properties and elements: less if that takes too long
	visits   int
	work     int
	heights  heights
	programs map[string]*syntax.Prog // of expressions, which several attempts need
	random   *rand.Rand
}

// value generates a value that all of several schemas allow. name is the name of the property that
// the value is for.
func (m *maker) value(schemas []*jsonschema.Schema, name string, depth int) (any, bool) {
	if depth > maxDepth {
		return nil, false
	}
	first, attempts := m.random.IntN(1<<16), maxAttempts
	if depth == 0 {
		attempts = maxWhole
	}
	conditions := 0
	for attempt := range attempts {
		if m.visits--; m.visits < 0 {
			return nil, false
		}
		f := m.newFacets(first, attempt, depth)
		if attempt%4 >= 2 { // one condition or none, as several may exclude each other
			f.holds = m.random.IntN(conditions + 1)
		}
		for _, schema := range schemas {
			f.add(schema)
		}
		f.depend()
		conditions = f.conditions
		if value, ok := m.build(f, name, depth); ok && m.fits(schemas, value) {
			return value, true
		}
	}
	return nil, false
}

// fits reports whether all schemas allow a value. It is false if that takes too long, as it may if the schemas
// contain themselves; then the next values are flatter.
func (m *maker) fits(schemas []*jsonschema.Schema, value any) bool {
	if m.repeats && slices.ContainsFunc(schemas, func(schema *jsonschema.Schema) bool { return takesLong(schema, value) }) {
		m.full = max(m.full-1, 0)
		return false
	}
	return fits(schemas, value)
}

func takesLong(schema *jsonschema.Schema, value any) bool {
	count, tooMany := effort.Of(schema, value, maxEffort)
	return tooMany || count > maxEffort
}

// fits reports whether all schemas allow a value.
func fits(schemas []*jsonschema.Schema, value any) bool {
	return !slices.ContainsFunc(schemas, func(schema *jsonschema.Schema) bool { return schema.Validate(value) != nil })
}

// build generates a value that meets what is required of it.
func (m *maker) build(f *facets, name string, depth int) (any, bool) {
	if f.never {
		return nil, false
	}
	if f.attempt < len(f.given) {
		return f.given[f.attempt], true
	}
	if len(f.blanks) > 0 && f.attempt == maxAttempts-1 {
		return f.blanks[0], true
	}
	if f.listed {
		values := slices.DeleteFunc(slices.Clone(f.enum), blank)
		if f.attempt >= len(values) && len(values) < len(f.enum) { // blank values are shown only where nothing else is allowed
			values = slices.DeleteFunc(slices.Clone(f.enum), func(value any) bool { return !blank(value) })
		}
		if len(values) == 0 {
			return nil, false
		}
		return values[f.choice%len(values)], true
	}
	switch f.kind() {
	case "null":
		return nil, true
	case "boolean":
		return f.choice%2 == 0, true
	case "integer", "number":
		return m.number(f)
	case "string":
		return m.text(f, name)
	case "array":
		return m.array(f, name, depth)
	}
	return m.object(f, depth)
}

func (m *maker) array(f *facets, name string, depth int) (any, bool) {
	wanted := 1
	if depth >= m.full || f.attempt%2 == 1 {
		wanted = 0
	}
	contains := len(f.contains) // these elements come last
	if contains > 0 && f.attempt%2 == 0 {
		contains += f.named()
	}
	wanted = max(wanted, f.minItems, contains)
	if f.maxItems >= 0 {
		wanted = min(wanted, f.maxItems)
	}
	if wanted > maxElements {
		return nil, false
	}
	out := []any{}
	before := map[string]bool{} // the elements, if they must differ
	for i := range wanted {
		schemas := f.element(i)
		if at := i - wanted + len(f.contains); at >= 0 {
			schemas = append(schemas, f.contains[at])
		}
		value, ok := m.element(schemas, name, depth, before, f.unique)
		if !ok && i >= f.minItems && len(f.contains) == 0 {
			break
		}
		if !ok {
			return nil, false
		}
		out = append(out, value)
	}
	return out, true
}

// maxElements is the maximum length that a schema may require of a list.
const maxElements = 1000

// element generates an element, which may have to differ from those before it, to which it is added.
func (m *maker) element(schemas []*jsonschema.Schema, name string, depth int, before map[string]bool, unique bool) (any, bool) {
	if !unique {
		return m.value(schemas, name, depth+1)
	}
	for try := range 2 * maxAttempts {
		wanted := schemas
		if try%2 == 1 { // texts are easily made different
			wanted = append(slices.Clone(schemas), anyText)
		}
		if value, ok := m.value(wanted, name, depth+1); ok && !before[encoded(value)] {
			before[encoded(value)] = true
			return value, true
		}
	}
	return nil, false
}

// anyText is a schema that allows every text.
var anyText = func() *jsonschema.Schema {
	types := new(jsonschema.Types)
	types.Add("string")
	return &jsonschema.Schema{Types: types}
}()

// object generates an object, with the properties that are required and others that it may have.
func (m *maker) object(f *facets, depth int) (any, bool) {
	out := map[string]any{}
	must := map[string]bool{}
	for _, name := range f.required {
		must[name] = true
	}
	var left []string
	for _, name := range f.names() {
		required := must[name]
		if !required && !fits(f.keys, name) {
			continue
		}
		if !required && (depth >= m.full || f.attempt%3 == 1 || f.maxProperties >= 0 && len(out)+len(f.required) >= f.maxProperties) {
			left = append(left, name)
			continue
		}
		schemas, hidden := f.property(name)
		if hidden && !required {
			continue
		}
		value, ok := m.value(schemas, name, depth+1)
		if !ok && required {
			return nil, false
		}
		if ok {
			out[name] = value
		}
	}
	for _, name := range left {
		schemas, hidden := f.property(name)
		if hidden || len(out) >= f.minProperties {
			continue
		}
		if value, ok := m.value(schemas, name, depth+1); ok {
			out[name] = value
		}
	}
	if f.attempt >= maxAttempts/2 && f.attempt%4 >= 2 { // not always, as the form may itself have forms
		m.exclude(f, out)
	}
	return out, m.fill(f, out, depth)
}

// fill adds properties that the schema does not name: as many as are required, and one to an object
// whose schema names none.
func (m *maker) fill(f *facets, out map[string]any, depth int) bool {
	wanted := f.minProperties
	if len(f.properties) == 0 && (f.others != nil || f.leftover != nil) && depth < m.full && f.attempt%2 == 0 {
		wanted = max(wanted, 1)
	}
	if f.maxProperties >= 0 {
		wanted = min(wanted, f.maxProperties)
	}
	for i := 0; len(out) < wanted && i < maxElements; i++ {
		name, ok := m.propertyName(f, i)
		if !ok {
			return len(out) >= f.minProperties
		}
		schemas, _ := f.property(name)
		value, ok := m.value(schemas, name, depth+1)
		if !ok {
			return len(out) >= f.minProperties
		}
		out[name] = value
	}
	return len(out) >= f.minProperties
}
