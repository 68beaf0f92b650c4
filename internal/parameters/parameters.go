// Package parameters reads and judges the parameters of requests, in one way for
// everything that judges them.
package parameters

import (
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
	// Names are the parameters in the operation's path, and Values their unescaped values.
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
	if r.Styled {
		value, failures = foreign.Parameter(parameter, value, present, r.Query)
		if len(failures) == 0 {
			return value, nil
		}
		if words := r.words(parameter); words != nil {
			if list, failed := foreign.Parameter(parameter, words, true, r.Query); len(failed) == 0 {
				return list, nil
			}
		}
		return value, failures
	}
	return value, parameter.Check(ajv.Coerce(parameter.Shape, value), present)
}

// words returns the elements of a list in the query if some contain commas, which are then escaped, unlike
// those between the elements. Many clients escape all of them. There are none if the list is sent more than once.
func (r *Request) words(parameter *spec.Parameter) (words []any) {
	if parameter.In != "query" || parameter.Style != "form" || parameter.Explode || parameter.JSON {
		return nil
	}
	for field := range strings.SplitSeq(httpx.RawQuery(r.HTTP), "&") {
		name, text, _ := strings.Cut(field, "=")
		if name, err := url.QueryUnescape(name); err != nil || name != parameter.Name {
			continue
		}
		if words != nil || !strings.Contains(strings.ToUpper(text), "%2C") {
			return nil
		}
		for word := range strings.SplitSeq(text, ",") {
			word, err := url.QueryUnescape(word)
			if err != nil {
				return nil
			}
			words = append(words, word)
		}
	}
	return words
}

// sent returns the value of a parameter as it was sent.
func (r *Request) sent(parameter *spec.Parameter) (value any, present bool) {
	switch parameter.In {
	case "path":
		return r.Values[slices.Index(r.Names, parameter.Name)], true
	case "query":
		if r.Styled {
			return foreign.Query(parameter.Name, httpx.RawQuery(r.HTTP), r.Query)
		}
		return r.Query.Get(parameter.Name)
	case "cookie":
		return r.cookie(parameter)
	}
	values := r.HTTP.Header.Values(parameter.Name)
	return strings.Join(values, ", "), len(values) > 0
}

// cookie returns the value of a cookie, decoded. Unlike Go's parser of cookies, it reads values
// that contain quotes, such as JSON, or letters beyond ASCII.
func (r *Request) cookie(parameter *spec.Parameter) (value any, present bool) {
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
			return httpx.Unescape(text), true
		}
	}
	return nil, false
}
