package pages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/unleash-mock/unleash-mock/internal/tools/browsertest"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// behind starts a proxy in front of a mock, which removes a prefix from the path and
// announces it in a header.
func behind(t *testing.T, mock, prefix string) string {
	t.Helper()
	target, err := url.Parse(mock)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.StripPrefix(prefix, &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
			r.Out.Header.Set("X-Forwarded-Prefix", prefix)
		},
	}))
	t.Cleanup(front.Close)
	return front.URL
}

// TestPagesBehindAProxy checks the pages below a proxy's prefix, a base path and a
// workspace: the live page follows its journal and leads to other workspaces, and the
// explorer sends its requests to the mock.
func TestPagesBehindAProxy(t *testing.T) {
	t.Parallel()
	const root = "/tools/mock/base"
	mock := mocktest.Start(t, mockserver.WithBasePath("/base"), mockserver.WithTrustForwarded())
	page := tab{browsertest.Open(t, behind(t, strings.TrimSuffix(mock.URL, "/base"), "/tools/mock"), root+"/w/ci-7/_mock/", browsertest.Live), t}
	page.must(200, http.MethodGet, root+"/w/ci-7/api/admin/signal-endpoints", adminToken, "")
	page.Count("#exchanges .row", 1)
	page.Do(chromedp.Click("#exchanges li:first-child button"))
	page.Says("#detail", "/api/admin/signal-endpoints")
	var command string
	page.Do(chromedp.Evaluate(`document.getElementById("curl").textContent`, &command))
	if want := "'" + page.URL + root + "/w/ci-7/api/admin/signal-endpoints'"; !strings.Contains(command, want) {
		t.Errorf("want %s in %s", want, command)
	}
	page.Picture("prefix-live")
	page.Do(chromedp.Click("#clear"))
	page.Count("#exchanges .row", 0)
	page.Do(chromedp.Focus("#workspace"))
	page.Wait(`[...document.getElementById("workspace").options].some((o) => o.value === "default")`)
	page.Choose("workspace", "default")
	page.Wait(fmt.Sprintf(`location.pathname === %q`, root+"/_mock/"))
	page.Do(browsertest.Live)

	page.Do(chromedp.Navigate(page.URL + root + "/w/ci-7/docs/openapi"))
	page.Says("body", "Unleash API")
	page.Wait(fmt.Sprintf(`document.querySelector(".servers select")?.value === %q`, root+"/w/ci-7"))
	page.Do(chromedp.Click("[id$=getReady] button", chromedp.ByQuery))
	// The explorer ignores clicks until it has read the whole operation.
	page.Do(chromedp.Evaluate(`setInterval(() => document.querySelector(".live-responses-table") ?? document.querySelector(".execute")?.click(), 300)`, nil))
	page.Says(".live-responses-table", `"health": "GOOD"`)
	page.Says(".request-url", page.URL+root+"/w/ci-7/ready")
	page.Picture("prefix-explorer")
}

// TestAnAppOnAnotherPort checks with a browser what pages of another origin may ask the
// mock.
func TestAnAppOnAnotherPort(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<title>app</title><link rel="icon" href="data:,">`))
	}))
	t.Cleanup(app.Close)
	page := tab{browsertest.Open(t, app.URL, "/", chromedp.Title(new(string))), t}
	page.ForgetProblems() // the browser reports what it refuses
	ask := func(url, init string) string {
		t.Helper()
		page.Do(chromedp.Evaluate(fmt.Sprintf(`window.got = undefined; fetch(%q, %s).then(
			async (r) => { window.got = [r.status, r.headers.get("etag") !== null, await r.text()].join(" "); },
			(e) => { window.got = "refused"; }), 0`, url, init), nil))
		page.Wait("window.got !== undefined")
		var got string
		page.Do(chromedp.Evaluate("window.got", &got))
		return got
	}
	read := fmt.Sprintf(`{headers: {Authorization: %q}}`, adminToken)
	write := fmt.Sprintf(`{method: "POST", headers: {Authorization: %q, "Content-Type": "application/json"}, body: '{"name":"from-the-app"}'}`, adminToken)
	const endpoints = "/api/admin/signal-endpoints"
	for name, test := range map[string]struct {
		options []mockserver.Option
		path    string
		init    string
		want    string
	}{
		"nothing is admitted":            {nil, endpoints, read, "refused"},
		"but the Frontend API":           {nil, "/api/frontend", fmt.Sprintf(`{headers: {Authorization: %q, "Unleash-Appname": "app"}}`, wellknown.Frontend), "200 true"},
		"whose errors it may read":       {nil, "/api/frontend", `{headers: {Authorization: "none"}}`, "401 true"},
		"but not the Client API":         {nil, "/api/client/features", fmt.Sprintf(`{headers: {Authorization: %q}}`, wellknown.Backend), "refused"},
		"a read":                         {[]mockserver.Option{mockserver.WithCORS(app.URL)}, endpoints, read, "200 true"},
		"a write":                        {[]mockserver.Option{mockserver.WithCORS(app.URL)}, "/w/a" + endpoints, write, "201 true"},
		"of everybody":                   {[]mockserver.Option{mockserver.WithCORS("*")}, endpoints, write, "201 true"},
		"of another origin":              {[]mockserver.Option{mockserver.WithCORS("http://app.example")}, endpoints, write, "refused"},
		"the control API":                {[]mockserver.Option{mockserver.WithCORS(app.URL), mockserver.WithControlOnLoopback()}, "/_mock/reset", `{method: "POST"}`, "200 true"},
		"the control API of another":     {[]mockserver.Option{mockserver.WithCORS("*")}, "/_mock/requests", "{}", "refused"},
		"the control API without asking": {nil, "/_mock/reset", `{method: "POST"}`, "refused"},
	} {
		mock := mocktest.Start(t, test.options...)
		if got := ask(mock.URL+test.path, test.init); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}

	// A reset in no-cors mode, whose answer the page cannot read, has no effect either.
	mock := mocktest.Start(t)
	mock.SetRule(mocktest.Rule{Name: "kept", Answer: &mocktest.Answer{Status: 503}})
	ask(mock.URL+"/_mock/reset", `{method: "POST", mode: "no-cors"}`)
	page.URL = mock.URL
	page.must(503, http.MethodGet, endpoints, adminToken, "")
}
