package spec

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	low "github.com/pb33f/libopenapi/datamodel/low/v3"
	"github.com/pb33f/libopenapi/orderedmap"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// reader reads what the document says of an operation, by the library. Nothing that the
// package exports leads to it: all that import the package would have to be compiled with
// the library's model otherwise.
type reader struct {
	contract *Contract
	// shapes are those of the schemas that were met by reference, so that one that contains
	// itself ends.
	shapes map[string]*Shape
}

func newReader(contract *Contract) reader {
	return reader{contract: contract, shapes: map[string]*Shape{}}
}

func (r reader) content(o *Operation) (content, error) {
	source, err := r.model(o)
	if err != nil {
		return content{}, err
	}
	var out content
	for _, written := range source.Parameters {
		parameter, err := r.parameter(written)
		if err != nil {
			return content{}, fmt.Errorf("parameter %s: %w", written.Name, err)
		}
		out.parameters = append(out.parameters, parameter)
	}
	if err := o.checkPathParameters(out.parameters); err != nil {
		return content{}, err
	}
	if out.body, err = r.body(source.RequestBody); err != nil {
		return content{}, fmt.Errorf("request body: %w", err)
	}
	if out.responses, err = r.responses(source.Responses); err != nil {
		return content{}, err
	}
	return out, o.checkSources(&out)
}

// model reads the part of the document that is the operation's own. The parameters of its
// path are among its own then.
func (r reader) model(o *Operation) (*v3.Operation, error) {
	method := strings.ToLower(o.Method)
	part, err := r.contract.document.Operation(o.Path, method, o.text, o.shared)
	if err != nil {
		return nil, err
	}
	info, err := datamodel.ExtractSpecInfo(part)
	if err != nil {
		return nil, err
	}
	config := datamodel.NewDocumentConfiguration()
	config.Logger = slog.New(slog.DiscardHandler)
	config.SkipMetadataCollection = true
	read, err := low.CreateDocumentFromConfig(info, config)
	if err != nil {
		return nil, err
	}
	item := v3.NewDocument(read).Paths.PathItems.GetOrZero(o.Path)
	if item == nil || item.GetOperations().GetOrZero(method) == nil {
		return nil, errors.New("it cannot be read")
	}
	operation := item.GetOperations().GetOrZero(method)
	operation.Parameters = slices.Concat(item.Parameters, operation.Parameters)
	return operation, nil
}

// checkPathParameters makes sure that template and declarations agree.
func (o *Operation) checkPathParameters(parameters []*Parameter) error {
	var declared []string
	for _, parameter := range parameters {
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

func (r reader) parameter(source *v3.Parameter) (*Parameter, error) {
	schema, err := r.schema(source.Schema, request)
	if err != nil {
		return nil, err
	}
	parameter := &Parameter{
		Name:     source.Name,
		In:       source.In,
		Required: source.Required != nil && *source.Required,
		Shape:    r.draw(source.Schema),
		schema:   schema,
	}
	if source.Schema != nil {
		parameter.anyString = takesAnyString(source.Schema.Schema())
	}
	return parameter, nil
}

func (r reader) body(source *v3.RequestBody) (*Body, error) {
	if source == nil {
		return nil, nil
	}
	mediaType, content := firstContent(source.Content)
	if content == nil {
		return nil, errors.New("it has no content")
	}
	schema, err := r.schema(content.Schema, request)
	return &Body{
		MediaType: mediaType,
		Required:  source.Required != nil && *source.Required,
		Shape:     r.draw(content.Schema),
		schema:    schema,
	}, err
}

func (r reader) responses(source *v3.Responses) ([]*Response, error) {
	if source == nil || source.Codes == nil || source.Codes.Len() == 0 {
		return nil, errors.New("the operation has no response")
	}
	var responses []*Response
	for code, item := range source.Codes.FromOldest() {
		status, err := strconv.Atoi(code)
		if err != nil {
			return nil, fmt.Errorf("response %q: only plain status codes are supported", code)
		}
		response, err := r.response(status, item)
		if err != nil {
			return nil, fmt.Errorf("response %d: %w", status, err)
		}
		responses = append(responses, response)
	}
	slices.SortFunc(responses, func(a, b *Response) int { return a.Status - b.Status })
	return responses, nil
}

func (r reader) response(status int, source *v3.Response) (*Response, error) {
	response := &Response{
		Status:      status,
		Description: source.Description,
		Standing:    Standing(extension(source.Extensions, extensionStanding)),
	}
	if response.Standing == "" {
		response.Standing = Documented
	}
	var err error
	mediaType, content := firstContent(source.Content)
	if content != nil {
		response.MediaType, response.Shape = mediaType, r.draw(content.Schema)
		if response.schema, err = r.schema(content.Schema, reply); err != nil {
			return nil, err
		}
	}
	for name, written := range source.Headers.FromOldest() {
		header := &Header{Name: name, Required: written.Required}
		if header.schema, err = r.schema(written.Schema, reply); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
		response.Headers = append(response.Headers, header)
	}
	return response, nil
}

// readAll reads what no exchange has needed yet.
func (o *Operation) readAll() error {
	content := o.read()
	if o.err != nil {
		return o.err
	}
	for _, parameter := range content.parameters {
		if err := parameter.schema.complete(); err != nil {
			return fmt.Errorf("parameter %s: %w", parameter.Name, err)
		}
	}
	if content.body != nil {
		if err := content.body.schema.complete(); err != nil {
			return fmt.Errorf("request body: %w", err)
		}
	}
	for _, response := range content.responses {
		if err := response.readAll(); err != nil {
			return fmt.Errorf("response %d: %w", response.Status, err)
		}
	}
	return nil
}

func (r *Response) readAll() error {
	if err := r.schema.complete(); err != nil {
		return err
	}
	for _, header := range r.Headers {
		if err := header.schema.complete(); err != nil {
			return fmt.Errorf("header %s: %w", header.Name, err)
		}
	}
	return nil
}

// takesAnyString reports whether a schema says nothing of a string.
func takesAnyString(schema *base.Schema) bool {
	return schema != nil && slices.Contains(schema.Type, "string") && schema.Format == "" &&
		schema.Enum == nil && schema.Const == nil && schema.Pattern == "" && schema.MinLength == nil && schema.MaxLength == nil &&
		schema.AllOf == nil && schema.AnyOf == nil && schema.OneOf == nil && schema.Not == nil && schema.If == nil
}

// draw draws the shape of a schema; nil if it is not known.
func (r reader) draw(proxy *base.SchemaProxy) *Shape {
	if proxy == nil {
		return nil
	}
	if known := r.shapes[proxy.GetReference()]; known != nil {
		return known
	}
	source := proxy.Schema()
	if source == nil {
		return nil
	}
	shape := &Shape{
		Types:    slices.Clone(source.Type),
		Nullable: source.Nullable != nil && *source.Nullable || slices.Contains(source.Type, "null"),
	}
	if proxy.IsReference() {
		r.shapes[proxy.GetReference()] = shape
	}
	if len(source.OneOf) == 1 { // which is how Unleash's document writes what once had several forms
		if only := r.draw(source.OneOf[0]); only != nil {
			shape.Properties = slices.Clone(only.Properties)
		}
	}
	for name, property := range source.Properties.FromOldest() {
		shape.Properties = append(shape.Properties, Property{
			Name: name, Required: slices.Contains(source.Required, name), Shape: r.draw(property),
		})
	}
	if source.AdditionalProperties != nil && source.AdditionalProperties.IsA() {
		shape.Others = r.draw(source.AdditionalProperties.A)
	}
	if source.Items != nil && source.Items.IsA() {
		shape.Items = r.draw(source.Items.A)
	}
	return shape
}

// schema returns the schema that stands in the document; nil for none.
func (r reader) schema(proxy *base.SchemaProxy, direction direction) (*schema, error) {
	if proxy == nil {
		return nil, nil
	}
	node := proxy.GetValueNode()
	if proxy.IsReference() {
		node = proxy.GetReferenceNode() // what stands beside the reference included
	}
	source, err := document.JSON(node)
	if err != nil {
		return nil, err
	}
	return r.contract.schemas.of(source, direction), nil
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
