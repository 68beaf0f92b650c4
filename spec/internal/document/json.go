package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/utils"
)

// JSON writes a YAML document as JSON: keys in their order, and every value on its line.
func JSON(root *yaml.Node) ([]byte, error) { return toJSON(root, math.MaxInt) }

// toJSON is JSON for a document that may become so many bytes at most.
func toJSON(root *yaml.Node, limit int) ([]byte, error) {
	w := writer{line: 1, limit: limit}
	if err := w.write(root, 0); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

type writer struct {
	out   bytes.Buffer
	line  int
	limit int
}

// maxNesting ends what contains itself.
const maxNesting = 1000

func (w *writer) write(node *yaml.Node, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("line %d: it is nested too deeply", node.Line)
	}
	if w.out.Len() > w.limit {
		return fmt.Errorf("line %d: its aliases make it too large", node.Line)
	}
	for ; w.line < node.Line; w.line++ {
		w.out.WriteByte('\n')
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return w.write(node.Content[0], depth+1)
	case yaml.AliasNode:
		return w.write(node.Alias, depth+1)
	case yaml.MappingNode:
		return w.writeMapping(utils.ResolveMergeNodes(node), depth+1)
	case yaml.SequenceNode:
		w.out.WriteByte('[')
		for i, element := range node.Content {
			if i > 0 {
				w.out.WriteByte(',')
			}
			if err := w.write(element, depth+1); err != nil {
				return err
			}
		}
		w.out.WriteByte(']')
		return nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	if node.Tag == "!!timestamp" {
		value = node.Value
	}
	return w.writeScalar(value)
}

func (w *writer) writeMapping(node *yaml.Node, depth int) error {
	w.out.WriteByte('{')
	lines := make(map[string]int, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if line, is := lines[key.Value]; is {
			return fmt.Errorf("line %d: %q stands on line %d already", key.Line, key.Value, line)
		}
		lines[key.Value] = key.Line
		if i > 0 {
			w.out.WriteByte(',')
		}
		if err := w.writeScalar(key.Value); err != nil {
			return err
		}
		w.out.WriteByte(':')
		if err := w.write(value, depth); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

func (w *writer) writeScalar(value any) error {
	encoder := json.NewEncoder(&w.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	w.out.Truncate(w.out.Len() - 1) // the encoder ends with a newline
	return nil
}
