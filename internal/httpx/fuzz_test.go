package httpx

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzReached checks that, whatever the forwarding headers say, the resulting URL has
// exactly that host and path, and nothing in it that a page or a router would interpret. It
// also checks that a parsed origin parses to itself.
func FuzzReached(f *testing.F) {
	f.Add("https", "tools.example:8443", "/mock")
	f.Add("HTTP, https", "[::1]:80", "a, /b/")
	f.Add("javascript", `a"><script>`, "//evil.example/..")
	f.Fuzz(func(t *testing.T, scheme, host, prefix string) {
		at := ReachedBefore(&http.Request{Host: "mock", Header: http.Header{
			"X-Forwarded-Proto": {scheme}, "X-Forwarded-Host": {host}, "X-Forwarded-Prefix": {prefix},
		}})
		parsed, err := url.Parse(at.Scheme + "://" + at.Host + at.Prefix)
		switch {
		case err != nil && !strings.ContainsAny(at.Host, "[:"): // an address or a port may still be invalid
			t.Errorf("%+v: %v", at, err)
		case err == nil && (parsed.Host != at.Host || parsed.Path != at.Prefix || parsed.Scheme != "http" && parsed.Scheme != "https"):
			t.Errorf("%+v became %v", at, parsed)
		case strings.ContainsAny(at.Host+at.Prefix, "\"'<>\\ \t\r\n?#@%") || strings.Contains(at.Prefix, "//"):
			t.Errorf("%+v", at)
		}
		if origin, err := ParseOrigin(scheme + "://" + host); err == nil {
			if again, err := ParseOrigin(origin); err != nil || again != origin {
				t.Errorf("%q became %q, and then %q, %v", scheme+"://"+host, origin, again, err)
			}
		}
	})
}
