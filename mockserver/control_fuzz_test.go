package mockserver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/spec"
)

// FuzzControlBody sends any body to any operation of the control API and checks that it
// is accepted or refused. Once it is accepted, the state must survive an export and
// import, and the journal, the flags and the rest must be readable.
func FuzzControlBody(f *testing.F) {
	var operations []*spec.Operation
	for _, operation := range spec.Control().Operations() {
		if operation.Body() == nil {
			continue
		}
		which := uint8(len(operations))
		operations = append(operations, operation)
		f.Add(which, controlExamples[operation.ID].body)
		for _, body := range []string{`{}`, `[{}]`, `""`, `{"now":"9999-12-31T23:59:59.9999999999Z","advance":"-1ns"}`, `{"x":{"strategies":[{}]}}`} {
			f.Add(which, body)
		}
	}
	server, err := New(unlimited, WithBounds(Bounds{Workspaces: 10, Journal: 10, Signals: 100, Bytes: 16 << 20}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		a, operation := &app{server, t}, operations[int(which)%len(operations)]
		got := a.call(operation.Method, controlExamples[operation.ID].path, "", body, "Content-Type: application/json")
		if got.status >= 500 || !json.Valid(got.body) {
			t.Fatalf("%s %q: %d %s", operation.ID, body, got.status, got.body)
		}
		if got.status < 300 {
			a.shows(t)
			a.comesBack(t)
		}
		a.must(200, http.MethodDelete, "/_mock/workspaces", "", "")
		a.must(200, http.MethodPost, "/_mock/reset", "", "")
	})
}

// shows checks that every read of the control API works.
func (a *app) shows(t testing.TB) {
	t.Helper()
	for _, path := range []string{"/_mock/flags", "/_mock/rules", "/_mock/clock", "/_mock/workspaces", "/_mock/requests", "/_mock/requests.har"} {
		if got := a.call(http.MethodGet, path, "", ""); got.status != http.StatusOK || !json.Valid(got.body) {
			t.Fatalf("GET %s: %d %s", path, got.status, got.body)
		}
	}
}

// comesBack checks that the state survives an export and import unchanged, with and
// without secrets.
func (a *app) comesBack(t fataler) {
	for _, query := range []string{"", "?secrets=true"} {
		before := a.call(http.MethodGet, "/_mock/state"+query, "", "")
		taken := a.call(http.MethodPut, "/w/other/_mock/state", "", string(before.body))
		after := a.call(http.MethodGet, "/w/other/_mock/state"+query, "", "")
		if before.status != http.StatusOK || taken.status != http.StatusOK || !bytes.Equal(before.body, after.body) {
			t.Fatalf("%s: the state was exported with %d %s, imported with %d %s, and exported again with %d %s",
				query, before.status, before.body, taken.status, taken.body, after.status, after.body)
		}
	}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface{ Fatalf(string, ...any) }

// FuzzClock sets the clock with any body. If it is accepted, the clock must show a time
// in range, and every operation must work at that time.
func FuzzClock(f *testing.F) {
	for _, seed := range []string{
		`{"now":"2030-01-01T00:00:00Z","advance":"1h30m","frozen":true}`, `{"now":"1900-01-01T00:00:00Z"}`,
		`{"now":"2199-12-31T23:59:59.999999999+14:00"}`, `{"now":"0000-01-01T00:00:00-23:59"}`, `{"advance":"2540400h"}`,
		`{"advance":"0.000000001ns"}`, `{"real":true,"frozen":false}`, `{"now":null}`, "", `{"now":"2030-02-30T24:00:60Z"}`,
	} {
		f.Add(seed)
	}
	server, err := New(unlimited)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		a := &app{server, t}
		got := a.call(http.MethodPut, "/_mock/clock", "", body, "Content-Type: application/json")
		if got.status != http.StatusOK {
			if got.status != http.StatusBadRequest || !json.Valid(got.body) {
				t.Fatalf("%q: %d %s", body, got.status, got.body)
			}
			return
		}
		shown := got.json(t)["now"].(string)
		if at, err := time.Parse(time.RFC3339Nano, shown); err != nil || at.Year() < 1899 || at.Year() > 2200 {
			t.Fatalf("%q: the clock shows %s", body, shown)
		}
		a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, "{}")
		a.must(200, http.MethodPut, "/api/admin/signal-endpoints/1337", wellknown.Admin, `{"name":"my-external-app"}`)
		a.must(200, http.MethodGet, "/api/admin/signals", wellknown.Admin, "")
		a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, "")
		a.shows(t)
		a.comesBack(t)
		a.must(200, http.MethodPost, "/_mock/reset", "", "")
	})
}
