package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestRunsBesideEachOtherAccuseNobody verifies one target in two concurrent runs. Its limits are
// wide enough for one run alone, but not for both.
func TestRunsBesideEachOtherAccuseNobody(t *testing.T) {
	t.Parallel()
	notTwice(t)
	limits := mockserver.UnleashLimits()
	limits.CallsPerSecond = 20
	server := httptest.NewServer(newMock(t, mockserver.WithLimits(limits)))
	t.Cleanup(server.Close)
	for range 2 {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				result, err := conformance.Run(t.Context(), conformance.Options{Target: server.URL, Tokens: conformance.MockTokens()})
				if err != nil {
					t.Error(err)
					return
				}
				if result.Summary.Failed+result.Summary.Errored > 0 {
					t.Errorf("summary %+v%s", result.Summary, firstFailures(result))
				}
				for _, scenario := range result.Scenarios {
					if scenario.Outcome == report.Skipped && !strings.HasPrefix(scenario.Reason, "others verified the target at the same time") {
						t.Errorf("%s was skipped: %s", scenario.ID, scenario.Reason)
					}
				}
				if len(result.Cleanup) > 0 {
					t.Errorf("left behind: %+v", result.Cleanup)
				}
			})
		}
		both.Wait()
	}
}

// TestARunLeavesAloneWhatAnotherMade ends a run while another, still active one has a flag on the
// target.
func TestARunLeavesAloneWhatAnotherMade(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	const flags, theirs = "/api/admin/projects/default/features", "unleash-mock-verify-261128abcdef-flags1-one"
	if status := askAdmin(mock, http.MethodPost, flags, `{"name":"`+theirs+`"}`); status != http.StatusCreated {
		t.Fatalf("creating the flag: status %d", status)
	}
	verify(t, exitcode.OK, conformance.Options{Handler: mock, Scenarios: []string{"flags/creates-a-flag-from-a-name-alone"}})
	if status := askAdmin(mock, http.MethodGet, flags+"/"+theirs, ""); status != http.StatusOK {
		t.Errorf("the other run's flag: status %d", status)
	}
}
