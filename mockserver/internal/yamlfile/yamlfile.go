// Package yamlfile reads YAML, and so JSON, as JSON values, and finds the line of each.
// It is for files that people write: seeds and flags.
package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Problem is one problem of a file.
type Problem struct {
	// Line and Column count from 1; 0 if the location is not known.
	Line, Column int
	// Field is the path of the value, such as endpoints[0].tokens[1].name.
	Field   string
	Message string
}

// Error returns the location and message on one line. The file's author chose the keys,
// so they are made safe to show.
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
	return visible.Line(out.String() + p.Message)
}

// Problems are all problems of a file, sorted by line.
type Problems []Problem

// Error returns the first problem and how many follow, in one line.
func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", p[0].Error(), len(p)-1)
}

// maxValues is how many values a file may have. An alias counts as the values that it
// stands for.
const maxValues = 1 << 20

// Kind describes a kind of file.
type Kind struct {
	// Name is its name in errors, such as "a seed".
	Name string
	// Marks limits the characters that begin or end a value in a YAML file, and Objects the
	// objects in a JSON file.
	Marks, Objects int
}

// Document is a file that was read.
type Document struct {
	// Value is the content of the file: nil, a string, bool, float64, []any or
	// *v8json.Object. It is nil for an empty file.
	Value any
	root  *yaml.Node
	json  []byte // of a JSON file, instead of root
}

// readJSON reads a JSON file, since YAML does not have all of JSON's escapes. It returns
// nil for other files. The error is for JSON that exceeds the limits.
func readJSON(source []byte, kind Kind) (*Document, error) {
	if begin := bytes.TrimLeft(source, " \t\r\n"); len(source) > yamljson.MaxBytes || len(begin) == 0 || begin[0] != '{' && begin[0] != '[' {
		return nil, nil
	}
	value, err := v8json.ParseShallow(source, v8json.Bounds{Depth: math.MaxInt, Values: maxValues, Objects: kind.Objects, Unique: true})
	var repeated v8json.RepeatedKeyError
	switch {
	case err == nil:
		return &Document{Value: value, json: source}, nil
	case errors.As(err, &repeated) && yamljson.Marks(source) <= kind.Marks:
		return nil, nil // the reader of YAML says where
	case errors.As(err, &repeated):
		if !utf8.Valid(source) { // the offset is in what was read instead
			return nil, Problems{{Message: err.Error()}}
		}
		line, column := place(source, repeated.Offset)
		return nil, Problems{{Line: line, Column: column, Message: err.Error()}}
	case json.Valid(source):
		return nil, Problems{{Message: fmt.Sprintf("it is too large for %s: it has more than %d values, or more than %d objects", kind.Name, maxValues, kind.Objects)}}
	}
	if yamljson.Marks(source) > kind.Marks {
		return nil, Problems{notJSON(source)}
	}
	return nil, nil // the YAML reader reports what is wrong
}

// notJSON says where a text stops being JSON.
func notJSON(source []byte) Problem {
	var syntax *json.SyntaxError
	err := json.Unmarshal(source, &json.RawMessage{})
	if !errors.As(err, &syntax) {
		return Problem{Message: "it is not JSON"}
	}
	line, column := place(source, max(int(syntax.Offset)-1, 0))
	return Problem{Line: line, Column: column, Message: "it is not JSON: " + err.Error()}
}

// Read reads a file. The error is of type Problems.
func Read(source []byte, kind Kind) (*Document, error) {
	source = textfile.Decode(source)
	if out, err := readJSON(source, kind); out != nil || err != nil {
		return out, err
	}
	if count := yamljson.Marks(source); len(source) > yamljson.MaxBytes || count > kind.Marks {
		return nil, Problems{{Message: fmt.Sprintf("it is too large for %s: %d bytes, %d of them structure; %d and %d are allowed", kind.Name, len(source), count, yamljson.MaxBytes, kind.Marks)}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, Problems{syntaxProblem(err)}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, Problems{{Line: second.Content[0].Line, Message: kind.Name + " must be a single YAML document"}}
	case !errors.Is(err, io.EOF):
		return nil, Problems{syntaxProblem(err)}
	}
	out := &Document{}
	if len(document.Content) == 0 {
		return out, nil
	}
	out.root = document.Content[0]
	read := reader{open: map[*yaml.Node]bool{}}
	out.Value = read.value(out.root, nil)
	if len(read.problems) > 0 {
		return nil, out.Locate(read.problems)
	}
	return out, nil
}

// Object returns the value of a file that holds a mapping or is empty.
func (d *Document) Object() (*v8json.Object, error) {
	switch value := d.Value.(type) {
	case nil:
		return v8json.NewObject(), nil
	case *v8json.Object:
		return value, nil
	}
	return nil, d.Locate(engine.Problems{{Message: "got " + engine.TypeOf(d.Value) + ", want object"}})
}

// syntaxProblem extracts location and message from an error of the YAML library.
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

// MaxProblems is how many problems of a file are reported. Finding the line of one takes
// time in proportion to the values in the file.
const MaxProblems = 1000

// Locate finds the lines of the first problems, and sorts the problems by line.
func (d *Document) Locate(problems engine.Problems) Problems {
	out := make(Problems, min(len(problems), MaxProblems))
	wanted := &target{}
	for i := range out {
		problem := problems[i]
		out[i] = Problem{Field: fieldName(problem.Path), Message: problem.Message}
		wanted.add(&out[i], problem.Path)
		if node := d.node(problem.Path); node != nil {
			out[i].Line, out[i].Column = node.Line, node.Column
		}
	}
	if d.json != nil {
		find(d.json, wanted)
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Line - b.Line })
	return out
}

// node finds the node at a path, or else its nearest ancestor.
func (d *Document) node(path []string) *yaml.Node {
	if d.root == nil {
		return nil
	}
	at := d.root
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

// fieldName formats a path as endpoints[0].name.
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
