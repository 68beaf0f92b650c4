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

// undecodableParam is the first parameter in a path of the contract that is no
// UTF-8 behind its escapes. The router of a real server decodes the parameters
// of every route that a path is at or below, whatever the method (F).
func (x *exchange) undecodableParam() (param string, is bool) {
	if isDecodable(x.path) {
		return "", false
	}
	segments := strings.FieldsFunc(x.path, func(r rune) bool { return r == '/' })
	for _, path := range x.contract.Paths() {
		if !x.serves(path) {
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
			if !is && !isDecodable(segments[i]) {
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

// rawQuery is the query of a request. A fragment, which no client should send,
// is none of it.
func rawQuery(r *http.Request) string {
	target, _, hasFragment := strings.Cut(r.RequestURI, "#")
	if !hasFragment {
		return r.URL.RawQuery
	}
	_, query, _ := strings.Cut(target, "?")
	return query
}

var pathEscapes = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", "`", "%60", "{", "%7B", "}", "%7D")

// encodePath escapes what a page that names the path does not show as it is.
func encodePath(path string) string { return pathEscapes.Replace(path) }

// latin1 reads the bytes of a header as Node does: each is a character.
func latin1(value string) string {
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}
