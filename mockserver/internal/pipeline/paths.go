package pipeline

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// under reports whether a path is the prefix or below it, ignoring case. A real server
// strips a Bearer prefix before it collapses repeated slashes, but identifies the caller
// after that, so //api is under /api only for identification.
func under(prefix, path string) bool {
	_, inside := httpx.CutPath(path, prefix)
	return inside
}

// IsFrontend reports whether the middleware of the Frontend API handles a path. It checks
// only how the path begins (O).
func IsFrontend(path string) bool {
	return httpx.HasPrefixFold(collapse(path), browserURL)
}

// isOfEdge reports whether a path exists in the Frontend API of Unleash Edge, and so gets
// a 405 from Unleash (O).
func isOfEdge(path string) bool {
	return slices.ContainsFunc([]string{"/api/frontend/client/features", "/api/frontend/health", "/api/frontend/internal-backstage/prometheus"},
		func(of string) bool { return strings.EqualFold(strings.TrimSuffix(path, "/"), of) })
}

// apiPath returns the path that a 404 names: with repeated slashes collapsed, /api in
// lower case and always followed by a slash. A path outside the API is unchanged.
func apiPath(path string) string {
	if !under("/api", collapse(path)) {
		return path
	}
	return "/api/" + strings.TrimPrefix(collapse(path)[len("/api"):], "/")
}

// collapse replaces repeated slashes with one.
func collapse(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// clientIP returns the address of the client: the first in X-Forwarded-For, which a real
// server trusts, or else that of the connection. Empty entries are skipped (O).
func clientIP(r *http.Request) string {
	for _, header := range r.Header["X-Forwarded-For"] {
		for address := range strings.SplitSeq(header, ",") {
			if address = strings.Trim(address, " "); address != "" {
				return address
			}
		}
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// Decodable reports whether a path's escapes decode to UTF-8.
func Decodable(path string) bool {
	if !strings.Contains(path, "%") {
		return true
	}
	text, err := url.PathUnescape(path)
	return err == nil && utf8.ValidString(text)
}

// undecodableParam returns the first path parameter whose escapes do not decode to UTF-8.
// The router of a real server decodes the parameters of every route that the path is at
// or below, whatever the method (F).
func (x *exchange) undecodableParam() (param string, is bool) {
	if Decodable(x.path) {
		return "", false
	}
	segments := strings.FieldsFunc(x.path, func(r rune) bool { return r == '/' })
	for _, path := range x.Contract.Paths() {
		if path.In(x.Edition) == nil {
			continue
		}
		if param, is = undecodable(segments, strings.Split(path.Template[1:], "/")); is {
			return param, true
		}
	}
	return "", false
}

// undecodable returns the first undecodable parameter of a template, if the path is at or
// below the template.
func undecodable(segments, template []string) (param string, is bool) {
	if len(segments) < len(template) {
		return "", false
	}
	for i, segment := range template {
		switch {
		case strings.HasPrefix(segment, "{"):
			if !is && !Decodable(segments[i]) {
				param, is = segments[i], true
			}
		case !strings.EqualFold(segment, segments[i]):
			return "", false
		}
	}
	return param, is
}

// Sent is the request as it was before its path was changed for routing.
type Sent struct {
	Path      string // below the base path and the workspace
	Workspace *workspace.Workspace
	Base      string // the base path, plus the workspace if the path names it
	Preflight bool   // the headers that are already set are the answer
}

type sentKey struct{}

// WithSent returns a context that carries the original request.
func WithSent(ctx context.Context, original Sent) context.Context {
	return context.WithValue(ctx, sentKey{}, original)
}

// sent returns the original request. An unchanged request is for the default workspace,
// without a base path.
func (p *Pipeline) sent(r *http.Request) Sent {
	if original, changed := r.Context().Value(sentKey{}).(Sent); changed {
		return original
	}
	return Sent{Path: httpx.RawPath(r), Workspace: p.Default()}
}

var pathEscapes = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", "`", "%60", "{", "%7B", "}", "%7D")

// EncodePath escapes the characters that are escaped when a page shows the path.
func EncodePath(path string) string { return pathEscapes.Replace(path) }

// latin1 decodes the bytes of a header as Node does: each is one character.
func latin1(value string) string {
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}
