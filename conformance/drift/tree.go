package drift

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

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
