package faulty

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
	adminToken    = wellknown.Admin
	backendToken  = wellknown.Backend
	frontendToken = wellknown.Frontend
	viewerToken   = wellknown.ViewerUser
	signalToken   = wellknown.MyExternalApp
	unknownToken  = "a-token-that-nobody-knows"
)

// step changes an exchange.
type step func(*exchange)

// condition looks at an exchange. One about the answer sends the request.
type condition func(*exchange) bool

// when takes steps if a condition holds.
func when(holds condition, steps ...step) step {
	return func(x *exchange) {
		if holds(x) {
			for _, take := range steps {
				take(x)
			}
		}
	}
}

// all takes steps one after the other.
func all(steps ...step) step {
	return when(func(*exchange) bool { return true }, steps...)
}

func both(conditions ...condition) condition {
	return func(x *exchange) bool {
		return !slices.ContainsFunc(conditions, func(holds condition) bool { return !holds(x) })
	}
}

func not(holds condition) condition { return func(x *exchange) bool { return !holds(x) } }

// Conditions about the request.

func is(operations ...string) condition {
	return func(x *exchange) bool { return x.operation != nil && slices.Contains(operations, x.operation.ID) }
}

// token is the credential of a request, without Bearer.
func (x *exchange) token() string {
	text := strings.TrimSpace(x.request.Header.Get("Authorization"))
	if scheme, rest, found := strings.Cut(text, " "); found && strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(rest)
	}
	return text
}

func by(tokens ...string) condition {
	return func(x *exchange) bool { return slices.Contains(tokens, x.token()) }
}

func hasBearer(x *exchange) bool {
	return x.token() != strings.TrimSpace(x.request.Header.Get("Authorization"))
}

func hasHeader(name string) condition {
	return func(x *exchange) bool { return x.request.Header.Get(name) != "" }
}

func hasQuery(name string) condition {
	return func(x *exchange) bool { return x.request.URL.Query().Has(name) }
}

func hasPayload(x *exchange) bool { return len(x.payload) > 0 }

func isJSON(x *exchange) bool {
	return strings.HasPrefix(strings.ToLower(x.request.Header.Get("Content-Type")), "application/json")
}

// malformed is a payload that says it is JSON and is none.
func malformed(x *exchange) bool {
	_, ok := parseJSON(x.payload)
	return hasPayload(x) && isJSON(x) && !ok && x.request.Header.Get("Content-Encoding") == ""
}

// sends is a condition on a member of the payload.
func sends(key string, holds func(*value) bool) condition {
	return func(x *exchange) bool {
		payload, ok := parseJSON(x.payload)
		return ok && payload.kind == '{' && holds(payload.get(key))
	}
}

func isMissing(v *value) bool { return v == nil }

func isText(text string) func(*value) bool {
	return func(v *value) bool { return v != nil && v.text == text }
}

// Changes of the request.

// as acts as somebody else.
func as(token string) step {
	return func(x *exchange) { x.request.Header.Set("Authorization", token) }
}

func withHeader(name, value string) step {
	return func(x *exchange) { x.request.Header.Set(name, value) }
}

func withoutHeader(name string) step {
	return func(x *exchange) { x.request.Header.Del(name) }
}

// query changes a query parameter; an empty result takes it out.
func query(name string, change func(string) string) step {
	return func(x *exchange) {
		values := x.request.URL.Query()
		if after := change(values.Get(name)); after == "" {
			values.Del(name)
		} else {
			values.Set(name, after)
		}
		x.setURL(x.request.URL.EscapedPath(), values)
	}
}

func always(text string) func(string) string { return func(string) string { return text } }

// at sends the request to another path.
func at(path string) step {
	return func(x *exchange) { x.setURL(path, x.request.URL.Query()) }
}

func (x *exchange) setURL(escapedPath string, values url.Values) {
	target, err := url.Parse(escapedPath)
	if err != nil {
		panic("faulty: no path: " + escapedPath)
	}
	target.RawQuery = values.Encode()
	x.request.URL = target
	x.request.RequestURI = target.RequestURI()
}

// sending replaces the payload.
func sending(text string) step {
	return func(x *exchange) {
		x.payload = []byte(text)
		x.request.Header.Set("Content-Type", "application/json")
		x.request.Header.Del("Content-Encoding")
	}
}

// member changes a member of the payload; nil takes it out.
func member(key string, change func(*value) *value) step {
	return func(x *exchange) {
		if payload, ok := parseJSON(x.payload); ok && payload.kind == '{' {
			payload.put(key, change(payload.get(key)))
			x.payload = payload.append(nil)
		}
	}
}

func to(text string) func(*value) *value { return func(*value) *value { return scalar(text) } }

func gone(*value) *value { return nil }

// again sends the request, changed by the steps, and takes that answer.
func again(steps ...step) step {
	return func(x *exchange) {
		all(steps...)(x)
		x.again()
	}
}

// Conditions about the answer.

func answered(statuses ...int) condition {
	return func(x *exchange) bool {
		x.answer()
		return slices.Contains(statuses, x.status)
	}
}

// named is an error of that name.
func named(name string) condition {
	return func(x *exchange) bool {
		x.answer()
		body, ok := parseJSON(x.body)
		return ok && body.kind == '{' && body.get("name").string() == name
	}
}

// Changes of the answer.

func ok(steps ...step) step {
	return when(answered(http.StatusOK, http.StatusCreated), steps...)
}

func status(code int) step {
	return func(x *exchange) {
		x.answer()
		x.status = code
	}
}

func header(name, value string) step {
	return func(x *exchange) {
		x.answer()
		x.header.Set(name, value)
	}
}

func noHeader(name string) step {
	return func(x *exchange) {
		x.answer()
		x.header.Del(name)
		x.keepTag = x.keepTag || name == "Etag"
	}
}

// text replaces the body.
func text(body string) step {
	return func(x *exchange) {
		x.answer()
		x.body = []byte(body)
	}
}

// empty takes the body away.
func empty(x *exchange) {
	x.answer()
	x.body = nil
	x.header.Del("Content-Type")
	x.header.Del("Etag")
}

// whole changes the body as a value.
func whole(change func(*value)) step {
	return func(x *exchange) {
		x.answer()
		if body, isJSON := parseJSON(x.body); isJSON {
			change(body)
			x.body = body.append(nil)
		}
	}
}

// edit changes what a pointer addresses in the body.
func edit(pointer string, change func(*value) *value) step {
	return whole(func(body *value) { body.edit(pointer, change) })
}

func drop(pointer string) step { return edit(pointer, gone) }

func set(pointer, text string) step { return edit(pointer, to(text)) }

// rename gives a member another key.
func rename(pointer, key string) step {
	parent, old := pointer[:strings.LastIndexByte(pointer, '/')], pointer[strings.LastIndexByte(pointer, '/')+1:]
	return whole(func(body *value) {
		body.edit(parent, func(object *value) *value {
			if object != nil && object.kind == '{' {
				if i := slices.Index(object.keys, old); i >= 0 {
					object.keys[i] = key
				}
			}
			return object
		})
	})
}

// present changes a member that is there and not null.
func present(change func(*value) *value) func(*value) *value {
	return func(v *value) *value {
		if v == nil || v.text == "null" {
			return v
		}
		return change(v)
	}
}

// words changes strings.
func words(change func(string) string) func(*value) *value {
	return present(func(v *value) *value { return quoted(change(v.string())) })
}

// plus adds to numbers.
func plus(more int64) func(*value) *value {
	return present(func(v *value) *value { return integer(v.int() + more) })
}

// asText turns a value into a string of it.
func asText(v *value) *value {
	if v == nil {
		return nil
	}
	return quoted(v.string())
}

// moment writes a time in another layout and zone.
func moment(layout string, zone *time.Location) func(*value) *value {
	return words(func(text string) string {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return text
		}
		return at.In(zone).Format(layout)
	})
}

func reversed(list *value) *value {
	if list != nil {
		slices.Reverse(list.items)
	}
	return list
}
