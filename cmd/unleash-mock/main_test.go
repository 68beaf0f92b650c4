package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

func variables(values map[string]string) environment {
	return func(name string) (string, bool) {
		value, set := values[name]
		return value, set
	}
}

// nobody is the URL of a server that does not exist.
const nobody = "http://127.0.0.1:1"

type outcome struct {
	code           int
	stdout, stderr string
}

// run executes a command line without catching signals. Commands of --run get the
// environment of the tests.
func run(ctx context.Context, args []string, env environment, stdout, stderr io.Writer) int {
	return (&program{env: env, environ: os.Environ(), stdout: stdout, stderr: stderr}).run(ctx, args)
}

// command runs a command line to its end.
func command(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	stdout, stderr := newOutput(), newOutput() // commands of --run write to them too
	code := run(t.Context(), args, variables(env), stdout, stderr)
	return outcome{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// instance is a mock or proxy that a test has started.
type instance struct {
	url    string
	stop   context.CancelFunc
	ended  chan int
	stdout *output
	stderr *output
}

// startServe runs serve on a free port until the test ends.
func startServe(t *testing.T, env map[string]string, args ...string) *instance {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	i := &instance{stop: stop, ended: make(chan int, 1), stdout: newOutput(), stderr: newOutput()}
	go func() {
		i.ended <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...), variables(env), i.stdout, i.stderr)
		close(i.stdout.told)
	}()
	t.Cleanup(stop)
	const sign = "listens on "
	i.stdout.await(sign)
	_, rest, found := strings.Cut(i.stdout.String(), sign)
	if !found {
		t.Fatalf("serve did not start: %s%s", i.stdout, i.stderr)
	}
	i.url, _, _ = strings.Cut(rest, "\n")
	return i
}

// end interrupts the instance and returns its exit code.
func (i *instance) end() int {
	i.stop()
	return <-i.ended
}

// output collects what a command writes. Each write sends on told.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	told chan struct{}
}

func newOutput() *output { return &output{told: make(chan struct{}, 1)} }

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.told <- struct{}{}:
	default:
	}
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await blocks until the text has been written or the command has ended.
func (o *output) await(text string) {
	for !strings.Contains(o.String(), text) {
		if _, open := <-o.told; !open {
			return
		}
	}
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWrongUsage checks that every mistake is reported in one line that says how to correct
// it, and that the exit code says whose mistake it is.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		code int
		says []string
	}{
		"unknown command":      {args: []string{"sevre"}, code: exitcode.Usage, says: []string{`unknown command "sevre"`, "did you mean serve?"}},
		"no command":           {args: []string{"frobnicate"}, code: exitcode.Usage, says: []string{`unknown command "frobnicate"`, "see 'unleash-mock --help'"}},
		"another's command":    {args: []string{"start"}, code: exitcode.Usage, says: []string{`unknown command "start"`, "did you mean serve?"}},
		"command after --":     {args: []string{"serve", "--port", "0", "--", "npm", "test"}, code: exitcode.Usage, says: []string{"a command goes to --run", "--run 'npm test'"}},
		"flag of no command":   {args: []string{"start", "--port", "0"}, code: exitcode.Usage, says: []string{`unknown command "start"`, "did you mean serve?"}},
		"subcommand alone":     {args: []string{"sweep", "--target", "http://127.0.0.1:1"}, code: exitcode.Usage, says: []string{"did you mean verify sweep?"}},
		"unknown flag":         {args: []string{"serve", "--sed", "x"}, code: exitcode.Usage, says: []string{"unknown flag: --sed", "serve --help"}},
		"superfluous argument": {args: []string{"serve", "now"}, code: exitcode.Usage, says: []string{`"now"`}},
		"policy":               {args: []string{"serve", "--validation", "lax"}, code: exitcode.Usage, says: []string{`"lax"`, "strict, faithful, off"}},
		"edition":              {args: []string{"serve", "--edition", "pro"}, code: exitcode.Usage, says: []string{`"pro"`, "enterprise, open-source"}},
		"limits":               {args: []string{"serve", "--limits", "none"}, code: exitcode.Usage, says: []string{`"none"`, "unleash, off"}},
		"log level":            {args: []string{"serve", "--log-level", "loud"}, code: exitcode.Usage, says: []string{`"loud"`}},
		"variable of a flag":   {args: []string{"serve"}, env: map[string]string{"UNLEASH_MOCK_MAX_SIGNALS": "many"}, code: exitcode.Usage, says: []string{"UNLEASH_MOCK_MAX_SIGNALS", `"many"`}},
		"limit":                {args: []string{"serve"}, env: map[string]string{"UNLEASH_SIGNAL_ENDPOINTS_LIMIT": "-1"}, code: exitcode.Usage, says: []string{"UNLEASH_SIGNAL_ENDPOINTS_LIMIT", `"-1"`}},
		"store":                {args: []string{"serve", "--store", "/dev/null/x"}, code: exitcode.Usage, says: []string{"--store /dev/null/x: "}},
		"missing seed":         {args: []string{"serve", "--seed", "no-such-file.yaml"}, code: exitcode.Usage, says: []string{"--seed no-such-file.yaml", "no such file"}},
		"seed":                 {args: []string{"serve", "--seed", file(t, "seed.yaml", "endpoints:\n  - id: 1\n    name: Bad Name\n")}, code: exitcode.Usage, says: []string{"line 3", "endpoints[0].name"}},
		"seed that is no YAML": {args: []string{"serve", "--seed", file(t, "broken.yaml", "endpoints: [\n")}, code: exitcode.Usage, says: []string{"--seed"}},
		"flags":                {args: []string{"serve", "--flags", file(t, "flags.yaml", "a: true\nb: maybe\n")}, code: exitcode.Usage, says: []string{"--flags", "line 2, column 4: b: got string, want true, false or an object"}},
		"missing flags":        {args: []string{"serve"}, env: map[string]string{"UNLEASH_MOCK_FLAGS": "no-such-file.yaml"}, code: exitcode.Usage, says: []string{"--flags no-such-file.yaml", "no such file"}},
		"document":             {args: []string{"serve", "--spec", file(t, "spec.yaml", "openapi: 3.0.3\n")}, code: exitcode.Error, says: []string{"--spec"}},
		"port out of range":    {args: []string{"serve", "--listen", "127.0.0.1:99999"}, code: exitcode.Usage, says: []string{"127.0.0.1:99999"}},
		"port file":            {args: []string{"serve", "--listen", "127.0.0.1:0", "--port-file", "/no/such/folder/port"}, code: exitcode.Usage, says: []string{"--port-file: open /no/such/folder/port: no such file"}},
		"Unix socket":          {args: []string{"serve", "--listen", "unix:/run/mock"}, code: exitcode.Usage, says: []string{"unix:/run/mock", "127.0.0.1:4242"}},
		"port":                 {args: []string{"serve", "--port", "65536"}, code: exitcode.Usage, says: []string{"--port", "65536"}},
		"two addresses":        {args: []string{"proxy", "--port", "1", "--listen", "127.0.0.1:2"}, code: exitcode.Usage, says: []string{"listen", "port"}},
		"misspelt command":     {args: []string{"verfy"}, code: exitcode.Usage, says: []string{`"verfy"`, "did you mean verify?"}},
		"misspelt subcommand":  {args: []string{"verify", "swep"}, code: exitcode.Usage, says: []string{`"swep"`, "did you mean sweep?"}},
		"misspelt flag":        {args: []string{"serve", "--lisen", "x"}, code: exitcode.Usage, says: []string{"--lisen", "did you mean --listen?"}},
		"URL of the mock":      {args: []string{"serve"}, env: map[string]string{"UNLEASH_URL": "javascript:"}, code: exitcode.Usage, says: []string{"--unleash-url", `"javascript:"`}},
		"base path":            {args: []string{"serve"}, env: map[string]string{"BASE_URI_PATH": "/a b?c#d"}, code: exitcode.Usage, says: []string{"/a b?c#d"}},
		"base path above":      {args: []string{"serve", "--base-uri-path", "/a/../b"}, code: exitcode.Usage, says: []string{"/a/../b"}},
		"base path of health":  {args: []string{"health"}, env: map[string]string{"BASE_URI_PATH": "/a b?c#d"}, code: exitcode.Usage, says: []string{"/a b?c#d"}},
		"base path of proxy":   {args: []string{"proxy", "--upstream", "http://x", "--base-uri-path", "a?b"}, code: exitcode.Usage, says: []string{"a?b"}},
		"control token":        {args: []string{"serve"}, env: map[string]string{"UNLEASH_MOCK_CONTROL_TOKEN": "two words"}, code: exitcode.Usage, says: []string{"UNLEASH_MOCK_CONTROL_TOKEN", "white space"}},
		"key of nothing":       {args: []string{"health", "--client-key", "key.pem"}, code: exitcode.Usage, says: []string{"--client-key needs --client-cert"}},
		"certificate":          {args: []string{"drift", "--target", "http://x", "--client-cert", file(t, "cert.pem", "x")}, code: exitcode.Usage, says: []string{"--client-cert", "cert.pem"}},
		"certificate of none":  {args: []string{"serve", "--client-cert", "x"}, code: exitcode.Usage, says: []string{"--client-cert", "need --upstream"}},
		"query for health":     {args: []string{"health", "--url", "http://x/?token=S"}, code: exitcode.Usage, says: []string{"--url", "query"}},
		"format":               {args: []string{"spec", "--format", "toml"}, code: exitcode.Usage, says: []string{`"toml"`, "yaml"}},
		"health of no URL":     {args: []string{"health", "--url", "http://[::1"}, code: exitcode.Usage, says: []string{"--url"}},
		"health of nothing":    {args: []string{"health", "--url", nobody}, code: exitcode.Error, says: []string{"no answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, test.env, test.args...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d", got.code, test.code)
			}
			if got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "unleash-mock: ") {
				t.Errorf("want one line on standard error and nothing on standard output, got %q and %q", got.stderr, got.stdout)
			}
			for _, want := range test.says {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("%q does not say %q", got.stderr, want)
				}
			}
		})
	}
}

// TestHelp checks that every command has a help text with an example.
func TestHelp(t *testing.T) {
	t.Parallel()
	paths := commandPaths((&program{env: variables(nil)}).rootCommand())
	if len(paths) < 11 {
		t.Errorf("only %q are commands", paths)
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append(strings.Fields(path)[1:], "--help")...)
			_, example, found := strings.Cut(got.stdout, "Examples:\n")
			if got.code != exitcode.OK || !found || !strings.Contains(example, path) {
				t.Errorf("exit code %d, help:\n%s", got.code, got.stdout)
			}
		})
	}
}

// commandPaths returns the paths of a command and of those below it, except help, which
// cobra adds.
func commandPaths(c *cobra.Command) []string {
	paths := []string{c.CommandPath()}
	for _, below := range c.Commands() {
		if below.Name() != "help" {
			paths = append(paths, commandPaths(below)...)
		}
	}
	return paths
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"version", "--version"} {
		got := command(t, nil, word)
		if got.code != exitcode.OK || got.stdout != "unleash-mock "+productVersion()+"\n" {
			t.Errorf("%s: exit code %d, %q", word, got.code, got.stdout)
		}
	}
}

// answers is an upstream that gives the same answer to every request.
func answers(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

const (
	healthy = `{"health":"GOOD"}`
	broken  = `{"health":"FINE"}`
)

// startProxy runs proxy until the test ends.
func startProxy(t *testing.T, upstream string, args ...string) *instance {
	t.Helper()
	return startProxyIn(t, nil, upstream, args...)
}

// startProxyIn is startProxy with an environment.
func startProxyIn(t *testing.T, env map[string]string, upstream string, args ...string) *instance {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	i := &instance{stop: stop, ended: make(chan int, 1), stdout: newOutput(), stderr: newOutput()}
	go func() {
		i.ended <- run(ctx, append([]string{"proxy", "--upstream", upstream}, args...), variables(env), i.stdout, i.stderr)
		close(i.stdout.told)
	}()
	t.Cleanup(stop)
	i.stdout.await("and passes on to")
	_, rest, found := strings.Cut(i.stdout.String(), "listens on ")
	if !found {
		t.Fatalf("proxy did not start: %s%s", i.stdout, i.stderr)
	}
	i.url, _, _ = strings.Cut(rest, "\n")
	return i
}

// sending is a request that tests record and replay.
type sending struct {
	method, path, token, body string
}

func (s sending) to(t *testing.T, base string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), s.method, base+s.path, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", s.token)
	request.Header.Set("Content-Type", "application/json")
	return do(t, request)
}
