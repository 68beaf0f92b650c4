package mockserver

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestEvaluationIsLimited checks that flags are refused that take too much memory or time to
// evaluate, with the reason, and that each of them can still be evaluated alone.
func TestEvaluationIsLimited(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	expressions := func(of func(i int) string) {
		var flags []string
		for i := range 100 {
			flags = append(flags, fmt.Sprintf(`{"name":"f%d","enabled":true,"strategies":[{"name":"default","constraints":[{"contextName":"x","operator":"REGEX","value":"%s"}]}]}`, i, of(i)))
		}
		a.must(200, http.MethodPut, flagsPath, "", `{"version":2,"features":[`+strings.Join(flags, ",")+`]}`)
	}
	refused := func(method, path, token, body, want string) {
		t.Helper()
		if got := a.must(503, method, path, token, body); !strings.Contains(string(got.body), want) {
			t.Errorf("%s %.60s: %s, want %q", method, path, got.body, want)
		}
	}
	long := strings.Repeat("abcdefg ", 25)

	expressions(func(i int) string { return fmt.Sprint("(?:abcdefgh){1000}", i) })
	refused(http.MethodGet, "/api/frontend", wellknown.Frontend, "", "the regular expressions of the flags are too large together")
	a.must(200, http.MethodPost, flagsPath+"/f99/evaluate", "", `{"properties":{"x":"`+long+`"}}`)

	expressions(func(int) string { return "(?:abcdefgh){1000}" })
	a.must(200, http.MethodGet, "/api/frontend?x=short", wellknown.Frontend, "")
	refused(http.MethodGet, "/api/frontend?x="+url.QueryEscape(long), wellknown.Frontend, "", "for a context with values that long")
	refused(http.MethodPost, "/api/frontend", wellknown.Frontend, `{"context":{"properties":{"x":"`+long+`"}}}`, "for a context with values that long")
	a.must(200, http.MethodPost, flagsPath+"/f99/evaluate", "", `{"properties":{"x":"`+long+`"}}`)

	var ids, segments []string // of a flag that is off
	for i := range 100 {
		ids = append(ids, fmt.Sprint(i+1))
		segments = append(segments, fmt.Sprintf(`{"id":%d,"name":"s%[1]d","constraints":[{"contextName":"x","operator":"REGEX","value":"(?:abcdefgh){1000}%[1]d"}]}`, i+1))
	}
	a.must(200, http.MethodPut, flagsPath, "", `{"version":2,"features":[{"name":"off","enabled":false,"strategies":[{"name":"default","segments":[`+strings.Join(ids, ",")+`]}]},{"name":"on","enabled":true}],
		"segments":[`+strings.Join(segments, ",")+`]}`)
	if got := a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, ""); !strings.Contains(string(got.body), `"on"`) {
		t.Errorf("got %s", got.body)
	}

	values := strings.TrimSuffix(strings.Repeat(`"a",`, 10_000), ",")
	strategies := strings.TrimSuffix(strings.Repeat(`{"name":"default","segments":[1]},`, 1000), ",")
	a.must(200, http.MethodPut, flagsPath, "", `{"version":2,"features":[{"name":"f","enabled":true,"strategies":[`+strategies+`]}],
		"segments":[{"id":1,"name":"s","constraints":[{"contextName":"userId","operator":"IN","values":[`+values+`]}]}]}`)
	a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, "")
	refused(http.MethodPost, flagsPath+"/f/evaluate", "", `{}`, "too many constraints")
}

// TestAFlagIsEvaluatedWithWhatItNeeds checks that a flag that is evaluated alone has its parents
// and all segments.
func TestAFlagIsEvaluatedWithWhatItNeeds(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	user := func(id string) string {
		return `"constraints":[{"contextName":"userId","operator":"IN","values":["` + id + `"]}]`
	}
	a.must(200, http.MethodPut, flagsPath, "", `{"version":2,"features":[
		{"name":"child","enabled":true,"strategies":[{"name":"default","segments":[1]}],"dependencies":[{"feature":"parent"}]},
		{"name":"other","enabled":true,"strategies":[{"name":"default","segments":[3]}]},
		{"name":"parent","enabled":true,"strategies":[{"name":"default","segments":[2]},{"name":"default",`+user("8")+`}]}],
		"segments":[{"id":1,"name":"a","constraints":[]},{"id":2,"name":"b",`+user("7")+`},{"id":3,"name":"c",`+user("9")+`}]}`)
	for id, want := range map[string]bool{"7": true, "8": true, "9": false} {
		if got := a.must(200, http.MethodPost, flagsPath+"/child/evaluate", "", `{"userId":"`+id+`"}`).json(t)["enabled"]; got != want {
			t.Errorf("for user %s the flag is on: %v", id, got)
		}
	}
}
