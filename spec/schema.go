package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/helpers"

	"github.com/unleash-mock/unleash-mock/internal/yamljson"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
	"github.com/unleash-mock/unleash-mock/spec/internal/sample"
)

// direction is the way that a value goes.
type direction string

// The directions, by the keyword of the properties that do not go that way.
const (
	request direction = "readOnly"
	reply   direction = "writeOnly"
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
	marks int // of what is compiled
}

// maxCompiled is how many marks of a document are compiled at a time, some 200 bytes each. Of
// one that has more, what was compiled is left and compiled again when it is needed.
const maxCompiled = 1 << 20

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

// make room for what is about to be compiled.
func (s *schemas) room(marks int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marks += marks; s.marks <= maxCompiled {
		return
	}
	for _, schema := range s.known {
		schema.judging.Store(nil)
		schema.making.Store(nil)
	}
	s.marks = marks
}

// maxMarks is how many characters of a schema, with all that it refers to, may begin or end
// a value: compiling takes the square of them. All of Unleash's contract here has as many.
const maxMarks = 1 << 16

// whole returns a schema with what it refers to, as text and decoded.
func (s *schemas) whole(source []byte) (text []byte, root any, err error) {
	if text, err = s.document.Schema(source); err != nil {
		return nil, nil, err
	}
	marks := yamljson.Marks(text)
	if marks > maxMarks {
		return nil, nil, fmt.Errorf("the schema is too large: %d characters of structure with what it refers to; %d are allowed", marks, maxMarks)
	}
	if number := tinyNumber(text); number != "" {
		return nil, nil, fmt.Errorf("the number %s cannot be read", number)
	}
	s.room(marks)
	return text, root, json.Unmarshal(text, &root)
}

// tinyNumber returns a number of a JSON text that has thousands of digits behind the point;
// empty for none.
func tinyNumber(text []byte) string {
	if !tiny.Match(text) {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(text)) // it may be a part of a string
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if number, is := token.(json.Number); is && tiny.MatchString(number.String()) {
			return number.String()
		}
	}
}

// tiny matches numbers that have thousands of digits behind the point. JSON's own reader takes
// them for 0, and refuses those with as many before it.
var tiny = regexp.MustCompile(`\d[eE]-\d{4,}\b`)

func (s *schemas) compile(source []byte, direction direction) (compiledSchema, error) {
	text, root, err := s.whole(source)
	if err != nil {
		return compiledSchema{}, err
	}
	if bytes.Contains(text, fmt.Appendf(nil, "%q", direction)) {
		demandLess(root, root, direction)
		if text, err = json.Marshal(root); err != nil {
			return compiledSchema{}, err
		}
	}
	compiled, err := build(s, text)
	if compiled == nil {
		return compiledSchema{}, err
	}
	return compiledSchema{schema: compiled, anyUUID: takesAnyUUID(root, root, 0), lists: listsOf(compiled)}, err
}

// build compiles a schema with all that it refers to. Where there is one in spite of an
// error, the error tells what of it is not judged. It is no method, as reader says.
func build(s *schemas, text []byte, more ...config.Option) (*jsonschema.Schema, error) {
	options := append([]config.Option{config.WithFormatAssertions()}, more...)
	var patterns patterns
	if s.lenient {
		options = append(options, config.WithRegexEngine(patterns.compile))
	}
	compiled, err := compileWith(s, text, options)
	if err != nil && s.lenient && s.version >= 3.05 { // whose schemas are JSON Schema without the rest
		plain, failed := compileWith(s, text, append(options, config.WithoutOpenAPIMode()))
		if failed == nil {
			return plain, fmt.Errorf("a keyword is ignored: %w", err)
		}
	}
	if err != nil {
		return nil, err
	}
	return compiled, patterns.wrong
}

func compileWith(s *schemas, text []byte, options []config.Option) (*jsonschema.Schema, error) {
	return helpers.NewCompiledSchemaWithVersion("urn:openapi:schema", text, config.NewValidationOptions(options...), s.version)
}

// patterns compiles regular expressions, and remembers one that it cannot compile.
type patterns struct{ wrong error }

func (p *patterns) compile(text string) (jsonschema.Regexp, error) {
	compiled, err := regexp.Compile(codePoint.ReplaceAllString(text, `\x{$1}`))
	if err != nil {
		p.wrong = fmt.Errorf("the pattern %q cannot be judged, and allows everything: %w", text, err)
		return anything(text), nil
	}
	return compiled, nil
}

// codePoint is a character as JavaScript escapes it and Go does not.
var codePoint = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)

// anything matches everything.
type anything string

func (a anything) String() string        { return string(a) }
func (anything) MatchString(string) bool { return true }

// sampler returns the schema that values are made from: with the examples of the document
// where JSON Schema has them, and with what the discriminators say.
func (s *schemas) sampler(source []byte) (compiledSchema, error) {
	_, root, err := s.whole(source)
	if err != nil {
		return compiledSchema{}, err
	}
	demandLess(root, root, reply)
	prepare(root, root)
	text, err := json.Marshal(root)
	if err != nil {
		return compiledSchema{}, err
	}
	var formats []config.Option
	for _, name := range sample.Formats() {
		if name != "" && !asserted[name] {
			formats = append(formats, config.WithCustomFormat(name, func(any) error { return nil }))
		}
	}
	compiled, err := build(s, text, formats...)
	if compiled == nil {
		return compiledSchema{}, err
	}
	return compiledSchema{schema: compiled}, nil
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
	lists   lists
	err     error
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
// demands, and does so in the schemas that it is made of.
func demandLess(part, root any, direction direction) {
	switch part := part.(type) {
	case []any:
		for _, element := range part {
			demandLess(element, root, direction)
		}
	case map[string]any:
		properties, _ := part["properties"].(map[string]any)
		required, _ := part["required"].([]any)
		if properties != nil && required != nil {
			part["required"] = slices.DeleteFunc(required, func(name any) bool {
				text, _ := name.(string)
				property, _ := follow(properties[text], root).(map[string]any)
				return property[string(direction)] == true
			})
		}
		for _, member := range part {
			demandLess(member, root, direction)
		}
	}
}

// maxDepth ends what is said of schemas that contain themselves.
const maxDepth = 16

// takesAnyUUID reports whether one UUID in the property id is as good as another
// for a schema: nothing in it, or in what it is composed of, sets two values of a type
// apart that have the same form. Formats do, but not one UUID from another.
func takesAnyUUID(part, root any, depth int) bool {
	object, is := follow(part, root).(map[string]any)
	if !is {
		return true
	}
	for _, keyword := range []string{"enum", "const", "pattern", "patternProperties", "dependentSchemas"} {
		if _, has := object[keyword]; has {
			return false
		}
	}
	composed := []any{object["not"], object["if"], object["then"], object["else"]}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		several, _ := object[keyword].([]any)
		composed = append(composed, several...)
	}
	if properties, has := object["properties"].(map[string]any); has {
		composed = append(composed, properties["id"])
	}
	return depth < maxDepth && !slices.ContainsFunc(composed, func(next any) bool { return !takesAnyUUID(next, root, depth+1) })
}

// follow returns what a decoded schema refers to, or the schema itself.
func follow(part, root any) any {
	for range maxDepth {
		object, _ := part.(map[string]any)
		reference, is := object["$ref"].(string)
		if !is {
			return part
		}
		pointer, err := jsonpointer.New(strings.TrimPrefix(reference, "#"))
		if err != nil {
			return nil
		}
		if part, _, err = pointer.Get(root); err != nil {
			return nil
		}
	}
	return nil
}
