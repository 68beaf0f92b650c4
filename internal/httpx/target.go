package httpx

import (
	"net/http"
	"net/url"
	"strings"
)

// RawQuery returns the query of a request without a fragment, which clients should not
// send anyway.
func RawQuery(r *http.Request) string {
	target, _, hasFragment := strings.Cut(r.RequestURI, "#")
	if !hasFragment {
		return r.URL.RawQuery
	}
	_, query, _ := strings.Cut(target, "?")
	return query
}

// RawPath returns the path of a request as it was sent, without a fragment. Only requests
// that a server received have it, in their request line.
func RawPath(r *http.Request) string {
	path := r.RequestURI
	if !strings.HasPrefix(path, "/") {
		return r.URL.EscapedPath()
	}
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	return path
}

// HasPrefixFold reports whether a text begins with a prefix, ignoring case.
func HasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// CutPath removes a prefix from a path that is the prefix or below it, ignoring case. The
// rest is empty or begins with a slash.
func CutPath(path, prefix string) (rest string, inside bool) {
	if !HasPrefixFold(path, prefix) {
		return path, false
	}
	rest = path[len(prefix):]
	if rest != "" && rest[0] != '/' {
		return path, false
	}
	return rest, true
}

// Unescape decodes the escapes of a path segment. If they cannot be decoded, it returns
// the segment as it is.
func Unescape(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	text, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return text
}
