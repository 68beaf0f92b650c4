package bend

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// The tokens of the built-in seed.
const (
	AdminToken    = wellknown.Admin
	BackendToken  = wellknown.Backend
	FrontendToken = wellknown.Frontend
	ViewerToken   = wellknown.ViewerUser
	SignalToken   = wellknown.MyExternalApp
	UnknownToken  = "a-token-that-nobody-knows"
)

// Step changes an exchange.
type Step func(*Exchange)

// Condition reports whether something holds for an exchange. A condition on the response
// sends the request.
type Condition func(*Exchange) bool

// When takes steps if a condition holds.
func When(holds Condition, steps ...Step) Step {
	return func(x *Exchange) {
		if holds(x) {
			for _, take := range steps {
				take(x)
			}
		}
	}
}

// All takes steps in order.
func All(steps ...Step) Step {
	return When(func(*Exchange) bool { return true }, steps...)
}

// Both holds if all conditions do.
func Both(conditions ...Condition) Condition {
	return func(x *Exchange) bool {
		return !slices.ContainsFunc(conditions, func(holds Condition) bool { return !holds(x) })
	}
}

// Not holds if a condition does not.
func Not(holds Condition) Condition { return func(x *Exchange) bool { return !holds(x) } }

// Conditions on the request.

// Is holds for requests to the given operations.
func Is(operations ...string) Condition {
	return func(x *Exchange) bool { return x.Operation != nil && slices.Contains(operations, x.Operation.ID) }
}

// Token returns the credential of a request, without Bearer.
func (x *Exchange) Token() string {
	text := strings.TrimSpace(x.Request.Header.Get("Authorization"))
	if scheme, rest, found := strings.Cut(text, " "); found && strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(rest)
	}
	return text
}

// HasCapitals reports whether a text has capital letters.
func HasCapitals(text string) bool { return text != strings.ToLower(text) }

// By holds for requests with one of the tokens.
func By(tokens ...string) Condition {
	return func(x *Exchange) bool { return slices.Contains(tokens, x.Token()) }
}

// HasBearer holds for requests that send their token with Bearer.
func HasBearer(x *Exchange) bool {
	return x.Token() != strings.TrimSpace(x.Request.Header.Get("Authorization"))
}

// HasHeader holds for requests with a header.
func HasHeader(name string) Condition {
	return func(x *Exchange) bool { return x.Request.Header.Get(name) != "" }
}

// HasQuery holds for requests with a query parameter.
func HasQuery(name string) Condition {
	return func(x *Exchange) bool { return x.Request.URL.Query().Has(name) }
}

// HasPayload holds for requests with a body.
func HasPayload(x *Exchange) bool { return len(x.Payload) > 0 }

// IsJSON holds for requests that say they are JSON.
func IsJSON(x *Exchange) bool {
	return strings.HasPrefix(strings.ToLower(x.Request.Header.Get("Content-Type")), "application/json")
}

// Malformed holds for requests whose body claims to be JSON but is not.
func Malformed(x *Exchange) bool {
	_, ok := ParseJSON(x.Payload)
	return HasPayload(x) && IsJSON(x) && !ok && x.Request.Header.Get("Content-Encoding") == ""
}

// Sends holds for requests whose body is an object with a member for which holds is true.
func Sends(key string, holds func(*Value) bool) Condition {
	return func(x *Exchange) bool {
		payload, ok := ParseJSON(x.Payload)
		return ok && payload.Kind == '{' && holds(payload.Get(key))
	}
}

// IsMissing holds for a missing member.
func IsMissing(v *Value) bool { return v == nil }

// IsText holds for a member with the given JSON text.
func IsText(text string) func(*Value) bool {
	return func(v *Value) bool { return v != nil && v.Text == text }
}

// Changes to the request.

// As sends the request with another token.
func As(token string) Step {
	return func(x *Exchange) { x.Request.Header.Set("Authorization", token) }
}

// WithHeader sets a header of the request.
func WithHeader(name, value string) Step {
	return func(x *Exchange) { x.Request.Header.Set(name, value) }
}

// WithoutHeader removes a header from the request.
func WithoutHeader(name string) Step {
	return func(x *Exchange) { x.Request.Header.Del(name) }
}

// Query changes a query parameter. An empty result removes it.
func Query(name string, change func(string) string) Step {
	return func(x *Exchange) {
		values := x.Request.URL.Query()
		if after := change(values.Get(name)); after == "" {
			values.Del(name)
		} else {
			values.Set(name, after)
		}
		x.SetURL(x.Request.URL.EscapedPath(), values)
	}
}

// Always replaces any text with the given one.
func Always(text string) func(string) string { return func(string) string { return text } }

// At sends the request to another path.
func At(path string) Step {
	return func(x *Exchange) { x.SetURL(path, x.Request.URL.Query()) }
}

// SetURL sends the request to another path and query.
func (x *Exchange) SetURL(escapedPath string, values url.Values) {
	target, err := url.Parse(escapedPath)
	if err != nil {
		panic("faulty: not a path: " + escapedPath)
	}
	target.RawQuery = values.Encode()
	x.Request.URL = target
	x.Request.RequestURI = target.RequestURI()
}

// Sending replaces the body of the request.
func Sending(text string) Step {
	return func(x *Exchange) {
		x.Payload = []byte(text)
		x.Request.Header.Set("Content-Type", "application/json")
		x.Request.Header.Del("Content-Encoding")
	}
}

// Member changes a member of the request's body. A nil result removes it.
func Member(key string, change func(*Value) *Value) Step {
	return func(x *Exchange) {
		if payload, ok := ParseJSON(x.Payload); ok && payload.Kind == '{' {
			payload.Put(key, change(payload.Get(key)))
			x.Payload = payload.Append(nil)
		}
	}
}

// To replaces any value with the given JSON text.
func To(text string) func(*Value) *Value { return func(*Value) *Value { return Scalar(text) } }

// Gone removes a value.
func Gone(*Value) *Value { return nil }

// Again applies the steps, sends the request again, and uses the new response.
func Again(steps ...Step) Step {
	return func(x *Exchange) {
		All(steps...)(x)
		x.Again()
	}
}

// Conditions on the response.

// Answered holds for responses with one of the statuses.
func Answered(statuses ...int) Condition {
	return func(x *Exchange) bool {
		x.Answer()
		return slices.Contains(statuses, x.Status)
	}
}

// Named holds for errors with the given name.
func Named(name string) Condition {
	return func(x *Exchange) bool {
		x.Answer()
		body, ok := ParseJSON(x.Body)
		return ok && body.Kind == '{' && body.Get("name").String() == name
	}
}

// Changes to the response.

// OK takes steps if the response is a 200 or a 201.
func OK(steps ...Step) Step {
	return When(Answered(http.StatusOK, http.StatusCreated), steps...)
}

// Status sets the status of the response.
func Status(code int) Step {
	return func(x *Exchange) {
		x.Answer()
		x.Status = code
	}
}

// Header sets a header of the response.
func Header(name, value string) Step {
	return func(x *Exchange) {
		x.Answer()
		x.Header.Set(name, value)
	}
}

// NoHeader removes a header from the response.
func NoHeader(name string) Step {
	return func(x *Exchange) {
		x.Answer()
		x.Header.Del(name)
		x.KeepTag = x.KeepTag || name == "Etag"
	}
}

// Text replaces the body of the response.
func Text(body string) Step {
	return func(x *Exchange) {
		x.Answer()
		x.Body = []byte(body)
	}
}

// Empty removes the body of the response.
func Empty(x *Exchange) {
	x.Answer()
	x.Body = nil
	x.Header.Del("Content-Type")
	x.Header.Del("Etag")
}

// Whole changes the response's body, parsed as JSON.
func Whole(change func(*Value)) Step {
	return func(x *Exchange) {
		x.Answer()
		if body, isJSON := ParseJSON(x.Body); isJSON {
			change(body)
			x.Body = body.Append(nil)
		}
	}
}

// Edit changes what a pointer addresses in the response's body.
func Edit(pointer string, change func(*Value) *Value) Step {
	return func(x *Exchange) {
		x.Answer()
		if body, isJSON := ParseJSON(x.Body); isJSON {
			x.Body = body.Edit(pointer, change).Append(nil)
		}
	}
}

// Drop removes what a pointer addresses in the response's body.
func Drop(pointer string) Step { return Edit(pointer, Gone) }

// Set replaces what a pointer addresses in the response's body with the given JSON text.
func Set(pointer, text string) Step { return Edit(pointer, To(text)) }

// Rename gives a member another key.
func Rename(pointer, key string) Step {
	parent, old := pointer[:strings.LastIndexByte(pointer, '/')], pointer[strings.LastIndexByte(pointer, '/')+1:]
	return Whole(func(body *Value) {
		body.Edit(parent, func(object *Value) *Value {
			if object != nil && object.Kind == '{' {
				if i := slices.Index(object.Keys, old); i >= 0 {
					object.Keys[i] = key
				}
			}
			return object
		})
	})
}

// Present changes a member that exists and is not null.
func Present(change func(*Value) *Value) func(*Value) *Value {
	return func(v *Value) *Value {
		if v == nil || v.Text == "null" {
			return v
		}
		return change(v)
	}
}

// Words changes a string.
func Words(change func(string) string) func(*Value) *Value {
	return Present(func(v *Value) *Value { return Quoted(change(v.String())) })
}

// Plus adds to a number.
func Plus(more int64) func(*Value) *Value {
	return Present(func(v *Value) *Value { return Integer(v.Int() + more) })
}

// AsText converts a value to a string.
func AsText(v *Value) *Value {
	if v == nil {
		return nil
	}
	return Quoted(v.String())
}

// Moment reformats a time in another layout and zone.
func Moment(layout string, zone *time.Location) func(*Value) *Value {
	return Words(func(text string) string {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return text
		}
		return at.In(zone).Format(layout)
	})
}

// Reversed reverses a list.
func Reversed(list *Value) *Value {
	if list != nil {
		slices.Reverse(list.Items)
	}
	return list
}

// Layouts for times in the wrong format.
const (
	WholeSeconds  = "2006-01-02T15:04:05Z"
	WithOffset    = "2006-01-02T15:04:05.000-07:00"
	WithoutZone   = "2006-01-02T15:04:05.000"
	InWords       = time.RFC1123
	SixDigits     = "2006-01-02T15:04:05.000000Z"
	SpaceBetween  = "2006-01-02 15:04:05.000Z"
	JustADay      = time.DateOnly
	MillisecondsZ = "2006-01-02T15:04:05.000Z"
)

var Berlin = time.FixedZone("CET", 3600)
