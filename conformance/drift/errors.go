package drift

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/spec"
)

// errorBodies judges error responses that both documents list and describe differently.
// Unleash's documents describe nearly all errors with one open schema, while the contract
// describes each as it was observed. That is additional knowledge, not drift, as long as what
// was observed fits the target's document.
type errorBodies struct {
	contract *document
	pair     pair
	target   *spec.Operation // the target's operation, compiled; nil if that fails
}

func newErrorBodies(contract *document, p pair) errorBodies {
	bodies := errorBodies{contract: contract, pair: p}
	source, err := yaml.Marshal(skeleton(p, judgeable(p.operation.ID, p.right)))
	if err != nil {
		return bodies
	}
	compiled, err := spec.Parse(source)
	if err != nil {
		return bodies
	}
	bodies.target = compiled.Operation(p.operation.ID)
	return bodies
}

// judgeable reduces an operation to its responses with exact statuses, and its parameters,
// which its path template requires.
func judgeable(id string, source *yaml.Node) *yaml.Node {
	out, responses := mapping(), mapping()
	for code, response := range fields(field(source, "responses")) {
		if len(code) == 3 && strings.Trim(code, "0123456789") == "" {
			response = without(response)
			if field(response, "description") == nil {
				set(response, "description", scalar(code))
			}
			set(responses, code, response)
		}
	}
	set(out, "operationId", scalar(id))
	set(out, "responses", responses)
	if parameters := field(source, "parameters"); parameters != nil {
		set(out, "parameters", parameters)
	}
	return out
}

// judge returns one change that stands for all the differences of a status. It returns false
// if they have to be judged one by one.
func (b errorBodies) judge(status int) (Change, bool) {
	examples := b.examples(status)
	if b.target == nil || len(examples) == 0 || !b.isOpen(status) {
		return Change{}, false
	}
	change := Change{Pointer: fmt.Sprintf("/responses/%d", status), Kind: Changed, Verdict: Beyond, Reason: reasonErrorLess}
	for _, example := range examples {
		header := http.Header{"Content-Type": {example.mediaType}}
		for _, failure := range b.target.CheckResponse(status, header, example.body) {
			if failure.In == "header" && failure.Keyword == "required" {
				continue // examples have no headers
			}
			change.Verdict, change.Reason = Breaking, reasonOtherError+failure.Error()
			return change, true
		}
	}
	return change, true
}

// isOpen reports whether the target's document allows unnamed properties, or does not
// describe the body at all.
func (b errorBodies) isOpen(status int) bool {
	content := b.pair.at(b.pair.right, fmt.Sprintf("/responses/%d/content", status))
	for _, media := range fields(content) {
		schema := field(media, "schema")
		if field(schema, "additionalProperties") != nil || field(schema, "enum") != nil {
			return false
		}
	}
	return content != nil
}

type example struct {
	mediaType string
	body      []byte
}

// examples returns the bodies that the contract gives as examples of a status.
func (b errorBodies) examples(status int) []example {
	source := b.contract.operations[wireKey(b.pair.operation.Method, b.pair.operation.Path)]
	response := b.contract.resolve(b.contract.at(source.node, fmt.Sprintf("/responses/%d", status)))
	var found []example
	for mediaType, media := range fields(field(response, "content")) {
		values := []*yaml.Node{field(media, "example")}
		for _, entry := range fields(field(media, "examples")) {
			values = append(values, field(b.contract.resolve(entry), "value"))
		}
		for _, value := range values {
			if body, ok := encode(mediaType, value); ok {
				found = append(found, example{mediaType: mediaType, body: body})
			}
		}
	}
	return found
}

func encode(mediaType string, value *yaml.Node) ([]byte, bool) {
	if value == nil {
		return nil, false
	}
	if mediaType != "application/json" {
		return []byte(text(value)), true
	}
	var decoded any
	if err := value.Decode(&decoded); err != nil {
		return nil, false
	}
	body, err := json.Marshal(decoded)
	return body, err == nil
}
