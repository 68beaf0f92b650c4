package spec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec/internal/effort"
)

// Failure is one way in which a request or a response breaks the contract.
type Failure struct {
	// In names the part that broke it: path, query, header, body or status.
	In string
	// Pointer is the JSON pointer of the value within that part, such as
	// /name or /tokens/0/id; empty for the part itself.
	Pointer string
	// Keyword is the schema keyword that is not met, such as required, type or pattern; for
	// failures that do not come from a schema, it is status, mediaType, empty or syntax.
	Keyword string
	// Property is the property that is missing or not allowed, for the keywords
	// required and additionalProperties.
	Property string
	// Want is what the keyword requires: a type, a pattern, a format, a bound.
	Want string
	// Allowed lists the values of an enum.
	Allowed []any
	// Forms are the first failures of each branch of a oneOf, which a server reports before the
	// failure of the oneOf itself.
	Forms []Failure
	// Reason states all of this in one sentence.
	Reason string
}

// Error makes a Failure usable as an error.
func (f Failure) Error() string {
	return f.In + f.Pointer + ": " + f.Reason
}

// failureSize is the memory that a failure takes besides its texts.
const failureSize = 160

// Bytes estimates the memory that the failure takes. It leaves out what the schema demands, of which
// there is one copy.
func (f *Failure) Bytes() int {
	size := failureSize + len(f.Pointer) + len(f.Property) + len(f.Reason)
	for i := range f.Forms {
		size += f.Forms[i].Bytes()
	}
	return size
}

// missing returns the failure for a required parameter that is absent.
func (p *Parameter) missing() Failure {
	return Failure{In: p.In, Keyword: "required", Property: p.Name, Reason: fmt.Sprintf("the %s parameter %q is missing", p.In, p.Name)}
}

// Check judges a parameter's value: a string as it was sent, or whatever a query parser made of a
// repeated or bracketed parameter. present is false if the request does not have the parameter. The
// first failure is the one to report.
func (p *Parameter) Check(value any, present bool) []Failure {
	if !present {
		if p.Required {
			return []Failure{p.missing()}
		}
		return nil
	}
	if _, isString := value.(string); isString && p.anyString {
		return nil
	}
	failures := p.schema.get().check(ordering{shape: p.Shape}, value, p.In)
	for i := range failures {
		failures[i].Pointer = "/" + jsonpointer.Escape(p.Name) + failures[i].Pointer
	}
	return failures
}

// CheckBody judges a decoded request body: nil, bool, float64, string, []any or map[string]any.
// Operations without a body in the document accept any object, as the real server does. The first
// failure is the one to report: failures of required properties come before those of additional
// properties, and then come those within properties, in the order of the schema.
func (o *Operation) CheckBody(value any) []Failure {
	body := o.Body()
	if body == nil {
		if _, isObject := value.(map[string]any); isObject {
			return nil
		}
		return []Failure{{In: "body", Keyword: "type", Want: "object", Reason: "it must be an object"}}
	}
	return body.Check(value)
}

// Check judges a decoded request body in the content's media type, as CheckBody does.
func (c *Content) Check(value any) []Failure {
	return c.schema.get().check(ordering{shape: c.Shape}, value, "body")
}

// CheckSent is Check for a value that was decoded from text, and may have been coerced since. Failures of
// properties that the schema does not name are in the order of the text.
func (c *Content) CheckSent(text []byte, value any) []Failure {
	return c.schema.get().check(ordering{c.Shape, &sentKeys{text: text}}, value, "body")
}

// CheckBodyText is CheckBody for a value that was decoded from text. It remembers the verdict by
// the text.
func (o *Operation) CheckBodyText(text []byte, value any) []Failure {
	body := o.Body()
	if body == nil || text == nil {
		return o.CheckBody(value)
	}
	return body.checkText(text, value)
}

// checkText is CheckSent for a value as it was decoded. It remembers the verdict by the text.
func (c *Content) checkText(text []byte, value any) []Failure {
	failures, known := c.verdicts.get(text)
	if !known {
		failures = c.CheckSent(text, value)
		c.verdicts.put(text, failures)
	}
	return slices.Clone(failures)
}

// Accept returns the content of the body that a Content-Type header names, or nil.
func (b *Body) Accept(header string) *Content { return contentOf(b.Contents, header) }

// contentOf returns the content that a Content-Type header names, or nil. If several match, it
// returns the most specific.
func contentOf(contents []*Content, header string) *Content {
	for _, content := range contents {
		if rest, found := strings.CutPrefix(header, content.MediaType); found && (rest == "" || rest == "; charset=utf-8") { // the fast path, nearly always taken
			return content
		}
	}
	sent, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		return nil
	}
	var best *Content
	exactness := 0
	for _, content := range contents {
		if now := exact(content.MediaType, sent, parameters); now > exactness {
			best, exactness = content, now
		}
	}
	return best
}

// exact returns how specifically a media type of a document, which may be a range, matches one that
// was sent; 0 if it does not match.
func exact(written, sent string, parameters map[string]string) int {
	want, wanted, err := mime.ParseMediaType(written)
	if err != nil {
		return 0
	}
	for name, value := range wanted {
		if given, has := parameters[name]; name != "charset" && (!has || given != value) {
			return 0
		}
	}
	group, _, _ := strings.Cut(sent, "/")
	switch want {
	case sent:
		return 4 + len(wanted)
	case group + "/*":
		return 2
	case "*/*":
		return 1
	}
	if _, suffix, is := strings.Cut(want, "*+"); is && strings.HasPrefix(want, group+"/*") && strings.HasSuffix(sent, "+"+suffix) {
		return 3 // application/*+json
	}
	return 0
}

// CheckResponse judges a response by the bytes about to be sent, or received: whether its status is
// documented, required headers are present, the content type is one of the document's and the body
// fits its schema, formats included. body is the payload after decompression; nil stands for a
// response to HEAD, which has no body.
func (o *Operation) CheckResponse(status int, header http.Header, body []byte) []Failure {
	response := o.Response(status)
	if response == nil {
		return []Failure{{
			In: "status", Keyword: "status",
			Reason: fmt.Sprintf("status %d is not documented for %s, which lists %v", status, o.ID, o.codes()),
		}}
	}
	failures := response.checkHeaders(header)
	if body == nil || response.unsaid {
		return failures
	}
	return slices.Concat(failures, response.checkBody(status, header, body))
}

// codes returns the codes of the documented responses, as the document writes them.
func (o *Operation) codes() []string {
	var codes []string
	for _, response := range o.Responses() {
		codes = append(codes, response.Code)
	}
	return codes
}

func (r *Response) checkHeaders(header http.Header) []Failure {
	var failures []Failure
	for _, declared := range r.Headers {
		value, present := header[http.CanonicalHeaderKey(declared.Name)]
		switch {
		case !present && declared.Required:
			failures = append(failures, Failure{
				In: "header", Keyword: "required", Property: declared.Name,
				Reason: fmt.Sprintf("the response header %q is missing", declared.Name),
			})
		case present:
			for _, failure := range declared.check(value[0]) {
				failure.Pointer = "/" + declared.Name + failure.Pointer
				failures = append(failures, failure)
			}
		}
	}
	return failures
}

// check judges the text of a header. Where the schema allows several types, the text may be of any.
func (h *Header) check(text string) []Failure {
	schema, value := h.schema.get(), h.read(text)
	failures := schema.check(ordering{}, value, "header")
	if len(failures) > 0 && !h.JSON && len(schema.check(ordering{}, asScalars(value), "header")) == 0 {
		return nil
	}
	return failures
}

// asScalars replaces the texts in a value that are JSON scalars with what they stand for.
func asScalars(value any) any {
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			value[i] = asScalars(element)
		}
	case map[string]any:
		for name, field := range value {
			value[name] = asScalars(field)
		}
	case string:
		var scalar any
		if !strings.ContainsAny(value, `[{"`) && json.Unmarshal([]byte(value), &scalar) == nil {
			return scalar
		}
	}
	return value
}

// read parses the text of a header into a value.
func (h *Header) read(text string) any {
	types := h.Shape.Plain()
	var value any
	switch {
	case h.JSON:
		if json.Unmarshal([]byte(text), &value) == nil {
			return value
		}
		return text
	case len(types) == 0 || slices.Contains(types, "string"):
		return text
	case slices.Contains(types, "array"):
		var out []any
		for word := range strings.SplitSeq(text, ",") {
			out = append(out, (&Header{Shape: h.Shape.Items}).read(strings.TrimSpace(word)))
		}
		return out
	case json.Unmarshal([]byte(text), &value) == nil:
		return value
	case slices.Contains(types, "object"):
		written := h.written()
		if written.Lacks(text) {
			return text
		}
		out, _ := written.Decode(text).(map[string]any)
		for name, field := range out {
			_, inner := h.Shape.Property(name)
			out[name] = (&Header{Shape: cmp.Or(inner, h.Shape.Others)}).read(field.(string))
		}
		return out
	}
	return text
}

// Text formats a value for the header.
func (h *Header) Text(value any) string {
	return h.written().Encode(value, func(text string) string { return text })
}

// written returns a parameter whose values are written like the header's.
func (h *Header) written() *Parameter {
	return &Parameter{In: "header", Style: "simple", Explode: h.Explode, JSON: h.JSON, Shape: h.Shape}
}

func (r *Response) checkBody(status int, header http.Header, body []byte) []Failure {
	if len(r.Contents) == 0 {
		if len(body) == 0 {
			return nil
		}
		return []Failure{{In: "body", Keyword: "empty", Reason: fmt.Sprintf("status %d has no body in the contract, but the response has one of %d bytes", status, len(body))}}
	}
	if len(body) == 0 && r.empty && header.Get("Content-Type") == "" {
		return nil
	}
	if len(body) == 0 && (status == http.StatusNoContent || status == http.StatusNotModified) {
		return nil // these statuses never have a body, whatever the document says
	}
	sent := header.Get("Content-Type")
	content := contentOf(r.Contents, sent)
	if content == nil {
		want := make([]string, len(r.Contents))
		for i, content := range r.Contents {
			want[i] = content.MediaType
		}
		return []Failure{{
			In: "header", Pointer: "/content-type", Keyword: "mediaType", Want: r.MediaType,
			Reason: fmt.Sprintf("the content type must be %s, it is %q", strings.Join(want, " or "), sent),
		}}
	}
	if len(body) == 0 {
		return content.checkEmpty()
	}
	return content.CheckResponse(sent, body)
}

// checkEmpty judges an empty body where the document describes one.
func (c *Content) checkEmpty() []Failure {
	if !openapi.IsJSON(c.MediaType) && len(c.schema.get().check(ordering{}, "", "body")) == 0 {
		return nil // an empty text
	}
	return []Failure{{In: "body", Keyword: "empty", Reason: "the body is empty, but the contract requires one"}}
}

// CheckResponse judges the body of a response, which must not be empty, in the media type that its
// Content-Type header names.
func (c *Content) CheckResponse(contentType string, body []byte) []Failure {
	schema := c.schema.get()
	key := body
	if schema.anyUUID {
		key = withoutID(body)
	}
	failures, known := c.verdicts.get(key)
	if known {
		return failures
	}
	if schema.lists != nil && openapi.IsJSON(contentType) && c.fit(body) {
		if len(body) > maxWhole {
			return nil
		}
	} else {
		failures = c.judge(contentType, body)
	}
	c.verdicts.put(key, failures)
	return failures
}

// maxWhole is the maximum size, in bytes, of an answer whose verdict is remembered as a whole if it
// was judged in parts.
const maxWhole = 4 << 10

// judge checks a body that is not empty. A body that is neither JSON nor described as a string may
// be anything.
func (c *Content) judge(contentType string, body []byte) []Failure {
	if !openapi.IsJSON(contentType) {
		if !c.Describes("string") {
			return nil
		}
		return c.schema.get().check(ordering{}, string(body), "body")
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []Failure{{In: "body", Keyword: "syntax", Reason: "the body is not JSON: " + err.Error()}}
	}
	return c.Exactly(body, c.schema.get().check(ordering{}, value, "body"))
}

// Describes reports whether the content's schema describes values of one of some types, none of which
// is object or array. A schema that names no type describes all of them, unless it says what an object
// or an array contains.
func (c *Content) Describes(types ...string) bool {
	known := map[*jsonschema.Schema]bool{}
	var describes func(*jsonschema.Schema) bool
	describes = func(s *jsonschema.Schema) bool {
		if s == nil {
			return true
		}
		if described, is := known[s]; is {
			return described
		}
		known[s] = false // as a form of itself, it adds none
		known[s] = namesOneOf(s, types) && describes(s.Ref) &&
			!slices.ContainsFunc(s.AllOf, func(part *jsonschema.Schema) bool { return !describes(part) }) &&
			(len(s.OneOf) == 0 || slices.ContainsFunc(s.OneOf, describes)) &&
			(len(s.AnyOf) == 0 || slices.ContainsFunc(s.AnyOf, describes))
		return known[s]
	}
	return describes(c.schema.get().schema)
}

// namesOneOf reports whether a schema's own keywords describe values of one of some types.
func namesOneOf(s *jsonschema.Schema, types []string) bool {
	if s.Types == nil || s.Types.IsEmpty() {
		return s.Properties == nil && s.Required == nil && s.AdditionalProperties == nil && s.Items2020 == nil
	}
	return slices.ContainsFunc(s.Types.ToStrings(), func(name string) bool { return slices.Contains(types, name) })
}

// Exactly judges a JSON text again, with exact numbers, if it failed with its numbers as floats: a
// number may have more digits than a float can hold.
func (c *Content) Exactly(text []byte, failures []Failure) []Failure {
	if len(failures) == 0 || !manyDigits.Match(text) || tooManyDigits.Match(text) || endlessNumber(text) != "" {
		return failures
	}
	value, err := exactly(text)
	if err != nil {
		return failures
	}
	return c.Check(value)
}

// exactly decodes a JSON text. Its numbers, which may have more digits than a float, are json.Number.
func exactly(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

// manyDigits matches what floats may round, tooManyDigits what would take too long to read exactly.
var manyDigits, tooManyDigits = regexp.MustCompile(`\d{16}`), regexp.MustCompile(`\d{1000}`)

// maxEffort is how many steps of a validation may be repetitions. They are counted if the value is nested deeper than
// shallow.
const (
	maxEffort = 1 << 20
	shallow   = 1
)

// isDeep reports whether a value is nested deeper than a depth.
func isDeep(value any, depth int) bool {
	switch value := value.(type) {
	case []any:
		return depth == 0 || slices.ContainsFunc(value, func(item any) bool { return isDeep(item, depth-1) })
	case map[string]any:
		if depth == 0 {
			return true
		}
		for _, field := range value {
			if isDeep(field, depth-1) {
				return true
			}
		}
	}
	return false
}

// check validates a value and returns its failures, the one to report first. It returns none if validating the value
// would take too long.
func (c *compiledSchema) check(order ordering, value any, in string) []Failure {
	if c.schema == nil {
		return nil
	}
	takesLong := false
	if isDeep(value, shallow) && c.repeats() {
		steps, tooMany := effort.Of(c.schema, value, maxEffort)
		if tooMany {
			return nil
		}
		takesLong = steps > maxEffort
	}
	if !takesLong && !isLarge(value) {
		return failuresOf(c.schema, order, value, in)
	}
	if holds(c.schema, value) {
		return nil
	}
	l := large{schema: c.schema, named: c.named(), order: order, in: in, value: value, sorted: map[uintptr]names{}, uncut: map[uintptr]bool{}}
	return l.failures()
}
