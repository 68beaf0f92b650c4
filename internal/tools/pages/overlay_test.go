//go:build real

package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestRealUnleashShowsItsSignalsPages uses the admin UI of a real open-source Unleash as a
// person would, with the mock as an overlay. UNLEASH_MOCK_REAL_UNLEASH has the URL of the
// real one; scripts/real-unleash.sh starts one.
func TestRealUnleashShowsItsSignalsPages(t *testing.T) {
	t.Parallel()
	real := os.Getenv("UNLEASH_MOCK_REAL_UNLEASH")
	if real == "" {
		t.Fatal("UNLEASH_MOCK_REAL_UNLEASH does not name a real Unleash")
	}
	target, err := url.Parse(real)
	if err != nil {
		t.Fatal(err)
	}
	page := browseUntil(t, "/", chromedp.WaitVisible(`input[name="username"]`),
		mockserver.WithUpstream(mockserver.Upstream{URL: target, PresentEnterprise: true}), mockserver.WithLimits(mockserver.Limits{}))
	page.ForgetProblems() // problems of this page, which loads avatars from other sites
	find := func(xpath string, arguments ...any) (string, chromedp.QueryOption) {
		return fmt.Sprintf(xpath, arguments...), chromedp.BySearch
	}
	click := func(xpath string, arguments ...any) {
		t.Helper()
		selector, by := find(xpath, arguments...)
		page.Do(chromedp.WaitVisible(selector, by), chromedp.Click(selector, by))
	}
	write := func(text, xpath string, arguments ...any) {
		t.Helper()
		selector, by := find(xpath, arguments...)
		page.Do(chromedp.WaitVisible(selector, by), chromedp.SendKeys(selector, text, by))
	}
	menu := func(id int, item string) {
		t.Helper()
		click(`//button[@id="signal-endpoint-%d-actions"]`, id)
		click(`//*[@role="menuitem"][contains(., %q)]`, item)
	}

	// Log in.
	write("admin", `//input[@name="username"]`)
	write("unleash4all", `//input[@name="password"]`)
	click(`//button[@type="submit"]`)
	page.Says("body", "Dashboard")
	page.Do(chromedp.Navigate(page.URL + "/integrations/signals"))
	page.Says("body", "my-external-app")

	// Create an endpoint with a token; its secret is shown once.
	click(`//button[contains(., "New signal endpoint")]`)
	page.Says("body", "Add signal endpoint")
	write("from-the-ui", `(//form//input[@type="text"])[1]`)
	write("Made by hand", `(//form//input[@type="text"])[2]`)
	page.Do(chromedp.Evaluate(`document.querySelectorAll('input[name="token-generation"]')[1].click()`, nil))
	write("first", `(//form//input[@type="text"])[3]`)
	page.Wait(`!document.querySelector('button[type="submit"]').disabled`)
	click(`//button[@type="submit"]`)
	page.Says("body", "Your token:")
	var shown string
	page.Do(chromedp.Evaluate("document.body.innerText", &shown))
	secret := regexp.MustCompile(`signal_[0-9a-f]{56}`).FindString(shown)
	if secret == "" {
		t.Fatalf("no secret is shown:\n%s", shown)
	}
	page.Picture("overlay-secret")
	click(`//*[@role="dialog"]//button[contains(., "Close")]`)

	// Call it; the signal appears.
	page.must(200, http.MethodPost, "/api/signal-endpoint/from-the-ui", "Bearer "+secret, `{"color":"indigo"}`)
	page.Do(chromedp.Navigate(page.URL + "/integrations/signals"))
	page.Says("body", "from-the-ui")
	page.Do(chromedp.Evaluate("document.body.innerText", &shown))
	if strings.Contains(shown, secret) {
		t.Error("the secret is shown a second time")
	}
	menu(1339, "View signals")
	page.Says("body", "indigo")
	page.Picture("overlay-signal")
	page.Do(chromedp.KeyEvent(kb.Escape))

	// Disable it, then delete it.
	page.Do(chromedp.Navigate(page.URL + "/integrations/signals"))
	page.Says("body", "from-the-ui")
	page.Do(chromedp.Evaluate(`document.querySelector('#signal-endpoint-1339-actions').closest("tr").querySelector('input[type="checkbox"]').click()`, nil))
	page.Wait(`!document.querySelector('#signal-endpoint-1339-actions').closest("tr").querySelector('input[type="checkbox"]').checked`)
	page.must(404, http.MethodPost, "/api/signal-endpoint/from-the-ui", secret, `{}`)
	menu(1339, "Remove")
	click(`//*[@role="dialog"]//button[contains(., "Delete") or contains(., "Remove")]`)
	page.Wait(`!document.querySelector('#signal-endpoint-1339-actions')`)
	page.Picture("overlay-removed")
	page.must(404, http.MethodPost, "/api/admin/signal-endpoints/1339/on", adminToken, "")
}
