//go:build real

// Package sdks runs the samples of docs/sdks, programs and pages that use Unleash's SDKs,
// against the mock, and through the proxy. scripts/sdk-samples.sh builds them and sets UNLEASH_MOCK_SDK_SAMPLES to
// their folder.
package sdks

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/tools/browsertest"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// limit is how long a sample may take to see a change.
const limit = 20 * time.Second

func samples(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("UNLEASH_MOCK_SDK_SAMPLES")
	if folder == "" {
		t.Fatal("needs the samples; run scripts/sdk-samples.sh")
	}
	return folder
}

// switches changes the flag that the samples ask for, and calls sees for each setting.
func switches(mock *mocktest.Server, sees func(enabled bool, variant string)) {
	mock.SetFlag("checkout", false)
	sees(false, "")
	mock.SetFlag("checkout", true)
	sees(true, "disabled")
	mock.SetVariant("checkout", "blue")
	sees(true, "blue")
	mock.SetFlag("checkout", false)
	sees(false, "")
}

// ways are the ways in which the samples reach the mock.
var ways = map[string]func(t *testing.T, server string) string{
	"directly":        func(_ *testing.T, server string) string { return server },
	"through a proxy": through,
}

func through(t *testing.T, server string) string {
	t.Helper()
	return observed(t, server, nil)
}

// observed starts a proxy before a server, and returns its URL. When the test ends, the traffic
// must have kept the contract.
func observed(t *testing.T, server string, observe func(traffic.Exchange)) string {
	t.Helper()
	upstream, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	judge, err := proxy.New(proxy.Options{Upstream: upstream, Observe: observe})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(judge)
	t.Cleanup(func() {
		front.Close()
		judge.Close()
		if found := judge.Report(); found.ExitCode != exitcode.OK {
			t.Errorf("exit code %d of the proxy", found.ExitCode)
			_ = report.Terminal(t.Output(), found, false)
		}
	})
	return front.URL
}

// heard waits until an SDK has sent its metrics, and checks that nothing sent broke the
// contract.
func heard(mock *mocktest.Server) {
	mock.WaitForRequests(1, mocktest.Filter{Method: http.MethodPost, Path: "*/client/metrics", Status: "2xx"}, limit)
	mock.AssertNoViolations()
}

// follows runs a program for Node against a mock and checks that it sees each setting.
func follows(t *testing.T, program string, reach func(*testing.T, string) string) *mocktest.Server {
	t.Helper()
	folder, mock := samples(t), mocktest.Start(t)
	mock.SetFlag("checkout", false)
	said := start(t, folder, []string{"node", program}, "UNLEASH_URL="+reach(t, mock.URL), "UNLEASH_TOKEN="+mock.Tokens.Backend)
	switches(mock, func(enabled bool, variant string) {
		want := "checkout is on, variant " + variant
		if !enabled {
			want = "checkout is off, variant disabled"
		}
		waitFor(t, said, want)
	})
	heard(mock)
	return mock
}

func TestNode(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			follows(t, "node/app.js", reach)
		})
	}
}

// TestTheREADME runs the program in the README, and checks that it prints what the README says.
func TestTheREADME(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```js\n(.*?)```.*?It prints `(.*?)` at first.*?```\n```\n(.*?)```").FindStringSubmatch(string(readme))
	if block == nil {
		t.Fatal("the README has no program for Node")
	}
	mock := mocktest.Start(t)
	program := strings.ReplaceAll(block[1], "http://127.0.0.1:4242", mock.URL)
	said := start(t, samples(t), []string{"node", "--input-type=module", "-e", program})
	waitFor(t, said, block[2])
	set := []func(){func() { mock.SetFlag("checkout", true) }, func() { mock.SetVariant("checkout", "blue") }}
	for i, want := range strings.Split(strings.TrimSpace(block[3]), "\n") {
		set[i]()
		waitFor(t, said, want)
	}
}

// TestNodeStreams checks that the SDK follows a stream and does not poll.
func TestNodeStreams(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			mock := follows(t, "node/streaming.js", reach)
			if polled := mock.Requests(mocktest.Filter{Path: "*/client/features"}); len(polled) > 0 {
				t.Errorf("the SDK polls: %d requests for flags", len(polled))
			}
		})
	}
}

// TestClientSpecification serves the cases of Unleash's specification for SDKs through the
// Client API, and checks that the Node SDK evaluates them as expected.
func TestClientSpecification(t *testing.T) {
	t.Parallel()
	folder, mock := samples(t), mocktest.Start(t)
	specification, err := filepath.Abs("../../../mockserver/internal/evaluation/testdata/client-specification")
	if err != nil {
		t.Fatal(err)
	}
	said := start(t, folder, []string{"node", "check.mjs", mock.URL, mock.Tokens.Backend, specification})
	const last = "279 cases"
	for line := range said {
		if line == last {
			return
		}
		t.Errorf("a wrong result: %s", line)
	}
	t.Errorf("the program did not print %q at the end", last)
}

// pages are the samples that run in a browser.
var pages = []string{"browser", "react"}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, sample := range pages {
		for way, reach := range ways {
			t.Run(sample+" "+way, func(t *testing.T) {
				t.Parallel()
				mock := mocktest.Start(t)
				mock.SetFlag("checkout", false)
				page := show(t, sample, reach(t, mock.URL), mock.Tokens.Frontend)
				switches(mock, func(enabled bool, variant string) { page.Says("#checkout", shown(enabled, variant)) })
				heard(mock)
			})
		}
	}
}

// show opens a sample in a browser. It has an origin other than Unleash's.
func show(t *testing.T, sample, server, token string) *browsertest.Page {
	t.Helper()
	files := httptest.NewServer(http.FileServer(http.Dir(samples(t))))
	t.Cleanup(files.Close)
	page := browsertest.Open(t, files.URL, "/package.json", chromedp.WaitReady("body"))
	page.LetAsk(server)
	settings := url.Values{"unleash": {server}, "token": {token}}
	page.Do(chromedp.Navigate(files.URL + "/" + sample + "/?" + settings.Encode()))
	return page
}

func TestNextJS(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			folder, mock, port := samples(t), mocktest.Start(t), freePort(t)
			said := start(t, folder, []string{"node", "node_modules/next/dist/bin/next", "start", "nextjs", "--hostname", "127.0.0.1", "--port", port},
				"UNLEASH_SERVER_API_URL="+reach(t, mock.URL)+"/api", "UNLEASH_SERVER_API_TOKEN="+mock.Tokens.Backend, "NEXT_TELEMETRY_DISABLED=1")
			waitFor(t, said, "Ready")
			switches(mock, func(enabled bool, variant string) {
				response, err := http.Get("http://127.0.0.1:" + port)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if err := contains(response, shown(enabled, variant)); err != nil {
					t.Fatal(err)
				}
			})
			heard(mock)
		})
	}
}

// shown returns what a page shows for the flag.
func shown(enabled bool, variant string) string {
	if !enabled {
		return "old checkout"
	}
	return "new checkout, variant " + variant
}

// contains reads an answer and returns an error if it lacks a text.
func contains(response *http.Response, want string) error {
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), want) {
			return nil
		}
	}
	return fmt.Errorf("status %d, without %q", response.StatusCode, want)
}

// start runs a program in the samples' folder until the test ends, and returns the lines
// that it prints.
func start(t *testing.T, folder string, command []string, environment ...string) <-chan string {
	t.Helper()
	browsertest.Program(t, command[0])
	ctx, cancel := context.WithCancel(t.Context())
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.Dir = filepath.Clean(folder)
	program.Env = append(os.Environ(), environment...)
	output, input, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	program.Stdout, program.Stderr = input, input
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	_ = input.Close() // the program has its own copy
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = program.Wait()
		for range lines { // until it is closed
		}
		_ = output.Close()
	})
	return lines
}

// waitFor waits for a line that contains a text.
func waitFor(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	late := time.After(limit)
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the program ended before it printed %q", want)
			}
			t.Log(line)
			if strings.Contains(line, want) {
				return
			}
		case <-late:
			t.Fatalf("the program did not print %q", want)
		}
	}
}

// freePort returns a port on which nothing listens.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}
