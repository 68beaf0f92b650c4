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
