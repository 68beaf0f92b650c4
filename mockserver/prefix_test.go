package mockserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// behind puts a reverse proxy in front of a server. The proxy strips a prefix from the
// path and reports it, along with its own host, in headers.
func behind(t *testing.T, server, prefix string) string {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
		r.Out.Header.Set("X-Forwarded-Prefix", prefix)
	}}
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, proxy))
	mux.Handle(prefix, http.StripPrefix(prefix, proxy))
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	return front.URL + prefix
}

// visitor follows links as a browser does.
type visitor struct{ t *testing.T }

// open returns the text of a page and, after redirects, its URL.
func (v visitor) open(address string) (at *url.URL, text string) {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		v.t.Fatalf("%s, redirected to %s: status %d, %v", address, response.Request.URL, response.StatusCode, err)
	}
	return response.Request.URL, string(body)
}

func (v visitor) follow(from *url.URL, link string) (*url.URL, string) {
	v.t.Helper()
	to, err := from.Parse(link)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.open(to.String())
}

var links = regexp.MustCompile(`(?:src|href)="([^"]+)"`)

// look opens a page and everything it loads.
func (v visitor) look(address string) (at *url.URL, text string) {
	v.t.Helper()
	at, text = v.open(address)
	found := links.FindAllStringSubmatch(text, -1)
	if len(found) < 3 {
		v.t.Fatalf("%s loads %v", address, found)
	}
	for _, link := range found {
		if !strings.HasPrefix(link[1], "#") {
			v.follow(at, link[1])
		}
	}
	return at, text
}

// TestEveryPageWorksUnderEveryPrefix tries every combination of a base path, a workspace
// and a prefix that a proxy strips.
func TestEveryPageWorksUnderEveryPrefix(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/base/deep"} {
		for _, workspace := range []string{"", "/w/ci-7", "/w/default"} {
			for _, prefix := range []string{"", "/tools/mock"} {
				t.Run(fmt.Sprintf("base %s, workspace %s, prefix %s", base, workspace, prefix), func(t *testing.T) {
					t.Parallel()
					server := httptest.NewServer(newApp(t, WithBasePath(base), WithTrustForwarded()))
					t.Cleanup(server.Close)
					v, root := visitor{t}, server.URL
					ofDefault := strings.NewReplacer("/w/default", "") // the default workspace has a shorter path
					if prefix != "" {
						root = behind(t, server.URL, prefix)
					}
					root += base + workspace
					for _, start := range []string{root, root + "/", root + "/docs/openapi"} {
						at, page := v.look(start)
						if want := root + "/docs/openapi/"; at.String() != want && at.String() != ofDefault.Replace(want) {
							t.Errorf("%s leads to %s, want %s", start, at, want)
						}
						for _, document := range []string{"../openapi.json", "../control.json"} {
							if !strings.Contains(page, document) {
								t.Errorf("%s does not show %s", start, document)
							}
						}
						for link, path := range map[string]string{"../openapi.json": "/health", "../control.json": "/_mock/clock"} {
							at, text := v.follow(at, link)
							var document struct{ Servers []struct{ URL string } }
							if err := json.Unmarshal([]byte(text), &document); err != nil || len(document.Servers) != 1 {
								t.Fatalf("%v: %v", err, document)
							}
							v.follow(at, strings.TrimRight(document.Servers[0].URL, "/")+path)
						}
					}
					if at, _ := v.look(root + "/_mock"); at.String() != root+"/_mock/" {
						t.Errorf("the live page is at %s", at)
					}
					v.open(root + "/internal-backstage/prometheus")
					request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"/api/admin/signal-endpoints", strings.NewReader(`{"name":"x"}`))
					if err != nil {
						t.Fatal(err)
					}
					request.Header = http.Header{"Authorization": {adminToken}, "Content-Type": {"application/json"}}
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					defer response.Body.Close()
					want := ofDefault.Replace(root) + "/api/signal-endpoint/x"
					if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), `"url":"`+want+`"`) {
						t.Errorf("want the url %s in %s", want, body)
					}
				})
			}
		}
	}
}

// TestProxiesAreOnlyBelievedWhenTrusted checks that forwarded headers are ignored by
// default, since any client can send them.
func TestProxiesAreOnlyBelievedWhenTrusted(t *testing.T) {
	t.Parallel()
	said := []string{"X-Forwarded-Host: tools.example", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /mock"}
	for name, test := range map[string]struct {
		options []Option
		url     string
		servers string
	}{
		"by default":             {nil, "http://example.com/", "/"},
		"when trusted":           {[]Option{WithTrustForwarded()}, "https://tools.example/mock/", "/mock"},
		"when all is configured": {[]Option{WithTrustForwarded(), WithBaseURL("https://flags.example")}, "https://flags.example/", "/mock"},
	} {
		a := newApp(t, test.options...)
		if got := a.must(201, http.MethodPost, "/api/admin/signal-endpoints", adminToken, `{"name":"x"}`, said...).json(t)["url"]; got != test.url+"api/signal-endpoint/x" {
			t.Errorf("%s: the url is %v", name, got)
		}
		if got := serversOf(t, a.must(200, http.MethodGet, "/docs/openapi.json", "", "", said...).body); got != `[{"url":"`+test.servers+`"}]` {
			t.Errorf("%s: the servers are %s", name, got)
		}
	}
}

// TestNoRedirectLeadsToAnotherHost checks that no X-Forwarded-Prefix makes a redirect
// lead to another host.
func TestNoRedirectLeadsToAnotherHost(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "/a/..//evil.example"} {
		got := newApp(t, WithTrustForwarded()).must(302, http.MethodGet, "/", "", "", "X-Forwarded-Prefix: "+prefix).header.Get("Location")
		if at, err := url.Parse(got); err != nil || at.Host != "" || !strings.HasPrefix(got, "/") {
			t.Errorf("%s leads to %s", prefix, got)
		}
	}
}
