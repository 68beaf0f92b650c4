// Package forced makes the answers that scenarios demand: for each operation and
// status the error body that a real Unleash gives there.
package forced

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Request is what an error body repeats of the request.
type Request struct {
	Params      []string // the values of the path's parameters
	Name        string   // the property name of the body, if there is one
	ContentType string
	// Path is the path that was asked for, base path included.
	Path  string
	NewID func() string
}

// Answer is an answer that takes the place of the operation's own.
type Answer struct {
	Header      http.Header
	ContentType string
	Body        []byte // nil for none
}

// Make makes the answer of an operation that a scenario demands. Without a body
// of its own an error gets the real one: of those that belong to the status, the
// first that the contract of the operation knows.
func Make(operation *spec.Operation, wanted *scenario.Answer, request Request) Answer {
	out := Answer{Header: http.Header{}}
	switch {
	case wanted.Text != nil:
		out.ContentType, out.Body = "text/plain; charset=utf-8", []byte(*wanted.Text)
	case wanted.Body != nil:
		out.ContentType, out.Body = apierror.ContentTypeJSON, wanted.Body
	default:
		out = genuine(operation, wanted.Status, request)
	}
	for name, value := range wanted.Headers {
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			out.ContentType = value
			continue
		}
		out.Header.Set(name, value)
	}
	return out
}

// genuine is the answer of a real Unleash.
func genuine(operation *spec.Operation, status int, request Request) Answer {
	documented := operation.Response(status)
	if documented != nil && documented.MediaType == "" || status < http.StatusBadRequest {
		return Answer{Header: http.Header{}}
	}
	known := candidates(operation, status, request)
	for _, candidate := range known {
		answer := candidate.answer(request)
		header := answer.Header.Clone()
		header.Set("Content-Type", answer.ContentType)
		if len(operation.CheckResponse(status, header, answer.Body)) == 0 {
			return answer
		}
	}
	return known[0].answer(request)
}

// candidate is an error, or a body that is none of Unleash's error bodies.
type candidate struct {
	err  *apierror.Error
	body string
}

func (c candidate) answer(request Request) Answer {
	if c.err == nil {
		return Answer{Header: http.Header{}, ContentType: apierror.ContentTypeJSON, Body: []byte(c.body)}
	}
	out := Answer{Header: http.Header{}, ContentType: c.err.ContentType(), Body: c.err.Body(request.NewID)}
	if c.err.Status == http.StatusTooManyRequests {
		exceeded().SetHeaders(out.Header)
	}
	return out
}

// candidates lists what a status can look like, never nothing.
func candidates(o *spec.Operation, status int, r Request) []candidate {
	var errs []*apierror.Error
	switch status {
	case http.StatusBadRequest:
		if failures := o.CheckBody([]any{}); len(failures) > 0 {
			errs = append(errs, apierror.Invalid(ajv.Detail(failures[0], "[]")))
		}
	case http.StatusUnauthorized:
		errs = append(errs, apierror.Unauthorized())
	case http.StatusForbidden:
		if o.NeedsPermission() {
			errs = append(errs, apierror.Permission(o.Permissions...))
		}
		errs = append(errs, apierror.WrongTokenKind())
	case http.StatusNotFound:
		if len(r.Params) > 0 {
			resource, key := resource(o.Path)
			errs = append(errs, apierror.NotFound(resource, key, r.Params[len(r.Params)-1]))
		}
		errs = append(errs, apierror.PathNotFound(r.Path))
	case http.StatusConflict:
		resource, _ := resource(o.Path)
		errs = append(errs, apierror.NameExists(resource, r.Name))
	case http.StatusRequestEntityTooLarge:
		errs = append(errs, apierror.BodyParser(status, "request entity too large"))
	case http.StatusUnsupportedMediaType:
		if o.Body != nil && !o.AcceptsAnyContentType {
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

// resource is what a path names last, in the words of errors, and by what.
func resource(template string) (noun, key string) {
	segments := strings.Split(template, "/")
	var words []string
	key = "id"
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		words = append(words, strings.ReplaceAll(strings.TrimSuffix(segments[i-1], "s"), "-", " "))
		if key = "id"; segment == "{name}" {
			key = "name"
		}
	}
	if len(words) == 0 {
		words = []string{strings.ReplaceAll(strings.TrimSuffix(segments[len(segments)-1], "s"), "-", " ")}
	}
	return strings.Join(words, " "), key
}

// other is the body of a status that no operation of Unleash has.
func other(status int) *apierror.Error {
	text := http.StatusText(status)
	if text == "" {
		text = fmt.Sprintf("Status %d", status)
	}
	return &apierror.Error{Status: status, Envelope: apierror.Handler, Name: strings.ReplaceAll(text, " ", ""), Message: text}
}

// exceeded is what a limiter says of one request too many.
func exceeded() ratelimit.Verdict {
	limiter, now := ratelimit.New(1, time.Second), time.Time{}
	clock := func() time.Time { return now }
	limiter.Take("", clock)
	return limiter.Take("", clock)
}

// Check finds what is wrong with a rule for a contract: operations that it does
// not have, and successes that nobody said what they look like. The error is a
// *scenario.Problem.
func Check(rule *scenario.Rule, contract *spec.Contract) error {
	matched := contract.Operations()
	if ids := rule.Match.Operations; len(ids) > 0 {
		matched = nil
		for i, id := range ids {
			operation := contract.Operation(id)
			if operation == nil {
				return &scenario.Problem{Pointer: fmt.Sprintf("/match/operations/%d", i), Message: fmt.Sprintf("%q is none of the API's operations", id)}
			}
			matched = append(matched, operation)
		}
	}
	answer := rule.Answer
	if answer == nil || answer.Body != nil || answer.Text != nil || answer.Status >= http.StatusBadRequest {
		return nil
	}
	for _, operation := range matched {
		if documented := operation.Response(answer.Status); documented != nil && documented.MediaType != "" {
			return &scenario.Problem{Pointer: "/answer", Message: fmt.Sprintf(
				"an answer of %s with the status %d has a body: give one, or leave the answer out to let the operation answer itself", operation.ID, answer.Status)}
		}
	}
	return nil
}
