package yamlfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// reader turns a YAML document into JSON values, and reports whatever JSON does not have.
type reader struct {
	values   int                 // so far, including those of aliases
	open     map[*yaml.Node]bool // the anchors that are being read
	problems engine.Problems
}

func (r *reader) complain(path []string, format string, args ...any) any {
	if len(r.problems) == MaxProblems {
		return nil
	}
	r.problems = append(r.problems, engine.Problem{Path: slices.Clone(path), Message: fmt.Sprintf(format, args...)})
	return nil
}

func (r *reader) value(node *yaml.Node, path []string) any {
	if r.values++; r.values > maxValues {
		if r.values == maxValues+1 {
			r.complain(nil, "it has more than %d values, those of its aliases included", maxValues)
		}
		return nil
	}
	switch node.Kind {
	case yaml.AliasNode:
		if r.open[node.Alias] {
			return r.complain(path, "the alias *%s is inside the value that it refers to", node.Value)
		}
		return r.value(node.Alias, path)
	case yaml.SequenceNode:
		r.open[node] = true
		defer delete(r.open, node)
		list := make([]any, len(node.Content))
		for i, element := range node.Content {
			list[i] = r.value(element, append(slices.Clip(path), strconv.Itoa(i)))
		}
		return list
	case yaml.MappingNode:
		r.open[node] = true
		defer delete(r.open, node)
		return r.object(node, path)
	}
	return r.scalar(node, path)
}

// object reads a mapping: first what is merged into it, then its own keys.
func (r *reader) object(node *yaml.Node, path []string) any {
	object := v8json.NewObject()
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i]; key.ShortTag() == "!!merge" {
			r.merge(object, node.Content[i+1], path)
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.ShortTag() == "!!merge":
			continue
		case key.Kind != yaml.ScalarNode:
			r.complain(path, "the key on line %d is not a string", key.Line)
			continue
		case seen[key.Value]:
			r.complain(append(slices.Clip(path), key.Value), "the key appears again on line %d", key.Line)
			continue
		}
		seen[key.Value] = true
		object.Set(key.Value, r.value(node.Content[i+1], append(slices.Clip(path), key.Value)))
	}
	return object
}

// merge adds the keys of a mapping, or of several, of which the first takes precedence.
func (r *reader) merge(into *v8json.Object, node *yaml.Node, path []string) {
	value := r.value(node, path)
	list, is := value.([]any)
	if !is {
		list = []any{value}
	}
	for _, merged := range slices.Backward(list) {
		object, is := merged.(*v8json.Object)
		if !is {
			r.complain(path, "<< merges something that is not a mapping")
			return
		}
		for name, inner := range object.All() {
			into.Set(name, inner)
		}
	}
}

func (r *reader) scalar(node *yaml.Node, path []string) any {
	switch tag := node.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return node.Value
	case "!!null", "!!bool", "!!int", "!!float":
	default:
		return r.complain(path, "%s is not a JSON type", tag)
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return r.complain(path, "%v", err)
	}
	if text, is := yamljson.Number(node.Value); is {
		number, _ := strconv.ParseFloat(text, 64) // the library has read it
		return number
	}
	switch value := value.(type) {
	case int:
		return float64(value)
	case int64:
		return float64(value)
	case uint64:
		return float64(value)
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return r.complain(path, "%v is not a JSON number", value)
		}
	}
	return value
}
