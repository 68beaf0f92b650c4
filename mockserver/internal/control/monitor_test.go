package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a monitor in front of a handler that answers every request with "passed".
type desk struct {
	*Monitor
	t      *testing.T
	url    string
	client *http.Client
}

func openDesk(t *testing.T, size int, access Access, about About) *desk {
	t.Helper()
	m := NewMonitor(Options{
		Contract: spec.Default(), Access: access, About: about, NewID: func() string { return "id" }, Logger: slog.New(slog.DiscardHandler),
	}, journal.New(size, 0, nil))
	server := httptest.NewUnstartedServer(m.Before(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "passed") })))
	server.Config.RegisterOnShutdown(m.Close)
	server.Start()
	d := &desk{Monitor: m, t: t, url: server.URL, client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		if err := server.Config.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		d.client.CloseIdleConnections()
		server.Close()
	})
	return d
}

// send sends a request; header lines are "Name: value".
func (d *desk) send(method, path, body string, header ...string) *http.Response {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		if line == "" {
			continue
		}
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	response, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	return response
}

// must sends a request, checks the status and returns the body.
func (d *desk) must(status int, method, path, body string, header ...string) string {
	d.t.Helper()
	response := d.send(method, path, body, header...)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if response.StatusCode != status {
		d.t.Fatalf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, text)
	}
	return string(text)
}

// passed returns an exchange whose response broke the contract.
func passed(path string) traffic.Exchange {
	return traffic.Exchange{
		Started: time.Now(), Duration: time.Millisecond, Method: "GET", Host: "h", Path: path, Operation: "getHealth", Status: 200, Caller: "nobody",
		Response: traffic.Message{Body: []byte(`{"health":"FINE"}`)},
		Violations: []traffic.Violation{{Direction: traffic.ToClient, Outcome: traffic.Passed, Status: 200,
			Failure: spec.Failure{In: "body", Pointer: "/health", Keyword: "enum", Reason: "it must be one of [GOOD BAD]"}}},
	}
}

// examples are requests for each operation, with the text that the answer must contain
// after two exchanges, one of them with a violation.
var examples = map[string]struct{ path, body, holds string }{
	"getInfo":          {"/_mock/info", "", `"mode":"proxy","version":"v1","apiVersion":"8.2.0","upstream":"http://up.example/base","workspace":"default"`},
	"listRequests":     {"/_mock/requests?operationId=getHealth&method=GET&path=/he*&status=2xx&violation=true&after=0&before=9&limit=1&order=oldest&wait=1s&count=1", "", `"target":"/health"`},
	"clearRequests":    {"/_mock/requests", "", `{"removed":2}`},
	"getRequest":       {"/_mock/requests/1", "", `"outcome":"passed"`},
	"exportRequests":   {"/_mock/requests.har?violation=true", "", `"version":"1.2"`},
	"listViolations":   {"/_mock/violations?operationId=getHealth&direction=response&outcome=passed", "", `"pointer":"/health"`},
	"clearViolations":  {"/_mock/violations", "", `{"removed":1}`},
	"getCoverage":      {"/_mock/coverage", "", `"other":[{"status":404,"documented":false,"count":1}],"covered":1`},
	"clearCoverage":    {"/_mock/coverage", "", `{"removed":2}`},
	"resetWorkspace":   {"/_mock/reset", "", ""},
	"exportState":      {"/_mock/state", "", ""},
	"importState":      {"/_mock/state", "", ""},
	"getFlags":         {"/_mock/flags", "", ""},
	"putFlags":         {"/_mock/flags", `{}`, ""},
	"setFlag":          {"/_mock/flags/a", `{}`, ""},
	"deleteFlag":       {"/_mock/flags/a", "", ""},
	"evaluateFlag":     {"/_mock/flags/a/evaluate", `{}`, ""},
	"getClock":         {"/_mock/clock", "", ""},
	"setClock":         {"/_mock/clock", `{"frozen":true}`, ""},
	"listRules":        {"/_mock/rules", "", ""},
	"addRule":          {"/_mock/rules", `{"fault":"reset"}`, ""},
	"deleteRules":      {"/_mock/rules", "", ""},
	"getRule":          {"/_mock/rules/1", "", ""},
	"deleteRule":       {"/_mock/rules/1", "", ""},
	"listWorkspaces":   {"/_mock/workspaces", "", ""},
	"createWorkspace":  {"/_mock/workspaces", `{"name":"a"}`, ""},
	"deleteWorkspaces": {"/_mock/workspaces", "", ""},
	"getWorkspace":     {"/_mock/workspaces/default", "", ""},
	"deleteWorkspace":  {"/_mock/workspaces/a", "", ""},
}

// TestEveryOperation checks that operations of the journal follow the contract, and that
// the others say that this is a proxy.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	for _, operation := range spec.Control().Operations() {
		if operation.ID == "streamEvents" {
			continue // TestEvents
		}
		t.Run(operation.ID, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, 10, OpenAccess(), About{Version: "v1", Upstream: &url.URL{Scheme: "http", User: url.UserPassword("u", "secret"), Host: "up.example", Path: "/base", RawQuery: "token=secret"}})
			d.Append(passed("/health"))
			d.Append(traffic.Exchange{Method: "GET", Path: "/elsewhere", Status: 404, Response: traffic.Message{Size: 7}})
			example, exists := examples[operation.ID]
			if !exists {
				t.Fatal("the operation has no example")
			}
			status, holds := 200, example.holds
			if operation.Mode == "serve" {
				status, holds = 404, `"name":"NotFoundError","message":"`+operation.ID+` is for a mock (unleash-mock serve). This is a proxy: it shows traffic`
			}
			text := d.must(status, operation.Method, example.path, example.body)
			if holds == "" || !strings.Contains(text, holds) || strings.Contains(text, "secret") {
				t.Errorf("got %s", text)
			}
			if failures := operation.CheckResponse(status, http.Header{"Content-Type": {"application/json"}}, []byte(text)); len(failures) > 0 {
				t.Errorf("the answer breaks the contract: %v\n%s", failures, text)
			}
		})
	}
}

// TestAnExchangeThatDoesNotCount checks that such an exchange is in the journal but not
// in the coverage.
func TestAnExchangeThatDoesNotCount(t *testing.T) {
	t.Parallel()
	d := openDesk(t, 10, OpenAccess(), About{})
	d.Append(traffic.Exchange{Method: "GET", Path: "/health", Operation: "getHealth", Status: 502, Uncovered: true})
	if text := d.must(200, "GET", "/_mock/coverage", ""); strings.Contains(text, "502") || !strings.Contains(text, `"covered":0`) {
		t.Errorf("got %s", text)
	}
	if text := d.must(200, "GET", "/_mock/requests?status=502", ""); !strings.Contains(text, `"target":"/health"`) {
		t.Errorf("got %s", text)
	}
}

// TestWhatIsTheMonitors checks that the monitor answers everything under /_mock of the
// base path, and nothing else.
func TestWhatIsTheMonitors(t *testing.T) {
	t.Parallel()
	d := openDesk(t, 10, OpenAccess(), About{BasePath: "/base"})
	for path, passes := range map[string]bool{
		"/base/_mock/info": false, "/BASE/_mock/info": false, "/base/_mock/": false, "/base/_mock/page.js": false, "/base/_mock/info?x": false,
		"/_mock/info": true, "/base/_mocked": true, "/base": true, "/base/api": true, "/base2/_mock/info": true, "/base/w/a/_mock/info": true,
	} {
		response := d.send("GET", path, "")
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if (string(text) == "passed") != passes {
			t.Errorf("%s: %s", path, text)
		}
	}
	if text := d.must(200, "GET", "/base/_mock/info", ""); !strings.Contains(text, `"basePath":"/base"`) {
		t.Errorf("got %s", text)
	}
	d.must(200, "GET", "/base/_mock/info", "", "Unleash-Mock-Workspace: default")
	if text := d.must(400, "GET", "/base/_mock/info", "", "Unleash-Mock-Workspace: ci-7"); !strings.Contains(text, "A proxy has no workspaces") {
		t.Errorf("got %s", text)
	}
}

func TestWhoMayUseIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		access       Access
		header       string
		status, page int
	}{
		"everybody":     {Access{}, "", 200, 200},
		"loopback":      {LoopbackAccess(), "", 200, 200},
		"another page":  {LoopbackAccess(), "Sec-Fetch-Site: cross-site", 403, 200},
		"no token":      {TokenAccess("very-secret"), "", 401, 200},
		"a wrong token": {TokenAccess("very-secret"), "Authorization: Bearer secret", 401, 200},
		"the token":     {TokenAccess("very-secret"), "Authorization: Bearer very-secret", 200, 200},
		"nobody":        {NoAccess(), "", 404, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, 10, test.access, About{})
			d.must(test.status, "GET", "/_mock/info", "", test.header)
			d.must(test.page, "GET", "/_mock/", "", test.header)
		})
	}
	d := openDesk(t, 10, LoopbackAccess(), About{})
	if text := d.must(403, "DELETE", "/_mock/requests", "", "Sec-Fetch-Site: cross-site"); !strings.Contains(text, "another origin") {
		t.Errorf("got %s", text)
	}
}

// TestWaitingEndsWithTheExchange checks that waiting ends with the awaited exchange.
func TestWaitingEndsWithTheExchange(t *testing.T) {
	t.Parallel()
	d := openDesk(t, 10, OpenAccess(), About{})
	var appending sync.WaitGroup
	appending.Go(func() {
		d.Append(passed("/ready"))
		d.Append(passed("/health"))
	})
	if text := d.must(200, "GET", "/_mock/requests?path=/health&wait=1m", ""); !strings.Contains(text, `"matched":1,"complete":true`) {
		t.Errorf("got %s", text)
	}
	appending.Wait()
}

// stream opens the event stream of a monitor. next returns the next event, and "end" at
// the end of the stream.
func (d *desk) stream(path string, header ...string) (next func() (event, id, data string), end func()) {
	d.t.Helper()
	response := d.send("GET", path, "", header...)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		d.t.Fatalf("status %d", response.StatusCode)
	}
	lines := bufio.NewScanner(response.Body)
	return func() (event, id, data string) {
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "event":
				event = value
			case "id":
				id = value
			case "data":
				data = value
			case "":
				return event, id, data
			}
		}
		return "end", "", ""
	}, func() { response.Body.Close() }
}

// TestEvents checks that events arrive along with exchanges, resume where a reader left
// off, and end with the monitor.
func TestEvents(t *testing.T) {
	t.Parallel()
	d := openDesk(t, 3, OpenAccess(), About{})
	next, end := d.stream("/_mock/events")
	defer end()
	if event, _, data := next(); event != "hello" || data != `{"workspace":"default","newest":0}` {
		t.Errorf("%s %s", event, data)
	}
	d.Append(passed("/health"))
	if event, id, data := next(); event != "violation" || id != "" || !strings.Contains(data, `"exchange":1,"operationId":"getHealth"`) || !strings.Contains(data, `"pointer":"/health"`) {
		t.Errorf("%s %s %s", event, id, data)
	}
	if event, id, data := next(); event != "exchange" || id != "1" || !strings.Contains(data, `"target":"/health"`) {
		t.Errorf("%s %s %s", event, id, data)
	}
	for range 5 {
		d.Append(traffic.Exchange{Method: "GET", Path: "/elsewhere", Status: 404})
	}
	later, endLater := d.stream("/_mock/events", "Last-Event-ID: 1")
	defer endLater()
	for _, want := range []string{"hello", "gap", "exchange", "exchange", "exchange"} {
		if event, _, data := later(); event != want || event == "gap" && data != `{"missed":2}` {
			t.Errorf("%s %s, want %s", event, data, want)
		}
	}
	d.Close()
	if event, _, _ := later(); event != "end" {
		t.Errorf("the stream continues with %s", event)
	}
}

// TestManyAppendAndLook appends and reads concurrently, and checks that nothing is lost.
func TestManyAppendAndLook(t *testing.T) {
	t.Parallel()
	d := openDesk(t, 50, OpenAccess(), About{})
	const writers, each = 8, 100
	next, end := d.stream("/_mock/events")
	defer end()
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := range each {
				d.Append(passed(fmt.Sprintf("/%d/%d", w, i)))
			}
		})
		running.Go(func() {
			for range 5 {
				d.must(200, "GET", "/_mock/requests?violation=true", "")
				d.must(200, "GET", "/_mock/coverage", "")
				d.must(200, "GET", "/_mock/violations", "")
			}
		})
	}
	seen, missed := 0, 0
	for seen+missed < writers*each {
		switch event, _, data := next(); event {
		case "exchange":
			seen++
		case "gap":
			var gap struct{ Missed int }
			if err := json.Unmarshal([]byte(data), &gap); err != nil {
				t.Fatal(err)
			}
			missed += gap.Missed
		case "end":
			t.Fatal("the stream ended")
		}
	}
	running.Wait()
	if text := d.must(200, "GET", "/_mock/requests?limit=1", ""); !strings.Contains(text, `"recorded":800`) {
		t.Errorf("got %s", text)
	}
}
