package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	low "github.com/pb33f/libopenapi/datamodel/low/v3"
	"github.com/pb33f/libopenapi/orderedmap"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// reader reads an operation from the document with the OpenAPI library. Nothing that the package
// exports may lead to this type: otherwise every package that imports this one would be compiled
// with the library's entire model.
type reader struct{ contract *Contract }

// content reads the content of an operation. If it returns both content and an error, the content
// does not depend on what the error is about.
func (r reader) content(o *Operation) (content, error) {
	source, err := r.model(o)
	if err != nil {
		return content{}, err
	}
	var out content
	for _, written := range source.Parameters {
		if !openapi.IsParameter(written.In, written.Name) {
			continue
		}
		parameter, err := r.parameter(written)
		if err != nil {
			return content{}, fmt.Errorf("parameter %s: %w", written.Name, err)
		}
		out.parameters = append(out.parameters, parameter)
	}
	apportion(out.parameters, o.takenNames(out.parameters))
	if out.body, err = r.body(source.RequestBody); err != nil {
		return content{}, fmt.Errorf("request body: %w", err)
	}
	if out.responses, err = r.responses(source.Responses); err != nil && out.responses == nil {
		return content{}, err
	}
	names := o.PathParameters()
	err = cmp.Or(o.checkKinds(), checkPathParameters(out.parameters, names), o.checkSources(&out), err)
	out.parameters = slices.DeleteFunc(out.parameters, func(p *Parameter) bool { return p.In == "path" && !slices.Contains(names, p.Name) })
	return out, err
}

// takenNames returns the names in the query that stand for one parameter, or for a key.
func (o *Operation) takenNames(parameters []*Parameter) []string {
	var names []string
	for _, parameter := range parameters {
		if parameter.In == "query" && !parameter.IsSpread() {
			name, _, _ := strings.Cut(parameter.Name, "[") // a query parser removes brackets
			names = append(names, name)
		}
	}
	for _, scheme := range slices.Concat(o.Security...) {
		if scheme.Type == "apiKey" && scheme.In == "query" {
			names = append(names, scheme.Name)
		}
	}
	return names
}

// checkKinds returns an error if the document has a value of the wrong kind for an operation's
// parameters or body.
func (o *Operation) checkKinds() error {
	for name, value := range document.Members(o.text) {
		if document.Misplaced(name, value) && name != "responses" { // those are reported as missing
			return fmt.Errorf("%s: it is of the wrong kind and is ignored", name)
		}
	}
	if o.shared != nil && document.Misplaced("parameters", o.shared) {
		return errors.New("the parameters of the path are not a list and are ignored")
	}
	return nil
}

// maxDrawn is how many bytes of an operation's schemas the library reads in a document that others
// have written. They are read only for the shapes of parameters and bodies, whose first levels say
// how values are written. Package jsonschema judges values by the whole schema.
const maxDrawn = 64 << 10

// model reads the operation's part of the document. The parameters of its path are included in its
// own.
func (r reader) model(o *Operation) (*v3.Operation, error) {
	method := strings.ToLower(o.Method)
	schemas := math.MaxInt
	if r.contract.schemas.lenient {
		schemas = maxDrawn
	}
	part, err := r.contract.document.Operation(o.Path, method, o.text, o.shared, schemas)
	if err != nil {
		return nil, err
	}
	item, err := modelOf(part, o.Path)
	if err != nil {
		return nil, err
	}
	if item == nil || item.GetOperations().GetOrZero(method) == nil {
		return nil, errors.New("it cannot be read")
	}
	operation := item.GetOperations().GetOrZero(method)
	operation.Parameters = append(slices.DeleteFunc(slices.Clone(item.Parameters), func(shared *v3.Parameter) bool {
		return slices.ContainsFunc(operation.Parameters, func(own *v3.Parameter) bool {
			return own.In == shared.In && (own.Name == shared.Name || own.In == "header" && strings.EqualFold(own.Name, shared.Name))
		})
	}), operation.Parameters...)
	return operation, nil
}

// modelOf reads one path of a document with the library; nil if the library does not find it.
func modelOf(part []byte, path string) (item *v3.PathItem, err error) {
	defer func() {
		if cause := recover(); cause != nil { // foreign documents can make the library panic
			item, err = nil, fmt.Errorf("it cannot be read: %v", cause)
		}
	}()
	info, err := datamodel.ExtractSpecInfo(part)
	if err != nil {
		return nil, err
	}
	config := datamodel.NewDocumentConfiguration()
	config.Logger = slog.New(slog.DiscardHandler)
	config.SkipMetadataCollection = true
	config.SkipCircularReferenceCheck = true // schemas that contain themselves are common, and values of most are finite
	read, err := low.CreateDocumentFromConfig(info, config)
	if err != nil {
		return nil, err
	}
	return v3.NewDocument(read).Paths.PathItems.GetOrZero(path), nil
}

// checkPathParameters returns an error if the parameters declared differ from those in the template.
func checkPathParameters(parameters []*Parameter, names []string) error {
	var declared []string
	for _, parameter := range parameters {
		if parameter.In == "path" {
			declared = append(declared, parameter.Name)
		}
	}
	for _, name := range names {
		if !slices.Contains(declared, name) {
			return fmt.Errorf("the path parameter {%s} is not declared", name)
		}
	}
	if len(declared) != len(names) {
		return fmt.Errorf("path parameters %v are declared, but the path has %v", declared, names)
	}
	return nil
}

func (r reader) parameter(source *v3.Parameter) (*Parameter, error) {
	parameter := &Parameter{
		Name: source.Name, In: source.In, Required: source.Required != nil && *source.Required,
		MayBeEmpty: source.AllowEmptyValue && source.In == "query", Style: cmp.Or(source.Style, openapi.DefaultStyle(source.In)),
	}
	examples := examplesOf(source.Example, source.Examples)
	proxy, more, inJSON := valueOf(source.Schema, source.Content)
	parameter.JSON, examples = inJSON, append(examples, more...)
	parameter.Explode = parameter.Style == "form"
	if source.Explode != nil {
		parameter.Explode = *source.Explode
	}
	var err error
	if parameter.schema, err = r.schema(proxy, request); err != nil {
		return nil, err
	}
	parameter.Shape = r.drawText(proxy)
	if proxy == nil || proxy.Schema() == nil {
		return parameter, nil
	}
	schema := proxy.Schema()
	parameter.anyString = takesAnyString(schema)
	examples = append(examples, examplesOf(schema.Example, nil)...)
	examples = append(examples, examplesOf(schema.Default, nil)...)
	if len(examples) > 0 {
		parameter.Sample = examples[0].Value
	}
	return parameter, nil
}

// examplesOf returns the examples that a document gives at one place.
func examplesOf(single *yaml.Node, named *orderedmap.Map[string, *base.Example]) []openapi.Example {
	var out []openapi.Example
	add := func(name string, node *yaml.Node) {
		if node == nil {
			return
		}
		if value, err := document.JSON(node); err == nil {
			out = append(out, openapi.Example{Name: name, Value: bytes.TrimSpace(value)})
		}
	}
	add("", single)
	for name, example := range named.FromOldest() {
		if example != nil {
			add(name, example.Value)
		}
	}
	return out
}

func (r reader) body(source *v3.RequestBody) (*Body, error) {
	if source == nil {
		return nil, nil
	}
	contents, err := r.contents(source.Content, request)
	if err != nil {
		return nil, err
	}
	if len(contents) == 0 {
		return nil, errors.New("it has no content")
	}
	return &Body{Required: source.Required != nil && *source.Required, Content: contents[0], Contents: contents}, nil
}

// contents reads the contents of a body, one per media type.
func (r reader) contents(source *orderedmap.Map[string, *v3.MediaType], direction direction) ([]*Content, error) {
	var out []*Content
	for mediaType, written := range source.FromOldest() {
		if written == nil {
			written = &v3.MediaType{}
		}
		schema, err := r.schema(written.Schema, direction)
		if err != nil {
			return nil, err
		}
		draw := r.draw
		if direction == request && !openapi.IsJSON(mediaType) {
			draw = r.drawText // the fields of a form come as text
		}
		content := &Content{
			MediaType: mediaType, Shape: draw(written.Schema), Examples: examplesOf(written.Example, written.Examples), schema: schema,
		}
		if direction == request {
			content.Fields = r.fields(content, written.Encoding)
		}
		out = append(out, content)
	}
	return out, nil
}

// fields reads how the fields of a form are written; each is written like a query parameter. For
// the parts of a multipart body, only OpenAPI 3.1 and later define this.
func (r reader) fields(form *Content, encodings *orderedmap.Map[string, *v3.Encoding]) map[string]*Parameter {
	mediaType := openapi.MediaType(form.MediaType)
	isForm := mediaType == "application/x-www-form-urlencoded"
	if !isForm && (mediaType != "multipart/form-data" || r.contract.schemas.version < version31) {
		return nil
	}
	fields := map[string]*Parameter{}
	for name, encoding := range encodings.FromOldest() {
		_, shape := form.Shape.Property(name)
		if encoding == nil || encoding.Style == "" && encoding.Explode == nil || shape == nil {
			continue
		}
		field := &Parameter{Name: name, In: "query", Shape: shape, Style: cmp.Or(encoding.Style, "form")}
		if field.Explode = field.Style == "form"; encoding.Explode != nil {
			field.Explode = *encoding.Explode
		}
		fields[name] = field
	}
	apportion(slices.Collect(maps.Values(fields)), namesOf(form.Shape))
	return fields
}

// responses reads the responses. From OpenAPI 3.1 on an operation may have none, and is then
// answered without a body.
func (r reader) responses(source *v3.Responses) ([]*Response, error) {
	if source == nil || source.Default == nil && (source.Codes == nil || source.Codes.Len() == 0) {
		unsaid := []*Response{{Code: "default", ranged: true, Standing: Assumed, unsaid: true}}
		if r.contract.schemas.version >= version31 {
			return unsaid, nil
		}
		return unsaid, errors.New("the operation has no response")
	}
	var responses []*Response
	add := func(code string, status int, item *v3.Response) error {
		response, err := r.response(code, status, item)
		if err != nil {
			return fmt.Errorf("response %s: %w", code, err)
		}
		responses = append(responses, response)
		return nil
	}
	for code, item := range source.Codes.FromOldest() {
		status, err := statusOf(code)
		if err != nil {
			return nil, err
		}
		if err := add(strings.ToUpper(code), status, item); err != nil {
			return nil, err
		}
	}
	if source.Default != nil {
		if err := add("default", 0, source.Default); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(responses, func(a, b *Response) int { return a.Status - b.Status })
	return responses, nil
}

// statusOf parses the status of a response, or returns the lowest status of a range.
func statusOf(code string) (int, error) {
	plain := code
	if len(code) == 3 && strings.EqualFold(code[1:], "XX") {
		plain = code[:1] + "00"
	}
	status, err := strconv.Atoi(plain)
	if err != nil || status < 100 || status > 599 {
		return 0, fmt.Errorf("response %q: it is not a status, a range such as 4XX, or default", code)
	}
	return status, nil
}

func (r reader) response(code string, status int, source *v3.Response) (*Response, error) {
	response := &Response{
		Status:      status,
		Code:        code,
		ranged:      code != strconv.Itoa(status),
		Description: source.Description,
		Standing:    Standing(extension(source.Extensions, extensionStanding)),
		empty:       extension(source.Extensions, extensionEmpty) == "true",
	}
	if response.Standing == "" {
		response.Standing = Documented
	}
	var err error
	if response.Contents, err = r.contents(source.Content, reply); err != nil {
		return nil, err
	}
	if len(response.Contents) > 0 {
		response.MediaType, response.Shape = response.Contents[0].MediaType, response.Contents[0].Shape
	}
	for name, written := range source.Headers.FromOldest() {
		if !openapi.JudgesHeader(name) {
			continue
		}
		header := &Header{Name: name, Required: written.Required, Explode: written.Explode}
		examples := examplesOf(written.Example, written.Examples)
		proxy, more, inJSON := valueOf(written.Schema, written.Content)
		header.JSON, header.Shape, examples = inJSON, r.drawText(proxy), append(examples, more...)
		if header.schema, err = r.schema(proxy, reply); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
		if len(examples) > 0 {
			header.Sample = examples[0].Value
		}
		response.Headers = append(response.Headers, header)
	}
	return response, nil
}

// readAll reads everything that no exchange has needed yet.
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
		if err := completeAll(content.body.Contents); err != nil {
			return fmt.Errorf("request body: %w", err)
		}
	}
	for _, response := range content.responses {
		if err := response.readAll(); err != nil {
			return fmt.Errorf("response %s: %w", response.Code, err)
		}
	}
	return nil
}

func completeAll(contents []*Content) error {
	for _, content := range contents {
		if err := content.schema.complete(); err != nil {
			return fmt.Errorf("%s: %w", content.MediaType, err)
		}
	}
	return nil
}

func (r *Response) readAll() error {
	if err := completeAll(r.Contents); err != nil {
		return err
	}
	for _, header := range r.Headers {
		if err := header.schema.complete(); err != nil {
			return fmt.Errorf("header %s: %w", header.Name, err)
		}
	}
	return nil
}

// takesAnyString reports whether a schema allows every string.
func takesAnyString(schema *base.Schema) bool {
	return schema != nil && slices.Contains(schema.Type, "string") && schema.Format == "" &&
		schema.Enum == nil && schema.Const == nil && schema.Pattern == "" && schema.MinLength == nil && schema.MaxLength == nil &&
		schema.AllOf == nil && schema.AnyOf == nil && schema.OneOf == nil && schema.Not == nil && schema.If == nil
}

// schema returns the schema that the document has in one place; nil if there is none.
func (r reader) schema(proxy *base.SchemaProxy, direction direction) (*schema, error) {
	if proxy == nil {
		return nil, nil
	}
	node := proxy.GetValueNode()
	if proxy.IsReference() {
		node = proxy.GetReferenceNode() // including the keywords next to the reference
	}
	source, err := document.JSON(node)
	if err != nil {
		return nil, err
	}
	return r.contract.schemas.of(source, direction), nil
}

// valueOf returns what describes the value of a parameter or a header: its schema or, if it has
// content, the schema and the examples of its only media type.
func valueOf(schema *base.SchemaProxy, content *orderedmap.Map[string, *v3.MediaType]) (proxy *base.SchemaProxy, examples []openapi.Example, inJSON bool) {
	only := content.First()
	if only == nil || only.Value() == nil {
		return schema, nil, false
	}
	written := only.Value()
	return written.Schema, examplesOf(written.Example, written.Examples), openapi.IsJSON(only.Key())
}

func extension(extensions *orderedmap.Map[string, *yaml.Node], name string) string {
	if extensions == nil {
		return ""
	}
	if value := extensions.GetOrZero(name); value != nil {
		return value.Value
	}
	return ""
}
