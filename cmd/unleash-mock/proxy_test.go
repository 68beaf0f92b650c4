//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestProxyUntilInterrupted checks that the traffic decides the exit code of an interrupted
// proxy.
func TestProxyUntilInterrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		path string
		code int
		says string
	}{
		"good":       {healthy, "/health", exitcode.OK, "The traffic keeps the contract"},
		"broken":     {broken, "/health", exitcode.Broken, "it must be one of [GOOD BAD]"},
		"other path": {broken, "/elsewhere", exitcode.Unverified, "Nothing was verified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upstream := httptest.NewServer(answers(test.body))
			t.Cleanup(upstream.Close)
			folder := t.TempDir()
			i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--base-uri-path", "unleash", "--port-file", folder+"/port",
				"--report", "json="+folder+"/r.json", "--report", "junit="+folder+"/r.xml", "--record", folder+"/traffic.jsonl")
			port, err := os.ReadFile(folder + "/port")
			if err != nil || i.url != "http://127.0.0.1:"+strings.TrimSpace(string(port))+"/unleash" {
				t.Errorf("%q, %v, %s", port, err, i.url)
			}
			if response, body := get(t, i.url+test.path, "*:*.a-secret-of-mine"); response.StatusCode != http.StatusOK || body != test.body {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if code := i.end(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if !strings.Contains(i.stdout.String(), test.says) {
				t.Errorf("%q is not printed:\n%s", test.says, i.stdout)
			}
			var r report.Report
			source, err := os.ReadFile(folder + "/r.json")
			if err != nil || json.Unmarshal(source, &r) != nil || r.ExitCode != test.code || r.Tool.Command != "proxy" {
				t.Errorf("%v: %s", err, source)
			}
			junit, err := os.ReadFile(folder + "/r.xml")
			if err != nil || !bytes.Contains(junit, []byte("<testsuites")) {
				t.Errorf("%v: %s", err, junit)
			}
			recording, err := os.ReadFile(folder + "/traffic.jsonl")
			if err != nil || bytes.Count(recording, []byte("\n")) != strings.Count(test.path, "health") {
				t.Errorf("%v: %s", err, recording)
			}
			if all := i.stdout.String() + i.stderr.String() + string(source) + string(junit) + string(recording); strings.Contains(all, "a-secret-of-mine") {
				t.Errorf("a secret shows:\n%s", all)
			}
		})
	}
}

// TestARecordingOutlivesAProxyThatCannotStart checks that an older recording is emptied
// only once everything else is ready.
func TestARecordingOutlivesAProxyThatCannotStart(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	running := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0")
	taken := strings.TrimPrefix(running.url, "http://")
	for name, args := range map[string][]string{
		"a port in use":    {"--listen", taken},
		"a flag":           {"--judge", "me"},
		"no upstream":      {"--upstream", ""},
		"a user":           {"--upstream", "http://a:b@x", "--listen", "127.0.0.1:0"},
		"a port file":      {"--listen", "127.0.0.1:0", "--port-file", "/no/such/folder/port"},
		"a report":         {"--listen", "127.0.0.1:0", "--report", "json=" + file(t, "taken", "") + "/x"},
		"a missing folder": {"--listen", "127.0.0.1:0", "--ca-file", "no-such-file"},
	} {
		older := file(t, "traffic.jsonl", "older\n")
		got := command(t, nil, append([]string{"proxy", "--upstream", upstream.URL, "--record", older}, args...)...)
		if left, err := os.ReadFile(older); got.code == exitcode.OK || err != nil || string(left) != "older\n" {
			t.Errorf("%s: exit code %d, %q is left, %v", name, got.code, left, err)
		}
	}
	older := file(t, "traffic.jsonl", "older\n")
	i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--record", older)
	get(t, i.url+"/health", "")
	if code := i.end(); code != exitcode.OK {
		t.Errorf("exit code %d: %s", code, i.stderr)
	}
	if left, err := os.ReadFile(older); err != nil || bytes.Contains(left, []byte("older")) || bytes.Count(left, []byte("\n")) != 1 {
		t.Errorf("%q, %v", left, err)
	}
}

// TestProxyEndsWithItsCommand checks that the command finds the proxy by its environment,
// and that its exit code becomes the proxy's.
func TestProxyEndsWithItsCommand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		exit int
		code int
		says []string
	}{
		"all well":    {healthy, 0, exitcode.OK, nil},
		"broken":      {broken, 0, exitcode.Broken, []string{"1 of 1 exchange broke the contract"}},
		"fails":       {healthy, 7, 7, []string{"the command failed: exit status 7"}},
		"both":        {broken, 7, 7, []string{"1 of 1 exchange broke the contract", "exit status 7"}},
		"not a thing": {"", 0, exitcode.Unverified, []string{"no request came, so nothing was verified; give the client the proxy's URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upstream := httptest.NewServer(answers(test.body))
			t.Cleanup(upstream.Close)
			gate := t.TempDir() + "/gate"
			if err := syscall.Mkfifo(gate, 0o600); err != nil {
				t.Fatal(err)
			}
			i := startProxy(t, upstream.URL, "--run", `echo "found $UNLEASH_URL $UNLEASH_MOCK_PROXY_URL"; cat '`+gate+`'; exit `+strconv.Itoa(test.exit))
			i.stdout.await("found")
			if test.body != "" {
				get(t, i.url+"/health", "")
			}
			if err := os.WriteFile(gate, nil, 0); err != nil { // lets the command go on
				t.Fatal(err)
			}
			if code := <-i.ended; code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if want := "found " + i.url + " " + i.url + "\n"; !strings.Contains(i.stdout.String(), want) {
				t.Errorf("%q is not in %s", want, i.stdout)
			}
			for _, want := range test.says {
				if !strings.Contains(i.stderr.String(), want) {
					t.Errorf("%q is not in %s", want, i.stderr)
				}
			}
		})
	}
}

// TestRequestsThatTheProxyRefusedAreTold checks that the path of the client's URL is blamed if all its requests
// were outside of the base path.
func TestRequestsThatTheProxyRefusedAreTold(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--base-uri-path", "unleash")
	get(t, strings.TrimSuffix(i.url, "/unleash")+"/health", "")
	if code := i.end(); code != exitcode.Unverified {
		t.Errorf("exit code %d", code)
	}
	if want := "check the path of the URL that the client has"; !strings.Contains(i.stderr.String(), want) {
		t.Errorf("%q is not in %s", want, i.stderr)
	}
	if want := "which the proxy refused: 1\n"; !strings.Contains(i.stdout.String(), want) {
		t.Errorf("%q is not in %s", want, i.stdout)
	}
}

// TestProxyTellsItsCommandTheTokens checks that the command gets the tokens if the upstream
// is a mock, and only then.
func TestProxyTellsItsCommandTheTokens(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(answers(healthy))
	t.Cleanup(other.Close)
	const show = `echo "<$UNLEASH_MOCK_TOKEN> <$UNLEASH_MOCK_BACKEND_TOKEN>"; curl -sS $UNLEASH_URL/health`
	for name, test := range map[string]struct {
		upstream, want string
		env            map[string]string
	}{
		"a mock":            {startServe(t, nil).url, "<" + wellknown.Admin + "> <" + wellknown.Backend + ">\n", nil},
		"a mock, and yours": {startServe(t, nil).url, "<> <" + wellknown.Backend + ">\n", map[string]string{"UNLEASH_MOCK_TOKEN": "mine"}},
		"another":           {other.URL, "<> <>\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, test.env, "proxy", "--upstream", test.upstream, "--run", show)
			if got.code != exitcode.OK || !strings.Contains(got.stdout, test.want) {
				t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
			}
		})
	}
}

// TestProxyInterruptsItsCommand checks that an interruption also ends what the command has
// started.
func TestProxyInterruptsItsCommand(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	i := startProxy(t, upstream.URL, "--run", "echo started; sleep 1000 & wait")
	i.stdout.await("started")
	get(t, i.url+"/health", "")
	if code := i.end(); code != killed+int(syscall.SIGTERM) || !strings.Contains(i.stderr.String(), "the command was interrupted") {
		t.Errorf("exit code %d: %s", code, i.stderr)
	}
}

// TestProxyPassesOptionsOfTheServer checks that "OPTIONS *" is answered by the upstream,
// whatever path it serves.
func TestProxyPassesOptionsOfTheServer(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method + " " + r.RequestURI }))
	upstream.Config.DisableGeneralOptionsHandler = true
	upstream.Start()
	t.Cleanup(upstream.Close)
	for _, base := range []string{"", "/base"} {
		i := startProxy(t, upstream.URL+base, "--listen", "127.0.0.1:0")
		conn, err := net.Dial("tcp", strings.TrimPrefix(i.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		select {
		case got := <-asked:
			if got != "OPTIONS *" {
				t.Errorf("the upstream of %q was asked for %s", base, got)
			}
		default:
			t.Errorf("the upstream of %q was not asked", base)
		}
	}
}

// TestProxyEndsACommandThatWillNot checks that a command that ignores signals is killed,
// together with what it has started.
func TestProxyEndsACommandThatWillNot(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	i := startProxy(t, upstream.URL, "--drain", "10ms", "--run", `trap "" TERM; sleep 1000 & echo "started $!"; wait; wait`)
	i.stdout.await("started")
	_, rest, _ := strings.Cut(i.stdout.String(), "started ")
	child, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
	if err != nil {
		t.Fatal(err)
	}
	if code := i.end(); code != killed+int(syscall.SIGKILL) {
		t.Errorf("exit code %d: %s", code, i.stderr)
	}
	for isRunning(child) {
		if t.Context().Err() != nil {
			t.Fatal("a process that the command started still runs")
		}
		runtime.Gosched()
	}
}

// isRunning reports whether a process runs; a zombie that waits for its parent does not.
func isRunning(process int) bool {
	if syscall.Kill(process, 0) != nil {
		return false
	}
	state, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/stat")
	return err != nil || !strings.Contains(string(state), ") Z ")
}

// TestProxyDrains checks that a request that exceeds the drain time is cut off, logged and
// counted.
func TestProxyDrains(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(upstream.Close)
	i := startProxyIn(t, map[string]string{"UNLEASH_MOCK_DRAIN": "10ms"}, upstream.URL, "--listen", "127.0.0.1:0")
	cut := make(chan error)
	go func() {
		response, err := http.Get(i.url + "/health")
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		cut <- err
	}()
	<-asked
	if code := i.end(); code != exitcode.Error {
		t.Errorf("exit code %d", code)
	}
	<-cut // whatever the outcome was
	if log := i.stderr.String(); !strings.Contains(log, "requests were cut off") || !strings.Contains(log, "GET /health") {
		t.Errorf("the log does not name the request: %s", log)
	}
	if said := i.stdout.String(); !strings.Contains(said, "or that were cut off when the proxy ended: 1") {
		t.Errorf("the request is not counted: %s", said)
	}
}

// TestProxyTrusts checks an upstream's certificate with an authority, without one, and
// without verification.
func TestProxyTrusts(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewUnstartedServer(answers(healthy))
	upstream.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // discards the errors of clients that do not trust it
	upstream.StartTLS()
	t.Cleanup(upstream.Close)
	authority := file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: upstream.Certificate().Raw})))
	for name, test := range map[string]struct {
		args   []string
		status int
		code   int
	}{
		"nobody":    {nil, http.StatusBadGateway, exitcode.Error},
		"authority": {[]string{"--ca-file", authority}, http.StatusOK, exitcode.OK},
		"everybody": {[]string{"--insecure"}, http.StatusOK, exitcode.OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := startProxy(t, upstream.URL, append([]string{"--listen", "127.0.0.1:0"}, test.args...)...)
			if response, body := get(t, i.url+"/health", ""); response.StatusCode != test.status {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if code := i.end(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
		})
	}
}

// TestProxyBeforeTheMock checks that the proxy finds nothing to report between a client
// that keeps the contract and a mock.
func TestProxyBeforeTheMock(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	i := startProxy(t, mock.url, "--listen", "127.0.0.1:0", "--fail-on-violation")
	const admin = wellknown.Admin
	for _, path := range []string{
		"/health", "/ready", "/api/admin/signal-endpoints", "/api/admin/signal-endpoints/1337/tokens", "/api/admin/signal-endpoints/1337/signals?limit=5",
		"/api/admin/signals?from=IS:2024-01-01", "/api/admin/invoices", "/api/admin/invoices/list", "/api/admin/signal-endpoints/0/tokens/1",
	} {
		direct, want := get(t, mock.url+path, admin)
		passed, got := get(t, i.url+path, admin)
		if direct.StatusCode != passed.StatusCode || want != got && !strings.Contains(want, `"id":"`) {
			t.Errorf("%s: %d %s became %d %s", path, direct.StatusCode, want, passed.StatusCode, got)
		}
	}
	if code := i.end(); code != exitcode.OK {
		t.Errorf("exit code %d: %s%s", code, i.stdout, i.stderr)
	}
}

func TestWrongUsageOfProxy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		says []string
	}{
		"no upstream":    {nil, []string{"--upstream is missing"}},
		"no URL":         {[]string{"--upstream", "unleash:4242"}, []string{"with http or https"}},
		"a query":        {[]string{"--upstream", "http://x?a"}, []string{"query"}},
		"a password":     {[]string{"--upstream", "http://admin:hunter2@x"}, []string{"must not contain a user"}},
		"judge":          {[]string{"--upstream", "http://x", "--judge", "me"}, []string{`"me"`, "both, requests, responses"}},
		"timeout":        {[]string{"--upstream", "http://x", "--timeout", "0s"}, []string{"--timeout"}},
		"max body":       {[]string{"--upstream", "http://x", "--max-body", "0"}, []string{"--max-body"}},
		"host":           {[]string{"--upstream", "http://x", "--host", ""}, []string{"--host"}},
		"host, a URL":    {[]string{"--upstream", "http://x", "--host", "https://x"}, []string{`--host "https://x"`}},
		"host, a blank":  {[]string{"--upstream", "http://x", "--host", "a b"}, []string{`--host "a b"`}},
		"report":         {[]string{"--upstream", "http://x", "--report", "junit"}, []string{"FORMAT=FILE"}},
		"report format":  {[]string{"--upstream", "http://x", "--report", "pdf=x"}, []string{`"pdf"`, "junit"}},
		"report file":    {[]string{"--upstream", "http://x", "--report", "json=" + file(t, "taken", "") + "/x"}, []string{"--report", "taken"}},
		"recording":      {[]string{"--upstream", "http://x", "--listen", freePort, "--record", "/no/such/folder/x"}, []string{"--record"}},
		"no certificate": {[]string{"--upstream", "https://x", "--ca-file", "no-such-file"}, []string{"--ca-file"}},
		"log level":      {[]string{"--upstream", "http://x", "--log-level", "loud"}, []string{`"loud"`}},
		"address":        {[]string{"--upstream", "http://x", "--listen", "127.0.0.1:99999"}, []string{"127.0.0.1:99999"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append([]string{"proxy"}, test.args...)...)
			if got.code != exitcode.Usage || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("exit code %d, %q", got.code, got.stderr)
			}
			for _, want := range test.says {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("%q does not say %q", got.stderr, want)
				}
			}
			if strings.Contains(got.stdout+got.stderr, "hunter2") {
				t.Error("the password shows")
			}
		})
	}
}

func TestHelpOfProxyAndDrift(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"proxy", "drift"} {
		if got := command(t, nil, name, "--help"); got.code != exitcode.OK || !strings.Contains(got.stdout, "Examples:") || !strings.Contains(got.stdout, "unleash-mock "+name) {
			t.Errorf("exit code %d, help:\n%s", got.code, got.stdout)
		}
	}
}

// TestPortReplacesThatOfTheAddress checks that --port replaces the port of the address and
// keeps its host.
func TestPortReplacesThatOfTheAddress(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(upstream.Close)
	i := startProxyIn(t, map[string]string{"HTTP_HOST": "localhost", "HTTP_PORT": "1"}, upstream.URL, "--port", "0")
	if response, _ := get(t, i.url+"/", ""); response.StatusCode != http.StatusNotFound || strings.HasSuffix(i.url, ":1") {
		t.Errorf("status %d at %s", response.StatusCode, i.url)
	}
}
