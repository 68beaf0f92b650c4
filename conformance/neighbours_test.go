package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
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

// TestAChangeByOthersIsNoBrokenTag checks that a response that others change between a request and its
// conditional repetition is inconclusive, but that a target without entity tags fails.
func TestAChangeByOthersIsNoBrokenTag(t *testing.T) {
	t.Parallel()
	const flags = "/api/admin/projects/default/features"
	for name, test := range map[string]struct {
		disturb func(mock http.Handler, r *http.Request, first bool)
		want    report.Outcome
	}{
		"another flag is made": {func(mock http.Handler, _ *http.Request, first bool) {
			if first {
				askAdmin(mock, http.MethodPost, flags, `{"name":"of-others"}`)
			}
		}, report.Skipped},
		"tags are ignored": {func(_ http.Handler, r *http.Request, _ bool) { r.Header.Del("If-None-Match") }, report.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			var conditional atomic.Int32
			server := httptest.NewServer(withoutHeader(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					test.disturb(mock, r, conditional.Add(1) == 1)
				}
				mock.ServeHTTP(w, r)
			})))
			t.Cleanup(server.Close)
			const id = "client/an-sdk-that-already-has-the-flags-gets-a-304"
			result, err := conformance.Run(t.Context(), conformance.Options{Target: server.URL, Tokens: conformance.MockTokens(), Scenarios: []string{id}})
			if err != nil {
				t.Fatal(err)
			}
			scenario := find(t, result, id)
			if scenario.Outcome != test.want || test.want == report.Skipped && !strings.HasPrefix(scenario.Reason, "others changed what it reads at the same time") {
				t.Errorf("%s: %s%s", scenario.Outcome, scenario.Reason, firstFailures(result))
			}
		})
	}
}

// TestAGatewayThatLimitsIsNoBrokenContract checks that a 429 of a gateway in front of the target is waited
// for and not judged.
func TestAGatewayThatLimitsIsNoBrokenContract(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	var refused atomic.Bool
	gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/unleash-mock-verify-none") && refused.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "<h1>Slow down</h1>", http.StatusTooManyRequests)
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, exitcode.OK, conformance.Options{Handler: gateway, Scenarios: []string{"client/a-flag-that-the-token-cannot-see-is-not-found"}})
	for _, scenario := range result.Scenarios {
		for _, x := range scenario.Exchanges {
			if len(x.Violations) > 0 {
				t.Errorf("status %d: %+v", x.Response.Status, x.Violations)
			}
		}
	}
	if !refused.Load() {
		t.Error("the gateway refused nothing")
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
