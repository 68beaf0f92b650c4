//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// setFlag turns a flag of a mock on and returns the status of the answer.
func setFlag(t *testing.T, base, name string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, base+"/_mock/flags/"+name, strings.NewReader(`{"enabled":true}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, _ := do(t, request)
	return response.StatusCode
}

// hasFlag reports whether SDKs get a flag.
func hasFlag(t *testing.T, base, name string) bool {
	t.Helper()
	_, body := get(t, base+"/api/client/features", wellknown.Backend)
	return strings.Contains(body, `"name":"`+name+`"`)
}

// startKilled starts the program, calls during, and kills the program.
func startKilled(t *testing.T, during func(url string), args ...string) {
	t.Helper()
	stdout := newOutput()
	program := process(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	program.Stdout = stdout
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	const sign = "listens on "
	stdout.await(sign + "http")
	stdout.await("\n")
	_, rest, _ := strings.Cut(stdout.String(), sign)
	url, _, _ := strings.Cut(rest, "\n")
	during(url)
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // the error is that it was killed
}

// TestServeStoresWorkspaces checks that workspaces survive a normal end, and with
// --durability always also a killed process.
func TestServeStoresWorkspaces(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "kept")
	mock := startServe(t, nil, "--store", dir, "--instance", "n1")
	for _, base := range []string{mock.url, mock.url + "/w/ci-7"} {
		if got := setFlag(t, base, "checkout"); got != http.StatusOK {
			t.Fatalf("status %d", got)
		}
	}
	if _, body := get(t, mock.url+"/internal-backstage/prometheus", ""); !strings.Contains(body, `unleash_mock_store_up{instance="n1"} 1`) {
		t.Error("the metrics have no label with the instance's name")
	}
	if said := mock.stdout.String(); !strings.Contains(said, dir) {
		t.Errorf("the banner does not say where workspaces are stored:\n%s", said)
	}
	got := command(t, nil, "serve", "--listen", "127.0.0.1:0", "--store", dir)
	if want := "--store " + dir + ": another process is using the folder"; got.code != exitcode.Usage || !strings.Contains(got.stderr, want) {
		t.Errorf("a second process with the same folder: exit code %d, %s", got.code, got.stderr)
	}
	if code := mock.end(); code != exitcode.OK {
		t.Fatalf("exit code %d: %s", code, mock.stderr)
	}

	startKilled(t, func(url string) {
		if !hasFlag(t, url, "checkout") || !hasFlag(t, url+"/w/ci-7", "checkout") {
			t.Error("the flags are lost after a normal end")
		}
		if got := setFlag(t, url+"/w/ci-7", "next"); got != http.StatusOK {
			t.Fatalf("status %d", got)
		}
	}, "--store", dir, "--durability", "always")
	mock = startServe(t, map[string]string{"UNLEASH_MOCK_STORE": dir})
	if !hasFlag(t, mock.url+"/w/ci-7", "next") {
		t.Error("an answered change is lost after the process was killed")
	}
	mock.end()
}

// TestServeSaysWhatIsNotStored checks that changes that could not be stored are reported at
// the end, so that nobody believes they were kept.
func TestServeSaysWhatIsNotStored(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "kept")
	mock := startServe(t, nil, "--store", dir)
	if err := os.MkdirAll(filepath.Join(dir, "w-ci-7.json", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	setFlag(t, mock.url+"/w/ci-7", "checkout")
	if code := mock.end(); code != exitcode.Error || !strings.Contains(mock.stderr.String(), "--store "+dir+": the store does not have the latest changes of workspaces: ci-7") {
		t.Errorf("exit code %d: %s", code, mock.stderr)
	}
}

// TestStoreUsage checks that settings that cannot work are refused with a reason that says
// what to do.
func TestStoreUsage(t *testing.T) {
	t.Parallel()
	taken := file(t, "taken", "")
	for want, args := range map[string][]string{
		"need --store":                                {"--durability", "always"},
		"is not one of second, always":                {"--store", t.TempDir(), "--durability", "never"},
		"is less than 0":                              {"--store", t.TempDir(), "--store-max-bytes", "-1"},
		"without white space":                         {"--instance", "a b"},
		"cannot be combined with --deterministic,":    {"--store", t.TempDir(), "--deterministic"},
		"cannot be combined with --flags-from,":       {"--store", t.TempDir(), "--flags-from", nobody},
		"not a URL such as postgres://host/database;": {"--store", "postgres://someone:a%zz@127.0.0.1/mocks"},
		"not keywords and values":                     {"--store", "dbname=mocks password=a-very-secret-word"},
		"not a directory":                             {"--store", taken + "/x"},
	} {
		got := command(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
		if got.code != exitcode.Usage || !strings.Contains(got.stderr, want) || strings.Count(strings.TrimSpace(got.stderr), "\n") > 1 {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.stderr)
		}
	}
	const secret = "a-very-secret-word"
	got := command(t, nil, "serve", "--listen", "127.0.0.1:0", "--store", "postgres://someone:"+secret+"@127.0.0.1:1/mocks")
	if got.code != exitcode.Error || strings.Contains(got.stderr, secret) || !strings.Contains(got.stderr, "--store postgres://127.0.0.1:1/mocks: ") {
		t.Errorf("an unreachable database: exit code %d, %s", got.code, got.stderr)
	}
	if info, err := os.Stat(taken); err != nil || info.Size() != 0 {
		t.Errorf("the file at the path is %v, %v", info, err)
	}
}
