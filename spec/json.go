package spec

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel"
)

// asJSON reads the document's text again, which is seldom needed: the nodes of a
// document take nine times the memory of its text.
func asJSON(source []byte, change func(root *yaml.Node) *yaml.Node) ([]byte, error) {
	info, err := datamodel.ExtractSpecInfo(source)
	if err != nil {
		return nil, err
	}
	return orderedJSON(change(info.RootNode))
}

func asItIs(root *yaml.Node) *yaml.Node { return root }

// orderedJSON writes a YAML document as compact JSON, keys in their order.
func orderedJSON(node *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	if err := writeJSON(&out, node); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// withServer returns a document with one server. The nodes of the original stay
// as they are.
func withServer(root *yaml.Node, url string) *yaml.Node {
	text := func(value string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	}
	servers := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{
		{Kind: yaml.MappingNode, Content: []*yaml.Node{text("url"), text(url)}},
	}}
	if root.Kind == yaml.DocumentNode {
		root = root.Content[0]
	}
	document := *root
	document.Content = nil
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "servers" {
			continue
		}
		document.Content = append(document.Content, root.Content[i], root.Content[i+1])
		if root.Content[i].Value == "info" { // which every document has
			document.Content = append(document.Content, text("servers"), servers)
		}
	}
	return &document
}

func writeJSON(out *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.DocumentNode:
		return writeJSON(out, node.Content[0])
	case yaml.AliasNode:
		return writeJSON(out, node.Alias)
	case yaml.MappingNode:
		out.WriteByte('{')
		for i := 0; i+1 < len(node.Content); i += 2 {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeScalar(out, node.Content[i].Value); err != nil {
				return err
			}
			out.WriteByte(':')
			if err := writeJSON(out, node.Content[i+1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
		return nil
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, element := range node.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeJSON(out, element); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	if node.Tag == "!!timestamp" {
		value = node.Value
	}
	return writeScalar(out, value)
}

func writeScalar(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder ends with a newline
	return nil
}
