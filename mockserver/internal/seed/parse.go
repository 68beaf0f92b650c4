package seed

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Problem is one thing that is wrong with a seed file.
type Problem struct {
	// Line and Column count from 1; 0 if the place is not known.
	Line, Column int
	// Field is the path of the value, such as endpoints[0].tokens[1].name.
	Field   string
	Message string
}

func (p Problem) Error() string {
	var out strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&out, "line %d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&out, ", column %d", p.Column)
		}
		out.WriteString(": ")
	}
	if p.Field != "" {
		out.WriteString(p.Field + ": ")
	}
	return out.String() + p.Message
}

// Problems are all that is wrong with a seed file, by line.
type Problems []Problem

// Error returns the first problem and how many follow, in one line.
func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", p[0].Error(), len(p)-1)
}

// parse reads the YAML of a file.
func parse(source []byte) (*Seed, *v8json.Object, error) {
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, nil, Problems{syntaxProblem(err)}
	}
	if len(tree.Docs) > 1 {
		return nil, nil, Problems{{Line: tree.Docs[1].GetToken().Position.Line, Message: "a seed file holds one YAML document"}}
	}
	var raw any
	if err := yaml.UnmarshalWithOptions(source, &raw, yaml.UseOrderedMap()); err != nil {
		return nil, nil, Problems{syntaxProblem(err)}
	}
	out := &Seed{tree: tree}
	if raw == nil {
		return out, v8json.NewObject(), nil
	}
	var problems engine.Problems
	value := jsonValue(raw, nil, &problems)
	if len(problems) > 0 {
		return nil, nil, out.locate(problems)
	}
	object, is := value.(*v8json.Object)
	if !is {
		return nil, nil, out.locate(engine.Problems{{Message: "got " + engine.TypeOf(value) + ", want object"}})
	}
	return out, object, nil
}

var positionPrefix = regexp.MustCompile(`^\[(\d+):(\d+)\] `)

// syntaxProblem draws place and message from an error of the YAML library.
func syntaxProblem(err error) Problem {
	message, _, _ := strings.Cut(err.Error(), "\n")
	found := positionPrefix.FindStringSubmatch(message)
	if found == nil {
		return Problem{Message: message}
	}
	line, _ := strconv.Atoi(found[1])
	column, _ := strconv.Atoi(found[2])
	return Problem{Line: line, Column: column, Message: message[len(found[0]):]}
}

// locate finds the lines of problems, and sorts them by line.
func (s *Seed) locate(problems engine.Problems) Problems {
	out := make(Problems, len(problems))
	for i, problem := range problems {
		out[i] = Problem{Field: fieldName(problem.Path), Message: problem.Message}
		if node := s.node(problem.Path); node != nil && node.GetToken() != nil {
			position := node.GetToken().Position
			out[i].Line, out[i].Column = position.Line, position.Column
		}
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Line - b.Line })
	return out
}

// node finds the node of a path, or the nearest one above it.
func (s *Seed) node(path []string) ast.Node {
	if len(s.tree.Docs) == 0 {
		return nil
	}
	at := s.tree.Docs[0].Body
	for _, step := range path {
		next := child(at, step)
		if next == nil {
			break
		}
		at = next
	}
	return at
}

func child(parent ast.Node, step string) ast.Node {
	switch node := parent.(type) {
	case *ast.MappingNode:
		for _, value := range node.Values {
			if value.Key.GetToken().Value == step {
				return value.Value
			}
		}
	case *ast.SequenceNode:
		if index, err := strconv.Atoi(step); err == nil && index < len(node.Values) {
			return node.Values[index]
		}
	}
	return nil
}

// fieldName prints a path as endpoints[0].name.
func fieldName(path []string) string {
	var out strings.Builder
	for _, step := range path {
		if _, err := strconv.Atoi(step); err == nil {
			out.WriteString("[" + step + "]")
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(step)
	}
	return out.String()
}

// jsonValue turns what the YAML library makes of a value into what JSON has.
func jsonValue(value any, path []string, problems *engine.Problems) any {
	complain := func(format string, args ...any) any {
		*problems = append(*problems, engine.Problem{Path: slices.Clone(path), Message: fmt.Sprintf(format, args...)})
		return nil
	}
	switch value := value.(type) {
	case nil, bool, string:
		return value
	case int64:
		return float64(value)
	case uint64:
		return float64(value)
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return complain("%v is not a number in JSON", value)
		}
		return value
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = jsonValue(element, append(slices.Clip(path), strconv.Itoa(i)), problems)
		}
		return list
	case yaml.MapSlice:
		object := v8json.NewObject()
		for _, item := range value {
			name := fmt.Sprint(item.Key)
			object.Set(name, jsonValue(item.Value, append(slices.Clip(path), name), problems))
		}
		return object
	}
	return complain("a %T is not a value in JSON", value)
}
