// Package spec holds the contract: the OpenAPI document of Unleash's
// Operational API and, compiled from it once, everything that a server, a
// proxy or a conformance suite needs to judge an exchange.
//
// The document is the single source. Routes, permissions, validation, docs and
// coverage derive from it; nothing here names an operation.
package spec

import (
	_ "embed"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
)

//go:generate go run ./internal/bundle
//go:embed openapi.yaml
var document []byte

// Document returns a copy of the embedded OpenAPI 3.0.3 document, in YAML.
func Document() []byte { return append([]byte(nil), document...) }

// Default returns the contract of the embedded document. It is read on the first
// call and shared; a Contract is immutable and safe for concurrent use. What is
// embedded is known to compile, so that nobody has to wait for all of it: a schema
// is compiled by the first exchange that needs it, or by Complete.
var Default = sync.OnceValue(func() *Contract {
	contract, err := read(document)
	if err != nil {
		panic("spec: the embedded document does not compile: " + err.Error())
	}
	return contract
})

// Contract is a compiled OpenAPI document: its operations in the document's
// order, each with compiled schemas for both directions.
type Contract struct {
	title      string
	version    string
	yaml       []byte
	operations []*Operation
	byID       map[string]*Operation
	paths      []*Path
	tree       *node
	complete   func() error
}

// Parse reads an OpenAPI 3.x document, YAML or JSON, and compiles every
// operation of it. The error says what is wrong with the document and where.
func Parse(source []byte) (*Contract, error) {
	contract, err := read(source)
	if err != nil {
		return nil, err
	}
	if err := contract.Complete(); err != nil {
		return nil, err
	}
	if _, err := asJSON(contract.yaml, asItIs); err != nil {
		return nil, fmt.Errorf("writing the OpenAPI document as JSON: %w", err)
	}
	return contract, nil
}

// Complete compiles the schemas that no exchange has needed yet. Of what Parse
// returns there are none.
func (c *Contract) Complete() error { return c.complete() }

// read makes a contract whose schemas are not compiled yet.
func read(source []byte) (*Contract, error) {
	doc, err := libopenapi.NewDocument(source)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("building the OpenAPI model: %w", err)
	}
	info := doc.GetSpecInfo()
	contract := &Contract{
		yaml: append([]byte(nil), source...),
		byID: map[string]*Operation{},
		tree: &node{},
	}
	if model.Model.Info != nil {
		contract.title, contract.version = model.Model.Info.Title, model.Model.Info.Version
	}
	if err := newCompiler(&model.Model, info.RootNode, info.VersionNumeric).into(contract); err != nil {
		return nil, err
	}
	if len(contract.operations) == 0 {
		return nil, errors.New("the OpenAPI document has no operation")
	}
	contract.complete = sync.OnceValue(contract.compileSchemas)
	return contract, nil
}

func (c *Contract) compileSchemas() error {
	for _, operation := range c.operations {
		if err := operation.compile(); err != nil {
			return fmt.Errorf("%s %s: %w", operation.Method, operation.Path, err)
		}
	}
	return nil
}

// Title is the document's info.title.
func (c *Contract) Title() string { return c.title }

// Version is the document's info.version: the release of the API it describes.
func (c *Contract) Version() string { return c.version }

// YAML returns the document as it was given.
func (c *Contract) YAML() []byte { return append([]byte(nil), c.yaml...) }

// JSON returns the document as compact JSON, keys in the document's order.
func (c *Contract) JSON() []byte {
	text, _ := asJSON(c.yaml, asItIs) // which fails only where Parse has failed
	return text
}

// JSONServedAt is JSON with one server in the place of the document's, so that
// whoever reads it from a server sends requests there: a URL, or a path on the
// host that serves it.
func (c *Contract) JSONServedAt(url string) ([]byte, error) {
	return asJSON(c.yaml, func(root *yaml.Node) *yaml.Node { return withServer(root, url) })
}

// Operations returns the operations in the order of the document.
func (c *Contract) Operations() []*Operation { return append([]*Operation(nil), c.operations...) }

// Operation returns the operation of that operationId, or nil.
func (c *Contract) Operation(id string) *Operation { return c.byID[id] }

// Paths returns the document's paths, in its order.
func (c *Contract) Paths() []*Path { return append([]*Path(nil), c.paths...) }

// CheckHandlers compares the operationIds of the document with the ids that a
// server can handle, and returns an error that names every difference.
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
	sort.Strings(problems)
	return errors.New(strings.Join(problems, "; "))
}
