package rules

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
)

// Request is what a rule can match.
type Request struct {
	Operation string // operationId
	Path      string // as sent, below base path and workspace
	Query     string // as sent, without a fragment
	Workspace string
	Header    http.Header
	// Body is the decoded JSON body: nil, bool, float64, string, []any or
	// map[string]any.
	Body any

	parameters url.Values // of the query, once a rule needs them
}

// matches reports whether all conditions that are set hold.
func (m *Match) matches(r *Request) bool {
	if len(m.Operations) > 0 && !slices.Contains(m.Operations, r.Operation) {
		return false
	}
	if m.Path != "" && !glob.Match(m.Path, r.Path) {
		return false
	}
	if m.Workspace != "" && !glob.Match(m.Workspace, r.Workspace) {
		return false
	}
	for name, pattern := range m.Headers {
		if !matchesOne(pattern, r.Header.Values(name)) {
			return false
		}
	}
	for name, pattern := range m.Query {
		if !matchesOne(pattern, r.parameter(name)) {
			return false
		}
	}
	for pointer, want := range m.Body {
		got, found := at(r.Body, pointer)
		if !found || !equal(got, want) {
			return false
		}
	}
	return true
}

// parameter returns the values of a parameter of the query.
func (r *Request) parameter(name string) []string {
	if r.parameters == nil {
		r.parameters = url.Values{}
		for pair := range strings.SplitSeq(r.Query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			r.parameters.Add(decoded(name), decoded(value))
		}
	}
	return r.parameters[name]
}

// decoded decodes a part of a query. What has a percent sign that begins no escape stays as it is, as on the real server.
func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return strings.ReplaceAll(text, "+", " ")
}

func matchesOne(pattern string, values []string) bool {
	return slices.ContainsFunc(values, func(value string) bool { return glob.Match(pattern, value) })
}

// at returns the value at a JSON pointer.
func at(value any, pointer string) (any, bool) {
	parsed, err := jsonpointer.New(pointer)
	if err != nil {
		return nil, false
	}
	found, _, err := parsed.Get(value)
	return found, err == nil
}

// equal compares JSON values. A rule written in Go may hold other types than a decoded
// one: an int for a number, a struct for an object.
func equal(got, want any) bool {
	if reflect.DeepEqual(got, want) {
		return true
	}
	text, err := json.Marshal(want)
	if err != nil {
		return false
	}
	var plain any
	return json.Unmarshal(text, &plain) == nil && reflect.DeepEqual(got, plain)
}
