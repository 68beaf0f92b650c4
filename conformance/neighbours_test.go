package conformance_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestRunsBesideEachOtherAccuseNobody verifies one target in two concurrent runs. Its limits are
// wide enough for one run alone, but not for both.
func TestRunsBesideEachOtherAccuseNobody(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
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

// TestAGatewayWithoutAResponseIsNoBrokenContract runs behind a gateway that gets no response from the target
// once. A read is repeated; after a write nobody knows what the target did.
func TestAGatewayWithoutAResponseIsNoBrokenContract(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scenario, method string
		want             report.Outcome
	}{
		{"flags/an-archived-flag-is-neither-found-nor-listed", http.MethodGet, report.Passed},
		{"flags/an-archived-flag-is-neither-found-nor-listed", http.MethodDelete, report.Errored},
		{"flags/creates-a-flag-from-a-name-alone", http.MethodDelete, report.Passed}, // what it made is removed all the same
	} {
		t.Run(test.scenario+" "+test.method, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			var failed atomic.Bool
			gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == test.method && strings.Contains(r.URL.Path, "/api/admin/projects/default/features/") && failed.CompareAndSwap(false, true) {
					http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
					return
				}
				mock.ServeHTTP(w, r)
			})
			result, err := conformance.Run(t.Context(), conformance.Options{Handler: gateway, Scenarios: []string{test.scenario}})
			if err != nil {
				t.Fatal(err)
			}
			scenario := result.Scenarios[slices.IndexFunc(result.Scenarios, func(s report.Scenario) bool { return s.Outcome != report.Disabled })]
			if scenario.Outcome != test.want || len(scenario.Failures) > 0 || len(result.Cleanup) > 0 || !failed.Load() {
				t.Errorf("%s: %s, left behind %+v, failures %+v", scenario.Outcome, scenario.Reason, result.Cleanup, scenario.Failures)
			}
			if test.method == http.MethodGet && scenario.Reason != "a gateway answered in place of the target, last with 502; requests that were repeated: 1" {
				t.Errorf("reason %q", scenario.Reason)
			}
		})
	}
}

// TestAGatewayThatRefusesBodiesOfReads runs behind a gateway that refuses each GET with a body.
func TestAGatewayThatRefusesBodiesOfReads(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.ContentLength > 0 {
			http.Error(w, "<h1>403 ERROR</h1> The request could not be satisfied.", http.StatusForbidden)
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, exitcode.OK, conformance.Options{Handler: gateway, Operations: []string{"getFrontendFeatures", "getHealth"}})
	if !slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool {
		return s.Outcome == report.Disabled && strings.HasPrefix(s.Reason, "something in front of the target refuses a GET with a body")
	}) {
		t.Error("no scenario is disabled for the gateway")
	}
}

// TestAFirewallThatRefusesMarkup runs behind a firewall that refuses bodies with markup.
func TestAFirewallThatRefusesMarkup(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	firewall := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || bytes.Contains(body, []byte("<b>")) {
			http.Error(w, "<h1>Request blocked</h1>", http.StatusForbidden)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		mock.ServeHTTP(w, r)
	})
	const markup = "flags/keeps-a-description-letter-by-letter"
	result := verify(t, exitcode.OK, conformance.Options{Handler: firewall, Scenarios: []string{markup, "flags/creates-a-flag-from-a-name-alone"}})
	for _, scenario := range result.Scenarios {
		if scenario.ID == markup && !strings.HasPrefix(scenario.Reason, "a firewall in front of the target refuses texts with markup") {
			t.Errorf("%s: %s", scenario.Outcome, scenario.Reason)
		}
	}
}

// TestATargetThatRedirectsIsWrongUsage checks that a redirection of all URLs is told, but not one to a login
// page, which scenarios report.
func TestATargetThatRedirectsIsWrongUsage(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"https://unleash.example.com":        "the target redirects every request; the URL of the instance is https://unleash.example.com",
		"https://unleash.example.com/inner":  "the target redirects every request; the URL of the instance is https://unleash.example.com/inner",
		"https://login.example.com/?return=": "",
		"":                                   "",
	} {
		gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", to+r.URL.Path)
			w.WriteHeader(http.StatusPermanentRedirect)
		})
		_, err := conformance.Run(t.Context(), conformance.Options{Handler: gateway, Scenarios: []string{"health/ready-reports-good-health"}})
		var wrong *conformance.UsageError
		if got := fmt.Sprint(err); errors.As(err, &wrong) != (want != "") || want != "" && got != want {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestATargetThatSpeaksOnlyHTTPSIsWrongUsage checks that a URL with http of a port for https is told.
func TestATargetThatSpeaksOnlyHTTPSIsWrongUsage(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	_, err := conformance.Run(t.Context(), conformance.Options{Target: "http" + strings.TrimPrefix(secure.URL, "https"), Scenarios: []string{"health/ready-reports-good-health"}})
	if want := "the target speaks https, not http; the URL of the instance is " + secure.URL; fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestAGatewayMayAnswerPreflightRequests runs behind a gateway that answers them itself.
func TestAGatewayMayAnswerPreflightRequests(t *testing.T) {
	t.Parallel()
	for methods, code := range map[string]int{
		"GET, POST, OPTIONS": exitcode.OK,
		"":                   exitcode.OK, // browsers send GET and POST anyway
		"PUT":                exitcode.Broken,
	} {
		t.Run(methods, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					w.Header().Set("Access-Control-Allow-Origin", "*")
					w.Header().Set("Access-Control-Allow-Headers", "*, Authorization")
					if methods != "" {
						w.Header().Set("Access-Control-Allow-Methods", methods)
					}
					return
				}
				mock.ServeHTTP(w, r)
			})
			verify(t, code, conformance.Options{Handler: gateway, Operations: []string{"getFrontendFeatures", "getFrontendApiFeaturesWithPost", "registerFrontendMetrics"}})
		})
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
