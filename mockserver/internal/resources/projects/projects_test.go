package projects_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestAProjectGetsAndLosesEnvironments checks that flags are off in an environment that
// the project gains, and gone from one that it loses.
func TestAProjectGetsAndLosesEnvironments(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithSeedFile("seed.yaml", []byte(`
apiTokens: [{name: admin, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
environments: [{name: development, sortOrder: 1}, {name: staging, sortOrder: 2}]
projects: [{id: default, name: Default, environments: [{environment: development}]}]
features: [{name: checkout, environments: [{name: development, enabled: true}]}]
`)))
	if err != nil {
		t.Fatal(err)
	}
	const project = "/api/admin/projects/default"
	for _, step := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{http.MethodPost, project + "/environments", `{"environment":"staging"}`, http.StatusOK, ""},
		{http.MethodGet, project + "/features/checkout/environments/staging", "", http.StatusOK, `"enabled":false`},
		{http.MethodPost, project + "/features/checkout/environments/staging/on", "", http.StatusOK, ""},
		{http.MethodGet, "/api/admin/environments", "", http.StatusOK, `"name":"staging","type":"development","sortOrder":2,"enabled":true,"protected":false,"requiredApprovals":null,"projectCount":1,"apiTokenCount":0,"enabledToggleCount":1}`},
		{http.MethodDelete, project + "/features/checkout", "", http.StatusAccepted, ""},
		{http.MethodGet, "/api/admin/environments", "", http.StatusOK, `"projectCount":1,"apiTokenCount":0,"enabledToggleCount":1}`}, // stays on in the archive
		{http.MethodGet, "/api/admin/environments/project/default", "", http.StatusOK, `"projectApiTokenCount":0,"projectEnabledToggleCount":1,"visible":true}`},
		{http.MethodGet, project + "/overview", "", http.StatusOK, `"featureTypeCounts":[]`},
		{http.MethodPost, "/api/admin/archive/revive/checkout", "", http.StatusOK, ""},
		{http.MethodDelete, project + "/environments/staging", "", http.StatusOK, ""},
		{http.MethodDelete, project + "/environments/staging", "", http.StatusOK, ""},
		{http.MethodGet, project + "/features/checkout/environments/staging", "", http.StatusNotFound, "staging"},
		{http.MethodGet, project + "/features/checkout", "", http.StatusOK, `"environments":[{"name":"development",`},
		{http.MethodPost, project + "/environments", `{"environment":"staging"}`, http.StatusOK, ""},
		{http.MethodGet, project + "/features/checkout/environments/staging", "", http.StatusOK, `"enabled":false,"strategies":[{"id":"`}, // kept
		{http.MethodDelete, project + "/environments/staging", "", http.StatusOK, ""},
		{http.MethodPut, "/api/admin/environments/sort-order", `{"staging":0,"nowhere":1}`, http.StatusOK, ""},
		{http.MethodGet, "/api/admin/environments/project/default", "", http.StatusOK, `{"version":1,"environments":[{"name":"staging","type":"development","sortOrder":0,"enabled":true,"protected":false,"requiredApprovals":null,"projectApiTokenCount":0,"projectEnabledToggleCount":0,"visible":false}`},
		{http.MethodGet, project + "/overview", "", http.StatusOK, `"environments":[{"environment":"development"}],"featureTypeCounts":[{"type":"release","count":1}]`},
	} {
		request := httptest.NewRequest(step.method, step.path, strings.NewReader(step.body))
		request.Header.Set("Authorization", wellknown.Admin)
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, request)
		if recorder.Code != step.status || !strings.Contains(recorder.Body.String(), step.says) {
			t.Errorf("%s %s: status %d: %s", step.method, step.path, recorder.Code, recorder.Body)
		}
	}
}

// TestOnboarding checks how far the use of a project has come: its oldest flag is named until an
// SDK registers, and a flag counts as switched on even if it is off again.
func TestOnboarding(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithSeedFile("seed.yaml", []byte(`
apiTokens:
- {name: admin, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}
- {name: client, type: backend, secret: "default:development.unleash-insecure-api-token"}
features: [{name: b, createdAt: -2h}, {name: a, createdAt: -1h, environments: [{name: development}]}]
`)))
	if err != nil {
		t.Fatal(err)
	}
	const (
		overview = "/api/admin/projects/default/overview"
		on       = "/api/admin/projects/default/features/a/environments/development/on"
		off      = "/api/admin/projects/default/features/a/environments/development/off"
		register = `{"appName":"shop","strategies":[],"started":"2026-01-02T03:04:05Z","interval":1}`
	)
	for _, step := range []struct {
		method, path, body, token string
		status                    int
		says                      string
	}{
		{http.MethodGet, overview, "", wellknown.Admin, http.StatusOK, `"onboardingStatus":{"status":"first-flag-created","feature":"b"}`},
		{http.MethodPost, "/api/client/register", register, wellknown.Backend, http.StatusAccepted, ""},
		{http.MethodGet, overview, "", wellknown.Admin, http.StatusOK, `"onboardingStatus":{"status":"sdk-connected"}`},
		{http.MethodPost, on, "", wellknown.Admin, http.StatusOK, ""},
		{http.MethodPost, off, "", wellknown.Admin, http.StatusOK, ""},
		{http.MethodGet, overview, "", wellknown.Admin, http.StatusOK, `"onboardingStatus":{"status":"onboarded"}`},
	} {
		request := httptest.NewRequest(step.method, step.path, strings.NewReader(step.body))
		request.Header.Set("Authorization", step.token)
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, request)
		if recorder.Code != step.status || !strings.Contains(recorder.Body.String(), step.says) {
			t.Errorf("%s %s: status %d: %s", step.method, step.path, recorder.Code, recorder.Body)
		}
	}
}

// TestArchivedFlagsCountAsUse checks that a project counts as used by SDKs, and says when, even
// if the flag that they reported is archived by now.
func TestArchivedFlagsCountAsUse(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithSeedFile("seed.yaml", []byte(`
apiTokens: [{name: admin, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}]
features:
- {name: a, archivedAt: -1h, environments: [{name: development, enabled: true, lastSeenAt: -2h}]}
- {name: b, createdAt: -1h}
`)))
	if err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		"/api/admin/projects/default/overview": `"onboardingStatus":{"status":"onboarded"}`,
		"/api/admin/projects":                  `"featureCount":1,`,
		"/api/admin/projects?archived=false":   `"lastReportedFlagUsage":"2`,
	} {
		request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		request.Header.Set("Authorization", wellknown.Admin)
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK || !strings.Contains(recorder.Body.String(), says) {
			t.Errorf("%s: status %d: %s, want %s", path, recorder.Code, recorder.Body, says)
		}
	}
}
