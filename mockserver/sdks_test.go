package mockserver

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// told returns an app to which SDKs have reported, with metrics for the flag checkout.
func told(t *testing.T, options ...Option) *app {
	t.Helper()
	a := newApp(t, options...)
	a.must(200, http.MethodPatch, "/_mock/flags/checkout", "", `{"enabled":true}`)
	a.call(http.MethodPut, "/_mock/clock", "", `{"now":"2026-01-02T03:04:05Z","frozen":true}`)
	a.must(202, http.MethodPost, "/api/client/register", backendToken,
		`{"appName":"shop","instanceId":"i1","sdkVersion":"unleash-node-sdk:6.12.1","strategies":["default","","own"],"started":1,"interval":10,"yggdrasilVersion":null}`, "X-Forwarded-For: 192.0.2.7")
	for range 2 {
		a.must(202, http.MethodPost, "/api/client/metrics", backendToken,
			`{"appName":"shop","instanceId":"i1","bucket":{"start":1,"stop":2,"toggles":{"checkout":{"yes":3,"no":1,"variants":{"blue":2}},"unknown":{"yes":9,"no":9}}}}`)
	}
	a.must(202, http.MethodPost, "/api/client/metrics", backendToken, `{"appName":"counts","bucket":{"start":1,"stop":2,"toggles":{"checkout":{"yes":0,"no":0}}}}`)
	a.must(200, http.MethodPost, "/api/frontend/client/metrics", wellknown.Frontend, `{"appName":"page","instanceId":"i2"}`, "Unleash-SDK: unleash-client-js:1.0.0")
	a.must(200, http.MethodPost, "/api/frontend/client/metrics", wellknown.Frontend,
		`{"appName":"web","bucket":{"start":1,"stop":2,"toggles":{"checkout":{"yes":1,"no":0,"variants":null}}}}`)
	return a
}

func TestWhatSDKsTellIsShown(t *testing.T) {
	t.Parallel()
	a := told(t)
	for path, wants := range map[string][]string{
		"/api/admin/metrics/applications": {
			`{"appName":"shop","createdAt":"2026-01-02T03:04:05.000Z"`, `"strategies":["default","own"]`, `"usage":[{"project":"default","environments":["development"]}]`, `"total":3}`,
		},
		"/api/admin/metrics/applications?query=SHO,pag&limit=1&sortOrder=desc": {`{"applications":[{"appName":"shop"`, `}],"total":2}`},
		"/api/admin/metrics/applications?query=s_o,%25nts":                     {`"appName":"counts"`, `"appName":"shop"`, `],"total":2}`},
		"/api/admin/metrics/applications?query=.":                              {`{"applications":[],"total":0}`},
		"/api/admin/metrics/applications?offset=3":                             {`{"applications":[],"total":0}`},
		"/api/admin/metrics/applications/shop": {
			`"strategies":[{"displayName":"Standard","name":"default"`, `{"name":"own","notFound":true}]`, `{"appName":"shop","instanceId":"i1","sdkVersion":"unleash-node-sdk:6.12.1","sdkType":"backend"`, `"seenToggles":[{"name":"checkout"`,
		},
		"/api/admin/metrics/applications/page":                        {`"instanceId":"i2","sdkVersion":"unleash-client-js:1.0.0","sdkType":"frontend","clientIp":null`},
		"/api/admin/metrics/applications/counts":                      {`"instanceId":"default","sdkVersion":null,"sdkType":null,"clientIp":"192.0.2.1"`},
		"/api/admin/projects/default/features/checkout":               {`{"name":"development","lastSeenAt":"2026-01-02T03:04:05.000Z","enabled":true,"yes":7,"no":2,`},
		"/api/admin/projects/default/features":                        {`"lastSeenAt":"2026-01-02T03:04:05.000Z"`},
		"/api/admin/projects":                                         {`"lastReportedFlagUsage":"2026-01-02T03:04:05.000Z"`, `"onboardingStatus":{"status":"onboarded"}`},
		"/api/admin/metrics/instances/shop/environment/development":   {`[{"instanceId":"i1",`},
		"/api/admin/metrics/instances/shop/environment/production":    {`{"instances":[]}`},
		"/api/admin/client-metrics/features/checkout":                 {`"lastHourUsage":[{"environment":"development","timestamp":"2026-01-02T03:00:00.000Z","yes":7,"no":2}],"seenApplications":["shop","web"]`},
		"/api/admin/client-metrics/features/checkout/raw?hoursBack=1": {`"data":[{"featureName":"checkout","appName":"shop"`},
		"/api/admin/client-metrics/features/unknown":                  {`"lastHourUsage":[],"seenApplications":[]`},
		"/api/admin/client-metrics/features/checkout/raw":             {`"appName":"shop","environment":"development","timestamp":"2026-01-02T03:00:00.000Z","yes":6,"no":2,"variants":{"blue":4}}`, `"data":[{"timestamp":"2026-01-01T04:00:00.000Z","no":0,"yes":0,"appName":"shop","environment":"development","featureName":"checkout"}`},
	} {
		got := string(a.must(200, http.MethodGet, path, adminToken, "").body)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s is %s, want %s", path, got, want)
			}
		}
	}
	if raw := a.must(200, http.MethodGet, "/api/admin/client-metrics/features/checkout/raw", adminToken, ""); strings.Count(string(raw.body), `"timestamp"`) != 48 {
		t.Errorf("two applications do not have 24 hours each: %s", raw.body)
	}
}

// TestFlagsThatAreGoneWereSeen checks that an application still names the flags that it counted
// once they are archived.
func TestFlagsThatAreGoneWereSeen(t *testing.T) {
	t.Parallel()
	a := told(t)
	a.must(202, http.MethodDelete, "/api/admin/projects/default/features/checkout", adminToken, "", "Content-Type: application/json")
	got := string(a.must(200, http.MethodGet, "/api/admin/metrics/applications/shop", adminToken, "").body)
	if want := `"seenToggles":[{"name":"checkout","notFound":true}]`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLifecycleFollowsTheCounts checks the lifecycle observed on 8.2.0: a flag is live
// once it is on in production and counted there, and starts again when it is revived.
func TestLifecycleFollowsTheCounts(t *testing.T) {
	t.Parallel()
	const flag = "/api/admin/projects/default/features/checkout"
	a := newApp(t, WithSeedFile("the seed", []byte(`
apiTokens:
- {name: a, type: admin, secret: "*:*.unleash-insecure-admin-api-token"}
- {name: d, type: backend, environment: development, projects: ["*"], secret: "*:development.a"}
- {name: p, type: backend, environment: production, projects: ["*"], secret: "*:production.a"}
features: [{name: checkout, environments: [{name: development}, {name: production}]}]
`)))
	counted := func(environment string) func() {
		return func() {
			a.must(202, http.MethodPost, "/api/client/metrics", "*:"+environment+".a", `{"appName":"shop","bucket":{"start":1,"stop":2,"toggles":{"checkout":{"yes":1,"no":0}}}}`)
		}
	}
	sent := func(method, path string) func() {
		return func() { a.must(200, method, path, adminToken, "", "Content-Type: application/json") }
	}
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"at first", func() {}, "initial"},
		{"counted in production, where it is off", counted("production"), "pre-live"},
		{"counted in development", counted("development"), "pre-live"},
		{"switched on in production", sent(http.MethodPost, flag+"/environments/production/on"), "pre-live"},
		{"counted in production", counted("production"), "live"},
		{"counted in development again", counted("development"), "live"},
		{"exported and imported", func() {
			a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state?secrets=true", "", "").body))
		}, "live"},
		{"archived and revived", func() {
			a.must(202, http.MethodDelete, flag, adminToken, "", "Content-Type: application/json")
			sent(http.MethodPost, "/api/admin/archive/revive/checkout")()
		}, "initial"},
		{"archived, and put out of the archive", func() {
			a.must(202, http.MethodDelete, flag, adminToken, "", "Content-Type: application/json")
			a.must(200, http.MethodPut, flag, adminToken, "{}", "Content-Type: application/json")
		}, "archived"},
		{"counted after that", counted("production"), "archived"},
	} {
		step.do()
		if got := string(a.must(200, http.MethodGet, flag, adminToken, "").body); !strings.Contains(got, `"lifecycle":{"stage":"`+step.want+`",`) {
			t.Errorf("%s: the flag is %s, want the stage %s", step.what, got, step.want)
		}
	}
}

// TestCountsAreOfADay checks that counts leave the last hour once it has passed, and are
// gone a day later.
func TestCountsAreOfADay(t *testing.T) {
	t.Parallel()
	a := told(t)
	for _, want := range []string{`"lastHourUsage":[],"seenApplications":["shop","web"]`, `"lastHourUsage":[],"seenApplications":[]`} {
		a.call(http.MethodPut, "/_mock/clock", "", `{"advance":"13h"}`)
		if got := string(a.must(200, http.MethodGet, "/api/admin/client-metrics/features/checkout", adminToken, "").body); !strings.Contains(got, want) {
			t.Errorf("the metrics are %s, want %s", got, want)
		}
	}
}

func TestEdgeTellsOfItsSDKs(t *testing.T) {
	t.Parallel()
	a := told(t)
	a.must(202, http.MethodPost, "/api/client/metrics/bulk", backendToken, `{
		"applications": [{"appName":"edge","instanceId":"e1","environment":"development","started":1,"interval":10},
			{"appName":"","instanceId":"x","environment":"development"}, {"appName":"behind","instanceId":"b1","environment":"production","sdkType":"frontend","sdkVersion":"js:1","strategies":["s"]}],
		"metrics": [
			{"featureName":"checkout","appName":"edge","environment":"development","yes":5,"no":0},
			{"featureName":"checkout","appName":"edge","environment":"production","yes":7,"no":0}]}`)
	got := string(a.must(200, http.MethodGet, "/api/admin/client-metrics/features/checkout", adminToken, "").body)
	if !strings.Contains(got, `"yes":12,"no":2}],"seenApplications":["edge","shop","web"]`) {
		t.Errorf("got %s", got)
	}
	got = string(a.must(200, http.MethodGet, "/api/admin/metrics/applications/behind", adminToken, "").body)
	if !strings.Contains(got, `"strategies":[],"instances":[{"appName":"behind","instanceId":"b1","sdkVersion":"js:1","sdkType":"frontend","clientIp":null`) || !strings.Contains(got, `"environment":"production"`) {
		t.Errorf("the page behind Edge is %s", got)
	}
}

// TestEdgeIsRefused checks which bulk reports of Edge are refused. No reason is given (O).
func TestEdgeIsRefused(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const application, count = `"appName":"x","instanceId":"y","environment":"development"`, `"featureName":"f","appName":"x"`
	const refused, accepted = http.StatusBadRequest, http.StatusAccepted
	for _, test := range []struct {
		applications, metrics string
		want                  int
	}{
		{application, "", refused},
		{application + `,"started":1`, "", refused},
		{application + `,"started":1,"interval":1`, "", accepted},
		{application + `,"started":1e20,"interval":1`, "", refused},
		{application + `,"started":1,"interval":1e20`, "", refused},
		{application + `,"started":1,"interval":1,"sdkVersion":""`, "", refused},
		{application + `,"started":1,"interval":1,"projects":[""]`, "", refused},
		{application + `,"sdkVersion":"","sdkType":"frontend","started":1e20,"interval":1e20,"projects":[""]`, "", accepted},
		{`"appName":"","instanceId":"y","environment":"development"`, "", accepted},
		{"", count + `,"environment":"","yes":1`, refused},
		{"", count + `,"environment":"development","timestamp":1e20`, refused},
		{"", count + `,"environment":"development","yes":1e20`, refused},
		{"", count + `,"environment":"development","variants":{"v":1e20}`, refused},
		{"", `"featureName":"f","appName":"","environment":"","yes":1e20`, accepted},
	} {
		list := func(one string) string {
			if one != "" {
				one = "{" + one + "}"
			}
			return "[" + one + "]"
		}
		body := `{"applications":` + list(test.applications) + `,"metrics":` + list(test.metrics) + `}`
		if got := a.call(http.MethodPost, "/api/client/metrics/bulk", backendToken, body); got.status != test.want || len(got.body) > 0 {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

// TestWhatSDKsTellIsBounded checks that SDKs beyond the bound on applications are still
// served.
func TestWhatSDKsTellIsBounded(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithLimits(Limits{}))
	for i := range 1010 {
		a.must(202, http.MethodPost, "/api/client/metrics", backendToken, fmt.Sprintf(`{"appName":"app-%04d"}`, i))
	}
	if got := string(a.must(200, http.MethodGet, "/api/admin/metrics/applications", adminToken, "").body); !strings.HasSuffix(got, `"total":1000}`) {
		t.Errorf("the list ends in %s", got[len(got)-40:])
	}
	a.must(200, http.MethodPatch, "/_mock/flags/f", "", `{"enabled":true}`)
	var variants strings.Builder
	for i := range 1010 {
		fmt.Fprintf(&variants, `"v%04d":1,`, i)
	}
	for range 2 {
		a.must(202, http.MethodPost, "/api/client/metrics", backendToken,
			`{"appName":"app-0000","bucket":{"start":1,"stop":2,"toggles":{"f":{"yes":1,"no":0,"variants":{`+strings.TrimSuffix(variants.String(), ",")+`}}}}}`)
	}
	got := string(a.must(200, http.MethodGet, "/api/admin/client-metrics/features/f/raw?hoursBack=1", adminToken, "").body)
	if kept := strings.Count(got, `"v0`); kept != 1000 || !strings.Contains(got, `"v0999":2}`) {
		t.Errorf("%d variants are kept: %.200s", kept, got)
	}
}

// TestLongTextsOfSDKs checks that an application or an instance is ignored if a text that
// identifies it has more than 255 characters.
func TestLongTextsOfSDKs(t *testing.T) {
	t.Parallel()
	fits, long := strings.Repeat("é", 255), strings.Repeat("é", 256)
	for name, test := range map[string]struct{ application, instance, version, environment, want string }{
		"all fit":     {fits, fits, fits, fits, `"instanceId":"` + fits},
		"a name":      {long, "i", "v", "e", `"Could not find appName=`},
		"an id":       {"a", long, "v", "e", `"instances":[]`},
		"a version":   {"a", "i", long, "e", `"instances":[]`},
		"environment": {"a", "i", "v", long, `"instances":[]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.must(202, http.MethodPost, "/api/client/metrics/bulk", backendToken, fmt.Sprintf(
				`{"applications":[{"appName":%q,"instanceId":%q,"sdkVersion":%q,"environment":%q,"started":1,"interval":1}],"metrics":[]}`,
				test.application, test.instance, test.version, test.environment))
			got := string(a.call(http.MethodGet, "/api/admin/metrics/applications/"+url.PathEscape(test.application), adminToken, "").body)
			if !strings.Contains(got, test.want) {
				t.Errorf("the application is %s, want %s", got, test.want)
			}
		})
	}
}

// TestWhatSDKsTellIsPartOfTheState checks that reports of SDKs are exported, and removed
// by a reset.
func TestWhatSDKsTellIsPartOfTheState(t *testing.T) {
	t.Parallel()
	a := told(t)
	const path = "/api/admin/metrics/applications/shop"
	before := string(a.must(200, http.MethodGet, path, adminToken, "").body)
	state := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	a.must(404, http.MethodGet, path, adminToken, "")
	a.must(200, http.MethodPut, "/_mock/state", "", state)
	if got := string(a.must(200, http.MethodGet, path, adminToken, "").body); got != before {
		t.Errorf("after the import the application is %s, want %s", got, before)
	}
}

// TestAnswersWithoutHeaders checks that an answer to metrics, and to an SDK that has the
// newest flags, has no rate limit headers, Vary or ETag, as on a real server (O). An
// answer to a registration, and to an SDK with a weak entity tag, has the former, and only that to
// a registration names the version.
func TestAnswersWithoutHeaders(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	const flags = "/api/client/features"
	newest := a.must(200, http.MethodGet, flags, backendToken, "").header.Get("ETag")
	for tag, want := range map[string]string{newest: "", "W/" + newest: "20000;w=60"} {
		got := a.must(304, http.MethodGet, flags, backendToken, "", "If-None-Match: "+tag)
		if policy := got.header.Get("RateLimit-Policy"); policy != want || want == "" && got.header.Get("Vary")+got.header.Get("ETag") != "" {
			t.Errorf("%s: %v", tag, got.header)
		}
	}
	for path, want := range map[string]struct{ policy, version string }{"/api/client/metrics": {"", ""}, "/api/client/register": {"6000;w=60", "8.2.0"}} {
		got := a.must(202, http.MethodPost, path, backendToken, `{"appName":"a","strategies":[],"started":1,"interval":1}`)
		if got.header.Get("RateLimit-Policy") != want.policy || got.header.Get("X-Unleash-Version") != want.version || got.header.Get("Vary")+got.header.Get("ETag") != "" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}
