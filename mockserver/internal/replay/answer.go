package replay

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Answer is a recorded answer.
type Answer struct {
	// Source is the file and line that it stands in.
	Source      string
	Status      int
	ContentType string // empty for no body
	// Header has further headers: those of an exceeded rate limit, and the entity tag of a
	// body that is replayed as it was recorded; nil for none.
	Header http.Header

	location, body text
}

// text is in pieces between which the URL belongs where the mock is reached.
type text []string

// at puts the pieces together.
func (t text) at(base string) string { return strings.Join(t, base) }

// Body is the body where the mock is reached at base; nil for none.
func (a *Answer) Body(base string) []byte {
	switch len(a.body) {
	case 0:
		return nil
	case 1:
		return []byte(a.body[0])
	}
	return []byte(a.body.at(escaped(base)))
}

// Location is the header of that name where the mock is reached at base; empty for
// none.
func (a *Answer) Location(base string) string { return a.location.at(base) }

// limitHeaders are what a rate limiter says when it refuses.
var limitHeaders = []string{"Ratelimit-Policy", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"}

// answer makes what is replayed of a recorded answer, which showed these secrets; false
// if it hides one that nothing stands for.
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

// body leaves a body as it was recorded, but for URLs of the instance and for secrets
// that are hidden.
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

// escaped is a text as it stands in JSON, without the quotes.
func escaped(text string) string {
	quoted := jsonw.AppendString(nil, text)
	return string(quoted[1 : len(quoted)-1])
}

// local is a URL that has its base put before it again, if it is one of the recorded
// instance.
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

// path cuts the host and base path off a URL of the recorded instance: what comes before
// the path of an operation or, if there is none, of the API. It finds none in other
// URLs, and in one that is relative to the request, as Unleash's Location is.
func (x *Index) path(url string) (path string, found bool) {
	host := 0
	switch {
	case hasPrefix(url, "http://"), hasPrefix(url, "https://"):
		host = strings.Index(url, "//") + len("//")
	case !hasPrefix(url, "/"):
		return "", false
	}
	for at := range url {
		if at <= host || !hasPrefix(url[at:], "/api/") {
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

// hasPrefix reports whether a text begins with another, whatever its letter case.
func hasPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// weak is an entity tag without the mark of a weak one: proxies add it.
func weak(tag string) string { return strings.TrimPrefix(tag, "W/") }
