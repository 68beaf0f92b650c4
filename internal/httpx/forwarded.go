package httpx

import (
	"net/http"
	"regexp"
	"strings"
)

// proxyHeaders are the headers, besides X-Forwarded-*, that proxies set.
var proxyHeaders = []string{"Forwarded", "X-Forwarded", "Via", "X-Real-Ip"}

// IsForwarded reports whether the headers of a request say that it came through a proxy.
// Its connection then need not come from the client itself.
func IsForwarded(r *http.Request) bool {
	for _, name := range proxyHeaders {
		if _, has := r.Header[name]; has {
			return true
		}
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// Reached is the address at which a client reached a server.
type Reached struct {
	Scheme string // http or https
	Host   string
	Prefix string // what was removed from the path, in the form that ParsePrefix returns
}

// ReachedHere returns the address at which the request itself arrived.
func ReachedHere(r *http.Request) Reached {
	out := Reached{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		out.Scheme = "https"
	}
	return out
}

// ReachedBefore returns the address that proxies report in X-Forwarded-Proto, -Host and
// -Prefix. Where a header is missing or implausible, it uses the address at which the
// request itself arrived. The first value of a list counts, which comes from the proxy
// nearest the client; prefixes are joined, because each proxy removes one. Rely only on
// headers that a proxy sets or drops.
func ReachedBefore(r *http.Request) Reached {
	out := ReachedHere(r)
	if scheme := strings.ToLower(first(r.Header, "X-Forwarded-Proto")); scheme == "http" || scheme == "https" {
		out.Scheme = scheme
	}
	if host := first(r.Header, "X-Forwarded-Host"); hostForm.MatchString(host) {
		out.Host = host
	}
	var prefix strings.Builder
	for part := range strings.SplitSeq(strings.Join(r.Header["X-Forwarded-Prefix"], ","), ",") {
		one, ok := ParsePrefix(strings.TrimSpace(part))
		if !ok {
			return out
		}
		prefix.WriteString(one)
	}
	out.Prefix = prefix.String()
	return out
}

// hostForm matches a host name, an IPv4 address or a bracketed IPv6 address, with or
// without a port.
var hostForm = regexp.MustCompile(`^([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$`)

// first returns the first value of a header that may be a list.
func first(header http.Header, name string) string {
	value, _, _ := strings.Cut(header.Get(name), ",")
	return strings.TrimSpace(value)
}

// prefixForm matches a path without characters that mean something to a URL, a page or a
// router.
var prefixForm = regexp.MustCompile(`^/*([\w.~-]+(/[\w.~-]+)*)?/*$`)

// ParsePrefix reads a path under which everything is served. It returns the path with a
// leading and without a trailing slash, or an empty one for the root. ok reports whether
// its segments consist of letters, digits and the characters - . _ ~, and none is . or ..
// alone.
func ParsePrefix(path string) (prefix string, ok bool) {
	if !prefixForm.MatchString(path) {
		return "", false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return "", false
		}
	}
	if path = strings.Trim(path, "/"); path == "" {
		return "", true
	}
	return "/" + path, true
}
