package conformance_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/features"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// liar is a mock that does what it is asked, but changes its answers.
type liar struct {
	mock http.Handler
	// lie changes the body of a successful answer; nil changes nothing.
	lie func(r *http.Request, body string) string

	mu      sync.Mutex
	changes []string // requests that could change something, in order of arrival
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		l.mu.Lock()
		l.changes = append(l.changes, r.Method+" "+r.URL.EscapedPath())
		l.mu.Unlock()
	}
	recorder := httptest.NewRecorder()
	l.mock.ServeHTTP(recorder, r)
	body := recorder.Body.String()
	if recorder.Code < 300 && l.lie != nil {
		body = l.lie(r, body)
	}
	for name, values := range recorder.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(recorder.Code)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body))
	}
}

// of lists the changes that were requested at a path or below it.
func (l *liar) of(path string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for _, change := range l.changes {
		_, at, _ := strings.Cut(change, " ")
		if at == path || strings.HasPrefix(at, path+"/") {
			found = append(found, change)
		}
	}
	return found
}

const (
	endpointsPath = "/api/admin/signal-endpoints"
	theirPath     = endpointsPath + "/1338"
	callsPath     = "/api/signal-endpoint"
)

var anyID = regexp.MustCompile(`"id":\d+`)

func creates(r *http.Request, suffix string) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, suffix)
}

// TestATargetsWordIsNotTakenForWhatIsTheRuns is about targets whose answer to a create names
// something that belongs to others. Nothing of others may be touched, and what the run created
// must be removed all the same.
func TestATargetsWordIsNotTakenForWhatIsTheRuns(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, test := range map[string]struct {
		lie       func(r *http.Request, body string) string
		untouched []string
		left      string // the start of the reason for what is left behind; empty if nothing is
	}{
		"the id of somebody's endpoint": {
			func(r *http.Request, body string) string {
				if creates(r, "/signal-endpoints") {
					return anyID.ReplaceAllString(body, `"id":1338`)
				}
				return body
			}, []string{theirPath}, `not removed by its id, because that belongs to "cpu-over-90"`,
		},
		"an id that is a path": {
			func(r *http.Request, body string) string {
				if creates(r, "/signal-endpoints") {
					return anyID.ReplaceAllString(body, `"id":"1338/tokens/8"`)
				}
				return body
			}, []string{theirPath}, `not removed by its id, because the target gives "1338/tokens/8"`,
		},
		"an id that leads up": {
			func(r *http.Request, body string) string {
				if creates(r, "/tokens") {
					return anyID.ReplaceAllString(body, `"id":"../../1338"`)
				}
				return body
			}, []string{theirPath}, `not removed by its id, because the target gives "../../1338"`,
		},
		"an id that is no whole number": {
			func(r *http.Request, body string) string {
				if creates(r, "/signal-endpoints") {
					return anyID.ReplaceAllString(body, `"id":1.338e3`)
				}
				return body
			}, []string{theirPath, endpointsPath + "/1.338e3"}, `not removed by its id, because the target gives 1.338e3`,
		},
		"the id of somebody's token": {
			func(r *http.Request, body string) string {
				if creates(r, "/tokens") {
					return anyID.ReplaceAllString(body, `"id":8`)
				}
				return body
			}, []string{theirPath}, "",
		},
		"the name of somebody's endpoint": {
			func(r *http.Request, body string) string {
				if creates(r, "/signal-endpoints") {
					return regexp.MustCompile(`"name":"[^"]*"`).ReplaceAllString(body, `"name":"cpu-over-90"`)
				}
				return body
			}, []string{theirPath, callsPath + "/cpu-over-90"}, "",
		},
		"a name that is a path": {
			func(r *http.Request, body string) string {
				if creates(r, "/signal-endpoints") {
					return regexp.MustCompile(`"name":"[^"]*"`).ReplaceAllString(body, `"name":"../admin/signal-endpoints/1338/off"`)
				}
				return body
			}, []string{theirPath}, "",
		},
		"a list that says nothing": {
			func(r *http.Request, body string) string {
				if r.Method == http.MethodGet && r.URL.Path == endpointsPath {
					return `{"signalEndpoints":"none"}`
				}
				return body
			}, []string{theirPath}, "not removed, because it cannot be read back: listing the signal endpoints: status 200",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := &liar{mock: newMock(t, mockserver.WithLimits(mockserver.Limits{})), lie: test.lie}
			before := endpointsOf(t, target.mock)
			result := verify(t, 1, conformance.Options{Handler: target, Tags: "@writes and not @core", Concurrency: 4})
			for _, path := range test.untouched {
				if changes := target.of(path); len(changes) > 0 {
					t.Errorf("changes to %s were requested: %q", path, changes)
				}
			}
			if result.Summary.Errored > 0 {
				t.Errorf("%d errors of the suite: %v", result.Summary.Errored, reasons(result))
			}
			after := endpointsOf(t, target.mock)
			if test.left == "" || !strings.Contains(test.left, "read back") {
				if !slices.Equal(before, after) {
					t.Errorf("endpoints before: %s\nafter: %s", before, after)
				}
			}
			if test.left == "" {
				if len(result.Cleanup) > 0 {
					t.Errorf("left behind: %+v", result.Cleanup[0])
				}
				return
			}
			if len(result.Cleanup) == 0 {
				t.Fatal("nothing is reported as left behind")
			}
			for _, left := range result.Cleanup {
				if left.Kind == "anything named" && strings.Contains(left.Reason, "does not show") && strings.Contains(test.left, "read back") {
					continue // the last look read the same list
				}
				if !strings.HasPrefix(left.Reason, test.left) || strings.Contains(left.Path, "..") || strings.Contains(left.Path, "1338/tokens/8") {
					t.Errorf("left behind: %+v", left)
				}
			}
		})
	}
}

// endpointsOf returns a mock's signal endpoints with everything nested in them, in JSON.
func endpointsOf(t *testing.T, mock http.Handler) []string {
	t.Helper()
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, endpointsPath, nil)
	r.Header.Set("Authorization", conformance.MockTokens().Admin)
	mock.ServeHTTP(recorder, r)
	var answer struct{ SignalEndpoints []json.RawMessage }
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, endpoint := range answer.SignalEndpoints {
		all = append(all, string(endpoint))
	}
	return all
}

// TestWhatNothingShouldHaveIsNotTouchedIfSomethingHasIt is about the ids and names with which
// scenarios ask for something that does not exist.
func TestWhatNothingShouldHaveIsNotTouchedIfSomethingHasIt(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, test := range map[string]struct{ from, to, path, reason string }{
		"id":   {`"id":1338`, `"id":2147483600`, endpointsPath + "/2147483600", "the target has something with the id or name 2147483600"},
		"name": {`"name":"cpu-over-90"`, `"name":"unleash-mock-verify-none"`, callsPath + "/unleash-mock-verify-none", "the target has something with the id or name unleash-mock-verify-none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := &liar{mock: newMock(t, mockserver.WithLimits(mockserver.Limits{})), lie: func(r *http.Request, body string) string {
				if r.Method == http.MethodGet && r.URL.Path == endpointsPath {
					return strings.Replace(body, test.from, test.to, 1)
				}
				return body
			}}
			result := verify(t, 0, conformance.Options{Handler: target, Tags: "@op:updateSignalEndpoint or @op:callSignalEndpoint or @op:disableSignalEndpoint or @op:deleteSignalEndpoint"})
			if changes := target.of(test.path); len(changes) > 0 {
				t.Errorf("changes were requested: %q", changes)
			}
			wasReported := slices.ContainsFunc(result.Scenarios, func(s report.Scenario) bool {
				return s.Outcome == report.Disabled && strings.HasPrefix(s.Reason, test.reason)
			})
			if !wasReported || result.Summary.Passed == 0 {
				t.Errorf("summary %+v, reasons: %v", result.Summary, reasons(result))
			}
		})
	}
}

// people is a target that manages users, in front of a mock that does not. It claims that each
// new user has the id newID.
type people struct {
	mock     http.Handler
	newID    string // in JSON
	loggedIn string // the user that a login returns; empty for the one who logs in
	listed   func(username string) string

	mu       sync.Mutex
	username string
	changes  []string
}

func (p *people) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sent struct{ Username string }
	if r.Method != http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/admin/signal-endpoints") {
		p.changes = append(p.changes, r.Method+" "+r.URL.Path)
	}
	answer := func(status int, body string) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	const admin = `{"id":1,"username":"admin","rootRole":1,"createdAt":"2026-01-01T00:00:00.000Z"}`
	switch path := r.URL.Path; {
	case path == "/api/admin/user-admin" && r.Method == http.MethodPost:
		_ = json.NewDecoder(r.Body).Decode(&sent) // if this fails, the name stays empty, which shows below
		p.username = sent.Username
		answer(201, fmt.Sprintf(`{"id":%s,"username":%q}`, p.newID, p.username))
	case path == "/api/admin/user-admin":
		users := admin
		if p.username != "" {
			users += "," + p.listed(p.username)
		}
		answer(200, `{"users":[`+users+`],"rootRoles":[{"id":1,"name":"Admin"},{"id":3,"name":"Viewer"}]}`)
	case path == "/auth/simple/login":
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		answer(200, `{}`)
	case path == "/api/admin/user" && r.Header.Get("Cookie") != "":
		who := p.loggedIn
		who = cmp.Or(who, p.username)
		answer(200, fmt.Sprintf(`{"user":{"id":7,"username":%q}}`, who))
	case path == "/api/admin/user/tokens" && r.Method == http.MethodPost:
		answer(201, `{"id":5,"secret":"user:unleash-mock-viewer"}`)
	case path == "/api/admin/user/tokens":
		answer(200, fmt.Sprintf(`{"pats":[{"id":4,"description":"my own"},{"id":5,"description":%q}]}`, p.username))
	case strings.HasPrefix(path, "/api/admin/user"):
		if r.Method == http.MethodDelete && strings.HasPrefix(path, "/api/admin/user-admin/") {
			p.username = ""
		}
		answer(200, ``)
	default:
		p.mock.ServeHTTP(w, r)
	}
}

func TestOnlyTheUserThatTheRunMadeIsRemoved(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	seventh := func(username string) string {
		return fmt.Sprintf(`{"id":7,"username":%q,"createdAt":"2026-01-01T00:00:00.000Z"}`, username)
	}
	const made, removed = "POST /api/admin/user/tokens", "DELETE /api/admin/user/tokens/5"
	for name, test := range map[string]struct {
		people *people
		want   []string // the requests that change users, except creation and login
		left   string
	}{
		"as it should be":                   {&people{newID: "7", listed: seventh}, []string{made, removed, "DELETE /api/admin/user-admin/7"}, ""},
		"the id of the admin":               {&people{newID: "1", listed: seventh}, []string{made, removed, "DELETE /api/admin/user-admin/7"}, `not removed by its id, because that belongs to "admin"`},
		"an id that is a path":              {&people{newID: `"1/roles"`, listed: seventh}, []string{made, removed, "DELETE /api/admin/user-admin/7"}, `not removed by its id, because the target gives "1/roles"`},
		"another one logs in":               {&people{newID: "7", loggedIn: "admin", listed: seventh}, []string{"DELETE /api/admin/user-admin/7"}, ""},
		"its name is the admin's":           {&people{newID: "1", listed: func(username string) string { return fmt.Sprintf(`{"id":1,"username":%q}`, username) }}, []string{made, removed}, `not removed by its id, because that belongs to "admin"`},
		"it is listed with a path":          {&people{newID: "7", listed: func(username string) string { return fmt.Sprintf(`{"id":"1/x","username":%q}`, username) }}, []string{made, removed}, `not removed by its id, because the target gives "1/x"`},
		"its creation has no usable answer": {&people{newID: "null", listed: seventh}, []string{made, removed, "DELETE /api/admin/user-admin/7"}, `not removed by its id, because the target gives null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := test.people
			target.mock = withoutHeader(newMock(t, mockserver.WithLimits(mockserver.Limits{})))
			tokens := conformance.MockTokens()
			tokens.Viewer = ""
			result := verify(t, 0, conformance.Options{Handler: target, Tokens: tokens, Operations: []string{"getInvoices"}, AllowWrites: true, Tags: "not @writes"})
			var got []string
			for _, change := range target.changes {
				if change != "POST /api/admin/user-admin" && change != "POST /auth/simple/login" && strings.Contains(change, "/user") {
					got = append(got, change)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("changes %q, want %q", got, test.want)
			}
			var left []string
			for _, leftover := range result.Cleanup {
				left = append(left, leftover.Reason)
			}
			if test.left == "" && len(left) > 0 || test.left != "" && (len(left) != 1 || !strings.HasPrefix(left[0], test.left)) {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestASweepRemovesOnlyWhatRunsNamed is about lists with entries that look like leftovers at
// first glance.
func TestASweepRemovesOnlyWhatRunsNamed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var changes []string
	const (
		first  = "unleash-mock-verify-261128abcdef-one"
		second = "unleash-mock-verify-261128012345-two"
	)
	old := time.Now().Add(-2 * time.Hour).UTC().Format(time.RFC3339)
	target := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Unleash-Mock", "test") // a mock needs no pause before archived flags are deleted
		switch {
		case r.Method != http.MethodGet:
			changes = append(changes, r.Method+" "+r.URL.Path)
		case r.URL.Path == endpointsPath:
			fmt.Fprintf(w, `{"signalEndpoints":[
				{"id":1,"name":"unleash-mock-verify-is-a-tool","createdAt":%[1]q},
				{"id":2,"name":"unleash-mock-verify-261128abcdeX-one","createdAt":%[1]q},
				{"id":3,"name":"my-%[2]s","createdAt":%[1]q},
				{"id":4,"name":%[2]q,"createdAt":%[1]q},
				{"id":"5/tokens/1","name":%[2]q,"createdAt":%[1]q},
				{"id":-6,"name":%[2]q,"createdAt":%[1]q},
				{"id":7,"name":%[3]q,"createdAt":%[1]q},
				{"id":7,"name":"theirs","createdAt":%[1]q},
				{"id":8,"name":%[3]q}]}`, old, first, second)
		case r.URL.Path == "/api/admin/user-admin":
			fmt.Fprintf(w, `{"users":[{"id":1,"username":"admin","createdAt":%[1]q},{"id":1,"username":%[2]q,"createdAt":%[1]q},{"id":9,"username":%[2]q,"createdAt":%[1]q}]}`, old, first)
		case r.URL.Path == "/api/admin/search/features" && r.URL.Query().Has("archived"):
			fmt.Fprintf(w, `{"features":[{"name":%[2]q,"createdAt":%[1]q},{"name":"theirs","createdAt":%[1]q}],"total":2}`, old, second)
		case r.URL.Path == "/api/admin/search/features":
			fmt.Fprintf(w, `{"features":[{"name":"theirs","project":"shop","createdAt":%[1]q},{"name":"team.%[2]s","project":"shop","createdAt":%[1]q}],"total":2}`, old, first)
		case r.URL.Path != "/":
			w.WriteHeader(http.StatusNotFound)
		}
	})
	flag, archived, ofFlag := "DELETE "+features.Path("shop")+"/team."+first, "DELETE "+features.ArchivePath+"/"+second, "DELETE "+features.ArchivePath+"/team."+first
	options := conformance.Options{Handler: target, Tokens: conformance.MockTokens()}
	for name, test := range map[string]struct {
		what conformance.SweepOptions
		want []string // ofFlag deletes the same flag a second time and is not counted as swept
		left int
	}{
		"all":      {conformance.SweepOptions{}, []string{ofFlag, archived, flag, "DELETE " + endpointsPath + "/4", "DELETE " + endpointsPath + "/8", "DELETE /api/admin/user-admin/9"}, 4},
		"one run":  {conformance.SweepOptions{Run: "261128abcdef"}, []string{ofFlag, flag, "DELETE " + endpointsPath + "/4", "DELETE /api/admin/user-admin/9"}, 3},
		"old ones": {conformance.SweepOptions{OlderThan: time.Hour}, []string{ofFlag, archived, flag, "DELETE " + endpointsPath + "/4", "DELETE /api/admin/user-admin/9"}, 4},
	} {
		changes = nil
		swept, left, err := conformance.Sweep(t.Context(), options, test.what)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(changes)
		slices.Sort(test.want)
		if got := slices.Compact(changes); !slices.Equal(got, test.want) || len(swept) != len(test.want)-1 || len(left) != test.left {
			t.Errorf("%s: removed %q, want %q; swept %+v, left %+v", name, got, test.want, swept, left)
		}
	}
	for _, run := range []string{"x", "261128", "261128abcdef-", "..", "261128ABCDEF"} {
		if _, _, err := conformance.Sweep(t.Context(), options, conformance.SweepOptions{Run: run}); err == nil {
			t.Errorf("%q was accepted as the id of a run", run)
		}
	}
}

// TestASweepLeadsNowhereElse is about lists whose entries have the name of a run, but other
// values that would direct a request to something else.
func TestASweepLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const name = "unleash-mock-verify-261128abcdef-one"
	for where, lists := range map[string]map[string]string{
		"the secret of a token, up":    {"/api/admin/api-tokens": `{"tokens":[{"tokenName":"` + name + `","secret":".."}]}`},
		"the secret of a token, here":  {"/api/admin/api-tokens": `{"tokens":[{"tokenName":"` + name + `","secret":"."}]}`},
		"the secret of a token, below": {"/api/admin/api-tokens": `{"tokens":[{"tokenName":"` + name + `","secret":"a/../../projects/default"}]}`},
		"the secret of a token, odd":   {"/api/admin/api-tokens": `{"tokens":[{"tokenName":"` + name + `","secret":"*:*.a?b"}]}`},
		"the project of a flag, up":    {"/api/admin/search/features": `{"features":[{"name":"` + name + `","project":".."}],"total":1}`},
		"the project of a flag, below": {"/api/admin/search/features": `{"features":[{"name":"` + name + `","project":"a/b"}],"total":1}`},
		"the project of a flag, none":  {"/api/admin/search/features": `{"features":[{"name":"` + name + `","project":""}],"total":1}`},
		"the name of a flag, up":       {"/api/admin/search/features": `{"features":[{"name":"../` + name + `","project":"default"}],"total":1}`},
		"the name of a flag, escaped":  {"/api/admin/search/features": `{"features":[{"name":"%2e%2e%2f` + name + `","project":"default"}],"total":1}`},
		"the type of a tag, up":        {"/api/admin/tags": `{"tags":[{"value":"` + name + `","type":".."}]}`},
		"the type of a tag, none":      {"/api/admin/tags": `{"tags":[{"value":"` + name + `"}]}`},
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var changes []string
			target := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				w.Header().Set("Unleash-Mock", "test") // a mock needs no pause
				list, has := lists[r.URL.Path]
				switch {
				case r.Method != http.MethodGet:
					changes = append(changes, r.Method+" "+r.URL.EscapedPath())
				case has && !r.URL.Query().Has("archived"):
					fmt.Fprint(w, list)
				case r.URL.Path != "/":
					w.WriteHeader(http.StatusNotFound)
				}
			})
			options := conformance.Options{Handler: target, Tokens: conformance.MockTokens()}
			swept, left, err := conformance.Sweep(t.Context(), options, conformance.SweepOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) > 0 || len(swept) > 0 || len(left) != 1 || left[0].Reason != "not removed, because what the target says about it cannot be part of a path" {
				t.Errorf("changes %q, swept %+v, left %+v", changes, swept, left)
			}
			for _, leftover := range left {
				if strings.Contains(leftover.Path, "..") {
					t.Errorf("left behind at %s", leftover.Path)
				}
			}
			swept, left, err = conformance.Sweep(t.Context(), options, conformance.SweepOptions{DryRun: true})
			if err != nil || len(swept) > 0 || len(left) != 1 {
				t.Errorf("dry run: swept %+v, left %+v, %v", swept, left, err)
			}
		})
	}
}

// TestABodyNamesOnlyWhatIsTheRuns is about targets whose answer to a create has the id or the
// name of something that belongs to someone else. Scenarios must not put that into a body.
func TestABodyNamesOnlyWhatIsTheRuns(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const flags = "/api/admin/projects/default/features"
	const strategies = flags + "/theirs/environments/development/strategies"
	for name, test := range map[string]struct {
		operation, scenario string
		created             func(r *http.Request, answer string) bool // reports whether the answer is to be falsified
		property            string
		want, blamed        string
	}{
		"a strategy that gets segments": {
			"updateFeatureStrategySegments", "usage/sets-and-removes-the-segments-of-a-strategy",
			func(r *http.Request, _ string) bool { return creates(r, "/strategies") }, "id", "the id of what was created", "addFeatureStrategy",
		},
		"a strategy that is put in order": {
			"setStrategySortOrder", "strategies/sets-the-order-of-strategies",
			func(r *http.Request, _ string) bool { return creates(r, "/strategies") }, "id", "the id of what was created", "addFeatureStrategy",
		},
		"a flag that becomes a parent": {
			"addFeatureDependency", "dependencies/adds-a-dependency-or-replaces-the-existing-one",
			func(r *http.Request, answer string) bool {
				return creates(r, "/features") && strings.Contains(answer, "-parent")
			}, "name", "the name of what was created", "createFeature",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t, mockserver.WithLimits(mockserver.Limits{}))
			askAdmin(mock, http.MethodPost, flags, `{"name":"theirs"}`)
			if status := askAdmin(mock, http.MethodPost, strategies, `{"name":"flexibleRollout"}`); status != http.StatusOK {
				t.Fatalf("adding a strategy: status %d", status)
			}
			before := listOf(t, mock, strategies)
			var listed []struct{ ID string }
			if err := json.Unmarshal([]byte(before), &listed); err != nil {
				t.Fatal(err)
			}
			theirs := map[string]string{"id": listed[0].ID, "name": "theirs"}[test.property]
			var mu sync.Mutex
			var named []string
			target := &liar{mock: mock, lie: func(r *http.Request, body string) string {
				if test.created(r, body) {
					return regexp.MustCompile(`"`+test.property+`":"[^"]*"`).ReplaceAllString(body, `"`+test.property+`":"`+theirs+`"`)
				}
				return body
			}}
			watched := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body := bodyOf(r); strings.Contains(body, `"`+theirs+`"`) {
					mu.Lock()
					named = append(named, r.Method+" "+r.URL.Path+" "+body)
					mu.Unlock()
				}
				target.ServeHTTP(w, r)
			})
			result := verify(t, exitcode.Broken, conformance.Options{Handler: watched, Operations: []string{test.operation}})
			if len(named) > 0 || result.Summary.Errored > 0 {
				t.Errorf("requests that name it: %q, summary %+v", named, result.Summary)
			}
			scenario := find(t, result, test.scenario)
			if len(scenario.Failures) != 1 || scenario.Failures[0].Expectation != test.want || !strings.Contains(scenario.Failures[0].Got, theirs) || scenario.Failures[0].Operation != test.blamed {
				t.Errorf("failures %+v", scenario.Failures)
			}
			if after := listOf(t, mock, strategies); after != before {
				t.Errorf("strategies before: %s\nafter: %s", before, after)
			}
		})
	}
}

// bodyOf returns the body of a request, which can still be read afterwards.
func bodyOf(r *http.Request) string {
	body, _ := io.ReadAll(r.Body) // a body that is cut off need not be searched
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}
