package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

// The live page is tested in a real browser. Without one the tests are skipped,
// unless UNLEASH_MOCK_REQUIRE_BROWSER is 1. UNLEASH_MOCK_SCREENSHOTS names a
// directory to put pictures of the page into.

// browserLimit is how long a test may take before it counts as stuck.
const browserLimit = 90 * time.Second

// tab is a page of a browser that shows a server under test.
type tab struct {
	*app
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	problems []string // errors of the page, and requests to other hosts
}

// findBrowser returns the path of a browser, or skips the test.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("UNLEASH_MOCK_REQUIRE_BROWSER") == "1" {
		t.Fatal("there is no Chromium, and UNLEASH_MOCK_REQUIRE_BROWSER demands one")
	}
	t.Skip("there is no Chromium")
	return ""
}

// browse starts a server, opens its live page in a fresh browser, and waits until
// the page follows the journal.
func browse(t *testing.T, path string, options ...Option) *tab {
	t.Helper()
	return browseUntil(t, path, chromedp.WaitVisible(`#connection[data-state="live"]`), options...)
}

// browseUntil is browse with something else to wait for. At the end the page must
// have had no error and asked no other host.
func browseUntil(t *testing.T, path string, ready chromedp.Action, options ...Option) *tab {
	t.Helper()
	browser := findBrowser(t)
	server := newApp(t, options...)
	listener := httptest.NewServer(server)
	t.Cleanup(func() { server.Close(); listener.Close() })
	// Not t.TempDir: the browser's processes write for a moment longer than they live.
	profile, err := os.MkdirTemp("", "unleash-mock-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1380, 900),
	)
	limited, cancel := context.WithTimeout(t.Context(), browserLimit)
	t.Cleanup(cancel)
	allocated, cancel := chromedp.NewExecAllocator(limited, flags...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // and wait
		cancel()
	})
	page := &tab{app: server, t: t, ctx: ctx, url: listener.URL}
	chromedp.ListenTarget(ctx, page.watch)
	page.do(network.Enable(), log.Enable(), emulation.SetFocusEmulationEnabled(true), chromedp.Navigate(listener.URL+path), ready)
	t.Cleanup(func() {
		page.mu.Lock()
		defer page.mu.Unlock()
		for _, problem := range page.problems {
			t.Error(problem)
		}
	})
	return page
}

// watch notes what should not happen.
func (p *tab) watch(event any) {
	var problem string
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "the page threw: " + event.ExceptionDetails.Error()
	case *log.EventEntryAdded:
		if text := event.Entry.Text; event.Entry.Level == log.LevelError && !strings.Contains(text, "Failed to load resource") {
			problem = "the browser says: " + text
		}
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; !strings.HasPrefix(url, p.url) && !strings.HasPrefix(url, "blob:"+p.url) && !strings.HasPrefix(url, "data:") {
			problem = "the page asks another host: " + url
		}
	}
	if problem != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.problems = append(p.problems, problem)
	}
}

// do runs actions; an action waits for what it needs.
func (p *tab) do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until an expression of JavaScript is true. The page may be left for
// another one meanwhile.
func (p *tab) wait(expression string) {
	p.t.Helper()
	for {
		err := chromedp.Run(p.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(20*time.Second)))
		if err == nil {
			return
		}
		if left := strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "find context"); left && p.ctx.Err() == nil {
			continue
		}
		var text string
		_ = chromedp.Run(p.ctx, chromedp.Evaluate("document.body.innerText", &text))
		p.t.Fatalf("%s does not become true: %v\nthe page says:\n%s", expression, err, text)
	}
}

// says waits until an element's text contains another.
func (p *tab) says(selector, text string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("(document.querySelector(%q)?.innerText ?? '').includes(%q)", selector, text))
}

// count waits until there are so many visible elements.
func (p *tab) count(selector string, count int) {
	p.t.Helper()
	p.wait(fmt.Sprintf("[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility()).length === %d", selector, count))
}

// choose sets a control to a value as a user does.
func (p *tab) choose(id, value string) {
	p.t.Helper()
	p.do(chromedp.Evaluate(fmt.Sprintf(`{
		const control = document.getElementById(%q);
		control.value = %q;
		control.dispatchEvent(new Event("input", {bubbles: true}));
		control.dispatchEvent(new Event("change", {bubbles: true}));
	}`, id, value), nil))
}

// picture takes a screenshot of the page if a directory for it is named.
func (p *tab) picture(name string) {
	p.t.Helper()
	directory := os.Getenv("UNLEASH_MOCK_SCREENSHOTS")
	if directory == "" {
		return
	}
	var image []byte
	p.do(chromedp.CaptureScreenshot(&image))
	if err := os.WriteFile(filepath.Join(directory, name+".png"), image, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// pictures takes one in each theme and width.
func (p *tab) pictures(name string) {
	p.t.Helper()
	if os.Getenv("UNLEASH_MOCK_SCREENSHOTS") == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1380, 390} {
			p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}),
				emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500))
			p.picture(fmt.Sprintf("%s-%s-%d", name, theme, width))
		}
	}
	p.do(emulation.ClearDeviceMetricsOverride())
}

const tokens = "/api/admin/signal-endpoints/1337/tokens"

func TestPageShowsExchangesAsTheyCome(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	page.says("#nothing", "Nothing was asked yet")
	page.must(200, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "")
	page.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"disk-full","description":"No space is left."}`)
	page.must(400, http.MethodPut, tokens+"/7", adminToken, `{"name":["My external app"],"note":"n"}`)
	page.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"cpu":92,"memory":85}`)
	page.must(404, http.MethodDelete, "/api/admin/signal-endpoints/99", adminToken, "")
	page.must(403, http.MethodPost, "/api/admin/signal-endpoints/1337/on", adminToken, "", "Prefer: code=403")
	page.must(401, http.MethodGet, "/api/admin/signals?limit=1", "unknown", "")
	page.must(200, http.MethodGet, "/health", "", "")
	page.count("#exchanges .row", 8)
	page.says("#exchanges li:first-child", "/health")
	page.says("#exchanges li:last-child", "admin API token")

	// The violation is marked where it is.
	page.do(chromedp.Click(`//li[.//span[text()="violation"]]//button`, chromedp.BySearch))
	page.says("#detail .breach", "it must be string, it is array")
	page.says("#detail .line.marked", "it must be string, it is array")
	var marked string
	page.do(chromedp.AttributeValue(`#detail .line.marked`, "data-pointer", &marked, nil))
	if marked != "/name" {
		t.Errorf("the mark is at %q", marked)
	}
	page.pictures("traffic")

	// Filters.
	page.do(chromedp.Click("#filter-violations"))
	page.count("#exchanges .row", 1)
	page.do(chromedp.Click("#filter-violations"))
	page.choose("filter-status", "4")
	page.count("#exchanges .row", 4)
	page.do(chromedp.SendKeys("#filter-text", "signals"))
	page.count("#exchanges .row", 1)
	page.do(chromedp.SendKeys("#filter-text", " nothing"))
	page.says("#nothing", "No exchange matches the filter.")

	// A pause holds back, and loses nothing.
	page.choose("filter-status", "")
	page.choose("filter-text", "")
	page.do(chromedp.Click("#pause"))
	page.must(200, http.MethodGet, "/ready", "", "")
	page.wait("fresh.length === 1")
	page.count("#exchanges .row", 8)
	page.do(chromedp.Click("#pause"))
	page.count("#exchanges .row", 9)
	page.do(chromedp.Click("#clear"))
	page.count("#exchanges .row", 0)
	page.says("#announcement", "The journal is empty.")
	if kept := page.workspaces.Default().Journal.Stats().Kept; kept != 0 {
		t.Errorf("%d exchanges are kept", kept)
	}
}

func TestPageIsUsableByKeyboard(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	for _, path := range []string{"/api/admin/invoices", "/ready", "/health"} {
		page.must(200, http.MethodGet, path, adminToken, "")
	}
	page.count("#exchanges .row", 3)
	page.do(chromedp.Focus("#exchanges li:first-child button"), chromedp.KeyEvent(kb.Enter))
	page.says("#detail h2", "GET /health")
	page.do(chromedp.KeyEvent(kb.ArrowDown))
	page.says("#detail h2", "GET /ready")
	page.do(chromedp.KeyEvent(kb.Escape))
	page.says("#detail", "Choose an exchange")
	page.wait(`document.activeElement.innerText.includes("/ready")`)
	page.do(chromedp.Focus("#tab-traffic"), chromedp.KeyEvent(kb.ArrowRight))
	page.wait(`document.activeElement.id === "tab-scenarios" && !document.getElementById("scenarios").hidden && document.getElementById("traffic").hidden`)
	page.do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	page.wait(`document.activeElement.id === "tab-coverage"`)
	var unnamed []string
	page.do(chromedp.Evaluate(`[...document.querySelectorAll("button, input, select, textarea")]
		.filter((e) => !(e.innerText?.trim() || e.getAttribute("aria-label") || e.labels?.length)).map((e) => e.outerHTML)`, &unnamed))
	if len(unnamed) > 0 {
		t.Errorf("controls without a name: %v", unnamed)
	}
}

func TestPageSetsScenarios(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/#scenarios")
	page.do(chromedp.WaitVisible("#rule"))
	page.choose("rule-operation", "getSignalEndpoints")
	page.choose("rule-status", "429")
	page.do(chromedp.SendKeys("#rule-times", "2"), chromedp.Click(`#rule button[type="submit"]`))
	page.count("#rules li", 1)
	page.says("#rules", "getSignalEndpoints → answers 429, 2 times")
	for _, status := range []int{429, 429, 200} {
		page.must(status, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "")
	}
	page.says("#rules", "2 hits, used up")

	// A wrong rule is refused with the reason.
	page.choose("rule-status", "500")
	page.do(chromedp.SendKeys("#rule-delay", "soon"), chromedp.Click(`#rule button[type="submit"]`))
	page.says("#rule-problem", "/delay")
	page.choose("rule-delay", "1ms")
	page.do(chromedp.Click(`#rule button[type="submit"]`))
	page.count("#rules li", 2)
	page.pictures("scenarios")
	page.must(500, http.MethodGet, "/ready", "", "")
	page.do(chromedp.Click(`#rules li:last-child button`))
	page.count("#rules li", 1)
	page.must(200, http.MethodGet, "/ready", "", "")
	page.do(chromedp.Click(`#rules-clear`))
	page.says("#rules-none", "No scenario is in force.")
}

func TestPageShowsStateAndResets(t *testing.T) {
	t.Parallel()
	page := browse(t, "/w/team-a/_mock/#state")
	page.says("#endpoints", "cpu-over-90")
	page.must(201, http.MethodPost, "/w/team-a/api/admin/signal-endpoints", adminToken, `{"name":"disk-full"}`)
	page.says("#endpoints", "disk-full")
	page.must(200, http.MethodPost, "/w/team-a/api/signal-endpoint/my-external-app", signalToken, `{"deployed":"v1.4.1"}`)
	page.says("#signals tr:first-child", `{"deployed":"v1.4.1"}`)
	page.do(chromedp.Click("#clock-freeze"))
	page.says("#clock", "frozen")
	page.do(chromedp.SendKeys("#clock-now", "2030-05-06T07:08:09Z"), chromedp.Click(`#clock-form button`))
	page.says("#clock", "2030-05-06 07:08:09Z")
	page.do(chromedp.Click("#clock-hour"))
	page.says("#clock", "2030-05-06 08:08:09Z")
	page.pictures("state")
	if got := page.must(201, http.MethodPost, "/w/team-a/api/admin/signal-endpoints", adminToken, `{"name":"later"}`).json(t); got["createdAt"] != "2030-05-06T08:08:09.000Z" {
		t.Errorf("created at %v", got["createdAt"])
	}

	page.do(chromedp.Click("#tab-coverage"))
	page.says("#coverage-sum", "2 of ")
	page.pictures("coverage")
	page.do(chromedp.Click("#tab-state"), chromedp.Click("#reset"))
	page.do(chromedp.WaitVisible("#ask[open]"))
	page.picture("dialog")
	page.do(chromedp.Click("#ask-no"))
	page.says("#endpoints", "disk-full")
	page.do(chromedp.Click("#reset"), chromedp.WaitVisible("#ask[open]"), chromedp.Click("#ask-yes"))
	page.wait(`!document.getElementById("endpoints").innerText.includes("disk-full")`)
	page.says("#clock", "real time")
	if body := string(page.must(200, http.MethodGet, "/w/team-a/api/admin/signal-endpoints", adminToken, "").body); strings.Contains(body, "disk-full") {
		t.Errorf("the reset did not reach the state: %s", body)
	}
}

func TestPageSwitchesWorkspaces(t *testing.T) {
	t.Parallel()
	page := browse(t, "/base/_mock/", WithBasePath("/base"))
	page.must(200, http.MethodGet, "/base/w/team-b/ready", "", "")
	page.do(chromedp.Focus("#workspace"))
	page.wait(`[...document.getElementById("workspace").options].some((option) => option.value === "team-b")`)
	page.choose("workspace", "team-b")
	page.wait(`location.pathname === "/base/w/team-b/_mock/" && document.title.startsWith("team-b") && document.querySelectorAll("#exchanges li").length === 1`)
	page.choose("workspace", "new workspace")
	page.do(chromedp.WaitVisible("#ask[open]"), chromedp.SendKeys("#ask-input", "team-c\r"))
	page.wait(`location.pathname === "/base/w/team-c/_mock/" && document.getElementById("connection").dataset.state === "live"`)
	if page.workspaces.Find("team-c") == nil {
		t.Error("the workspace was not made")
	}
}

// TestPageShowsWhatClientsSendAsText sends markup wherever a client can put text.
func TestPageShowsWhatClientsSendAsText(t *testing.T) {
	t.Parallel()
	const hostile = `<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"'`
	page := browse(t, "/_mock/", WithValidation(Faithful))
	page.must(201, http.MethodPost, tokens, adminToken, `{"name":"<img src=x onerror=window.harmed=1><script>window.harmed=1</script>\"'"}`, "X-Evil: "+hostile)
	page.must(200, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{"name":"my-external-app","description":"<img src=x onerror=window.harmed=1>","enabled":"true"}`)
	page.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"<img src=x onerror=window.harmed=1>":"<script>window.harmed=1</script>"}`)
	page.must(404, http.MethodGet, "/api/admin/<img%20src=x%20onerror=window.harmed=1>?a=<script>", adminToken, "")
	if _, err := page.workspaces.Default().Instance().Scenarios.Add(scenario.Rule{Name: hostile, Answer: &scenario.Answer{Status: 500}, Times: 1}); err != nil {
		t.Fatal(err)
	}
	page.count("#exchanges .row", 4)
	for i := range 4 {
		page.do(chromedp.Click(fmt.Sprintf("#exchanges li:nth-child(%d) button", i+1)), chromedp.WaitVisible("#copy"))
		page.wait(fmt.Sprintf(`document.querySelector("#exchanges li:nth-child(%d) button").getAttribute("aria-current") === "true"`, i+1))
	}
	page.says("#detail", hostile)
	for _, view := range []string{"scenarios", "state", "coverage"} {
		page.do(chromedp.Click("#tab-" + view))
		page.wait(`!document.getElementById("` + view + `").hidden`)
	}
	page.do(chromedp.Click("#tab-scenarios"))
	page.says("#rules", hostile)
	page.do(chromedp.Click("#tab-state"))
	page.says("#signals", "<script>window.harmed=1</script>")
	page.says("#endpoints", "<img src=x onerror=window.harmed=1>")
	page.wait(`window.harmed === undefined && document.querySelectorAll("img:not([src='icon.svg']), main script").length === 0`)
}

func TestPageCopiesAsCurl(t *testing.T) {
	t.Parallel()
	page := browse(t, "/w/team-d/_mock/")
	page.must(201, http.MethodPost, "/w/team-d/api/admin/signal-endpoints", adminToken, `{"name":"it-s","description":"it's $HOME"}`)
	page.count("#exchanges .row", 1)
	page.do(chromedp.Click("#exchanges li button"), chromedp.WaitVisible("#copy"))
	var command string
	page.do(chromedp.Evaluate(`document.getElementById("curl").textContent`, &command))
	if strings.Contains(command, "unleash-insecure") {
		t.Errorf("the command has a secret in it: %s", command)
	}
	// The command does what the request did.
	if _, err := page.workspaces.Get("team-d"); err != nil {
		t.Fatal(err)
	}
	page.must(200, http.MethodPost, "/w/team-d/_mock/reset", "", "")
	run := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(command, "curl -i", "curl -sS -i", 1))
	run.Env = append(os.Environ(), "UNLEASH_TOKEN="+adminToken)
	out, err := run.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) || strings.Contains(string(out), "not found") {
		t.Skip("there is no curl")
	}
	if err != nil || !strings.Contains(string(out), "201 Created") || !strings.Contains(string(out), `"description":"it's $HOME"`) {
		t.Errorf("%v: %s\n%s", err, command, out)
	}
}

func TestPageAsksForTheToken(t *testing.T) {
	t.Parallel()
	page := browseUntil(t, "/_mock/", chromedp.WaitVisible("#ask[open]"), WithControlToken("very-secret"))
	page.do(chromedp.SendKeys("#ask-input", "wrong\r"))
	page.wait(`document.getElementById("ask-input").value === "" && document.getElementById("ask").open`)
	page.do(chromedp.SendKeys("#ask-input", "very-secret\r"), chromedp.WaitVisible(`#connection[data-state="live"]`))
	page.must(200, http.MethodGet, "/ready", "", "")
	page.count("#exchanges .row", 1)
}

// TestPageFitsAPhone: nothing is wider than the screen, whatever the view.
func TestPageFitsAPhone(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	page.must(404, http.MethodGet, "/api/admin/"+strings.Repeat("long", 60), adminToken, "")
	page.do(emulation.SetDeviceMetricsOverride(360, 740, 1, true))
	page.count("#exchanges .row", 1)
	fits := `document.documentElement.scrollWidth <= 360 && visualViewport.width <= 360`
	page.wait(fits)
	page.do(chromedp.Click("#exchanges li button"))
	page.says("#detail h2", "longlong")
	page.wait(fits + ` && document.activeElement.id === "detail"`)
	page.do(chromedp.Click("#detail .back"))
	for _, view := range []string{"scenarios", "state", "coverage"} {
		page.do(chromedp.Click("#tab-"+view), chromedp.WaitVisible("#"+view))
		page.wait(fits)
	}
}
