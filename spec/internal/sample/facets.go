package sample

import (
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/pb33f/jsonschema/v6"
)

// facets are what several schemas together require of a value.
type facets struct {
	choice   int // chooses among forms; each choice consumes a part of it
	flattest int // the same for forms deep down
	attempt  int
	isDeep   bool // the value is nested so deeply that it should be flat
	heights  heights

	conditions int // those met so far
	holds      int // the only condition that the value meets; -1 if each is chosen by itself

	never  bool     // nothing is allowed
	types  []string // nil for all
	listed bool     // the value is one of enum
	enum   []any
	given  []any // the document's examples and defaults
	blanks []any // its defaults that show nothing, which come last: many generators of documents write them

	exclusive     []*jsonschema.Schema // forms of which the value may have only one
	properties    map[string][]*jsonschema.Schema
	patterned     [][]patterned
	others        []*jsonschema.Schema // of additional properties; nil if no schema mentions them
	leftover      []*jsonschema.Schema // of properties that nothing else evaluates
	closed        bool                 // additional properties are not allowed
	keys          []*jsonschema.Schema
	required      []string
	dependent     []*jsonschema.Schema // schemas that require more if a property is present
	sealed        bool                 // unevaluated properties are not allowed
	minProperties int
	maxProperties int // -1 for any

	items    []*jsonschema.Schema
	last     []*jsonschema.Schema // of elements that nothing else evaluates
	prefix   [][]*jsonschema.Schema
	contains []*jsonschema.Schema
	minItems int
	maxItems int // -1 for any
	unique   bool

	minLength, maxLength int // -1 for any
	formats              []string
	patterns             []string
	matchers             []jsonschema.Regexp // the same, compiled
	avoided              []string            // patterns that the value must not match
	base64, asJSON       bool

	low, high                   *big.Rat
	exclusiveLow, exclusiveHigh bool
	multiples                   []*big.Rat
	isTime                      bool // the number is one of seconds since 1970

	visited map[*jsonschema.Schema]bool
}

// newFacets returns the facets of a value about which nothing is known but where it is.
func (m *maker) newFacets(first, attempt, depth int) *facets {
	return &facets{
		heights: m.heights, isDeep: depth > m.full, choice: first + attempt, flattest: attempt, attempt: attempt, holds: -1,
		maxProperties: -1, maxItems: -1, maxLength: -1, visited: map[*jsonschema.Schema]bool{},
	}
}

// add adds what a schema requires. If the schema has several forms, add adds those that are chosen.
func (f *facets) add(s *jsonschema.Schema) {
	if s == nil || f.visited[s] {
		return
	}
	f.visited[s] = true
	if s.Bool != nil {
		f.never = f.never || !*s.Bool
		return
	}
	f.addForms(s)
	if s.Types != nil {
		f.restrict(s.Types.ToStrings())
	}
	if s.Const != nil {
		f.list([]any{*s.Const})
	}
	if s.Enum != nil {
		f.list(s.Enum.Values)
	}
	f.given = append(f.given, s.Examples...)
	switch {
	case s.Default == nil:
	case blank(*s.Default):
		f.blanks = append(f.blanks, *s.Default)
	default:
		f.given = append(f.given, *s.Default)
	}
	f.addObject(s)
	f.addArray(s)
	f.addText(s)
	f.addNumber(s)
}

// maxHeight is the depth at which height stops, because schemas may contain themselves.
const maxHeight = 6

// restrict removes types that are not allowed here too.
func (f *facets) restrict(types []string) {
	if f.types == nil {
		f.types = slices.Clone(types)
		return
	}
	f.types = slices.DeleteFunc(f.types, func(name string) bool {
		return !slices.Contains(types, name) && !(name == "integer" && slices.Contains(types, "number"))
	})
	if len(f.types) == 0 {
		if slices.Contains(types, "integer") {
			f.types = []string{"integer"} // so far number was allowed, which includes integer
			return
		}
		f.never = true
	}
}

func (f *facets) list(values []any) {
	if !f.listed {
		f.listed, f.enum = true, values
		return
	}
	others := map[string]bool{}
	for _, value := range values {
		others[encoded(value)] = true
	}
	f.enum = slices.DeleteFunc(slices.Clone(f.enum), func(value any) bool { return !others[encoded(value)] })
}

func (f *facets) addObject(s *jsonschema.Schema) {
	for name, property := range s.Properties {
		if f.properties == nil {
			f.properties = map[string][]*jsonschema.Schema{}
		}
		f.properties[name] = append(f.properties[name], property)
	}
	if len(s.PatternProperties) > 0 {
		f.patterned = append(f.patterned, sorted(s.PatternProperties))
	}
	switch others := s.AdditionalProperties.(type) {
	case bool:
		f.closed = f.closed || !others
		if others && f.others == nil {
			f.others = []*jsonschema.Schema{}
		}
	case *jsonschema.Schema:
		f.others = append(f.others, others)
	}
	if s.PropertyNames != nil {
		f.keys = append(f.keys, s.PropertyNames)
	}
	f.required = append(f.required, s.Required...)
	if s.DependentRequired != nil || s.DependentSchemas != nil {
		f.dependent = append(f.dependent, s)
	}
	if s.UnevaluatedProperties != nil {
		f.sealed = f.sealed || s.UnevaluatedProperties.Bool != nil && !*s.UnevaluatedProperties.Bool
		f.leftover = append(f.leftover, s.UnevaluatedProperties)
	}
	if s.MinProperties != nil {
		f.minProperties = max(f.minProperties, *s.MinProperties)
	}
	f.maxProperties = least(f.maxProperties, s.MaxProperties)
}

// patterned is the schema of properties whose names match a pattern.
type patterned struct {
	pattern jsonschema.Regexp
	schema  *jsonschema.Schema
}

func sorted(properties map[jsonschema.Regexp]*jsonschema.Schema) (out []patterned) {
	for pattern, schema := range properties {
		out = append(out, patterned{pattern, schema})
	}
	slices.SortFunc(out, func(a, b patterned) int { return strings.Compare(a.pattern.String(), b.pattern.String()) })
	return out
}

// depend adds the properties that required properties require, and so on.
func (f *facets) depend() {
	for at := 0; at < len(f.required) && len(f.required) < maxElements; at++ {
		for _, s := range f.dependent {
			for _, name := range s.DependentRequired[f.required[at]] {
				if !slices.Contains(f.required, name) {
					f.required = append(f.required, name)
				}
			}
			f.add(s.DependentSchemas[f.required[at]])
		}
	}
}

func (f *facets) addArray(s *jsonschema.Schema) {
	switch items := s.Items.(type) {
	case *jsonschema.Schema:
		f.items = append(f.items, items)
	case []*jsonschema.Schema:
		f.prefix = append(f.prefix, items)
	}
	if s.Items2020 != nil {
		f.items = append(f.items, s.Items2020)
	}
	if len(s.PrefixItems) > 0 {
		f.prefix = append(f.prefix, s.PrefixItems)
	}
	if s.UnevaluatedItems != nil {
		f.last = append(f.last, s.UnevaluatedItems)
	}
	if s.Contains != nil {
		count := 1
		if s.MinContains != nil {
			count = *s.MinContains
		}
		for range min(count, maxElements) {
			f.contains = append(f.contains, s.Contains)
		}
	}
	if s.MinItems != nil {
		f.minItems = max(f.minItems, *s.MinItems)
	}
	f.maxItems = least(f.maxItems, s.MaxItems)
	f.unique = f.unique || s.UniqueItems
}

func (f *facets) addText(s *jsonschema.Schema) {
	if s.MinLength != nil {
		f.minLength = max(f.minLength, *s.MinLength)
	}
	f.maxLength = least(f.maxLength, s.MaxLength)
	if s.Format != nil && formats[s.Format.Name] != nil {
		f.formats = append(f.formats, s.Format.Name)
	}
	if s.Pattern != nil {
		f.patterns = append(f.patterns, s.Pattern.String())
		f.matchers = append(f.matchers, s.Pattern)
	}
	if s.Not != nil && s.Not.Pattern != nil {
		f.avoided = append(f.avoided, s.Not.Pattern.String())
	}
	f.base64 = f.base64 || s.ContentEncoding != nil && s.ContentEncoding.Name == "base64"
	f.asJSON = f.asJSON || s.ContentMediaType != nil && s.ContentMediaType.Name == "application/json"
}

func (f *facets) addNumber(s *jsonschema.Schema) {
	if s.MultipleOf != nil {
		f.multiples = append(f.multiples, s.MultipleOf)
	}
	f.raise(s.Minimum, false)
	f.raise(s.ExclusiveMinimum, true)
	f.lower(s.Maximum, false)
	f.lower(s.ExclusiveMaximum, true)
	if s.Format == nil {
		return
	}
	if bounds, is := integers[s.Format.Name]; is {
		f.multiples = append(f.multiples, big.NewRat(1, 1))
		f.raise(new(big.Rat).SetInt64(bounds.low), false)
		f.lower(new(big.Rat).SetFrac(new(big.Int).SetUint64(bounds.high), big.NewInt(1)), false)
	}
	f.isTime = f.isTime || slices.Contains(unixTimes, s.Format.Name)
}

// integers are the formats of whole numbers, with their bounds.
var integers = map[string]struct {
	low  int64
	high uint64
}{
	"int8": {math.MinInt8, math.MaxInt8}, "uint8": {0, math.MaxUint8},
	"int16": {math.MinInt16, math.MaxInt16}, "uint16": {0, math.MaxUint16},
	"int32": {math.MinInt32, math.MaxInt32}, "uint32": {0, math.MaxUint32},
	"int64": {math.MinInt64, math.MaxInt64}, "uint64": {0, math.MaxUint64},
}

// unixTimes are the formats of numbers of seconds since 1970.
var unixTimes = []string{"unix-time", "unixtime", "timestamp"}

func (f *facets) raise(bound *big.Rat, exclusive bool) {
	if bound != nil && (f.low == nil || bound.Cmp(f.low) > 0 || bound.Cmp(f.low) == 0 && exclusive) {
		f.low, f.exclusiveLow = bound, exclusive
	}
}

func (f *facets) lower(bound *big.Rat, exclusive bool) {
	if bound != nil && (f.high == nil || bound.Cmp(f.high) < 0 || bound.Cmp(f.high) == 0 && exclusive) {
		f.high, f.exclusiveHigh = bound, exclusive
	}
}

// kind returns the type of the value: one that is stated, or else the one that the keywords are for.
func (f *facets) kind() string {
	types := slices.DeleteFunc(slices.Clone(f.types), func(name string) bool { return name == "null" })
	switch {
	case len(f.types) > 0 && (len(types) == 0 || len(types) < len(f.types) && f.isDeep && f.attempt == 0):
		return "null"
	case len(types) > 0:
		return types[f.choice%len(types)]
	case f.properties != nil || f.required != nil || f.others != nil || f.leftover != nil || f.minProperties > 0:
		return "object"
	case f.items != nil || f.last != nil || f.prefix != nil || f.contains != nil || f.minItems > 0:
		return "array"
	case f.low != nil || f.high != nil || f.multiples != nil:
		return "number"
	case f.formats != nil || f.patterns != nil || f.minLength > 0 || f.maxLength >= 0:
		return "string"
	}
	return anyKind[(f.attempt+f.attempt/len(anyKind))%len(anyKind)] // each with every choice, in the end
}

// anyKind lists the types to try in turn for a value that may be of any type: some may be
// refused.
var anyKind = []string{"object", "string", "integer", "array", "boolean", "null"}

// names returns the properties that an object has or may have, in alphabetical order.
func (f *facets) names() []string {
	names := slices.AppendSeq(slices.Clone(f.required), maps.Keys(f.properties))
	slices.Sort(names)
	return slices.Compact(names)
}

// property returns the schemas of a property, and whether answers leave it out.
func (f *facets) property(name string) (schemas []*jsonschema.Schema, hidden bool) {
	schemas = slices.Clone(f.properties[name])
	named := len(schemas) > 0
	for _, properties := range f.patterned {
		for _, one := range properties {
			if one.pattern.MatchString(name) {
				schemas = append(schemas, one.schema)
				named = true
			}
		}
	}
	switch {
	case named:
	case f.others != nil:
		schemas = append(schemas, f.others...)
	default:
		schemas = append(schemas, f.leftover...)
	}
	return schemas, slices.ContainsFunc(schemas, func(schema *jsonschema.Schema) bool { return writeOnly(schema, 0) })
}

// writeOnly reports whether a property is for requests only.
func writeOnly(schema *jsonschema.Schema, depth int) bool {
	if schema == nil || depth > maxDepth {
		return false
	}
	return schema.WriteOnly || writeOnly(schema.Ref, depth+1) ||
		slices.ContainsFunc(schema.AllOf, func(part *jsonschema.Schema) bool { return writeOnly(part, depth+1) })
}

// element returns the schemas of the element at a position.
func (f *facets) element(position int) []*jsonschema.Schema {
	var schemas []*jsonschema.Schema
	for _, prefix := range f.prefix {
		if position < len(prefix) {
			schemas = append(schemas, prefix[position])
		}
	}
	if len(schemas) > 0 {
		return schemas
	}
	if f.items == nil {
		return slices.Clone(f.last)
	}
	return slices.Clone(f.items)
}

// named returns how many elements have schemas of their own.
func (f *facets) named() int {
	longest := 0
	for _, prefix := range f.prefix {
		longest = max(longest, len(prefix))
	}
	return longest
}

// least returns the lower of two bounds. -1 and nil mean no bound.
func least(bound int, other *int) int {
	if other == nil || bound >= 0 && bound <= *other {
		return bound
	}
	return *other
}

// encoded returns a value as JSON: equal values have the same.
func encoded(value any) string {
	text, _ := json.Marshal(value) // it was read from JSON
	return string(text)
}
