package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// answering returns a handler that answers GET requests for some paths with the given JSON and
// passes everything else on to next.
func answering(next http.Handler, answers map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer, is := answers[r.URL.Path]; is && r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = w.Write([]byte(answer))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// TestWhatATargetLacksDisablesScenarios checks the reasons given for disabled scenarios.
func TestWhatATargetLacksDisablesScenarios(t *testing.T) {
	t.Parallel()
	const seen, made = "client/sdks-get-a-flag-with-its-strategies", "flags/creates-a-flag-from-a-name-alone"
	overview := func(pattern string) map[string]string {
		return map[string]string{"/api/admin/projects/default/overview": fmt.Sprintf(`{"defaultStickiness":"default","featureNaming":{"pattern":%q},"environments":[{"environment":"development"}]}`, pattern)}
	}
	full := func(path, answer string) map[string]string {
		return map[string]string{path: answer, "/api/admin/ui-config": `{"resourceLimits":{"segments":2,"apiTokens":2,"featureFlags":2}}`}
	}
	for name, test := range map[string]struct {
		options  conformance.Options
		answers  map[string]string
		scenario string
		want     string // the reason; empty if the scenario runs
	}{
		"nothing":               {conformance.Options{}, nil, seen, ""},
		"the project":           {conformance.Options{Project: "shop"}, nil, made, "the target has no project shop, or does not show it; --project chooses one"},
		"the environment":       {conformance.Options{Environment: "staging"}, nil, seen, "the project default has no environment staging, but development, production; --environment chooses one"},
		"a token for it":        {conformance.Options{Environment: "production"}, nil, seen, "the backend's token is for the environment development, but the run is for production; --environment changes that"},
		"nothing in production": {conformance.Options{Environment: "production"}, nil, "switches/switches-a-flag-on-in-one-environment", ""},
		"room for a segment":    {conformance.Options{}, full("/api/admin/segments", `{"segments":[{},{}]}`), "segments/creates-a-segment-for-one-project", "the target holds 2 segments and has room for 0 more; the scenario needs 1"},
		"room for an API token": {conformance.Options{}, full("/api/admin/api-tokens", `{"tokens":[{},{},{}]}`), "tokens/creates-a-token-from-a-name-and-a-type-alone", "the target holds 3 API tokens and has room for 0 more; the scenario needs 1"},
		"room for a flag":       {conformance.Options{}, full("/api/admin/search/features", `{"features":[],"total":2}`), made, "the target holds 2 flags and has room for 0 more; the scenario needs 1"},
		"room for two flags":    {conformance.Options{}, full("/api/admin/search/features", `{"features":[],"total":1}`), "flags/clones-a-flag-with-its-fields-strategies-variants-and-parents", "the target holds 1 flags and has room for 1 more; the scenario needs 3"},
		"the tag type":          {conformance.Options{}, map[string]string{"/api/admin/tag-types": `{"version":1,"tagTypes":[{"name":"team"}]}`}, "tags/adds-a-tag-to-a-flag", "the target has no tag type simple"},
		"all origins": {conformance.Options{}, map[string]string{"/api/admin/ui-config": `{"frontendApiOrigins":["https://app.example.com"]}`}, "frontend/lets-web-pages-of-all-origins-get-flags-and-read-why-they-get-none",
			"the target does not say that web pages of all origins may use the Frontend API"},
		"names that fit":       {conformance.Options{}, overview("[a-z]+"), made, "the project default requires names of a different form: no name of the run fits the pattern [a-z]+"},
		"nothing but a prefix": {conformance.Options{}, overview(`team-[a-z]+\..+`), made, ""},
		"changes without approval": {conformance.Options{}, map[string]string{"/api/admin/projects/default/change-requests/config": `[{"environment":"development","changeRequestEnabled":true}]`}, "switches/switches-a-flag-on-in-one-environment",
			"changes to flags in the environment development of the project default go through change requests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := test.options
			options.Handler = answering(newMock(t, mockserver.WithLimits(mockserver.Limits{})), test.answers)
			options.Scenarios = []string{test.scenario}
			want := exitcode.OK
			if test.want != "" {
				want = exitcode.Unverified
			}
			if got := find(t, verify(t, want, options), test.scenario); got.Reason != test.want || (got.Outcome == report.Passed) != (test.want == "") {
				t.Errorf("%s: %q", got.Outcome, got.Reason)
			}
		})
	}
}

// TestALimitThatIsToldOrDocumentedHasToBeHeld is about a target that limits nothing. Only a mock
// may be one.
func TestALimitThatIsToldOrDocumentedHasToBeHeld(t *testing.T) {
	t.Parallel()
	const endpoints, tokens, calls = "endpoints/limits-the-number-of-endpoints-of-an-instance", "tokens/limits-the-number-of-tokens-of-an-endpoint", "calls/rate-limits-calls"
	reported := map[string]string{"/api/admin/ui-config": `{"resourceLimits":{"signalEndpoints":5}}`}
	given := map[string]int{"tokens": 5}
	for name, test := range map[string]struct {
		stranger bool
		limits   map[string]int
		answers  map[string]string
		scenario string
		want     report.Outcome
	}{
		"endpoints, reported":          {false, nil, reported, endpoints, report.Failed},
		"endpoints, not stated":        {false, given, nil, endpoints, report.Disabled},
		"endpoints of no mock":         {true, nil, nil, endpoints, report.Failed},
		"tokens, stated by the user":   {false, given, nil, tokens, report.Failed},
		"tokens, not stated":           {false, nil, reported, tokens, report.Disabled},
		"calls of a mock":              {false, given, reported, calls, report.Disabled},
		"calls of anything but a mock": {true, nil, nil, calls, report.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := conformance.Options{Tokens: conformance.MockTokens(), Limits: test.limits, Scenarios: []string{test.scenario}, AllowWrites: true}
			options.Handler = answering(newMock(t, mockserver.WithLimits(mockserver.Limits{})), test.answers)
			if test.stranger {
				options.Handler = withoutHeader(options.Handler)
			}
			want := exitcode.Broken
			if test.want == report.Disabled {
				want = exitcode.Unverified
			}
			if got := find(t, verify(t, want, options), test.scenario); got.Outcome != test.want {
				t.Errorf("%s: %q", got.Outcome, got.Reason)
			}
		})
	}
}

// TestOnlyFlagsGetWhatANamingPatternRequires runs scenarios with tags and segments in a project
// with a naming pattern. Nothing may be left, and no tag may become too long.
func TestOnlyFlagsGetWhatANamingPatternRequires(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	overview := `{"defaultStickiness":"default","featureNaming":{"pattern":"team-payments\\..+"},"environments":[{"environment":"development"}]}`
	result := verify(t, exitcode.OK, conformance.Options{
		Handler:    answering(mock, map[string]string{"/api/admin/projects/default/overview": overview}),
		Operations: []string{"addTag", "updateTags", "removeTag", "cloneFeature", "createSegment", "updateSegment"},
	})
	flags := 0
	for _, scenario := range result.Scenarios {
		for _, x := range scenario.Exchanges {
			if strings.Contains(x.Request.Body, "team-payments.") {
				flags++
			}
		}
	}
	recorder, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/admin/tags", nil)
	r.Header.Set("Authorization", conformance.MockTokens().Admin)
	mock.ServeHTTP(recorder, r)
	if left := recorder.Body.String(); flags == 0 || len(result.Cleanup) > 0 || strings.Contains(left, "unleash-mock-verify") {
		t.Errorf("%d requests with a fitted name, left %+v and %s", flags, result.Cleanup, left)
	}
}

// askAdmin sends a request to a mock as the admin and returns the status.
func askAdmin(mock http.Handler, method, path, body string) int {
	recorder, r := httptest.NewRecorder(), httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", conformance.MockTokens().Admin)
	r.Header.Set("Content-Type", "application/json")
	mock.ServeHTTP(recorder, r)
	return recorder.Code
}

// TestASweepFindsFlagsOfPatternedNames checks that a sweep removes a flag even if the run's name
// is only part of the flag's, as it is in projects with a naming pattern.
func TestASweepFindsFlagsOfPatternedNames(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	const flags = "/api/admin/projects/default/features"
	own, others := "team-a.unleash-mock-verify-261128abcdef-flags1-one", "unleash-mock-verify-none-of-a-run"
	for _, name := range []string{own, others} {
		if status := askAdmin(mock, http.MethodPost, flags, fmt.Sprintf(`{"name":%q}`, name)); status != http.StatusCreated {
			t.Fatalf("creating %s: status %d", name, status)
		}
	}
	for _, dry := range []bool{true, false} {
		swept, left, err := conformance.Sweep(t.Context(), conformance.Options{Handler: mock}, conformance.SweepOptions{DryRun: dry})
		if err != nil || len(left) > 0 || len(swept) != 1 || swept[0].Name != own {
			t.Errorf("dry run %t: swept %+v, left %+v, error %v", dry, swept, left, err)
		}
		if there := askAdmin(mock, http.MethodGet, flags+"/"+own, "") == http.StatusOK; there != dry {
			t.Errorf("dry run %t: the flag exists: %t", dry, there)
		}
	}
	if status := askAdmin(mock, http.MethodGet, flags+"/"+others, ""); status != http.StatusOK {
		t.Errorf("someone else's flag: status %d", status)
	}
}
