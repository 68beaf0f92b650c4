package pages_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/internal/tools/browsertest"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// harmful is an upstream that breaks the contract and sends markup that a page must not
// run.
func harmful(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch r.URL.Path {
	case "/health":
		_, _ = io.WriteString(w, `{"health":"FINE"}`)
	case "/ready":
		_, _ = io.WriteString(w, `{"health":"GOOD"}`)
	case "/api/admin/signal-endpoints":
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"name":"BadDataError","message":"`+strings.ReplaceAll(hostile, `"`, `\"`)+`"}`)
	case "/gone":
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("X-Evil", hostile)
		_, _ = io.WriteString(w, strings.Repeat("a", 1234))
	}
}

// between starts a proxy with a monitor in front of harmful, and returns its URL.
func between(t *testing.T) string {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(harmful))
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mockserver.NewMonitor(target)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proxy.New(proxy.Options{Upstream: target, Observe: m.Append})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(m.Before(p))
	t.Cleanup(func() {
		m.Close()
		server.Close()
		p.Close()
	})
	return server.URL
}

// TestPageShowsWhatPasses checks a proxy's live page in a real browser.
func TestPageShowsWhatPasses(t *testing.T) {
	t.Parallel()
	page := tab{browsertest.Open(t, between(t), "/_mock/", browsertest.Live), t}
	page.Says("#nothing", "No requests yet.")
	page.Says("#version", "proxy to http://127.0.0.1:")
	// Controls that only a mock has are hidden.
	page.Count("[role=tab]", 2)
	page.Count("#workspace, #reset, #rules, #state", 0)

	page.must(200, "GET", "/ready", "", "")
	page.must(200, "GET", "/health", "user:very-secret-1", "")
	page.must(400, "POST", "/api/admin/signal-endpoints", "", `{"name":["<img src=x onerror=window.harmed=1>"]}`, "X-Evil: "+hostile)
	page.must(502, "GET", "/gone", "", "")
	page.must(200, "GET", "/<img%20src=x%20onerror=window.harmed=1>", "", "")
	page.Count("#exchanges .row", 5)
	page.Says("#exchanges li:nth-child(4)", "violation")

	// The violation is marked where it occurs.
	page.Do(chromedp.Click("#exchanges li:nth-child(4) button"))
	page.Says("#detail .breach", "Response passed on at body/health")
	page.Says("#detail .line.marked", "it must be one of [GOOD BAD]")
	page.Says("#detail", "user:[redacted]")
	page.Pictures("proxy-violation")
	page.Do(chromedp.Click("#exchanges li:nth-child(3) button"))
	page.Says("#detail .breach", "Request passed on at body/name")
	page.Says(`#detail [data-half="request"] .line.marked`, "it must be string")
	page.Says("#detail", "X-Evil\t"+hostile)
	page.Do(chromedp.Click("#exchanges li:nth-child(1) button"))
	page.Says("#detail", "The body of 1234 bytes was not kept.")
	page.Do(chromedp.Click("#exchanges li:nth-child(2) button"))
	page.Says("#detail", "BadGatewayError")
	page.Pictures("proxy-traffic")
	page.Count("#detail .buttons button", 1) // a proxy's exchange cannot become a rule
	page.Do(chromedp.Click("#tab-coverage"))
	page.Says("#coverage-sum", "3 of ")
	page.Pictures("proxy-coverage")
	page.Do(chromedp.Click("#tab-traffic"), chromedp.Click("#clear"))
	page.Count("#exchanges .row", 0)
	page.Wait(unharmed)
	page.must(200, "GET", "/ready", "", "")
	page.Count("#exchanges .row", 1)
}
