package replay

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signals"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Answer is a recorded answer.
type Answer struct {
	// Source is the file and line that it stands in.
	Source      string
	Status      int
	ContentType string // empty for no body
	// Limits are the headers of an exceeded rate limit; nil for none.
	Limits http.Header

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
	quoted := jsonw.AppendString(nil, base)
	return []byte(a.body.at(string(quoted[1 : len(quoted)-1])))
}

// Location is the header of that name where the mock is reached at base; empty for
// none.
func (a *Answer) Location(base string) string { return a.location.at(base) }

// limitHeaders are what a rate limiter says when it refuses.
var limitHeaders = []string{"Ratelimit-Policy", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"}

// answer makes what is replayed of a recorded answer; false if it holds a secret
// that nothing can stand for.
func (x *Index) answer(operation *spec.Operation, params []string, came *traffic.RecordResponse) (*Answer, bool) {
	out := &Answer{Status: came.Status, location: local(came.Header.Get("Location"))}
	content, ok := x.reveal(operation, params, came)
	if !ok {
		return nil, false
	}
	if content != "" {
		out.ContentType, out.body = came.Header.Get("Content-Type"), text{content}
		if slices.Contains(showURL, operation.ID) {
			out.body = endpointURL.cut(content)
		}
	}
	if came.Status != http.StatusTooManyRequests {
		return out, true
	}
	out.Limits = http.Header{}
	for _, name := range limitHeaders {
		if value := came.Header.Get(name); value != "" {
			out.Limits[name] = []string{value}
		}
	}
	return out, true
}

// showURL are the operations whose answers tell where an endpoint is called.
var showURL = []string{"createSignalEndpoint", "updateSignalEndpoint", "enableSignalEndpoint", "disableSignalEndpoint", "getSignalEndpoints"}

// place is an expression of which the group is replaced by where the mock is reached.
type place struct{ *regexp.Regexp }

var (
	endpointURL = place{regexp.MustCompile(`"url"\s*:\s*"(https?://[^"\\]*?)/api/signal-endpoint/[^"\\/]*"`)}
	anyAPI      = place{regexp.MustCompile(`(?i)^((?:https?:/)?/.*?)/api/`)}
)

func (p place) cut(whole string) text {
	var pieces text
	from := 0
	for _, found := range p.FindAllStringSubmatchIndex(whole, -1) {
		pieces = append(pieces, whole[from:found[2]])
		from = found[3]
	}
	return append(pieces, whole[from:])
}

// local cuts the host and base path off a Location. One that is relative to the
// request, as those of Unleash, stays.
func local(location string) text {
	if location == "" {
		return nil
	}
	return anyAPI.cut(location)
}

// tokenValue is the property that shows a secret.
var tokenValue = regexp.MustCompile(`"token"\s*:\s*"(?:[^"\\]|\\.)*"`)

// reveal puts a secret in the place of the one that the answer to the creation of
// a token hides, and remembers whose it is.
func (x *Index) reveal(operation *spec.Operation, params []string, came *traffic.RecordResponse) (body string, ok bool) {
	if operation.ID != "createSignalEndpointToken" || came.Status != http.StatusCreated {
		return came.Body, true
	}
	var shown struct {
		ID    int64
		Name  string
		Token string
	}
	endpoint, err := strconv.ParseInt(params[0], 10, 64)
	if err != nil || json.Unmarshal([]byte(came.Body), &shown) != nil || shown.Token == "" {
		return came.Body, true // the contract has a word to say about it
	}
	body = came.Body
	if recording.Masked(shown.Token) {
		if shown.ID == 0 {
			return "", false
		}
		shown.Token = recording.Secret(endpoint, shown.ID)
		quoted := bytes.Join([][]byte{[]byte(`"token":`), jsonw.AppendString(nil, shown.Token)}, nil)
		body = tokenValue.ReplaceAllLiteralString(body, string(quoted))
	}
	x.secrets[shown.Token] = engine.Identity{Kind: signals.Kind, Token: "signal-endpoint", Subject: &signaltokens.Token{ID: shown.ID, Name: shown.Name, EndpointID: endpoint}}
	return body, true
}

// weak is an entity tag without the mark of a weak one: proxies add it.
func weak(tag string) string { return strings.TrimPrefix(tag, "W/") }
