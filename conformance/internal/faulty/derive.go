package faulty

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Derived lists the faults that follow from the contract. They cover each status and each
// property of every response of every operation, based on the document's own examples. A
// change to an example counts as a fault only if the contract then rejects the example. The
// IDs are paths: operation, status, what is wrong, where.
func Derived(contract *spec.Contract) ([]bend.Fault, error) {
	var faults []bend.Fault
	for _, operation := range contract.Operations() {
		for _, response := range operation.Responses() {
			faults = append(faults, wrongStatus(operation, response))
			examples := examplesOf(response)
			if response.MediaType == jsonType && len(examples) == 0 {
				return nil, fmt.Errorf("%s, status %d: no example to derive faults from", operation.ID, response.Status)
			}
			faults = append(faults, spoiled(operation, response, examples)...)
		}
	}
	return faults, nil
}

const jsonType = "application/json"

// undocumented is a status that no operation documents.
const undocumented = http.StatusTeapot

func wrongStatus(operation *spec.Operation, response *spec.Response) bend.Fault {
	f := derived(operation, response, "status", "")
	f.Name = fmt.Sprintf("answers %d instead of %d", undocumented, response.Status)
	f.Unprovoked = unprovoked(operation, response.Status, nil)
	f.Bend = bend.When(bend.Answered(response.Status), bend.Status(undocumented))
	return f
}

// derived returns a fault in an operation's response with a given status. It does not bend
// anything yet.
func derived(operation *spec.Operation, response *spec.Response, what, pointer string) bend.Fault {
	return bend.Fault{
		ID: fmt.Sprintf("%s/%d/%s%s", operation.ID, response.Status, what, pointer), Name: strings.TrimSpace(what + " " + pointer),
		Operation: operation.ID, Status: response.Status, Pointer: pointer, Standing: response.Standing, Mock: mockFor(operation, response.Status, nil),
	}
}

// unprovoked says why no request can bring about a response like the example. It returns an
// empty string if one can.
func unprovoked(operation *spec.Operation, status int, example any) string {
	_, named := jsonvalue.At(example, "/name")
	switch {
	case status >= http.StatusInternalServerError:
		return "no request can bring about a failure of the server"
	case status == http.StatusUnsupportedMediaType && named && operation.AcceptsAnyContentType:
		return "it is not known whether it requires a content type, so no scenario sends a different one"
	}
	return ""
}

// mockFor returns the kind of mock that answers an operation with a status and a body like
// the example. A 404 with an id is for a path that only Enterprise has.
func mockFor(operation *spec.Operation, status int, example any) bend.Mock {
	_, hasID := jsonvalue.At(example, "/id")
	switch {
	case status == http.StatusTooManyRequests && operation.ID == "callSignalEndpoint":
		return bend.Calls
	case status == http.StatusTooManyRequests:
		return bend.FewRequests
	case status == http.StatusNotFound && (hasID || len(operation.PathParameters()) == 0):
		return bend.OpenSource
	}
	return bend.Lifted
}

// spoiled returns the faults in the body of a response.
func spoiled(operation *spec.Operation, response *spec.Response, examples []any) []bend.Fault {
	var faults []bend.Fault
	known := map[string]bool{}
	for _, example := range examples {
		for _, s := range spoilings(example) {
			f := derived(operation, response, s.what, s.pointer)
			f.Mock = mockFor(operation, response.Status, example)
			f.Unprovoked = unprovoked(operation, response.Status, example)
			if known[f.ID] || !s.breaks(operation, response, example) {
				continue
			}
			known[f.ID] = true
			f.Bend = bend.When(bend.Answered(response.Status), bend.Edit(s.pointer, s.change))
			faults = append(faults, f)
		}
	}
	return faults
}

// spoiling is one way to spoil a body.
type spoiling struct {
	what    string
	pointer string // with a * for every entry of a list
	change  func(*bend.Value) *bend.Value
}

// breaks reports whether the spoiled example breaks the contract.
func (s spoiling) breaks(operation *spec.Operation, response *spec.Response, example any) bool {
	body, isJSON := bend.ParseJSON([]byte(jsonvalue.Text(example)))
	if !isJSON {
		return false
	}
	text := body.Edit(s.pointer, s.change).Append(nil)
	header := http.Header{"Content-Type": {jsonType + "; charset=utf-8"}}
	return slices.ContainsFunc(operation.CheckResponse(response.Status, header, text), func(f spec.Failure) bool { return f.In == "body" })
}

// spoilings returns the ways to spoil a value and everything in it.
func spoilings(example any) []spoiling {
	all := []spoiling{
		{"wrapped", "", func(v *bend.Value) *bend.Value { return wrapped(v) }},
		{"other-type", "", anotherType},
	}
	visit(example, "", func(pointer string, value any, isMember bool) {
		if isMember {
			all = append(all,
				spoiling{"missing", pointer, bend.Gone},
				spoiling{"other-type", pointer, bend.Present(anotherType)},
				spoiling{"null", pointer, bend.Present(bend.To("null"))},
			)
		}
		if _, isObject := value.(map[string]any); isObject {
			all = append(all, spoiling{"too-many", pointer, oneTooMany})
		}
	})
	return all
}

// visit visits a value and everything in it. The entries of a list share a pointer.
func visit(value any, pointer string, see func(pointer string, value any, isMember bool)) {
	see(pointer, value, pointer != "" && !strings.HasSuffix(pointer, "/*"))
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			visit(value[key], pointer+"/"+key, see)
		}
	case []any:
		for _, entry := range value {
			visit(entry, pointer+"/*", see)
		}
	}
}

func wrapped(v *bend.Value) *bend.Value {
	out := bend.Scalar("{}")
	out.Put("data", v)
	return out
}

func anotherType(v *bend.Value) *bend.Value {
	switch {
	case v.Kind == '[':
		return bend.Scalar("{}")
	case v.Kind == '{':
		return bend.Scalar("[]")
	case strings.HasPrefix(v.Text, `"`):
		return bend.Scalar("4711")
	}
	return bend.Quoted("other")
}

func oneTooMany(v *bend.Value) *bend.Value {
	if v != nil && v.Kind == '{' {
		v.Put("oneTooMany", bend.Scalar("1"))
	}
	return v
}

// examplesOf returns the examples of a response in JSON.
func examplesOf(response *spec.Response) []any {
	var all []any
	for _, content := range response.Contents {
		if content.MediaType != jsonType {
			continue
		}
		for _, example := range slices.SortedFunc(slices.Values(content.Examples), func(a, b openapi.Example) int { return strings.Compare(a.Name, b.Name) }) {
			value, _ := jsonvalue.Decode(example.Value)
			all = append(all, value)
		}
	}
	return all
}
