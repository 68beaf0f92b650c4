//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

const (
	endpoints = "/api/admin/signal-endpoints"
	signals   = "/api/admin/signals?limit=50"
	ownToken  = wellknown.MyExternalApp
)

var exchanged = []sending{
	{"GET", endpoints, adminToken, ""},
	{"POST", endpoints, adminToken, `{"name":"deploys","description":"of \"all\" # kinds: ü"}`},
	{"POST", endpoints, adminToken, `{"name":"deploys"}`}, // the name is taken
	{"POST", endpoints, adminToken, `{"name":7}`},         // the name must be a string
	{"POST", endpoints + "/1339/tokens", adminToken, `{"name":"ci"}`},
	{"GET", endpoints, adminToken, ""},
	{"PUT", endpoints + "/1338", adminToken, `{"name":"renamed","enabled":false}`},
	{"DELETE", endpoints + "/1337/tokens/7", adminToken, ""},
	{"POST", "/api/signal-endpoint/renamed", wellknown.CPUOver90, `{"a":1}`}, // the endpoint is off
	{"POST", endpoints + "/1338/on", adminToken, ""},
	{"POST", "/api/signal-endpoint/renamed", wellknown.CPUOver90, `{"b":[1.5,{"c":null}],"a":"# ü"}`},
	{"POST", endpoints, wellknown.ViewerUser, `{"name":"mine"}`}, // not permitted
	{"DELETE", endpoints + "/1339", adminToken, ""},
	{"DELETE", endpoints + "/1339", adminToken, ""}, // already deleted
	{"GET", signals, adminToken, ""},
	{"GET", endpoints + "/1338/signals", adminToken, ""},
	{"GET", endpoints + "/1338/tokens", adminToken, ""},
	{"GET", endpoints, adminToken, ""},
	{"GET", "/api/admin/invoices", adminToken, ""},
	{"GET", "/health", "", ""},
}

var (
	errorID = regexp.MustCompile(`^\{"id":"[0-9a-f-]{36}",`)
	secret  = regexp.MustCompile(`"token":"signal_[^"]+"`)
)

// told returns the parts of an answer that must be the same when it is repeated.
func told(response *http.Response, body, base string) string {
	body = errorID.ReplaceAllString(strings.ReplaceAll(body, base, "BASE"), "{")
	return response.Status + " " + response.Header.Get("Location") + "\n" + secret.ReplaceAllString(body, "SECRET")
}

// TestRecordReplaySeed checks that recorded traffic is reproduced by a replay, and by a
// seed made from the recording.
func TestRecordReplaySeed(t *testing.T) {
	t.Parallel()
	original := startServe(t, nil, "--limits", "off")
	file := filepath.Join(t.TempDir(), "traffic.jsonl")
	proxy := startProxy(t, original.url, "--listen", "127.0.0.1:0", "--judge", "responses", "--record", file)
	wanted := make([]string, len(exchanged))
	for i, s := range exchanged {
		response, body := s.to(t, proxy.url)
		wanted[i] = told(response, body, original.url)
	}
	if code := proxy.end(); code != exitcode.OK {
		t.Fatalf("exit code %d: %s", code, proxy.stderr)
	}

	empty := filepath.Join(t.TempDir(), "empty.yaml")
	if err := os.WriteFile(empty, []byte("apiTokens: [{name: a, type: admin, secret: '"+adminToken+"'}]\n"+
		"users: [{id: 3, username: v, rootRole: Viewer, tokens: ['user:unleash-mock-viewer']}]\n"+
		"endpoints: [{id: 1338, name: renamed, tokens: [{id: 8, name: x, secret: signal_unleash-mock-cpu-over-90}]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := startServe(t, map[string]string{replayVariable: file}, "--limits", "off", "--seed", empty)
	if want := "  replay           19 exchanges of 13 operations, 1 left out: 1 refusing a token (401, 403)\n"; !strings.Contains(again.stdout.String(), want) {
		t.Errorf("%q is not printed:\n%s", want, again.stdout)
	}
	for i, s := range exchanged {
		response, body := s.to(t, again.url)
		if got := told(response, body, again.url); got != wanted[i] {
			t.Errorf("%s %s %s\ngot  %s\nwant %s", s.method, s.path, s.body, got, wanted[i])
		}
		if source := response.Header.Get(mockserver.ReplayHeader); strings.HasPrefix(source, "traffic.jsonl:") != (response.StatusCode != http.StatusForbidden) {
			t.Errorf("%s %s is replayed from %q", s.method, s.path, source)
		}
	}

	made := command(t, nil, "seed", "--from-recording", file)
	if made.code != exitcode.OK || strings.Contains(made.stdout, ownToken) {
		t.Fatalf("exit code %d: %s%s", made.code, made.stdout, made.stderr)
	}
	seeded := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(seeded, []byte(made.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	if checked := command(t, nil, "seed", "--check", seeded); checked.code != exitcode.OK || !strings.HasSuffix(checked.stdout, "is a seed of 3 apiTokens, 4 users, 3 personalTokens, 2 endpoints, 2 tokens, 6 signals\n") {
		t.Errorf("exit code %d: %s%s", checked.code, checked.stdout, checked.stderr)
	}
	planted := startServe(t, nil, "--limits", "off", "--seed", seeded)
	for _, path := range []string{endpoints, signals, endpoints + "/1338/signals", endpoints + "/1338/tokens", endpoints + "/1337/tokens", "/api/admin/invoices"} {
		s := sending{http.MethodGet, path, adminToken, ""}
		want, wantBody := s.to(t, original.url)
		got, gotBody := s.to(t, planted.url)
		if told(got, gotBody, planted.url) != told(want, wantBody, original.url) || want.StatusCode != http.StatusOK {
			t.Errorf("%s\ngot  %s\nwant %s", path, gotBody, wantBody)
		}
	}
	if response, body := (sending{http.MethodPost, "/api/signal-endpoint/renamed", "signal_recorded-1338-8", "{}"}).to(t, planted.url); response.StatusCode != http.StatusOK {
		t.Errorf("the secret of a seeded token is refused: %d %s", response.StatusCode, body)
	}
}

// TestReplayOfNoRecording checks that a file that is not a recording is refused at the
// start, in one line.
func TestReplayOfNoRecording(t *testing.T) {
	t.Parallel()
	good := `{"request":{"method":"GET","url":"/health"},"response":{"status":200}}`
	for name, test := range map[string]struct {
		args []string
		file string
		want string
	}{
		"another file":    {[]string{"serve", "--listen", "127.0.0.1:0", "--replay"}, good + "\nvery-secret\n", "line 2: it is not JSON"},
		"a file of seeds": {[]string{"seed", "--from-recording"}, "endpoints: []\n", "line 1: it is not JSON"},
		"no file":         {[]string{"serve", "--listen", "127.0.0.1:0", "--replay"}, "", "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := filepath.Join(t.TempDir(), "r.jsonl")
			if test.file != "" {
				at = file(t, "r.jsonl", test.file)
			}
			got := command(t, nil, append(test.args, at)...)
			if got.code != exitcode.Usage || !strings.Contains(got.stderr, test.args[len(test.args)-1]+" "+at+": "+test.want) ||
				strings.Count(got.stderr, "\n") != 1 || strings.Contains(got.stderr, "very-secret") {
				t.Errorf("exit code %d: %q", got.code, got.stderr)
			}
		})
	}
}

// TestReplayOfACutRecording checks that a recording cut short by a killed proxy is
// replayed, and becomes a seed, up to its last complete line, and that the cut is reported.
func TestReplayOfACutRecording(t *testing.T) {
	t.Parallel()
	whole := `{"operationId":"getReady","request":{"method":"GET","url":"/ready"},"response":{"status":200}}`
	cut := file(t, "cut.jsonl", whole+"\n"+whole[:30])
	const told = "line 2, the last one, is incomplete and skipped\n"
	mock := startServe(t, nil, "--replay", cut)
	if want := "  replay           1 exchange of 1 operation\n"; !strings.Contains(mock.stdout.String(), want) || !strings.Contains(mock.stderr.String(), "--replay "+cut+": "+told) {
		t.Errorf("%s%s", mock.stdout, mock.stderr)
	}
	if got := command(t, nil, "seed", "--from-recording", cut); got.code != exitcode.OK || got.stderr != "unleash-mock: --from-recording "+cut+": "+told {
		t.Errorf("exit code %d: %s", got.code, got.stderr)
	}
}

// TestReplaysSeveralFiles checks that several recordings are replayed, given by flags or by
// the variable, and that a flag beats the variable.
func TestReplaysSeveralFiles(t *testing.T) {
	t.Parallel()
	ready := file(t, "a.jsonl", `{"request":{"method":"GET","url":"/ready"},"response":{"status":200}}`)
	health := file(t, "b.jsonl", `{"request":{"method":"GET","url":"/health"},"response":{"status":200}}`)
	for name, test := range map[string]struct {
		variable string
		args     []string
		want     string
	}{
		"flags":    {"", []string{"--replay", ready, "--replay", health}, "2 exchanges of 2 operations\n"},
		"variable": {ready + string(os.PathListSeparator) + health, nil, "2 exchanges of 2 operations\n"},
		"both":     {ready, []string{"--replay", health}, "1 exchange of 1 operation\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := startServe(t, map[string]string{replayVariable: test.variable}, test.args...)
			if want := "  replay           " + test.want; !strings.Contains(mock.stdout.String(), want) {
				t.Errorf("%q is not printed:\n%s", want, mock.stdout)
			}
		})
	}
}

// TestSeedCommand checks that the built-in seed is printed unchanged, and that all mistakes
// of a seed are reported at once.
func TestSeedCommand(t *testing.T) {
	t.Parallel()
	printed := command(t, nil, "seed")
	if printed.code != exitcode.OK || !strings.HasPrefix(printed.stdout, "# What unleash-mock starts with") {
		t.Fatalf("exit code %d: %s", printed.code, printed.stdout)
	}
	for name, test := range map[string]struct {
		seed string
		code int
		want []string
	}{
		"the built-in one": {printed.stdout, exitcode.OK, []string{"2 projectEnvironments, 4 users, 3 personalTokens, ", " 2 endpoints, 3 tokens, 5 signals"}},
		"one problem":      {"endpoint: []\n", exitcode.Usage, []string{"additional properties 'endpoint' not allowed"}},
		"several problems": {"endpoints:\n  - {id: 0, name: A}\n  - {id: 1}\n", exitcode.Usage, []string{": 3 problems\n", "\n  line 2, column 10: endpoints[0].id", "\n  line 3"}},
		"forms of tokens": {"users: [{username: a, rootRole: Admin, tokens: [x]}]\nendpoints: [{id: 1, name: a, tokens: [{name: b, secret: x}]}]\n", exitcode.Usage,
			[]string{"pattern ^user:(.+)$\n", "pattern ^signal_(.+)$\n"}}, // which are no secrets
		"a rule": {"rules: [{match: {operations: [getWeather]}, answer: {status: 429}}]\n", exitcode.Usage, []string{"getWeather"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, "seed", "--check", file(t, "seed.yaml", test.seed))
			said := got.stdout + got.stderr
			for _, want := range test.want {
				if got.code != test.code || !strings.Contains(said, want) {
					t.Errorf("exit code %d, %q is not in %q", got.code, want, said)
				}
			}
		})
	}
	if got := command(t, nil, "seed", "--check", "a", "--from-recording", "b"); got.code != exitcode.Usage {
		t.Errorf("exit code %d of both at once: %s", got.code, got.stderr)
	}
}
