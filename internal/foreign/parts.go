package foreign

import (
	"encoding/json"
	"mime"
	"mime/multipart"
	"regexp"
	"slices"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// maxFailures is how many parts that are no JSON are told of.
const maxFailures = 100

// exact is the value of a part that was sent as JSON, which no text in it is read as something else.
type exact struct {
	text  string
	value any
}

// partsOf reads the fields of a multipart form that Read has read before. Parts that were sent as JSON are exact,
// unless they are files whose texts the schema describes.
func partsOf(shape *openapi.Shape, contentType string, sent []byte) (fields map[string]any, failures []spec.Failure) {
	_, parameters, _ := mime.ParseMediaType(contentType)
	fields, _ = readMultipart(sent, parameters["boundary"], func(part *multipart.Part, text string) any {
		if !openapi.IsJSON(part.Header.Get("Content-Type")) {
			return text
		}
		out, isFile := &exact{text: text}, part.FileName() != ""
		err := json.Unmarshal([]byte(text), &out.value)
		if takesText(shape, part.FormName(), isFile || err != nil) {
			return text
		}
		if err != nil && len(failures) < maxFailures {
			failures = append(failures, spec.Failure{
				In: "body", Pointer: "/" + jsonpointer.Escape(part.FormName()), Keyword: "syntax", Want: "JSON", Reason: "it is not JSON: " + err.Error(),
			})
		}
		return out
	})
	for name, field := range fields {
		_, inner := shape.Property(name)
		if only, is := field.(*exact); is && inner != nil && slices.Contains(inner.Types, "array") && !slices.Contains(inner.Types, "object") {
			if _, isList := only.value.([]any); !isList {
				fields[name] = []any{only}
			}
		}
	}
	return fields, failures
}

// takesText reports whether a part sent as JSON is for a property, or for an element of it, that is a text: any
// if it is a file or is no JSON, and otherwise one of bytes.
func takesText(shape *openapi.Shape, name string, isAny bool) bool {
	at, inner := shape.Property(name)
	if at < 0 {
		return false
	}
	if inner != nil && inner.Items != nil {
		inner = inner.Items
	}
	types := inner.Plain()
	return slices.Contains(types, "string") && (isAny || inner.Format == "binary")
}

// opened returns the fields of a form with what open makes of exact ones.
func opened(form any, open func(*exact) any) any {
	switch form := form.(type) {
	case *exact:
		return open(form)
	case map[string]any:
		out := make(map[string]any, len(form))
		for name, field := range form {
			out[name] = opened(field, open)
		}
		return out
	case []any:
		out := make([]any, len(form))
		for i, element := range form {
			out[i] = opened(element, open)
		}
		return out
	}
	return form
}

// checkForm judges the fields of a form, the exact ones of which may have numbers with more digits than a float.
func checkForm(content *spec.Content, form any) []spec.Failure {
	var digits bool
	failures := content.Check(opened(form, func(e *exact) any {
		digits = digits || manyDigits.MatchString(e.text)
		return e.value
	}))
	if len(failures) == 0 || !digits {
		return failures
	}
	text, err := json.Marshal(opened(form, func(e *exact) any { return json.RawMessage(e.text) }))
	if err != nil {
		return failures
	}
	return content.Exactly(text, failures)
}

// manyDigits matches what floats may round.
var manyDigits = regexp.MustCompile(`\d{16}`)
