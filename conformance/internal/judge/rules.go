package judge

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

// general returns the rules for the responses of all resources, in the order in which they
// are reported.
func (j *Judge) general() []Rule {
	return []Rule{
		{spec.Observed, "answers of a running Unleash 8.2.0 can be read to the end, in the encoding that they declare", readable},
		{spec.Observed, "a running Unleash 8.2.0 sends no body after an answer to HEAD", emptyHead},
		{spec.Observed, "a running Unleash 8.2.0 names the charset of its JSON", charset},
		{spec.Observed, "a running Unleash 8.2.0 sends a weak ETag with every body of the API", weakETag},
		{spec.Observed, "the weak ETag of a running Unleash 8.2.0 is made from the body", j.ownTag},
		{spec.Observed, "a running Unleash 8.2.0 compresses for every client that asks, and so sends Vary: Accept-Encoding with every body", varies},
		{spec.Observed, "errors of a running Unleash 8.2.0 repeat their message as their only detail, unless they have details of their own", repeatedMessage},
		{spec.Observed, "every error of a running Unleash 8.2.0 has an id of its own", j.ownErrorID},
		{spec.Observed, "an error that a running Unleash 8.2.0 raises before it reaches an operation has a UUID as its id", errorUUID},
		{spec.Observed, "a running Unleash 8.2.0 words a refusal the same way on every path", j.wording},
		{spec.Observed, "errors of a running Unleash 8.2.0 begin with id, name, message and details, in that order", errorOrder},
		{spec.Observed, "a running Unleash 8.2.0 answers an unreadable body, or a token of the wrong kind, with only a message", messageAlone},
		{spec.Observed, "a running Unleash 8.2.0 sends a relative location for what it creates", relativeLocation},
		{spec.Observed, "when a running Unleash 8.2.0 refuses with 429, it says how long to wait", announcedLimit},
		{spec.Observed, "times of a running Unleash 8.2.0 are in UTC, with milliseconds", j.utcTimes},
		{spec.Documented, "only the answer to the creation of a token has its secret", j.noSecret},
		{spec.Documented, "the server generates the secret of a token, for that token only", j.ownSecret},
	}
}

// one returns a list with one breach if broken is true, otherwise nil.
func one(broken bool, in, pointer, expectation, got string) []Breach {
	if !broken {
		return nil
	}
	return []Breach{{In: in, Pointer: pointer, Expectation: expectation, Got: got}}
}

func readable(x *target.Exchange) []Breach {
	return one(x.Unread != "", "body", "", "a body that can be read", x.Unread)
}

func emptyHead(x *target.Exchange) []Breach {
	return one(len(x.Extra) > 0, "body", "", "no body after an answer to HEAD", fmt.Sprintf("%d bytes", len(x.Extra)))
}

// ofAPI reports whether a response is from an operation of the contract, or at least from the
// API, and has a body that is not a stream.
func ofAPI(x *target.Exchange) bool {
	return !x.IsStream() && (x.Operation != nil || strings.HasPrefix(strings.ToLower(x.Path), "/api/")) && len(x.Received) > 0
}

func charset(x *target.Exchange) []Breach {
	got := x.Answer.Get("Content-Type")
	isJSON := strings.HasPrefix(strings.ToLower(got), target.JSON)
	want := target.JSON + "; charset=utf-8"
	return one(ofAPI(x) && isJSON && !strings.EqualFold(strings.ReplaceAll(got, " ", ""), strings.ReplaceAll(want, " ", "")),
		"header", "/content-type", "the content type "+want, got)
}

var weakTag = regexp.MustCompile(`^W/"[^"]+"$`)

func weakETag(x *target.Exchange) []Breach {
	if x.Operation != nil && x.Status < http.StatusBadRequest && hasHeader(x.Operation, http.StatusOK, "ETag") {
		return nil // the operation makes its own tag, which the contract describes
	}
	needed := ofAPI(x) || x.Operation != nil && (x.Method == http.MethodHead && x.Status == http.StatusOK || x.Status == http.StatusNotModified)
	return one(needed && !weakTag.MatchString(x.Answer.Get("ETag")),
		"header", "/etag", `a weak entity tag, W/"..."`, fmt.Sprintf("%q", x.Answer.Get("ETag")))
}

// ownTag requires that a path has another weak tag for another body. Operations that make their own
// tag are left out: it may be a second older than the body (O), and a balancer may make it weak.
func (j *Judge) ownTag(x *target.Exchange) []Breach {
	if x.Operation != nil && hasHeader(x.Operation, http.StatusOK, "ETag") {
		return nil
	}
	tag := x.Answer.Get("ETag")
	checked := ofAPI(x) && x.Unread == "" && weakTag.MatchString(tag)
	return one(checked && !j.tags.fits(x.Path+" "+tag, x.Received), "header", "/etag", "another entity tag than for an earlier body", tag)
}

func varies(x *target.Exchange) []Breach {
	got := strings.Join(x.Answer.Values("Vary"), ", ")
	return one(ofAPI(x) && !strings.Contains(strings.ToLower(got), "accept-encoding"),
		"header", "/vary", "Vary: Accept-Encoding", fmt.Sprintf("%q", got))
}

var absolute = regexp.MustCompile(`^(/|[a-zA-Z][a-zA-Z0-9+.-]*:)`)

// relativeLocation requires a Location where the contract has one. It does not have one for
// flags.
func relativeLocation(x *target.Exchange) []Breach {
	location := x.Answer.Get("Location")
	return one(x.Operation != nil && x.Status == http.StatusCreated && (location == "" && hasLocation(x.Operation) || absolute.MatchString(location)),
		"header", "/location", "a relative location", fmt.Sprintf("%q", location))
}

func hasLocation(operation *spec.Operation) bool {
	return hasHeader(operation, http.StatusCreated, "Location")
}

// hasHeader reports whether the contract lists a header for the responses with a status.
func hasHeader(operation *spec.Operation, status int, name string) bool {
	response := operation.Response(status)
	return response != nil && slices.ContainsFunc(response.Headers, func(h *spec.Header) bool { return strings.EqualFold(h.Name, name) })
}

func announcedLimit(x *target.Exchange) []Breach {
	if x.Operation == nil || x.Status != http.StatusTooManyRequests {
		return nil
	}
	var found []Breach
	for _, name := range []string{"Retry-After", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
		value := x.Answer.Get(name)
		_, err := strconv.Atoi(value)
		broken := value == "" || err != nil && name != "RateLimit-Policy" || name == "RateLimit-Remaining" && value != "0"
		found = append(found, one(broken, "header", "/"+strings.ToLower(name), "a header "+name+" that states the limit", fmt.Sprintf("%q", value))...)
	}
	return found
}

var utcTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func (j *Judge) utcTimes(x *target.Exchange) []Breach {
	if x.Operation == nil || x.Status >= 400 {
		return nil
	}
	var found []Breach
	j.walk(x, func(pointer, key string, value any) {
		if text, isText := value.(string); isText && key == "createdAt" {
			found = append(found, one(!utcTime.MatchString(text), "body", pointer, "a time in UTC with milliseconds, such as 2023-12-27T12:37:00.000Z", jsonvalue.Text(value))...)
		}
	})
	return found
}

// walk visits the properties of a response, except those inside free-form properties.
func (j *Judge) walk(x *target.Exchange, visit func(pointer, key string, value any)) {
	jsonvalue.Walk(x.Value, func(pointer, key string, value any) {
		if !slices.ContainsFunc(j.specific.FreeForm, func(name string) bool { return strings.Contains(pointer, "/"+name+"/") }) {
			visit(pointer, key, value)
		}
	})
}

func (j *Judge) noSecret(x *target.Exchange) []Breach {
	if x.Operation == nil {
		return nil
	}
	const headers, known = "no secret of a token", "one of those that the suite created"
	found := one(j.secrets.shownIn(headerText(x)), "header", "", headers, known)
	if j.creates(x) != nil {
		return found
	}
	if properties := j.secretProperties(x); len(properties) > 0 {
		return append(properties, found...)
	}
	return append(one(j.secrets.shownIn(string(x.Received)), "body", "", headers, known), found...)
}

// secretProperties returns the properties of a response that have the name of a secret. A
// value that the request itself sent does not count.
func (j *Judge) secretProperties(x *target.Exchange) []Breach {
	if x.Status >= 400 {
		return nil
	}
	var found []Breach
	j.walk(x, func(pointer, key string, value any) {
		if text, is := value.(string); is && text != "" && bytes.Contains(x.Body, []byte(text)) {
			return
		}
		if slices.ContainsFunc(j.specific.Secrets, func(s Secret) bool { return s.Property == key }) {
			found = append(found, Breach{In: "body", Pointer: pointer, Expectation: "no secret", Got: "one"})
		}
	})
	return found
}

// headerText returns the values of all headers of a response.
func headerText(x *target.Exchange) string {
	var text strings.Builder
	for _, values := range x.Answer {
		text.WriteString(strings.Join(values, "\n") + "\n")
	}
	return text.String()
}

func (j *Judge) ownSecret(x *target.Exchange) []Breach {
	created := j.creates(x)
	if created == nil {
		return nil
	}
	pointer := "/" + created.Property
	secret := x.Text(pointer)
	return one(secret != "" && j.secrets.shownIn(secret), "body", pointer, "a secret that no other token has", "that of another token")
}
