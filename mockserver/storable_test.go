package mockserver

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestWhatPostgresCannotStore checks values that the database of a real server refuses:
// it answers 500 and stores nothing.
func TestWhatPostgresCannotStore(t *testing.T) {
	t.Parallel()
	const (
		call      = "POST /api/signal-endpoint/my-external-app"
		create    = "POST /api/admin/signal-endpoints"
		token     = "POST /api/admin/signal-endpoints/1337/tokens"
		nul, half = "unsupported Unicode escape sequence", "invalid input syntax for type json"
	)
	for name, test := range map[string]struct {
		request, body string
		says          string // empty for a success
	}{
		"nul":                  {call, `{"a":"b\u0000"}`, nul},
		"nul in a name":        {call, `{"a":{"\u0000":1}}`, nul},
		"first half":           {call, `{"a":["\ud83dx"]}`, half},
		"second half":          {call, `{"\uDE00":1}`, half},
		"a pair":               {call, `{"a":"\ud83d\ude00"}`, ""},
		"other controls":       {call, `{"a":"\u0001\u001f"}`, ""},
		"an escaped backslash": {call, `{"a":"\\u0000\\ud800"}`, ""},
		"nul in a description": {create, `{"name":"a","description":"\u0000"}`, `invalid byte sequence for encoding \"UTF8\": 0x00`},
		"nul in a token":       {token, `{"name":"a\u0000"}`, `invalid byte sequence for encoding \"UTF8\": 0x00`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, unlimited)
			before := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
			method, path, _ := strings.Cut(test.request, " ")
			secret := wellknown.Admin
			if test.request == call {
				secret = wellknown.MyExternalApp
			}
			if test.says == "" {
				a.must(200, method, path, secret, test.body)
				return
			}
			got := a.must(500, method, path, secret, test.body)
			if want := `{"name":"UnknownError","message":"` + test.says + `","details":[{"message":"` + test.says + `"}]}`; string(got.body) != want {
				t.Errorf("got  %s\nwant %s", got.body, want)
			}
			if after := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body); after != before {
				t.Error("the state has changed")
			}
		})
	}
	if _, problems := CheckSeed([]byte("signals: [{sourceId: 1, payload: {a: \"\\0\"}}]")); len(problems) != 1 || !strings.Contains(problems[0].Error(), nul) {
		t.Errorf("the problems of a seed are %v", problems)
	}
}
