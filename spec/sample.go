package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
	"github.com/unleash-mock/unleash-mock/spec/internal/sample"
)

// Sample generates a value that the content's schema allows, always the same for a seed. The error
// says why there is no such value.
func (c *Content) Sample(seed uint64) (any, error) { return c.schema.sample(seed) }

// Value returns a value that the header's schema allows, always the same for a seed: the document's
// own if it is allowed, or else a generated one.
func (h *Header) Value(seed uint64) (any, error) {
	if value, err := h.sample(); err == nil {
		return value, nil
	}
	if usual := usualHeaders[strings.ToLower(h.Name)]; usual != "" && !h.schema.gives() {
		text := strings.ReplaceAll(usual, "%", strconv.FormatUint(seed, 16))
		if len(h.schema.get().check(ordering{}, text, "header")) == 0 {
			return text, nil
		}
	}
	return h.schema.sample(seed)
}

// usualHeaders have texts for headers that clients act on. Their form is that of HTTP, even if the schema does not
// say so. A percent sign stands for the seed.
var usualHeaders = map[string]string{
	"accept-ranges":                    "bytes",
	"access-control-allow-credentials": "true",
	"access-control-allow-headers":     "*",
	"access-control-allow-methods":     "*",
	"access-control-allow-origin":      "*",
	"access-control-expose-headers":    "*",
	"access-control-max-age":           "600",
	"age":                              "60",
	"allow":                            "GET, HEAD, OPTIONS",
	"cache-control":                    "no-cache",
	"content-disposition":              `attachment; filename="file"`,
	"content-language":                 "en",
	"content-location":                 "https://example.com/%",
	"etag":                             `"%"`,
	"expires":                          "Fri, 01 Jan 2027 00:00:00 GMT",
	"last-modified":                    "Thu, 01 Jan 2026 00:00:00 GMT",
	"link":                             `<https://example.com/%>; rel="next"`,
	"location":                         "https://example.com/%",
	"retry-after":                      "60",
	"set-cookie":                       "session=%; Path=/",
	"strict-transport-security":        "max-age=31536000",
	"sunset":                           "Fri, 01 Jan 2027 00:00:00 GMT",
	"vary":                             "Accept",
	"www-authenticate":                 "Bearer",
}

// sample returns the document's own value. The error says why there is none that can be sent.
func (h *Header) sample() (value any, err error) {
	if err := json.Unmarshal(h.Sample, &value); err != nil {
		return nil, err
	}
	if failures := h.schema.get().check(ordering{}, value, "header"); len(failures) > 0 {
		return nil, failures[0]
	}
	return value, nil
}

// brokenExamples returns problems with examples of responses that break their own schemas, and with
// schemas for which no value is found.
func (o *Operation) brokenExamples() []openapi.Problem {
	var found []openapi.Problem
	for _, response := range o.Responses() {
		tell := func(place, reason string) {
			problem := o.contract.wrong(o, fmt.Errorf("response %s: %s: %s", response.Code, place, reason))
			problem.Used = true
			found = append(found, problem)
		}
		for _, header := range response.Headers {
			if header.Sample == nil {
				continue
			}
			if _, err := header.sample(); err != nil {
				tell("header "+header.Name, "the example breaks the schema: "+err.Error())
			}
		}
		for _, content := range response.Contents {
			for _, reason := range slices.Concat(content.broken(), o.contract.schemas.brokenExamples(content.schema.get().schema)) {
				tell(content.MediaType, reason)
			}
		}
	}
	return found
}

// broken returns why examples or generated values cannot be sent.
func (c *Content) broken() []string {
	var reasons []string
	for _, example := range c.Examples {
		var value any
		if err := json.Unmarshal(example.Value, &value); err != nil || !c.comparable(value) {
			continue
		}
		if failures := c.Exactly(example.Value, c.Check(value)); len(failures) > 0 {
			reasons = append(reasons, strings.TrimSpace("the example "+example.Name)+" breaks the schema: "+failures[0].Error())
		}
	}
	if len(c.Examples) == 0 {
		if _, err := c.Sample(0); err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	return reasons
}

// brokenExamples returns the examples in a compiled schema that break the schemas which have them. It
// skips schemas that were audited before.
func (s *schemas) brokenExamples(compiled *jsonschema.Schema) []string {
	s.linking.Lock()
	defer s.linking.Unlock()
	if s.audited == nil {
		s.audited = map[*jsonschema.Schema]bool{}
	}
	var reasons []string
	eachSchemaBelow(reflect.ValueOf(compiled), s.audited, func(schema *jsonschema.Schema) {
		for _, example := range schema.Examples {
			if failures := judging(schema).check(ordering{}, example, strings.TrimPrefix(schema.Location, schemaName)); len(failures) > 0 {
				text, _ := json.Marshal(example) // cannot fail: it was JSON
				reasons = append(reasons, fmt.Sprintf("the example %.40s of a schema breaks it: %s", text, failures[0].Error()))
			}
		}
	})
	slices.Sort(reasons) // properties have no order
	return reasons
}

func (s *schemas) forgetAudited() {
	s.linking.Lock()
	defer s.linking.Unlock()
	s.audited = nil
}

// comparable reports whether an example is sent as the schema describes it, rather than as a text in a
// form such as XML.
func (c *Content) comparable(example any) bool {
	switch _, isText := example.(string); {
	case openapi.IsJSON(c.MediaType):
		return true
	case c.Describes("string"):
		return isText
	}
	return c.MediaType == "*/*" || c.MediaType == "application/*" // which are sent as JSON
}

// gives reports whether the schema says what its values are, by an example, a default or an enumeration.
func (s *schema) gives() bool {
	return s != nil && sample.Gives(s.compiled(&s.making, s.sampler).schema)
}

func (s *schema) sample(seed uint64) (any, error) {
	if s == nil {
		return map[string]any{}, nil
	}
	compiled := s.compiled(&s.making, s.sampler)
	if compiled.err != nil {
		return nil, compiled.err
	}
	var fitting any
	for try := range uint64(maxTries) {
		value, ok := sample.Value(compiled.schema, compiled.repeats(), seed+try)
		if !ok {
			break
		}
		if compiled.plain == nil || len(judging(compiled.plain).check(ordering{}, value, "body")) == 0 {
			return value, nil
		}
		if fitting == nil && len(s.get().check(ordering{}, value, "body")) == 0 {
			fitting = value
		}
	}
	if fitting != nil {
		return fitting, nil
	}
	return nil, errors.New("no value was found that the schema allows")
}

// maxTries is how many values are tried for a schema with a discriminator. Best is one that fits
// by the schemas alone, as other validators may not know which form the discriminator selects.
const maxTries = 16

// exemplify adds OpenAPI's keyword example to the keyword examples of JSON Schema.
func (s *schemas) exemplify(root map[string]any) {
	if !s.mentions("example") {
		return
	}
	eachSchema(root, func(schema map[string]any) {
		if example, has := schema["example"]; has {
			listed, _ := schema["examples"].([]any)
			schema["examples"] = append([]any{example}, listed...)
		}
	})
}

// discriminate adds to each form of a schema which value the discriminator's property has in it.
// reference says where the schema is, if it is a component.
func (s *schemas) discriminate(root map[string]any, reference string) {
	eachSchema(root, s.tellApart)
	s.inherit(root, reference)
}

// discriminator says which property distinguishes the forms of a schema.
type discriminator struct {
	PropertyName string
	Mapping      map[string]any
}

// tellApart adds to each form of a schema which value its discriminator has.
func (s *schemas) tellApart(schema map[string]any) {
	written, _ := schema["discriminator"].(map[string]any)
	property, _ := written["propertyName"].(string)
	if property == "" {
		return
	}
	mapping, _ := written["mapping"].(map[string]any)
	for _, keyword := range []string{"oneOf", "anyOf"} {
		forms, _ := schema[keyword].([]any)
		for i, form := range forms {
			object, _ := form.(map[string]any)
			if reference, is := object["$ref"].(string); is {
				forms[i] = map[string]any{"allOf": []any{form, s.named(property, mapping, reference)}}
			}
		}
	}
}

// inherit does the same in a component that includes, by allOf, a schema with a discriminator.
func (s *schemas) inherit(heir map[string]any, reference string) {
	if !strings.HasPrefix(reference, "#/components/schemas/") {
		return
	}
	parts, _ := heir["allOf"].([]any)
	parts = append(parts, ownName(heir, reference)...)
	for _, part := range slices.Clone(parts) {
		object, _ := part.(map[string]any)
		base, _ := object["$ref"].(string)
		text, err := s.document.At(base)
		if err != nil || document.Member(text, "oneOf") != nil || document.Member(text, "anyOf") != nil {
			continue
		}
		var by discriminator
		if json.Unmarshal(document.Member(text, "discriminator"), &by) == nil && by.PropertyName != "" {
			parts = append(parts, s.named(by.PropertyName, by.Mapping, reference))
		}
	}
	if parts != nil {
		heir["allOf"] = parts
	}
}

// ownName returns the schema of an object as which a component that others include by allOf can be shown: with a
// name that its discriminator has. It returns nothing for other components.
func ownName(schema map[string]any, reference string) []any {
	by, _ := schema["discriminator"].(map[string]any)
	property, _ := by["propertyName"].(string)
	if property == "" || schema["oneOf"] != nil || schema["anyOf"] != nil {
		return nil
	}
	mapping, _ := by["mapping"].(map[string]any)
	names := slices.Sorted(maps.Keys(mapping))
	if len(names) == 0 {
		names = []string{reference[strings.LastIndexByte(reference, '/')+1:]}
	}
	return []any{map[string]any{"properties": map[string]any{property: map[string]any{"examples": []any{names[0]}}}}}
}

// named returns the schema of an object whose discriminator names the schema at a reference. It is
// empty if that schema allows none of the names: it then has values of its own, as many documents
// leave out the mapping.
func (s *schemas) named(property string, mapping map[string]any, reference string) map[string]any {
	names := namesIn(mapping, reference)
	if s.excludes(map[string]any{"$ref": reference}, property, names, map[string]bool{}) {
		return map[string]any{}
	}
	return map[string]any{"type": "object", "properties": map[string]any{property: map[string]any{"enum": names}}}
}

// namesIn returns what a discriminator calls the schema at a reference.
func namesIn(mapping map[string]any, reference string) []any {
	var found []string
	for name, to := range mapping { // sorted afterwards: there may be thousands, for thousands of forms
		if target, _ := to.(string); target == reference || "#/components/schemas/"+target == reference {
			found = append(found, name)
		}
	}
	if found == nil {
		found = []string{reference[strings.LastIndexByte(reference, '/')+1:]}
	}
	slices.Sort(found)
	names := make([]any, len(found))
	for i, name := range found {
		names[i] = name
	}
	return names
}

// maxSeparate is how many forms of a oneOf are kept apart; each is told the names of all others.
const maxSeparate = 100

// separate makes each form of a oneOf refuse the names that its discriminator has for other forms. In
// the documents of many frameworks nothing else tells the forms apart, so that no value fits exactly one.
func (s *schemas) separate(schema map[string]any) {
	written, _ := schema["discriminator"].(map[string]any)
	property, _ := written["propertyName"].(string)
	mapping, _ := written["mapping"].(map[string]any)
	forms, _ := schema["oneOf"].([]any)
	if property == "" || len(forms) > maxSeparate || len(mapping) > maxSeparate {
		return
	}
	names := make([][]any, len(forms))
	for i, form := range forms {
		object, _ := form.(map[string]any)
		if reference, is := object["$ref"].(string); is {
			names[i] = namesIn(mapping, reference)
		}
	}
	for i, form := range forms {
		var others []any
		for _, name := range slices.Concat(names...) {
			if !slices.Contains(names[i], name) {
				others = append(others, name)
			}
		}
		if names[i] != nil && others != nil && !s.excludes(form, property, others, map[string]bool{}) {
			other := map[string]any{"properties": map[string]any{property: map[string]any{"enum": others}}, "required": []any{property}}
			forms[i] = map[string]any{"allOf": []any{form, map[string]any{"not": other}}}
		}
	}
}

// excludes reports whether a schema, or one that it refers to or is composed of, allows none of the
// given values for a property. seen has the references that were followed.
func (s *schemas) excludes(schema any, name string, values []any, seen map[string]bool) bool {
	object, _ := schema.(map[string]any)
	if reference, is := object["$ref"].(string); is && !seen[reference] && len(seen) < maxDepth {
		seen[reference] = true
		var target any
		if text, err := s.document.At(reference); err == nil && json.Unmarshal(text, &target) == nil && s.excludes(target, name, values, seen) {
			return true
		}
	}
	if name == "" { // the schema is that of the property itself
		allowed, limited := object["enum"].([]any)
		if value, is := object["const"]; is {
			allowed, limited = []any{value}, true
		}
		if limited && !slices.ContainsFunc(values, func(value any) bool {
			return slices.ContainsFunc(allowed, func(other any) bool { return reflect.DeepEqual(value, other) })
		}) {
			return true
		}
	} else if properties, is := object["properties"].(map[string]any); is && s.excludes(properties[name], "", values, map[string]bool{}) {
		return true
	}
	parts, _ := object["allOf"].([]any)
	return slices.ContainsFunc(parts, func(part any) bool { return s.excludes(part, name, values, seen) })
}

// Keywords whose value is a schema, a list of schemas, and an object of schemas.
var (
	oneSchema   = []string{"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties", "unevaluatedItems"}
	schemaLists = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	schemaMaps  = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
)

// eachSchema visits a decoded schema and the schemas within it.
func eachSchema(part any, visit func(map[string]any)) {
	schema, is := part.(map[string]any)
	if !is {
		return
	}
	visit(schema)
	for _, keyword := range oneSchema {
		eachSchema(schema[keyword], visit)
	}
	for _, keyword := range schemaLists {
		several, _ := schema[keyword].([]any)
		for _, one := range several {
			eachSchema(one, visit)
		}
	}
	for _, keyword := range schemaMaps {
		named, _ := schema[keyword].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(named)) {
			eachSchema(named[name], visit)
		}
	}
}
