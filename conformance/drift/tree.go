package drift

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
)

// parseTree parses JSON text as a tree. Numbers with the same value are written alike.
func parseTree(text []byte) (*yaml.Node, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return nextNode(decoder)
}

func nextNode(decoder *json.Decoder) (*yaml.Node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return nextNodes(decoder, value)
	case string:
		return scalar(value), nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value)}, nil
	case json.Number:
		return number(value), nil
	}
	return null(), nil
}

// nextNodes reads the rest of an object or an array.
func nextNodes(decoder *json.Decoder, opened json.Delim) (*yaml.Node, error) {
	out := list()
	if opened == '{' {
		out = mapping()
	}
	for decoder.More() {
		node, err := nextNode(decoder) // or a name
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, node)
	}
	_, err := decoder.Token()
	return out, err
}

// number returns a number node. It writes 1.0 and 1e0 as 1.
func number(written json.Number) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: written.String()}
	value, err := written.Float64()
	switch {
	case err == nil && value == math.Trunc(value) && math.Abs(value) < 1<<53:
		node.Tag, node.Value = "!!int", strconv.FormatFloat(value, 'f', 0, 64)
	case err == nil && value != math.Trunc(value):
		node.Value = strconv.FormatFloat(value, 'g', -1, 64)
	}
	return node
}

func list(elements ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: elements}
}

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
