package v8json

import (
	"encoding/json"
	"strings"
	"testing"
)

var benchmarkTexts = []struct {
	name string
	text []byte
}{
	{"60B", []byte(`{"name":"My external app #1","enabled":true,"description":""}`)},
	{"10kB", []byte(`{"list":[` + strings.Repeat(`{"cpu":92.5,"memory":85,"host":"web-2"},`, 250) + `null]}`)},
}

func BenchmarkParse(b *testing.B) {
	for _, test := range benchmarkTexts {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(test.text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(test.name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			b.ReportAllocs()
			for b.Loop() {
				var value any
				if err := json.Unmarshal(test.text, &value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseError(b *testing.B) {
	text := []byte(`["` + strings.Repeat("a", 100_000) + `",x]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err == nil {
			b.Fatal("no error")
		}
	}
}

func BenchmarkParseDeep(b *testing.B) {
	text := []byte(strings.Repeat("[", 100_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err == nil {
			b.Fatal("no error")
		}
	}
}

func BenchmarkRestringify(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Restringify(benchmarkTexts[0].text, "/name")
	}
}

func BenchmarkCompactJSONB(b *testing.B) {
	for _, test := range benchmarkTexts {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := CompactJSONB(test.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
