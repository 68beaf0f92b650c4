// Package yamljson converts YAML documents to JSON. Aliases and merges are resolved, keys
// keep their order, and every value stays on its line.
package yamljson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// The limits of a document. The characters that begin or end a value are limited because
// each value takes memory: up to 600 bytes in YAML, and more in an OpenAPI document.
const (
	MaxBytes = 16 << 20
	MaxMarks = 1 << 19
)

// ErrTooLarge is wrapped by the error for a document that exceeds its limits.
var ErrTooLarge = errors.New("it is too large")

// Limits of what a document may become through its aliases, in bytes. Each value that a merge
// looks at counts as well: mappings may merge many others and yet be written as {}.
const (
	minLimit   = 1 << 20
	maxGrowth  = 10
	mergeBytes = 8
)

// Read returns a document in JSON or YAML as JSON; JSON is returned unchanged. The result
// has at most 1 MiB plus ten times the length of the source, and at most 1,000 levels.
func Read(source []byte) ([]byte, error) {
	if marks := Marks(source); len(source) > MaxBytes || marks > MaxMarks {
		return nil, fmt.Errorf("%w: %d bytes, %d of them structure; %d and %d are allowed", ErrTooLarge, len(source), marks, MaxBytes, MaxMarks)
	}
	if json.Valid(source) {
		return source, nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal(directive.ReplaceAll(source, []byte("${1}1")), &root); err != nil {
		return nil, placed(err)
	}
	return write(&root, minLimit+maxGrowth*len(source))
}

// directive matches the directive that a document may begin with, up to the minor version, of which the
// library refuses all but 1.
var directive = regexp.MustCompile(`^((?:\s*#[^\n]*\n|\s+)*%YAML[ \t]+1\.)2\b`)

// placed words an error of the YAML library like other mistakes in files, with its place.
func placed(err error) error {
	var failed *yaml.LoadError
	if !errors.As(err, &failed) || failed.Mark.Line == 0 {
		return err
	}
	message := failed.Message
	if failed.ContextMsg != "" {
		message = failed.ContextMsg + ": " + message
	}
	return fmt.Errorf("line %d, column %d: %s", failed.Mark.Line, failed.Mark.Column, message)
}

// The characters of YAML that begin or end a value, and those that do so only before
// white space.
const (
	marks       = ",[]{}&*!|>'\"\n"
	spacedMarks = ":-?"
)

// Marks counts the characters of a text in JSON or YAML that begin or end a value.
func Marks(source []byte) int {
	count := 0
	for i, c := range source {
		isSpaced := i+1 == len(source) || source[i+1] <= ' '
		if strings.IndexByte(marks, c) >= 0 || isSpaced && strings.IndexByte(spacedMarks, c) >= 0 {
			count++
		}
	}
	return count
}

// Node converts a part of a YAML document to JSON.
func Node(root *yaml.Node) ([]byte, error) { return write(root, math.MaxInt) }

// write is Node with a limit for the result, in bytes.
func write(root *yaml.Node, limit int) ([]byte, error) {
	w := writer{line: 1, limit: limit}
	if err := w.write(root, 0); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

type writer struct {
	out    bytes.Buffer
	line   int
	limit  int
	merges int // the values that merges have looked at
}

// maxNesting stops values that contain themselves.
const maxNesting = 1000

func (w *writer) write(node *yaml.Node, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("line %d: it is nested too deeply", node.Line)
	}
	if w.out.Len() > w.limit {
		return tooLarge(node)
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
		members, err := w.merged(node)
		if err != nil {
			return err
		}
		return w.writeMapping(members, depth+1)
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
	switch node.ShortTag() {
	case "!!timestamp":
		value = node.Value
	case "!!int", "!!float":
		if text, is := Number(node.Value); is {
			w.out.WriteString(text)
			return nil
		}
		if number, is := value.(float64); is && (math.IsInf(number, 0) || math.IsNaN(number)) {
			value = node.Value // which only the keyword that it is for refuses
		}
	}
	return w.writeScalar(value)
}

// Number returns a number of YAML as JSON, with all its digits. It reads 010 as ten, as
// YAML 1.2 does, which the YAML library does not. is is false for what JSON would write
// differently, such as 0x10.
func Number(text string) (number string, is bool) {
	parts := decimal.FindStringSubmatch(text)
	if parts == nil {
		return "", false
	}
	return parts[1] + parts[2], true
}

// decimal matches a sign and the rest of a decimal number, without a plus and without
// zeros in front.
var decimal = regexp.MustCompile(`^(?:\+|(-)?)0*(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)$`)

func tooLarge(node *yaml.Node) error {
	return fmt.Errorf("line %d: its aliases make it too large", node.Line)
}

// merged returns the members of a mapping, then those of the mappings that it merges. Of
// several members with the same name, the first counts. No mapping is merged twice, so a
// mapping may merge itself.
func (w *writer) merged(mapping *yaml.Node) ([]*yaml.Node, error) {
	var out []*yaml.Node
	names, seen := map[string]bool{}, map[*yaml.Node]bool{}
	for stack := []*yaml.Node{mapping}; len(stack) > 0; {
		source := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if source.Kind == yaml.AliasNode {
			source = source.Alias
		}
		if seen[source] {
			continue
		}
		seen[source] = true
		if source != mapping {
			w.merges += 1 + len(source.Content)
		}
		if w.merges > w.limit/mergeBytes {
			return nil, tooLarge(mapping)
		}
		if source.Kind == yaml.SequenceNode {
			stack = append(stack, reversed(source.Content)...)
			continue
		}
		var merges []*yaml.Node
		for i := 0; i+1 < len(source.Content); i += 2 {
			key, value := source.Content[i], source.Content[i+1]
			switch {
			case key.Tag == "!!merge":
				merges = append(merges, value)
			case source == mapping || !names[key.Value]: // the writer reports a name that occurs twice
				names[key.Value] = true
				out = append(out, key, value)
			}
		}
		stack = append(stack, reversed(merges)...)
	}
	return out, nil
}

func reversed(nodes []*yaml.Node) []*yaml.Node {
	nodes = slices.Clone(nodes)
	slices.Reverse(nodes)
	return nodes
}

func (w *writer) writeMapping(members []*yaml.Node, depth int) error {
	w.out.WriteByte('{')
	lines := make(map[string]int, len(members)/2)
	for i := 0; i+1 < len(members); i += 2 {
		key, value := members[i], members[i+1]
		if line, is := lines[key.Value]; is {
			return fmt.Errorf("line %d: %q is already defined on line %d", key.Line, key.Value, line)
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
	text, err := jsonw.Marshal(value)
	w.out.Write(text)
	return err
}
