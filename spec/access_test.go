package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// guarded returns a document with one operation, which contains the given lines.
func guarded(lines string) []byte {
	return fmt.Appendf(nil, `
openapi: 3.0.3
info: {title: t, version: "1"}
security: [{key: []}, {bearer: []}]
paths:
  /projects/{projectId}/flags/{flag}:
    post:
      operationId: x
      %s
      parameters:
        - {name: projectId, in: path, required: true, schema: {type: string}}
        - {name: flag, in: path, required: true, schema: {type: string}}
        - {name: project, in: query, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {project: {type: string}}}}}}
      responses: {"200": {description: d}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: Authorization, x-unleash-token: admin}
    bearer: {type: http, scheme: bearer, x-unleash-token: admin}
    sdk: {type: apiKey, in: header, name: Authorization, x-unleash-token: backend}
    cookie: {type: apiKey, in: cookie, name: session}
`, strings.ReplaceAll(lines, "\n", "\n      "))
}

func TestAccess(t *testing.T) {
	t.Parallel()
	const admin, backend = spec.AdminToken, spec.BackendToken
	for name, test := range map[string]struct {
		lines    string
		admitted []spec.TokenKind // which of admin, backend and no token
		editor   bool             // is somebody with UPDATE_FEATURE and CREATE_SEGMENT permitted?
		anybody  bool             // is somebody without permissions permitted?
	}{
		"without a list nobody may":         {"summary: s", []spec.TokenKind{admin}, false, false},
		"an empty list is none":             {"x-unleash-permission: []", []spec.TokenKind{admin}, false, false},
		"a permission that is held":         {"x-unleash-permission: [UPDATE_FEATURE]", []spec.TokenKind{admin}, true, false},
		"a permission that is not held":     {"x-unleash-permission: [DELETE_FEATURE]", []spec.TokenKind{admin}, false, false},
		"any one of several suffices":       {"x-unleash-permission: [ADMIN, CREATE_SEGMENT]", []spec.TokenKind{admin}, true, false},
		"NONE admits everybody":             {"x-unleash-permission: [NONE]", []spec.TokenKind{admin}, true, true},
		"with one of the tokens":            {"x-unleash-permission: [NONE]\nsecurity: [{sdk: []}]", []spec.TokenKind{backend}, true, true},
		"several kinds of token":            {"x-unleash-permission: [NONE]\nsecurity: [{sdk: []}, {key: []}]", []spec.TokenKind{admin, backend}, true, true},
		"a scheme without a kind":           {"x-unleash-permission: [NONE]\nsecurity: [{cookie: []}]", nil, true, true},
		"no token":                          {"security: []", []spec.TokenKind{admin, backend, ""}, true, true},
		"no token, if one likes":            {"security: [{key: []}, {}]", []spec.TokenKind{admin, backend, ""}, true, true},
		"no token and no permission either": {"security: []\nx-unleash-permission: [NONE]", []spec.TokenKind{admin, backend, ""}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract, err := spec.Parse(guarded(test.lines))
			if err != nil {
				t.Fatal(err)
			}
			operation := contract.Operation("x")
			var admitted []spec.TokenKind
			for _, kind := range []spec.TokenKind{admin, backend, ""} {
				if operation.Admits(kind) {
					admitted = append(admitted, kind)
				}
			}
			if diff := cmp.Diff(test.admitted, admitted); diff != "" {
				t.Errorf("the kinds of token differ (-want +got):\n%s", diff)
			}
			editor := func(permission spec.Permission) bool {
				return permission == "UPDATE_FEATURE" || permission == "CREATE_SEGMENT"
			}
			if got := operation.Permits(editor); got != test.editor {
				t.Errorf("an editor is permitted: %v", got)
			}
			if got := !operation.NeedsPermission(); got != test.anybody {
				t.Errorf("anybody is permitted: %v", got)
			}
		})
	}
}

// TestSecurityThatIsNotSaid checks that a document without security admits nobody: callers
// without a token are admitted only if it says so.
func TestSecurityThatIsNotSaid(t *testing.T) {
	t.Parallel()
	contract, err := spec.Parse([]byte(strings.Replace(string(guarded("x-unleash-permission: [NONE]")), "security: ", "x-security: ", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if operation := contract.Operation("x"); operation.Public || operation.Admits("") || operation.Admits(spec.AdminToken) {
		t.Errorf("a document without security admits somebody: %+v", operation)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	type sources struct{ Project, Environment openapi.Source }
	const permission = "x-unleash-permission: [ADMIN, UPDATE_FEATURE_ENVIRONMENT]\n"
	for lines, want := range map[string]sources{
		"":                                        {},
		"x-unleash-project: {path: projectId}":    {Project: openapi.Source{In: "path", Name: "projectId"}},
		"x-unleash-project: {query: project}":     {Project: openapi.Source{In: "query", Name: "project"}},
		"x-unleash-project: {body: project}":      {Project: openapi.Source{In: "body", Name: "project"}},
		"x-unleash-project: {of: flag}":           {Project: openapi.Source{In: "of", Name: "flag"}},
		"x-unleash-environment: {query: project}": {Environment: openapi.Source{In: "query", Name: "project"}},
	} {
		contract, err := spec.Parse(guarded(permission + lines))
		if err != nil {
			t.Errorf("%s: %v", lines, err)
			continue
		}
		operation := contract.Operation("x")
		if diff := cmp.Diff(want, sources{operation.Project, operation.Environment}); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", lines, diff)
		}
	}
}

func TestAccessThatIsMistypedIsRefused(t *testing.T) {
	t.Parallel()
	const flag = "x-unleash-permission: [UPDATE_FEATURE]\n"
	for lines, want := range map[string]string{
		"x-unleash-permission: [ADMN]":                    `x-unleash-permission: there is no permission "ADMN"`,
		"x-unleash-permission: ADMIN":                     "x-unleash-permission: it has the wrong type, string",
		"x-unleash-permission: [NONE, ADMIN]":             "x-unleash-permission: NONE must stand alone",
		"x-unleash-permission: [ADMIN]\nsecurity: []":     "x-unleash-permission: ADMIN needs a token, but the operation requires none",
		"security: [{keys: []}]":                          `security: the document has no security scheme "keys"`,
		"security: [null]\nx-unleash-permission: [NONE]":  "security: null is not a requirement",
		"x-unleash-edition: enterprize":                   `x-unleash-edition: it must be enterprise, not "enterprize"`,
		flag + "x-unleash-project: {path: project}":       "x-unleash-project: the path has no parameter {project}",
		flag + "x-unleash-project: {of: flags}":           "x-unleash-project: the path has no parameter {flags}",
		flag + "x-unleash-project: {query: projects}":     `x-unleash-project: the query has no parameter "projects"`,
		flag + "x-unleash-project: {body: projects}":      `x-unleash-project: the body has no property "projects"`,
		flag + "x-unleash-project: {header: project}":     `x-unleash-project: it must be path, query, body or of, not "header"`,
		flag + "x-unleash-project: {}":                    "x-unleash-project: it must have exactly one entry",
		flag + "x-unleash-environment: {path: projectId}": "x-unleash-environment: no permission of the operation needs it",
		"x-unleash-project: {path: projectId}":            "x-unleash-project: no permission of the operation needs it",
	} {
		_, err := spec.Parse(guarded(lines))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "POST /projects/{projectId}/flags/{flag} (x, line 8): ") {
			t.Errorf("%s: got %v, want %s", lines, err, want)
		}
	}
}

// TestSchemesThatNothingSatisfies checks that schemes that no credential can satisfy are
// reported, and that an operation that requires one is not served.
func TestSchemesThatNothingSatisfies(t *testing.T) {
	t.Parallel()
	for scheme, want := range map[string]string{
		`{type: strange}`:                    `has the unknown type "strange"`,
		`{type: apiKey, name: X-Key}`:        "does not say where its key is",
		`{type: apiKey, in: header}`:         "does not say where its key is",
		`{type: http}`:                       "does not name its HTTP scheme",
		`{type: http, scheme: HOBA}`:         "",
		`{type: mutualTLS}`:                  "",
		`{type: openIdConnect}`:              "",
		`{type: apiKey, in: query, name: k}`: "",
	} {
		contract, err := spec.Load([]byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/y: {get: {operationId: y}}, /x: {get: {operationId: x, security: [{s: []}]}}}\ncomponents: {securitySchemes: {s: " + scheme + "}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		problems := contract.Problems()
		if (contract.Operation("x") == nil) != (want != "") || len(problems) > 1 || (len(problems) == 0) != (want == "") || want != "" && !strings.Contains(problems[0].Reason, want) {
			t.Errorf("%s: %v", scheme, problems)
		}
	}
}
