package conformance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// deletions is a server that notes what it is told to delete.
type deletions struct {
	mu     sync.Mutex
	paths  []string
	status map[string]int    // by path; 200 for what is not there
	list   string            // the signal endpoints
	tokens map[string]string // Authorization by path
}

func (d *deletions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, d.list)
		return
	}
	d.paths = append(d.paths, r.Method+" "+r.URL.Path)
	if d.tokens == nil {
		d.tokens = map[string]string{}
	}
	d.tokens[r.URL.Path] = r.Header.Get("Authorization")
	if status := d.status[r.URL.Path]; status != 0 {
		w.WriteHeader(status)
	}
}

// creation is an exchange that created something.
func creation(path, body string, status int, answer string) *exchange {
	x := &exchange{request: request{method: http.MethodPost, path: path, body: []byte(body)}, status: status, received: []byte(answer)}
	x.value, x.isJSON = decodeJSON(x.received)
	return x
}

func TestWhatWasCreatedIsRemovedTheLastFirst(t *testing.T) {
	t.Parallel()
	server := &deletions{}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{})}
	l.note(creation(usersPath, `{"username":"u"}`, 201, `{"id":3}`))
	l.note(creation(endpointsPath, `{"name":"a"}`, 201, `{"id":7}`))
	l.note(creation(endpointsPath+"/7/tokens", `{"name":"t"}`, 201, `{"id":9}`))
	l.note(creation(endpointsPath+"/?x=1", `{"name":"b"}`, 200, `{"id":8}`)) // a wrong status created too
	// None of these created anything.
	l.note(creation(endpointsPath, `{"name":"c"}`, 409, `{"id":"x"}`))
	l.note(creation(endpointsPath+"/7/on", ``, 200, `{"id":7}`))
	l.note(creation(callPrefix+"a", `{}`, 200, `{"signals":[{"id":1}]}`))
	l.note(&exchange{request: request{method: http.MethodPut, path: endpointsPath + "/7"}, status: 200})
	if left := l.clear(t.Context(), testAdmin); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	want := []string{"DELETE " + endpointsPath + "/8", "DELETE " + endpointsPath + "/7/tokens/9", "DELETE " + endpointsPath + "/7", "DELETE " + usersPath + "/3"}
	if !slices.Equal(server.paths, want) {
		t.Errorf("removed %q", server.paths)
	}
	if server.tokens[endpointsPath+"/8"] != testAdmin {
		t.Error("the removal does not carry the admin's token")
	}
	if l.clear(t.Context(), testAdmin); len(server.paths) != len(want) {
		t.Error("it was removed twice")
	}
}

func TestWhatCannotBeRemovedIsTold(t *testing.T) {
	t.Parallel()
	server := &deletions{status: map[string]int{endpointsPath + "/7": 403, endpointsPath + "/7/tokens/9": 404}}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{})}
	l.note(creation(endpointsPath, `{"name":"a"}`, 201, `{"id":7}`))
	l.note(creation(endpointsPath+"/7/tokens", `{"name":"t"}`, 201, `{"id":9}`))
	want := []report.Leftover{{Kind: "signal endpoint", Name: "a", Path: endpointsPath + "/7", Reason: "its removal was refused: status 403 without a body"}}
	if diff := cmp.Diff(want, l.clear(t.Context(), testAdmin)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatHasNoIDIsFoundByItsName(t *testing.T) {
	t.Parallel()
	server := &deletions{list: `{"signalEndpoints":[{"id":1,"name":"theirs","createdAt":"2026-01-01T00:00:00.000Z"},{"id":2,"name":"ours","createdAt":"2026-01-01T00:00:00.000Z"}]}`}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{})}
	l.note(creation(endpointsPath, `{"name":"ours"}`, 201, `not JSON`))
	l.note(creation(endpointsPath, `{"name":"never came to be"}`, 201, ``))
	if left := l.clear(t.Context(), testAdmin); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	if want := []string{"DELETE " + endpointsPath + "/2"}; !slices.Equal(server.paths, want) {
		t.Errorf("removed %q", server.paths)
	}
}

func TestWhatWasCreatedIsRemovedAfterAnInterruption(t *testing.T) {
	t.Parallel()
	server := &deletions{}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{})}
	l.note(creation(endpointsPath, `{"name":"a"}`, 201, `{"id":7}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := l.clear(ctx, testAdmin); len(left) != 0 || len(server.paths) != 1 {
		t.Errorf("left %+v, removed %q", left, server.paths)
	}
}

func TestWhatIsKeptIsTold(t *testing.T) {
	t.Parallel()
	server := &deletions{}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{}), keep: true}
	l.note(creation(endpointsPath, `{"name":"a"}`, 201, `{"id":7}`))
	left := l.clear(t.Context(), testAdmin)
	if len(left) != 1 || left[0].Reason != "kept, as asked for" || len(server.paths) != 0 {
		t.Errorf("left %+v, removed %q", left, server.paths)
	}
}

func TestALedgerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := &deletions{}
	l := &ledger{client: testClient(t, server.ServeHTTP, Options{})}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { l.note(creation(endpointsPath, `{"name":"a"}`, 201, fmt.Sprintf(`{"id":%d}`, i))) })
	}
	all.Wait()
	l.clear(t.Context(), testAdmin)
	if len(server.paths) != 20 || !strings.HasPrefix(server.paths[0], "DELETE ") {
		t.Errorf("%d were removed", len(server.paths))
	}
}
