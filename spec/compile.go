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

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/sample"
)

// build compiles a schema, which has been translated if it is of OpenAPI 3.0. If it returns both a
// schema and an error, the error says which part of the schema is not judged.
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

// maxMends is how often a schema is compiled again without its invalid parts. Once is nearly always
// enough, because an error nearly always names all of them.
const maxMends = 8

// compileIn compiles a schema in the version of its document.
func compileIn(s *schemas, text []byte) (*jsonschema.Schema, error) {
	compiler := newCompiler()
	var patterns patterns
	if s.lenient {
		compiler.UseRegexpEngine(patterns.compile)
	}
	compiler.RegisterVocabulary(vocabularyOf(s.version))
	compiler.AssertVocabs()
	compiled, err := compileWith(compiler, text)
	if err != nil && s.lenient { // compile it as plain JSON Schema, without OpenAPI's keywords
		plain := newCompiler()
		plain.UseRegexpEngine(patterns.compile)
		if compiled, failed := compileWith(plain, text); failed == nil {
			patterns.compiled = true
			return compiled, fmt.Errorf("a keyword is ignored: %w", err)
		}
	}
	if err != nil {
		return nil, err
	}
	patterns.compiled = true
	return compiled, patterns.wrong
}

// Versions of OpenAPI from which on schemas are read differently. Each lies between two versions
// that can be written, because the float32 3.1 is not exactly 3.1.
const (
	version31 = 3.05
	version32 = 3.15
)

// vocabularyOf returns the keywords of a version of OpenAPI.
func vocabularyOf(version float32) *jsonschema.Vocabulary {
	known := openapi_vocabulary.Version32
	switch {
	case version < version31:
		known = openapi_vocabulary.Version30
	case version < version32:
		known = openapi_vocabulary.Version31
	}
	out := openapi_vocabulary.NewOpenAPIVocabulary(known)
	compile := out.Compile
	out.Compile = func(context *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
		keywords, err := compile(context, schema)
		if keywords == nil {
			return nil, err
		}
		return ofObjects{keywords}, err
	}
	return out
}

// ofObjects are keywords that judge only objects. Of OpenAPI's, none but discriminator judges anything.
type ofObjects struct{ jsonschema.SchemaExt }

// Validate implements jsonschema.SchemaExt.
func (o ofObjects) Validate(context *jsonschema.ValidatorContext, value any) {
	if _, is := value.(map[string]any); is {
		o.SchemaExt.Validate(context, value)
	}
}

// newCompiler returns a compiler that judges formats and fetches nothing.
func newCompiler() *jsonschema.Compiler {
	out := jsonschema.NewCompiler()
	out.UseLoader(nothing{})
	out.AssertFormat()
	for _, format := range formats() {
		out.RegisterFormat(format)
	}
	return out
}

// nothing is a loader that refuses to load any schema.
type nothing struct{}

// Load implements jsonschema.URLLoader.
func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("the reference %q leads out of the document", url)
}

// formats returns the formats that the library does not have, or judges too leniently: those of integers, of
// base64 and of email, which are judged, and those that values are generated for, which are not judged.
var formats = sync.OnceValue(func() []*jsonschema.Format {
	out := []*jsonschema.Format{
		{Name: "int32", Validate: isInteger(32)}, {Name: "int64", Validate: isInteger(64)}, {Name: "byte", Validate: isBase64}, {Name: "email", Validate: isEmail()},
	}
	for _, name := range sample.Formats() {
		if name != "" && !openapi.JudgesFormat(name) {
			out = append(out, &jsonschema.Format{Name: name, Validate: func(any) error { return nil }})
		}
	}
	return out
})

// isEmail returns the library's check of addresses, which must also have something in front of the @.
func isEmail() func(any) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compileWith(compiler, []byte(`{"format":"email"}`))
	if err != nil {
		panic(err) // cannot happen
	}
	return func(value any) error {
		if text, is := value.(string); is && strings.HasPrefix(text, "@") {
			return errors.New("it has nothing in front of the @")
		}
		return schema.Format.Validate(value)
	}
}

// isBase64 checks that a text is base64, in either of its alphabets.
func isBase64(value any) error {
	if text, is := value.(string); is && !base64Text.MatchString(text) {
		return errors.New("it is not base64")
	}
	return nil
}

// base64Text matches whole groups of four characters, and what may be left, with its padding or without.
var base64Text = regexp.MustCompile(`^(?:[\w+/-]{4}\s*)*(?:[\w+/-]{2,3}={0,2})?\s*$`)

// isInteger returns a check that a number is whole and fits into the given number of bits, however
// it is written.
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

// translate rewrites keywords that are particular to OpenAPI 3.0 as JSON Schema.
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

// allowNull makes a schema allow null in addition, and the schemas that it is composed of with it.
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
	parts := map[string]any{}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		if forms, is := schema[keyword]; is {
			parts[keyword] = forms
			delete(schema, keyword)
		}
	}
	if len(parts) > 0 {
		schema["anyOf"] = []any{parts, map[string]any{"type": null}}
	}
}

// schemaName is the name under which a schema is compiled.
const schemaName = "urn:openapi:schema"

// These match the library's error for an invalid schema: which schema it is, and what is wrong with
// its parts. The library provides no more than this text.
var (
	invalidSchema = regexp.MustCompile(`"` + schemaName + `#([^"]*)" is not valid against metaschema`)
	invalidPart   = regexp.MustCompile(`- at '([^']*)': ([^\n]+)`)
)

// invalid is an invalid part of a schema: where it is, and what is wrong.
type invalid struct{ at, reason string }

// invalidParts returns the parts of a schema that an error calls invalid; none if the error is about
// something else.
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

// wordedInvalid rewords the error for an invalid schema: it names the most deeply nested invalid
// part, where the document has it, and what is wrong. It returns other errors unchanged.
func wordedInvalid(err error, reference string) error {
	parts := invalidParts(err)
	if len(parts) == 0 {
		return err
	}
	deepest := slices.MaxFunc(parts, func(a, b invalid) int { return len(a.at) - len(b.at) })
	return fmt.Errorf("the schema is not valid, and its invalid part allows everything: %s: %s", cmp.Or(strings.TrimPrefix(reference, "#")+deepest.at, "/"), deepest.reason)
}

// withoutInvalid returns a schema without the keywords that an error calls invalid; nil if there are
// none.
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

// removeKeyword removes the keyword whose value is at a path, or contains the element at the path.
// In a list of schemas it replaces the element with a schema that allows everything.
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

// patterns compiles regular expressions. wrong is the error for the last one that cannot be
// compiled. Once the schema is compiled, expressions are values in the format regex.
type patterns struct {
	wrong    error
	compiled bool
}

func (p *patterns) compile(text string) (jsonschema.Regexp, error) {
	readable := codePoint.ReplaceAllString(text, `\x{$1}`)
	var err error
	for _, form := range []string{readable, withClasses(readable)} { // many mean [^]] as Go reads it
		var compiled *regexp.Regexp
		if compiled, err = compilePattern(form); err == nil {
			return compiled, nil
		}
		if looking, failed := sample.NewLooking(form); failed == nil {
			return looking, nil
		}
	}
	if p.compiled {
		return anything(text), isNoExpression(err)
	}
	p.wrong = fmt.Errorf("the pattern %q cannot be checked, so it allows everything: %w", text, err)
	return anything(text), nil
}

// withClasses returns an expression with [^] and [], which Go lacks, in Go's form.
func withClasses(text string) string {
	return classes.ReplaceAllStringFunc(text, func(found string) string {
		switch found {
		case "[]":
			return `[^\x00-\x{10FFFF}]`
		case "[^]":
			return `[\x00-\x{10FFFF}]`
		}
		return found
	})
}

// classes matches the classes of an expression, and what is escaped outside of them.
var classes = regexp.MustCompile(`(?s)\\.|\[(?:[^\]\\]|\\.)*\]`)

// isNoExpression returns an error of Go's parser if JavaScript, which has more expressions than Go, would not
// take the expression either.
func isNoExpression(err error) error {
	var wrong *syntax.Error
	if errors.As(err, &wrong) && slices.Contains(inNoLanguage, wrong.Code) {
		return err
	}
	return nil
}

var inNoLanguage = []syntax.ErrorCode{
	syntax.ErrMissingBracket, syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash,
}

// maxPattern is the maximum number of instructions of an expression, and so the maximum number of
// steps to match one character.
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

// codePoint matches an escaped character in JavaScript's form, which Go does not know.
var codePoint = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)

// anything is a regular expression that matches everything.
type anything string

func (a anything) String() string        { return string(a) }
func (anything) MatchString(string) bool { return true }
