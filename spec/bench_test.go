package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// sizes are numbers of operations: that of the contract, and one at least as large as that
// of a whole Unleash.
var sizes = []int{len(Default().Operations()), (1 + 211/len(Default().Operations())) * len(Default().Operations())}

// contractOf returns a document with the given number of operations: copies of the
// contract's, each with its own components.
func contractOf(t testing.TB, operations int) []byte {
	t.Helper()
	var document struct {
		OpenAPI    string                                `json:"openapi"`
		Info       json.RawMessage                       `json:"info"`
		Security   json.RawMessage                       `json:"security"`
		Paths      map[string]json.RawMessage            `json:"paths"`
		Components map[string]map[string]json.RawMessage `json:"components"`
	}
	if err := json.Unmarshal(openapiJSON, &document); err != nil {
		t.Fatal(err)
	}
	paths, components := maps.Clone(document.Paths), maps.Clone(document.Components)
	named := regexp.MustCompile(`"operationId":"\w+|"#/components/\w+/\w+`)
	for i := range operations/sizes[0] - 1 {
		copied := func(text json.RawMessage) json.RawMessage {
			return named.ReplaceAll(text, fmt.Appendf(nil, "${0}%d", i))
		}
		for path, item := range document.Paths {
			paths[fmt.Sprintf("/copy%d%s", i, path)] = copied(item)
		}
		for section, entries := range document.Components {
			components[section] = maps.Clone(components[section])
			for name, component := range entries {
				components[section][fmt.Sprint(name, i)] = copied(component)
			}
		}
	}
	document.Paths, document.Components = paths, components
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// start reads a contract and checks a first exchange.
func start(t testing.TB, text []byte, operations int) {
	t.Helper()
	contract, err := read(text, document.New(text), nil)
	if err != nil || len(contract.Operations()) != operations {
		t.Fatal(err, len(contract.Operations()))
	}
	operation := contract.Find(http.MethodGet, "/api/admin/signal-endpoints")
	failures := append(operation.CheckBody(map[string]any{}), operation.CheckResponse(200, jsonHeader, []byte(`{"signalEndpoints":[]}`))...)
	if len(failures) > 0 {
		t.Fatal(failures)
	}
}

// BenchmarkStart measures what the contract adds to a start and to the first exchange.
func BenchmarkStart(b *testing.B) {
	for _, operations := range sizes {
		text := contractOf(b, operations)
		b.Run(fmt.Sprint(operations), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				start(b, text, operations)
			}
		})
	}
}

// TestAStartIsIndifferentToTheSizeOfTheContract checks that only the head of an operation
// is read until it is needed. It is not parallel, because allocations of other tests would
// count.
func TestAStartIsIndifferentToTheSizeOfTheContract(t *testing.T) {
	var allocations []float64
	for _, operations := range sizes {
		text := contractOf(t, operations)
		allocations = append(allocations, testing.AllocsPerRun(3, func() { start(t, text, operations) }))
	}
	t.Logf("%v operations take %v allocations", sizes, allocations)
	if allocations[1] > 2*allocations[0] {
		t.Errorf("%v operations take %v allocations", sizes, allocations)
	}
}

// BenchmarkComplete reads a whole contract.
func BenchmarkComplete(b *testing.B) {
	for _, operations := range sizes {
		text := contractOf(b, operations)
		b.Run(fmt.Sprint(operations), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCheckResponse checks a known body and new bodies.
func BenchmarkCheckResponse(b *testing.B) {
	operation := Default().Operation("updateSignalEndpointToken")
	token := func(n int) []byte {
		return fmt.Appendf(nil, `{"id":7,"name":"My external app #%d","signalEndpointId":1337,"createdAt":"2023-12-27T12:37:00.000Z","createdByUserId":1337}`, n)
	}
	for name, next := range map[string]func(int) []byte{
		"known": func(int) []byte { return token(0) },
		"new":   token,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				if failures := operation.CheckResponse(200, jsonHeader, next(n)); len(failures) > 0 {
					b.Fatal(failures)
				}
			}
		})
	}
}

func BenchmarkCheckBody(b *testing.B) {
	operation := Default().Operation("updateSignalEndpointToken")
	for name, value := range map[string]any{
		"good":    map[string]any{"name": "a"},
		"refused": map[string]any{"name": []any{1.0}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if failures := operation.CheckBody(value); (len(failures) > 0) != (name == "refused") {
					b.Fatal(failures)
				}
			}
		})
	}
}
