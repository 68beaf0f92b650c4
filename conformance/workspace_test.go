package conformance_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// noControl is a mock whose control API is closed.
func noControl(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/_mock/") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mock.ServeHTTP(w, r)
	})
}

// workspaceNames lists the workspaces of a mock.
func workspaceNames(t *testing.T, mock http.Handler) []string {
	t.Helper()
	recorder := httptest.NewRecorder()
	mock.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_mock/workspaces", nil))
	var answer struct{ Workspaces []struct{ Name string } }
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range answer.Workspaces {
		names = append(names, w.Name)
	}
	return names
}

// TestNobodyWaitsOnAMockOfTheirOwn verifies what calls a mock that allows one call a second,
// some ten calls.
func TestNobodyWaitsOnAMockOfTheirOwn(t *testing.T) {
	t.Parallel()
	const chosen = "@op:callSignalEndpoint and (@limits or @measured)"
	for name, test := range map[string]struct {
		wrap    func(http.Handler) http.Handler
		options conformance.Options
		own     bool
	}{
		"its control API is open":   {nil, conformance.Options{Workspace: true, Tags: chosen}, true},
		"its control API is closed": {noControl, conformance.Options{Workspace: true, Scenarios: []string{"calls/a-renamed-token-goes-on-calling"}}, false},
		"it is no mock":             {withoutHeader, conformance.Options{Workspace: true, Tokens: conformance.MockTokens(), Scenarios: []string{"calls/a-renamed-token-goes-on-calling"}}, false},
		"nobody asked for it":       {nil, conformance.Options{Scenarios: []string{"calls/a-renamed-token-goes-on-calling"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.UnleashLimits()))
			test.options.Handler = mock
			if test.wrap != nil {
				test.options.Handler = test.wrap(mock)
			}
			began := time.Now()
			result := verify(t, 0, test.options)
			if test.own && time.Since(began) > 8*time.Second && !raceDetector {
				t.Errorf("%d exchanges took %s", result.Summary.Exchanges, time.Since(began))
			}
			inWorkspace := 0
			for _, scenario := range result.Scenarios {
				for _, x := range scenario.Exchanges {
					if strings.Contains(x.Request.URL, "/w/verify-"+result.Run.ID+"/") {
						inWorkspace++
					}
				}
			}
			if (inWorkspace == result.Summary.Exchanges) != test.own || result.Summary.Passed == 0 || strings.Contains(result.Target.URL, "/w/") {
				t.Errorf("%d of %d exchanges in a workspace, %+v, %s", inWorkspace, result.Summary.Exchanges, result.Summary, result.Target.URL)
			}
			if names := workspaceNames(t, mock); !slices.Equal(names, []string{"default"}) || len(result.Cleanup) > 0 {
				t.Errorf("workspaces %q, left %+v", names, result.Cleanup)
			}
		})
	}
}
