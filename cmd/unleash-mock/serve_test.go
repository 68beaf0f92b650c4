package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

const adminToken = wellknown.Admin

// get fetches a URL and returns the answer and its body.
func get(t *testing.T, url, token string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	return do(t, request)
}

// do sends a request and returns the answer and its body.
func do(t *testing.T, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestServeTellsPortAndTokens(t *testing.T) {
	t.Parallel()
	portFile := t.TempDir() + "/port"
	mock := startServe(t, nil, "--port-file", portFile)
	port, err := os.ReadFile(portFile)
	if err != nil || !strings.HasSuffix(mock.url, ":"+strings.TrimSpace(string(port))) {
		t.Errorf("the port file says %q (%v), the mock is at %s", port, err, mock.url)
	}
	said := mock.stdout.String()
	for _, token := range []string{adminToken, wellknown.Backend, wellknown.Frontend, wellknown.AdminUser, wellknown.EditorUser, wellknown.ViewerUser, wellknown.CPUOver90} {
		if !strings.Contains(said, token) {
			t.Errorf("the built-in token %s is not printed:\n%s", token, said)
		}
	}
	response, body := get(t, mock.url+"/api/admin/signal-endpoints", adminToken)
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "signalEndpoints") {
		t.Errorf("the admin token gets %d: %s", response.StatusCode, body)
	}
	if response.Header.Get(mockserver.Header) == "" {
		t.Error("the answer has no header that says it comes from a mock")
	}
	if code := mock.end(); code != exitcode.OK {
		t.Errorf("exit code %d after an interruption", code)
	}
}

func TestServeKeepsConfiguredTokensSecret(t *testing.T) {
	t.Parallel()
	const secret = "*:*.a-token-of-my-own"
	mock := startServe(t, map[string]string{"INIT_ADMIN_API_TOKENS": secret}, "--log-level", "debug")
	for token, status := range map[string]int{secret: http.StatusOK, adminToken: http.StatusUnauthorized} {
		if response, body := get(t, mock.url+"/api/admin/signal-endpoints", token); response.StatusCode != status {
			t.Errorf("status %d, want %d: %s", response.StatusCode, status, body)
		}
	}
	mock.end()
	if said := mock.stdout.String() + mock.stderr.String(); strings.Contains(said, "a-token-of-my-own") || !strings.Contains(said, "INIT_ADMIN_API_TOKENS") {
		t.Errorf("serve said:\n%s", said)
	}
	got := command(t, map[string]string{"INIT_ADMIN_API_TOKENS": "very-secret"}, "serve")
	if got.code != exitcode.Usage || strings.Contains(got.stderr, "very-secret") || !strings.Contains(got.stderr, "INIT_ADMIN_API_TOKENS: token 1") {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
}

func TestServeReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	mock := startServe(t, map[string]string{
		"UNLEASH_SIGNAL_ENDPOINTS_LIMIT": "2",
		"UNLEASH_URL":                    "https://unleash.example.com/",
		"BASE_URI_PATH":                  "flags",
		"UNLEASH_MOCK_VALIDATION":        "strict",
	}, "--validation", "faithful")
	if !strings.HasSuffix(mock.url, "/flags") {
		t.Errorf("the mock is at %s", mock.url)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, mock.url+"/api/admin/signal-endpoints/1337", strings.NewReader(`{"name":"x","enabled":"true"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+adminToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var endpoint struct{ URL string }
	if err := json.NewDecoder(response.Body).Decode(&endpoint); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the flag did not win over the variable: status %d, %v", response.StatusCode, err)
	}
	if endpoint.URL != "https://unleash.example.com/api/signal-endpoint/x" {
		t.Errorf("url is %q", endpoint.URL)
	}
}

func TestServeWithoutTheBuiltInSeed(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "apiTokens:\n  - {name: mine, type: admin, secret: '*:*.from-the-seed'}\nendpoints:\n  - {id: 3, name: mine}\n")
	mock := startServe(t, nil, "--seed", seed)
	if response, body := get(t, mock.url+"/api/admin/signal-endpoints", "*:*.from-the-seed"); response.StatusCode != http.StatusOK || !strings.Contains(body, `"name":"mine"`) {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
	mock.end()
	if said := mock.stdout.String() + mock.stderr.String(); strings.Contains(said, "from-the-seed") || strings.Contains(said, adminToken) {
		t.Errorf("serve said:\n%s", said)
	}
}

func TestServeOnAPortInUse(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	got := command(t, nil, "serve", "--listen", listener.Addr().String())
	if got.code != exitcode.Error || !strings.Contains(got.stderr, "is in use; choose another with --listen") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", got.code, got.stderr)
	}
}

// TestServeDrains checks that a request in progress at the interruption is still answered.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	client, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(mock.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const body = `{"name":"renamed"}`
	fmt.Fprintf(client, "PUT /api/admin/signal-endpoints/1337 HTTP/1.1\r\nHost: mock\r\nAuthorization: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", adminToken, len(body))
	answers := bufio.NewReader(client)
	expect := func(status int) {
		t.Helper()
		response, err := http.ReadResponse(answers, nil)
		if err != nil || response.StatusCode != status {
			t.Fatalf("got %v, %v, want status %d", response, err, status)
		}
	}
	expect(http.StatusContinue) // the server reads the body, so the request is in progress
	mock.stop()
	mock.stderr.await("stopping")
	fmt.Fprint(client, body)
	expect(http.StatusOK)
	if code := <-mock.ended; code != exitcode.OK {
		t.Errorf("exit code %d", code)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--base-uri-path", "/flags")
	port := mock.url[strings.LastIndex(mock.url, ":")+1 : strings.LastIndex(mock.url, "/")]
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		code int
	}{
		"healthy":                  {args: []string{"--url", mock.url}},
		"healthy, a slash behind":  {args: []string{"--url", mock.url + "/"}},
		"found by the environment": {env: map[string]string{"HTTP_PORT": port, "BASE_URI_PATH": "flags/"}},
		"not there":                {args: []string{"--url", mock.url + "/nowhere"}, code: exitcode.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			got := command(t, test.env, append([]string{"health"}, test.args...)...)
			if got.code != test.code || test.code == exitcode.OK && got.stdout != "GOOD\n" {
				t.Errorf("exit code %d, %s%s", got.code, got.stdout, got.stderr)
			}
		})
	}
}

func TestSpecPrintsTheDocument(t *testing.T) {
	t.Parallel()
	got := command(t, nil, "spec")
	if got.code != exitcode.OK || got.stdout != string(spec.Default().YAML()) {
		t.Errorf("exit code %d, %d bytes", got.code, len(got.stdout))
	}
	asJSON := command(t, nil, "spec", "--format", "json")
	if asJSON.code != exitcode.OK || !json.Valid([]byte(asJSON.stdout)) || !bytes.Contains([]byte(asJSON.stdout), []byte(`"operationId":"callSignalEndpoint"`)) {
		t.Errorf("exit code %d, %.200s", asJSON.code, asJSON.stdout)
	}
}

// TestOptionsOfTheWholeServer checks that "OPTIONS *" reaches the mock and is not answered
// by net/http.
func TestOptionsOfTheWholeServer(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(mock.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil || !strings.Contains(string(answer), "\r\nUnleash-Mock: ") {
		t.Errorf("%v, %q", err, answer)
	}
}

func TestTheStartSaysWhatSDKsNeed(t *testing.T) {
	t.Parallel()
	mock := startServe(t, map[string]string{"INIT_FRONTEND_API_TOKENS": "default:development.mine"}, "--base-uri-path", "/unleash")
	said := mock.stdout.String()
	for _, want := range []string{
		"/unleash/api, token " + wellknown.Backend + "\n",
		"/unleash/api/frontend\n",
		"/unleash/w/<name>/api/frontend\n",
		"1 from INIT_FRONTEND_API_TOKENS\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in the start:\n%s", want, said)
		}
	}
	if strings.Contains(said, "development.mine") {
		t.Errorf("a configured token is shown:\n%s", said)
	}
}

// TestOverAnUpstreamSDKsGetItsTokens checks that nothing is offered to SDKs that the upstream would
// refuse.
func TestOverAnUpstreamSDKsGetItsTokens(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--upstream", nobody)
	if said := mock.stdout.String(); strings.Contains(said, wellknown.Backend) || strings.Contains(said, wellknown.Frontend) || !strings.Contains(said, "/api/frontend\n") {
		t.Errorf("the start says:\n%s", said)
	}
	own := command(t, nil, "serve", "--upstream", nobody, "--run", `echo "[$UNLEASH_MOCK_BACKEND_TOKEN]"`)
	if strings.Contains(own.stdout, wellknown.Backend) || own.code != exitcode.OK {
		t.Errorf("exit code %d, the command has the token %s", own.code, own.stdout)
	}
	file := filepath.Join(t.TempDir(), "flags.yaml")
	if err := os.WriteFile(file, []byte("a: true"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := command(t, nil, "serve", "--upstream", nobody, "--flags", file)
	if refused.code != exitcode.Usage || !strings.Contains(refused.stderr, "--flags cannot be given with an upstream") || strings.Count(refused.stderr, "\n") != 1 {
		t.Errorf("exit code %d: %s", refused.code, refused.stderr)
	}
}

// TestServeStopsWithItsInput checks that the mock stops when its standard input ends, and
// not before.
func TestServeStopsWithItsInput(t *testing.T) {
	t.Parallel()
	input, writer := io.Pipe()
	stdout, stderr := newOutput(), newOutput()
	ended := make(chan int, 1)
	go func() {
		p := &program{env: variables(nil), stdin: input, stdout: stdout, stderr: stderr}
		ended <- p.run(t.Context(), []string{"serve", "--listen", "127.0.0.1:0", "--stop-with-stdin"})
		close(stdout.told)
	}()
	stdout.await("Try it")
	if _, err := io.WriteString(writer, "passed over\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-ended:
		t.Fatalf("it ended with %d: %s", code, stderr)
	default:
	}
	writer.Close()
	if code := <-ended; code != exitcode.OK {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestFilesAreThereOnlyWhileTheServerListens checks that a program which waits for the file with the
// address never finds that of another run, and that a file of another kind stays.
func TestFilesAreThereOnlyWhileTheServerListens(t *testing.T) {
	t.Parallel()
	const port, variables = "1\n", "UNLEASH_MOCK_TOKEN=a\nUNLEASH_MOCK_URL=" + nobody + "/base\n"
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	_, otherPort, _ := strings.Cut(strings.TrimPrefix(other.URL, "http://"), ":")
	fails := []string{"--listen", "127.0.0.1:0", "--log-level", "no-such-level"} // before it listens
	onOther := func(host string) string {
		listener, err := net.Listen("tcp", host+":0")
		if err != nil {
			return "" // this system lacks the address
		}
		t.Cleanup(func() { listener.Close() })
		return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port) + "\n"
	}
	ends := []string{"--run", "true"}
	for name, test := range map[string]struct {
		args    []string
		content string
		stays   bool
	}{
		"of serve, at the start":      {append([]string{"serve", "--port-file"}, fails...), port, false},
		"of serve, at the end":        {append([]string{"serve", "--port-file"}, ends...), "", false},
		"variables, at the start":     {append([]string{"serve", "--env-file"}, fails...), variables, false},
		"variables, at the end":       {append([]string{"serve", "--env-file"}, ends...), "", false},
		"of the proxy, at the start":  {append([]string{"proxy", "--upstream", nobody, "--port-file"}, fails...), port, false},
		"of the proxy, at the end":    {append([]string{"proxy", "--upstream", nobody, "--listen", "127.0.0.1:0", "--port-file"}, ends...), "", false},
		"of a server that runs":       {append([]string{"serve", "--port-file"}, fails...), otherPort + "\n", true},
		"of one on IPv6":              {append([]string{"serve", "--port-file"}, fails...), onOther("[::1]"), true},
		"of one on this address":      {[]string{"serve", "--port-file", "--listen", "127.0.0.2:0", "--log-level", "no-such-level"}, onOther("127.0.0.2"), true},
		"of one that took over":       {[]string{"serve", "--port-file", "--run", "cp TOLD TOLD.next && mv TOLD.next TOLD"}, "", true},
		"variables of one":            {append([]string{"serve", "--env-file"}, fails...), "UNLEASH_MOCK_URL=" + other.URL + "\n", true},
		"variables among others":      {append([]string{"serve", "--env-file"}, fails...), variables + "MINE=1\n", true},
		"a mistaken name":             {append([]string{"serve", "--port-file"}, fails...), "checkout: true\n", true},
		"a mistaken name, with --run": {append([]string{"serve", "--env-file"}, ends...), "TOKEN=mine\n", true},
		"of the proxy, with --run":    {append([]string{"proxy", "--upstream", nobody, "--listen", "127.0.0.1:0", "--port-file"}, ends...), "checkout: true\n", true},
		"a mistaken name of another":  {append([]string{"serve", "--env-file"}, fails...), "TOKEN=mine\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := file(t, "told", test.content)
			at := slices.IndexFunc(test.args, func(arg string) bool { return strings.HasSuffix(arg, "-file") })
			args := slices.Insert(slices.Clone(test.args), at+1, told)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "TOLD", told)
			}
			got := command(t, nil, args...)
			text, err := os.ReadFile(told)
			if (err == nil) != test.stays || err == nil && test.content != "" && string(text) != test.content {
				t.Errorf("the file holds %q (%v), %s", text, err, got.stderr)
			}
		})
	}
}
