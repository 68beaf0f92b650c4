package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
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

// The bounds of a seed file, within which reading takes a second and some 300 MB; a
// larger state is imported by the control API.
const (
	maxBytes = 16 << 20
	// maxMarks is how many characters may begin or end a value: each value takes memory.
	maxMarks = 3 << 19
	// maxValues counts an alias as what it stands for.
	maxValues = 1 << 20
)

// The characters of YAML that begin or end a value, and those that do so before white
// space.
const (
	marks       = ",[]{}&*!|>'\"\n"
	spacedMarks = ":-?"
)

// parse reads the YAML of a file.
func parse(source []byte) (*Seed, *v8json.Object, error) {
	source = textfile.Decode(source)
	if count := countMarks(source); len(source) > maxBytes || count > maxMarks {
		return nil, nil, Problems{{Message: fmt.Sprintf("it is too large for a seed: %d bytes, %d of them structure; %d and %d are allowed", len(source), count, maxBytes, maxMarks)}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, Problems{syntaxProblem(err)}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, nil, Problems{{Line: second.Content[0].Line, Message: "a seed file holds one YAML document"}}
	case !errors.Is(err, io.EOF):
		return nil, nil, Problems{syntaxProblem(err)}
	}
	out := &Seed{}
	if len(document.Content) == 0 {
		return out, v8json.NewObject(), nil
	}
	out.root = document.Content[0]
	read := reader{open: map[*yaml.Node]bool{}}
	value := read.value(out.root, nil)
	if len(read.problems) > 0 {
		return nil, nil, out.locate(read.problems)
	}
	if value == nil {
		return out, v8json.NewObject(), nil
	}
	object, is := value.(*v8json.Object)
	if !is {
		return nil, nil, out.locate(engine.Problems{{Message: "got " + engine.TypeOf(value) + ", want object"}})
	}
	return out, object, nil
}

func countMarks(source []byte) int {
	count := 0
	for i, c := range source {
		isSpaced := i+1 == len(source) || source[i+1] <= ' '
		if strings.IndexByte(marks, c) >= 0 || isSpaced && strings.IndexByte(spacedMarks, c) >= 0 {
			count++
		}
	}
	return count
}

// syntaxProblem draws place and message from an error of the YAML library.
func syntaxProblem(err error) Problem {
	var failed *yaml.LoadError
	if !errors.As(err, &failed) {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return Problem{Message: message}
	}
	message := failed.Message
	if failed.ContextMsg != "" {
		message = failed.ContextMsg + ": " + message
	}
	return Problem{Line: failed.Mark.Line, Column: failed.Mark.Column, Message: message}
}

// locate finds the lines of problems, and sorts them by line.
func (s *Seed) locate(problems engine.Problems) Problems {
	out := make(Problems, len(problems))
	for i, problem := range problems {
		out[i] = Problem{Field: fieldName(problem.Path), Message: problem.Message}
		if node := s.node(problem.Path); node != nil {
			out[i].Line, out[i].Column = node.Line, node.Column
		}
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Line - b.Line })
	return out
}

// node finds the node of a path, or the nearest one above it.
func (s *Seed) node(path []string) *yaml.Node {
	at := s.root
	for _, step := range path {
		next := child(at, step)
		if next == nil {
			break
		}
		at = next
	}
	return at
}

func child(parent *yaml.Node, step string) *yaml.Node {
	switch parent.Kind {
	case yaml.AliasNode:
		return child(parent.Alias, step)
	case yaml.MappingNode:
		for i := 0; i+1 < len(parent.Content); i += 2 {
			if parent.Content[i].Value == step {
				return parent.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if index, err := strconv.Atoi(step); err == nil && index < len(parent.Content) {
			return parent.Content[index]
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
