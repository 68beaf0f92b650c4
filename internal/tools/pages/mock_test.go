package pages_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/unleash-mock/unleash-mock/internal/tools/browsertest"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
	"github.com/unleash-mock/unleash-mock/spec"
)

// browse starts a mock, opens its live page in a fresh browser, and waits until the page
// follows the journal.
func browse(t *testing.T, path string, options ...mockserver.Option) tab {
	t.Helper()
	return browseUntil(t, path, browsertest.Live, options...)
}

// browseUntil is browse with another condition to wait for.
func browseUntil(t *testing.T, path string, ready chromedp.Action, options ...mockserver.Option) tab {
	t.Helper()
	return tab{browsertest.Open(t, mocktest.Start(t, options...).URL, path, ready), t}
}

const tokens = "/api/admin/signal-endpoints/1337/tokens"

func TestPageShowsExchangesAsTheyCome(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	page.Says("#nothing", "No requests yet")
	page.must(200, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "")
	page.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"disk-full","description":"No space is left."}`)
	page.must(400, http.MethodPut, tokens+"/7", adminToken, `{"name":["My external app"],"note":"n"}`)
	page.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"cpu":92,"memory":85}`)
	page.must(404, http.MethodDelete, "/api/admin/signal-endpoints/99", adminToken, "")
	page.must(403, http.MethodPost, "/api/admin/signal-endpoints/1337/on", adminToken, "", "Prefer: code=403")
	page.must(401, http.MethodGet, "/api/admin/signals?limit=1", "unknown", "")
	page.must(200, http.MethodGet, "/health", "", "")
	page.Count("#exchanges .row", 8)
	page.Says("#exchanges li:first-child", "/health")
	page.Says("#exchanges li:last-child", "admin API token")

	// The violation is marked where it occurs.
	page.Do(chromedp.Click(`//li[.//span[text()="violation"]]//button`, chromedp.BySearch))
	page.Says("#detail .breach", "it must be string, it is array")
	page.Says("#detail .line.marked", "it must be string, it is array")
	var marked string
	page.Do(chromedp.AttributeValue(`#detail .line.marked`, "data-pointer", &marked, nil))
	if marked != "/name" {
		t.Errorf("the mark is at %q", marked)
	}
	page.Pictures("traffic")

	// Filters.
	page.Do(chromedp.Click("#filter-violations"))
	page.Count("#exchanges .row", 1)
	page.Do(chromedp.Click("#filter-violations"))
	page.Choose("filter-status", "4")
	page.Count("#exchanges .row", 4)
	page.Do(chromedp.SendKeys("#filter-text", "signals"))
	page.Count("#exchanges .row", 1)
	page.Do(chromedp.SendKeys("#filter-text", " nothing"))
	page.Says("#nothing", "No exchange matches the filter.")

	// A pause holds exchanges back and loses none.
	page.Choose("filter-status", "")
	page.Choose("filter-text", "")
	page.Do(chromedp.Click("#pause"))
	page.must(200, http.MethodGet, "/ready", "", "")
	page.Wait("fresh.length === 1")
	page.Count("#exchanges .row", 8)
	page.Do(chromedp.Click("#pause"))
	page.Count("#exchanges .row", 9)
	page.Do(chromedp.Click("#clear"))
	page.Count("#exchanges .row", 0)
	page.Says("#announcement", "The journal is empty.")
	if kept := page.must(200, http.MethodGet, "/_mock/requests", "", ""); !strings.Contains(kept, `"requests":[]`) {
		t.Errorf("exchanges are still kept: %s", kept)
	}
}

func TestPageIsUsableByKeyboard(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	for _, path := range []string{"/api/admin/invoices", "/ready", "/health"} {
		page.must(200, http.MethodGet, path, adminToken, "")
	}
	page.Count("#exchanges .row", 3)
	page.Do(chromedp.Focus("#exchanges li:first-child button"), chromedp.KeyEvent(kb.Enter))
	page.Says("#detail h2", "GET /health")
	page.Do(chromedp.KeyEvent(kb.ArrowDown))
	page.Says("#detail h2", "GET /ready")
	page.Do(chromedp.KeyEvent(kb.Escape))
	page.Says("#detail", "Choose an exchange")
	page.Wait(`document.activeElement.innerText.includes("/ready")`)
	page.Do(chromedp.Focus("#tab-traffic"), chromedp.KeyEvent(kb.ArrowRight))
	page.Wait(`document.activeElement.id === "tab-rules" && !document.getElementById("rules").hidden && document.getElementById("traffic").hidden`)
	page.Do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	page.Wait(`document.activeElement.id === "tab-coverage"`)
	var unnamed []string
	page.Do(chromedp.Evaluate(`[...document.querySelectorAll("button, input, select, textarea")]
		.filter((e) => !(e.innerText?.trim() || e.getAttribute("aria-label") || e.labels?.length)).map((e) => e.outerHTML)`, &unnamed))
	if len(unnamed) > 0 {
		t.Errorf("controls without a name: %v", unnamed)
	}
}

func TestPageSetsRules(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/#rules")
	page.Do(chromedp.WaitVisible("#rule"))
	page.Choose("rule-operation", "getSignalEndpoints")
	page.Choose("rule-status", "429")
	page.Do(chromedp.SendKeys("#rule-times", "2"), chromedp.Click(`#rule button[type="submit"]`))
	page.Count("#active-rules li", 1)
	page.Says("#active-rules", "getSignalEndpoints → answers 429, 2 times")
	for _, status := range []int{429, 429, 200} {
		page.must(status, http.MethodGet, "/api/admin/signal-endpoints", adminToken, "")
	}
	page.Says("#active-rules", "2 hits, used up")

	// The page refuses a wrong rule and shows the reason.
	page.Choose("rule-status", "500")
	page.Do(chromedp.SendKeys("#rule-delay", "soon"), chromedp.Click(`#rule button[type="submit"]`))
	page.Says("#rule-problem", "/delay")
	page.Choose("rule-delay", "1ms")
	page.Do(chromedp.Click(`#rule button[type="submit"]`))
	page.Count("#active-rules li", 2)
	page.Pictures("rules")
	page.must(500, http.MethodGet, "/ready", "", "")
	page.Says("#active-rules li:last-child", "1 hit") // so that the list is not redrawn under the pointer
	page.Do(chromedp.Click(`#active-rules li:last-child button`))
	page.Count("#active-rules li", 1)
	page.must(200, http.MethodGet, "/ready", "", "")
	page.Do(chromedp.Click(`#rules-clear`))
	page.Says("#rules-none", "No rule is in force.")
}

func TestPageShowsStateAndResets(t *testing.T) {
	t.Parallel()
	page := browse(t, "/w/team-a/_mock/#state")
	page.Says("#endpoints", "cpu-over-90")
	page.must(201, http.MethodPost, "/w/team-a/api/admin/signal-endpoints", adminToken, `{"name":"disk-full"}`)
	page.Says("#endpoints", "disk-full")
	page.must(200, http.MethodPost, "/w/team-a/api/signal-endpoint/my-external-app", signalToken, `{"deployed":"v1.4.1"}`)
	page.Says("#signals tr:first-child", `{"deployed":"v1.4.1"}`)
	page.Do(chromedp.Click("#clock-freeze"))
	page.Says("#clock", "frozen")
	page.Do(chromedp.SendKeys("#clock-now", "2030-05-06T07:08:09Z"), chromedp.Click(`#clock-form button`))
	page.Says("#clock", "2030-05-06 07:08:09Z")
	page.Do(chromedp.Click("#clock-hour"))
	page.Says("#clock", "2030-05-06 08:08:09Z")
	page.Pictures("state")
	if got := page.must(201, http.MethodPost, "/w/team-a/api/admin/signal-endpoints", adminToken, `{"name":"later"}`); !strings.Contains(got, `"createdAt":"2030-05-06T08:08:09.000Z"`) {
		t.Errorf("not created at the time of the mock: %s", got)
	}

	page.Do(chromedp.Click("#tab-coverage"))
	page.Says("#coverage-sum", "2 of ")
	page.Pictures("coverage")
	page.Do(chromedp.Click("#tab-state"), chromedp.Click("#reset"))
	page.Do(chromedp.WaitVisible("#ask[open]"))
	page.Picture("dialog")
	page.Do(chromedp.Click("#ask-no"))
	page.Says("#endpoints", "disk-full")
	page.Do(chromedp.Click("#reset"), chromedp.WaitVisible("#ask[open]"), chromedp.Click("#ask-yes"))
	page.Wait(`!document.getElementById("endpoints").innerText.includes("disk-full")`)
	page.Says("#clock", "real time")
	if body := page.must(200, http.MethodGet, "/w/team-a/api/admin/signal-endpoints", adminToken, ""); strings.Contains(body, "disk-full") {
		t.Errorf("the reset did not reach the state: %s", body)
	}
}

// TestEveryViewScrolls checks that every view scrolls to its end, however many flags there
// are.
func TestEveryViewScrolls(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	for i := range 60 {
		mock.SetFlag(fmt.Sprintf("flag-%d", i), true)
	}
	page := tab{browsertest.Open(t, mock.URL, "/_mock/#flags", browsertest.Live), t}
	page.Count("#flag-rows tr", 60)
	page.Wait(`(() => { const view = document.getElementById("flags"); view.scrollTop = 1e6; return view.scrollTop > 0 && parseFloat(getComputedStyle(view).paddingLeft) > 0; })()`)
}

// TestPageOpenedAfterAReset checks that a page opened after a reset does not report the
// exchanges deleted by it as missed.
func TestPageOpenedAfterAReset(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	page := tab{browsertest.Open(t, mock.URL, "/_mock/", browsertest.Live), t}
	page.must(200, http.MethodGet, "/health", "", "")
	page.Count("#exchanges .row", 1)
	mock.Reset()
	again := tab{browsertest.Open(t, mock.URL, "/_mock/", browsertest.Live), t}
	again.must(200, http.MethodGet, "/ready", "", "")
	again.Count("#exchanges .row", 1)
	var said string
	again.Do(chromedp.Evaluate(`document.body.innerText`, &said))
	if strings.Contains(said, "too fast") {
		t.Errorf("the page says: %s", said)
	}
}

func TestPageSwitchesFlags(t *testing.T) {
	t.Parallel()
	page := browse(t, "/w/team-a/_mock/#flags")
	page.Says("#sdks", "/w/team-a/api/frontend")
	page.Says("#sdks", wellknown.Backend)
	page.Says("#flag-rows", "No flags yet.")
	page.Says("#instances", "No SDK has registered or sent metrics yet.")
	page.Do(chromedp.SendKeys("#flag-name", "checkout"), chromedp.Click(`#flag-form button`))
	page.Says("#flag-rows", "flexibleRollout")
	const asked, on, off = "/w/team-a/api/frontend?userId=7", `{"toggles":[{"name":"checkout","enabled":true`, `{"toggles":[]}`
	if got := page.must(200, http.MethodGet, asked, wellknown.Frontend, ""); !strings.HasPrefix(got, on) {
		t.Errorf("the flag was turned on: %s", got)
	}
	page.Do(chromedp.Click(`#flag-rows input`))
	page.Wait(`document.getElementById("announcement").innerText === "checkout is off in development."`)
	page.Wait(`document.activeElement.matches("#flag-rows input")`) // the focus stays, though the rows were read again
	if got := page.must(200, http.MethodGet, asked, wellknown.Frontend, ""); got != off {
		t.Errorf("the flag was turned off: %s", got)
	}
	page.Do(chromedp.SendKeys("#evaluate-flag", "checkout"), chromedp.Click(`#evaluate button`))
	page.Says("#evaluate-result", "checkout is off, variant disabled: it is switched off.")
	page.must(200, http.MethodPatch, "/w/team-a/_mock/flags/checkout", "", `{"variant":"blue"}`)
	page.Wait(`document.querySelector("#flag-rows input").checked`) // changes by others appear by themselves
	page.Do(chromedp.Click(`#evaluate button`))
	page.Says("#evaluate-result", "checkout is on, variant blue: a strategy holds.")
	page.Says("#evaluate-why", "flexibleRollout: holds, at ")
	page.Choose("flags-environment", "production")
	page.Do(chromedp.Click(`#flag-rows input`))
	page.Wait(`document.getElementById("announcement").innerText === "checkout is on in production."`)

	// What an SDK reports appears by itself.
	page.must(202, http.MethodPost, "/w/team-a/api/client/register", wellknown.Backend,
		`{"appName":"shop","instanceId":"i1","sdkVersion":"unleash-node-sdk:6.12.1","strategies":["default"],"started":"2026-01-01T00:00:00.000Z","interval":15000}`)
	page.must(202, http.MethodPost, "/w/team-a/api/client/metrics", wellknown.Backend,
		`{"appName":"shop","instanceId":"i1","bucket":{"start":1,"stop":2,"toggles":{"checkout":{"yes":3,"no":1}}}}`)
	page.Says("#instances", "unleash-node-sdk:6.12.1")
	page.Says("#instances", "checkout 3 on, 1 off")
	page.Wait(`document.querySelector("#instances td:nth-child(4)").innerText === "server"`) // as under "Connect an SDK"
	page.Pictures("flags")
}

func TestPageSwitchesWorkspaces(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/", mockserver.WithBasePath("/base"))
	page.must(200, http.MethodGet, "/w/team-b/ready", adminToken, "")
	page.Do(chromedp.Focus("#workspace"))
	page.Wait(`[...document.getElementById("workspace").options].some((option) => option.value === "team-b")`)
	page.Choose("workspace", "team-b")
	page.Wait(`location.pathname === "/base/w/team-b/_mock/" && document.title.startsWith("team-b") && document.querySelectorAll("#exchanges li").length === 1`)
	page.Choose("workspace", "new workspace")
	page.Do(chromedp.WaitVisible("#ask[open]"), chromedp.SendKeys("#ask-input", "team-c\r"))
	page.Wait(`location.pathname === "/base/w/team-c/_mock/" && document.getElementById("connection").dataset.state === "live"`)
	page.must(200, http.MethodGet, "/_mock/workspaces/team-c", "", "")
}

// TestPageShowsWhatClientsSendAsText sends markup wherever a client can send text.
func TestPageShowsWhatClientsSendAsText(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/", mockserver.WithValidation(mockserver.Faithful))
	page.must(201, http.MethodPost, tokens, adminToken, `{"name":"<img src=x onerror=window.harmed=1><script>window.harmed=1</script>\"'"}`, "X-Evil: "+hostile)
	page.must(200, http.MethodPut, "/api/admin/signal-endpoints/1337", adminToken, `{"name":"my-external-app","description":"<img src=x onerror=window.harmed=1>","enabled":"true"}`)
	page.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", signalToken, `{"<img src=x onerror=window.harmed=1>":"<script>window.harmed=1</script>"}`)
	page.must(404, http.MethodGet, "/api/admin/<img%20src=x%20onerror=window.harmed=1>?a=<script>", adminToken, "")
	page.must(201, http.MethodPost, "/_mock/rules", "", `{"name":"`+strings.ReplaceAll(hostile, `"`, `\"`)+`","answer":{"status":500},"times":1}`)
	page.Count("#exchanges .row", 4)
	for i := range 4 {
		page.Do(chromedp.Click(fmt.Sprintf("#exchanges li:nth-child(%d) button", i+1)), chromedp.WaitVisible("#copy"))
		page.Wait(fmt.Sprintf(`document.querySelector("#exchanges li:nth-child(%d) button").getAttribute("aria-current") === "true"`, i+1))
	}
	page.Says("#detail", hostile)
	for _, view := range []string{"rules", "state", "coverage"} {
		page.Do(chromedp.Click("#tab-" + view))
		page.Wait(`!document.getElementById("` + view + `").hidden`)
	}
	page.Do(chromedp.Click("#tab-rules"))
	page.Says("#active-rules", hostile)
	page.Do(chromedp.Click("#tab-state"))
	page.Says("#signals", "<script>window.harmed=1</script>")
	page.Says("#endpoints", "<img src=x onerror=window.harmed=1>")
	page.Wait(unharmed)
}

func TestPageCopiesAsCurl(t *testing.T) {
	t.Parallel()
	browsertest.Program(t, "curl")
	page := browse(t, "/w/team-d/_mock/")
	page.must(201, http.MethodPost, "/w/team-d/api/admin/signal-endpoints", adminToken, `{"name":"it-s","description":"it's $HOME"}`)
	page.Count("#exchanges .row", 1)
	page.Do(chromedp.Click("#exchanges li button"), chromedp.WaitVisible("#copy"))
	var command string
	page.Do(chromedp.Evaluate(`document.getElementById("curl").textContent`, &command))
	if strings.Contains(command, "unleash-insecure") {
		t.Errorf("the command contains a secret: %s", command)
	}
	// The command repeats the request.
	page.must(200, http.MethodPost, "/w/team-d/_mock/reset", "", "")
	run := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(command, "curl -i", "curl -sS -i", 1))
	run.Env = append(os.Environ(), "UNLEASH_TOKEN="+adminToken)
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "201 Created") || !strings.Contains(string(out), `"description":"it's $HOME"`) {
		t.Errorf("%v: %s\n%s", err, command, out)
	}
}

// TestPageQuotesAMethodForTheShell checks that a method, which clients may choose freely, is no
// command of the shell in what is copied as curl.
func TestPageQuotesAMethodForTheShell(t *testing.T) {
	t.Parallel()
	page := browse(t, "/w/team-m/_mock/")
	page.must(404, "X`id`", "/w/team-m/api/admin/x", adminToken, "")
	page.Count("#exchanges .row", 1)
	page.Do(chromedp.Click("#exchanges li button"), chromedp.WaitVisible("#copy"))
	var command string
	page.Do(chromedp.Evaluate(`document.getElementById("curl").textContent`, &command))
	if !strings.Contains(command, " -X 'X`id`' ") {
		t.Errorf("the command is %s", command)
	}
}

func TestPageAsksForTheToken(t *testing.T) {
	t.Parallel()
	page := browseUntil(t, "/_mock/", chromedp.WaitVisible("#ask[open]"), mockserver.WithControlToken("very-secret"))
	page.Do(chromedp.Click("#ask-no"))
	page.Says("#connection", "reload the page")
	page.Do(chromedp.Reload(), chromedp.WaitVisible("#ask[open]"))
	page.Says("#ask-text", "needs a token here")
	page.Do(chromedp.SendKeys("#ask-input", "wrong\r"))
	page.Says("#ask-text", "refuses this token")
	page.Wait(`document.getElementById("ask-input").value === "" && document.getElementById("ask").open`)
	page.Do(chromedp.SendKeys("#ask-input", "very-secret\r"), chromedp.WaitVisible(`#connection[data-state="live"]`))
	page.must(200, http.MethodGet, "/ready", "", "")
	page.Count("#exchanges .row", 1)
}

// TestPageOfAnotherAPI checks that a mock of another API does not claim to be Unleash, and shows no flags.
func TestPageOfAnotherAPI(t *testing.T) {
	t.Parallel()
	document, err := spec.Load([]byte(`{openapi: 3.0.3, info: {title: Pets, version: "7"}, paths: {/pets: {get: {operationId: listPets, responses: {"200": {description: d}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	page := browse(t, "/_mock/#flags", mockserver.WithDocument(document, false))
	page.Says("#version", "another API, version 7, strict")
	page.Wait(`["tab-flags", "flags", "endpoints", "signals"].every((id) => !document.getElementById(id).checkVisibility()) && document.getElementById("traffic").checkVisibility()`)
	page.Do(chromedp.Click("#tab-state"), chromedp.WaitVisible("#clock"))
	page.Wait(`!document.getElementById("endpoints").checkVisibility()`)
}

// TestPageFitsAPhone checks that nothing is wider than the screen in any view.
func TestPageFitsAPhone(t *testing.T) {
	t.Parallel()
	page := browse(t, "/_mock/")
	page.must(404, http.MethodGet, "/api/admin/"+strings.Repeat("long", 60), adminToken, "")
	page.Do(emulation.SetDeviceMetricsOverride(360, 740, 1, true))
	page.Count("#exchanges .row", 1)
	fits := `document.documentElement.scrollWidth <= 360 && visualViewport.width <= 360`
	page.Wait(fits)
	page.Do(chromedp.Click("#exchanges li button"))
	page.Says("#detail h2", "longlong")
	page.Wait(fits + ` && document.activeElement.id === "detail"`)
	page.Do(chromedp.Click("#detail .back"))
	for _, view := range []string{"rules", "flags", "state", "coverage"} {
		page.Do(chromedp.Click("#tab-"+view), chromedp.WaitVisible("#"+view))
		page.Wait(fits + ` && document.getElementById("tab-coverage").getBoundingClientRect().right <= 360`)
	}
}
