package spec

import (
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

func TestTheFailureSentFirstIsToldFirst(t *testing.T) {
	t.Parallel()
	toggles := func(toggles string) string {
		return `{"appName": "a", "bucket": {"start": 1, "stop": 1, "toggles": {` + toggles + `}}}`
	}
	for _, test := range []struct{ operation, body, want string }{
		{"updateSortOrder", `{"z": "x", "a": "y"}`, "/z"},
		{"updateSortOrder", `{"z": "x", "10": "x", "9": "x"}`, "/9"}, // JavaScript puts indexes first
		{"registerClientMetrics", toggles(`"z": {"yes": "x"}, "a": {"yes": "y"}`), "/bucket/toggles/z/yes"},
		{"addEnvironmentToProject", `{"zz": 1, "environment": "e", "aa": 2}`, "/zz"},
		{"addEnvironmentToProject", `{"zz": 1, "aa": 2}`, "/environment"},
		{"addEnvironmentToProject", `{"environment": "e", "zz": 1, ` + many(2*maxFailures) + `}`, "/zz"},
		{"overwriteEnvironmentFeatureVariants", `[{"zz": 1, "aa": 2, "name": "v", "weight": 1}]`, "/0/zz"},
	} {
		value, err := v8json.Parse([]byte(test.body))
		if err != nil {
			t.Fatal(err)
		}
		failures := Default().Operation(test.operation).CheckBodyText([]byte(test.body), value)
		if len(failures) == 0 {
			t.Errorf("%s %s: no failures", test.operation, test.body)
			continue
		}
		got := failures[0].Pointer
		if failures[0].Property != "" {
			got += "/" + failures[0].Property
		}
		if got != test.want {
			t.Errorf("%s %s: %s is told first, want %s", test.operation, test.body, got, test.want)
		}
	}
}

// many returns properties with names that sort before others.
func many(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = `"A` + strings.Repeat("a", i) + `": 1`
	}
	return strings.Join(names, ", ")
}
