package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/yamljson"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// part is a schema that is compiled by itself. Compiling takes time quadratic in a schema's size,
// and in many documents every operation reaches most of the schemas. So the target of a reference
// is compiled once for each direction, and linked.
type part struct {
	schema *jsonschema.Schema // nil if it cannot be compiled
	err    error              // what is wrong with it
	links  []partLink
	// composed are the schemas in it that apply others to the same value; nil once bounded has
	// looked at them.
	composed []*jsonschema.Schema
}

// partKey says where a part is in the document, and for which direction it is compiled.
type partKey struct {
	reference string
	direction direction
}

// partLink is a compiled reference, and the part that it leads to.
type partLink struct {
	from   *jsonschema.Schema
	to     partKey
	number int // of the reference, in the order in which detach found them
}

const (
	// maxMarks is how many characters of JSON structure a part may have.
	maxMarks = 1 << 16
	// maxCompiled is how many bytes of a document's compiled schemas are kept, by estimation. If
	// there are more, all are dropped, and compiled again when they are needed.
	maxCompiled = 400 << 20
	// compiledBytes is how many bytes a compiled schema takes in addition to its text, as
	// measured. bytesPerByte is how many bytes a byte of text takes once compiled, in most
	// documents.
	compiledBytes = 1 << 10
	bytesPerByte  = 20
)

// link compiles a schema and everything that it refers to. If it returns both a schema and an error,
// the error says which part of the schema is not judged. link is not a method, for the reason given
// at reader.
func link(s *schemas, source []byte, direction direction) (*jsonschema.Schema, error) {
	s.linking.Lock()
	defer s.linking.Unlock()
	return linked(s, source, direction)
}

// linked is link for callers that hold s.linking.
func linked(s *schemas, source []byte, direction direction) (*jsonschema.Schema, error) {
	direction = s.alike(direction)
	first := s.reach(source, direction)
	if first == nil {
		s.forget()
		first = s.reach(source, direction)
	}
	if first == nil {
		s.forget()
		return nil, fmt.Errorf("the schema is too large: compiled, it takes more than %d MiB with what it refers to", maxCompiled>>20)
	}
	if s.broken {
		return s.sound(first)
	}
	return first.schema, nil
}

// reach compiles a part, and those that it reaches and that are not compiled yet. It returns nil if
// that would exceed maxCompiled.
func (s *schemas) reach(source []byte, direction direction) *part {
	before, text := s.bytes, s.unread(source, direction)
	if s.bytes+text*s.perByte > maxCompiled {
		return nil
	}
	first := s.newPart(source, partKey{direction: direction})
	fresh := []*part{first}
	for at := 0; at < len(fresh); at++ {
		for _, link := range fresh[at].links {
			if s.parts[link.to] != nil {
				continue
			}
			next := &part{}
			if text, err := s.document.At(link.to.reference); err != nil {
				next.err, s.broken = err, true
			} else {
				next = s.newPart(text, link.to)
			}
			s.parts[link.to] = next
			if fresh = append(fresh, next); s.bytes > maxCompiled {
				s.perByte = max(s.perByte, 1+(s.bytes-before)/text)
				return nil
			}
		}
	}
	for _, part := range fresh {
		for _, link := range part.links {
			if to := s.parts[link.to].schema; to != nil {
				link.from.Ref = to
			}
		}
	}
	s.bounded(fresh)
	return first
}

// unread returns the total length of the texts of a schema and of the parts that it reaches and that
// are not compiled yet.
func (s *schemas) unread(source []byte, direction direction) (length int) {
	seen := map[string]bool{}
	for texts := [][]byte{source}; len(texts) > 0; texts = texts[1:] {
		length += len(texts[0])
		for _, reference := range document.Written(texts[0]) {
			if seen[reference] || s.parts[partKey{reference, direction}] != nil {
				continue
			}
			seen[reference] = true
			if text, err := s.document.At(reference); err == nil {
				texts = append(texts, text)
			}
		}
	}
	return length
}

// forget drops everything that is compiled.
func (s *schemas) forget() {
	s.parts, s.bytes, s.broken, s.audited = map[partKey]*part{}, 0, false, nil
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.anchors)
	for _, schema := range s.known {
		schema.judging.Store(nil)
		schema.making.Store(nil)
	}
}

// sound returns the schema of a part, and an error that says what is wrong with it or with a part
// that it reaches.
func (s *schemas) sound(first *part) (*jsonschema.Schema, error) {
	var err error
	seen := map[*part]bool{first: true}
	for reached := []*part{first}; len(reached) > 0; reached = reached[1:] {
		next := reached[0]
		if next.schema == nil {
			return nil, next.err
		}
		if err == nil {
			err = next.err
		}
		for _, link := range next.links {
			if to := s.parts[link.to]; !seen[to] {
				seen[to] = true
				reached = append(reached, to)
			}
		}
	}
	return first.schema, err
}

// newPart compiles a part without connecting its links.
func (s *schemas) newPart(source []byte, key partKey) *part {
	out := &part{}
	references, text, err := s.detached(source, key)
	if err == nil {
		if out.schema, err = build(s, text); err != nil {
			err = wordedInvalid(err, key.reference)
		}
	}
	out.err, s.broken = err, s.broken || err != nil
	eachSchemaBelow(reflect.ValueOf(out.schema), map[*jsonschema.Schema]bool{}, func(schema *jsonschema.Schema) {
		s.bytes += compiledBytes
		if slices.ContainsFunc(composedOf(schema), func(next *jsonschema.Schema) bool { return next != nil }) {
			out.composed = append(out.composed, schema)
		}
		if name := schema.DynamicAnchor; name != "" {
			if s.anchors[out.schema] == nil {
				s.anchors[out.schema] = map[string]*jsonschema.Schema{}
			}
			s.anchors[out.schema][name] = schema
		}
		if schema.Ref == nil {
			return
		}
		if _, number, is := strings.Cut(schema.Ref.Location, "#/$defs/"+linkName); is {
			at, _ := strconv.Atoi(number) // detached has written it
			out.links = append(out.links, partLink{schema, partKey{references[at], key.direction}, at})
		}
	})
	slices.SortStableFunc(out.links, func(a, b partLink) int { // maps have no order, but the first error is reported
		return a.number - b.number
	})
	return out
}

// detached returns the text of a part for compiling, with references that lead to empty definitions,
// and the original references by the numbers of these definitions.
func (s *schemas) detached(source []byte, key partKey) (references []string, text []byte, err error) {
	marks := yamljson.Marks(source)
	if marks > maxMarks {
		return nil, nil, fmt.Errorf("the schema is too large: %d characters of structure; %d are allowed", marks, maxMarks)
	}
	if number := endlessNumber(source); number != "" {
		return nil, nil, fmt.Errorf("the number %s cannot be read", number)
	}
	s.bytes += len(source)
	root, err := exactly(source)
	if err != nil {
		return nil, nil, err
	}
	object, is := root.(map[string]any)
	if !is {
		return nil, source, nil
	}
	if err := keepInside(root); err != nil {
		return nil, nil, err
	}
	way := key.direction
	if way == making || way == schemasOnly {
		way = reply
	}
	if s.mentions(string(way)) {
		s.demandLess(root, root, way)
	}
	if way == reply {
		s.exemplify(object)
	}
	switch {
	case key.direction == making:
		s.discriminate(object, key.reference)
	case key.direction != schemasOnly && s.mentions("discriminator"):
		eachSchema(object, s.separate)
	}
	if s.version < version31 {
		eachSchema(object, translate)
	}
	if s.mentions("$dynamicAnchor") {
		keepAnchors(object)
	}
	detach(object, false, &references)
	if len(references) > 0 {
		definitions, is := object["$defs"].(map[string]any)
		if !is {
			definitions = map[string]any{}
			object["$defs"] = definitions
		}
		for at, reference := range references {
			definitions[linkName+strconv.Itoa(at)] = map[string]any{"$comment": reference}
		}
	}
	text, err = json.Marshal(root)
	return references, text, err
}

// keepAnchors makes a part refer to its dynamic anchors, which nothing else in it may refer to, by a keyword that
// judges no value. Otherwise their references would lead nowhere. It removes definitions with an $id: these
// are parts of their own, with anchors of their own.
func keepAnchors(part map[string]any) {
	var anchors []any
	eachSchema(part, func(schema map[string]any) {
		definitions, _ := schema["$defs"].(map[string]any)
		maps.DeleteFunc(definitions, func(_ string, definition any) bool {
			object, _ := definition.(map[string]any)
			_, isPart := object["$id"].(string)
			return isPart
		})
		if name, is := schema["$dynamicAnchor"].(string); is {
			anchors = append(anchors, map[string]any{"$ref": "#" + name})
		}
	})
	if anchors == nil {
		return
	}
	dependent, is := part["dependentSchemas"].(map[string]any)
	if !is {
		dependent = map[string]any{}
		part["dependentSchemas"] = dependent
	}
	dependent[linkName+"anchors"] = map[string]any{"anyOf": anchors}
}

// knownDialect matches the dialects that are built into the library.
var knownDialect = regexp.MustCompile(`^https?://json-schema\.org/(draft-0[467]|draft/2019-09|draft/2020-12)/schema#?$`)

// keepInside refuses references that lead out of a document, and removes the names of unknown
// dialects, so that the schema is judged by the default one. The library would fetch both from files
// or the network. It also looks into data, such as examples, because a reference may lead there.
func keepInside(part any) error {
	switch part := part.(type) {
	case []any:
		for _, element := range part {
			if err := keepInside(element); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, member := range part {
			text, isText := member.(string)
			switch {
			case isText && name == "$schema" && !knownDialect.MatchString(text):
				delete(part, name)
			case isText && (name == "$dynamicRef" || name == "$recursiveRef") && !strings.HasPrefix(text, "#"):
				return fmt.Errorf("the reference %q leads out of the document", text)
			}
			if err := keepInside(member); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkName begins the names of the definitions that stand for other parts.
const linkName = "unleash-mock-link-"

// detach makes the references of a schema lead to definitions of its own. It removes $id, which no
// reference uses, because it would make them lead elsewhere.
func detach(value any, areNames bool, references *[]string) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			detach(element, false, references)
		}
	case map[string]any:
		if !areNames {
			if _, is := value["$id"].(string); is {
				delete(value, "$id")
			}
			if dynamic, _ := value["$dynamicRef"].(string); strings.HasPrefix(dynamic, "#/") { // not an anchor, so it always leads to the same place
				delete(value, "$dynamicRef")
				all, _ := value["allOf"].([]any)
				value["allOf"] = append(all, map[string]any{"$ref": dynamic})
			}
			if reference, _ := value["$ref"].(string); strings.HasPrefix(reference, "#/") {
				value["$ref"] = "#/$defs/" + linkName + strconv.Itoa(number(references, reference))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if areNames || !slices.Contains(shown, key) && !strings.HasPrefix(key, "x-") {
				detach(value[key], !areNames && slices.Contains(schemaMaps, key), references)
			}
		}
	}
}

// shown are the keywords whose values are data, not schemas.
var shown = []string{"example", "examples", "default", "enum", "const"}

// number returns the index of a text in a list. It appends the text if the list lacks it.
func number(list *[]string, text string) int {
	if at := slices.Index(*list, text); at >= 0 {
		return at
	}
	*list = append(*list, text)
	return len(*list) - 1
}

// alike returns reply for a direction whose schemas do not differ from those of replies in this
// document, and any other direction unchanged.
func (s *schemas) alike(direction direction) direction {
	switch {
	case direction == request && !s.mentions(string(request)) && !s.mentions(string(reply)),
		direction == making && !s.mentions("discriminator"):
		return reply
	}
	return direction
}

// mentions reports whether the document has a text, in quotes, anywhere.
func (s *schemas) mentions(text string) bool {
	known, is := s.mentioned[text]
	if !is {
		known = bytes.Contains(s.document.Text(), strconv.AppendQuote(nil, text))
		s.mentioned[text] = known
	}
	return known
}

var compiledType = reflect.TypeFor[*jsonschema.Schema]()

// eachSchemaBelow visits a compiled schema and those within it.
func eachSchemaBelow(value reflect.Value, seen map[*jsonschema.Schema]bool, visit func(*jsonschema.Schema)) {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return
		}
		if dynamic, is := value.Interface().(*jsonschema.DynamicRef); is {
			eachSchemaBelow(reflect.ValueOf(dynamic.Ref), seen, visit)
		}
		if value.Type() != compiledType {
			return
		}
		schema := value.Interface().(*jsonschema.Schema)
		if seen[schema] {
			return
		}
		seen[schema] = true
		visit(schema)
		for i := range value.Elem().NumField() {
			if field := value.Type().Elem().Field(i); field.IsExported() && !slices.Contains(annotations, field.Name) {
				eachSchemaBelow(value.Elem().Field(i), seen, visit)
			}
		}
	case reflect.Interface:
		eachSchemaBelow(value.Elem(), seen, visit)
	case reflect.Slice:
		for i := range value.Len() {
			eachSchemaBelow(value.Index(i), seen, visit)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			eachSchemaBelow(value.MapIndex(key), seen, visit)
		}
	}
}
