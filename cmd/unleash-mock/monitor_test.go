//go:build unix

package main

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// site is an upstream that breaks the contract in some of its answers.
func site(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		switch r.URL.Path {
		case "/health":
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			_, _ = io.WriteString(packed, broken)
			_ = packed.Close()
		case "/ready":
			_, _ = io.WriteString(w, `{"health":"GOOD"}`)
		case "/_mock/info":
			_, _ = io.WriteString(w, `"the upstream's"`)
		case "/api/admin/signal-endpoints":
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"id":"1","name":"BadDataError","message":"m","details":[{"message":"m"}]}`)
		case "/gone":
			panic(http.ErrAbortHandler)
		default:
			_, _ = io.WriteString(w, strings.Repeat("a", 1234))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// pass sends a request through a proxy and reads the answer to its end, so that the next
// request comes after it.
func pass(t *testing.T, method, url, body string, header ...string) *http.Response {
	t.Helper()
	response := begin(t, method, url, body, header...)
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response
}

// begin sends a request whose answer may be a stream.
func begin(t *testing.T, method, url, body string, header ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// TestProxyKeepsAJournal checks that requests of a proxy can be awaited, filtered, exported
// and deleted.
func TestProxyKeepsAJournal(t *testing.T) {
	t.Parallel()
	i := startProxy(t, site(t), "--listen", "127.0.0.1:0", "--base-uri-path", "base", "--journal-size", "4")
	pass(t, "GET", i.url+"/health?token=very-secret", "", "Authorization", "*:*.very-secret-token")
	pass(t, "POST", i.url+"/api/admin/signal-endpoints", `{"name":7,"secret":"very-secret"}`, "Content-Type", "application/json", "Authorization", "Bearer user:very-secret-1")
	pass(t, "GET", i.url+"/elsewhere", "")
	pass(t, "GET", i.url+"/gone", "")
	get(t, i.url+"/_mock/requests?wait=10s&count=4", "") // the journal may lag behind the answers
	for path, want := range map[string][]string{
		"/requests?wait=10s&count=4":         {`"matched":4,"complete":true`, `"recorded":4`},
		"/requests?operationId=getHealth":    {`"target":"/health?token=`, `"caller":"admin API token"`, `"body":"{\"health\":\"FINE\"}","size":17`, `"outcome":"passed","status":200,"in":"body","pointer":"/health","keyword":"enum"`},
		"/requests?path=/elsewhere":          {`"operationId":null`, `"body":"","size":1234`},
		"/requests?path=/gone":               {`"status":502`, "Unleash-Mock-Proxy"},
		"/requests?violation=true&limit=1":   {`"more":true`, `"operationId":"createSignalEndpoint"`, `"caller":"personal access token"`, `"pointer":"/name"`},
		"/requests.har?operationId=getReady": {`"entries":[]`},
		"/requests.har":                      {`"text":"{\"health\":\"FINE\"}"`, "violation, response, body/health"},
		"/violations?direction=response":     {`"pointer":"/health"`, `"operationId":"getHealth"`},
		"/violations?outcome=replaced":       {`"violations":[]`},
		"/coverage":                          {`"operationId":"getHealth","method":"GET","path":"/health","statuses":[{"status":200,"documented":true,"count":1}`, `"other":[{"status":200,"documented":false,"count":1}]`},
		"/info":                              {`"mode":"proxy"`, `"basePath":"/base"`, `"upstream":"http://127.0.0.1:`},
	} {
		response, body := get(t, i.url+"/_mock"+path, "")
		if response.StatusCode != http.StatusOK || strings.Contains(body, "very-secret") {
			t.Errorf("%s: status %d: %s", path, response.StatusCode, body)
		}
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %q is not in %s", path, part, body)
			}
		}
	}
	if response, body := get(t, i.url+"/_mock/rules", ""); response.StatusCode != http.StatusNotFound || !strings.Contains(body, "listRules is for a mock") {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
	pass(t, "DELETE", i.url+"/_mock/requests", "")
	if _, body := get(t, i.url+"/_mock/requests", ""); !strings.Contains(body, `"requests":[]`) {
		t.Errorf("got %s", body)
	}
	if code := i.end(); code != exitcode.Broken {
		t.Errorf("exit code %d", code)
	}
	if said := i.stdout.String(); !strings.Contains(said, "live page        "+i.url+"/_mock/\n") || !strings.Contains(said, "control API      open to programs on this host\n") {
		t.Errorf("proxy said:\n%s", said)
	}
}

// TestProxyNotesWhatItReplaced checks that the journal keeps the upstream's answer and
// notes that the client got another.
func TestProxyNotesWhatItReplaced(t *testing.T) {
	t.Parallel()
	i := startProxy(t, site(t), "--listen", "127.0.0.1:0", "--fail-on-violation")
	if got := pass(t, "GET", i.url+"/health", ""); got.StatusCode != http.StatusBadGateway {
		t.Errorf("status %d", got.StatusCode)
	}
	_, body := get(t, i.url+"/_mock/requests?wait=10s", "")
	for _, want := range []string{`"status":200`, `"outcome":"replaced"`, `"body":"{\"health\":\"FINE\"}"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in %s", want, body)
		}
	}
}

// TestWhoMayLookAtAProxy checks that access works as with serve, and that --control off
// leaves the path to the upstream.
func TestWhoMayLookAtAProxy(t *testing.T) {
	t.Parallel()
	secret := map[string]string{"UNLEASH_MOCK_CONTROL_TOKEN": "very-secret"}
	for name, test := range map[string]struct {
		env    map[string]string
		args   []string
		token  string
		said   string
		page   bool
		status int
		body   string
	}{
		"loopback":            {nil, []string{"--listen", "127.0.0.1:0"}, "", "control API      open to programs on this host", true, 200, `"mode":"proxy"`},
		"loopback, a token":   {secret, []string{"--listen", "127.0.0.1:0"}, "", "control API      with the token of UNLEASH_MOCK_CONTROL_TOKEN", true, 401, "UnauthorizedError"},
		"everywhere":          {nil, []string{"--listen", "0.0.0.0:0"}, "", "control API      off, as the address is not loopback; UNLEASH_MOCK_CONTROL_TOKEN turns it on", false, 404, "The control API is off here."},
		"everywhere, a token": {secret, []string{"--listen", "0.0.0.0:0"}, "Bearer very-secret", "control API      with the token of UNLEASH_MOCK_CONTROL_TOKEN", true, 200, `"mode":"proxy"`},
		"off":                 {nil, []string{"--listen", "127.0.0.1:0", "--control", "off"}, "", "control API      off; /_mock/ is the upstream's", false, 200, "the upstream's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := startProxyIn(t, test.env, site(t), test.args...)
			response, body := get(t, i.url+"/_mock/info", test.token)
			if response.StatusCode != test.status || !strings.Contains(body, test.body) {
				t.Errorf("status %d: %s", response.StatusCode, body)
			}
			i.end()
			said := i.stdout.String()
			if !strings.Contains(said, test.said+"\n") || strings.Contains(said, "live page") != test.page || strings.Contains(said+i.stderr.String(), "very-secret") {
				t.Errorf("proxy said:\n%s", said)
			}
		})
	}
	for status, args := range map[int][]string{http.StatusForbidden: nil, http.StatusOK: {"--trust-forwarded"}} {
		i := startProxyIn(t, secret, site(t), append(args, "--listen", "127.0.0.1:0")...)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, i.url+"/_mock/requests", nil)
		if err != nil {
			t.Fatal(err)
		}
		// This is the page's own request, as it arrives through a proxy that changes the host.
		request.Header = http.Header{"Authorization": {"Bearer very-secret"}, "Origin": {"http://tools.example"}, "X-Forwarded-Host": {"tools.example"}}
		if response, body := do(t, request); response.StatusCode != status {
			t.Errorf("%v: status %d: %s", args, response.StatusCode, body)
		}
	}
	for _, args := range [][]string{{"--control", "maybe"}, {"--journal-size", "-1"}} {
		got := command(t, nil, append([]string{"proxy", "--upstream", nobody, "--listen", "127.0.0.1:0"}, args...)...)
		if got.code != exitcode.Usage || !strings.Contains(got.stderr, args[0]) {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.stderr)
		}
	}
}

// TestProxyStopsThoughSomebodyListens checks that open event streams end at once when the
// proxy ends.
func TestProxyStopsThoughSomebodyListens(t *testing.T) {
	t.Parallel()
	i := startProxy(t, site(t), "--listen", "127.0.0.1:0")
	stream := begin(t, "GET", i.url+"/_mock/events", "")
	pass(t, "GET", i.url+"/health", "")
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() && lines.Text() != "event: exchange" {
	}
	pass(t, "GET", i.url+"/ready", "")
	if code := i.end(); code != exitcode.Broken || strings.Contains(i.stderr.String(), "were cut") {
		t.Errorf("exit code %d, %s", code, i.stderr)
	}
	for lines.Scan() {
	}
}

// TestProxyCountsWhatManySend checks that every request of many concurrent clients is
// counted, while others read the counts.
func TestProxyCountsWhatManySend(t *testing.T) {
	t.Parallel()
	i := startProxy(t, site(t), "--listen", "127.0.0.1:0")
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for n := range 30 {
				get(t, i.url+[]string{"/health", "/elsewhere", "/ready"}[n%3], "")
				if n%10 == 0 {
					get(t, i.url+"/_mock/requests?limit=1000", "")
				}
			}
		})
	}
	clients.Wait()
	if _, body := get(t, i.url+"/_mock/requests?wait=20s&count=240&limit=1", ""); !strings.Contains(body, `"matched":240,"complete":true`) {
		t.Errorf("got %s", body)
	}
	if _, body := get(t, i.url+"/_mock/coverage", ""); strings.Count(body, `"count":80`) != 3 {
		t.Errorf("got %s", body)
	}
}

// TestRequestsAreLoggedAtDebug checks that mock and proxy log each request in one line, without secrets, if
// asked to.
func TestRequestsAreLoggedAtDebug(t *testing.T) {
	t.Parallel()
	ask := func(i *instance) string {
		get(t, i.url+"/w/ci-7/api/frontend?userId=7&access_token=hush-hush-hush", wellknown.Frontend)
		get(t, i.url+"/api/nothing", "")
		i.end()
		return i.stderr.String()
	}
	upstream := startServe(t, nil)
	tests := map[string]struct {
		said string
		want []string
	}{
		"serve": {ask(startServe(t, nil, "--log-level", "debug")), []string{
			`"msg":"request","method":"GET","url":"/api/frontend?userId=7&access_token=[redacted]","status":200,"duration":"`,
			`"operation":"getFrontendFeatures","caller":"frontend API token","workspace":"ci-7"}`,
			`"msg":"request","method":"GET","url":"/api/nothing","status":401,`,
		}},
		"proxy": {ask(startProxy(t, upstream.url, "--listen", "127.0.0.1:0", "--log-level", "debug", "--control", "off")), []string{
			`"msg":"request","method":"GET","url":"/w/ci-7/api/frontend?userId=7&access_token=[redacted]","status":200,"duration":"`,
			`"msg":"request","method":"GET","url":"/api/nothing","status":401,`,
		}},
		"serve, by default": {ask(startServe(t, nil)), nil},
	}
	for name, test := range tests {
		for _, want := range test.want {
			if !strings.Contains(test.said, want) {
				t.Errorf("%s: not logged: %s\nin %s", name, want, test.said)
			}
		}
		if count := strings.Count(test.said, `"msg":"request"`); (count > 0) != (test.want != nil) || strings.Contains(test.said, "hush") {
			t.Errorf("%s: %d requests logged:\n%s", name, count, test.said)
		}
	}
}
