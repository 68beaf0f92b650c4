package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/secrets/secretstest"
)

// The secrets of these tests: some look like a token and some do not. Each has characters
// that some encoding changes.
const (
	adminSecret  = `*:*.adm1n/"secret"+&<1>`
	viewerSecret = "user:v1ewer/secret+2"
	otherSecret  = "no form/at all%41"
	shortSecret  = "s3/t" // recognized only by where it occurs

	// Parts of headers that a user adds.
	gatewaySecret  = "g4teway/value"
	cookieSecret   = "c00kie/value"
	passwordSecret = "p4ss w0rd/value"
)

// repeated is the text that a target puts into every answer: all it was sent, and some
// secrets in every form.
func repeated(r *http.Request, body []byte, known ...string) string {
	var said strings.Builder
	fmt.Fprintf(&said, "%s %s %v %s", r.Method, r.RequestURI, r.Header, body)
	for _, secret := range known {
		for _, form := range secretstest.Forms(secret) {
			said.WriteString(" " + form)
		}
	}
	return said.String()
}

// indiscreet is a target or an upstream that repeats its secrets wherever it can.
func indiscreet(known ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said := repeated(r, body, known...)
		header := w.Header()
		header.Set("Content-Type", "application/json; charset=utf-8")
		header.Set("Set-Cookie", "session="+shortSecret)
		header.Set("X-Echo", strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '?'
			}
			return r
		}, said))
		if r.URL.Path == "/api/admin/ui-config" {
			writeJSON(w, map[string]any{"version": "8.2.0 " + said, "environment": said, "versionInfo": map[string]any{"current": map[string]string{"enterprise": "8 " + said}}})
			return
		}
		if strings.HasSuffix(r.URL.Path, "/gone") {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[r.Method == http.MethodGet])
		writeJSON(w, map[string]any{
			"name": said, "message": said, "health": said, "details": []map[string]string{{"message": said}},
			"token": shortSecret, "secret": map[string]string{"a": shortSecret}, said: said,
		})
	}
}

func writeJSON(w io.Writer, value any) {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(encoded)
}

// show fails the test if something written shows a secret in any form.
func show(t *testing.T, written map[string]string, known ...string) {
	t.Helper()
	for _, secret := range known {
		// The kind of a token may be shown.
		bare := secret[strings.LastIndexAny(secret, ":.")+1:]
		for form, encoded := range secretstest.Forms(bare) {
			if strings.HasPrefix(form, "Base64") { // Base64 depends on the prefix
				encoded = secretstest.Forms(secret)[form]
			}
			for where, text := range written {
				if at := strings.Index(text, encoded); at >= 0 {
					t.Errorf("%s shows %s (%s): %q", where, secret, form, text[max(0, at-80):min(len(text), at+len(encoded)+80)])
				}
			}
		}
	}
	for where, text := range written {
		if text == "" && !strings.HasPrefix(where, "standard") {
			t.Errorf("%s is empty", where)
		}
	}
}

// reportsIn returns the flags for a report in every format, and the files of the reports.
func reportsIn(folder string) (flags []string, files []string) {
	for _, format := range report.Formats() {
		file := filepath.Join(folder, "report."+format)
		flags, files = append(flags, "--report", format+"="+file), append(files, file)
	}
	return flags, files
}

func readInto(t *testing.T, written map[string]string, files ...string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written[filepath.Base(file)] = string(text)
	}
}

// TestNothingThatVerifyWritesShowsASecret checks that the reports, the commands in them,
// and the output show no secret, though the target repeats what it gets in every form.
func TestNothingThatVerifyWritesShowsASecret(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	known := []string{adminSecret, viewerSecret, otherSecret, gatewaySecret, cookieSecret, passwordSecret}
	target := httptest.NewServer(indiscreet(known...))
	t.Cleanup(target.Close)
	flags, files := reportsIn(t.TempDir())
	got := command(t, map[string]string{"UNLEASH_MOCK_VIEWER_TOKEN": viewerSecret},
		append(flags, "verify", "--target", target.URL, "--token", adminSecret, "--header", "X-Gate: "+otherSecret, "--header", "X-Gateway: Bearer "+gatewaySecret,
			"--header", "Cookie: session="+cookieSecret+"; theme=dark", "--header", "Proxy-Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+passwordSecret)),
			"--allow-writes=false", "--operation", "getHealth", "--profile", "all")...)
	written := map[string]string{"standard output": got.stdout, "standard error": got.stderr}
	readInto(t, written, files...)
	show(t, written, append(known, shortSecret)...)
	if !strings.Contains(written["report.json"], secrets.Mark) || !strings.Contains(written["report.json"], "curl") {
		t.Errorf("the report has no hidden secret or no command: %s%s", got.stdout, got.stderr)
	}
}

// TestNothingThatAProxyWritesShowsASecret checks that the recording, the reports, the logs
// and the control API show no secret of a client or of the upstream.
func TestNothingThatAProxyWritesShowsASecret(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(indiscreet())
	t.Cleanup(upstream.Close)
	folder := t.TempDir()
	flags, files := reportsIn(folder)
	recording := filepath.Join(folder, "traffic.jsonl")
	i := startProxyIn(t, map[string]string{"LOG_LEVEL": "debug"}, upstream.URL, append(flags, "--listen", "127.0.0.1:0", "--record", recording)...)
	written := controlled(t, i.url, "", sendSecrets(t, i.url))
	i.end()
	written["standard output"], written["standard error"] = i.stdout.String(), i.stderr.String()
	readInto(t, written, append(files, recording)...)
	show(t, written, adminSecret, viewerSecret, otherSecret, shortSecret)
	for _, where := range []string{"traffic.jsonl", "report.json", "requests", "requests.har", "events"} {
		if !strings.Contains(written[where], secrets.Mark) {
			t.Errorf("nothing was hidden in %s: %s", where, written[where])
		}
	}
}

// TestNothingThatServeWritesShowsASecret checks that serve shows no secret of its clients
// or of its configuration.
func TestNothingThatServeWritesShowsASecret(t *testing.T) {
	t.Parallel()
	const controlToken = "contr0l/token+1"
	i := startServe(t, map[string]string{
		"LOG_LEVEL": "debug", "INIT_ADMIN_API_TOKENS": adminSecret, controlTokenVariable: controlToken,
	})
	sendSecrets(t, i.url)
	written := controlled(t, i.url, controlToken, 1)
	i.end()
	written["standard output"], written["standard error"] = i.stdout.String(), i.stderr.String()
	show(t, written, adminSecret, viewerSecret, otherSecret, shortSecret, controlToken)
	for _, where := range []string{"requests", "requests.har", "events"} {
		if !strings.Contains(written[where], secrets.Mark) {
			t.Errorf("nothing was hidden in %s: %s", where, written[where])
		}
	}
}

// TestErrorsShowNoSecret checks that error messages show no secret of flags or variables.
func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	const password, parameter = "p4ss word/1", "par4m/eter+1"
	at := func(scheme string) string { return scheme + "://u:p4ss%20word%2F1@127.0.0.1:1/x?token=" + parameter }
	for name, args := range map[string][]string{
		"health":           {"health", "--url", at("http")},
		"health, no URL":   {"health", "--url", at("http") + "\x7f"},
		"proxy":            {"proxy", "--upstream", at("http")},
		"proxy, a scheme":  {"proxy", "--upstream", at("ftp")},
		"drift":            {"drift", "--target", strings.Split(at("http"), "?")[0]},
		"verify":           {"verify", "--target", strings.Split(at("http"), "?")[0], "--token", adminSecret, "--header", "X: " + otherSecret},
		"sweep":            {"verify", "sweep", "--target", at("ftp"), "--token", adminSecret},
		"serve":            {"serve", "--upstream", at("ftp")},
		"drift, any name":  {"drift", "--target", strings.Replace(at("http"), "token", "q", 1)},
		"verify, any name": {"verify", "--target", strings.Replace(at("http"), "token", "q", 1)},
		"proxy, any name":  {"proxy", "--upstream", strings.Replace(at("http"), "token", "q", 1)},
		"doctor, any name": {"doctor", "--target", strings.Replace(at("http"), "token", "q", 1)},
		"health, any name": {"health", "--url", strings.Replace(at("http"), "token", "q", 1)},
		"flags, any name":  {"serve", "--flags-from", strings.Replace(at("http"), "token", "q", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, map[string]string{"UNLEASH_MOCK_VIEWER_TOKEN": viewerSecret, controlTokenVariable: otherSecret}, args...)
			if got.code == 0 || got.stderr == "" {
				t.Errorf("exit code %d, %q", got.code, got.stderr)
			}
			show(t, map[string]string{"standard output": got.stdout, "standard error": got.stderr}, password, parameter, adminSecret, viewerSecret, otherSecret)
		})
	}
}

// TestAddedHeadersAreLearned checks that the program itself, too, knows what is in --header.
func TestAddedHeadersAreLearned(t *testing.T) {
	t.Parallel()
	p := &program{secrets: secrets.New()}
	p.learn("header", "X-Gateway:  Bearer "+gatewaySecret)
	p.learn("header", "Cookie: session="+cookieSecret+"; theme=dark")
	p.learn("header", "Proxy-Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+passwordSecret)))
	for _, secret := range []string{gatewaySecret, cookieSecret, passwordSecret} {
		if got := p.secrets.Text("it is " + secret); got != "it is [redacted]" {
			t.Errorf("got %s", got)
		}
	}
}

// TestErrorsAboutURLsShowNoPassword checks passwords with characters that a URL must escape, which
// Go takes for the end of the host.
func TestErrorsAboutURLsShowNoPassword(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"health", "--url"}, {"proxy", "--upstream"}, {"drift", "--target"}, {"verify", "--target"}, {"doctor", "--target"}, {"serve", "--flags-from"},
		{"drift", "--document", "x", "--spec"}, {"serve", "--spec"}, {"spec", "--spec"}, {"serve", "--store"},
	} {
		for _, password := range []string{"pass#w0rd", "pass/w0rd", "pass?w0rd", "pass w0rd", `p"w0rd`} {
			at := "http://admin:" + password + "@127.0.0.1:1"
			got := command(t, nil, append(args, at)...)
			if said := got.stdout + got.stderr; got.code == exitcode.OK || strings.Contains(said, "w0rd") || strings.Contains(said, "pass") {
				t.Errorf("%q: exit code %d, %q", append(args, at), got.code, said)
			}
		}
	}
}

// sendSecrets sends secrets in every part of a request and in every form, and returns the
// number of requests it sent.
func sendSecrets(t *testing.T, base string) (count int) {
	t.Helper()
	send := func(method, target, body string, header ...string) {
		request, err := http.NewRequestWithContext(t.Context(), method, base+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			request.Header.Add(header[i], header[i+1])
		}
		count++
		if response, err := http.DefaultClient.Do(request); err == nil { // some requests get no answer
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
	const endpoints, call = "/api/admin/signal-endpoints", "/api/signal-endpoint/my-external-app"
	forms := secretstest.Forms(otherSecret)
	var inQuery, inBody []string
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		inQuery = append(inQuery, "q="+secretstest.Forms(forms[name])["percents, all"])
		inBody = append(inBody, forms[name])
	}
	body, err := json.Marshal(map[string]any{"name": inBody, "password": shortSecret, "payload": map[string]string{"client_secret": shortSecret}, otherSecret: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, authorization := range []string{adminSecret, "Bearer " + viewerSecret} {
		header := []string{
			"Authorization", authorization, "X-Auth-Token", otherSecret, "Cookie", "session=" + shortSecret + "; theme=dark",
			"X-Session", shortSecret, "Api-Key", shortSecret, "Content-Type", "application/json",
		}
		for _, target := range []string{endpoints, call, "/health", "/elsewhere", endpoints + "/" + forms["path"], "/gone"} {
			send(http.MethodPost, target+"?"+strings.Join(inQuery, "&")+"&api_key=s3%2Ft&sig=s3%2Ft", string(body), header...)
			send(http.MethodGet, target+"?access_token=s3%2Ft", "", header...)
		}
		header[len(header)-1] = "application/x-www-form-urlencoded"
		send(http.MethodPost, call, "password=s3%2Ft&refresh_token="+forms["query"]+"&x="+forms["percents, all"], header...)
		send(http.MethodPost, endpoints, `{"password":"`+secretstest.JSON(otherSecret), header...)
	}
	return count
}

// controlled waits until an instance has seen count exchanges, and returns what its control
// API says. It first tries to add a rule with a secret.
func controlled(t *testing.T, base, token string, count int) map[string]string {
	t.Helper()
	call := func(method, path, body string) string {
		request, err := http.NewRequestWithContext(t.Context(), method, base+"/_mock/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		_, answer := do(t, request)
		return answer
	}
	call(http.MethodPost, "rules", `{"match":{"headers":{"X-Auth-Token":"`+secretstest.JSON(otherSecret)+`"}},"answer":{"status":503}}`)
	written := map[string]string{}
	for _, path := range []string{
		fmt.Sprintf("requests?limit=500&wait=20s&count=%d", count), "requests.har", "violations", "coverage", "about", "rules", "state", "workspaces", "metrics",
	} {
		name, _, _ := strings.Cut(path, "?")
		written[name] = call(http.MethodGet, path, "")
	}
	written["events"] = eventsOf(t, base, token)
	return written
}

// eventsOf returns the event stream from its beginning up to what it has sent so far.
func eventsOf(t *testing.T, base, token string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_mock/events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var events bytes.Buffer
	for piece := make([]byte, 32<<10); bytes.Count(events.Bytes(), []byte("event: exchange")) < 10; {
		n, err := response.Body.Read(piece)
		events.Write(piece[:n])
		if err != nil {
			break
		}
	}
	return events.String()
}
