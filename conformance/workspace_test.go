package conformance_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// noControl returns a mock whose control API is closed.
func noControl(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/_mock/") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mock.ServeHTTP(w, r)
	})
}

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

// TestNobodyWaitsOnAMockOfTheirOwn runs scenarios with some ten calls on a mock that allows one
// call a second, unless the run has a workspace of its own.
func TestNobodyWaitsOnAMockOfTheirOwn(t *testing.T) {
	t.Parallel()
	const chosen = "@op:callSignalEndpoint and (@limits or @measured)"
	for name, test := range map[string]struct {
		wrap    func(http.Handler) http.Handler
		options conformance.Options
		own     bool
	}{
		"its control API is open":   {nil, conformance.Options{Workspace: true, Tags: chosen}, true},
		"its control API is closed": {noControl, conformance.Options{Workspace: true, Scenarios: []string{"calls/a-renamed-token-can-still-call"}}, false},
		"it is no mock":             {withoutHeader, conformance.Options{Workspace: true, Tokens: conformance.MockTokens(), Scenarios: []string{"calls/a-renamed-token-can-still-call"}}, false},
		"nobody asked for it":       {nil, conformance.Options{Scenarios: []string{"calls/a-renamed-token-can-still-call"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.UnleashLimits()))
			test.options.Handler = mock
			if test.wrap != nil {
				test.options.Handler = test.wrap(mock)
			}
			var waited time.Duration
			test.options.Progress = func(p conformance.Progress) { waited = max(waited, p.Waited) }
			result := verify(t, 0, test.options)
			if test.own && waited != 0 { // others wait, unless they are slow enough
				t.Errorf("%d exchanges waited %s for the target's limits", result.Summary.Exchanges, waited)
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
				t.Errorf("%d of %d exchanges in a workspace, summary %+v, target %s", inWorkspace, result.Summary.Exchanges, result.Summary, result.Target.URL)
			}
			if names := workspaceNames(t, mock); !slices.Equal(names, []string{"default"}) || len(result.Cleanup) > 0 {
				t.Errorf("workspaces %q, left %+v", names, result.Cleanup)
			}
		})
	}
}

// settings is the tag of scenarios that change what everyone on an instance shares.
const settings = "@settings"

// TestSettingsOfOthersStayAsTheyAre runs scenarios that remove an environment from a project, on
// a mock where someone else's flag has a strategy in that environment.
func TestSettingsOfOthersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const strategies = "/api/admin/projects/default/features/theirs/environments/production/strategies"
	for name, test := range map[string]struct {
		wrap    func(http.Handler) http.Handler
		options conformance.Options
		runs    bool
		reason  string // the end of the reason if they do not run
	}{
		"a workspace is to be had":  {nil, conformance.Options{Workspace: true}, true, ""},
		"nobody asked for one":      {nil, conformance.Options{}, false, "no workspace was requested for the run"},
		"what is made is kept":      {nil, conformance.Options{Workspace: true, Keep: true}, false, "what the run creates is kept, but a workspace is not"},
		"its control API is closed": {noControl, conformance.Options{Workspace: true}, false, "is closed or has no room for one"},
		"a token of its own":        {nil, conformance.Options{Workspace: true, Tokens: conformance.Tokens{Admin: "*:*.theirs"}}, false, "a new workspace would not know the tokens"},
		"a project of its own":      {nil, conformance.Options{Workspace: true, Project: "shop"}, false, "the target has no project shop, or does not show it; --project chooses one"},
		"it is no mock":             {withoutHeader, conformance.Options{Workspace: true, Tokens: conformance.MockTokens()}, false, "on a mock that the run has to itself"},
		"it may only be read":       {nil, conformance.Options{Workspace: true, ReadOnly: true}, false, "--allow-writes turns it on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			state := strings.NewReplacer(
				`"projects":[{`, `"projects":[{"id":"shop","name":"Shop","environments":[{"environment":"development"},{"environment":"production"}]},{`,
				`"apiTokens":[`, fmt.Sprintf(`"apiTokens":[{"name":"theirs","type":"admin","projects":["*"],"environment":"*","digest":"sha256:%x"},`, sha256.Sum256([]byte("*:*.theirs"))),
			).Replace(listOf(t, mock, "http://127.0.0.1/_mock/state"))
			for _, change := range [][3]string{
				{http.MethodPut, "http://127.0.0.1/_mock/state", state},
				{http.MethodPost, "/api/admin/projects/default/features", `{"name":"theirs"}`},
				{http.MethodPost, strategies, `{"name":"flexibleRollout"}`},
			} {
				if status := askAdmin(mock, change[0], change[1], change[2]); status >= 300 {
					t.Fatalf("%s %s: status %d", change[0], change[1], status)
				}
			}
			served := http.Handler(mock)
			if test.wrap != nil {
				served = test.wrap(mock)
			}
			server := httptest.NewServer(served)
			t.Cleanup(server.Close)
			before := listOf(t, mock, strategies)
			test.options.Target, test.options.Tags = server.URL, settings
			want := exitcode.Unverified
			if test.runs {
				want = exitcode.OK
			}
			result := verify(t, want, test.options)
			for _, scenario := range result.Scenarios {
				if !test.runs && slices.Contains(scenario.Tags, settings) && !strings.HasSuffix(scenario.Reason, test.reason) {
					t.Errorf("%s: %s", scenario.ID, scenario.Reason)
				}
			}
			if after := listOf(t, mock, strategies); after != before || !strings.Contains(after, "flexibleRollout") {
				t.Errorf("strategies before: %s\nafter: %s", before, after)
			}
			if names := workspaceNames(t, mock); !slices.Equal(names, []string{"default"}) || len(result.Cleanup) > 0 {
				t.Errorf("workspaces %q, left %+v", names, result.Cleanup)
			}
		})
	}
}

// TestNothingThatAnOverlayIsLaidOverHasItsSettingsChanged matters because every workspace of an
// overlay has the same instance behind it, whether or not that is a mock.
func TestNothingThatAnOverlayIsLaidOverHasItsSettingsChanged(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, wrap := range map[string]func(http.Handler) http.Handler{
		"a real server": withoutHeader,
		"another mock":  func(mock http.Handler) http.Handler { return mock },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			below := &liar{mock: wrap(newMock(t, mockserver.WithLimits(mockserver.Limits{})))}
			upstream := httptest.NewServer(below)
			t.Cleanup(upstream.Close)
			address, err := url.Parse(upstream.URL)
			if err != nil {
				t.Fatal(err)
			}
			overlay := httptest.NewServer(newMock(t, mockserver.WithUpstream(mockserver.Upstream{URL: address})))
			t.Cleanup(overlay.Close)
			for _, options := range []conformance.Options{{Target: overlay.URL}, {Handler: overlay.Config.Handler}} {
				options.Workspace, options.Tokens, options.Tags = true, conformance.MockTokens(), "@settings or @fatal-to-people"
				result := verify(t, exitcode.OK, options)
				for _, scenario := range result.Scenarios {
					if slices.Contains(scenario.Tags, settings) && scenario.Outcome != report.Disabled {
						t.Errorf("%s: %s", scenario.ID, scenario.Outcome)
					}
				}
			}
			if changes := below.of("/api/admin/environments"); len(changes) > 0 {
				t.Errorf("changes were requested of the instance below: %q", changes)
			}
		})
	}
}

// TestAHalfChangedSettingGoesWithTheWorkspace fails a scenario after it removed an environment and
// before it adds it again.
func TestAHalfChangedSettingGoesWithTheWorkspace(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	target := &liar{mock: mock, lie: func(r *http.Request, body string) string {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/api/admin/environments/project/default") {
			return strings.ReplaceAll(body, `"visible":false`, `"visible":true`)
		}
		return body
	}}
	server := httptest.NewServer(target)
	t.Cleanup(server.Close)
	const environments = "/api/admin/environments/project/default"
	before := listOf(t, mock, environments)
	result := verify(t, exitcode.Broken, conformance.Options{Target: server.URL, Workspace: true, Tags: settings})
	if taken := find(t, result, "environments/removes-an-environment-from-a-project-and-adds-it-again"); taken.Outcome != report.Failed {
		t.Errorf("the outcome is %s", taken.Outcome)
	}
	if after := listOf(t, mock, environments); after != before {
		t.Errorf("environments before: %s\nafter: %s", before, after)
	}
	if names := workspaceNames(t, mock); !slices.Equal(names, []string{"default"}) || len(result.Cleanup) > 0 {
		t.Errorf("workspaces %q, left %+v", names, result.Cleanup)
	}
}

// listOf returns what a mock answers the admin at a path, in JSON.
func listOf(t *testing.T, mock http.Handler, path string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", conformance.MockTokens().Admin)
	recorder := httptest.NewRecorder()
	mock.ServeHTTP(recorder, r)
	if recorder.Code != http.StatusOK {
		t.Fatalf("%s: status %d", path, recorder.Code)
	}
	return recorder.Body.String()
}
