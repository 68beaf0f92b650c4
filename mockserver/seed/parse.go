package seed

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/jsonschema/v6/kind"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
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

// Error tells the first problem and how many follow, in one line.
func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", p[0].Error(), len(p)-1)
}

// Parse reads a seed file. now dates what the file dates relatively, such as
// "-2h", and what it does not date. The error is of type Problems.
func Parse(source []byte, now time.Time) (Seed, error) {
	parsed, err := read(source)
	if err != nil {
		return Seed{}, err
	}
	return parsed.build(now), nil
}

// file is a seed file as it is written.
type file struct {
	Users     []fileUser     `yaml:"users"`
	APITokens []fileAPIToken `yaml:"apiTokens"`
	Endpoints []fileEndpoint `yaml:"endpoints"`
	Signals   []fileSignal   `yaml:"signals"`
	Invoices  []any          `yaml:"invoices"`
	Detailed  yaml.MapSlice  `yaml:"detailedInvoices"`
	Scenarios []any          `yaml:"scenarios"`

	rules []scenario.Rule // what Scenarios say
}

type fileUser struct {
	ID       int64    `yaml:"id"`
	Username string   `yaml:"username"`
	Name     string   `yaml:"name"`
	Email    string   `yaml:"email"`
	RootRole Role     `yaml:"rootRole"`
	Tokens   []string `yaml:"tokens"`
}

type fileAPIToken struct {
	Name   string    `yaml:"name"`
	Type   TokenType `yaml:"type"`
	Secret string    `yaml:"secret"`
}

type fileEndpoint struct {
	ID              int64       `yaml:"id"`
	Name            string      `yaml:"name"`
	Enabled         *bool       `yaml:"enabled"`
	Description     *string     `yaml:"description"`
	CreatedAt       string      `yaml:"createdAt"`
	CreatedByUserID *int64      `yaml:"createdByUserId"`
	Tokens          []fileToken `yaml:"tokens"`
}

type fileToken struct {
	ID              int64  `yaml:"id"`
	Name            string `yaml:"name"`
	Secret          string `yaml:"secret"`
	CreatedAt       string `yaml:"createdAt"`
	CreatedByUserID *int64 `yaml:"createdByUserId"`
}

type fileSignal struct {
	ID        int64         `yaml:"id"`
	SourceID  int64         `yaml:"sourceId"`
	TokenID   *int64        `yaml:"tokenId"`
	CreatedAt string        `yaml:"createdAt"`
	Payload   yaml.MapSlice `yaml:"payload"`
}

// read parses and checks a file.
func read(source []byte) (*file, error) {
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, Problems{syntaxProblem(err)}
	}
	if len(tree.Docs) > 1 {
		return nil, Problems{{Line: tree.Docs[1].GetToken().Position.Line, Message: "a seed file holds one YAML document"}}
	}
	var raw any
	if err := yaml.Unmarshal(source, &raw); err != nil {
		return nil, Problems{syntaxProblem(err)}
	}
	if raw == nil {
		raw = map[string]any{}
	}
	checked := &checker{tree: tree}
	checked.schema(raw)
	parsed := &file{}
	if len(checked.problems) == 0 {
		if err := yaml.UnmarshalWithOptions(source, parsed, yaml.UseOrderedMap()); err != nil {
			return nil, Problems{syntaxProblem(err)}
		}
		checked.references(parsed)
	}
	if len(checked.problems) > 0 {
		slices.SortStableFunc(checked.problems, func(a, b Problem) int { return a.Line - b.Line })
		return nil, checked.problems
	}
	return parsed, nil
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

var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaSource))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("seed.schema.json", document); err != nil {
		return nil, err
	}
	return compiler.Compile("seed.schema.json")
})

// checker collects problems and knows where in the file a value stands.
type checker struct {
	tree     *ast.File
	problems Problems
}

// schema checks a decoded file against the JSON Schema.
func (c *checker) schema(raw any) {
	compiled, err := compiledSchema()
	if err != nil {
		c.problems = append(c.problems, Problem{Message: "the schema of seeds does not compile: " + err.Error()})
		return
	}
	err = compiled.Validate(raw)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		c.collect(invalid)
	} else if err != nil {
		c.problems = append(c.problems, Problem{Message: err.Error()})
	}
}

func (c *checker) collect(err *jsonschema.ValidationError) {
	for _, cause := range err.Causes {
		c.collect(cause)
	}
	if len(err.Causes) == 0 {
		c.complain(err.InstanceLocation, "%s", reason(err))
	}
}

// reason is the library's sentence for one leaf, without its location. Where
// that repeats the value, which may be a secret, it is our own.
func reason(err *jsonschema.ValidationError) string {
	switch cause := err.ErrorKind.(type) {
	case *kind.Pattern:
		return "it does not match the pattern " + cause.Want
	case *kind.Format:
		return "it is no " + cause.Want
	}
	_, message, found := strings.Cut(err.Error(), "': ")
	if !found {
		return err.Error()
	}
	return message
}

// complain adds a problem at a path of property names and indexes.
func (c *checker) complain(path []string, format string, args ...any) {
	problem := Problem{Field: fieldName(path), Message: fmt.Sprintf(format, args...)}
	if node := c.node(path); node != nil && node.GetToken() != nil {
		position := node.GetToken().Position
		problem.Line, problem.Column = position.Line, position.Column
	}
	c.problems = append(c.problems, problem)
}

// node finds the node of a path, or the nearest one above it.
func (c *checker) node(path []string) ast.Node {
	if len(c.tree.Docs) == 0 {
		return nil
	}
	at := c.tree.Docs[0].Body
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

// build turns a checked file into a seed at a point of time.
func (f *file) build(now time.Time) Seed {
	out := Seed{}
	for _, user := range f.Users {
		out.Users = append(out.Users, User(user))
	}
	for _, token := range f.APITokens {
		out.APITokens = append(out.APITokens, APIToken(token))
	}
	for _, endpoint := range f.Endpoints {
		out.Endpoints = append(out.Endpoints, endpoint.build(now))
	}
	for i, signal := range f.Signals {
		id := signal.ID
		if id == 0 {
			id = int64(i) + 1
		}
		out.Signals = append(out.Signals, Signal{
			ID:        id,
			SourceID:  signal.SourceID,
			TokenID:   signal.TokenID,
			CreatedAt: moment(signal.CreatedAt, now),
			Payload:   mustJSON(signal.Payload, "{}"),
		})
	}
	out.Invoices = mustJSON(f.Invoices, "[]")
	out.DetailedInvoices = mustJSON(f.Detailed, `{"invoices":[]}`)
	out.Scenarios = f.rules
	return out
}

// systemUserID is the user in whose name Unleash itself acts.
const systemUserID = -1337

func (e fileEndpoint) build(now time.Time) Endpoint {
	out := Endpoint{
		ID:              e.ID,
		Name:            e.Name,
		Enabled:         e.Enabled == nil || *e.Enabled,
		Description:     e.Description,
		CreatedAt:       moment(e.CreatedAt, now),
		CreatedByUserID: orSystemUser(e.CreatedByUserID),
	}
	for _, token := range e.Tokens {
		out.Tokens = append(out.Tokens, Token{
			ID:              token.ID,
			Name:            token.Name,
			Secret:          token.Secret,
			CreatedAt:       moment(token.CreatedAt, now),
			CreatedByUserID: orSystemUser(token.CreatedByUserID),
		})
	}
	return out
}

func orSystemUser(id *int64) int64 {
	if id == nil {
		return systemUserID
	}
	return *id
}

// parseMoment reads an RFC 3339 time or a duration relative to now, as "-2h".
func parseMoment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if relative, err := time.ParseDuration(text); err == nil {
		return now.Add(relative), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a time such as 2023-12-27T13:37:00Z nor a duration such as -2h", text)
	}
	return at, nil
}

// moment is parseMoment for text that was checked.
func moment(text string, now time.Time) time.Time {
	at, _ := parseMoment(text, now)
	return at
}

// mustJSON is toJSON for what was checked.
func mustJSON(value any, whenEmpty string) []byte {
	text, err := toJSON(value)
	if err != nil {
		panic("seed: a value of a checked file is no JSON: " + err.Error())
	}
	if text == nil {
		return []byte(whenEmpty)
	}
	return text
}

// toJSON writes a decoded YAML value as JSON, keys in the order of the file; nil
// for a value that is empty or not there.
func toJSON(value any) ([]byte, error) {
	switch container := value.(type) {
	case nil:
		return nil, nil
	case []any:
		if len(container) == 0 {
			return nil, nil
		}
	case yaml.MapSlice:
		if len(container) == 0 {
			return nil, nil
		}
	}
	plain, err := jsonValue(value)
	if err != nil {
		return nil, err
	}
	return v8json.Stringify(nil, plain), nil
}

// jsonValue turns what the YAML library makes of a value into what JSON has.
func jsonValue(value any) (any, error) {
	switch value := value.(type) {
	case nil, bool, string:
		return value, nil
	case int64:
		return float64(value), nil
	case uint64:
		return float64(value), nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, fmt.Errorf("%v is no number that JSON has", value)
		}
		return value, nil
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			var err error
			if list[i], err = jsonValue(element); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MapSlice:
		object := v8json.NewObject()
		for _, item := range value {
			inner, err := jsonValue(item.Value)
			if err != nil {
				return nil, err
			}
			object.Set(fmt.Sprint(item.Key), inner)
		}
		return object, nil
	}
	return nil, fmt.Errorf("a %T is no value that JSON has", value)
}
