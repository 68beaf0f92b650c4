package mockserver

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// oddValues are values that may replace any value of a state.
func oddValues() []any {
	return []any{
		nil, true, false, "", " ", "\u0000", "\u2028", "\ufffd", "a/b?c#d%00", "-1h", "0", "1e3", "now", "default", "1970-01-01T00:00:00Z",
		"9999-12-31T23:59:59.9999Z", "0000-01-01T00:00:00.000Z", "2030-02-30T00:00:00.000Z", strings.Repeat("ä", 300),
		json.Number("0"), json.Number("-0"), json.Number("-1"), json.Number("1.5"), json.Number("1e9"), json.Number("2147483646"),
		json.Number("2147483647"), json.Number("2147483648"), json.Number("4294967296"), json.Number("9007199254740993"),
		json.Number("1e21"), json.Number("1e400"), json.Number("0.1e-400"),
		json.RawMessage(`"\ud800"`), json.RawMessage(`{"a":1,"a":2}`), []any{}, []any{nil}, []any{[]any{}}, map[string]any{},
		map[string]any{"": nil}, map[string]any{"__proto__": []any{}},
	}
}

// TestAStateThatIsAcceptedComesBack changes a few values of a state and imports it. The
// import is refused, or the state survives another export and import, both at once and
// after one of each kind was created.
func TestAStateThatIsAcceptedComesBack(t *testing.T) {
	t.Parallel()
	a := newApp(t, unlimited)
	a.must(200, http.MethodPut, "/_mock/flags", "", `{"a":true,"b":{"variants":[{"name":"v","payload":{"type":"json","value":"{}"}}],
		"strategies":[{"name":"flexibleRollout","parameters":{"rollout":"50"},"constraints":[{"contextName":"x","operator":"IN","values":["y"]}]}]}}`)
	a.must(200, http.MethodPut, "/api/admin/signal-endpoints/1337", wellknown.Admin, `{"name":"my-external-app","description":"other"}`)
	state := a.must(200, http.MethodGet, "/_mock/state?secrets=true", "", "").body
	rapid.Check(t, func(t *rapid.T) {
		decoder := json.NewDecoder(bytes.NewReader(state))
		decoder.UseNumber()
		var value map[string]any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			if rapid.Bool().Draw(t, "of a sequence") {
				change(t, value["sequences"])
			} else {
				change(t, value)
			}
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		quiet := &app{Server: a.Server, t: noHelper{}}
		switch got := quiet.call(http.MethodPut, "/_mock/state", "", string(text)); {
		case got.status == http.StatusOK:
		case got.status < 500 && json.Valid(got.body):
			return
		default:
			t.Fatalf("%s: %d %s", text, got.status, got.body)
		}
		quiet.comesBack(t)
		for _, request := range creations {
			method, rest, _ := strings.Cut(request, " ")
			path, body, _ := strings.Cut(rest, " ")
			token := wellknown.Admin
			if strings.HasPrefix(path, "/api/signal-endpoint/") {
				token = wellknown.MyExternalApp
			}
			if got := quiet.call(method, path, token, body); got.status >= 500 && got.status != http.StatusServiceUnavailable { // no id is left
				t.Fatalf("%s after %s: %d %s", request, text, got.status, got.body)
			}
		}
		quiet.comesBack(t)
	})
}

// creations are requests that create one of each kind.
var creations = []string{
	`POST /api/admin/signal-endpoints {"name":"x"}`,
	`POST /api/admin/signal-endpoints/1337/tokens {"name":"x"}`,
	`POST /api/signal-endpoint/my-external-app {"a":1}`,
	`POST /api/admin/projects/default/features {"name":"x","type":"release"}`,
	`POST /api/admin/projects/default/features/x/environments/development/strategies {"name":"default"}`,
	`POST /api/admin/projects/default/features/x/environments/development/on `,
	`POST /api/admin/segments {"name":"x","constraints":[]}`,
	`POST /api/admin/api-tokens {"tokenName":"x","type":"client","environment":"development","projects":["*"]}`,
	`POST /api/admin/tags {"type":"simple","value":"x1"}`,
	`POST /api/admin/context {"name":"x"}`,
	`POST /api/admin/strategies {"name":"x","parameters":[]}`,
	`PUT /_mock/flags/a {"variant":"v"}`,
}

// change replaces a value somewhere inside the given one with an odd value, removes it or
// repeats it.
func change(t *rapid.T, value any) {
	for isInner(value) {
		var next any
		switch inner := value.(type) {
		case map[string]any:
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(inner))).Draw(t, "name")
			next = inner[name]
			if !isInner(next) || rapid.IntRange(0, 9).Draw(t, "here") == 0 {
				switch rapid.IntRange(0, 9).Draw(t, "how") {
				case 0:
					delete(inner, name)
				case 1:
					inner[name+"x"] = next
				default:
					inner[name] = rapid.SampledFrom(oddValues()).Draw(t, "odd")
				}
				return
			}
		case []any:
			at := rapid.IntRange(0, len(inner)-1).Draw(t, "at")
			next = inner[at]
			if !isInner(next) || rapid.IntRange(0, 9).Draw(t, "here") == 0 {
				inner[at] = rapid.OneOf(rapid.SampledFrom(oddValues()), rapid.SampledFrom(inner)).Draw(t, "odd")
				return
			}
		}
		value = next
	}
}

// isInner reports whether a value contains others.
func isInner(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		return len(value) > 0
	case []any:
		return len(value) > 0
	}
	return false
}
