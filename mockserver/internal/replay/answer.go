package replay

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Answer is a recorded answer.
type Answer struct {
	// Source is the file and line of the recorded answer.
	Source      string
	Status      int
	ContentType string // empty without a body
	// Header has further headers: those of an exceeded rate limit, and the entity tag of a
	// body that is replayed unchanged.
	Header http.Header

	location, body text
}

// text consists of pieces that are joined with the URL of the mock.
type text []string

// at joins the pieces.
func (t text) at(base string) string { return strings.Join(t, base) }

// Body returns the body for a mock that is reached at base; nil if there is none.
func (a *Answer) Body(base string) []byte {
	switch len(a.body) {
	case 0:
		return nil
	case 1:
		return []byte(a.body[0])
	}
	return []byte(a.body.at(escaped(base)))
}

// Location returns the header of that name for a mock that is reached at base; may be
// empty.
func (a *Answer) Location(base string) string { return a.location.at(base) }

// limitHeaders are the headers with which a rate limiter refuses.
var limitHeaders = []string{"Ratelimit-Policy", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"}

// answer makes the answer to replay from a recorded answer, which showed these secrets.
// It returns false if the answer hides a secret for which there is no placeholder.
func (x *Index) answer(operation *spec.Operation, came *traffic.RecordResponse, secrets []string) (*Answer, bool) {
	out := &Answer{Status: came.Status, location: x.local(came.Header.Get("Location"))}
	if came.Body != "" {
		var ok bool
		if out.body, ok = x.body(operation, came.Body, secrets); !ok {
			return nil, false
		}
		out.ContentType = came.Header.Get("Content-Type")
	}
	var names []string
	switch {
	case came.Status == http.StatusTooManyRequests:
		names = limitHeaders
	case len(out.body) == 1 && out.body[0] == came.Body:
		names = []string{"Etag"}
	}
	out.Header = http.Header{}
	for _, name := range names {
		if value := came.Header.Get(name); value != "" {
			out.Header[name] = []string{value}
		}
	}
	return out, true
}

// body returns a body as it was recorded, except for URLs of the instance and hidden
// secrets.
func (x *Index) body(operation *spec.Operation, body string, secrets []string) (out text, ok bool) {
	var piece strings.Builder
	from := 0
	for _, found := range literals(body, x.places[operation.ID]) {
		switch {
		case found.place == engine.URLPlace:
			path, isLocal := x.path(found.text)
			if !isLocal {
				continue
			}
			out = append(out, piece.String()+body[from:found.start]+`"`)
			piece.Reset()
			piece.WriteString(escaped(path) + `"`)
		case len(secrets) > 0:
			piece.WriteString(body[from:found.start] + `"` + escaped(secrets[0]) + `"`)
			secrets = secrets[1:]
		case recording.Masked(found.text):
			return nil, false
		default:
			continue
		}
		from = found.end
	}
	return append(out, piece.String()+body[from:]), true
}

// escaped returns a text as it is written in JSON, without the quotes.
func escaped(text string) string {
	quoted := jsonw.AppendString(nil, text)
	return string(quoted[1 : len(quoted)-1])
}

// local splits a URL of the recorded instance, so that the mock's URL can replace the
// base. Other URLs are unchanged.
func (x *Index) local(url string) text {
	path, found := x.path(url)
	switch {
	case found:
		return text{"", path}
	case url != "":
		return text{url}
	}
	return nil
}

// path removes the host and base path from a URL of the recorded instance: everything
// before the path of an operation or, if there is none, before /api/. It returns false
// for other URLs, and for URLs relative to the request, such as those in Unleash's
// Location.
func (x *Index) path(url string) (path string, found bool) {
	host := 0
	switch {
	case httpx.HasPrefixFold(url, "http://"), httpx.HasPrefixFold(url, "https://"):
		host = strings.Index(url, "//") + len("//")
	case !httpx.HasPrefixFold(url, "/"):
		return "", false
	}
	for at := range url {
		if at <= host || !httpx.HasPrefixFold(url[at:], "/api/") {
			continue
		}
		candidate, _, _ := strings.Cut(url[at:], "?")
		if matched, _, _ := x.contract.Match(candidate); matched != nil {
			return url[at:], true
		}
		if !found {
			path, found = url[at:], true
		}
	}
	return path, found
}

// weak returns an entity tag without the prefix of weak tags, which proxies add.
func weak(tag string) string { return strings.TrimPrefix(tag, "W/") }
