package frontend

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestOtherFlagsAreEvaluatedLikeTheServersOwn runs the scenarios with flags that are put into the
// other workspace as they are: whatever else fails there would hide whether a fault is noticed.
func TestOtherFlagsAreEvaluatedLikeTheServersOwn(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	const operation = "getFrontendFeatures"
	unchanged := bend.When(bend.Is(operation), evaluating(func(*bend.Value) {}))
	result, err := conformance.Run(t.Context(), conformance.Options{Handler: bend.NewServer(mock, unchanged), Operations: []string{operation}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if result.ExitCode != 0 || result.Summary.Passed < 10 {
		t.Errorf("exit code %d, summary %+v", result.ExitCode, result.Summary)
	}
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			t.Errorf("%s: expected %s, got %s", scenario.ID, failure.Expectation, failure.Got)
		}
	}
}
