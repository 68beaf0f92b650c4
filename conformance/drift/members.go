package drift

import (
	"slices"

	"github.com/pb33f/go-yaml"
)

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
