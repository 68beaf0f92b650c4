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
)

// direction is the way that a value goes.
type direction string

// The directions, by the keyword of the properties that do not go that way.
const (
	request direction = "readOnly"
	reply   direction = "writeOnly"
	making  direction = "making" // that of replies, for values that are made
)

// schemas are those of a document. Operations share many of them, such as those of errors.
type schemas struct {
	document *document.Document
	version  float32 // of OpenAPI
	// lenient is true for a document that others have written: a pattern that cannot be
	// compiled allows everything then, and is told.
	lenient bool

	mu    sync.Mutex
	known map[schemaKey]*schema

	linking   sync.Mutex // of one who compiles
	parts     map[partKey]*part
	bytes     int  // that what is compiled takes, estimated
	broken    bool // a part has an error
	perByte   int  // what is made of a byte of text, estimated
	mentioned map[string]bool
}

type schemaKey struct {
	source    string
	direction direction
}

// open makes the schemas of a document in a version of OpenAPI.
func (s *schemas) open(document *document.Document, version string) error {
	if len(version) < 3 || version[:2] != "3." {
		return fmt.Errorf("it is not an OpenAPI document of version 3: its version is %q", version)
	}
	number, err := strconv.ParseFloat(version[:3], 32)
	if err != nil {
		return fmt.Errorf("the version of OpenAPI: %w", err)
	}
	s.document, s.version, s.known = document, float32(number), map[schemaKey]*schema{}
	s.perByte = bytesPerByte
	s.parts, s.mentioned = map[partKey]*part{}, map[string]bool{}
	return nil
}

// of returns the schema that the document writes so, for values that go in a direction.
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

// endlessNumber returns a number of a JSON text that has thousands of digits; empty for none.
func endlessNumber(text []byte) string {
	if !endless.Match(text) {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(text)) // it may be a part of a string
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

// endless matches numbers that have thousands of digits, in a text of a few.
var endless = regexp.MustCompile(`\d[eE][-+]?\d{4,}\b`)

func (s *schemas) compile(source []byte, direction direction) (compiledSchema, error) {
	compiled, err := link(s, source, direction)
	if compiled == nil {
		return compiledSchema{}, err
	}
	return compiledSchema{schema: compiled, anyUUID: s.takesAnyUUID(source), lists: listsOf(compiled)}, err
}

// sampler returns the schema that values are made from: with the examples of the document
// where JSON Schema has them, and with what the discriminators say.
func (s *schemas) sampler(source []byte) (compiledSchema, error) {
	compiled, err := link(s, source, making)
	if compiled == nil {
		return compiledSchema{}, err
	}
	s.linking.Lock()
	defer s.linking.Unlock()
	return compiledSchema{schema: compiled, discriminates: s.alike(making) == making}, nil
}

// schema is compiled when an exchange needs it, or when all are.
type schema struct {
	compile, sampler func() (compiledSchema, error)

	mu sync.Mutex // of one who compiles
	// judging and making are the schema for judging values and the one for making them; nil
	// for one that is to be compiled.
	judging, making atomic.Pointer[compiledSchema]
}

type compiledSchema struct {
	schema *jsonschema.Schema
	// anyUUID is true if any UUID is as good as another for the property id.
	anyUUID bool
	// discriminates is true if discriminators tell forms apart in it, which judging does not know.
	discriminates bool
	lists         lists
	err           error
}

// get returns the compiled schema; one that is not there allows everything. The error
// is for Contract.Complete to tell.
func (s *schema) get() *compiledSchema {
	if s == nil {
		return &anyValue
	}
	return s.compiled(&s.judging, s.compile)
}

// anyValue is the schema of what the document says nothing of.
var anyValue compiledSchema

// compiled returns what is kept, or compiles it.
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

// complete compiles the schema if it is not yet.
func (s *schema) complete() error { return s.get().err }

// demandLess takes the properties that do not go in a direction off those that a schema
// demands, and does so in the schemas that it is made of. whole is what a schema is a part of
// by allOf, which may have the properties that the part demands.
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

// withholds reports whether a keyword marks a property of a schema, or of what the schema is
// composed of. seen are the references that were followed.
func (s *schemas) withholds(schema any, name, keyword string, seen map[string]bool) bool {
	object, _ := schema.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	if property := properties[name]; property != nil {
		return s.isMarked(property, keyword)
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

// isMarked reports whether a schema, or what it refers to, has a keyword that is true.
func (s *schemas) isMarked(part any, keyword string) bool {
	object, _ := part.(map[string]any)
	if object[keyword] == true {
		return true
	}
	reference, is := object["$ref"].(string)
	if !is {
		return false
	}
	target, err := s.document.At(reference)
	if err == nil {
		target, err = s.document.Resolve(target)
	}
	return err == nil && string(document.Member(target, keyword)) == "true"
}

// maxDepth ends what is said of schemas that contain themselves.
const maxDepth = 16

// takesAnyUUID reports whether one UUID in the property id is as good as another
// for a schema: nothing in it, or in what it is composed of, sets two values of a type
// apart that have the same form. Formats do, but not one UUID from another.
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
			_ = json.Unmarshal(object[keyword], &several) // what is no list is none
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
