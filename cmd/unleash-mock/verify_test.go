package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const (
	builtInAdmin = wellknown.Admin
	builtInFront = wellknown.Frontend
)

// endpointNames returns the names of an instance's signal endpoints.
func endpointNames(t *testing.T, url string) []string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/admin/signal-endpoints", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", builtInAdmin)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ SignalEndpoints []struct{ Name string } }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, endpoint := range answer.SignalEndpoints {
		names = append(names, endpoint.Name)
	}
	return names
}

func readReport(t *testing.T, file string) report.Report {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestVerifyAFreshMock verifies a mock, and once more what the first run has left, as an operator would.
func TestVerifyAFreshMock(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	for name, test := range map[string]struct {
		serve, verify []string
		rounds        int
	}{
		"default limits": {nil, nil, 2},
		"no limits":      {[]string{"--limits", "off"}, []string{"--concurrency", "8"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := startServe(t, nil, test.serve...)
			for range test.rounds {
				file := filepath.Join(t.TempDir(), "report.json")
				args := append([]string{"verify", "--target", mock.url, "--token", builtInAdmin, "--profile", "all", "--allow-writes", "--report", "json=" + file}, test.verify...)
				if got := command(t, nil, args...); got.code != exitcode.OK {
					t.Fatalf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
				}
				r := readReport(t, file)
				if r.Summary.Passed < 500 || r.Summary.Failed+r.Summary.Errored+r.Summary.Skipped > 0 || len(r.Cleanup) > 0 {
					t.Errorf("%+v, left %+v", r.Summary, r.Cleanup)
				}
				if names := endpointNames(t, mock.url); !slices.Equal(names, []string{"my-external-app", "cpu-over-90"}) {
					t.Errorf("endpoints %q", names)
				}
			}
		})
	}
}

const petDocument = "../../spec/testdata/documents/forms.yaml"

// TestVerifyListsWhatItWouldCall checks verify --list with a document and without a target.
func TestVerifyListsWhatItWouldCall(t *testing.T) {
	t.Parallel()
	got := command(t, nil, "verify", "--list", "--profile", "contract", "--spec", petDocument)
	want := "contract:listPets\tlistPets\t@op:listPets\ncontract:getPet\tgetPet\t@op:getPet\ncontract:getShape\tgetShape\t@op:getShape\n"
	if got.code != exitcode.OK || got.stdout != want || !strings.Contains(got.stderr, "3 of 3 scenarios") {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

// TestVerifyTellsTheWorseOutcome checks the exit code and the message for each outcome.
func TestVerifyTellsTheWorseOutcome(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil, "--limits", "off")
	openSource := startServe(t, nil, "--edition", "open-source")
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	for name, test := range map[string]struct {
		args   []string
		env    map[string]string
		code   int
		stderr string
	}{
		"good":                      {[]string{"--target", mock.url, "--operation", "getHealth,getReady"}, nil, exitcode.OK, "is unleash-mock "},
		"from the environment":      {[]string{"--operation", "getHealth"}, map[string]string{"UNLEASH_MOCK_TARGET": mock.url, "UNLEASH_MOCK_PROFILE": "core"}, exitcode.OK, "profile core"},
		"a flag before a variable":  {[]string{"--target", mock.url, "--operation", "getHealth"}, map[string]string{"UNLEASH_MOCK_TARGET": nobody}, exitcode.OK, "is unleash-mock "},
		"core on open source":       {[]string{"--target", openSource.url, "--profile", "core", "--operation", "getHealth"}, nil, exitcode.OK, "profile core"},
		"enterprise on open source": {[]string{"--target", openSource.url, "--profile", "enterprise"}, nil, exitcode.Unverified, "nothing was verified"},
		"tags that nothing has":     {[]string{"--target", mock.url, "--tags", "@op:getReady and @op:getHealth and @op:getMe"}, nil, exitcode.Unverified, "nothing was verified"},
		"no such tag":               {[]string{"--target", mock.url, "--tags", "@limits and not @nothing"}, nil, exitcode.Usage, `no scenario has the tag "@nothing"`},
		"an operation in capitals":  {[]string{"--target", mock.url, "--operation", "getready"}, nil, exitcode.Usage, `there is no operation "getready"; did you mean getReady?`},
		"no such operation":         {[]string{"--target", mock.url, "--operation", "nothing"}, nil, exitcode.Usage, `there is no operation "nothing"; spec operations lists them`},
		"no such profile":           {[]string{"--target", mock.url, "--profile", "contratc"}, nil, exitcode.Usage, `the profile "contratc" is not one of core, enterprise, all, contract`},
		"a web site":                {[]string{"--target", site.URL, "--operation", "getHealth"}, nil, exitcode.Broken, "the target breaks the contract"},
		"a wrong token":             {[]string{"--target", mock.url, "--token", "*:*.not-the-admins-token"}, nil, exitcode.Usage, "the target does not know the token of the admin: it answers 401"},
		"two wrong tokens":          {[]string{"--target", mock.url, "--viewer-token", "user:not-the-admins-token", "--frontend-token", "*:development.not-the-admins-token", "--operation", "getHealth"}, nil, exitcode.Usage, "of the viewer, nor that of the frontend"},
		"a wrong backend token":     {[]string{"--target", openSource.url, "--backend-token", "*:development.not-the-admins-token", "--operation", "getHealth"}, nil, exitcode.Usage, "of the backend"},
		"a backend for a frontend":  {[]string{"--target", mock.url, "--frontend-token", wellknown.Backend, "--operation", "getHealth"}, nil, exitcode.Usage, "the token given for the frontend is of another kind, backend: the target answers 403"},
		"an admin for a backend":    {[]string{"--target", openSource.url, "--backend-token", builtInAdmin, "--operation", "getHealth"}, nil, exitcode.Usage, "the token given for the backend is of another kind, admin: "},
		"a frontend for a viewer":   {[]string{"--target", mock.url, "--viewer-token", builtInFront, "--operation", "getHealth"}, nil, exitcode.Usage, "the token given for the viewer is of another kind, frontend: "},
		"a token of another kind":   {[]string{"--target", mock.url, "--token", builtInFront, "--tags", "@token-check"}, nil, exitcode.Broken, "the admin's token is of the wrong kind"},
		"nobody there":              {[]string{"--target", nobody}, nil, exitcode.Error, "the target cannot be reached"},
		"no target":                 {nil, nil, exitcode.Usage, "--target is missing"},
		"a target without a scheme": {[]string{"--target", "unleash"}, nil, exitcode.Usage, "must be a URL"},
		"an unknown profile":        {[]string{"--target", mock.url, "--profile", "most"}, nil, exitcode.Usage, "profile \"most\""},
		"an unknown operation":      {[]string{"--target", mock.url, "--operation", "getWealth"}, nil, exitcode.Usage, "getWealth"},
		"a bad tag expression":      {[]string{"--target", mock.url, "--tags", "@a &&"}, nil, exitcode.Usage, "tag expression"},
		"a bad header":              {[]string{"--target", mock.url, "--header", "secret-without-a-colon"}, nil, exitcode.Usage, "--header 1"},
		"a header's name":           {[]string{"--target", mock.url, "--header", "X(Y): 1"}, nil, exitcode.Usage, "--header 1"},
		"a header's value":          {[]string{"--target", mock.url, "--header", "X: a\x1b"}, nil, exitcode.Usage, "--header 1"},
		"the token as a header":     {[]string{"--target", mock.url, "--header", "authorization: x"}, nil, exitcode.Usage, "--header cannot set"},
		"no concurrency":            {[]string{"--target", mock.url, "--concurrency", "0"}, nil, exitcode.Usage, "--concurrency"},
		"no time":                   {[]string{"--target", mock.url, "--timeout", "0s"}, nil, exitcode.Usage, "--timeout"},
		"an unknown format":         {[]string{"--target", mock.url, "--report", "pdf=x"}, nil, exitcode.Usage, "pdf"},
		"a token of two lines":      {[]string{"--target", mock.url, "--viewer-token", "user:secret\n"}, nil, exitcode.Usage, "--viewer-token"},
		"a token of a key":          {[]string{"--target", mock.url, "--token", "user:a\x1b[Ab"}, nil, exitcode.Usage, "--token"},
		"by its own contract":       {[]string{"--target", mock.url, "--profile", "contract"}, nil, exitcode.OK, "profile contract\n"},
		"by what it publishes":      {[]string{"--target", mock.url, "--profile", "contract", "--spec", mock.url + "/docs/openapi.json", "--strict-spec"}, nil, exitcode.OK, "GET operations of"},
		"by another document":       {[]string{"--target", mock.url, "--profile", "contract", "--spec", petDocument}, nil, exitcode.Broken, "failed: contract:listPets"},
		"no GET":                    {[]string{"--target", mock.url, "--profile", "contract", "--operation", "createFeature"}, nil, exitcode.Usage, "no GET operation"},
		"a document for scenarios":  {[]string{"--target", mock.url, "--spec", petDocument}, nil, exitcode.Usage, "--spec is for --profile contract"},
		"tags for a document":       {[]string{"--target", mock.url, "--profile", "contract", "--tags", "@a"}, nil, exitcode.Usage, "does not support tags"},
		"no such document":          {[]string{"--target", mock.url, "--profile", "contract", "--spec", "no-such-file"}, nil, exitcode.Error, "no such file"},
		"a document with mistakes":  {[]string{"--target", mock.url, "--profile", "contract", "--strict-spec", "--spec", "../../spec/testdata/documents/broken.yaml"}, nil, exitcode.Usage, "--strict-spec: 13 problems"},
		"a wrong token for it":      {[]string{"--target", mock.url, "--profile", "contract", "--token", "*:*.not-the-admins-token"}, nil, exitcode.Usage, "the target does not know the token"},
		"nobody there for it":       {[]string{"--target", nobody, "--profile", "contract"}, nil, exitcode.Error, "the target cannot be reached"},
		"no such certificate":       {[]string{"--target", mock.url, "--ca-file", "no-such.pem"}, nil, exitcode.Usage, "no-such.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, test.env, append([]string{"verify"}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.stderr, test.stderr) {
				t.Errorf("exit %d, want %d: %s", got.code, test.code, got.stderr)
			}
			for _, secret := range []string{"secret-without", "user:secret", "not-the-admins-token"} {
				if strings.Contains(got.stdout+got.stderr, secret) {
					t.Errorf("%q is printed", secret)
				}
			}
		})
	}
}

func TestVerifyOnLoopbackCanBeReadOnly(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil, "--limits", "off")
	file := filepath.Join(t.TempDir(), "report.json")
	got := command(t, nil, "verify", "--target", mock.url, "--allow-writes=false", "--report", "json="+file)
	if r := readReport(t, file); got.code != exitcode.OK || r.Run.Writes || r.Summary.Passed < 100 {
		t.Errorf("exit %d, %+v, %+v", got.code, r.Run, r.Summary)
	}
	if !strings.Contains(got.stderr, "note: read-only") {
		t.Errorf("the note on read-only runs is missing: %s", got.stderr)
	}
}

func TestVerifyWritesSeveralReports(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil, "--limits", "off")
	folder := t.TempDir()
	args := []string{"verify", "--target", mock.url, "--operation", "getHealth", "--quiet"}
	for _, format := range report.Formats() {
		args = append(args, "--report", format+"="+filepath.Join(folder, format))
	}
	got := command(t, nil, args...)
	if got.code != exitcode.OK || got.stderr != "" {
		t.Fatalf("exit %d: %s", got.code, got.stderr)
	}
	for _, format := range report.Formats() {
		want := "getHealth"
		if format == "github" { // has a line for each failure, and the verdict
			want = "keeps the contract"
		}
		if text, err := os.ReadFile(filepath.Join(folder, format)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %d bytes, %v", format, len(text), err)
		}
	}
	if !strings.Contains(got.stdout, "getHealth") || strings.Contains(got.stdout, builtInFront) {
		t.Errorf("the summary: %s", got.stdout)
	}
}

func TestSweepRemovesWhatWasKept(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil, "--limits", "off")
	if got := command(t, nil, "verify", "--target", mock.url, "--operation", "enableSignalEndpoint", "--keep", "--quiet"); got.code != exitcode.OK || !strings.Contains(got.stdout, "kept on request") {
		t.Fatalf("exit %d: %s%s", got.code, got.stdout, got.stderr)
	}
	kept := len(endpointNames(t, mock.url)) - 2
	dry := command(t, nil, "verify", "sweep", "--target", mock.url, "--dry-run")
	if dry.code != exitcode.OK || strings.Count(dry.stdout, "would remove signal endpoint unleash-mock-verify-") != kept || kept == 0 {
		t.Errorf("exit %d, %d kept: %s%s", dry.code, kept, dry.stdout, dry.stderr)
	}
	swept := command(t, nil, "verify", "sweep", "--target", mock.url)
	if swept.code != exitcode.OK || strings.Count(swept.stdout, "\nremoved ")+1 != kept || len(endpointNames(t, mock.url)) != 2 {
		t.Errorf("exit %d: %s%s", swept.code, swept.stdout, swept.stderr)
	}
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"again":          {[]string{"--target", mock.url}, exitcode.OK, "nothing is left of earlier runs"},
		"no target":      {nil, exitcode.Usage, "--target is missing"},
		"a wrong token":  {[]string{"--target", mock.url, "--token", "*:*.not-the-admins-token"}, exitcode.Usage, "the target does not know the token of the admin: it answers 401"},
		"a wrong path":   {[]string{"--target", mock.url + "/base"}, exitcode.Error, "each answers 404; is its URL right?"},
		"the older half": {[]string{"--target", mock.url, "--older-than", "-1s"}, exitcode.Usage, "--older-than"},
	} {
		got := command(t, nil, append([]string{"verify", "sweep"}, test.args...)...)
		if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.want) {
			t.Errorf("%s: exit %d: %s%s", name, got.code, got.stdout, got.stderr)
		}
	}
}

// TestWaitingIsTold checks that waiting is shown in the progress line on a terminal, and
// with a line now and then elsewhere.
func TestWaitingIsTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		progress *progress
		want     string
	}{
		"on a terminal": {&progress{live: true}, clearLine + "1 of 5 scenarios" + clearLine + "2 of 5 scenarios; waited 9s for the target's limit on calls" +
			clearLine + "3 of 5 scenarios; waited 11s for the target's limit on calls" + clearLine + "4 of 5 scenarios; waited 12s for the target's limit on calls" +
			clearLine + "5 of 5 scenarios; waited 1m1s for the target's limit on calls"},
		"elsewhere": {&progress{}, "3 of 5 scenarios; waited 11s for the target's limit on calls\n5 of 5 scenarios; waited 1m1s for the target's limit on calls\n"},
		"quietly":   {&progress{quiet: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			test.progress.out = &out
			for i, waited := range []time.Duration{400 * time.Millisecond, 9 * time.Second, 11 * time.Second, 12 * time.Second, 61_900 * time.Millisecond} {
				test.progress.scenario(conformance.Progress{Done: i + 1, Total: 5, Waited: waited, Scenario: &report.Scenario{Outcome: report.Passed}})
			}
			if out.String() != test.want {
				t.Errorf("got %q", out.String())
			}
		})
	}
}
