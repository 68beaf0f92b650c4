package drift

import (
	"slices"
	"strconv"
	"strings"

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

// demandLess makes a schema, and the schemas within it, no longer require properties that are not sent:
// those that a keyword marks. unsent has their names if the schema is a member of an allOf, whose other
// members may define what this one requires; otherwise it is nil.
func demandLess(schema *yaml.Node, keyword string, unsent map[string]bool) {
	if schema.Kind != yaml.MappingNode {
		return
	}
	if unsent == nil {
		unsent = map[string]bool{}
		marked(schema, keyword, unsent)
	}
	if required := field(schema, "required"); required != nil && required.Kind == yaml.SequenceNode && len(unsent) > 0 {
		put(schema, "required", list(slices.DeleteFunc(slices.Clone(required.Content), func(name *yaml.Node) bool { return unsent[name.Value] })...))
	}
	for holder, part := range parts(schema) {
		if holder == "allOf" {
			demandLess(*part, keyword, unsent)
		} else {
			demandLess(*part, keyword, nil)
		}
	}
}

// marked collects the properties of a schema, and of those that it includes by allOf, that a keyword marks.
func marked(schema *yaml.Node, keyword string, names map[string]bool) {
	for name, property := range fields(field(schema, "properties")) {
		if isMarked(property, keyword) {
			names[name] = true
		}
	}
	if members := field(schema, "allOf"); members != nil {
		for _, member := range members.Content {
			marked(member, keyword, names)
		}
	}
}

// isMarked reports whether a keyword is true in a schema, or in one that it includes by allOf.
func isMarked(schema *yaml.Node, keyword string) bool {
	members := field(schema, "allOf")
	return text(field(schema, keyword)) == "true" ||
		members != nil && slices.ContainsFunc(members.Content, func(member *yaml.Node) bool { return isMarked(member, keyword) })
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

// nullOfMembers writes an alternative that allows only null as nullable.
func nullOfMembers(schema *yaml.Node) {
	for _, keyword := range []string{"anyOf", "oneOf"} {
		members := field(schema, keyword)
		if members == nil || field(schema, "type") != nil || slices.ContainsFunc(members.Content, isNullable) {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(members.Content), isNull)
		if len(others) == len(members.Content) || len(others) == 0 {
			continue
		}
		members.Content = others
		if len(others) == 1 && others[0].Kind == yaml.MappingNode { // it will be merged into the schema
			setNullable(others[0])
			continue
		}
		setNullable(schema)
	}
}

// isNull reports whether a schema allows only null.
func isNull(schema *yaml.Node) bool {
	values := field(schema, "enum")
	return values != nil && len(values.Content) == 1 && values.Content[0].Tag == "!!null"
}

func isNullable(schema *yaml.Node) bool { return text(field(schema, "nullable")) == "true" }

// mergeMembers merges the members of allOf, or the only member of anyOf or oneOf, into the
// schema itself, unless they conflict.
func mergeMembers(schema *yaml.Node) {
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		members := field(schema, keyword)
		if members == nil || keyword != "allOf" && len(members.Content) != 1 {
			continue
		}
		merged := without(schema, keyword, "nullable")
		if isClosed(merged, members.Content) || slices.ContainsFunc(members.Content, func(member *yaml.Node) bool { return !mergeInto(merged, member) }) {
			continue
		}
		if keyword == "allOf" && isNullable(schema) || allNullable(schema, members.Content, keyword) {
			setNullable(merged)
		}
		schema.Content = merged.Content
	}
}

// isClosed reports whether the schema or one of its members restricts the properties that it
// does not name, while another part names or restricts properties as well.
func isClosed(schema *yaml.Node, members []*yaml.Node) bool {
	closed, about := 0, 0
	for _, part := range append([]*yaml.Node{without(schema, "unevaluatedProperties")}, members...) { // unevaluatedProperties takes the members' properties into account
		closes := field(part, "additionalProperties") != nil || field(part, "unevaluatedProperties") != nil || field(part, "patternProperties") != nil
		if closes {
			closed++
		}
		if closes || field(part, "properties") != nil {
			about++
		}
	}
	return closed > 0 && about > 1
}

// allNullable reports whether null satisfies the schema and all members that have a type.
func allNullable(schema *yaml.Node, members []*yaml.Node, keyword string) bool {
	typed := 0
	if field(schema, "type") != nil {
		if !isNullable(schema) {
			return false
		}
		typed++
	}
	for _, member := range members {
		if field(member, "type") == nil && field(member, "enum") == nil && field(member, "oneOf") == nil && field(member, "anyOf") == nil && field(member, "allOf") == nil {
			continue
		}
		if !isNullable(member) {
			return false
		}
		typed++
	}
	return typed > 0
}

// mergeInto adds a member's keywords to a schema. It reports whether the result has the same
// meaning.
func mergeInto(schema, member *yaml.Node) bool {
	for name, value := range fields(member) {
		own := field(schema, name)
		switch {
		case name == "nullable":
		case own == nil:
			set(schema, name, value)
		case name == "required":
			put(schema, name, list(slices.Concat(own.Content, value.Content)...))
		case name == "properties":
			both := mapping()
			both.Content = slices.Clone(own.Content)
			for property, described := range fields(value) {
				if known := field(own, property); known == nil {
					set(both, property, described)
				} else if !same(known, described) {
					return false
				}
			}
			put(schema, name, both)
		case !same(own, value):
			return false
		}
	}
	return true
}

// constantsOfMembers writes alternatives that are all enums as one enum.
func constantsOfMembers(schema *yaml.Node) {
	for _, keyword := range []string{"anyOf", "oneOf"} {
		members := field(schema, keyword)
		if members == nil || field(schema, "enum") != nil || field(schema, "type") != nil {
			continue
		}
		values, isConstants := list(), true
		for _, member := range members.Content {
			enum := field(member, "enum")
			isConstants = isConstants && enum != nil && len(without(member, "type", "enum").Content) == 0
			if enum != nil {
				values.Content = append(values.Content, enum.Content...)
			}
		}
		if isConstants && len(unique(values.Content)) == len(values.Content) {
			remove(schema, keyword)
			set(schema, "enum", values)
		}
	}
}

// typesOfMembers writes alternatives that are all plain types as a list of types.
func typesOfMembers(schema *yaml.Node) {
	for _, keyword := range []string{"anyOf", "oneOf"} {
		members := field(schema, keyword)
		if members == nil || field(schema, "type") != nil {
			continue
		}
		var names []string
		for _, member := range members.Content {
			if name := text(field(member, "type")); name != "" && len(member.Content) == 2 {
				names = append(names, name)
			}
		}
		overlap := keyword == "oneOf" && slices.Contains(names, "integer") && slices.Contains(names, "number")
		if len(names) == len(members.Content) && !overlap {
			remove(schema, keyword)
			setTypes(schema, names)
		}
	}
}

// sortMembers sorts members. It removes duplicates where that makes no difference.
func sortMembers(schema *yaml.Node) {
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		members := field(schema, keyword)
		switch {
		case members == nil:
		case keyword == "oneOf":
			slices.SortFunc(members.Content, compareNodes)
		default:
			members.Content = unique(members.Content)
		}
	}
}

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

func list(elements ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: elements}
}

// remove removes a key from a mapping.
func remove(node *yaml.Node, name string) { node.Content = without(node, name).Content }

// put sets a key of a mapping, replacing any previous value.
func put(node *yaml.Node, name string, value *yaml.Node) {
	remove(node, name)
	set(node, name, value)
}

// without copies a mapping without the given keys.
func without(node *yaml.Node, names ...string) *yaml.Node {
	out := mapping()
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !slices.Contains(names, node.Content[i].Value) {
			out.Content = append(out.Content, node.Content[i], node.Content[i+1])
		}
	}
	return out
}

// unique sorts nodes and removes duplicates.
func unique(nodes []*yaml.Node) []*yaml.Node {
	nodes = slices.Clone(nodes)
	slices.SortFunc(nodes, compareNodes)
	return slices.CompactFunc(nodes, same)
}

func compareNodes(a, b *yaml.Node) int { return strings.Compare(canonical(a), canonical(b)) }

// canonical returns a text that is the same for all nodes that are equal.
func canonical(node *yaml.Node) string {
	var out strings.Builder
	writeCanonical(&out, node)
	return out.String()
}

func writeCanonical(out *strings.Builder, node *yaml.Node) {
	out.WriteString(node.ShortTag())
	switch node.Kind {
	case yaml.MappingNode:
		members := map[string]*yaml.Node{}
		var names []string
		for name, value := range fields(node) {
			members[name] = value
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out.WriteString(strconv.Quote(name))
			writeCanonical(out, members[name])
		}
	case yaml.SequenceNode:
		for _, element := range node.Content {
			writeCanonical(out, element)
		}
	default:
		out.WriteString(strconv.Quote(node.Value))
	}
	out.WriteByte(';')
}
