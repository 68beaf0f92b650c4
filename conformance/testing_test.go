package conformance

import (
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// TestDescribeIsNotSteeredByTheTarget: go test prints it as it is.
func TestDescribeIsNotSteeredByTheTarget(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2J\u009b\u202e\n::error::b ##[error]"
	failure := report.Failure{Operation: "getHealth", Expectation: hostile, Got: hostile, Step: hostile, Source: hostile, Curl: hostile}
	scenario := &report.Scenario{Failures: []report.Failure{failure}}
	text := describe(scenario)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.ContainsAny(line, "\x1b\u009b\u202e") || strings.Contains(line, "##[") {
			t.Errorf("%q", line)
		}
	}
	if strings.Count(text, "2J") != 5 || scenario.Failures[0].Got != hostile {
		t.Errorf("%q of %+v", text, scenario.Failures)
	}
}
