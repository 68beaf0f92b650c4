package scenario

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
)

// Request is what a rule can match on.
type Request struct {
	Operation string // operationId
	Workspace string
	Header    http.Header
	// Body is the decoded JSON body: nil, bool, float64, string, []any or
	// map[string]any.
	Body any
}

// matches tells whether all that is set holds.
func (m *Match) matches(r *Request) bool {
	if len(m.Operations) > 0 && !slices.Contains(m.Operations, r.Operation) {
		return false
	}
	if m.Workspace != "" && !glob.Match(m.Workspace, r.Workspace) {
		return false
	}
	for name, pattern := range m.Headers {
		if !slices.ContainsFunc(r.Header.Values(name), func(value string) bool { return glob.Match(pattern, value) }) {
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

// at finds the value at a JSON pointer.
func at(value any, pointer string) (any, bool) {
	if pointer == "" {
		return value, true
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch container := value.(type) {
		case map[string]any:
			inner, found := container[token]
			if !found {
				return nil, false
			}
			value = inner
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(container) {
				return nil, false
			}
			value = container[index]
		default:
			return nil, false
		}
	}
	return value, true
}

// equal compares JSON values. A rule that was written in Go may hold other
// types than a decoded one: an int for a number, a struct for an object.
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
