package drift

import (
	"slices"

	"github.com/pb33f/go-yaml"
)

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
