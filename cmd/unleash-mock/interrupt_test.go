//go:build unix

// These tests send signals the Unix way.

package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// asProgram makes this test binary run as the program under test.
const asProgram = "UNLEASH_MOCK_TEST_AS_PROGRAM"

func self(t *testing.T) string {
	t.Helper()
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// process prepares the program to run as a separate process, which the test starts.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program := exec.CommandContext(t.Context(), self(t), args...)
	program.Env = append(os.Environ(), asProgram+"=1")
	return program
}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	if signal.Ignored(syscall.SIGHUP) { // as under nohup; a process that catches a signal does not pass an ignored one on to its children
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	os.Exit(m.Run())
}

// TestAReaderThatHasSeenEnough checks that a closed pipe ends a list without an error, as
// in "spec operations
// head -1".
func TestAReaderThatHasSeenEnough(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"spec"}, {"spec", "operations"}, {"verify", "--list"}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		var said bytes.Buffer
		program := process(t, args...)
		program.Stdout, program.Stderr = writer, &said
		if err := program.Run(); err != nil || strings.Contains(said.String(), "pipe") {
			t.Errorf("%v: %v, %s", args, err, &said)
		}
		writer.Close()
	}
}

// creating is a mock without entity tags, so that many scenarios fail. It calls during
// once, in the middle of a run, while a signal endpoint is being created.
type creating struct {
	mock   http.Handler
	during func()

	mu    sync.Mutex
	count int
}

// untagged is a response writer that removes the entity tag and remembers the status.
type untagged struct {
	http.ResponseWriter
	status int
}

func (u *untagged) WriteHeader(status int) {
	u.status = status
	u.Header().Del("Etag")
	u.ResponseWriter.WriteHeader(status)
}

func (c *creating) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := &untagged{ResponseWriter: w}
	c.mock.ServeHTTP(answer, r)
	if answer.status != http.StatusCreated || !strings.HasSuffix(r.URL.Path, "/signal-endpoints") {
		return
	}
	c.mu.Lock()
	c.count++
	now, during := c.count == 20, c.during
	c.mu.Unlock()
	if now {
		during()
	}
}

// running is a program that closes started once it has started.
type running struct {
	*exec.Cmd
	started chan struct{}
}

func (r *running) Start() error {
	defer close(r.started)
	return r.Cmd.Start()
}

func (r *running) Run() error {
	if err := r.Start(); err != nil {
		return err
	}
	return r.Wait()
}

// startProgram prepares the program to run against a target. In the middle of the run, the
// target calls during.
func startProgram(t *testing.T, during func(program *exec.Cmd), args ...string) (url string, program *running, stderr *output) {
	t.Helper()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	target := &creating{mock: mock}
	server := httptest.NewServer(target)
	t.Cleanup(server.Close)
	program = &running{process(t, append(args, "--target", server.URL)...), make(chan struct{})}
	stderr = newOutput()
	program.Stderr = stderr
	target.mu.Lock()
	defer target.mu.Unlock()
	target.during = func() {
		<-program.started
		during(program.Cmd)
	}
	return server.URL, program, stderr
}

var seeded = []string{"my-external-app", "cpu-over-90"}

// TestEveryWayToEndCleansUp interrupts a run in its middle with each signal, and checks
// that it removes what it has created.
func TestEveryWayToEndCleansUp(t *testing.T) {
	t.Parallel()
	for _, end := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(end.String(), func(t *testing.T) {
			t.Parallel()
			url, program, stderr := startProgram(t, func(program *exec.Cmd) { _ = program.Process.Signal(end) },
				"verify", "--concurrency", "4", "--tags", "@writes and @enterprise")
			_ = program.Run() // the exit code is checked below
			if got := program.ProcessState.ExitCode(); got != exitcode.Broken || !strings.Contains(stderr.String(), "interrupted: "+end.String()) {
				t.Errorf("exit %d: %s", got, stderr)
			}
			if names := endpointNames(t, url); !slices.Equal(names, seeded) {
				t.Errorf("endpoints %q", names)
			}
		})
	}
}

// TestAReaderThatIsGoneEndsNothing checks that a run goes on to its end though the reader
// of its output is gone.
func TestAReaderThatIsGoneEndsNothing(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	url, program, _ := startProgram(t, func(*exec.Cmd) { reader.Close() },
		"verify", "--tags", "@op:createSignalEndpoint", "--report", "json="+file)
	program.Stdout, program.Stderr = writer, writer
	_ = program.Run() // the exit code is checked below
	writer.Close()
	if got := program.ProcessState.ExitCode(); got != exitcode.Broken {
		t.Errorf("ended with %s", program.ProcessState)
	}
	if r := readReport(t, file); r.Summary.Failed < 20 || r.Summary.Skipped > 0 {
		t.Errorf("%+v", r.Summary)
	}
	if names := endpointNames(t, url); !slices.Equal(names, seeded) {
		t.Errorf("endpoints %q", names)
	}
}

// waitSignalling sends a program a signal until it ends, as it counts only some time after the first one.
func waitSignalling(program *exec.Cmd, again syscall.Signal) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = program.Wait() // the exit code is checked by the caller
	}()
	for tick := time.Tick(echo / 5); ; {
		select {
		case <-ended:
			return
		case <-tick:
			_ = program.Process.Signal(again)
		}
	}
}

// TestASecondSignalEndsAtOnce sends a second signal while the first one waits for an
// answer.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	url, program, stderr := startProgram(t, func(program *exec.Cmd) {
		_ = program.Process.Signal(syscall.SIGTERM)
		<-free
	}, "verify", "--concurrency", "2", "--timeout", "5m", "--tags", "@writes and @enterprise")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	stderr.await("interrupted; cleaning up")
	waitSignalling(program.Cmd, syscall.SIGINT)
	close(free)
	_, run, _ := strings.Cut(stderr.String(), "\nrun ")
	run, _, _ = strings.Cut(run, ",")
	if got := program.ProcessState.ExitCode(); got != exitcode.Error || run == "" || !strings.Contains(stderr.String(), "\n  unleash-mock verify sweep --target "+url+" --run "+run+"\n") {
		t.Errorf("exit %d: %s", got, stderr)
	}
	left := len(endpointNames(t, url)) - len(seeded)
	swept := command(t, nil, "verify", "sweep", "--target", url, "--run", run)
	if swept.code != exitcode.OK || strings.Count(swept.stdout, "removed signal endpoint") != left || left == 0 || len(endpointNames(t, url)) != len(seeded) {
		t.Errorf("%d left; exit %d: %s%s", left, swept.code, swept.stdout, swept.stderr)
	}
}

// TestNohupIsHeeded checks that a run goes on if SIGHUP is ignored when it starts, as under
// nohup.
func TestNohupIsHeeded(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.json")
	_, program, stderr := startProgram(t, func(program *exec.Cmd) { _ = program.Process.Signal(syscall.SIGHUP) },
		"verify", "--concurrency", "4", "--tags", "@op:createSignalEndpoint", "--report", "json="+file)
	program.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`}, program.Args...)
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	program.Path = shell
	_ = program.Run() // the exit code is checked below
	if got := program.ProcessState.ExitCode(); got != exitcode.Broken {
		t.Errorf("exit %d: %s", got, stderr)
	}
	if r := readReport(t, file); r.Summary.Skipped > 0 || r.Summary.Failed == 0 {
		t.Errorf("%+v", r.Summary)
	}
}

// TestEveryCommandHonoursTheProxyOfTheEnvironment runs each command as a separate process,
// because a process reads the environment's proxy only once.
func TestEveryCommandHonoursTheProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const target = "http://unleash.example"
	for name, args := range map[string][]string{
		"health": {"--url", target},
		"drift":  {"--target", target},
		"verify": {"--target", target, "--operation", "getHealth"},
		"proxy":  {"--upstream", target, "--run", `"$SELF" health --url "$UNLEASH_URL"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan string, 1)
			forward := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case asked <- r.URL.String():
				default:
				}
				_, _ = w.Write([]byte(`{"health":"GOOD"}`))
			}))
			t.Cleanup(forward.Close)
			command := process(t, append([]string{name}, args...)...)
			command.Env = append(command.Env, "SELF="+self(t), "HTTP_PROXY="+forward.URL, "http_proxy=", "NO_PROXY=", "no_proxy=")
			said, _ := command.CombinedOutput() // the exit code does not matter
			select {
			case url := <-asked:
				if !strings.HasPrefix(url, target+"/") {
					t.Errorf("it asked for %s", url)
				}
			default:
				t.Errorf("the proxy was not asked: %s", said)
			}
		})
	}
}

// TestTheOverlayHonoursTheProxyOfTheEnvironment checks that the environment's proxy
// receives the whole URL unchanged.
func TestTheOverlayHonoursTheProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	forward := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.RequestURI }))
	t.Cleanup(forward.Close)
	command := process(t, "serve", "--listen", "127.0.0.1:0", "--upstream", "http://unleash.example/base")
	command.Env = append(command.Env, "HTTP_PROXY="+forward.URL, "http_proxy=", "NO_PROXY=", "no_proxy=")
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ := strings.Cut(strings.TrimSpace(line), "listens on ")
	for _, path := range []string{"/api/admin/projects?a=%zz;b", "//x", "/a%2Fb|c"} {
		response, err := http.DefaultTransport.RoundTrip(&http.Request{Method: http.MethodGet, URL: opaque(t, url, path), Header: http.Header{}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := <-asked; got != "http://unleash.example/base"+path {
			t.Errorf("%s: the proxy was asked for %s", path, got)
		}
	}
}

// opaque returns a URL whose path is sent exactly as given.
func opaque(t *testing.T, server, path string) *url.URL {
	t.Helper()
	out, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	out.Opaque = path
	if strings.HasPrefix(path, "//") { // Opaque would make it a host
		out.Opaque, out.Path = "", path
	}
	return out
}

// TestNothingThatAServerSendsUnaskedIsPrinted checks that bytes a server sends without a
// request do not reach the log, where net/http would print them.
func TestNothingThatAServerSendsUnaskedIsPrinted(t *testing.T) {
	t.Parallel()
	const secret = "the-token-of-somebody"
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n" + secret))
		_, _ = conn.Read(make([]byte, 1)) // until the client closes the connection
	}))
	t.Cleanup(upstream.Close)
	said, err := process(t, "proxy", "--upstream", upstream.URL, "--run", "'"+self(t)+"' health --url $UNLEASH_URL").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "passes on to") || strings.Contains(string(said), secret) {
		t.Errorf("%v: %s", err, said)
	}
}
