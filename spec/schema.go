package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
	"github.com/unleash-mock/unleash-mock/spec/internal/effort"
)

// direction says what a schema is used for: requests, replies, or generating values.
type direction string

// The directions. For requests and replies the value is the keyword that marks properties which are
// not sent in that direction.
const (
	request     direction = "readOnly"
	reply       direction = "writeOnly"
	making      direction = "making"  // generating values for replies
	schemasOnly direction = "schemas" // judging replies without discriminators
)

// schemas are the schemas of a document. Operations share many of them, such as those of errors.
type schemas struct {
	document *document.Document
	version  float32 // of OpenAPI
	// lenient is true for a document that others have written: a pattern that cannot be compiled
	// then allows everything, and is reported.
	lenient bool

	mu    sync.Mutex
	known map[schemaKey]*schema

	linking   sync.Mutex // held while compiling; guards the fields below
	parts     map[partKey]*part
	bytes     int  // estimated size of what is compiled
	broken    bool // a part has an error
	perByte   int  // estimated bytes that a byte of text takes once compiled
	mentioned map[string]bool
	marked    map[string]bool // by keyword and reference: see leadsToMark
	// anchors are the dynamic anchors of each part that has any.
	anchors map[*jsonschema.Schema]map[string]*jsonschema.Schema
	// audited are the schemas whose examples an audit under way has checked: operations share most.
	audited map[*jsonschema.Schema]bool
}

type schemaKey struct {
	source    string
	direction direction
}

// open prepares the schemas of a document that is written in a version of OpenAPI.
func (s *schemas) open(document *document.Document, version string) error {
	if version == "3" { // 3.0 as a number
		version = "3.0"
	}
	if len(version) < 3 || version[:2] != "3." {
		return fmt.Errorf("it is not an OpenAPI document of version 3: its version is %q", version)
	}
	number, err := strconv.ParseFloat(version[:3], 32)
	if err != nil {
		return fmt.Errorf("the version of OpenAPI: %w", err)
	}
	s.document, s.version, s.known = document, float32(number), map[schemaKey]*schema{}
	s.perByte = bytesPerByte
	s.parts, s.mentioned, s.marked = map[partKey]*part{}, map[string]bool{}, map[string]bool{}
	s.anchors = map[*jsonschema.Schema]map[string]*jsonschema.Schema{}
	return nil
}

// of returns the schema with the given text, for values in a direction.
func (s *schemas) of(source []byte, direction direction) *schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := schemaKey{string(source), direction}
	if s.known[key] == nil {
		s.known[key] = &schema{
			compile: func() (compiledSchema, error) { return s.compile(source, direction) },
			sampler: func() (compiledSchema, error) { return s.sampler(source) },
		}
	}
	return s.known[key]
}

// endlessNumber returns a number in a JSON text whose short form stands for thousands of digits;
// empty if there is none.
func endlessNumber(text []byte) string {
	if !endless.Match(text) {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(text)) // the match may be part of a string
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if number, is := token.(json.Number); is && endless.MatchString(number.String()) {
			return number.String()
		}
	}
}

// endless matches numbers with such a large exponent that they have thousands of digits.
var endless = regexp.MustCompile(`\d[eE][-+]?\d{4,}\b`)

func (s *schemas) compile(source []byte, direction direction) (compiledSchema, error) {
	compiled, err := link(s, source, direction)
	if compiled == nil {
		return compiledSchema{}, err
	}
	out := judging(compiled)
	out.anyUUID, out.lists = s.takesAnyUUID(source), listsOf(compiled)
	return *out, err
}

// sampler returns the schema that values are generated from: with the document's examples where JSON
// Schema has them, and with the values that discriminators require.
func (s *schemas) sampler(source []byte) (compiledSchema, error) {
	s.linking.Lock() // until dynamic references are bound: what is compiled may be forgotten in between
	defer s.linking.Unlock()
	compiled, err := linked(s, source, making)
	if compiled == nil {
		return compiledSchema{}, err
	}
	out := *judging(s.bound(compiled))
	if s.alike(making) == making {
		if plain, _ := linked(s, source, schemasOnly); plain != nil { // without it, values are judged by discriminators alone
			out.plain = s.bound(plain)
		}
	}
	return out, nil
}

// schema is compiled when an exchange needs it, or when all schemas are.
type schema struct {
	compile, sampler func() (compiledSchema, error)

	mu sync.Mutex // held while compiling
	// judging is the schema for judging values, making the one for generating them. Each is nil
	// until it is compiled.
	judging, making atomic.Pointer[compiledSchema]
}

type compiledSchema struct {
	schema  *jsonschema.Schema
	named   func() map[string]bool // see namedBy
	repeats func() bool            // see effort.Repeats
	// anyUUID is true if any UUID is as good as another for the property id.
	anyUUID bool
	// plain is the schema without what discriminators demand; nil for one that is for judging, and
	// if there are none.
	plain *jsonschema.Schema
	lists lists
	err   error
}

// judging returns what judges values by a schema.
func judging(schema *jsonschema.Schema) *compiledSchema {
	return &compiledSchema{
		schema: schema, named: sync.OnceValue(func() map[string]bool { return namedBy(schema) }),
		repeats: sync.OnceValue(func() bool { return effort.Repeats(schema) }),
	}
}

// get returns the compiled schema. A nil schema allows everything. Contract.Complete reports the
// error.
func (s *schema) get() *compiledSchema {
	if s == nil {
		return &anyValue
	}
	return s.compiled(&s.judging, s.compile)
}

// anyValue is the schema of values that the document does not describe.
var anyValue compiledSchema

// compiled returns the schema that is kept, or compiles and keeps it.
func (s *schema) compiled(kept *atomic.Pointer[compiledSchema], compile func() (compiledSchema, error)) *compiledSchema {
	if known := kept.Load(); known != nil {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := kept.Load(); known != nil {
		return known
	}
	made, err := compile()
	made.err = err
	kept.Store(&made)
	return &made
}

// complete compiles the schema if it is not compiled yet, and returns its error.
func (s *schema) complete() error { return s.get().err }

// demandLess makes a schema, and the schemas within it, no longer require properties that are not
// sent in a direction. whole is the schema that includes part by allOf, and that may define the
// properties which the part requires.
func (s *schemas) demandLess(part, whole any, direction direction) {
	switch part := part.(type) {
	case []any:
		for _, element := range part {
			s.demandLess(element, element, direction)
		}
	case map[string]any:
		if required, is := part["required"].([]any); is {
			part["required"] = slices.DeleteFunc(required, func(name any) bool {
				text, is := name.(string)
				return is && s.withholds(whole, text, string(direction), map[string]bool{})
			})
		}
		for keyword, member := range part {
			parts, is := member.([]any)
			if keyword != "allOf" || !is {
				s.demandLess(member, member, direction)
				continue
			}
			for _, inner := range parts {
				s.demandLess(inner, whole, direction)
			}
		}
	}
}

// withholds reports whether a keyword marks a property of a schema, or of one that the schema is
// composed of. seen has the references that were followed.
func (s *schemas) withholds(schema any, name, keyword string, seen map[string]bool) bool {
	object, _ := schema.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	if property := properties[name]; property != nil {
		return s.isMarked(property, keyword, map[string]bool{})
	}
	parts, _ := object["allOf"].([]any)
	reference, is := object["$ref"].(string)
	if is && !seen[reference] && len(seen) < maxDepth {
		seen[reference] = true
		var target any
		if text, err := s.document.At(reference); err == nil && json.Unmarshal(text, &target) == nil && s.withholds(target, name, keyword, seen) {
			return true
		}
	}
	return slices.ContainsFunc(parts, func(part any) bool { return s.withholds(part, name, keyword, seen) })
}

// isMarked reports whether a keyword is true in a schema, or in one that it refers to or is composed of.
// seen has the references that were followed.
func (s *schemas) isMarked(part any, keyword string, seen map[string]bool) bool {
	object, _ := part.(map[string]any)
	if object[keyword] == true {
		return true
	}
	if reference, is := object["$ref"].(string); is && !seen[reference] && len(seen) < maxDepth && s.leadsToMark(reference, keyword, seen) {
		return true
	}
	parts, _ := object["allOf"].([]any)
	return slices.ContainsFunc(parts, func(part any) bool { return s.isMarked(part, keyword, seen) })
}

// leadsToMark reports whether a keyword is true in the schema at a reference, or in one that this refers to
// or is composed of. Many properties may refer to one schema, so the answer is remembered.
func (s *schemas) leadsToMark(reference, keyword string, seen map[string]bool) bool {
	key, first := keyword+" "+reference, len(seen) == 0
	if marked, known := s.marked[key]; known && first {
		return marked
	}
	seen[reference] = true
	var target any
	text, err := s.document.At(reference)
	marked := err == nil && json.Unmarshal(text, &target) == nil && s.isMarked(target, keyword, seen)
	if first {
		s.marked[key] = marked
	}
	return marked
}

// maxDepth is how many references are followed, as schemas may contain themselves.
const maxDepth = 16

// takesAnyUUID reports whether one UUID in the property id is as good as another for a schema:
// nothing in it, or in schemas that it is composed of, distinguishes two strings of the same form.
// Formats distinguish strings, but not one UUID from another.
func (s *schemas) takesAnyUUID(source []byte) bool {
	seen := map[string]bool{}
	var takes func(text []byte) bool
	takes = func(text []byte) bool {
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil {
			return true
		}
		composed := []json.RawMessage{object["not"], object["if"], object["then"], object["else"]}
		for _, keyword := range []string{"enum", "const", "pattern", "patternProperties", "dependentSchemas"} {
			if object[keyword] != nil {
				return false
			}
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			var several []json.RawMessage
			_ = json.Unmarshal(object[keyword], &several) // a value that is not a list counts as empty
			composed = append(composed, several...)
		}
		composed = append(composed, document.Member(object["properties"], "id"))
		var reference string
		if json.Unmarshal(object["$ref"], &reference) == nil && !seen[reference] {
			seen[reference] = true
			if target, err := s.document.At(reference); err == nil {
				composed = append(composed, target)
			}
		}
		return !slices.ContainsFunc(composed, func(next json.RawMessage) bool { return next != nil && !takes(next) })
	}
	return takes(source)
}
