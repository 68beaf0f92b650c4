package mockserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/auth"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// isSignalCall tells whether a path is of the part of the API that signals are
// sent to.
func (x *exchange) isSignalCall() bool { return under(auth.SignalCallPrefix, collapse(x.path)) }

// isLimitedCall tells whether a path is of the part whose calls are limited: the
// limiter of a real server, unlike its router, minds the letter case (O).
func (x *exchange) isLimitedCall() bool {
	rest, found := strings.CutPrefix(collapse(x.path), auth.SignalCallPrefix)
	return found && (rest == "" || rest[0] == '/')
}

// under tells whether a path is the prefix or below it, whatever its case. A
// real server takes a Bearer prefix off before it collapses repeated slashes,
// and asks who it is after that, so //api is under /api only for the latter.
func under(prefix, path string) bool {
	_, inside := cutPrefixFold(path, prefix)
	return inside
}

// apiPath is the path that a 404 names: repeated slashes collapsed, /api in
// lower case and never without a slash behind it.
func apiPath(path string) string {
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
// is one, as a real server trusts it.
func clientIP(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		first, _, _ := strings.Cut(forwarded, ",")
		return strings.TrimSpace(first)
	}
	if colon := strings.LastIndexByte(r.RemoteAddr, ':'); colon >= 0 {
		return r.RemoteAddr[:colon]
	}
	return r.RemoteAddr
}

// isDecodable tells whether a path's escapes are those of UTF-8.
func isDecodable(path string) bool {
	if !strings.Contains(path, "%") {
		return true
	}
	text, err := url.PathUnescape(path)
	return err == nil && utf8.ValidString(text)
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

// sent is what a request looked like before its path was changed for routing.
type sent struct {
	path      string // below the base path and the workspace
	workspace *workspace.Workspace
	base      string // the base path, and the workspace if the path named it
}

type sentKey struct{}

func withSent(ctx context.Context, original sent) context.Context {
	return context.WithValue(ctx, sentKey{}, original)
}

// sent tells what the request looked like. One that was not changed is for the
// workspace default, under no base path.
func (s *Server) sent(r *http.Request) sent {
	if original, changed := r.Context().Value(sentKey{}).(sent); changed {
		return original
	}
	return sent{path: rawPath(r), workspace: s.workspaces.Default()}
}

// rawPath is the path of a request to the letter. A server's request has it in
// the request line; one that a program made does not.
func rawPath(r *http.Request) string {
	path := r.RequestURI
	if !strings.HasPrefix(path, "/") {
		return r.URL.EscapedPath()
	}
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	return path
}
