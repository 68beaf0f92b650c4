package conformance

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// Test runs the suite under go test and gives each scenario a subtest, once all of them have
// run. Disabled or skipped scenarios are skipped with their reason.
func Test(t *testing.T, options Options) {
	t.Helper()
	result, err := Run(t.Context(), options)
	if result == nil {
		t.Fatal(visible.Line(err.Error()))
	}
	t.Logf("run %s of %s, seed %d", result.Run.ID, result.Target.URL, result.Run.Seed)
	for i := range result.Scenarios {
		scenario := &result.Scenarios[i]
		t.Run(scenario.ID, func(t *testing.T) {
			switch scenario.Outcome {
			case report.Disabled, report.Skipped:
				t.Skip(visible.Line(scenario.Reason))
			case report.Errored:
				t.Error(visible.Line(scenario.Reason))
			case report.Failed:
				t.Error(describe(scenario))
			}
		})
	}
	for _, leftover := range result.Cleanup {
		t.Log(visible.Line(fmt.Sprintf("left behind: %s %s (%s): %s", leftover.Kind, leftover.Name, leftover.Path, leftover.Reason)))
	}
	switch {
	case err != nil && !errors.Is(err, t.Context().Err()):
		t.Error(visible.Line(err.Error()))
	case result.ExitCode == exitcode.Unverified:
		t.Error("nothing was verified")
	}
}

// describe words a scenario's failures in lines that a terminal or CI system does not
// interpret.
func describe(scenario *report.Scenario) string {
	var text strings.Builder
	for _, failure := range visible.Each(scenario.Failures, visible.Line) {
		place := fmt.Sprintf("%s:%d %s", failure.File, failure.Line, failure.Step)
		if failure.File == "" {
			place = "at " + failure.Pointer
		}
		fmt.Fprintf(&text, "%s\n  %s\n  expected %s\n  got      %s\n", failure.Operation, place, failure.Expectation, failure.Got)
		if failure.Source != "" {
			fmt.Fprintf(&text, "  %s: %s\n", failure.Standing, failure.Source)
		}
		if failure.Curl != "" {
			fmt.Fprintf(&text, "  %s\n", failure.Curl)
		}
	}
	return text.String()
}
