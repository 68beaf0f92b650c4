// Package parameters reads and judges the parameters of requests, in one way for
// everything that judges them.
package parameters

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/foreign"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Request is a request for an operation.
type Request struct {
	HTTP *http.Request
	// Names are the parameters in the operation's path, and Values their values as they were sent.
	Names, Values []string
	Query         *qs.Values
	// Styled reads each parameter in the style that the document gives it. Otherwise it is
	// read as Unleash's server does.
	Styled bool
}

// Judge returns the value of a parameter, and how it breaks the contract. Parameters are
// sent as texts, so each is judged as what its text stands for.
func (r *Request) Judge(parameter *spec.Parameter) (value any, failures []spec.Failure) {
	value, present := r.sent(parameter)
	if !r.Styled {
		return value, parameter.Check(ajv.Coerce(parameter.Shape, value), present)
	}
	if parts, certain := r.parts(parameter); parts != nil {
		if read, failed := foreign.Parameter(parameter, parts, true, r.Query); certain || len(failed) == 0 {
			return read, failed
		}
	}
	return foreign.Parameter(parameter, value, present, r.Query)
}

// parts returns the elements of a list or the properties of an object if some contain separators, which are
// then escaped, unlike those between the elements. It is nil if none do. Many clients escape all separators, so
// it is certain only if there are several parts.
func (r *Request) parts(parameter *spec.Parameter) (parts any, certain bool) {
	written, unescape := r.written(parameter)
	marked := escapes.Replace(written)
	if marked == written {
		return nil, false
	}
	text, err := unescape(marked)
	if err != nil || parameter.Lacks(text) {
		return nil, false
	}
	certain = len(parameter.Shape.Plain()) == 1
	switch parts := parameter.Decode(text).(type) {
	case []any:
		for i, part := range parts {
			parts[i] = marks.Replace(part.(string))
		}
		return parts, certain && len(parts) > 1
	case map[string]any:
		out := make(map[string]any, len(parts))
		for name, part := range parts {
			out[marks.Replace(name)] = marks.Replace(part.(string))
		}
		return out, certain && len(out) > 1
	}
	return nil, false
}

// A mark stands for a separator that is escaped. Marks are runes for private use.
const firstMark = 0xF0000

// escapes puts marks in the place of escaped separators, and marks puts the separators there.
var escapes, marks = func() (escapes, marks *strings.Replacer) {
	var toMarks, fromMarks []string
	for i, separator := range []byte(",.;=") {
		mark, escape := string(rune(firstMark+i)), fmt.Sprintf("%%%02X", separator)
		toMarks = append(toMarks, escape, mark, strings.ToLower(escape), mark)
		fromMarks = append(fromMarks, mark, string(separator))
	}
	return strings.NewReplacer(toMarks...), strings.NewReplacer(fromMarks...)
}()

// written returns the text of a parameter whose parts stand between literal separators, as it was sent, and
// how it is unescaped; no text for other parameters, and for one that is in the query more than once.
func (r *Request) written(parameter *spec.Parameter) (text string, unescape func(string) (string, error)) {
	switch {
	case parameter.JSON:
	case parameter.In == "path":
		return r.Values[slices.Index(r.Names, parameter.Name)], url.PathUnescape
	case parameter.In == "cookie":
		text, _ := r.cookie(parameter)
		return text, url.PathUnescape
	case parameter.In == "query" && parameter.Style == "form" && !parameter.Explode:
		return r.inQuery(parameter.Name), url.QueryUnescape
	}
	return "", nil
}

// inQuery returns the text that is sent in the query under a name; none if it is sent more than once.
func (r *Request) inQuery(name string) (text string) {
	count := 0
	for field := range strings.SplitSeq(httpx.RawQuery(r.HTTP), "&") {
		sent, value, _ := strings.Cut(field, "=")
		if sent, err := url.QueryUnescape(sent); err == nil && sent == name {
			text = value
			count++
		}
	}
	if count > 1 {
		return ""
	}
	return text
}

// sent returns the value of a parameter as it was sent.
func (r *Request) sent(parameter *spec.Parameter) (value any, present bool) {
	switch parameter.In {
	case "path":
		return httpx.Unescape(r.Values[slices.Index(r.Names, parameter.Name)]), true
	case "query":
		if r.Styled {
			return foreign.Query(parameter.Name, httpx.RawQuery(r.HTTP), r.Query)
		}
		return r.Query.Get(parameter.Name)
	case "cookie":
		text, present := r.cookie(parameter)
		if !present {
			return nil, false
		}
		return httpx.Unescape(text), true
	}
	values := r.HTTP.Header.Values(parameter.Name)
	return strings.Join(values, ", "), len(values) > 0
}

// cookie returns the value of a cookie, as it was sent. Unlike Go's parser of cookies, it reads values
// that contain quotes, such as JSON, or letters beyond ASCII.
func (r *Request) cookie(parameter *spec.Parameter) (text string, present bool) {
	for _, line := range r.HTTP.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			name, text, _ := strings.Cut(pair, "=")
			if strings.TrimSpace(name) != parameter.Name {
				continue
			}
			text = strings.TrimSpace(text)
			if quoted := len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"'; quoted && !parameter.JSON {
				text = text[1 : len(text)-1]
			}
			return text, true
		}
	}
	return "", false
}
