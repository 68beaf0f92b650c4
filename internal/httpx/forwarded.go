package httpx

import (
	"net/http"
	"regexp"
	"strings"
)

// proxyHeaders are set by proxies on the way, besides X-Forwarded-*.
var proxyHeaders = []string{"Forwarded", "X-Forwarded", "Via", "X-Real-Ip"}

// IsForwarded reports whether a request says that it came through a proxy, so that its
// client need not be where its connection comes from.
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

// Reached is where the client of a request has reached a server.
type Reached struct {
	Scheme string // http or https
	Host   string
	Prefix string // what was taken off the path, as ParsePrefix returns it
}

// ReachedHere is where the request itself came.
func ReachedHere(r *http.Request) Reached {
	out := Reached{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		out.Scheme = "https"
	}
	return out
}

// ReachedBefore is what the proxies before the server say in X-Forwarded-Proto, -Host
// and -Prefix; where they say nothing, or nothing that can be right, it is where the
// request came. Of a list the first counts, which is the client's own; prefixes follow
// each other, as each proxy takes one off. Only headers that a proxy sets or drops can be
// relied on.
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

// hostForm is that of a name, an IPv4 or an IPv6 address, with or without a port.
var hostForm = regexp.MustCompile(`^([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$`)

// first is the first value of a header that may be a list.
func first(header http.Header, name string) string {
	value, _, _ := strings.Cut(header.Get(name), ",")
	return strings.TrimSpace(value)
}

// prefixForm is a path whose segments mean nothing to a URL, a page or a router.
var prefixForm = regexp.MustCompile(`^/*([\w.~-]+(/[\w.~-]+)*)?/*$`)

// ParsePrefix reads a path that everything is served under, and returns it with a slash
// in front and none behind: empty for the root. It reports whether it is one of letters,
// digits and the characters - . _ ~ without segments that lead elsewhere.
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
