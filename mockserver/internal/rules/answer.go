package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Details is what an error body repeats from the request.
type Details struct {
	Params      []string // the values of the path parameters
	Name        string   // the property name of the body, if it has one
	ContentType string
	// Path is the requested path, including the base path.
	Path  string
	NewID func() string
}

// Response is an answer as it is sent.
type Response struct {
	Header      http.Header
	ContentType string
	Body        []byte // nil if there is none
}

// Size returns the number of bytes in the rule's own body.
func (a *Answer) Size() int {
	if a.Text != nil {
		return len(*a.Text)
	}
	return len(a.Body)
}

// Render returns the answer as an operation sends it. An error without a body of its own
// gets a real one: among the error bodies with that status, the first that fits the
// operation's contract.
func (a *Answer) Render(operation *spec.Operation, request Details) Response {
	out := Response{Header: http.Header{}}
	switch {
	case a.Text != nil:
		out.ContentType, out.Body = "text/plain; charset=utf-8", []byte(*a.Text)
	case a.Body != nil:
		out.ContentType, out.Body = respond.ContentTypeJSON, a.Body
	default:
		out = genuine(operation, a.Status, request)
	}
	for name, value := range a.Headers {
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			out.ContentType = value
			continue
		}
		out.Header.Set(name, value)
	}
	return out
}

// genuine returns the answer of a real Unleash.
func genuine(operation *spec.Operation, status int, request Details) Response {
	documented := operation.Response(status)
	if documented != nil && documented.MediaType == "" || status < http.StatusBadRequest {
		return Response{Header: http.Header{}}
	}
	known := append(worded(operation, status, request), candidates(operation, status, request)...)
	for _, candidate := range known {
		response := candidate.response(request)
		header := response.Header.Clone()
		header.Set("Content-Type", response.ContentType)
		if len(operation.CheckResponse(status, header, response.Body)) == 0 {
			return response
		}
	}
	return known[0].response(request)
}

// candidate is an error, or a body that is not in the catalogue of errors.
type candidate struct {
	err  *apierror.Error
	body string
}

func (c candidate) response(request Details) Response {
	if c.err == nil {
		return Response{Header: http.Header{}, ContentType: respond.ContentTypeJSON, Body: []byte(c.body)}
	}
	out := Response{Header: http.Header{}, ContentType: c.err.ContentType(), Body: c.err.Body(request.NewID)}
	if c.err.Status == http.StatusTooManyRequests {
		exceeded().SetHeaders(out.Header)
	}
	return out
}

// candidates lists the errors that a status can stand for. There is at least one.
func candidates(o *spec.Operation, status int, r Details) []candidate {
	var errs []*apierror.Error
	switch status {
	case http.StatusBadRequest:
		for _, body := range []any{[]any{}, map[string]any{}} { // one of them does not fit
			if failures := o.CheckBody(body); len(failures) > 0 {
				errs = append(errs, apierror.Invalid(ajv.Detail(failures[0], string(v8json.Stringify(nil, body)))))
			}
		}
		errs = append(errs, apierror.BodyParser(status, "Unexpected end of JSON input"))
	case http.StatusUnauthorized:
		errs = append(errs, apierror.Unauthorized(), apierror.TokenRequired())
	case http.StatusForbidden:
		if o.NeedsPermission() {
			errs = append(errs, apierror.Permission(o.Permissions...))
		}
		errs = append(errs, apierror.WrongTokenKind())
	case http.StatusNotFound:
		errs = append(errs, apierror.PathNotFound(r.Path))
	case http.StatusConflict:
		errs = append(errs, apierror.Thrown(status, "ConflictError", "It is in use."))
	case http.StatusRequestEntityTooLarge:
		errs = append(errs, apierror.BodyParser(status, "request entity too large"))
	case http.StatusUnsupportedMediaType:
		if o.Body() != nil && !o.AcceptsAnyContentType {
			errs = append(errs, apierror.ContentType(r.ContentType))
		}
		errs = append(errs, apierror.BodyParser(status, `unsupported charset "ISO-8859-1"`))
	case http.StatusTooManyRequests:
		errs = append(errs, apierror.TooManyRequests())
	case http.StatusInternalServerError:
		errs = append(errs, apierror.Internal("Internal server error"))
	}
	out := make([]candidate, 0, len(errs)+2)
	for _, err := range errs {
		out = append(out, candidate{err: err})
	}
	if status >= http.StatusInternalServerError {
		out = append(out, candidate{body: `{"health":"BAD"}`})
	}
	if len(errs) == 0 {
		out = append([]candidate{{err: other(status)}}, out...)
	}
	return out
}

// unknownPath is the name of the contract's example for a path that does not exist.
const unknownPath = "unknownPath"

// worded returns the contract's examples for a status, those that mention something from
// the request first. In them, the sample values of the operation's parameters are
// replaced with the values in the request.
func worded(o *spec.Operation, status int, r Details) []candidate {
	response := o.Response(status)
	if response == nil || status != http.StatusNotFound && status != http.StatusConflict {
		return nil
	}
	values := samplesOf(o, r)
	var naming, others []candidate
	for _, content := range response.Contents {
		for _, example := range content.Examples {
			text, named := values.replace(string(example.Value))
			switch {
			case example.Name == unknownPath:
			case named:
				naming = append(naming, candidate{body: text})
			default:
				others = append(others, candidate{body: text})
			}
		}
	}
	return append(naming, others...)
}

// samples maps sample values in the contract to the values in the request.
type samples map[string]string

func samplesOf(o *spec.Operation, r Details) samples {
	out := samples{}
	names := o.PathParameters()
	for _, parameter := range o.Parameters() {
		if at := slices.Index(names, parameter.Name); parameter.In == "path" && at >= 0 && at < len(r.Params) {
			out.add(parameter.Sample, r.Params[at])
		}
	}
	if body := o.Body(); body != nil && r.Name != "" {
		for _, example := range body.Examples {
			var named struct{ Name json.RawMessage }
			if json.Unmarshal(example.Value, &named) == nil {
				out.add(named.Name, r.Name)
			}
		}
	}
	return out
}

// add adds a value and the sample, in JSON, that it replaces.
func (s samples) add(sample []byte, value string) {
	if text := strings.Trim(string(sample), `"`); text != "" {
		s[text] = value
	}
}

// replace replaces the samples that occur as words in a JSON text. found reports whether
// there are any.
func (s samples) replace(text string) (out string, found bool) {
	if len(s) == 0 {
		return text, false
	}
	var words []string
	for sample := range s {
		words = append(words, regexp.QuoteMeta(sample))
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	out = regexp.MustCompile(`\b(?:`+strings.Join(words, "|")+`)\b`).ReplaceAllStringFunc(text, func(sample string) string {
		found = true
		quoted := v8json.Stringify(nil, s[sample])
		return string(quoted[1 : len(quoted)-1])
	})
	return out, found
}

// other returns an error with a status that no operation of Unleash has.
func other(status int) *apierror.Error {
	text := http.StatusText(status)
	if text == "" {
		text = fmt.Sprintf("Status %d", status)
	}
	return apierror.Thrown(status, strings.ReplaceAll(text, " ", ""), "%s", text)
}

// exceeded returns a limiter's verdict on one request too many.
func exceeded() ratelimit.Verdict {
	limiter, now := ratelimit.New(1, time.Second), time.Time{}
	clock := func() time.Time { return now }
	limiter.Take("", clock)
	return limiter.Take("", clock)
}
