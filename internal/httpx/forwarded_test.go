package httpx

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReached(t *testing.T) {
	t.Parallel()
	const long = "https://"
	for name, test := range map[string]struct {
		header http.Header
		want   Reached
	}{
		"nothing said":     {nil, Reached{"http", "mock:4242", ""}},
		"all of it":        {http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"tools.example:8443"}, "X-Forwarded-Prefix": {"/mock"}}, Reached{"https", "tools.example:8443", "/mock"}},
		"IPv6":             {http.Header{"X-Forwarded-Host": {"[2001:db8::1]:80"}}, Reached{"http", "[2001:db8::1]:80", ""}},
		"lists":            {http.Header{"X-Forwarded-Proto": {"HTTPS, http"}, "X-Forwarded-Host": {" a , b"}}, Reached{"https", "a", ""}},
		"lines":            {http.Header{"X-Forwarded-Proto": {"https", "http"}, "X-Forwarded-Host": {"a", "b"}}, Reached{"https", "a", ""}},
		"prefixes":         {http.Header{"X-Forwarded-Prefix": {"/a/b/, c", "d"}}, Reached{"http", "mock:4242", "/a/b/c/d"}},
		"a root":           {http.Header{"X-Forwarded-Prefix": {"/"}}, Reached{"http", "mock:4242", ""}},
		"another host's":   {http.Header{"X-Forwarded-Prefix": {"//evil.example/x"}}, Reached{"http", "mock:4242", "/evil.example/x"}},
		"a prefix upwards": {http.Header{"X-Forwarded-Prefix": {"/a/.."}}, Reached{"http", "mock:4242", ""}},
		"one wrong prefix": {http.Header{"X-Forwarded-Prefix": {"/a, /b?c"}}, Reached{"http", "mock:4242", ""}},
		"markup": {http.Header{"X-Forwarded-Proto": {"javascript"}, "X-Forwarded-Host": {`a"><script>`}, "X-Forwarded-Prefix": {`/"><script>`}},
			Reached{"http", "mock:4242", ""}},
		"a URL":  {http.Header{"X-Forwarded-Proto": {long}, "X-Forwarded-Host": {long + "a"}, "X-Forwarded-Prefix": {long + "a"}}, Reached{"http", "mock:4242", ""}},
		"a user": {http.Header{"X-Forwarded-Host": {"u:p@a"}}, Reached{"http", "mock:4242", ""}},
	} {
		r := &http.Request{Host: "mock:4242", Header: test.header}
		if diff := cmp.Diff(test.want, ReachedBefore(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if here := ReachedHere(r); here != (Reached{"http", "mock:4242", ""}) {
			t.Errorf("%s: reached here at %v", name, here)
		}
	}
	if here := ReachedHere(&http.Request{Host: "a", TLS: &tls.ConnectionState{}}); here.Scheme != "https" {
		t.Errorf("with TLS it is reached at %v", here)
	}
}

func TestIsForwarded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"X-Forwarded-For": true, "X-Forwarded-Anything": true, "X-Forwarded": true, "Forwarded": true, "Via": true, "X-Real-Ip": true,
		"Host": false, "X-Forward": false, "Origin": false,
	} {
		if got := IsForwarded(&http.Request{Header: http.Header{name: {""}}}); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"": "", "/": "", "//": "", "a": "/a", "/a/b-c_d.e~f/": "/a/b-c_d.e~f", "//a": "/a",
	} {
		if got, ok := ParsePrefix(path); !ok || got != want {
			t.Errorf("%q became %q, %t", path, got, ok)
		}
	}
	for _, path := range []string{"a//b", "/a b", "/a?b", "/a#b", "/a%2Fb", "/..", "/a/./b", `/a\b`, "/a:b", "/ä", "/a\n"} {
		if got, ok := ParsePrefix(path); ok || got != "" {
			t.Errorf("%q became %q", path, got)
		}
	}
}
