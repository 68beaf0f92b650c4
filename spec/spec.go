// Package spec holds the contract: the OpenAPI document of Unleash's API, and everything read from
// it that a server, a proxy or a conformance suite needs to judge an exchange.
//
// The document is the single source: routes, permissions, validation, docs and coverage derive from
// it. Nothing here names an operation.
package spec

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// The embedded documents are generated from the fragments. The JSON is what is read, because it need
// not be parsed as a whole. What few need is compressed.
//
//go:generate go run ./internal/bundle
var (
	//go:embed openapi.yaml.gz
	compressedYAML []byte
	//go:embed openapi.json
	openapiJSON []byte
	//go:embed control.json.gz
	compressedControl []byte
)

// Default returns the embedded contract of Unleash's API. All callers share it.
func Default() *Contract { return unleash() }

// Control returns the contract of the mock's own control API, under /_mock. All callers share it.
func Control() *Contract { return control() }

var (
	unleash = sync.OnceValue(func() *Contract { return embedded(openapiYAML, openapiJSON) })
	control = sync.OnceValue(func() *Contract {
		text := decompressed(compressedControl)
		return embedded(func() []byte { return text }, text)
	})

	openapiYAML = sync.OnceValue(func() []byte { return decompressed(compressedYAML) })
)

func decompressed(embedded []byte) []byte {
	compressed, err := gzip.NewReader(bytes.NewReader(embedded))
	if err == nil {
		var text []byte
		if text, err = io.ReadAll(compressed); err == nil {
			return text
		}
	}
	panic("spec: an embedded document cannot be decompressed: " + err.Error())
}

// embedded reads a document that the tests have checked. source returns it as YAML returns it.
func embedded(source func() []byte, text []byte) *Contract {
	parts := document.New(text)
	go parts.Prepare() // on another processor, as the first operation that is read needs it
	contract, err := read(nil, parts, nil)
	if err == nil && len(contract.problems) > 0 {
		err = contract.problems[0]
	}
	if err != nil {
		panic("spec: the embedded document cannot be used: " + err.Error())
	}
	contract.source = source
	return contract
}

// Contract is an OpenAPI document with its operations. It reads an operation and its schemas when
// they are first needed. It does not otherwise change, and is safe for concurrent use.
type Contract struct {
	title      string
	version    string
	source     func() []byte
	document   *document.Document
	operations []*Operation
	byID       map[string]*Operation
	paths      []*Path
	tree       *node
	schemas    *schemas
	shapes     shapes // of schemas without those that they are composed of
	composed   shapes // of schemas with those that they are composed of
	complete   func() error
	problems   []openapi.Problem
	foreign    bool
	shared     []*Operation // see Shared
}

// Parse reads an OpenAPI 3.x document, YAML or JSON, and everything in it that is needed
// to judge exchanges. The error says what is wrong with the document and where.
func Parse(source []byte) (*Contract, error) {
	read, err := Load(source)
	if read != nil && len(read.problems) > 0 {
		return nil, read.problems[0]
	}
	if err != nil {
		return nil, err
	}
	return read, read.Complete()
}

// Load reads as much of an OpenAPI 3.x document, YAML or JSON, as is needed to start: its operations,
// and who may use them. It returns an error only if the whole document is useless. Problems returns
// what is wrong with individual operations; if it is all of them, Load returns both the contract and
// an error. beside has the other files that it refers to, by names relative to it; without, nothing is
// read but the document.
func Load(source []byte, beside ...fs.FS) (*Contract, error) {
	source = textfile.Decode(source)
	if bytes.HasPrefix(bytes.TrimSpace(source), []byte("<")) {
		return nil, errors.New("it is HTML or XML; an Unleash has its OpenAPI document at /docs/openapi.json")
	}
	text, err := document.Read(source, beside...)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	if text.Joined() {
		source = append(text.Text(), '\n')
	}
	return read(source, text, Default())
}

// read returns a contract with what is needed to start: its operations, and who may use them.
// ours is Unleash's contract if others have written the document, and nil for an embedded document.
func read(source []byte, text *document.Document, ours *Contract) (*Contract, error) {
	contract := &Contract{source: func() []byte { return source }, document: text, schemas: &schemas{}, byID: map[string]*Operation{}}
	if err := contract.index(ours); err != nil {
		return nil, err
	}
	contract.complete, contract.schemas.lenient = sync.OnceValue(contract.readAll), ours != nil
	switch {
	case len(contract.operations) > 0:
		return contract, nil
	case len(contract.problems) > 0:
		return contract, fmt.Errorf("none of its operations can be used: %w", contract.problems[0])
	}
	return nil, errors.New("the OpenAPI document has no operation")
}

// Problems returns what is wrong with parts of the document, as far as startup notices: problems
// with its paths, references and operationIds. An embedded document has none.
func (c *Contract) Problems() []openapi.Problem { return slices.Clone(c.problems) }

// Complete reads everything that no exchange has needed yet: the operations' parameters, bodies and
// responses, and their schemas. The error says what is wrong with the document and where. For a
// contract that Parse has returned it is always nil.
func (c *Contract) Complete() error { return c.complete() }

func (c *Contract) readAll() error {
	for _, operation := range c.operations {
		if err := operation.Complete(); err != nil {
			return err
		}
	}
	return nil
}

// Audit checks every schema and example, which startup leaves for later, and yields each operation
// with its problems. Of what it reads it keeps only the compiled schemas, within their bounds.
func (c *Contract) Audit() iter.Seq2[*Operation, []openapi.Problem] {
	return func(yield func(*Operation, []openapi.Problem) bool) {
		scratch := &Contract{document: c.document, schemas: c.schemas}
		defer c.schemas.forgetAudited()
		for _, operation := range c.operations {
			audited := &Operation{ID: operation.ID, Method: operation.Method, Path: operation.Path, contract: scratch, text: operation.text, shared: operation.shared}
			var found []openapi.Problem
			if err := audited.readAll(); err != nil {
				problem := c.wrong(audited, err)
				problem.Used = audited.err != nil && audited.Responses() != nil
				found = append(found, problem)
			}
			for _, broken := range audited.brokenExamples() {
				// An invalid schema is reported twice: for judging values, and for generating them.
				if !slices.ContainsFunc(found, func(p openapi.Problem) bool { return p.Reason == broken.Reason }) {
					found = append(found, broken)
				}
			}
			if !yield(operation, found) {
				return
			}
		}
	}
}

// Title returns the document's info.title.
func (c *Contract) Title() string { return c.title }

// Version returns the document's info.version: the release of the API that it describes.
func (c *Contract) Version() string { return c.version }

// YAML returns the document as it was given, or with what it refers to in other files. It may be JSON,
// which is YAML too.
func (c *Contract) YAML() []byte { return slices.Clone(c.source()) }

// JSON returns the document as compact JSON, keys in the document's order.
func (c *Contract) JSON() []byte { return c.document.Compact() }

// JSONServedAt returns the document as JSON does, with one server instead of the document's own, so
// that whoever reads it from a server sends requests there. url is a URL, or a path on the host that
// serves the document.
func (c *Contract) JSONServedAt(url string) []byte { return c.document.ServedAt(url, "", nil) }

// JSONGradedAt returns the document as JSONServedAt does, with the grade of each operation in the
// extension x-unleash-mock-grade. The grades are those that a mock of an edition has for a contract
// that extends this one.
func (c *Contract) JSONGradedAt(url string, graded *Contract, edition Edition) []byte {
	return c.document.ServedAt(url, "x-unleash-mock-grade", func(path, method string) string {
		if !slices.Contains(openapi.Methods(), method) {
			return ""
		}
		return string(graded.Find(strings.ToUpper(method), parameter.ReplaceAllString(path, "{}")).GradeIn(edition))
	})
}

// Operations returns the operations, in the document's order.
func (c *Contract) Operations() []*Operation { return slices.Clone(c.operations) }

// Operation returns the operation with the given operationId, or nil.
func (c *Contract) Operation(id string) *Operation { return c.byID[id] }

// Paths returns the paths, in the document's order.
func (c *Contract) Paths() []*Path { return slices.Clone(c.paths) }

// CheckHandlers compares the operationIds of the document with the ids that a server can handle, and
// returns an error that names every difference.
func (c *Contract) CheckHandlers(ids []string) error {
	handled := map[string]bool{}
	var problems []string
	for _, id := range ids {
		handled[id] = true
		if c.byID[id] == nil {
			problems = append(problems, fmt.Sprintf("handler %s has no operation in the document", id))
		}
	}
	for _, operation := range c.operations {
		if !handled[operation.ID] {
			problems = append(problems, fmt.Sprintf("operation %s has no handler", operation.ID))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.Sort(problems)
	return errors.New(strings.Join(problems, "; "))
}
