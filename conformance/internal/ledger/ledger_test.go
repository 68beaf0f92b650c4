package ledger_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/resources"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// shelf is a target that records the requests that could change something.
type shelf struct {
	endpoints, users string // the entries of its lists, in JSON
	status           map[string]int
	child            map[string]string // what has to be removed before a path is

	mu            sync.Mutex
	paths         []string
	authorization map[string]string // by path
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && s.status[r.URL.Path] != 0:
		w.WriteHeader(s.status[r.URL.Path])
	case r.Method == http.MethodGet && r.URL.Path == endpointsPath:
		fmt.Fprintf(w, `{"signalEndpoints":[%s]}`, s.endpoints)
	case r.Method == http.MethodGet && r.URL.Path == usersPath:
		fmt.Fprintf(w, `{"users":[%s]}`, s.users)
	case r.Method == http.MethodGet: // there is nothing else
		w.WriteHeader(http.StatusNotFound)
	case s.child[r.URL.Path] != "" && !slices.Contains(s.paths, "DELETE "+s.child[r.URL.Path]):
		w.WriteHeader(http.StatusForbidden)
	default:
		s.paths = append(s.paths, r.Method+" "+r.URL.Path)
		if s.authorization == nil {
			s.authorization = map[string]string{}
		}
		s.authorization[r.URL.Path] = r.Header.Get("Authorization")
		if status := s.status[r.URL.Path]; status != 0 {
			w.WriteHeader(status)
		}
	}
}

const (
	testAdmin     = "*:*.a-secret-of-a-test"
	endpointsPath = signalendpoints.Path
	usersPath     = "/api/admin/user-admin"
)

// ledger returns the ledger of a run whose names start with own-.
func (s *shelf) ledger(t *testing.T, keep bool) *ledger.Ledger {
	t.Helper()
	all, err := resources.All("default", nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := target.NewClient(target.Config{Address: &target.Address{Base: server.URL}, Contract: spec.Default(), Writes: true, Timeout: 10 * time.Second})
	t.Cleanup(client.Close)
	return ledger.New(ledger.Config{
		Client: client, Redact: secrets.New(), Kinds: all.Kinds(), Keep: keep,
		Owns: func(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, ledger.NamePrefix), "own-") },
	})
}

// creation returns an exchange that created something, or tried to.
func creation(path, body string, status int, answer string) *target.Exchange {
	x := &target.Exchange{Request: target.Request{Method: http.MethodPost, Path: path, Body: []byte(body)}, Status: status}
	x.Receive(strings.NewReader(answer))
	return x
}

func TestWhatWasCreatedIsRemovedTheLastFirst(t *testing.T) {
	t.Parallel()
	shelves := &shelf{
		endpoints: `{"id":7,"name":"own-a","tokens":[{"id":9,"name":"own-t"},{"id":10,"name":"another"}]},{"id":8,"name":"own-b"},{"id":5,"name":"own-of-a-scenario-beside"}`,
		users:     `{"id":3,"username":"own-u"},{"id":1,"username":"admin"}`,
	}
	l := shelves.ledger(t, false)
	l.Note(creation(usersPath, `{"username":"own-u"}`, 201, `{"id":3}`))
	l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `{"id":7}`))
	l.Note(creation(endpointsPath+"/7/tokens", `{"name":"own-t"}`, 201, `{"id":9}`))
	l.Note(creation("/API//admin/Signal-Endpoints/?x=1", `{"name":"own-b"}`, 200, `{"id":8}`)) // a wrong status, but created all the same
	// None of the following created anything.
	l.Note(creation(endpointsPath, `{"name":"own-c"}`, 409, `{"id":"x"}`))
	l.Note(creation(endpointsPath+"/7/on", ``, 200, `{"id":7}`))
	l.Note(creation(signalendpoints.CallPath+"/own-a", `{}`, 200, `{"signals":[{"id":1}]}`))
	l.Note(&target.Exchange{Request: target.Request{Method: http.MethodPut, Path: endpointsPath + "/7"}, Status: 200})
	if left := l.Clear(t.Context(), testAdmin); len(left) != 0 {
		t.Errorf("left behind: %+v", left)
	}
	want := []string{"DELETE " + endpointsPath + "/8", "DELETE " + endpointsPath + "/7/tokens/9", "DELETE " + endpointsPath + "/7", "DELETE " + usersPath + "/3"}
	if !slices.Equal(shelves.paths, want) {
		t.Errorf("removed %q", shelves.paths)
	}
	if shelves.authorization[endpointsPath+"/8"] != testAdmin {
		t.Error("the removal was not sent with the admin's token")
	}
	if l.Clear(t.Context(), testAdmin); len(shelves.paths) != len(want) {
		t.Error("a second Clear removed something again")
	}
}

func TestWhatIsRefusedIsTriedAfterTheOthers(t *testing.T) {
	t.Parallel()
	parent, child := endpointsPath+"/8", endpointsPath+"/7"
	shelves := &shelf{endpoints: `{"id":7,"name":"own-a"},{"id":8,"name":"own-b"}`, child: map[string]string{parent: child}}
	l := shelves.ledger(t, false)
	l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `{"id":7}`))
	l.Note(creation(endpointsPath, `{"name":"own-b"}`, 201, `{"id":8}`))
	if left := l.Clear(t.Context(), testAdmin); len(left) != 0 {
		t.Errorf("left behind: %+v", left)
	}
	if want := []string{"DELETE " + child, "DELETE " + parent}; !slices.Equal(shelves.paths, want) {
		t.Errorf("removed %q", shelves.paths)
	}
}

func TestWhatCannotBeRemovedIsTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		target *shelf
		id     string // as in the answer to the creation
		want   *report.Leftover
	}{
		"refused": {&shelf{endpoints: `{"id":7,"name":"own-a"}`, status: map[string]int{endpointsPath + "/7": 403}}, "7",
			&report.Leftover{Path: endpointsPath + "/7", Reason: "its removal was refused: status 403 without a body"}},
		"gone meanwhile": {&shelf{endpoints: `{"id":7,"name":"own-a"}`, status: map[string]int{endpointsPath + "/7": 404}}, "7", nil},
		"gone before":    {&shelf{}, "7", nil},
		"somebody's": {&shelf{endpoints: `{"id":7,"name":"theirs"}`}, "7",
			&report.Leftover{Path: endpointsPath + "/7", Reason: `not removed by its id, because that belongs to "theirs", which the run did not create`}},
		"a path": {&shelf{endpoints: `{"id":7,"name":"theirs"}`}, `"7/tokens/8"`,
			&report.Leftover{Path: endpointsPath, Reason: `not removed by its id, because the target gives "7/tokens/8", which is not a positive whole number`}},
		"listed twice": {&shelf{endpoints: `{"id":7,"name":"own-a"},{"id":7,"name":"theirs"}`}, "7",
			&report.Leftover{Path: endpointsPath + "/7", Reason: `not removed by its id, because that belongs to "theirs", which the run did not create`}},
		"no list": {&shelf{status: map[string]int{endpointsPath: 500}}, "7",
			&report.Leftover{Path: endpointsPath + "/7", Reason: "not removed, because it cannot be read back: listing the signal endpoints: status 500 without a body"}},
		"zero": {&shelf{endpoints: `{"id":0,"name":"theirs"}`}, "0",
			&report.Leftover{Path: endpointsPath, Reason: `not removed by its id, because the target gives 0, which is not a positive whole number`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := test.target.ledger(t, false)
			l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `{"id":`+test.id+`}`))
			var want []report.Leftover
			if test.want != nil {
				test.want.Kind, test.want.Name = "signal endpoint", "own-a"
				want = append(want, *test.want)
			}
			if diff := cmp.Diff(want, l.Clear(t.Context(), testAdmin)); diff != "" {
				t.Error(diff)
			}
			if deleted := strings.HasPrefix(name, "refused") || name == "gone meanwhile"; len(test.target.paths) > 0 != deleted {
				t.Errorf("asked the target to remove %q", test.target.paths)
			}
		})
	}
}

func TestWhatHasNoUsableIDIsFoundByItsName(t *testing.T) {
	t.Parallel()
	shelves := &shelf{endpoints: `{"id":1,"name":"theirs"},{"id":2,"name":"own-a"},{"id":3,"name":"own-b"},{"id":4,"name":"own-b"},{"id":4,"name":"theirs too"}`}
	l := shelves.ledger(t, false)
	l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `not JSON`))
	l.Note(creation(endpointsPath, `{"name":"own-b"}`, 201, `{"id":99}`))
	l.Note(creation(endpointsPath, `{"name":"own-never came to be"}`, 201, ``))
	l.Note(creation(endpointsPath, `{"name":"theirs"}`, 201, ``))
	if left := l.Clear(t.Context(), testAdmin); len(left) != 0 {
		t.Errorf("left behind: %+v", left)
	}
	if want := []string{"DELETE " + endpointsPath + "/3", "DELETE " + endpointsPath + "/2"}; !slices.Equal(shelves.paths, want) {
		t.Errorf("removed %q", shelves.paths)
	}
}

func TestOnlyWhatIsTheRunsIsVouchedFor(t *testing.T) {
	t.Parallel()
	const list = `{"id":1,"name":"theirs"},{"id":2,"name":"own-a","tokens":[{"id":8,"name":"own-t"}]},{"id":3,"name":"own-b"},{"id":3,"name":"theirs too"}`
	tokens := endpointsPath + "/2/tokens"
	for name, test := range map[string]struct{ collection, id, want string }{
		"an own endpoint":      {endpointsPath, "2", ""},
		"an own token":         {tokens, "8", ""},
		"beside its endpoint":  {endpointsPath + "/3/tokens", "8", ""},
		"somebody's":           {endpointsPath, "1", `expected the id of what was created, got 1, which belongs to "theirs"`},
		"what two things have": {endpointsPath, "3", `expected the id of what was created, got 3, which belongs to "theirs too"`},
		"what is not there":    {endpointsPath, "4", "expected the id of what was created, got 4, which the list does not show"},
		"a token's as another": {endpointsPath, "8", "expected the id of what was created, got 8, which the list does not show"},
		"what nobody makes":    {"/api/admin/strategies", "2", "the suite creates nothing at /api/admin/strategies, so it changes nothing there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := (&shelf{endpoints: list}).ledger(t, false)
			for range 2 { // the second answer may come from memory
				err := l.Vouch(t.Context(), testAdmin, http.MethodPut, test.collection, test.id)
				if got := fmt.Sprint(err); got != test.want && (err != nil || test.want != "") {
					t.Errorf("got %s", got)
				}
			}
		})
	}
}

func TestADeleteIsVouchedForAnew(t *testing.T) {
	t.Parallel()
	shelves := &shelf{endpoints: `{"id":2,"name":"own-a"}`}
	l := shelves.ledger(t, false)
	vouch := func(method string) error { return l.Vouch(t.Context(), testAdmin, method, endpointsPath, "2") }
	if err := vouch(http.MethodPut); err != nil {
		t.Fatal(err)
	}
	shelves.endpoints = ""
	if err := vouch(http.MethodDelete); err != nil {
		t.Errorf("deleting again what is gone must be allowed: %v", err)
	}
	shelves.endpoints = `{"id":2,"name":"theirs"}`
	if err := vouch(http.MethodDelete); err == nil {
		t.Error("deleting what now belongs to someone else was allowed")
	}
}

func TestWhatWasCreatedIsRemovedAfterAnInterruption(t *testing.T) {
	t.Parallel()
	shelves := &shelf{endpoints: `{"id":7,"name":"own-a"}`}
	l := shelves.ledger(t, false)
	l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `{"id":7}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := l.Clear(ctx, testAdmin); len(left) != 0 || len(shelves.paths) != 1 {
		t.Errorf("left %+v, removed %q", left, shelves.paths)
	}
}

func TestWhatIsKeptIsTold(t *testing.T) {
	t.Parallel()
	shelves := &shelf{endpoints: `{"id":7,"name":"own-a"}`}
	l := shelves.ledger(t, true)
	l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, `{"id":7}`))
	left := l.Clear(t.Context(), testAdmin)
	if len(left) != 1 || left[0].Reason != "kept on request" || len(shelves.paths) != 0 {
		t.Errorf("left %+v, removed %q", left, shelves.paths)
	}
}

func TestALedgerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var listed []string
	for i := range 20 {
		listed = append(listed, fmt.Sprintf(`{"id":%d,"name":"own-a"}`, i+1))
	}
	shelves := &shelf{endpoints: strings.Join(listed, ",")}
	l := shelves.ledger(t, false)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { l.Note(creation(endpointsPath, `{"name":"own-a"}`, 201, fmt.Sprintf(`{"id":%d}`, i+1))) })
	}
	all.Wait()
	l.Clear(t.Context(), testAdmin)
	if len(shelves.paths) != 20 || !strings.HasPrefix(shelves.paths[0], "DELETE ") {
		t.Errorf("%d things were removed", len(shelves.paths))
	}
}

// TestNamesInPathsKeepTheirCase checks that only names keep their case: servers ignore it in the
// rest of a path.
func TestNamesInPathsKeepTheirCase(t *testing.T) {
	t.Parallel()
	kinds := ledger.Kinds{{Name: "strategy", Path: "/api/admin/projects/*/features/*/strategies", Attached: true}}
	for path, want := range map[string]string{
		"/API/admin//Projects/Shop/features/own-Flag/Strategies/?x=1": "/api/admin/projects/Shop/features/own-Flag/strategies",
		"/api/admin/projects/Shop/features/own-Flag":                  "",
	} {
		if got := kinds.CreatedBy(creation(path, `{}`, 200, `{"id":"x"}`)); got.Collection != want || (got.Kind != nil) != (want != "") {
			t.Errorf("%s: %+v, want %q", path, got, want)
		}
	}
}
