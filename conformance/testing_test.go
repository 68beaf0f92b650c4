package conformance

import (
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// TestDescribeIsNotSteeredByTheTarget matters because go test prints the text as it is.
func TestDescribeIsNotSteeredByTheTarget(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2J\u009b\u202e\n::error::b ##[error]"
	inScenario := report.Failure{Operation: "getHealth", Expectation: hostile, Got: hostile, File: "f", Step: hostile, Source: hostile, Curl: hostile}
	inAnswer := report.Failure{Operation: "getHealth", Expectation: hostile, Got: hostile, Pointer: hostile, Source: hostile, Curl: hostile}
	scenario := &report.Scenario{Failures: []report.Failure{inScenario, inAnswer}}
	text := describe(scenario)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.ContainsAny(line, "\x1b\u009b\u202e") || strings.Contains(line, "##[") {
			t.Errorf("the line %q is not safe to print", line)
		}
	}
	if strings.Count(text, "2J") != 10 || scenario.Failures[0].Got != hostile {
		t.Errorf("%q describes %+v", text, scenario.Failures)
	}
}
