package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// What this file has is for documents that are not Unleash's: their security, and bodies in
// any media type.

// maxForeign is the largest body in bytes of an operation of a foreign document: that for which
// memory is reserved.
const maxForeign = bodyparser.Limit

// readForeign reads a body in any media type.
func (x *exchange) readForeign() *apierror.Error {
	sent := x.request.Header.Get("Content-Type")
	mediaType, parameters, _ := mime.ParseMediaType(sent)
	isJSON := mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
	if isJSON {
		x.request = x.request.Clone(x.request.Context())
		x.request.Header.Set("Content-Type", "application/json")
		defer func() { x.request.Header.Set("Content-Type", sent) }()
	}
	if mediaType == "" || isJSON || mediaType == "application/x-www-form-urlencoded" {
		read, failed := bodyparser.ReadUpTo(x.request, maxForeign)
		x.body = read
		if failed != nil {
			return apierror.BodyParser(failed.Status, failed.Message)
		}
		return nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, x.request.Body, maxForeign))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return apierror.BodyParser(http.StatusRequestEntityTooLarge, "request entity too large")
	case err != nil:
		return apierror.BodyParser(http.StatusBadRequest, "request aborted")
	}
	x.body = bodyparser.Body{Value: string(raw), Sent: raw}
	if mediaType == "multipart/form-data" {
		fields, err := readMultipart(raw, parameters["boundary"])
		if err != nil {
			return apierror.BodyParser(http.StatusBadRequest, "the multipart body cannot be read: "+err.Error())
		}
		x.body.Value = fields
	}
	return nil
}

// readMultipart reads the fields of a form: a part that repeats is an array.
func readMultipart(raw []byte, boundary string) (map[string]any, error) {
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
		switch before := fields[part.FormName()].(type) {
		case nil:
			fields[part.FormName()] = string(text)
		case []any:
			fields[part.FormName()] = append(before, string(text))
		default:
			fields[part.FormName()] = []any{before, string(text)}
		}
	}
}

// authenticateForeign demands what the document does: of one of its lists of schemes, that
// the request has a known token for each.
func (x *exchange) authenticateForeign() *apierror.Error {
	if x.operation == nil || x.operation.Public || len(x.operation.Security) == 0 {
		return nil
	}
	for _, schemes := range x.operation.Security {
		if !slices.ContainsFunc(schemes, func(scheme *openapi.Scheme) bool { return !x.satisfies(scheme) }) {
			return nil
		}
	}
	return apierror.Unauthorized()
}

// satisfies reports whether a request has a known token where a scheme wants it. What is
// not in the request, such as the certificate of a client, counts as there.
func (x *exchange) satisfies(scheme *openapi.Scheme) bool {
	switch {
	case scheme.Type == "apiKey" && scheme.In == "header":
		return x.knows(x.request.Header.Get(scheme.Name))
	case scheme.Type == "apiKey" && scheme.In == "query":
		text, _ := qs.Parse(rawQuery(x.request)).Get(scheme.Name)
		token, _ := text.(string)
		return x.knows(token)
	case scheme.Type == "apiKey" && scheme.In == "cookie":
		cookie, err := x.request.Cookie(scheme.Name)
		return err == nil && x.knows(unescape(cookie.Value))
	case scheme.Type == "http" && strings.EqualFold(scheme.HTTP, "basic"):
		user, password, sent := x.request.BasicAuth()
		return sent && (x.knows(password) || x.knows(user) || x.knows(user+":"+password)) // which a token of Unleash looks like
	case scheme.Type == "http", scheme.Type == "oauth2", scheme.Type == "openIdConnect":
		return x.knows(tokenOf(x.request.Header, true))
	}
	return true
}

// knows reports whether a token is a known one of any kind, which makes the request its
// holder's.
func (x *exchange) knows(token string) bool {
	if token == "" {
		return false
	}
	x.asked.Now = x.now
	x.view.Open(x.instance.Store, &x.asked)
	for _, credential := range x.Credentials {
		if identity, known := credential.Identify(&x.view, token); known {
			x.identity = identity
			return true
		}
	}
	if x.identity.Kind == engine.Nobody {
		x.identity.Kind = engine.UnknownToken
	}
	return false
}

// demandForeignType is for a body that is sent, in a media type that the document has.
func (x *exchange) demandForeignType() *apierror.Error {
	body := x.operation.Body()
	if body == nil || len(x.body.Sent) == 0 && x.request.Header.Get("Content-Type") == "" {
		return nil
	}
	if x.content = body.Accept(x.request.Header.Get("Content-Type")); x.content == nil {
		return apierror.ContentType(latin1(x.request.Header.Get("Content-Type")))
	}
	return nil
}

// validateForeign judges a body in the media type in which it came.
func (x *exchange) validateForeign() *apierror.Error {
	body := x.operation.Body()
	switch {
	case body == nil:
		return nil
	case len(x.body.Sent) == 0 && !body.Required:
		return nil
	case len(x.body.Sent) == 0:
		failure := spec.Failure{In: "body", Keyword: "required", Reason: "the body is missing"}
		x.violate(traffic.ToServer, traffic.Refused, 0, []spec.Failure{failure})
		return apierror.BodyParser(http.StatusBadRequest, "request body is missing")
	case x.content == nil:
		return nil
	}
	types := x.content.Shape.Plain()
	isJSON := x.body.Text != nil && !isForm(x.request.Header.Get("Content-Type"))
	switch _, isText := x.body.Value.(string); {
	case isJSON:
	case isText && !slices.Contains(types, "string") && (slices.Contains(types, "object") || slices.Contains(types, "array")):
		return nil // such as XML, whose structure nobody judges
	default:
		x.body.Value = ajv.Coerce(x.content.Shape, fieldsOf(x.content.Shape, x.body.Value)) // fields are texts
	}
	failures := x.content.Check(x.body.Value)
	if isJSON {
		failures = x.content.Exactly(x.body.Text, failures)
	}
	if len(failures) == 0 {
		return nil
	}
	x.violate(traffic.ToServer, traffic.Refused, 0, failures)
	return apierror.Invalid(ajv.Details(failures[0], x.sentValue)...)
}

func isForm(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(contentType), "application/x-www-form-urlencoded")
}

// fieldsOf reads what the fields of a form stand for: of an array one that came once, and of
// objects those that came as JSON.
func fieldsOf(shape *openapi.Shape, value any) any {
	fields, is := value.(map[string]any)
	if !is {
		return value
	}
	for name, field := range fields {
		if _, inner := shape.Property(name); inner != nil {
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

// decoded takes apart what the style of a parameter of the document writes into one text.
func (x *exchange) decoded(parameter *spec.Parameter, value any, present bool) (any, bool) {
	if text, is := value.(string); is && present {
		return parameter.Decode(text), true
	}
	if names := parameter.Spread(); names != nil {
		object := map[string]any{}
		for _, name := range names {
			if field, sent := x.query.Get(name); sent {
				object[name] = field
			}
		}
		return fieldsOf(parameter.Shape, object), len(object) > 0
	}
	return fieldsOf(parameter.Shape, value), present
}

// fitsOtherwise reports whether a schema allows a text that it does not allow as the first that
// it can be read as: one of several types or of none, or a number of many digits.
func fitsOtherwise(parameter *spec.Parameter, sent any) bool {
	text, is := sent.(string)
	if !is {
		return false
	}
	fits := func(value any) bool { return len(parameter.Check(value, true)) == 0 }
	var scalar any
	switch {
	case len(parameter.Shape.Plain()) != 1 && fits(text):
		return true
	case wholeNumber.MatchString(text):
		scalar = json.Number(text)
	case strings.ContainsAny(text, `[{"`) || json.Unmarshal([]byte(text), &scalar) != nil:
		return false
	}
	return fits(scalar)
}

var wholeNumber = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)

// bracketed returns a query parameter whose name has brackets, which say nothing of it then.
func (x *exchange) bracketed(name string) (value any, present bool) {
	sent, _ := url.ParseQuery(rawQuery(x.request)) // what cannot be read is not there
	switch values := sent[name]; len(values) {
	case 0:
		return nil, false
	case 1:
		return values[0], true
	default:
		several := make([]any, len(values))
		for i, value := range values {
			several[i] = value
		}
		return several, true
	}
}
