package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestDoctor checks what doctor says about each kind of instance.
func TestDoctor(t *testing.T) {
	t.Parallel()
	enterprise := startServe(t, nil)
	openSource := startServe(t, nil, "--edition", "open-source")
	below := startServe(t, nil, "--base-uri-path", "/api")
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	gate := httptest.NewServer(http.RedirectHandler("https://sso.example.com/login?state=secret-of-another", http.StatusFound))
	t.Cleanup(gate.Close)
	for name, test := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"Enterprise":               {[]string{enterprise.url}, exitcode.OK, []string{"edition  enterprise\n", "tokens   admin (built in), viewer (built in), backend (built in), frontend (built in)\n", "profile  all fits; ", "limits: 20000 requests a minute", "next     unleash-mock verify --target " + enterprise.url + " --profile all\n", "which also writes, as the target is on loopback"}},
		"an instance below /api":   {[]string{below.url}, exitcode.OK, []string{"edition  enterprise\n", "reached  " + below.url + "\n"}},
		"open source":              {[]string{openSource.url}, exitcode.OK, []string{"edition  open-source\n", "profile  core fits; ", "would not: the target is an open-source instance"}},
		"a web site":               {[]string{site.URL}, exitcode.OK, []string{"edition  not known", "tokens   none", "note     /health does not say GOOD, as a healthy Unleash does: the answer is 404; is the target the URL of an instance, with its base path?\n", "profile  core fits; ", "it needs a token of the admin"}},
		"a gate before it":         {[]string{gate.URL}, exitcode.OK, []string{"the answer is 302, a redirect to https://sso.example.com/login\n"}},
		"an admin of another":      {[]string{enterprise.url, "--token", "*:*.secret-of-another"}, exitcode.Broken, []string{"note     the admin's token is refused: the target answers 401\n", "next     fix the token named above, then run doctor again\nunleash-mock: the target refuses a token"}},
		"a backend of another":     {[]string{enterprise.url, "--backend-token", "*:a.secret-of-another"}, exitcode.Broken, []string{"note     the backend's token is refused: the target answers 401\n"}},
		"a frontend that is none":  {[]string{enterprise.url, "--frontend-token", wellknown.Backend}, exitcode.Broken, []string{"note     the frontend's token is refused: it is of another kind, backend\n"}},
		"places and a profile":     {[]string{enterprise.url, "--project", "shop", "--environment", "staging", "--profile", "core"}, exitcode.OK, []string{"would not: the target has no project shop", "profile  core is chosen; ", "next     unleash-mock verify --target " + enterprise.url + " --profile core --project shop --environment staging\n"}},
		"the profile of documents": {[]string{enterprise.url, "--profile", "contract"}, exitcode.Usage, []string{"--profile contract has no scenarios"}},
		"no such profile":          {[]string{enterprise.url, "--profile", "most"}, exitcode.Usage, []string{`the profile "most" is not one of`}},
		"nobody there":             {[]string{nobody}, exitcode.Error, []string{"unleash-mock: the target cannot be reached: "}},
		"a document":               {[]string{enterprise.url + "/docs/openapi.json"}, exitcode.Usage, []string{"the URL of the instance would be " + enterprise.url + "\n"}},
		"no target":                {[]string{""}, exitcode.Usage, []string{"--target is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append([]string{"doctor", "--target"}, test.args...)...)
			said := got.stdout + got.stderr
			if got.code != test.code || strings.Contains(said, "secret-of-another") {
				t.Errorf("exit code %d, want %d: %s", got.code, test.code, said)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in\n%s", want, said)
				}
			}
		})
	}
}

// TestDoctorReadsTheVariablesOfVerify checks that doctor looks at the project, the environment and with the
// profile that verify would take from the environment.
func TestDoctorReadsTheVariablesOfVerify(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	got := command(t, map[string]string{
		"UNLEASH_MOCK_TARGET": mock.url, "UNLEASH_MOCK_PROJECT": "shop", "UNLEASH_MOCK_ENVIRONMENT": "staging", "UNLEASH_MOCK_PROFILE": "core",
	}, "doctor")
	if want := " --profile core --project shop --environment staging\n"; got.code != exitcode.OK || !strings.Contains(got.stdout, want) {
		t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
	}
}

// TestTheURLOfSDKsIsNotThatOfAnInstance checks that a URL for SDKs is refused with the
// instance's URL, and that nothing is reported about it.
func TestTheURLOfSDKsIsNotThatOfAnInstance(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	for _, args := range [][]string{{"doctor"}, {"verify"}, {"verify", "--list"}, {"verify", "--profile", "contract"}, {"verify", "sweep"}} {
		for below, want := range map[string]string{"/api": mock.url, "/api/frontend/": mock.url, "/w/ci-7/api/client": mock.url + "/w/ci-7"} {
			got := command(t, nil, append(args, "--target", mock.url+below)...)
			if got.code != exitcode.Usage || got.stdout != "" || !strings.HasSuffix(got.stderr, "the URL of the instance is "+want+"\n") {
				t.Errorf("%v, %s: exit code %d: %s%s", args, below, got.code, got.stdout, got.stderr)
			}
		}
	}
}

// TestDoctorOnlyReads checks that doctor and verify --list send nothing but GET requests.
func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	methods := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		methods[r.Method]++
		mu.Unlock()
		mock.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, args := range [][]string{{"doctor"}, {"verify", "--list", "--allow-writes"}} {
		if got := command(t, nil, append(args, "--target", server.URL)...); got.code != exitcode.OK {
			t.Errorf("exit code %d: %s", got.code, got.stderr)
		}
	}
	if len(methods) != 1 || methods[http.MethodGet] == 0 {
		t.Errorf("the methods sent are %v", methods)
	}
}

// TestVerifyLists checks that verify --list prints the scenarios, and with a target only
// those that would run there.
func TestVerifyLists(t *testing.T) {
	t.Parallel()
	openSource := startServe(t, nil, "--edition", "open-source")
	lines := func(args ...string) []string {
		got := command(t, nil, append([]string{"verify", "--list"}, args...)...)
		if got.code != exitcode.OK {
			t.Errorf("%v: exit code %d: %s", args, got.code, got.stderr)
		}
		return strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n")
	}
	all := lines()
	if len(all) < 1000 {
		t.Errorf("%d scenarios", len(all))
	}
	health := lines("--operation", "getHealth", "--tags", "@documented")
	for _, line := range health {
		fields := strings.Split(line, "\t")
		if len(fields) != 3 || !strings.Contains(fields[1], "getHealth") || !strings.Contains(fields[2], "@documented") {
			t.Errorf("%q", line)
		}
	}
	one, _, _ := strings.Cut(health[0], "\t")
	if got := lines("--scenario", one); len(got) != 1 || got[0] != health[0] {
		t.Errorf("%q", got)
	}
	if there := lines("--target", openSource.url); len(there) < 10 || len(there) >= len(all) {
		t.Errorf("%d of %d scenarios on open source", len(there), len(all))
	}
	if core := lines("--profile", "core"); len(core) >= len(all) {
		t.Errorf("%d of %d scenarios in core", len(core), len(all))
	}
	if got := command(t, nil, "verify", "--list", "--operation", "getWealth"); got.code != exitcode.Usage || !strings.Contains(got.stderr, "getWealth") {
		t.Errorf("exit code %d: %s", got.code, got.stderr)
	}
}

// TestVerifyPrints checks that verify prints the verdict first, and annotations if asked
// for.
func TestVerifyPrints(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil)
	unwell := httptest.NewServer(answers(broken))
	t.Cleanup(unwell.Close)
	for name, test := range map[string]struct {
		target, format string
		code, lines    int // lines is 0 for any number of lines
		first, second  string
	}{
		"text":        {mock.url, "text", exitcode.OK, 0, "The target keeps the contract: ", mock.url + " · " + string(spec.Enterprise) + " · unleash-mock "},
		"github":      {mock.url, "github", exitcode.OK, 0, "::notice title=The target keeps the contract::", "The target keeps the contract: "},
		"annotations": {unwell.URL, "github", exitcode.Broken, 0, "::error title=The target breaks the contract::", "::error title=getHealth%3A "},
		"json":        {mock.url, "json", exitcode.OK, 0, "{", `  "schemaVersion": 1,`},
		"unreachable": {nobody, "text", exitcode.Error, 3, "The verification could not be completed: ", nobody + " · "},
		"no format":   {mock.url, "pdf", exitcode.Usage, 1, `unleash-mock: --format "pdf" is not one of text, `, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, "verify", "--quiet", "--operation", "getHealth", "--target", test.target, "--format", test.format)
			said := got.stdout + got.stderr
			lines := strings.Split(said, "\n")
			if got.code != test.code || !strings.HasPrefix(lines[0], test.first) || !strings.HasPrefix(lines[1], test.second) {
				t.Errorf("exit code %d, want %d: %.2000s", got.code, test.code, said)
			}
			if test.lines > 0 && len(lines) != test.lines+1 {
				t.Errorf("%d lines, want %d: %s", len(lines)-1, test.lines, said)
			}
		})
	}
}
