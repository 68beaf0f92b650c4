package relay

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// Target is the server to which requests are passed on.
type Target struct {
	URL  *url.URL // base path included
	path string   // the URL's path, escaped
	// whole is true if requests go through another proxy, which finds the server in the request line.
	whole bool
}

// NewTarget returns the target at a URL. It fails if the environment names a proxy with
// an invalid URL.
func NewTarget(at *url.URL) (Target, error) {
	way, err := http.ProxyFromEnvironment(&http.Request{URL: at})
	if err != nil {
		return Target{}, errors.New("HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy") // the original error repeats the URL, password included
	}
	return Target{URL: at, path: strings.TrimRight(at.EscapedPath(), "/"), whole: way != nil && at.Scheme == "http"}, nil
}

// Address directs a request to the target, at an escaped path below the target's own.
// Path and query are passed on verbatim, except that a path with two leading slashes is
// escaped where it should be. What earlier proxies reported about the client and its
// request is kept, and the address of this proxy's own client is appended to the list.
func (t Target) Address(pr *httputil.ProxyRequest, below string) {
	out := pr.Out.URL
	out.Scheme, out.Host, out.User = t.URL.Scheme, t.URL.Host, nil
	path := t.path + below
	switch {
	case below == "*": // for OPTIONS, which concerns the server as a whole
		path = below
	case path == "":
		path = "/"
	}
	// Opaque is sent as it is, while RawPath is escaped anew if it contains anything that
	// should be. But an Opaque with two leading slashes is taken for a host.
	out.RawPath = path
	switch {
	case t.whole:
		out.Opaque = "//" + out.Host + path
	case !strings.HasPrefix(path, "//"):
		out.Opaque = path
	}
	out.Path = httpx.Unescape(path)
	out.RawQuery = pr.In.URL.RawQuery // a reverse proxy drops the parts of it that it cannot parse
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
