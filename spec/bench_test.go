package spec

import (
	"fmt"
	"testing"
)

// BenchmarkParse is most of what a start costs.
func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheckResponse judges a body that is known and bodies that are not.
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
