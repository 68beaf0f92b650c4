package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// Extensions of the document that the product reads.
const (
	extensionPermission  = "x-unleash-permission"
	extensionProject     = "x-unleash-project"
	extensionEnvironment = "x-unleash-environment"
	extensionToken       = "x-unleash-token"
	extensionEdition     = "x-unleash-edition"
	extensionContentType = "x-unleash-accepts-any-content-type"
	extensionStanding    = "x-unleash-standing"
	extensionMode        = "x-unleash-mock-mode"
)

// methods are the members of a path that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// index reads what a start needs: how each operation is addressed, and who may use it.
func (c *Contract) index() error {
	var version string
	var info struct{ Title, Version string }
	var security requirements
	var paths, components []byte
	for name, value := range document.Members(c.document.Text()) {
		var err error
		switch name {
		case "openapi":
			err = decode(value, &version)
		case "info":
			err = decode(value, &info)
		case "security":
			err = decode(value, &security)
		case "paths":
			paths = value
		case "components":
			components = value
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	c.title, c.version = info.Title, info.Version
	if err := c.schemas.open(c.document, version); err != nil {
		return err
	}
	kinds, err := c.tokenKinds(components)
	if err != nil {
		return err
	}
	for template, item := range document.Members(paths) {
		if strings.HasPrefix(strings.ToLower(template), "x-") {
			continue
		}
		if err := c.addPath(template, item, security, kinds); err != nil {
			return err
		}
	}
	return nil
}

// tokenKinds reads the kinds of token of the security schemes.
func (c *Contract) tokenKinds(components []byte) (map[string]TokenKind, error) {
	kinds := map[string]TokenKind{}
	for name, scheme := range document.Members(document.Member(components, "securitySchemes")) {
		scheme, err := c.document.Resolve(scheme)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", c.document.Line(scheme), err)
		}
		kinds[name] = ""
		if kind := document.Member(scheme, extensionToken); kind != nil {
			var read TokenKind
			if err := decode(kind, &read); err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", c.document.Line(kind), extensionToken, err)
			}
			kinds[name] = read
		}
	}
	return kinds, nil
}

func (c *Contract) addPath(template string, written []byte, security requirements, kinds map[string]TokenKind) error {
	item, err := c.document.Resolve(written)
	if err != nil {
		return fmt.Errorf("%s (line %d): %w", template, c.document.Line(written), err)
	}
	path := &Path{Template: template, byMethod: map[string]*Operation{}}
	var parameters []byte
	for name, value := range document.Members(item) {
		switch {
		case name == "parameters":
			parameters = value
		case slices.Contains(methods, name):
			operation := &Operation{Method: strings.ToUpper(name), Path: template, contract: c, text: value}
			if err := c.addOperation(operation, security, kinds); err != nil {
				return c.wrong(operation, err)
			}
			path.Operations = append(path.Operations, operation)
			path.byMethod[operation.Method] = operation
		}
	}
	for _, operation := range path.Operations {
		operation.shared = parameters
	}
	if err := c.tree.add(path); err != nil {
		return fmt.Errorf("line %d: %w", c.document.Line(written), err)
	}
	c.paths = append(c.paths, path)
	return nil
}

func (c *Contract) addOperation(operation *Operation, security requirements, kinds map[string]TokenKind) error {
	access, err := operation.readHead()
	if err != nil {
		return err
	}
	if operation.ID == "" {
		return errors.New("the operation has no operationId")
	}
	if other := c.byID[operation.ID]; other != nil {
		return fmt.Errorf("the operationId is taken by %s %s", other.Method, other.Path)
	}
	if err := operation.admit(access, security, kinds); err != nil {
		return err
	}
	c.byID[operation.ID] = operation
	c.operations = append(c.operations, operation)
	return nil
}

// readHead reads what the document says of an operation itself.
func (o *Operation) readHead() (access, error) {
	var a access
	for name, value := range document.Members(o.text) {
		var into any
		switch name {
		case "operationId":
			into = &o.ID
		case "summary":
			into = &o.Summary
		case "tags":
			into = &o.Tags
		case "security":
			into = &a.security
		case extensionPermission:
			into = &o.Permissions
		case extensionProject:
			into = &a.project
		case extensionEnvironment:
			into = &a.environment
		case extensionEdition:
			into = &o.Edition
		case extensionMode:
			into = &o.Mode
		case extensionContentType:
			into = &o.AcceptsAnyContentType
		default:
			continue
		}
		if err := decode(value, into); err != nil {
			return a, fmt.Errorf("%s: %w", name, err)
		}
	}
	return a, nil
}

// decode reads a value of the document.
func decode(value []byte, into any) error {
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(value, into)
	if errors.As(err, &mistyped) {
		return fmt.Errorf("it is of the type %s", mistyped.Value)
	}
	return err
}

// wrong says which operation of the document an error is about.
func (c *Contract) wrong(operation *Operation, err error) error {
	name := operation.ID
	if name != "" {
		name += ", "
	}
	return fmt.Errorf("%s %s (%sline %d): %w", operation.Method, operation.Path, name, c.document.Line(operation.text), err)
}
