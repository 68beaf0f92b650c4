package conformance_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// verify runs the suite and checks the exit code.
func verify(t *testing.T, want int, options conformance.Options) *report.Report {
	t.Helper()
	options.Seed = cmp.Or(options.Seed, 1)
	result, err := conformance.Run(t.Context(), options)
	if result == nil {
		t.Fatal(err)
	}
	if result.ExitCode != want {
		t.Errorf("exit code %d, want %d: summary %+v, error %v%s", result.ExitCode, want, result.Summary, err, firstFailures(result))
	}
	return result
}

// firstFailures describes the first failures.
func firstFailures(result *report.Report) string {
	var text strings.Builder
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			if text.Len() < 2000 {
				fmt.Fprintf(&text, "\n%s: expected %s, got %s", scenario.ID, failure.Expectation, failure.Got)
			}
		}
	}
	return text.String()
}

func find(t *testing.T, result *report.Report, id string) *report.Scenario {
	t.Helper()
	at := slices.IndexFunc(result.Scenarios, func(s report.Scenario) bool { return s.ID == id })
	if at < 0 {
		t.Fatalf("there is no scenario %s", id)
	}
	return &result.Scenarios[at]
}

// reasons counts why scenarios did not run.
func reasons(result *report.Report) map[string]int {
	counts := map[string]int{}
	for _, scenario := range result.Scenarios {
		if scenario.Reason != "" {
			counts[string(scenario.Outcome)+": "+scenario.Reason]++
		}
	}
	return counts
}

// endpointNames lists the signal endpoints of a mock.
func endpointNames(t *testing.T, mock http.Handler) []string {
	t.Helper()
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/api/admin/signal-endpoints", nil)
	r.Header.Set("Authorization", conformance.MockTokens().Admin)
	mock.ServeHTTP(recorder, r)
	var answer struct{ SignalEndpoints []struct{ Name string } }
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, endpoint := range answer.SignalEndpoints {
		names = append(names, endpoint.Name)
	}
	return names
}

// seeded lists the endpoints that a new mock has.
var seeded = []string{"my-external-app", "cpu-over-90"}

func TestTheMockKeepsTheContract(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	conformance.Test(t, conformance.Options{Handler: newMock(t, mockserver.WithLimits(mockserver.Limits{}))})
}

func TestEveryPolicyAndEditionKeepsTheContract(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, options := range map[string][]mockserver.Option{
		"faithful":    {mockserver.WithValidation(mockserver.Faithful), mockserver.WithLimits(mockserver.Limits{})},
		"open source": {mockserver.WithEdition(spec.OpenSource)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conformance.Test(t, conformance.Options{Handler: newMock(t, options...)})
		})
	}
}

// TestEveryDocumentedStatusIsSeen runs the suite against mocks of both editions whose limits can
// be reached. A status that no request can provoke must be reported as such.
func TestEveryDocumentedStatusIsSeen(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	limits := mockserver.UnleashLimits()
	limits.CallsPerSecond = 20
	few := limits
	few.PersonalTokenPerMinute, few.SDKPerMinute = 10, 10
	seen := map[string]bool{}
	var mu sync.Mutex
	t.Run("targets", func(t *testing.T) {
		for name, test := range map[string]struct {
			mock []mockserver.Option
			tags string
		}{
			"enterprise":     {[]mockserver.Option{mockserver.WithLimits(limits)}, ""},
			"few with a PAT": {[]mockserver.Option{mockserver.WithLimits(few)}, "@limits and @measured"},
			"open source":    {[]mockserver.Option{mockserver.WithEdition(spec.OpenSource)}, ""},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				result := verify(t, 0, conformance.Options{Handler: newMock(t, test.mock...), Tags: test.tags})
				mu.Lock()
				defer mu.Unlock()
				for _, operation := range result.Operations {
					for _, status := range operation.Statuses {
						pair := fmt.Sprintf("%s %d", operation.ID, status.Code)
						seen[pair] = seen[pair] || status.Seen > 0
						if !status.Documented {
							t.Errorf("%s is not documented", pair)
						}
						if status.Seen > 0 && status.Unseen != "" {
							t.Errorf("%s was seen, but is reported as unseen: %s", pair, status.Unseen)
						}
					}
				}
			})
		}
	})
	count, impossible := 0, 0
	for _, operation := range spec.Default().Operations() {
		for _, status := range operation.Statuses() {
			pair := fmt.Sprintf("%s %d", operation.ID, status)
			switch failure := status == 500 || status == 503; {
			case seen[pair] && failure:
				t.Errorf("%s was seen", pair)
			case seen[pair]:
				count++
			case failure:
				impossible++
			default:
				t.Errorf("%s was not seen", pair)
			}
		}
	}
	t.Logf("coverage: %d pairs of operation and documented status seen; %d report a failure of the server", count, impossible)
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	concurrencies := []int{1, 8, 8}
	if race.Enabled {
		concurrencies = concurrencies[1:2]
	}
	for _, concurrency := range concurrencies {
		result := verify(t, 0, conformance.Options{Handler: mock, Concurrency: concurrency, Profile: conformance.All, AllowWrites: true})
		if len(result.Cleanup) > 0 {
			t.Errorf("left behind: %+v", result.Cleanup)
		}
		if names := endpointNames(t, mock); !slices.Equal(names, seeded) {
			t.Errorf("endpoints %q", names)
		}
	}
}

// TestOddTargets is about targets that are not Unleash.
func TestOddTargets(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, handler := range map[string]http.HandlerFunc{
		"a web site": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>welcome</html>")
		},
		"always 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"a login page": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://login.example.com/", http.StatusFound)
		},
		"always 404": http.NotFound,
		"empty":      func(http.ResponseWriter, *http.Request) {},
		"JSON null":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "null") },
		"always 400": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"health hangs up": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/health" {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(500)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := verify(t, 1, conformance.Options{Handler: handler, Tokens: conformance.MockTokens(), Operations: []string{"getHealth", "getReady", "getSignals"}, AllowWrites: true})
			if find(t, result, "health/health-reports-good-health").Outcome != report.Failed {
				t.Error("health did not fail")
			}
			if result.Summary.Errored > 0 {
				t.Errorf("%d errors of the suite: %v", result.Summary.Errored, reasons(result))
			}
		})
	}
}

// TestATargetThatNeverStopsSending checks that the failure says that the answer is too large, and
// that the report keeps little of it.
func TestATargetThatNeverStopsSending(t *testing.T) {
	t.Parallel()
	piece := bytes.Repeat([]byte("a"), 1<<20)
	endless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		for _, err := w.Write(piece); err == nil; {
			_, err = w.Write(piece)
		}
	})
	result := verify(t, 1, conformance.Options{Handler: endless, Scenarios: []string{"health/health-reports-good-health"}})
	failed := find(t, result, "health/health-reports-good-health")
	if !slices.ContainsFunc(failed.Failures, func(f report.Failure) bool { return f.Got == "the answer is larger than 16777216 bytes" }) {
		t.Errorf("failures %+v", failed.Failures)
	}
	if shown := len(failed.Exchanges[0].Response.Body); shown > 10_000 {
		t.Errorf("the report contains %d bytes of the answer", shown)
	}
}

// TestAnAnswerThatIsNoHTTPIsTheTargetsFault breaks one path among many, so that the target does
// not count as unreachable.
func TestAnAnswerThatIsNoHTTPIsTheTargetsFault(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	garbled := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" {
			mock.ServeHTTP(w, r)
			return
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = connection.Write([]byte("oops\r\n"))
		connection.Close()
	})
	result := verify(t, 1, conformance.Options{Handler: garbled, Operations: []string{"getReady", "getHealth"}})
	for _, scenario := range result.Scenarios {
		about := slices.Contains(scenario.Operations, "getReady")
		if failed := scenario.Outcome == report.Failed; failed && !about || scenario.Outcome == report.Errored {
			t.Errorf("%s is %s: %+v", scenario.ID, scenario.Outcome, scenario.Failures)
		}
	}
	failure := find(t, result, "health/ready-reports-good-health").Failures
	if len(failure) != 1 || failure[0].Operation != "getReady" || !strings.HasPrefix(failure[0].Got, "no answer: ") {
		t.Errorf("failures %+v", failure)
	}
}

func TestUnreachableTargets(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections but sends nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	var atShops atomic.Int32
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/shops" {
			atShops.Add(1)
		}
		<-r.Context().Done() // answers nothing
	}))
	t.Cleanup(silent.Close)
	chatty, err := net.Listen("tcp", "127.0.0.1:0") // speaks another protocol
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chatty.Close() })
	go func() {
		for {
			connection, err := chatty.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("220 mail.example.com ESMTP\r\n"))
			connection.Close()
		}
	}()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	document := documentOf(t, `
  /pets: {get: {operationId: pets, responses: {"200": {description: d}}}}
  /pets/{id}: {get: {operationId: pet, parameters: [{name: id, in: path, required: true, example: 1, schema: {type: integer}}], responses: {"200": {description: d}}}}
  /shops: {get: {operationId: shops, responses: {"200": {description: d}}}}
`, "")
	for name, target := range map[string]string{
		"closed port":           "http://" + closed,
		"no such host":          "http://unleash.invalid",
		"mute":                  "http://" + mute.Addr().String(),
		"silent":                silent.URL,
		"mail server":           "http://" + chatty.Addr().String(),
		"unknown authority":     secure.URL,
		"https on an http port": strings.Replace(plain.URL, "http:", "https:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for run, options := range map[string]conformance.Options{
				"scenarios": {}, "reads": {Profile: conformance.Contract}, "reads of another API": {Profile: conformance.Contract, Document: document},
			} {
				isMute := name == "mute" || name == "silent"
				if name == "mail server" && options.Document != nil {
					continue // something else may answer at other paths
				}
				options.Target, options.Timeout = target, 300*time.Millisecond
				result, err := conformance.Run(t.Context(), options)
				if !errors.Is(err, conformance.ErrUnreachable) {
					t.Errorf("%s: the error is %v", run, err)
				}
				if isMute && (!strings.Contains(err.Error(), "(tried /") || strings.Count(err.Error(), ",") > 1) {
					t.Errorf("%s: the error is %v; it should name the paths that were tried, two at most", run, err)
				}
				if result == nil || result.ExitCode != exitcode.Error || result.Summary.Skipped != len(result.Scenarios) || run == "scenarios" && len(result.Scenarios) == 0 {
					t.Errorf("%s: the report is %+v", run, result)
				}
				if name == "silent" && atShops.Load() > 0 {
					t.Errorf("%s: it was asked once more after / and /pets", run)
				}
			}
		})
	}
}

// TestATargetWhoseHealthIsKept is about a gateway that drops requests to /health and /ready.
func TestATargetWhoseHealthIsKept(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" || r.URL.Path == "/ready" {
			<-r.Context().Done()
			return
		}
		mock.ServeHTTP(w, r)
	}))
	t.Cleanup(gateway.Close)
	result, err := conformance.Run(t.Context(), conformance.Options{Target: gateway.URL, Timeout: time.Second, Operations: []string{"getSignalEndpoints"}})
	if err != nil || result.Summary.Passed == 0 {
		t.Errorf("%v, %+v", err, result.Summary)
	}
}

func TestATargetBehindTLSAndABasePath(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	server := httptest.NewTLSServer(newMock(t, mockserver.WithBasePath("/unleash"), mockserver.WithLimits(mockserver.Limits{})))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for name, config := range map[string]*tls.Config{"authority": {RootCAs: roots}, "unchecked": {InsecureSkipVerify: true}} {
		result := verify(t, 0, conformance.Options{Target: server.URL + "/unleash/", TLS: config})
		if result.Summary.Failed > 0 || result.Summary.Passed < 400 {
			t.Errorf("%s: %+v", name, result.Summary)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	handler := http.NotFoundHandler()
	for name, options := range map[string]conformance.Options{
		"no target":          {},
		"target and handler": {Target: "http://127.0.0.1", Handler: handler},
		"profile":            {Handler: handler, Profile: "most"},
		"tags":               {Handler: handler, Tags: "@a &&"},
		"no such tag":        {Handler: handler, Tags: "@core and not (@nothing)"},
		"operation":          {Handler: handler, Operations: []string{"getHealth", "getWealth"}},
		"password":           {Target: "http://u:p@h"},
	} {
		result, err := conformance.Run(t.Context(), options)
		var usage *conformance.UsageError
		if result != nil || !errors.As(err, &usage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingVerifiedIsNoSuccess(t *testing.T) {
	t.Parallel()
	openSource := newMock(t, mockserver.WithEdition(spec.OpenSource))
	for name, options := range map[string]conformance.Options{
		"enterprise on open source": {Handler: openSource, Profile: conformance.Enterprise},
		"by tag":                    {Handler: openSource, Tags: "@enterprise"},
		"tags that nothing has":     {Handler: openSource, Tags: "@op:getReady and @op:getHealth and @op:getMe"},
		"tags and operations":       {Handler: openSource, Tags: "@op:getHealth", Operations: []string{"getReady"}},
	} {
		result := verify(t, 4, options)
		if result.Summary.Disabled != len(result.Scenarios) {
			t.Errorf("%s: %+v", name, result.Summary)
		}
	}
}

func TestScenariosAreChosen(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	no, yes := false, true
	for name, test := range map[string]struct {
		options conformance.Options
		chosen  func(report.Scenario) bool
	}{
		"core":       {conformance.Options{Profile: conformance.Core}, func(s report.Scenario) bool { return slices.Contains(s.Tags, "@core") }},
		"enterprise": {conformance.Options{Profile: conformance.Enterprise}, func(s report.Scenario) bool { return slices.Contains(s.Tags, "@enterprise") }},
		"operation":  {conformance.Options{Operations: []string{"getHealth"}}, func(s report.Scenario) bool { return slices.Contains(s.Operations, "getHealth") }},
		"tag": {conformance.Options{Tags: "@op:getReady and not @writes"}, func(s report.Scenario) bool {
			return slices.Contains(s.Operations, "getReady") && !slices.Contains(s.Tags, "@writes")
		}},
		"read-only": {conformance.Options{ReadOnly: true}, func(s report.Scenario) bool { return !slices.Contains(s.Tags, "@writes") }},
		"assumed":   {conformance.Options{Assumed: &yes, Tags: "@assumed"}, func(s report.Scenario) bool { return slices.Contains(s.Tags, "@assumed") }},
		"known":     {conformance.Options{Assumed: &no}, func(s report.Scenario) bool { return !slices.Contains(s.Tags, "@assumed") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Handler = newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			result := verify(t, 0, test.options)
			for _, o := range result.Operations { // those that were not chosen are listed only if something came of them
				if len(test.options.Operations) > 0 && !slices.Contains(test.options.Operations, o.ID) && o.Summary == (report.Summary{Disabled: o.Summary.Disabled}) {
					t.Errorf("%s is listed", o.ID)
				}
			}
			for _, scenario := range result.Scenarios {
				ran := scenario.Outcome == report.Passed
				if ran && !test.chosen(scenario) {
					t.Errorf("%s ran", scenario.ID)
				}
				// Chosen scenarios may be left out for other reasons, but not for these.
				if !ran && test.chosen(scenario) && (strings.Contains(scenario.Reason, "excludes it") || strings.Contains(scenario.Reason, "exclude it")) {
					t.Errorf("%s did not run: %s", scenario.ID, scenario.Reason)
				}
			}
		})
	}
}

// methods counts the requests that reach a handler, by method.
type methods struct {
	next http.Handler
	mu   sync.Mutex
	seen map[string]int
}

func (m *methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.seen[r.Method]++
	m.mu.Unlock()
	m.next.ServeHTTP(w, r)
}

func TestAReadOnlyRunOnlyReads(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	noted := &methods{next: newMock(t), seen: map[string]int{}}
	result := verify(t, 0, conformance.Options{Handler: noted, ReadOnly: true, AllowWrites: true})
	for method, count := range noted.seen {
		if method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions {
			t.Errorf("%d requests with %s", count, method)
		}
	}
	if result.Run.Writes || result.Summary.Passed < 100 || noted.seen["GET"] == 0 {
		t.Errorf("summary %+v, methods %v", result.Summary, noted.seen)
	}
}

// seededWith returns a mock with the given number of signal endpoints.
func seededWith(t *testing.T, endpoints int) *mockserver.Server {
	t.Helper()
	before, rest, _ := strings.Cut(string(mockserver.DefaultSeed()), "\nendpoints:\n")
	_, after, _ := strings.Cut(rest, "\ninvoices:")
	var rows strings.Builder
	for i := range endpoints {
		fmt.Fprintf(&rows, "  - {id: %d, name: theirs-%d}\n", i+1, i)
	}
	start := before + "\nendpoints:\n" + rows.String() + "\ninvoices:" + after
	limits := mockserver.UnleashLimits()
	limits.CallsPerSecond = 1000
	return newMock(t, mockserver.WithSeedFile("the seed", []byte(start)), mockserver.WithLimits(limits))
}

func TestATargetWithLittleRoom(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for endpoints, want := range map[int]string{
		3: "",
		4: "disabled: the target holds 4 signal endpoints and has room for 1 more; the scenario needs 2",
		5: "disabled: the target holds 5 signal endpoints and allows no more",
	} {
		t.Run(fmt.Sprint(endpoints), func(t *testing.T) {
			t.Parallel()
			mock := seededWith(t, endpoints)
			result := verify(t, 0, conformance.Options{Handler: mock, Concurrency: 8})
			if counts := reasons(result); want != "" && counts[want] == 0 {
				t.Errorf("reasons: %v", counts)
			}
			if names := endpointNames(t, mock); len(names) != endpoints {
				t.Errorf("endpoints %q", names)
			}
		})
	}
}

// TestATokenThatTheTargetDoesNotKnowEndsTheRun is about each of the tokens that can be given, also for one of another kind.
func TestATokenThatTheTargetDoesNotKnowEndsTheRun(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	refusing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	right := conformance.MockTokens()
	// behind returns a mock behind a gateway that answers the first requests for a path itself, with a 403 in JSON,
	// and those of the Admin API with a login page.
	behind := func(path string, first int32) http.Handler {
		mock, refused := newMock(t), &atomic.Int32{}
		return withoutHeader(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == path && refused.Add(1) <= first:
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"message":"Forbidden"}`)
			case strings.HasPrefix(r.URL.Path, "/api/admin/"):
				_, _ = io.WriteString(w, "<!doctype html><title>Log in</title>")
			default:
				mock.ServeHTTP(w, r)
			}
		}))
	}
	for name, test := range map[string]struct {
		handler http.Handler
		tokens  conformance.Tokens
		want    string // part of the error; empty if there is none
	}{
		"admin":                 {newMock(t), conformance.Tokens{Admin: "*:*.unknown"}, "of the admin"},
		"viewer":                {newMock(t), conformance.Tokens{Viewer: "user:unknown"}, "of the viewer"},
		"backend":               {newMock(t), conformance.Tokens{Backend: "*:development.unknown"}, "of the backend"},
		"frontend":              {newMock(t), conformance.Tokens{Frontend: "*:development.unknown"}, "of the frontend"},
		"no mock":               {withoutHeader(newMock(t)), conformance.Tokens{Admin: right.Admin, Backend: "unknown"}, "of the backend"},
		"open source":           {newMock(t, mockserver.WithEdition(spec.OpenSource)), conformance.Tokens{Viewer: "unknown", Frontend: "unknown"}, "of the viewer, nor that of the frontend"},
		"all right":             {withoutHeader(newMock(t)), right, ""},
		"of another kind":       {newMock(t), conformance.Tokens{Backend: right.Viewer, Frontend: right.Admin, Viewer: right.Backend}, "the token given for the viewer is of another kind, backend"},
		"two of another kind":   {newMock(t), conformance.Tokens{Backend: right.Frontend, Frontend: right.Backend}, "the token given for the backend is of another kind, frontend; the token given for the frontend is of another kind, backend: the target answers 403"},
		"a firewall, once":      {behind("/api/frontend", 1), right, ""},
		"a gateway, always":     {behind("/api/frontend", math.MaxInt32), right, ""},
		"a kind on open source": {withoutHeader(newMock(t, mockserver.WithEdition(spec.OpenSource))), conformance.Tokens{Backend: right.Frontend}, "the token given for the backend is of another kind, frontend"},
		"everybody is":          {refusing, right, ""},
		"a built-in one":        {newMock(t, mockserver.WithSeedFile("none", []byte("apiTokens: []\nusers: []\n"))), conformance.Tokens{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := conformance.Run(t.Context(), conformance.Options{Handler: test.handler, Tokens: test.tokens, Operations: []string{"getHealth"}})
			var usage *conformance.UsageError
			if wrong := errors.As(err, &usage); wrong != (test.want != "") || wrong && (result != nil || !strings.Contains(usage.Reason, test.want)) || !wrong && err != nil {
				t.Errorf("report %+v, error %v", result, err)
			}
			if err != nil && strings.Contains(err.Error(), "unknown") {
				t.Errorf("the error repeats a token: %v", err)
			}
		})
	}
}

func TestTokensThatAreNotWhatTheyWereGivenFor(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const isOne, mayAll = "authentication/the-token-given-as-the-admin-s-is-an-admin-token", "authentication/the-token-given-as-the-admin-s-has-the-permission-admin"
	const restricted = "the admin's token belongs to somebody without the ADMIN permission"
	silent := map[string]string{"/api/admin/user": "{}"} // it does not say whose token it is
	for name, test := range map[string]struct {
		edition        spec.Edition
		token          string
		answers        map[string]string
		failed, reason string // failed is empty if nothing fails
	}{
		"backend":                   {spec.Enterprise, wellknown.Backend, nil, isOne, "the admin's token is of the wrong kind: the target answers 403"},
		"editor":                    {spec.Enterprise, wellknown.EditorUser, nil, mayAll, restricted},
		"editor of a silent target": {spec.Enterprise, wellknown.EditorUser, silent, mayAll, restricted},
		"editor of open source":     {spec.OpenSource, wellknown.EditorUser, nil, "", restricted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithEdition(test.edition))
			want := exitcode.OK
			if test.failed != "" {
				want = exitcode.Broken
			}
			result := verify(t, want, conformance.Options{Handler: answering(mock, test.answers), Tokens: conformance.Tokens{Admin: test.token}, Tags: "not @op:getMe"})
			if test.failed != "" && find(t, result, test.failed).Outcome != report.Failed {
				t.Errorf("%s did not fail", test.failed)
			}
			if counts := reasons(result); counts["disabled: "+test.reason] < 100 || result.Summary.Failed > 3 {
				t.Errorf("summary %+v, reasons: %v", result.Summary, counts)
			}
			if names := endpointNames(t, mock); test.edition == spec.Enterprise && !slices.Equal(names, seeded) {
				t.Errorf("endpoints %q", names)
			}
		})
	}
}

// withoutHeader hides that a target is a mock, so that the suite does not use the built-in
// tokens.
func withoutHeader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		recorder.Header().Del(mockserver.Header)
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		if r.Method != http.MethodHead {
			_, _ = w.Write(recorder.Body.Bytes())
		}
	})
}

func TestMissingTokensDisableWhatNeedsThem(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	limits := mockserver.UnleashLimits()
	limits.CallsPerSecond = 1000
	stranger := withoutHeader(newMock(t, mockserver.WithLimits(limits)))
	result := verify(t, 0, conformance.Options{Handler: stranger})
	counts := reasons(result)
	if counts["disabled: it needs a token of the admin (--token)"] == 0 || result.Run.Profile != "core" || result.Summary.Passed < 100 {
		t.Errorf("summary %+v, profile %s, reasons: %v", result.Summary, result.Run.Profile, counts)
	}
	result = verify(t, 0, conformance.Options{Handler: stranger, Tokens: conformance.Tokens{Admin: conformance.MockTokens().Admin}})
	counts = reasons(result)
	for _, reason := range []string{
		"disabled: it needs a token of the backend (--backend-token)",
		"disabled: it needs a token of the frontend (--frontend-token)",
		"disabled: it needs a token of the viewer (--viewer-token); none is available: the target does not show the admin which roles exist",
		"disabled: it rests on an assumption; --assumed turns it on",
		"disabled: it waits for what a real server may notice a minute late; --slow turns it on",
	} {
		if counts[reason] == 0 {
			t.Errorf("nothing is %s: %v", reason, counts)
		}
	}
	if result.Target.Mock != "" || result.Target.Edition != "enterprise" || result.Run.Profile != "all" || result.Run.Assumed {
		t.Errorf("target %+v, run %+v", result.Target, result.Run)
	}
}

// TestAnInterruptedRunLeavesNothing cancels the run at a request in the middle.
func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 4} {
		mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
		ctx, interrupt := context.WithCancel(t.Context())
		var mu sync.Mutex
		creates := 0
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if mock.ServeHTTP(w, r); r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/signal-endpoints") {
				mu.Lock()
				defer mu.Unlock()
				if creates++; creates == 60 {
					interrupt()
				}
			}
		})
		result, err := conformance.Run(ctx, conformance.Options{Handler: handler, Concurrency: concurrency, Tags: "@writes and @enterprise"})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the error is %v", err)
		}
		if result.ExitCode != 3 || result.Summary.Skipped == 0 || result.Summary.Failed > 0 || result.Summary.Errored > 0 {
			t.Errorf("exit code %d, summary %+v, reasons: %v", result.ExitCode, result.Summary, reasons(result))
		}
		if names := endpointNames(t, mock); !slices.Equal(names, seeded) || len(result.Cleanup) > 0 {
			t.Errorf("endpoints %q, left %+v", names, result.Cleanup)
		}
	}
}

// TestOthersMaySendSignalsMeanwhile is about a target in use: someone else's signal arrives each
// time the suite lists signals.
func TestOthersMaySendSignalsMeanwhile(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	stranger := withoutHeader(mock)
	busy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/api/admin/signals" {
			other := httptest.NewRequest(http.MethodPost, "/api/signal-endpoint/my-external-app", nil)
			other.Header.Set("Authorization", wellknown.MyExternalApp)
			mock.ServeHTTP(httptest.NewRecorder(), other)
		}
		stranger.ServeHTTP(w, r)
	})
	result := verify(t, 0, conformance.Options{Handler: busy, Tokens: conformance.MockTokens(), Tags: "@op:getSignals"})
	disturbed := 0
	for _, scenario := range result.Scenarios {
		if strings.HasPrefix(scenario.Reason, "others sent signals") {
			disturbed++
			if scenario.Outcome != report.Skipped || !slices.Contains(scenario.Tags, "@quiet") || len(scenario.Failures) > 0 {
				t.Errorf("scenario %+v", scenario)
			}
		}
	}
	if disturbed == 0 || result.Summary.Passed < 10 {
		t.Errorf("%d scenarios were disturbed, summary %+v", disturbed, result.Summary)
	}
}

// TestAServerMayLagBehindItsOwnChanges is about one that answers 304 once more after a change. The
// suite asks again for what is newer than its copy.
func TestAServerMayLagBehindItsOwnChanges(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	asked := 0 // one request at a time
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			if asked++; asked == 2 {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		mock.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	verify(t, exitcode.OK, conformance.Options{Target: server.URL, Tokens: conformance.MockTokens(), Scenarios: []string{"client/an-sdk-that-already-has-the-flags-gets-a-304"}})
	if asked != 3 {
		t.Errorf("it asked %d times with an ETag", asked)
	}
}

// TestATargetThatGoesAwayIsNotAccused is about one that dies and one that hangs, both in the middle of a run: the run
// ends, and nothing is said about the operations that were to answer.
func TestATargetThatGoesAwayIsNotAccused(t *testing.T) {
	t.Parallel()
	const answered = 150
	for name, test := range map[string]struct {
		goAway func(server *httptest.Server, ended context.Context)
		want   string
	}{
		"dies":  {func(server *httptest.Server, _ context.Context) { die(server) }, "connect"},
		"hangs": {func(_ *httptest.Server, ended context.Context) { <-ended.Done() }, "it answered before, but nothing any more within 6s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended, end := context.WithCancel(t.Context())
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			var asked atomic.Int32
			var server *httptest.Server
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > answered {
					test.goAway(server, ended)
					panic(http.ErrAbortHandler) // without an answer
				}
				mock.ServeHTTP(w, r)
			}))
			t.Cleanup(func() { end(); server.Close() })
			result, err := conformance.Run(t.Context(), conformance.Options{
				Target: server.URL, Tokens: conformance.MockTokens(), Seed: 1, Timeout: 2 * time.Second, Concurrency: 20,
			})
			if !errors.Is(err, conformance.ErrUnreachable) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("the error is %v", err)
			}
			sum := result.Summary
			if result.ExitCode != exitcode.Error || sum.Passed == 0 || sum.Failed > 0 || sum.Skipped == 0 {
				t.Errorf("exit code %d, summary %+v, reasons %v", result.ExitCode, sum, reasons(result))
				for _, scenario := range result.Scenarios {
					for _, failure := range scenario.Failures {
						t.Errorf("%s: %+v", scenario.ID, failure)
					}
				}
			}
			if left := result.Cleanup[len(result.Cleanup)-1]; left.Kind != "anything named" {
				t.Errorf("left behind: %+v", result.Cleanup)
			}
		})
	}
}

// die ends a server as a crash does.
func die(server *httptest.Server) {
	_ = server.Listener.Close()
	server.CloseClientConnections()
}

// TestAListThatATargetNoLongerGivesAccusesNobody is about a target that dies before the run can make sure that a
// segment is its own.
func TestAListThatATargetNoLongerGivesAccusesNobody(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	var server *httptest.Server
	died := false // one request at a time
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mock.ServeHTTP(w, r)
		if r.Method == http.MethodPut { // the segments are listed next
			_ = http.NewResponseController(w).Flush()
			died = true
			die(server)
		}
	}))
	t.Cleanup(server.Close)
	result, err := conformance.Run(t.Context(), conformance.Options{
		Target: server.URL, Tokens: conformance.MockTokens(), Scenarios: []string{"shown/every-response-about-a-flag-shows-the-same-fields"},
	})
	if !died || !errors.Is(err, conformance.ErrUnreachable) || result.Summary.Failed > 0 {
		t.Errorf("died %v, error %v, summary %+v, reasons %v", died, err, result.Summary, reasons(result))
	}
}

func TestFailFast(t *testing.T) {
	t.Parallel()
	broken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	result := verify(t, 1, conformance.Options{Handler: broken, FailFast: true})
	if result.Summary.Failed != 1 || reasons(result)["skipped: an earlier scenario failed"] != result.Summary.Skipped || result.Summary.Skipped == 0 {
		t.Errorf("summary %+v, reasons: %v", result.Summary, reasons(result))
	}
}

func TestWhatIsKeptIsSwept(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	options := conformance.Options{Handler: mock, Keep: true, Operations: []string{"updateSignalEndpoint"}}
	first := verify(t, 0, options)
	second := verify(t, 0, options)
	if len(first.Cleanup) == 0 || first.Cleanup[0].Reason != "kept on request" {
		t.Fatalf("left behind: %+v", first.Cleanup)
	}
	options = conformance.Options{Handler: mock}
	count := func() int { return len(endpointNames(t, mock)) - len(seeded) }
	before := count()
	sweep := func(what conformance.SweepOptions) int {
		t.Helper()
		swept, left, err := conformance.Sweep(t.Context(), options, what)
		if err != nil || len(left) > 0 {
			t.Fatalf("left behind %+v, error %v", left, err)
		}
		return len(swept)
	}
	if dry := sweep(conformance.SweepOptions{DryRun: true}); dry != before || count() != before || before == 0 {
		t.Errorf("a dry run reported %d of %d and left %d", dry, before, count())
	}
	if young := sweep(conformance.SweepOptions{OlderThan: time.Hour}); young != 0 || count() != before {
		t.Errorf("%d endpoints were removed that are too young", young)
	}
	if one := sweep(conformance.SweepOptions{Run: first.Run.ID}); one == 0 || count() != before-one {
		t.Errorf("removed %d of the first run; %d of %d are left", one, count(), before)
	}
	for _, name := range endpointNames(t, mock) {
		if strings.Contains(name, first.Run.ID) || !strings.Contains(name, second.Run.ID) && !slices.Contains(seeded, name) {
			t.Errorf("%s is left", name)
		}
	}
	sweep(conformance.SweepOptions{})
	if names := endpointNames(t, mock); !slices.Equal(names, seeded) {
		t.Errorf("endpoints %q", names)
	}
	if again := sweep(conformance.SweepOptions{}); again != 0 {
		t.Errorf("%d endpoints were removed again", again)
	}
}

// TestAParentOfFlagsIsSweptAfterItsChildren is about flags that are listed before those that depend on them.
func TestAParentOfFlagsIsSweptAfterItsChildren(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	const parent, child, path = "unleash-mock-verify-260102abcdef-a", "unleash-mock-verify-260102abcdef-b", "/api/admin/projects/default/features"
	call := func(path, body string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Authorization", conformance.MockTokens().Admin)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if mock.ServeHTTP(w, r); w.Code >= 300 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	call(path, `{"name":"`+parent+`"}`)
	call(path, `{"name":"`+child+`"}`)
	call(path+"/"+child+"/dependencies", `{"feature":"`+parent+`"}`)
	swept, left, err := conformance.Sweep(t.Context(), conformance.Options{Handler: mock}, conformance.SweepOptions{})
	if err != nil || len(swept) != 2 || len(left) != 0 {
		t.Errorf("swept %+v, left %+v, error %v", swept, left, err)
	}
}

// TestWhatIsRemovedLaterIsNotLeftBehind is about a target that drops the connection at the first removal of a flag.
func TestWhatIsRemovedLaterIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	var dropped atomic.Bool
	drops := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && dropped.CompareAndSwap(false, true) {
			panic(http.ErrAbortHandler)
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, exitcode.OK, conformance.Options{Handler: drops, Scenarios: []string{"flags/creates-a-flag-from-a-name-alone"}})
	if len(result.Cleanup) > 0 || !dropped.Load() {
		t.Errorf("left behind: %+v", result.Cleanup)
	}
}

// TestALastLookThatFailsIsTold verifies a server that does not list its tags, so that what is left
// of them is not known.
func TestALastLookThatFailsIsTold(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	blind := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/api/admin/tags" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, 0, conformance.Options{Handler: blind, Scenarios: []string{"tags/adds-a-tag-to-a-flag"}})
	if len(result.Cleanup) != 1 || !strings.Contains(result.Cleanup[0].Name, result.Run.ID) || !strings.Contains(result.Cleanup[0].Reason, "listing the tags: status 500") {
		t.Errorf("left behind: %+v", result.Cleanup)
	}
}

// TestATargetWithoutListsHasNothingLeft verifies a server that has only the APIs of SDKs, where nothing can be left.
func TestATargetWithoutListsHasNothingLeft(t *testing.T) {
	t.Parallel()
	mock := withoutHeader(newMock(t, mockserver.WithLimits(mockserver.Limits{})))
	edge := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/admin/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, 0, conformance.Options{Handler: edge, Tokens: conformance.MockTokens(), AllowWrites: true, Scenarios: []string{"reports/accepts-an-empty-report-from-edge"}})
	if len(result.Cleanup) > 0 || result.Summary.Passed == 0 {
		t.Errorf("summary %+v, left behind: %+v", result.Summary, result.Cleanup)
	}
}

// TestWorkspacesOfRunsAreSwept checks that a sweep removes the workspace that a run had to itself and could
// not remove, and no others.
func TestWorkspacesOfRunsAreSwept(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	server := httptest.NewServer(mock)
	t.Cleanup(server.Close)
	makeWorkspace := func(name string) {
		t.Helper()
		made, err := http.Post(server.URL+"/_mock/workspaces", "application/json", strings.NewReader(`{"name":"`+name+`"}`))
		if err != nil || made.StatusCode != http.StatusCreated {
			t.Fatal(made, err)
		}
		made.Body.Close()
	}
	for _, name := range []string{"verify-260102abcdef", "verify-260102abcdee", "verify-mine", "mine"} {
		makeWorkspace(name)
	}
	for _, test := range []struct {
		what conformance.SweepOptions
		want []string
	}{
		{conformance.SweepOptions{DryRun: true}, []string{"verify-260102abcdee", "verify-260102abcdef"}},
		{conformance.SweepOptions{OlderThan: time.Hour}, nil},
		{conformance.SweepOptions{Run: "260102abcdef"}, []string{"verify-260102abcdef"}},
		{conformance.SweepOptions{}, []string{"verify-260102abcdee"}},
		{conformance.SweepOptions{}, nil},
	} {
		swept, left, err := conformance.Sweep(t.Context(), conformance.Options{Target: server.URL}, test.what)
		var got []string
		for _, item := range swept {
			got = append(got, item.Name)
		}
		if err != nil || len(left) > 0 || !slices.Equal(got, test.want) {
			t.Errorf("%+v: swept %q, want %q; left %+v, %v", test.what, got, test.want, left, err)
		}
	}
	// Without a token that is right, too.
	var wrong *conformance.UsageError
	options := conformance.Options{Handler: mock, Tokens: conformance.Tokens{Admin: "*:*.unknown"}}
	makeWorkspace("verify-260102abcded")
	if swept, _, err := conformance.Sweep(t.Context(), options, conformance.SweepOptions{}); len(swept) != 1 || !errors.As(err, &wrong) {
		t.Errorf("swept %+v, error %v", swept, err)
	}
	options = conformance.Options{Handler: newMock(t, mockserver.WithSeedFile("none", []byte("apiTokens: []\nusers: []\n")))}
	if _, _, err := conformance.Sweep(t.Context(), options, conformance.SweepOptions{}); !errors.As(err, &wrong) || !strings.Contains(wrong.Reason, "the built-in one, it answers 401") {
		t.Errorf("error %v", err)
	}
}

// TestADeleteThatIsRefusedIsTold verifies a server on which nothing can be deleted.
func TestADeleteThatIsRefusedIsTold(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	stubborn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, 0, conformance.Options{Handler: stubborn, Tags: "@op:enableSignalEndpoint and @assumed and @writes"})
	if len(result.Cleanup) == 0 || !strings.HasPrefix(result.Cleanup[0].Reason, "its removal was refused: status 500") {
		t.Errorf("left behind: %+v", result.Cleanup)
	}
	swept, left, err := conformance.Sweep(t.Context(), conformance.Options{Handler: stubborn}, conformance.SweepOptions{})
	if err != nil || len(swept) != 0 || len(left) == 0 {
		t.Errorf("swept %+v, left %+v, %v", swept, left, err)
	}
}

// TestNoSecretIsInAReport looks for every token in every report format, after a run with many
// failures.
func TestNoSecretIsInAReport(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	var mu sync.Mutex
	var secrets []string
	leaky := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		var created struct{ Token string }
		if json.Unmarshal(recorder.Body.Bytes(), &created) == nil && created.Token != "" {
			mu.Lock()
			secrets = append(secrets, created.Token)
			mu.Unlock()
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		if r.Method == http.MethodGet { // lists then fail, but what they list is still created
			w.Header().Del("ETag")
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
	tokens := conformance.MockTokens()
	result := verify(t, 1, conformance.Options{Handler: leaky, Headers: http.Header{"X-Gate": {"sesame-open-the-gate"}}})
	secrets = append(secrets, tokens.Admin, tokens.Viewer, tokens.Backend, tokens.Frontend, "sesame-open-the-gate")
	if len(secrets) < 10 || result.Summary.Failed < 100 {
		t.Fatalf("%d secrets, summary %+v", len(secrets), result.Summary)
	}
	for _, format := range report.Formats() {
		var text bytes.Buffer
		if err := report.Write(format, &text, result); err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(text.String(), secret) {
				t.Errorf("the %s report shows %s", format, secret)
			}
		}
	}
}

// TestAFailureTellsWhatAndWhere is about a server that confirms the deletion of a token but keeps
// it.
func TestAFailureTellsWhatAndWhere(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	forgetful := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/tokens/") && r.Header.Get("Authorization") == conformance.MockTokens().Admin {
			w.Header().Set(mockserver.Header, "dev")
			return
		}
		mock.ServeHTTP(w, r)
	})
	result := verify(t, 1, conformance.Options{Handler: forgetful, Operations: []string{"deleteSignalEndpointToken"}})
	scenario := find(t, result, "tokens/deletes-a-token-and-nothing-else")
	if scenario.Outcome != report.Failed || len(scenario.Failures) == 0 || len(scenario.Exchanges) < 5 {
		t.Fatalf("scenario %+v", scenario)
	}
	failure := scenario.Failures[0]
	if failure.Operation != "deleteSignalEndpointToken" || failure.SeenIn != "getSignalEndpointTokens" || failure.Expectation != "1 entry" ||
		failure.Pointer != "/signalEndpointTokens" || failure.Standing != spec.Documented || failure.Source == "" || failure.File != "features/signalendpoints/tokens.feature" ||
		failure.Line == 0 || !strings.HasPrefix(failure.Step, "Then the answer has") || !strings.HasPrefix(failure.Curl, "curl -i 'http://") || !strings.Contains(failure.Curl, "$ADMIN_TOKEN") {
		t.Errorf("failure %+v", failure)
	}
	for i, step := range scenario.Steps {
		wanted := report.Passed
		if step.Line == failure.Line {
			wanted = report.Failed
		} else if step.Line > failure.Line {
			wanted = report.Skipped
		}
		if step.Outcome != wanted {
			t.Errorf("step %d is %s, want %s", i, step.Outcome, wanted)
		}
	}
	for _, operation := range result.Operations {
		if failed := operation.Summary.Failed; (operation.ID == "deleteSignalEndpointToken" || operation.ID == "getSignalEndpointTokens") && failed == 0 {
			t.Errorf("%s has no failure in the table", operation.ID)
		}
	}
}

func TestProgressIsToldOfEveryScenario(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	reported, last := 0, conformance.Progress{}
	found := false
	result := verify(t, 0, conformance.Options{
		Handler: mock, Concurrency: 4, Operations: []string{"getSignalEndpoints"},
		Found: func(target report.Target, run report.Run, _ []string) { found = target.Mock != "" && run.ID != "" },
		Progress: func(p conformance.Progress) {
			reported++
			last = p
		},
	})
	if reported != result.Summary.Passed || last.Done != reported || last.Total != reported || !found {
		t.Errorf("progress was reported %d times, last %d of %d; summary %+v", reported, last.Done, last.Total, result.Summary)
	}
}

func TestTheReportIsOrdered(t *testing.T) {
	t.Parallel()
	mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
	first := verify(t, 0, conformance.Options{Handler: mock, Seed: 1, Operations: []string{"getHealth"}})
	second := verify(t, 0, conformance.Options{Handler: mock, Seed: 2, Operations: []string{"getHealth"}})
	ids := func(r *report.Report) (list []string) {
		for _, scenario := range r.Scenarios {
			list = append(list, scenario.ID)
		}
		return list
	}
	if !slices.Equal(ids(first), ids(second)) {
		t.Error("the order of the report depends on the seed")
	}
}

// TestATokenInAnotherCaseIsAnother checks that the suite does not send a valid token where it means
// to send a wrong one, whatever letters the token has.
func TestATokenInAnotherCaseIsAnother(t *testing.T) {
	t.Parallel()
	const id = "authentication/rejects-the-token-of-the-admin-in-another-case"
	for token, want := range map[string]string{
		"*:*.ADMIN-1234": "passed",
		"*:*.admin-1234": "passed",
		"*:*.12345678":   "disabled: the token has no letter whose case could be changed",
	} {
		mock := newMock(t, mockserver.WithAPITokens(spec.AdminToken, token))
		result, err := conformance.Run(t.Context(), conformance.Options{Handler: mock, Tokens: conformance.Tokens{Admin: token}, Scenarios: []string{id}})
		if err != nil {
			t.Fatal(err)
		}
		for _, scenario := range result.Scenarios {
			if got := strings.TrimSuffix(string(scenario.Outcome)+": "+scenario.Reason, ": "); scenario.ID == id && got != want {
				t.Errorf("%s: %s, want %s", token, got, want)
			}
		}
	}
}
