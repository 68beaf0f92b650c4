package reads

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestWhatOfAnAnswerStandsForAParameter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, parameter, answer string
		want                    string // as JSON
	}{
		"a list":                        {"/pets", "id", `[{"id":1,"name":"a"},{"id":2}]`, `[1,2]`},
		"the list that the path names":  {"/api-tokens", "name", `{"others":[{"name":"no"}],"tokens":[{"name":"a"}]}`, `["a"]`},
		"the only list":                 {"/pets", "id", `{"data":[{"id":"a"}],"total":1}`, `["a"]`},
		"one of several":                {"/pets", "id", `{"data":[{"id":"a"}],"errors":[]}`, `[]`},
		"part of what it names":         {"/user-admin", "id", `{"rootRoles":[{"id":1}],"users":[{"id":2}]}`, `[2]`},
		"an empty one of several":       {"/addons", "id", `{"addons":[],"providers":[{"id":1}]}`, `[]`},
		"no list":                       {"/pets", "id", `{"id":1}`, `[]`},
		"plain entries":                 {"/tags", "tag", `["a","b"]`, `["a","b"]`},
		"a property of the same name":   {"/pets", "petId", `[{"id":1,"petId":2}]`, `[2]`},
		"what the name ends with":       {"/features", "featureName", `[{"id":1,"name":"a"}]`, `["a"]`},
		"the longest that it ends with": {"/x", "apiTokenName", `[{"name":"no","tokenName":"a"}]`, `["a"]`},
		"an id if nothing is called so": {"/pets", "pet", `[{"key":"k","id":1,"name":"a"}]`, `[1]`},
		"a name if there is no id":      {"/environments", "environment", `[{"name":"dev","type":"t"}]`, `["dev"]`},
		"nothing":                       {"/pets", "pet", `[{"key":"k"}]`, `[null]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, isJSON := jsonvalue.Decode([]byte(test.answer))
			if !isJSON {
				t.Fatal(test.answer)
			}
			got := []any{}
			for _, entry := range entries(answer, test.path) {
				got = append(got, idOf(entry, test.parameter))
			}
			if diff := cmp.Diff(test.want, jsonvalue.Text(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	var known []any
	for i := range 100 {
		known = remember(known, string(rune('a'+i)), map[string]bool{"b": true})
	}
	known = remember(known, map[string]any{}, nil)
	if len(known) != maxRemembered || known[1] != "c" {
		t.Errorf("remembered %v", known)
	}
	for _, value := range []any{nil, true, "", string(make([]byte, maxValue+1)), []any{"a"}} {
		if got := remember(nil, value, nil); got != nil {
			t.Errorf("%v was remembered", got)
		}
	}
}

// TestCookiesAreEscaped checks that cookies hold no character that a server could read differently.
func TestCookiesAreEscaped(t *testing.T) {
	t.Parallel()
	request := blank("/")
	send(&request, &spec.Parameter{Name: "mode", In: "cookie", Style: "form"}, "dark blue+é;")
	send(&request, &spec.Parameter{Name: "json", In: "cookie", JSON: true}, map[string]any{"a": "b c"})
	inCookie(&request, &openapi.Scheme{Name: "key"}, "a b")
	if got, want := request.Header.Get("Cookie"), "mode=dark%20blue%2B%C3%A9%3B; json=%7B%22a%22%3A%22b%20c%22%7D; key=a%20b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
