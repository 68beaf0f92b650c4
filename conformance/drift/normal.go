package drift

import (
	"slices"
	"strconv"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Keywords of a schema that hold other schemas, by how they hold them.
var (
	listsOfSchemas = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	mapsOfSchemas  = []string{"properties", "patternProperties", "dependentSchemas"}
	singleSchemas  = []string{
		"items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "not", "if", "then", "else",
		"contains", "propertyNames",
	}
)

// rules rewrite the different ways to write a schema to a single one, the one of OpenAPI 3.0
// if it has one. Each rule gets a schema whose parts are already in that form.
var rules = []func(schema *yaml.Node){
	constAsEnum, exclusiveAsBound, contentAsFormat, withoutHints, nullOfTypes, nullOfMembers, mergeMembers,
	constantsOfMembers, typesOfMembers, sortMembers, nullOfEnum, typeOfEnum, withoutEmpty, sortNames,
}

// normal returns a cleaned schema in normal form. Schemas with the same meaning have the same
// normal form, as far as the rules know. modern means OpenAPI 3.1 or later, where nullable
// means nothing.
func normal(schema *yaml.Node, modern bool) *yaml.Node {
	switch {
	case schema.Kind == yaml.ScalarNode && schema.Value == "true":
		return mapping()
	case schema.Kind == yaml.ScalarNode && schema.Value == "false":
		never := mapping()
		set(never, "not", mapping())
		return never
	case schema.Kind != yaml.MappingNode:
		return schema
	}
	if modern || field(schema, "type") == nil && field(schema, "allOf") == nil && field(schema, "enum") == nil {
		remove(schema, "nullable") // nullable refers to the type beside it
	}
	for _, part := range parts(schema) {
		*part = normal(*part, modern)
	}
	for _, rule := range rules {
		rule(schema)
	}
	return schema
}

// parts iterates over the schemas within a schema, each with the keyword that holds it.
func parts(schema *yaml.Node) func(yield func(keyword string, part **yaml.Node) bool) {
	return func(yield func(string, **yaml.Node) bool) {
		for i := 0; i+1 < len(schema.Content); i += 2 {
			keyword, value := schema.Content[i].Value, schema.Content[i+1]
			held, first, step := value.Content, 0, 1
			switch {
			case slices.Contains(singleSchemas, keyword):
				held = schema.Content[i+1 : i+2]
			case slices.Contains(mapsOfSchemas, keyword):
				first, step = 1, 2
			case !slices.Contains(listsOfSchemas, keyword):
				continue
			}
			for ; first < len(held); first += step {
				if !yield(keyword, &held[first]) {
					return
				}
			}
		}
	}
}

func constAsEnum(schema *yaml.Node) {
	if value := field(schema, "const"); value != nil && field(schema, "enum") == nil {
		remove(schema, "const")
		set(schema, "enum", list(value))
	}
}

// exclusiveAsBound writes the exclusive bounds of OpenAPI 3.0 as 3.1 does. For integers, it
// turns an exclusive bound into the next inclusive one.
func exclusiveAsBound(schema *yaml.Node) {
	for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		limit := field(schema, exclusive)
		if limit == nil {
			continue
		}
		if limit.Value == "true" {
			limit = field(schema, bound)
			remove(schema, bound)
			remove(schema, exclusive)
			if limit == nil {
				continue
			}
			set(schema, exclusive, limit)
		}
		whole, err := strconv.ParseInt(limit.Value, 10, 53)
		if err != nil || text(field(schema, "type")) != "integer" || field(schema, bound) != nil {
			continue
		}
		step := int64(1)
		if bound == "maximum" {
			step = -1
		}
		remove(schema, exclusive)
		set(schema, bound, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(whole+step, 10)})
	}
}

// contentAsFormat writes what OpenAPI 3.1 uses instead of two formats as those formats.
func contentAsFormat(schema *yaml.Node) {
	if field(schema, "format") != nil {
		return
	}
	switch {
	case text(field(schema, "contentEncoding")) == "base64":
		remove(schema, "contentEncoding")
		set(schema, "format", scalar("byte"))
	case text(field(schema, "contentMediaType")) == "application/octet-stream":
		remove(schema, "contentMediaType")
		set(schema, "format", scalar("binary"))
	}
}

// withoutHints removes a format that says neither which values are allowed nor how a text is encoded.
func withoutHints(schema *yaml.Node) {
	if format := text(field(schema, "format")); !openapi.JudgesFormat(format) && format != "byte" && format != "binary" {
		remove(schema, "format")
	}
}

// nullOfTypes writes a list with one type as that type, and null in the list as nullable.
func nullOfTypes(schema *yaml.Node) {
	types := field(schema, "type")
	if types == nil {
		return
	}
	var names []string
	if types.Kind == yaml.ScalarNode {
		names = []string{types.Value}
	}
	for _, name := range types.Content {
		names = append(names, name.Value)
	}
	setTypes(schema, names)
}

// setTypes sets the type of a schema. null as the only type becomes an enum with the value
// null.
func setTypes(schema *yaml.Node, names []string) {
	slices.Sort(names)
	names = slices.Compact(names)
	isNull := slices.Contains(names, "null")
	names = slices.DeleteFunc(names, func(name string) bool {
		return name == "null" || name == "integer" && slices.Contains(names, "number")
	})
	remove(schema, "type")
	switch {
	case len(names) == 0 && isNull:
		remove(schema, "enum")
		set(schema, "enum", list(null()))
		return
	case len(names) == 1:
		set(schema, "type", scalar(names[0]))
	case len(names) > 1:
		types := list()
		for _, name := range names {
			types.Content = append(types.Content, scalar(name))
		}
		set(schema, "type", types)
	}
	if isNull {
		setNullable(schema)
	}
}

// isNull reports whether a schema allows only null.
func isNull(schema *yaml.Node) bool {
	values := field(schema, "enum")
	return values != nil && len(values.Content) == 1 && values.Content[0].Tag == "!!null"
}

func isNullable(schema *yaml.Node) bool { return text(field(schema, "nullable")) == "true" }

// nullOfEnum removes null from the values, because nullable says whether it is allowed.
func nullOfEnum(schema *yaml.Node) {
	enum := field(schema, "enum")
	if enum == nil || isNull(schema) {
		return
	}
	values := slices.DeleteFunc(slices.Clone(enum.Content), func(value *yaml.Node) bool { return value.Tag == "!!null" })
	hadNull := len(values) < len(enum.Content)
	put(schema, "enum", list(unique(values)...))
	if hadNull && field(schema, "type") == nil {
		setNullable(schema)
	}
}

// typeOfEnum adds the type that all the values share.
func typeOfEnum(schema *yaml.Node) {
	enum := field(schema, "enum")
	if enum == nil || field(schema, "type") != nil || isNull(schema) {
		return
	}
	kinds := map[string]bool{}
	for _, value := range enum.Content {
		kinds[value.Tag] = true
	}
	for tag, name := range map[string]string{"!!str": "string", "!!int": "integer", "!!bool": "boolean"} {
		if len(kinds) == 1 && kinds[tag] {
			set(schema, "type", scalar(name))
		}
	}
}

// withoutEmpty removes keywords that have no effect.
func withoutEmpty(schema *yaml.Node) {
	for _, name := range []string{"required", "properties", "patternProperties", "dependentSchemas", "items", "additionalProperties", "unevaluatedProperties", "allOf"} {
		if value := field(schema, name); value != nil && value.Kind != yaml.ScalarNode && len(value.Content) == 0 {
			remove(schema, name)
		}
	}
	for _, name := range []string{"minLength", "minItems", "minProperties"} {
		if text(field(schema, name)) == "0" {
			remove(schema, name)
		}
	}
	for _, name := range []string{"additionalProperties", "unevaluatedProperties"} {
		if inner := field(field(schema, name), "not"); inner != nil && inner.Kind == yaml.MappingNode && len(inner.Content) == 0 {
			put(schema, name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"})
		}
	}
}

func sortNames(schema *yaml.Node) {
	if required := field(schema, "required"); required != nil && required.Kind == yaml.SequenceNode {
		put(schema, "required", list(unique(required.Content)...))
	}
}

func setNullable(schema *yaml.Node) {
	put(schema, "nullable", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
}

func null() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} }
