package mockserver

import (
	"net/http"
	"slices"
	"strings"
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

// TestRolesOfPeople checks what people may do by their root role and by their roles in
// projects, which grant permissions of environments only in those of a new instance.
func TestRolesOfPeople(t *testing.T) {
	t.Parallel()
	const flag = `{"name":"two"}`
	a := newApp(t, WithSeedFile("the seed", []byte(`
environments: [{name: development}, {name: production}, {name: staging, type: preproduction}]
projects:
  - {id: default, name: Default, environments: [{environment: development}, {environment: production}, {environment: staging}]}
  - {id: other, name: Other, environments: [{environment: development}, {environment: staging}]}
features:
  - {name: a, environments: [{name: development}, {name: production}, {name: staging}]}
  - {name: b, project: other, environments: [{name: development}, {name: staging}]}
users:
  - {id: 1, username: admin, rootRole: Admin, tokens: ["user:admin"], projectRoles: [{project: other, role: Reader}]}
  - {id: 2, username: editor, rootRole: Editor, tokens: ["user:editor"]}
  - {id: 3, username: owner, rootRole: Viewer, tokens: ["user:owner"], projectRoles: [{project: other, role: Owner}]}
  - {id: 4, username: member, rootRole: Viewer, tokens: ["user:member"], projectRoles: [{project: other, role: Member}, {project: default, role: Reader}]}
  - {id: 5, username: reader, rootRole: Viewer, tokens: ["user:reader"], projectRoles: [{project: other, role: Reader}]}
`)))
	for _, test := range []struct {
		path string
		body string
		may  string // the people
	}{
		{"default/features/a/environments/development/on", "", "admin editor"},
		{"default/features/a/environments/production/on", "", "admin editor"},
		{"default/features/a/environments/staging/on", "", "admin"},
		{"other/features/b/environments/development/on", "", "admin owner member"},
		{"other/features/b/environments/staging/on", "", "admin"},
		{"other/environments", `{"environment":"production"}`, "admin owner"},
		{"default/features", flag, "admin editor"},
		{"other/features", flag, "admin owner member"},
	} {
		for _, person := range []string{"admin", "editor", "owner", "member", "reader"} {
			got := a.call(http.MethodPost, "/api/admin/projects/"+test.path, "user:"+person, test.body)
			if may := slices.Contains(strings.Fields(test.may), person); may == (got.status == 403) {
				t.Errorf("%s as %s: %d %s", test.path, person, got.status, got.body)
			}
		}
	}
}
