package drift

import (
	"slices"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/what-changed/model"
)

// The library tries every way to pair the members of an allOf, anyOf or oneOf that differ. Where these
// are too many to try, drift says only that the members differ.
const (
	maxPairings = 5_000
	maxInner    = 4 // members of one inside a member that differs: it is compared with every other
)

var compositions = []string{"allOf", "anyOf", "oneOf"}

// forms removes from both sides what the library would take too long to compare.
type forms struct {
	finder
	removed []located
}

// remove returns two parts, both at a pointer, without the members that are too many.
func (f *forms) remove(left, right *yaml.Node, pointer string) (contract, target *yaml.Node) {
	if left.Kind == yaml.SequenceNode && right.Kind == yaml.SequenceNode {
		return f.removeAll(left, right, pointer)
	}
	if left.Kind != yaml.MappingNode || right.Kind != yaml.MappingNode {
		return left, right
	}
	if keyword := wrapping(right); keyword != "" && field(left, keyword) == nil && (hasMany(left) || hasMany(right)) {
		f.add(keyword, pointer)
		return mapping(), mapping()
	}
	contract, target = mapping(), mapping()
	trimmed := map[string]*yaml.Node{} // members of the target; nil if removed
	for key, own := range fields(left) {
		other := f.field(right, key)
		switch {
		case other == nil:
		case slices.Contains(compositions, key) && own.Kind == yaml.SequenceNode:
			if areMany(own, other) {
				f.add(key, pointer)
				trimmed[key] = nil
				continue
			}
		default:
			own, trimmed[key] = f.remove(own, other, pointer+"/"+jsonpointer.Escape(key))
		}
		set(contract, key, own)
	}
	for key, other := range fields(right) {
		if remaining, is := trimmed[key]; is {
			other = remaining
		}
		if other != nil {
			set(target, key, other)
		}
	}
	return contract, target
}

// removeAll is remove for the parameters of both sides.
func (f *forms) removeAll(left, right *yaml.Node, pointer string) (contract, target *yaml.Node) {
	contract, target = list(slices.Clone(left.Content)...), list(slices.Clone(right.Content)...)
	for i, own := range contract.Content {
		name := text(field(own, "name"))
		if at := slices.IndexFunc(target.Content, func(other *yaml.Node) bool { return text(field(other, "name")) == name }); name != "" && at >= 0 {
			contract.Content[i], target.Content[at] = f.remove(own, target.Content[at], pointer+"/"+jsonpointer.Escape(name))
		}
	}
	return contract, target
}

func (f *forms) add(keyword, pointer string) {
	f.removed = append(f.removed, located{&model.Change{ChangeType: model.Modified, Property: keyword}, pointer + "/" + keyword})
}

// wrapping returns the keyword of a schema that consists of alternatives, or an empty string. The library
// compares other schemas with each of them.
func wrapping(schema *yaml.Node) string {
	if len(schema.Content) == 2 && slices.Contains(compositions, schema.Content[0].Value) {
		return schema.Content[0].Value
	}
	return ""
}

// areMany reports whether there are too many ways to pair the members of two lists that differ.
func areMany(left, right *yaml.Node) bool {
	known := map[string]int{}
	for _, member := range right.Content {
		known[canonical(member)]++
	}
	var ours []*yaml.Node
	theirs := len(right.Content)
	for _, member := range left.Content {
		if key := canonical(member); known[key] > 0 {
			known[key]--
			theirs--
		} else {
			ours = append(ours, member)
		}
	}
	pairings := 1
	for i := range min(len(ours), theirs) {
		if pairings *= max(len(ours), theirs) - i; pairings > maxPairings {
			return true
		}
	}
	return len(ours) > 0 && theirs > 0 && (slices.ContainsFunc(ours, hasMany) || slices.ContainsFunc(right.Content, hasMany))
}

// hasMany reports whether an allOf, anyOf or oneOf in a schema has more than a few members.
func hasMany(part *yaml.Node) bool {
	for key, value := range fields(part) {
		if slices.Contains(compositions, key) && len(value.Content) > maxInner && value.Kind == yaml.SequenceNode {
			return true
		}
	}
	return slices.ContainsFunc(part.Content, hasMany)
}
