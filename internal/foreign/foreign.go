// Package foreign reads and judges requests by documents that are not Unleash's:
// parameters in every style, and bodies of any media type.
package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Parameter decodes and judges one parameter of a request. sent is its text as it was
// sent, or what a query parser made of it; value is the decoded result.
func Parameter(parameter *spec.Parameter, sent any, present bool, query *qs.Values) (value any, failures []spec.Failure) {
	text, isText := sent.(string)
	switch {
	case isText && present && text == "" && parameter.MayBeEmpty:
		return sent, nil
	case isText && present && parameter.Lacks(text):
		style := "in the style " + parameter.Style
		if parameter.JSON {
			style = "JSON"
		}
		return sent, []spec.Failure{{
			In: parameter.In, Pointer: "/" + jsonpointer.Escape(parameter.Name), Keyword: "syntax", Want: parameter.Style, Reason: "it is not " + style,
		}}
	}
	if value, present = decoded(parameter, sent, present, query); !present || parameter.JSON {
		return value, parameter.Check(value, present)
	}
	place, check := "/"+jsonpointer.Escape(parameter.Name), func(value any) []spec.Failure { return parameter.Check(value, true) }
	read, failures := settle(value, firstReading(parameter.Shape, value), place, check)
	if len(failures) > 0 && isText && len(parameter.Shape.Plain()) != 1 { // the text could also be no list or object
		if _, others := settle(text, text, place, check); len(others) == 0 {
			failures = nil
		}
	}
	if _, isScalar := value.(string); isScalar {
		return value, failures
	}
	return read, failures
}

// Query returns the value of a query parameter. Brackets in the parameter's name are
// taken literally.
func Query(name, rawQuery string, query *qs.Values) (value any, present bool) {
	if !hasBrackets(name) {
		return query.Get(name)
	}
	sent, _ := url.ParseQuery(rawQuery) // what cannot be read counts as absent
	return valueOf(sent[name]), sent.Has(name)
}

// hasBrackets reports whether parsers of queries and forms take a name apart.
func hasBrackets(name string) bool { return strings.Contains(name, "[") }

// valueOf returns the only one of the texts sent under a name, or a list of several.
func valueOf(texts []string) any {
	if len(texts) == 1 {
		return texts[0]
	}
	several := make([]any, len(texts))
	for i, text := range texts {
		several[i] = text
	}
	return several
}

// Read reads a body of any media type, up to limit bytes.
func Read(request *http.Request, limit int) (bodyparser.Body, *bodyparser.Error) {
	mediaType, parameters, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	isJSON := openapi.IsJSON(mediaType)
	if isJSON {
		request = request.Clone(request.Context())
		request.Header.Set("Content-Type", "application/json")
	}
	if isJSON || mediaType == "application/x-www-form-urlencoded" {
		return bodyparser.ReadUpTo(request, limit)
	}
	raw, failed := bodyparser.ReadRaw(request, limit)
	if failed != nil {
		return bodyparser.Body{}, failed
	}
	body := bodyparser.Body{Value: string(raw), Sent: raw}
	if mediaType == "multipart/form-data" {
		fields, err := readMultipart(raw, parameters["boundary"], func(_ *multipart.Part, text string) any { return text })
		if err != nil {
			return body, &bodyparser.Error{Status: http.StatusBadRequest, Message: "the multipart body cannot be read: " + err.Error()}
		}
		body.Value = fields
	}
	return body, nil
}

// readMultipart reads the fields of a multipart form. A part that repeats becomes an
// array. read returns the value of a part.
func readMultipart(raw []byte, boundary string, read func(part *multipart.Part, text string) any) (map[string]any, error) {
	fields := map[string]any{}
	reader := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		value := read(part, string(text))
		switch before := fields[part.FormName()].(type) {
		case nil:
			fields[part.FormName()] = value
		case []any:
			fields[part.FormName()] = append(before, value)
		default:
			fields[part.FormName()] = []any{before, value}
		}
	}
}

// Check judges a non-empty body as the media type in which it was sent. Unless that is
// JSON, body.Value first becomes what its texts stand for.
func Check(content *spec.Content, contentType string, body *bodyparser.Body) []spec.Failure {
	isJSON := body.Text != nil && !isForm(contentType)
	switch _, isText := body.Value.(string); {
	case isJSON:
		return content.Exactly(body.Text, content.Check(body.Value))
	case isText && !content.Describes("string", "number", "integer", "boolean"):
		return nil // such as XML, whose structure is not judged
	}
	read, failures := fields(content, contentType, body)
	if failures != nil {
		return failures
	}
	sent := styled(content, read) // form fields arrive as texts
	value, failures := settle(sent, firstReading(content.Shape, sent), "", func(value any) []spec.Failure { return checkForm(content, value) })
	body.Value = opened(value, func(e *exact) any { return e.value })
	return failures
}

// fields returns a body's value. In a form, brackets in the names of the schema's properties are taken
// literally.
func fields(content *spec.Content, contentType string, body *bodyparser.Body) (any, []spec.Failure) {
	if _, is := body.Value.(map[string]any); is && !isForm(contentType) {
		parts, failures := partsOf(content.Shape, contentType, body.Sent)
		if failures != nil {
			return body.Value, failures
		}
		return nested(content.Shape, parts)
	}
	if !isForm(contentType) || content.Shape == nil || !slices.ContainsFunc(content.Shape.Properties, func(p openapi.Property) bool { return hasBrackets(p.Name) }) {
		return body.Value, nil
	}
	literal := url.Values{}
	var rest []string
	for field := range strings.SplitSeq(string(body.Sent), "&") {
		parsed, _ := url.ParseQuery(field) // what cannot be read is left to the form's parser
		for name, values := range parsed {
			if at, _ := content.Shape.Property(name); at >= 0 && hasBrackets(name) {
				literal[name] = append(literal[name], values...)
				field = ""
			}
		}
		rest = append(rest, field)
	}
	form, _ := qs.ParseForm(strings.Join(rest, "&")) // Read has refused one that nests too deeply
	out, _ := form.All().(map[string]any)
	for name, values := range literal {
		out[name] = valueOf(values)
	}
	return out, nil
}

// nested puts together the properties whose parts have names with brackets, such as address[city]. Names
// that the schema has literally stay as they are.
func nested(shape *openapi.Shape, parts map[string]any) (any, []spec.Failure) {
	wholes := map[string]bool{}
	for name := range parts {
		if whole := wholeOf(shape, name); whole != name {
			wholes[whole] = true
		}
	}
	apart, count := url.Values{}, 0
	for name, value := range parts {
		if !wholes[wholeOf(shape, name)] {
			continue
		}
		several, isList := value.([]any)
		if !isList {
			several = []any{value}
		}
		for _, text := range several {
			if sent, is := text.(*exact); is {
				text = sent.text
			}
			apart.Add(name, text.(string))
		}
		count += len(several)
	}
	form, isShallow := qs.ParseForm(apart.Encode())
	if !isShallow || count > qs.MaxParameters {
		return parts, []spec.Failure{{In: "body", Keyword: "syntax", Reason: "the parts with brackets in their names are too deep or too many"}}
	}
	for name := range apart {
		delete(parts, name)
	}
	if object, is := form.All().(map[string]any); is {
		maps.Copy(parts, object)
	}
	return parts, nil
}

// wholeOf returns the property that a part with brackets in its name belongs to, or else the name itself.
func wholeOf(shape *openapi.Shape, name string) string {
	whole, _, _ := strings.Cut(name, "[")
	at, _ := shape.Property(whole)
	if literal, _ := shape.Property(name); at < 0 || literal >= 0 {
		return name
	}
	return whole
}

// styled decodes form fields whose style the document specifies, and gathers the fields
// over which an object is spread into that object.
func styled(content *spec.Content, value any) any {
	fields, is := value.(map[string]any)
	if !is {
		return value
	}
	objects := map[string]any{}
	for name, field := range content.Fields {
		text, isText := fields[name].(string)
		switch {
		case field.IsSpread():
			if object := field.Gather(fields); len(object) > 0 {
				objects[name] = object
			}
		case isText && field.Style != "deepObject" && !field.Lacks(text):
			fields[name] = field.Decode(text)
		}
	}
	for _, object := range objects {
		for name := range object.(map[string]any) {
			if at, _ := content.Shape.Property(name); at < 0 {
				delete(fields, name)
			}
		}
	}
	maps.Copy(fields, objects)
	return fields
}

func isForm(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(contentType), "application/x-www-form-urlencoded")
}

// fieldsOf converts form fields to the types of their schemas: JSON text becomes an array
// or an object, and a single value of an array becomes an array of one.
func fieldsOf(shape *openapi.Shape, value any) any {
	fields, is := value.(map[string]any)
	if !is {
		return value
	}
	for name, field := range fields {
		at, inner := shape.Property(name)
		if at < 0 && shape != nil {
			inner = shape.Others
		}
		if inner != nil {
			fields[name] = fieldOf(inner, field)
		}
	}
	return fields
}

func fieldOf(shape *openapi.Shape, field any) any {
	text, isText := field.(string)
	several, isList := field.([]any)
	switch {
	case isText && slices.Contains(shape.Types, "array"):
		var list []any
		if json.Unmarshal([]byte(text), &list) == nil {
			return list
		}
		return fieldOf(shape, []any{text})
	case isText && slices.Contains(shape.Types, "object"):
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) == nil {
			return object
		}
	case isList && shape.Items != nil:
		for i, element := range several {
			several[i] = fieldOf(shape.Items, element)
		}
	}
	return field
}

// decoded returns the value of a parameter. It decodes a text according to the
// parameter's style, and puts an object together that is spread over several query
// parameters.
func decoded(parameter *spec.Parameter, value any, present bool, query *qs.Values) (any, bool) {
	if parameter.IsSpread() {
		sent, _ := query.All().(map[string]any)
		object := parameter.Gather(sent)
		if _, isText := value.(string); len(object) > 0 || !present || !isText || len(parameter.Shape.Plain()) < 2 {
			return object, len(object) > 0
		}
	}
	if text, is := value.(string); is && present {
		return parameter.Decode(text), true
	}
	return value, present
}
