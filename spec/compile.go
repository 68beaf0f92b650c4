package spec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

// compiler turns the library's model of a document into ours.
type compiler struct {
	model   *v3.Document
	root    *yaml.Node
	version float32
	options *config.ValidationOptions
	// directional is true if what a schema allows depends on the direction.
	directional bool
	// mu is held while a schema is compiled: reading the model fills it in.
	mu sync.Mutex
	// compiled are the schemas that were met before, by their place in the
	// document: most responses are the same few.
	compiled map[schemaKey]compiledSchema
}

type schemaKey struct {
	node    *yaml.Node
	purpose schema_validation.SchemaValidationPurpose
}

type compiledSchema struct {
	schema *jsonschema.Schema
	// anyUUID is true if any UUID is as good as another for the property id.
	anyUUID bool
}

func newCompiler(model *v3.Document, root *yaml.Node, version float32) *compiler {
	return &compiler{
		model:       model,
		root:        root,
		version:     version,
		options:     config.NewValidationOptions(config.WithFormatAssertions()),
		directional: isDirectional(root),
		compiled:    map[schemaKey]compiledSchema{},
	}
}

// isDirectional tells whether a document has properties that only requests or
// only responses have.
func isDirectional(node *yaml.Node) bool {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if name := node.Content[i].Value; name == "readOnly" || name == "writeOnly" {
				return true
			}
		}
	}
	return slices.ContainsFunc(node.Content, isDirectional)
}

// into compiles the document's operations into a contract. It is no method of the
// contract: whoever imports this package would import the library's model with it.
func (c *compiler) into(contract *Contract) error {
	if c.model.Paths == nil {
		return nil
	}
	for template, item := range c.model.Paths.PathItems.FromOldest() {
		path := &Path{Template: template, byMethod: map[string]*Operation{}}
		for method, source := range item.GetOperations().FromOldest() {
			operation, err := c.operation(item, strings.ToUpper(method), template, source)
			if err != nil {
				return fmt.Errorf("%s %s: %w", strings.ToUpper(method), template, err)
			}
			if other := contract.byID[operation.ID]; other != nil {
				return fmt.Errorf("%s %s: the operationId %q is taken by %s %s",
					operation.Method, template, operation.ID, other.Method, other.Path)
			}
			contract.byID[operation.ID] = operation
			contract.operations = append(contract.operations, operation)
			path.Operations = append(path.Operations, operation)
			path.byMethod[operation.Method] = operation
		}
		if err := contract.tree.add(path); err != nil {
			return err
		}
		contract.paths = append(contract.paths, path)
	}
	return nil
}

func (c *compiler) operation(item *v3.PathItem, method, path string, source *v3.Operation) (*Operation, error) {
	if source.OperationId == "" {
		return nil, errors.New("the operation has no operationId")
	}
	operation := &Operation{
		ID:      source.OperationId,
		Method:  method,
		Path:    path,
		Summary: source.Summary,
		Tags:    slices.Clone(source.Tags),
		Edition: extension(source.Extensions, extensionEdition),
		Mode:    extension(source.Extensions, extensionMode),
	}
	line := source.GoLow().GetRootNode().Line
	if err := c.admit(operation, source); err != nil {
		return nil, fmt.Errorf("%s, line %d: %w", operation.ID, line, err)
	}
	operation.AcceptsAnyContentType = extension(source.Extensions, extensionContentType) == "true"
	for _, parameter := range slices.Concat(item.Parameters, source.Parameters) {
		compiled, err := c.parameter(parameter)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", parameter.Name, err)
		}
		operation.Parameters = append(operation.Parameters, compiled)
	}
	if err := operation.checkPathParameters(); err != nil {
		return nil, err
	}
	var err error
	if operation.Body, err = c.body(source.RequestBody); err != nil {
		return nil, fmt.Errorf("request body: %w", err)
	}
	if operation.Responses, err = c.responses(source.Responses); err != nil {
		return nil, err
	}
	if err := operation.checkSources(); err != nil {
		return nil, fmt.Errorf("%s, line %d: %w", operation.ID, line, err)
	}
	return operation, nil
}

// checkPathParameters makes sure that template and declarations agree.
func (o *Operation) checkPathParameters() error {
	var declared []string
	for _, parameter := range o.Parameters {
		if parameter.In == "path" {
			declared = append(declared, parameter.Name)
		}
	}
	for _, name := range o.PathParameters() {
		if !slices.Contains(declared, name) {
			return fmt.Errorf("the path parameter {%s} is not declared", name)
		}
	}
	if len(declared) != len(o.PathParameters()) {
		return fmt.Errorf("path parameters %v are declared, the path has %v", declared, o.PathParameters())
	}
	return nil
}

// admit reads who may use an operation.
func (c *compiler) admit(operation *Operation, source *v3.Operation) error {
	var own, whole access
	if err := source.GoLow().GetRootNode().Decode(&own); err != nil {
		return err
	}
	if err := c.root.Decode(&whole); err != nil {
		return err
	}
	kinds := map[string]TokenKind{}
	if c.model.Components != nil {
		for name, scheme := range c.model.Components.SecuritySchemes.FromOldest() {
			kinds[name] = TokenKind(extension(scheme.Extensions, extensionToken))
		}
	}
	return operation.admit(own, whole.Security, kinds)
}

func (c *compiler) parameter(source *v3.Parameter) (*Parameter, error) {
	schema, err := build(source.Schema)
	if err != nil {
		return nil, err
	}
	return &Parameter{
		Name:     source.Name,
		In:       source.In,
		Required: source.Required != nil && *source.Required,
		Shape:    drawShape(schema, 0),

		schema:    c.later(source.Schema, schema_validation.SchemaValidationPurposeRequestBody),
		anyString: takesAnyString(schema),
	}, nil
}

func (c *compiler) body(source *v3.RequestBody) (*Body, error) {
	if source == nil {
		return nil, nil
	}
	mediaType, content := firstContent(source.Content)
	if content == nil {
		return nil, errors.New("it has no content")
	}
	schema, err := build(content.Schema)
	if err != nil {
		return nil, err
	}
	return &Body{
		MediaType: mediaType,
		Required:  source.Required != nil && *source.Required,
		Shape:     drawShape(schema, 0),
		schema:    c.later(content.Schema, schema_validation.SchemaValidationPurposeRequestBody),
	}, nil
}

func (c *compiler) responses(source *v3.Responses) ([]*Response, error) {
	if source == nil || source.Codes == nil || source.Codes.Len() == 0 {
		return nil, errors.New("the operation has no response")
	}
	var responses []*Response
	for code, item := range source.Codes.FromOldest() {
		status, err := strconv.Atoi(code)
		if err != nil {
			return nil, fmt.Errorf("response %q: only plain status codes are supported", code)
		}
		responses = append(responses, c.response(status, item))
	}
	slices.SortFunc(responses, func(a, b *Response) int { return a.Status - b.Status })
	return responses, nil
}

func (c *compiler) response(status int, source *v3.Response) *Response {
	response := &Response{
		Status:      status,
		Description: source.Description,
		Standing:    Standing(extension(source.Extensions, extensionStanding)),
	}
	if response.Standing == "" {
		response.Standing = Documented
	}
	mediaType, content := firstContent(source.Content)
	if content != nil {
		response.MediaType, response.schema = mediaType, c.later(content.Schema, schema_validation.SchemaValidationPurposeResponseBody)
		response.Shape = drawShape(content.Schema.Schema(), 0)
	}
	if source.Headers == nil {
		return response
	}
	for name, header := range source.Headers.FromOldest() {
		response.Headers = append(response.Headers, &Header{
			Name:     name,
			Required: header.Required,
			schema:   c.later(header.Schema, schema_validation.SchemaValidationPurposeResponseBody),
		})
	}
	return response
}

// compile compiles what no exchange has needed yet.
func (o *Operation) compile() error {
	for _, parameter := range o.Parameters {
		if err := parameter.schema.complete(); err != nil {
			return fmt.Errorf("parameter %s: %w", parameter.Name, err)
		}
	}
	if o.Body != nil {
		if err := o.Body.schema.complete(); err != nil {
			return fmt.Errorf("request body: %w", err)
		}
	}
	for _, response := range o.Responses {
		if err := response.compile(); err != nil {
			return fmt.Errorf("response %d: %w", response.Status, err)
		}
	}
	return nil
}

func (r *Response) compile() error {
	if r.schema != nil {
		if err := r.schema.complete(); err != nil {
			return err
		}
	}
	for _, header := range r.Headers {
		if err := header.schema.complete(); err != nil {
			return fmt.Errorf("header %s: %w", header.Name, err)
		}
	}
	return nil
}

// later compiles a schema when it is needed.
func (c *compiler) later(proxy *base.SchemaProxy, purpose schema_validation.SchemaValidationPurpose) *deferred {
	return &deferred{compile: func() (compiledSchema, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.schema(proxy, purpose)
	}}
}

// schema compiles one schema. A missing one allows all.
func (c *compiler) schema(proxy *base.SchemaProxy, purpose schema_validation.SchemaValidationPurpose) (compiledSchema, error) {
	source, err := build(proxy)
	if source == nil {
		return compiledSchema{}, err
	}
	if !c.directional {
		// Which is cheaper by far: the schema is compiled on its own, and not as
		// a part of the whole document.
		purpose = schema_validation.SchemaValidationPurposeGeneric
	}
	key := schemaKey{source.GoLow().GetRootNode(), purpose}
	if known, has := c.compiled[key]; has {
		return known, nil
	}
	compiled, err := schema_validation.CompileSchemaForValidation(source, purpose, c.options, c.version)
	if err != nil {
		return compiledSchema{}, err
	}
	out := compiledSchema{schema: compiled.CompiledSchema, anyUUID: takesAnyUUID(source)}
	c.compiled[key] = out
	return out, nil
}

// build reads a schema of the model; nil if there is none.
func build(proxy *base.SchemaProxy) (*base.Schema, error) {
	if proxy == nil {
		return nil, nil
	}
	return proxy.BuildSchema()
}

// takesAnyUUID tells whether one UUID in the property id is as good as another
// for a schema: nothing in it, or in what it is composed of, tells two values of
// a type apart that have the same form.
func takesAnyUUID(schema *base.Schema) bool {
	if schema == nil || looksAtValues(schema) {
		return false
	}
	if schema.Properties != nil {
		if id := schema.Properties.GetOrZero("id"); id != nil && !takesAnyUUID(id.Schema()) {
			return false
		}
	}
	for _, part := range parts(schema) {
		if !takesAnyUUID(part.Schema()) {
			return false
		}
	}
	return true
}

// takesAnyString tells whether a schema has nothing to say of a string.
func takesAnyString(schema *base.Schema) bool {
	return schema != nil && slices.Contains(schema.Type, "string") && !looksAtValues(schema) && len(parts(schema)) == 0 &&
		schema.Format == "" && schema.MinLength == nil && schema.MaxLength == nil
}

// looksAtValues tells whether a schema has keywords that tell one value of a
// type from another. Formats do, but not one UUID from another.
func looksAtValues(schema *base.Schema) bool {
	return schema.Enum != nil || schema.Const != nil || schema.Pattern != "" || schema.PatternProperties != nil || schema.DependentSchemas != nil
}

// parts are the schemas that a schema is composed of.
func parts(schema *base.Schema) []*base.SchemaProxy {
	single := []*base.SchemaProxy{schema.Not, schema.If, schema.Then, schema.Else}
	single = slices.DeleteFunc(single, func(part *base.SchemaProxy) bool { return part == nil })
	return slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf, single)
}

// maxShapeDepth ends the drawing of schemas that contain themselves.
const maxShapeDepth = 16

func drawShape(source *base.Schema, depth int) *Shape {
	if source == nil || depth > maxShapeDepth {
		return nil
	}
	shape := &Shape{
		Types:    slices.Clone(source.Type),
		Nullable: source.Nullable != nil && *source.Nullable || slices.Contains(source.Type, "null"),
	}
	if source.Properties != nil {
		for name, proxy := range source.Properties.FromOldest() {
			shape.Properties = append(shape.Properties, Property{
				Name: name, Required: slices.Contains(source.Required, name), Shape: drawShape(proxy.Schema(), depth+1),
			})
		}
	}
	if source.Items != nil && source.Items.IsA() && source.Items.A != nil {
		shape.Items = drawShape(source.Items.A.Schema(), depth+1)
	}
	return shape
}

// firstContent returns the first media type of a content map: the documents of
// Unleash give one.
func firstContent(content *orderedmap.Map[string, *v3.MediaType]) (string, *v3.MediaType) {
	if content == nil || content.First() == nil {
		return "", nil
	}
	return content.First().Key(), content.First().Value()
}

func extension(extensions *orderedmap.Map[string, *yaml.Node], name string) string {
	if extensions == nil {
		return ""
	}
	value := extensions.GetOrZero(name)
	if value == nil {
		return ""
	}
	return value.Value
}
