package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// patchFlag changes a flag of a running mock through the control API.
func patchFlag(t *testing.T, base, name, setting string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPatch, base+"/_mock/flags/"+name, strings.NewReader(setting))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("status %d", response.StatusCode)
	}
}

// TestServeFollowsTheFlagsOfAnInstance checks that serve follows the flags of an instance,
// that those of a file win over them, and that a start without the instance uses the copy.
func TestServeFollowsTheFlagsOfAnInstance(t *testing.T) {
	t.Parallel()
	real, err := mockserver.New()
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 100)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		real.ServeHTTP(w, r)
		if r.URL.Path == "/api/client/features" {
			asked <- struct{}{}
		}
	}))
	defer upstream.Close()
	patchFlag(t, upstream.URL, "theirs", `{"enabled":true}`)
	patchFlag(t, upstream.URL, "both", `{"enabled":true}`)
	copied := filepath.Join(t.TempDir(), "made", "copy.json")
	variables := map[string]string{"UNLEASH_MOCK_FLAGS_TOKEN": wellknown.Backend, "UNLEASH_MOCK_FLAGS_CACHE": copied}
	args := []string{"--flags-from", upstream.URL + "/api/", "--flags-interval", "1s", "--flags", file(t, "flags.yaml", "both: false\n")}
	mock := startServe(t, variables, args...)
	expect := func(on, off string) {
		t.Helper()
		if _, body := get(t, mock.url+"/api/frontend", wellknown.Frontend); !strings.Contains(body, `"`+on+`"`) || strings.Contains(body, `"`+off+`"`) {
			t.Errorf("the flags are %s; want %s on and %s off", body, on, off)
		}
	}
	if !strings.Contains(mock.stdout.String(), "flags of         "+upstream.URL) {
		t.Errorf("the mock said %s", mock.stdout)
	}
	expect("theirs", "both")
	patchFlag(t, upstream.URL, "later", `{"enabled":true}`)
	for len(asked) > 0 {
		<-asked
	}
	<-asked
	<-asked // the answer before this one was applied
	expect("later", "both")
	upstream.Close()
	if code := mock.end(); code != exitcode.OK {
		t.Errorf("exit code %d", code)
	}
	mock = startServe(t, variables, args...)
	expect("later", "both")
	if text := mock.stderr.String(); !strings.Contains(text, "the last copy stays in use") || strings.Contains(text, wellknown.Backend) {
		t.Errorf("the mock said %s", text)
	}
}

// TestServeRefusesFlagsThatItCannotFollow checks that serve reports flags it cannot follow
// in one line without a token.
func TestServeRefusesFlagsThatItCannotFollow(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New()
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(mock)
	const secret = "*:production.c0ffee-c0ffee-c0ffee"
	folder := t.TempDir()
	t.Cleanup(func() {
		upstream.Close()
		if _, err := os.Stat(filepath.Join(folder, "none")); err == nil {
			t.Error("a copy was written, though there was nothing to copy")
		}
	})
	for name, test := range map[string]struct {
		token string
		args  []string
		code  int
		says  string
	}{
		"no token":              {"", []string{"--flags-from", upstream.URL}, exitcode.Usage, "UNLEASH_MOCK_FLAGS_TOKEN"},
		"no token at all":       {"two words and a secret", []string{"--flags-from", upstream.URL}, exitcode.Usage, "UNLEASH_MOCK_FLAGS_TOKEN is not a token"},
		"an unknown token":      {secret, []string{"--flags-from", upstream.URL}, exitcode.Usage, "it does not know the token"},
		"a frontend token":      {wellknown.Frontend, []string{"--flags-from", upstream.URL}, exitcode.Usage, "the token is not a backend token"},
		"no instance":           {secret, []string{"--flags-from", nobody}, exitcode.Error, "with --flags-cache FILE"},
		"no instance, no copy":  {secret, []string{"--flags-from", nobody, "--flags-cache", filepath.Join(folder, "none")}, exitcode.Error, "has no copy of them"},
		"a folder for a copy":   {secret, []string{"--flags-from", upstream.URL, "--flags-cache", folder}, exitcode.Usage, "is a folder"},
		"no Unleash":            {secret, []string{"--flags-from", upstream.URL + "/nowhere"}, exitcode.Usage, "it does not know the token"},
		"no URL":                {secret, []string{"--flags-from", "unleash.example.com"}, exitcode.Usage, "--flags-from"},
		"a password":            {secret, []string{"--flags-from", "http://user:c0ffee-c0ffee@127.0.0.1"}, exitcode.Usage, "must not contain a user or a password"},
		"an upstream":           {secret, []string{"--flags-from", upstream.URL, "--upstream", upstream.URL}, exitcode.Usage, "cannot be combined with --upstream"},
		"a cache of nothing":    {"", []string{"--flags-cache", "x"}, exitcode.Usage, "need --flags-from"},
		"an interval of none":   {"", []string{"--flags-interval", "1s"}, exitcode.Usage, "need --flags-from"},
		"asked all the time":    {secret, []string{"--flags-from", upstream.URL, "--flags-interval", "1ms"}, exitcode.Usage, "less than 1s"},
		"a certificate of none": {"", []string{"--ca-file", "x"}, exitcode.Usage, "need --upstream, --flags-from or a URL for --spec"},
		"no certificate":        {secret, []string{"--flags-from", upstream.URL, "--ca-file", filepath.Join(folder, "x")}, exitcode.Usage, "--ca-file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, map[string]string{"UNLEASH_MOCK_FLAGS_TOKEN": test.token}, append([]string{"serve", "--listen", "127.0.0.1:0"}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.stderr, test.says) || strings.Count(got.stderr, "\n") != 1 || strings.Contains(got.stderr, "c0ffee") {
				t.Errorf("exit code %d: %s", got.code, got.stderr)
			}
		})
	}
}
