package relay

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// Target is the server that requests are passed on to.
type Target struct {
	URL  *url.URL // base path included
	path string   // escaped, of the URL
	// whole is whether another proxy is on the way, which wants to be told the server.
	whole bool
}

// NewTarget returns the target at a URL. The error is that the environment names no proxy
// that can be one.
func NewTarget(at *url.URL) (Target, error) {
	way, err := http.ProxyFromEnvironment(&http.Request{URL: at})
	if err != nil {
		return Target{}, errors.New("HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy") // the error repeats it, password included
	}
	return Target{URL: at, path: strings.TrimRight(at.EscapedPath(), "/"), whole: way != nil && at.Scheme == "http"}, nil
}

// Address sends a request to the target, for an escaped path below the target's own. Path
// and query leave to the letter, but for what should be escaped behind two slashes in
// front. What proxies before said of who asked, and for what, is kept; the address of who
// asked this one joins the end of the list.
func (t Target) Address(pr *httputil.ProxyRequest, below string) {
	out := pr.Out.URL
	out.Scheme, out.Host, out.User = t.URL.Scheme, t.URL.Host, nil
	path := t.path + below
	switch {
	case below == "*": // of OPTIONS, which is for the server whatever it serves
		path = below
	case path == "":
		path = "/"
	}
	// Opaque leaves as it is, while RawPath is escaped anew if it holds what
	// should be; but an Opaque with two slashes in front is taken for a host.
	out.RawPath = path
	switch {
	case t.whole:
		out.Opaque = "//" + out.Host + path
	case !strings.HasPrefix(path, "//"):
		out.Opaque = path
	}
	out.Path = path
	if decoded, err := url.PathUnescape(path); err == nil {
		out.Path = decoded
	}
	out.RawQuery = pr.In.URL.RawQuery // of which a reverse proxy leaves out what it cannot parse
	pr.Out.Host = t.URL.Host
	forward(pr)
}

func forward(pr *httputil.ProxyRequest) {
	in, out := pr.In.Header, pr.Out.Header
	keep := func(name string) {
		if values, has := in[name]; has {
			out[name] = values
		}
	}
	keep("X-Forwarded-For")
	pr.SetXForwarded()
	keep("X-Forwarded-Host")
	keep("X-Forwarded-Proto")
	keep("Forwarded")
}
