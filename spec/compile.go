package spec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/libopenapi-validator/openapi_vocabulary"

	"github.com/unleash-mock/unleash-mock/spec/internal/sample"
)

// build compiles a schema, which has been translated if it is one of OpenAPI 3.0. Where there is
// one in spite of an error, the error tells what of it is not judged.
func build(s *schemas, text []byte) (*jsonschema.Schema, error) {
	compiled, first := compileIn(s, text)
	err := first
	for range maxMends {
		if compiled != nil || !s.lenient {
			break
		}
		if text = withoutInvalid(text, err); text == nil {
			break
		}
		compiled, err = compileIn(s, text)
	}
	return compiled, first
}

// maxMends is how often a schema is compiled again without what of it is not valid, which is told
// all at once nearly always.
const maxMends = 8

// compileIn compiles a schema in the version of its document.
func compileIn(s *schemas, text []byte) (*jsonschema.Schema, error) {
	compiler := newCompiler()
	var patterns patterns
	if s.lenient {
		compiler.UseRegexpEngine(patterns.compile)
	}
	compiler.RegisterVocabulary(openapi_vocabulary.NewOpenAPIVocabulary(vocabularyOf(s.version)))
	compiler.AssertVocabs()
	compiled, err := compileWith(compiler, text)
	if err != nil && s.lenient { // JSON Schema is what is left without the keywords of OpenAPI
		plain := newCompiler()
		plain.UseRegexpEngine(patterns.compile)
		if compiled, failed := compileWith(plain, text); failed == nil {
			return compiled, fmt.Errorf("a keyword is ignored: %w", err)
		}
	}
	if err != nil {
		return nil, err
	}
	return compiled, patterns.wrong
}

// Versions of OpenAPI from which schemas are read otherwise, between two that can be written:
// 3.1 as a float is less than 3.1.
const (
	version31 = 3.05
	version32 = 3.15
)

func vocabularyOf(version float32) openapi_vocabulary.VersionType {
	switch {
	case version < version31:
		return openapi_vocabulary.Version30
	case version < version32:
		return openapi_vocabulary.Version31
	}
	return openapi_vocabulary.Version32
}

// newCompiler returns a compiler that judges formats, and fetches nothing.
func newCompiler() *jsonschema.Compiler {
	out := jsonschema.NewCompiler()
	out.UseLoader(nothing{})
	out.AssertFormat()
	for _, format := range formats() {
		out.RegisterFormat(format)
	}
	return out
}

// nothing loads no schema from anywhere.
type nothing struct{}

// Load implements jsonschema.URLLoader.
func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("the reference %q leads out of the document", url)
}

// formats are those that JSON Schema does not have: of integers, which are judged, and those
// that values are made of and nobody judges.
var formats = sync.OnceValue(func() []*jsonschema.Format {
	out := []*jsonschema.Format{{Name: "int32", Validate: isInteger(32)}, {Name: "int64", Validate: isInteger(64)}}
	for _, name := range sample.Formats() {
		if name != "" && !asserted[name] {
			out = append(out, &jsonschema.Format{Name: name, Validate: func(any) error { return nil }})
		}
	}
	return out
})

// isInteger judges whether numbers are whole and have so many bits, however they are written.
func isInteger(bits int) func(any) error {
	limit := math.Ldexp(1, bits-1)
	return func(value any) error {
		switch value.(type) {
		case json.Number, float64, int64:
		default:
			return nil
		}
		text := fmt.Sprint(value)
		_, err := strconv.ParseInt(text, 10, bits)
		if errors.Is(err, strconv.ErrSyntax) { // 1.0 and 1e3 are whole
			var fraction float64
			if fraction, err = strconv.ParseFloat(text, 64); err == nil && (fraction != math.Trunc(fraction) || fraction < -limit || fraction >= limit) {
				err = strconv.ErrRange
			}
		}
		if err != nil {
			return fmt.Errorf("it is not a whole number of %d bits", bits)
		}
		return nil
	}
}

func compileWith(compiler *jsonschema.Compiler, text []byte) (*jsonschema.Schema, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if err := compiler.AddResource(schemaName, schema); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaName)
}

// translate writes as JSON Schema does what OpenAPI 3.0 writes in its own way.
func translate(schema map[string]any) {
	for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		excludes, is := schema[exclusive].(bool)
		if !is {
			continue
		}
		delete(schema, exclusive)
		if limit, has := schema[bound]; has && excludes {
			schema[exclusive] = limit
			delete(schema, bound)
		}
	}
	if nullable, is := schema["nullable"].(bool); is {
		delete(schema, "nullable")
		if nullable {
			allowNull(schema)
		}
	}
}

// allowNull has a schema allow null beside what it allows. One that names no type is left to
// its parts.
func allowNull(schema map[string]any) {
	const null = "null"
	switch types := schema["type"].(type) {
	case string:
		schema["type"] = []any{types, null}
	case []any:
		if !slices.Contains(types, any(null)) {
			schema["type"] = append(types, null)
		}
	}
	if values, is := schema["enum"].([]any); is && !slices.Contains(values, nil) {
		schema["enum"] = append(values, nil)
	}
	parts, is := schema["allOf"]
	if !is {
		return
	}
	delete(schema, "allOf")
	either := []any{map[string]any{"allOf": parts}, map[string]any{"type": null}}
	if _, is := schema["oneOf"]; is {
		schema["allOf"] = []any{map[string]any{"oneOf": either}}
	} else {
		schema["oneOf"] = either
	}
}

// schemaName is what a schema is compiled under.
const schemaName = "urn:openapi:schema"

// Of what the library says of a schema that is none: which, and what is wrong at its parts. It
// gives nothing but this text.
var (
	invalidSchema = regexp.MustCompile(`"` + schemaName + `#([^"]*)" is not valid against metaschema`)
	invalidPart   = regexp.MustCompile(`- at '([^']*)': ([^\n]+)`)
)

// invalid is a part of a schema that is not valid: where it is, and why.
type invalid struct{ at, reason string }

// invalidParts are the parts of a schema that an error says are not valid; none if the error is
// about something else.
func invalidParts(err error) (parts []invalid) {
	schema := invalidSchema.FindStringSubmatch(err.Error())
	if schema == nil {
		return nil
	}
	for _, part := range invalidPart.FindAllStringSubmatch(err.Error(), -1) {
		if !strings.HasSuffix(part[2], " failed") {
			parts = append(parts, invalid{schema[1] + part[1], part[2]})
		}
	}
	return parts
}

// wordedInvalid says of a schema that is none what is wrong, where that is deepest, and where
// the document has it. Other errors stay.
func wordedInvalid(err error, reference string) error {
	parts := invalidParts(err)
	if len(parts) == 0 {
		return err
	}
	deepest := slices.MaxFunc(parts, func(a, b invalid) int { return len(a.at) - len(b.at) })
	return fmt.Errorf("the schema is not valid, and its invalid part allows everything: %s: %s", cmp.Or(strings.TrimPrefix(reference, "#")+deepest.at, "/"), deepest.reason)
}

// withoutInvalid returns a schema without the keywords that an error says are not valid; nil if
// it says so of none.
func withoutInvalid(text []byte, err error) []byte {
	parts := invalidParts(err)
	schema, unread := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if len(parts) == 0 || unread != nil {
		return nil
	}
	for _, part := range parts {
		if part.at == "" {
			return []byte("true")
		}
		removeKeyword(schema, strings.Split(part.at[1:], "/"))
	}
	without, err := json.Marshal(schema)
	if err != nil || bytes.Equal(without, text) {
		return nil
	}
	return without
}

// removeKeyword takes a keyword off a schema: that of which the value at a path is, or is an
// element. Of a list of schemas an element becomes one that allows everything.
func removeKeyword(schema any, path []string) {
	object, is := schema.(map[string]any)
	if !is {
		return
	}
	name := jsonpointer.Unescape(path[0])
	switch inner := object[name].(type) {
	case map[string]any:
		if len(path) > 1 {
			removeKeyword(inner, path[1:])
			return
		}
	case []any:
		if !slices.Contains(schemaLists, name) || len(path) < 2 {
			break
		}
		at, err := strconv.Atoi(path[1])
		if err != nil || at >= len(inner) {
			break
		}
		if len(path) > 2 {
			removeKeyword(inner[at], path[2:])
		} else {
			inner[at] = true
		}
		return
	}
	delete(object, name)
}

// patterns compiles regular expressions, and remembers one that it cannot compile.
type patterns struct{ wrong error }

func (p *patterns) compile(text string) (jsonschema.Regexp, error) {
	readable := codePoint.ReplaceAllString(text, `\x{$1}`)
	compiled, err := compilePattern(readable)
	if err != nil {
		if ahead := sample.NewAhead(readable, compilePattern); ahead != nil {
			return ahead, nil
		}
		p.wrong = fmt.Errorf("the pattern %q cannot be checked, so it allows everything: %w", text, err)
		return anything(text), nil
	}
	return compiled, nil
}

// maxPattern is how many instructions an expression may have: to match a character takes as
// many steps at most.
const maxPattern = 10_000

func compilePattern(text string) (*regexp.Regexp, error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if program, err := syntax.Compile(parsed.Simplify()); err == nil && len(program.Inst) > maxPattern {
		return nil, fmt.Errorf("it has %d instructions; at most %d are allowed", len(program.Inst), maxPattern)
	}
	return regexp.Compile(text)
}

// codePoint is a character as JavaScript escapes it and Go does not.
var codePoint = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)

// anything matches everything.
type anything string

func (a anything) String() string        { return string(a) }
func (anything) MatchString(string) bool { return true }
