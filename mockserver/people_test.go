package mockserver

import (
	"net/http"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

// TestPeopleOnOpenSource checks that users, even admins, are denied changes in projects
// and environments that do not exist. API tokens are permitted and get a different error.
func TestPeopleOnOpenSource(t *testing.T) {
	t.Parallel()
	const flags, name = "/api/admin/projects/default/features", `{"name":"one"}`
	for path, test := range map[string]struct {
		method, body      string
		person, token     int
		enterprisesPerson int
	}{
		"/api/admin/projects/none/features":                        {http.MethodPost, name, 403, 404, 404},
		flags + "/a/environments/none/on":                          {http.MethodPost, "", 403, 404, 404},
		"/api/admin/projects/default/environments":                 {http.MethodPost, `{"environment":"none"}`, 403, 400, 400},
		"/api/admin/api-tokens":                                    {http.MethodPost, `{"tokenName":"a","type":"client","environment":"none"}`, 403, 400, 400},
		"/api/admin/projects/none/features/validate":               {http.MethodPost, name, 404, 404, 404},                              // no such path
		"/api/admin/features/validate":                             {http.MethodPost, `{"name":"two","project":"none"}`, 200, 200, 200}, // open to everyone
		"/api/admin/projects/default/features/a/environments/none": {http.MethodGet, "", 404, 404, 404},
		"/api/admin/projects/default/environments/development":     {http.MethodDelete, "", 200, 200, 200},
		"/api/admin/environments/development/off":                  {http.MethodPost, "", 204, 204, 204},
	} {
		for who, want := range map[string]int{adminPAT: test.person, adminToken: test.token} {
			a := newApp(t, WithEdition(spec.OpenSource))
			a.must(201, http.MethodPost, flags, adminToken, `{"name":"a"}`)
			if got := a.call(test.method, path, who, test.body); got.status != want {
				t.Errorf("%s %s as %s: %d %s, want %d", test.method, path, who, got.status, got.body, want)
			}
		}
		a := newApp(t)
		a.must(201, http.MethodPost, flags, adminToken, `{"name":"a"}`)
		if got := a.call(test.method, path, adminPAT, test.body); got.status != test.enterprisesPerson {
			t.Errorf("%s %s on Enterprise: %d %s, want %d", test.method, path, got.status, got.body, test.enterprisesPerson)
		}
	}
}
