package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// judgeRequest returns what of a request breaks the contract, to the letter: a
// real server takes a number for a string, the contract does not. unjudged is why
// the body could not be judged; empty if it was.
func (p *Proxy) judgeRequest(x *exchange) (failures []spec.Failure, unjudged string) {
	failures = judgeParameters(x)
	sent := x.request.Header.Get("Content-Type")
	isJSON := mediaType(sent) == "application/json"
	if demandsContentType(x.operation) && !isJSON {
		return append(failures, spec.Failure{
			In: "header", Pointer: "/content-type", Keyword: "mediaType", Want: "application/json",
			Reason: fmt.Sprintf("the content type must be application/json, it is %q", sent),
		}), ""
	}
	if !isJSON && x.operation.Body == nil || !isJSON && x.operation.AcceptsAnyContentType {
		return failures, "" // the body is not read
	}
	body, unjudged, broken := p.body(x.sent, x.request.Header)
	switch {
	case unjudged != "":
		return failures, unjudged
	case broken != nil:
		return append(failures, *broken), ""
	}
	value := any(map[string]any{})
	if body = bytes.TrimPrefix(body, []byte("\ufeff")); len(body) > 0 {
		if charset := charsetOf(sent); charset != "" && charset != "utf-8" {
			return failures, fmt.Sprintf("the charset %q is not read", charset)
		}
		if err := json.Unmarshal(body, &value); err != nil {
			return append(failures, spec.Failure{In: "body", Keyword: "syntax", Reason: "the body is no JSON: " + err.Error()}), ""
		}
	}
	return append(failures, x.operation.CheckBody(value)...), ""
}

// demandsContentType reports whether a request must say that it is JSON: where
// something is changed, body or not.
func demandsContentType(operation *spec.Operation) bool {
	switch operation.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions:
		return false
	}
	return !operation.AcceptsAnyContentType
}

func judgeParameters(x *exchange) []spec.Failure {
	var failures []spec.Failure
	var query fields
	segments := x.params
	for _, parameter := range x.operation.Parameters {
		var value any
		present := true
		switch parameter.In {
		case "path":
			value, segments = unescape(segments[0]), segments[1:]
		case "query":
			if query == nil {
				query = parseQuery(x.request.URL.RawQuery)
			}
			value, present = query.get(parameter.Name)
		default:
			values := x.request.Header.Values(parameter.Name)
			value, present = strings.Join(values, ", "), len(values) > 0
		}
		failures = append(failures, parameter.Check(value, present)...)
	}
	return failures
}

// judgeResponse returns what of an answer breaks the contract. Without its whole
// body only status and headers are judged, and unjudged says why.
func (p *Proxy) judgeResponse(x *exchange) (failures []spec.Failure, unjudged string) {
	if x.isRevalidated() {
		return nil, ""
	}
	if x.request.Method == http.MethodHead {
		return x.operation.CheckResponse(x.status, x.header, nil), ""
	}
	body, unjudged, broken := p.body(x.came, x.header)
	if unjudged != "" || broken != nil {
		failures = x.operation.CheckResponse(x.status, x.header, nil)
		if broken != nil {
			failures = append(failures, *broken)
		}
		return failures, unjudged
	}
	if body == nil {
		body = []byte{}
	}
	return x.operation.CheckResponse(x.status, x.header, body), ""
}

// isRevalidated reports whether an answer says that the client has it already:
// that is HTTP's, not the operation's.
func (x *exchange) isRevalidated() bool {
	readOnly := x.request.Method == http.MethodGet || x.request.Method == http.MethodHead
	asked := x.request.Header.Get("If-None-Match") != "" || x.request.Header.Get("If-Modified-Since") != ""
	return x.status == http.StatusNotModified && readOnly && asked
}

// body is the copy of a body without its content encoding; why it cannot be
// judged; or how it breaks its own header.
func (p *Proxy) body(passed *body, header http.Header) (text []byte, unjudged string, broken *spec.Failure) {
	switch {
	case passed == nil || passed.copied == nil:
		return nil, "", nil
	case passed.copied.over:
		return nil, fmt.Sprintf("it has more than %d bytes", p.options.MaxBody), nil
	case !passed.isWhole():
		return nil, "it did not pass to its end", nil
	}
	text, err := decode(strings.Join(header.Values("Content-Encoding"), ","), passed.copied.bytes(), p.options.MaxBody)
	if errors.Is(err, errUnread) {
		return nil, strings.TrimPrefix(err.Error(), errUnread.Error()+": "), nil
	}
	if err != nil {
		return nil, "", &spec.Failure{In: "body", Keyword: "encoding", Reason: err.Error()}
	}
	return text, "", nil
}

// fields are the parameters of a query.
type fields map[string]any

// parseQuery reads a query as Unleash's server does as far as the contract can
// tell: a parameter that comes twice is a list, one in brackets an object.
func parseQuery(raw string) fields {
	values := fields{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescapeQuery(name), unescapeQuery(value)
		if outer, inner, bracketed := strings.Cut(name, "["); bracketed && outer != "" && strings.Contains(inner, "]") {
			values.add(outer, map[string]any{strings.TrimSuffix(inner, "]"): value})
			continue
		}
		values.add(name, value)
	}
	return values
}

func (f fields) add(name string, value any) {
	switch before := f[name].(type) {
	case nil:
		f[name] = value
	case []any:
		f[name] = append(before, value)
	default:
		f[name] = []any{before, value}
	}
}

func (f fields) get(name string) (any, bool) {
	value, has := f[name]
	return value, has
}

func unescapeQuery(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

func unescape(segment string) string {
	if decoded, err := url.PathUnescape(segment); err == nil {
		return decoded
	}
	return segment
}

// mediaType is the part of a content type before its parameters.
func mediaType(contentType string) string {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

func charsetOf(contentType string) string {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(parameters["charset"])
}
