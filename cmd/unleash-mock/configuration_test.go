package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// commands are the commands that read configuration, each with the arguments it needs.
var commands = map[string][]string{
	"serve":        {"serve"},
	"overlay":      {"serve", "--upstream", nobody},
	"proxy":        {"proxy", "--upstream", nobody},
	"health":       {"health"},
	"drift":        {"drift", "--target", nobody},
	"verify":       {"verify", "--target", nobody},
	"verify sweep": {"verify", "sweep", "--target", nobody},
}

// TestWrongValuesAreOneLine checks that every command reports a wrong value in one line and
// exits with code 2.
func TestWrongValuesAreOneLine(t *testing.T) {
	t.Parallel()
	const listening, upstreams, targets = "serve proxy health", "overlay proxy", "overlay proxy health drift verify, verify sweep"
	for _, test := range []struct {
		variable, value string
		args            []string
		commands        string
		says            string
	}{
		{"HTTP_PORT", "http", nil, listening, `HTTP_PORT: "http" is not a number from 0 to 65535`},
		{"HTTP_PORT", "http", []string{"--run", "true"}, "serve proxy", "HTTP_PORT"},
		{"HTTP_PORT", "99999", nil, listening, "HTTP_PORT"},
		{"HTTP_PORT", "-1", nil, listening, "HTTP_PORT"},
		{"HTTP_PORT", " 4242", nil, listening, "HTTP_PORT"},
		{"HTTP_PORT", "tcp://10.0.0.1:80", nil, listening, "HTTP_PORT"},
		{"HTTP_HOST", "unix:/run/mock", nil, listening, "Unix sockets are not supported"},
		{"HTTP_HOST", "http://localhost", nil, listening, "HTTP_HOST"},
		{"HTTP_HOST", "localhost:4242", nil, listening, "HTTP_HOST"},
		{"HTTP_HOST", "[::1", nil, listening, "HTTP_HOST"},
		{"HTTP_HOST", "[[::1]]", nil, listening, "HTTP_HOST"},
		{"HTTP_HOST", "[::1]:4242", nil, listening, "HTTP_HOST"},
		{"HTTP_HOST", " ", nil, listening, "HTTP_HOST"},
		{"BASE_URI_PATH", "/a b?c#d", nil, listening, "--base-uri-path"},
		{"BASE_URI_PATH", "/a/..", nil, listening, "--base-uri-path"},
		{"BASE_URI_PATH", "/%2e%2e", nil, listening, "--base-uri-path"},
		{"LOG_LEVEL", "loud", nil, "serve proxy", "--log-level"},
		{"UNLEASH_URL", "javascript:alert(1)", nil, "serve", "(set by the environment variable UNLEASH_URL)"},
		{"UNLEASH_URL", "http://user:hunter2@flags.example", nil, "serve", "must not contain a user"},
		{"UNLEASH_URL", "http://flags.example:99999", nil, "serve", "its port is not a number"},
		{"UNLEASH_MOCK_UPSTREAM", "http://user:hunter2@unleash.example", nil, "serve", "--upstream must not contain a user"},
		{"UNLEASH_MOCK_PORT_FILE", "/no/such/folder/port", []string{"--listen", freePort}, "serve proxy", "(set by the environment variable UNLEASH_MOCK_PORT_FILE)"},
		{"UNLEASH_MOCK_DRAIN", "5", nil, "serve proxy", "UNLEASH_MOCK_DRAIN"},
		{"UNLEASH_MOCK_CORS_ORIGINS", "http://localhost:3000, null", nil, "serve", `"null"`},
		{"UNLEASH_MOCK_MAX_SIGNALS", "-1", nil, "serve", "--max-signals"},
		{"UNLEASH_MOCK_MAX_BYTES", "256", nil, "serve", "--max-bytes 256 is less than 1048576; 0 means no limit (set by the environment variable UNLEASH_MOCK_MAX_BYTES)"},
		{"UNLEASH_MOCK_INSTANCE", "a\xff", nil, "serve", "--instance must be at most 63 bytes of UTF-8 without white space"},
		{"UNLEASH_MOCK_STORE", "redis://cache", nil, "serve", `--store is a folder, or postgres://host/database; it begins with "redis:"`},
		{"UNLEASH_MOCK_CONTROL_TOKEN", "hunter2 hunter2", []string{"--listen", freePort}, "serve proxy", "a token must not contain white space"},
		{"UNLEASH_MOCK_CONTOL_TOKEN", "hunter2", nil, listening + " " + targets, "did you mean UNLEASH_MOCK_CONTROL_TOKEN?"},
		{"INIT_ADMIN_API_TOKENS", "*:*.good,hunter2", nil, "serve", "token 2 does not have the form <project>:<environment>.<secret>"},
		{"INIT_BACKEND_API_TOKENS", "a:b.hunter2, a:b.hunter2", nil, "serve", "INIT_BACKEND_API_TOKENS: token 2 is already in INIT_BACKEND_API_TOKENS"},
		{"INIT_BACKEND_API_TOKENS", "default:.hunter2", nil, "serve", "token 1 does not have the form <project>:<environment>.<secret>"},
		{"INIT_ADMIN_API_TOKENS", "user:development.hunter2", nil, "serve", `token 1 begins with "user:", as only personal access tokens do`},
		{"INIT_FRONTEND_API_TOKENS", "a:b.hunter2\nc", nil, "serve", "token 1 has a character that no header can have"},
		{"HTTP_PROXY", "http://user:hunter2@proxy:port", nil, targets, "HTTP_PROXY is not the URL of a proxy"},
		{"https_proxy", "ftp://user:hunter2@proxy", nil, targets, "https_proxy is not the URL of a proxy"},
		{"UNLEASH_MOCK_STOER", "./workspaces", nil, listening + " " + targets, "did you mean UNLEASH_MOCK_STORE?"},
		{"UNLEASH_MOCK_STORE", "redis://user:hunter2@cache", nil, "serve", `it begins with "redis:" (set by the environment variable UNLEASH_MOCK_STORE)`},
		{"UNLEASH_MOCK_EDITION", "oss", nil, "serve", `--edition "oss" is not one of enterprise, open-source (set by the environment variable UNLEASH_MOCK_EDITION)`},
		{"UNLEASH_MOCK_VALIDATION", "lax", nil, "serve", `--validation "lax" is not one of strict, faithful, off (set by`},
		{"UNLEASH_MOCK_CORS_ORIGINS", "localhost:3000", nil, "serve", `--cors "localhost:3000": it is not an origin such as http://localhost:3000 (set by`},
		{"UNLEASH_MOCK_MAX_BYTES", "256MB", nil, "serve", `UNLEASH_MOCK_MAX_BYTES: "256MB" is not a whole number`},
		{"", "", []string{"--max-bytes", "256MB"}, "serve", `--max-bytes "256MB" is not a whole number; see 'unleash-mock serve --help'`},
		{"", "", []string{"--drain", "5"}, "serve proxy", `--drain "5" is not a time, such as 30s or 5m; see`},
		{"", "", []string{"--insecure=maybe"}, targets, `--insecure "maybe" is not true or false; see`},
		{"", "", []string{"--edition", "oss"}, "serve", `--edition "oss" is not one of enterprise, open-source`},
		{"", "", []string{"--cors", "localhost:3000"}, "serve", `--cors "localhost:3000": it is not an origin`},
		{"", "", []string{"--store", "postgres:mocks"}, "serve", `it begins with "postgres:"`},
		{"", "", []string{"--store", "mysql://user:hunter2@x/y"}, "serve", `it begins with "mysql:"`},
		{"", "", []string{"--run", ""}, "serve proxy", "--run is empty; give it a value, or leave it out"},
		{"", "", []string{"--run", " "}, "serve proxy", "--run is empty; give it a value, or leave it out"},
		{"", "", []string{"--flags", ""}, "serve", "--flags is empty; give it a value, or leave it out"},
		{"", "", []string{"--seed="}, "serve", "--seed is empty; give it a value, or leave it out"},
		{"", "", []string{"--token="}, "verify, verify sweep", "--token is empty; give it a value, or leave it out"},
		{"", "", []string{"--target", ""}, "drift verify, verify sweep", "--target is empty; give it a value, or leave it out"},
		{"", "", []string{"--operation="}, "verify,", "--operation is empty; give it a value, or leave it out"},
		{"", "", []string{"--spec-wins"}, "serve", "--spec-wins needs --spec"},
		{"", "", []string{"--strict-spec"}, "serve proxy drift verify,", "--strict-spec needs --spec"},
		{"", "", []string{"--upstream", "127.0.0.1:4242"}, upstreams, "it must be a URL such as https://unleash.example.com"},
		{"", "", []string{"--target", "127.0.0.1:4242"}, "drift verify, verify sweep", "it must be a URL such as https://unleash.example.com"},
		{"", "", []string{"--target", "http://unleash:4242/base/docs/openapi.json"}, "drift verify, verify sweep", "that URL is of the document, the URL of the instance would be http://unleash:4242/base\n"},
		{"", "", []string{"--listen", "unix:/run/mock"}, "serve proxy", "Unix sockets are not supported"},
		{"", "", []string{"--listen", "4242"}, "serve proxy", "it is not a host and a port"},
		{"", "", []string{"--listen", "/run/mock.sock"}, "serve proxy", "it is not a host and a port"},
		{"", "", []string{"--upstream", "unix:/run/mock"}, upstreams, "--upstream"},
		{"", "", []string{"--timeout", "0"}, "proxy health drift verify, verify sweep", "--timeout must be more than 0"},
		{"", "", []string{"--timeout", "-1s"}, "proxy health drift verify, verify sweep", "--timeout must be more than 0"},
		{"", "", []string{"--ca-file", "/no/such/file"}, targets, "--ca-file"},
		{"", "", []string{"--client-key", "/no/such/file"}, targets, "--client-key needs --client-cert"},
		{"", "", []string{"--no-such"}, listening + " " + targets, "unknown flag: --no-such"},
		{"", "", []string{"--verison"}, listening + " " + targets, "did you mean --version?"},
		{"", "", []string{"topic"}, "serve proxy health drift", `takes flags only, not the argument "topic"; see 'unleash-mock `},
		{"", "", []string{"topic"}, "verify", `unknown command "topic"`},
		{"", "", []string{"http://127.0.0.1:4242"}, "drift verify, verify sweep", "give the URL with --target"},
		{"", "", []string{"--header", "X-Api-Key:", "hunter2"}, "verify, verify sweep", "quote the whole header of --header"},
		{"", "", []string{"http://127.0.0.1:4242"}, "proxy", "give the URL with --upstream"},
		{"", "", []string{"http://127.0.0.1:4242"}, "health", "give the URL with --url"},
		{"", "", []string{"http://127.0.0.1:4242"}, "serve", `not the argument "http://127.0.0.1:4242"; see 'unleash-mock serve --help'`},
		{"", "", []string{"flags.yaml"}, "serve", "; give the file with --flags or --spec or --replay"},
		{"", "", []string{"openapi.json"}, "drift", "; give the file with --spec or --document"},
		{"", "", []string{"openapi.yml"}, "proxy verify,", "; give the file with --spec"},
		{"", "", []string{"openapi.yaml"}, "health", "; see 'unleash-mock "},
		{"", "", []string{"-port", "4010"}, "serve proxy", "did you mean --port?"},
		{"", "", []string{"-listen=127.0.0.1:0"}, "serve proxy", "did you mean --listen?"},
		{"", "", []string{"-p", "4010"}, "serve proxy", "did you mean --port?"},
		{"", "", []string{"-p", "4010"}, "drift health", "unknown shorthand flag: 'p' in -p; see 'unleash-mock "},
		{"", "", []string{"--host", "0.0.0.0"}, "serve", "did you mean --listen?"},
		{"", "", []string{"--verbose"}, "serve proxy", "did you mean --log-level?"},
		{"", "", []string{"--junit", "verify.xml"}, "proxy verify,", "did you mean --report?"},
		{"", "", []string{"--api-key", "hunter2"}, "verify, verify sweep", "did you mean --token?"},
		{"", "", []string{"--run", "npm", "test"}, "serve proxy", `the argument "test" belongs to no flag; quote the whole command of --run`},
		{"", "", []string{"--run", "npm", "test", "--silent"}, "serve proxy", `the argument "test" belongs to no flag; quote the whole command of --run`},
		{"", "", []string{"--run", "go", "test", "-v", "./..."}, "serve proxy", `the argument "test" belongs to no flag; quote the whole command of --run`},
		{"", "", []string{"--run", "pytest", "-v"}, "serve proxy", "asks for the version of unleash-mock; quote the whole command of --run"},
		{"", "", []string{"--run", "pytest", "-h"}, "serve proxy", "asks for the help of unleash-mock"},
		{"", "", []string{"--run", "npm", "test", "--help"}, "serve proxy", `the argument "test" belongs to no flag; quote the whole command of --run`},
		{"", "", []string{"--run", "true", "--silent"}, "serve proxy", "unknown flag: --silent; if it belongs to the command, quote the whole command of --run"},
		{"", "", []string{"--run", "true", "--drian", "5s"}, "serve proxy", "unknown flag: --drian; did you mean --drain?"},
		{"", "", []string{"--url", "http://127.0.0.1:4242"}, "verify, drift", "unknown flag: --url; did you mean --target?"},
		{"", "", []string{"--url", "http://127.0.0.1:4242"}, "serve", "unknown flag: --url; see 'unleash-mock serve --help'"},
		{"", "", []string{"--target", "http://127.0.0.1:4242"}, "serve", "unknown flag: --target; see 'unleash-mock serve --help'"},
		{"", "", []string{"--listen", "127.0.0.1:0", "--port", "0"}, "serve proxy", "--listen and --port exclude each other; give one of them"},
	} {
		for name, args := range commands {
			if !strings.Contains(test.commands, name) {
				continue
			}
			t.Run(name+" "+test.variable+" "+test.value+strings.Join(test.args, " "), func(t *testing.T) {
				t.Parallel()
				got := variable(t, test.variable, test.value, append(append([]string{}, args...), test.args...)...)
				if got.code != exitcode.Usage || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, test.says) || strings.Contains(got.stderr, "hunter2") {
					t.Errorf("exit code %d, %s%s", got.code, got.stdout, got.stderr)
				}
			})
		}
	}
}

// TestHelpBesideACommand checks that --help is not taken for a part of the command of --run if it is before that
// flag, or if the command is in quotes.
func TestHelpBesideACommand(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"serve", "proxy"} {
		want := command(t, nil, "help", name)
		for _, args := range [][]string{{name, "-h"}, {name, "--help", "--run", "pytest"}, {name, "--run", "npm test", "-h"}} {
			if got := command(t, nil, args...); got != want || got.code != exitcode.OK || !strings.Contains(got.stdout, "-h, --help") {
				t.Errorf("%v: exit code %d, %s%s", args, got.code, got.stdout, got.stderr)
			}
		}
	}
}

// TestTheURLOfAnAPIIsHintedAt checks that a URL that ends in /api gets a hint if the
// instance does not answer below it as an instance would, or if nothing is known until
// traffic passes.
func TestTheURLOfAnAPIIsHintedAt(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	want := "; that URL is for SDKs, the URL of the instance would be " + mock.url
	for _, args := range [][]string{
		{"health", "--url"}, {"drift", "--target"}, {"proxy", "--run", "true", "--upstream"}, {"serve", "--run", "true", "--upstream"},
	} {
		if got := command(t, nil, append(args, mock.url+"/api")...); strings.Count(got.stderr, want) != 1 {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.stderr)
		}
		if got := command(t, nil, append(args, mock.url)...); strings.Contains(got.stderr, "URL is for SDKs") {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.stderr)
		}
	}
}

// TestAnEmptyFlagUndoesItsVariable checks that an empty flag counts as not given if its variable is set.
func TestAnEmptyFlagUndoesItsVariable(t *testing.T) {
	t.Parallel()
	args := []string{"verify", "--list"}
	if got := variable(t, "UNLEASH_MOCK_PROFILE", "most", args...); got.code != exitcode.Usage {
		t.Errorf("exit code %d with the variable: %s", got.code, got.stderr)
	}
	if got := variable(t, "UNLEASH_MOCK_PROFILE", "most", append(args, "--profile", "")...); got.code != exitcode.OK {
		t.Errorf("exit code %d with an empty flag: %s", got.code, got.stderr)
	}
}

// variable runs a command with exactly one environment variable set, independent of the
// environment of the tests.
func variable(t *testing.T, name, value string, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	p := &program{env: variables(map[string]string{name: value}), environ: []string{name + "=" + value}, stdout: &stdout, stderr: &stderr}
	code := p.run(t.Context(), args)
	return outcome{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// TestATypedFlagGoesFirst checks that a flag on the command line beats its variable, and
// that a wrong variable does no harm if nothing reads it.
func TestATypedFlagGoesFirst(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answers(healthy))
	t.Cleanup(server.Close)
	for _, env := range []map[string]string{{"HTTP_HOST": "unix:/run/mock"}, {"HTTP_PORT": "http"}, {"BASE_URI_PATH": "/a?b"}} {
		if got := command(t, env, "health", "--url", server.URL); got.code != exitcode.OK {
			t.Errorf("%v: exit code %d, %s", env, got.code, got.stderr)
		}
		if got := command(t, env, "spec"); got.code != exitcode.OK {
			t.Errorf("%v: exit code %d, %s", env, got.code, got.stderr)
		}
	}
	mock := startServe(t, map[string]string{"HTTP_HOST": "unix:/run/mock", "UNLEASH_URL": "javascript:"}, "--unleash-url", "http://flags.example")
	if response, _ := get(t, mock.url+"/health", ""); response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
}

// TestEveryCommandTellsItsVersionAndHelp checks that every command knows --version and
// help, and that an unknown one is refused.
func TestEveryCommandTellsItsVersionAndHelp(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "serve", "proxy", "health", "drift", "verify", "verify sweep", "spec", "seed", "version"} {
		args := strings.Fields(path)
		if got := command(t, nil, append(args, "--version")...); got.code != exitcode.OK || got.stdout != "unleash-mock "+productVersion()+"\n" {
			t.Errorf("%s --version: exit code %d, %s%s", path, got.code, got.stdout, got.stderr)
		}
		if got := command(t, nil, append([]string{"help"}, args...)...); got.code != exitcode.OK || !strings.Contains(got.stdout, "Usage:") {
			t.Errorf("help %s: exit code %d, %s%s", path, got.code, got.stdout, got.stderr)
		}
	}
	for line, says := range map[string]string{
		"verfy":            "did you mean verify?",
		"help verfy":       "did you mean verify?",
		"help verify swep": "did you mean sweep?",
		"verify swep":      "did you mean sweep?",
		"frobnicate":       `unknown command "frobnicate"`,
	} {
		if got := command(t, nil, strings.Fields(line)...); got.code != exitcode.Usage || !strings.Contains(got.stderr, says) || strings.Count(got.stderr, "\n") != 1 || got.stdout != "" {
			t.Errorf("%s: exit code %d, %s%s", line, got.code, got.stdout, got.stderr)
		}
	}
}

// TestNamesThatUnleashStillReads checks variables that Unleash still reads under their
// older names, and a log level that only Unleash has.
func TestNamesThatUnleashStillReads(t *testing.T) {
	t.Parallel()
	mock := startServe(t, map[string]string{"INIT_CLIENT_API_TOKENS": "default:development.mine", "LOG_LEVEL": "fatal"})
	for token, status := range map[string]int{"default:development.mine": 403, wellknown.Backend: 200} { // a backend token that the mock knows is refused here
		if response, body := get(t, mock.url+"/health", token); response.StatusCode != status {
			t.Errorf("status %d: %s", response.StatusCode, body)
		}
	}
	mock.end()
	if said := mock.stdout.String() + mock.stderr.String(); strings.Contains(said, "development.mine") || strings.Contains(said, "stopping") {
		t.Errorf("the mock said %s", said)
	}
}
