package replay

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// index returns an index for an operation getThing whose answers have these places.
func index(places map[string]engine.Place) *Index {
	return &Index{contract: spec.Default(), places: map[string]map[string]engine.Place{"getThing": places}}
}

var (
	thing  = &spec.Operation{ID: "getThing"}
	places = map[string]engine.Place{"/url": engine.URLPlace, "/secret": engine.SecretPlace, "/things/*/url": engine.URLPlace, "/things/*/secret": engine.SecretPlace}
)

// TestBodies checks that only URLs and secrets are replaced, in the places that the type
// of the answer declares, and nothing else that looks like them.
func TestBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body    string
		secrets []string
		want    string // the mock's URL is BASE; empty if it cannot be replayed
	}{
		"a URL":                           {`{"url" : "https://a.example/b/api/admin/signals", "n":1.0}`, nil, `{"url" : "BASE/api/admin/signals", "n":1.0}`},
		"a URL with escapes":              {`{"url":"https:\/\/a.example\/api\/admin\/x\u00fc\""}`, nil, `{"url":"BASE/api/admin/xü\""}`},
		"URLs in a list":                  {`{"things":[{"url":"http://a/api/x"},{"url":"http://a/api/y"}]}`, nil, `{"things":[{"url":"BASE/api/x"},{"url":"BASE/api/y"}]}`},
		"a URL of elsewhere":              {`{"url":"https://a.example/b"}`, nil, `{"url":"https://a.example/b"}`},
		"a URL at another place":          {`{"payload":{"url":"https://a.example/api/x"},"things":{"url":"https://a.example/api/x"}}`, nil, `{"payload":{"url":"https://a.example/api/x"},"things":{"url":"https://a.example/api/x"}}`},
		"no URL":                          {`{"url":null,"things":[{"url":7}]}`, nil, `{"url":null,"things":[{"url":7}]}`},
		"a hidden secret":                 {`{"secret": "[redacted]"}`, []string{`a"b`}, `{"secret": "a\"b"}`},
		"a secret that is shown":          {`{"secret":"own"}`, []string{"own"}, `{"secret":"own"}`},
		"secrets and URLs in their order": {`{"things":[{"secret":"***","url":"http://a/api/x"},{"secret":"s[redacted]"}]}`, []string{"1", "2"}, `{"things":[{"secret":"1","url":"BASE/api/x"},{"secret":"2"}]}`},
		"a secret that nobody knows":      {`{"secret":"[redacted]"}`, nil, ""},
		"a mark at another place":         {`{"payload":{"secret":"[redacted]"}}`, nil, `{"payload":{"secret":"[redacted]"}}`},
		"no JSON":                         {`{"url":"https://a.example/api/x"`, nil, `{"url":"https://a.example/api/x"`},
		"too deep":                        {strings.Repeat("[", 100_000), nil, strings.Repeat("[", 100_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := index(places).answer(thing, &traffic.RecordResponse{Status: 200, Body: test.body}, test.secrets)
			if ok != (test.want != "") {
				t.Fatalf("can be replayed: %t", ok)
			}
			if !ok {
				return
			}
			if diff := cmp.Diff(test.want, string(got.Body("BASE"))); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocations(t *testing.T) {
	t.Parallel()
	for recorded, want := range map[string]string{
		"":                        "",
		"signal-endpoints/5":      "signal-endpoints/5",
		"/api/admin/signals":      "/api/admin/signals",
		"/base/api/admin/signals": "BASE/api/admin/signals",
		"HTTPS://a/API/admin/x?y": "BASE/API/admin/x?y",
		"http://a/api/v1/api/x":   "BASE/api/v1/api/x",
		"http://a/api/v1/api/admin/signals?limit=1": "BASE/api/admin/signals?limit=1",
		"http://api/login":                          "http://api/login",
		"http://a/\u0130/api/x":                     "BASE/api/x",
		"mailto:a@b/api/x":                          "mailto:a@b/api/x",
	} {
		got, ok := index(nil).answer(thing, &traffic.RecordResponse{Status: 201, Header: traffic.RecordHeader{{Name: "location", Value: recorded}}}, nil)
		if !ok || got.Location("BASE") != want {
			t.Errorf("%s becomes %s, want %s", recorded, got.Location("BASE"), want)
		}
	}
}
