package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/spec"
)

// breach is one way in which an answer is not what it must be.
type breach struct {
	in          string // status, header or body
	pointer     string
	expectation string
	got         string
	standing    spec.Standing
	source      string
}

// rule is something that every answer keeps whatever it was asked for, and that
// no schema can say.
type rule struct {
	standing spec.Standing
	source   string
	check    func(*suite, *exchange) []breach
}

// rules in the order in which they are told.
var rules = []rule{
	{spec.Observed, "answers of a running Unleash 8.2.0 can be read to the end, in the encoding that they name", readable},
	{spec.Observed, "a running Unleash 8.2.0 sends no body behind an answer to HEAD", emptyHead},
	{spec.Observed, "a running Unleash 8.2.0 names the charset of its JSON", charset},
	{spec.Observed, "a running Unleash 8.2.0 sends a weak ETag with every body of the API", weakETag},
	{spec.Observed, "a running Unleash 8.2.0 compresses for whoever asks, and so sends Vary: Accept-Encoding with every body", varies},
	{spec.Observed, "errors of a running Unleash 8.2.0 repeat their message as their only detail, unless they have details of their own", repeatedMessage},
	{spec.Observed, "every error of a running Unleash 8.2.0 has an id of its own", ownErrorID},
	{spec.Observed, "what a running Unleash 8.2.0 refuses before it comes to an operation has a UUID for its id", errorUUID},
	{spec.Observed, "a running Unleash 8.2.0 words a refusal alike on every path", wording},
	{spec.Observed, "errors of a running Unleash 8.2.0 begin with id, name, message and details, in that order", errorOrder},
	{spec.Observed, "a running Unleash 8.2.0 tells a body that cannot be read and a token of another kind by a message alone", messageAlone},
	{spec.Observed, "the location of what a running Unleash 8.2.0 creates is relative", relativeLocation},
	{spec.Observed, "a running Unleash 8.2.0 says in a refusal with 429 how long to wait", announcedLimit},
	{spec.Observed, "times of a running Unleash 8.2.0 are in UTC, with milliseconds", utcTimes},
	{spec.Documented, "the secret of a token is in the answer to its creation and nowhere else", noSecret},
	{spec.Documented, "the server makes the secret of a token, for that token alone", ownSecret},
	{spec.Documented, "the url of an endpoint is in the answers to a create and an update only", noURL},
}

// judge finds what is wrong with an answer by the contract and by the rules.
func (s *suite) judge(x *exchange) []breach {
	var found []breach
	if x.operation != nil && !(x.status == http.StatusNotModified && conditional(x)) {
		found = s.contractBreaches(x)
	}
	for _, rule := range rules {
		for _, b := range rule.check(s, x) {
			b.standing, b.source = rule.standing, rule.source
			found = append(found, b)
		}
	}
	return found
}

func conditional(x *exchange) bool { return x.header.Get("If-None-Match") != "" }

// contractBreaches judges an answer by the OpenAPI document.
func (s *suite) contractBreaches(x *exchange) []breach {
	body := x.received
	if x.method == http.MethodHead {
		body = nil
	} else if body == nil {
		body = []byte{}
	}
	var found []breach
	for _, failure := range x.operation.CheckResponse(x.status, x.answer, body) {
		b := breach{
			in: failure.In, pointer: failure.Pointer, expectation: failure.Reason, got: summary(x),
			standing: spec.Documented, source: fmt.Sprintf("the contract of %s, status %d", x.operation.ID, x.status),
		}
		if response := x.operation.Response(x.status); response != nil {
			b.standing = response.Standing
		} else {
			b.expectation = fmt.Sprintf("a status of %v", x.operation.Statuses())
			b.source = "the statuses that the contract of " + x.operation.ID + " lists"
		}
		if value, found := at(x.value, failure.Pointer); failure.In == "body" && found && failure.Pointer != "" {
			b.got = compact(value)
		}
		found = append(found, b)
	}
	return found
}

// summary is an answer in a line.
func summary(x *exchange) string {
	if len(x.received) == 0 {
		return fmt.Sprintf("status %d without a body", x.status)
	}
	text := string(x.received)
	const enough = 300
	if len(text) > enough {
		text = strings.ToValidUTF8(text[:enough], "") + "..."
	}
	return fmt.Sprintf("status %d with %s", x.status, text)
}

// one is a list of one breach, or none.
func one(broken bool, in, pointer, expectation, got string) []breach {
	if !broken {
		return nil
	}
	return []breach{{in: in, pointer: pointer, expectation: expectation, got: got}}
}

func readable(_ *suite, x *exchange) []breach {
	return one(x.unread != "", "body", "", "a body that can be read", x.unread)
}

func emptyHead(_ *suite, x *exchange) []breach {
	return one(len(x.extra) > 0, "body", "", "no body behind an answer to HEAD", fmt.Sprintf("%d bytes", len(x.extra)))
}

const jsonType = "application/json"

// ofAPI tells whether an answer is one of the contract's operations, or of the
// API at least, and has a body.
func ofAPI(x *exchange) bool {
	return (x.operation != nil || strings.HasPrefix(strings.ToLower(x.path), "/api/")) && len(x.received) > 0
}

func charset(_ *suite, x *exchange) []breach {
	got := x.answer.Get("Content-Type")
	isJSON := strings.HasPrefix(strings.ToLower(got), jsonType)
	want := jsonType + "; charset=utf-8"
	return one(ofAPI(x) && isJSON && !strings.EqualFold(strings.ReplaceAll(got, " ", ""), strings.ReplaceAll(want, " ", "")),
		"header", "/content-type", "the content type "+want, got)
}

var weakTag = regexp.MustCompile(`^W/"[^"]+"$`)

func weakETag(_ *suite, x *exchange) []breach {
	needed := ofAPI(x) || x.operation != nil && (x.method == http.MethodHead && x.status == http.StatusOK || x.status == http.StatusNotModified)
	return one(needed && !weakTag.MatchString(x.answer.Get("ETag")),
		"header", "/etag", `a weak entity tag, W/"..."`, fmt.Sprintf("%q", x.answer.Get("ETag")))
}

func varies(_ *suite, x *exchange) []breach {
	got := strings.Join(x.answer.Values("Vary"), ", ")
	return one(ofAPI(x) && !strings.Contains(strings.ToLower(got), "accept-encoding"),
		"header", "/vary", "Vary: Accept-Encoding", fmt.Sprintf("%q", got))
}

var absolute = regexp.MustCompile(`^(/|[a-zA-Z][a-zA-Z0-9+.-]*:)`)

func relativeLocation(_ *suite, x *exchange) []breach {
	location := x.answer.Get("Location")
	return one(x.operation != nil && x.status == http.StatusCreated && (location == "" || absolute.MatchString(location)),
		"header", "/location", "a relative location", fmt.Sprintf("%q", location))
}

func announcedLimit(_ *suite, x *exchange) []breach {
	if x.operation == nil || x.status != http.StatusTooManyRequests {
		return nil
	}
	var found []breach
	for _, name := range []string{"Retry-After", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
		value := x.answer.Get(name)
		_, err := strconv.Atoi(value)
		broken := value == "" || err != nil && name != "RateLimit-Policy" || name == "RateLimit-Remaining" && value != "0"
		found = append(found, one(broken, "header", "/"+strings.ToLower(name), "a header "+name+" that tells the limit", fmt.Sprintf("%q", value))...)
	}
	return found
}

var utcTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func utcTimes(_ *suite, x *exchange) []breach {
	if x.operation == nil || x.status >= 400 {
		return nil
	}
	var found []breach
	walk(x.value, "", func(pointer, key string, value any) {
		if text, isText := value.(string); isText && key == "createdAt" && !inPayload(pointer) {
			found = append(found, one(!utcTime.MatchString(text), "body", pointer, "a time in UTC with milliseconds, such as 2023-12-27T12:37:00.000Z", compact(value))...)
		}
	})
	return found
}

func noSecret(s *suite, x *exchange) []breach {
	if x.operation == nil {
		return nil
	}
	creates := x.operation.ID == "createSignalEndpointToken" && x.status == http.StatusCreated
	var found []breach
	if !creates {
		walk(x.value, "", func(pointer, key string, value any) {
			if key == "token" && !inPayload(pointer) && x.status < 400 {
				found = append(found, breach{in: "body", pointer: pointer, expectation: "no secret", got: "one"})
			}
		})
	}
	if len(found) == 0 && !creates && s.secrets.shownIn(string(x.received)) {
		found = append(found, breach{in: "body", expectation: "no secret of a token", got: "one of those that the suite created"})
	}
	return append(found, one(s.secrets.shownIn(headerText(x)), "header", "", "no secret of a token", "one of those that the suite created")...)
}

// headerText is what the headers of an answer hold.
func headerText(x *exchange) string {
	var text strings.Builder
	for _, values := range x.answer {
		text.WriteString(strings.Join(values, "\n") + "\n")
	}
	return text.String()
}

func ownSecret(s *suite, x *exchange) []breach {
	if x.operation == nil || x.operation.ID != "createSignalEndpointToken" || x.status != http.StatusCreated {
		return nil
	}
	secret, isText := valueAt(x, "/token").(string)
	return one(isText && secret != "" && s.secrets.shownIn(secret), "body", "/token", "a secret that no other token has", "that of another token")
}

// inPayload tells whether a pointer leads into a signal's payload, where
// anything may stand.
func inPayload(pointer string) bool { return strings.Contains(pointer, "/payload/") }

func noURL(_ *suite, x *exchange) []breach {
	if x.operation == nil || x.status >= 400 || !slices.Contains([]string{"getSignalEndpoints", "enableSignalEndpoint", "disableSignalEndpoint"}, x.operation.ID) {
		return nil
	}
	var found []breach
	walk(x.value, "", func(pointer, key string, value any) {
		if key == "url" {
			found = append(found, breach{in: "body", pointer: pointer, expectation: "no url", got: compact(value)})
		}
	})
	return found
}

// walk visits every property of a JSON value.
func walk(value any, pointer string, visit func(pointer, key string, value any)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			inner := pointer + "/" + jsonpointer.Escape(key)
			visit(inner, key, value[key])
			walk(value[key], inner, visit)
		}
	case []any:
		for i, inner := range value {
			walk(inner, pointer+"/"+strconv.Itoa(i), visit)
		}
	}
}

// at finds the value at a JSON pointer. An answer that is no JSON has none.
func at(value any, pointer string) (any, bool) {
	if pointer == "" {
		return value, value != nil
	}
	parsed, err := jsonpointer.New(pointer)
	if err != nil {
		return nil, false
	}
	found, _, err := parsed.Get(value)
	return found, err == nil
}

// compact writes a value as JSON.
func compact(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// once remembers texts.
type once struct {
	mu   sync.Mutex
	seen map[string]bool
}

func newOnce() *once { return &once{seen: map[string]bool{}} }

// first tells whether a text was not seen before.
func (o *once) first(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[text] {
		return false
	}
	o.seen[text] = true
	return true
}

// secretSet holds the secrets of the tokens that the suite created.
type secretSet struct {
	mu   sync.Mutex
	list []string
}

// add remembers a secret; false if it was there before.
func (s *secretSet) add(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.list, secret) {
		return false
	}
	s.list = append(s.list, secret)
	return true
}

// shownIn tells whether a text holds one of them.
func (s *secretSet) shownIn(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.list, func(secret string) bool { return strings.Contains(text, secret) })
}
