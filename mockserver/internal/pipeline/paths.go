package pipeline

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// under reports whether a path is the prefix or below it, in any letter case. A real
// server takes a Bearer prefix off before it collapses repeated slashes, and identifies
// the caller after that, so //api is under /api only for the latter.
func under(prefix, path string) bool {
	_, inside := CutPrefixFold(path, prefix)
	return inside
}

// IsFrontend reports whether a path is for the middleware of the Frontend API, which looks
// only at how it begins (O).
func IsFrontend(path string) bool {
	const frontend = "/api/frontend"
	path = collapse(path)
	return len(path) >= len(frontend) && strings.EqualFold(path[:len(frontend)], frontend)
}

// isOfEdge reports whether a path is one that the Frontend API of Unleash Edge has, and that
// of Unleash answers with a 405 (O).
func isOfEdge(path string) bool {
	return slices.ContainsFunc([]string{"/api/frontend/client/features", "/api/frontend/health", "/api/frontend/internal-backstage/prometheus"},
		func(of string) bool { return strings.EqualFold(strings.TrimSuffix(path, "/"), of) })
}

// apiPath is the path that a 404 names: repeated slashes collapsed, /api in
// lower case and never without a slash behind it. Outside the API it stays.
func apiPath(path string) string {
	if !under("/api", collapse(path)) {
		return path
	}
	return "/api/" + strings.TrimPrefix(collapse(path)[len("/api"):], "/")
}

// collapse makes one slash of several.
func collapse(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// clientIP is the address of the client, the first of X-Forwarded-For if there
// is one, as a real server trusts it. Empty ones do not count (O).
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

// Decodable reports whether a path's escapes are those of UTF-8.
func Decodable(path string) bool {
	if !strings.Contains(path, "%") {
		return true
	}
	text, err := url.PathUnescape(path)
	return err == nil && utf8.ValidString(text)
}

// undecodableParam returns the first parameter of a path of the contract whose escapes
// are not UTF-8. The router of a real server decodes the parameters
// of every route that a path is at or below, whatever the method (F).
func (x *exchange) undecodableParam() (param string, is bool) {
	if Decodable(x.path) {
		return "", false
	}
	segments := strings.FieldsFunc(x.path, func(r rune) bool { return r == '/' })
	for _, path := range x.Contract.Paths() {
		if !x.Serves(path) {
			continue
		}
		if param, is = undecodable(segments, strings.Split(path.Template[1:], "/")); is {
			return param, true
		}
	}
	return "", false
}

// undecodable finds the parameter of a template that cannot be decoded in a path
// that is at or below it.
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

func unescape(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	text, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return text
}

// Sent is what a request looked like before its path was changed for routing.
type Sent struct {
	Path      string // below the base path and the workspace
	Workspace *workspace.Workspace
	Base      string // the base path, and the workspace if the path named it
	Preflight bool   // it is answered by the headers that are set
}

type sentKey struct{}

// WithSent returns a context that holds what the request looked like.
func WithSent(ctx context.Context, original Sent) context.Context {
	return context.WithValue(ctx, sentKey{}, original)
}

// sent returns what the request looked like. An unchanged one is for the default
// workspace, under no base path.
func (p *Pipeline) sent(r *http.Request) Sent {
	if original, changed := r.Context().Value(sentKey{}).(Sent); changed {
		return original
	}
	return Sent{Path: RawPath(r), Workspace: p.Default()}
}

// RawPath returns the path of a request as it was sent. Only a request that a server
// received has it, in its request line.
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

// rawQuery returns the query of a request without a fragment, which no client should
// send.
func rawQuery(r *http.Request) string {
	target, _, hasFragment := strings.Cut(r.RequestURI, "#")
	if !hasFragment {
		return r.URL.RawQuery
	}
	_, query, _ := strings.Cut(target, "?")
	return query
}

var pathEscapes = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", "`", "%60", "{", "%7B", "}", "%7D")

// EncodePath escapes what a page that names the path shows escaped.
func EncodePath(path string) string { return pathEscapes.Replace(path) }

// latin1 reads the bytes of a header as Node does: each is a character.
func latin1(value string) string {
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}

// CutPrefixFold takes a path prefix off, in any letter case.
func CutPrefixFold(path, prefix string) (string, bool) {
	if len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return path, false
	}
	rest := path[len(prefix):]
	switch {
	case rest == "":
		return "/", true
	case rest[0] == '/':
		return rest, true
	}
	return path, false
}
