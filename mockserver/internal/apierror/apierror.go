// Package apierror is the catalogue of Unleash's error answers: their statuses, envelopes
// and wordings, down to the order of keys.
//
// The wordings of Middleware, Plain, Text and Page were observed on Unleash 8.2.0. Those
// of Handler are assumed unless a resource says otherwise: they differ between resources.
package apierror

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Envelope is the form of an error body.
type Envelope int

// The envelopes of a real server.
const (
	// Middleware is for errors before a handler runs: id, name, message, details.
	Middleware Envelope = iota
	// Handler is for errors thrown by a handler: name, message, details.
	Handler
	// Plain is for errors of the body parser and for the wrong kind of token: message.
	Plain
	// Text is a line of text with the content type of HTML.
	Text
	// Page is the small HTML page for paths outside the API.
	Page
	// Empty has no body.
	Empty
)

// Detail is one entry of an error's details.
type Detail = ajv.Complaint

// Error is an error answer of the API.
type Error struct {
	Status   int
	Envelope Envelope
	Name     string
	Message  string
	// Details default to the message.
	Details []Detail
	// Outside marks an error that does not come from Unleash but from something in between,
	// about which the contract says nothing.
	Outside bool
	// RetryAfter is the number of seconds after which a client may try again; 0 to omit it.
	RetryAfter int
	// extra writes what follows the details.
	extra func(*jsonw.Object)
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Name, e.Message) }

// ContentType returns the content type of the error's body; empty if it has none.
func (e *Error) ContentType() string {
	switch e.Envelope {
	case Text, Page:
		return respond.ContentTypeHTML
	case Empty:
		return ""
	}
	return respond.ContentTypeJSON
}

// Body makes the error's body. newID returns the id for a Middleware envelope.
func (e *Error) Body(newID func() string) []byte {
	return e.AppendBody(make([]byte, 0, 512), newID)
}

// AppendBody appends the result of Body to dst.
func (e *Error) AppendBody(dst []byte, newID func() string) []byte {
	switch e.Envelope {
	case Text:
		return append(dst, e.Message...)
	case Page:
		return append(dst, page(e.Message)...)
	case Empty:
		return dst
	}
	object := jsonw.Open(dst)
	if e.Envelope == Middleware {
		object.String("id", newID())
	}
	if e.Envelope != Plain {
		object.String("name", e.Name)
	}
	object.String("message", e.Message)
	if e.Envelope != Plain {
		details := e.Details
		if details == nil {
			details = []Detail{{Message: e.Message}}
		}
		object.Array("details", len(details), func(dst []byte, i int) []byte { return appendDetail(dst, details[i]) })
	}
	if e.extra != nil {
		e.extra(&object)
	}
	return object.Close()
}

func appendDetail(dst []byte, d Detail) []byte {
	object := jsonw.Open(dst)
	if d.PathFirst {
		object.String("path", d.Path)
	}
	object.String("message", d.Message)
	if (d.Path != "" || d.Root) && !d.PathFirst {
		object.String("path", d.Path)
	}
	return object.Close()
}

// AuthenticationRequired answers a request without an Authorization header. basePath is
// the path under which the instance is served.
func AuthenticationRequired(basePath string) *Error {
	login := basePath + "/auth/simple/login"
	return &Error{
		Status:  http.StatusUnauthorized,
		Name:    "AuthenticationRequired",
		Message: "You must log in to use Unleash. Your request had no authorization header, so we could not authorize you. Try logging in at " + login,
		extra: func(object *jsonw.Object) {
			object.String("path", login)
			object.String("type", "password")
			object.Bool("defaultHidden", false)
		},
	}
}

// Unauthorized answers an unknown token.
func Unauthorized() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "UnauthorizedError", Message: "You must log in to use Unleash."}
}

// Permission answers a user who has none of several permissions, one of which would
// suffice. Without permissions it is the answer to an operation that nobody may use; a
// real Unleash has none.
func Permission(permissions ...spec.Permission) *Error {
	const refused = "You don't have the required permissions to perform this operation."
	if len(permissions) == 0 {
		return &Error{Status: http.StatusForbidden, Envelope: Plain, Message: refused}
	}
	needed := fmt.Sprintf("the %q permission", permissions[0])
	if len(permissions) > 1 {
		quoted := fmt.Sprintf("%q", permissions) // ["A" "B"]
		needed = "one of the following permissions: " + strings.ReplaceAll(strings.Trim(quoted, "[]"), " ", ", ")
	}
	return &Error{
		Status:  http.StatusForbidden,
		Name:    "PermissionError",
		Message: refused + " To perform this action, you need " + needed + ".",
		extra: func(object *jsonw.Object) {
			object.Array("permissions", len(permissions), func(dst []byte, i int) []byte {
				return jsonw.AppendString(dst, string(permissions[i]))
			})
		},
	}
}

// WrongTokenKind answers a backend or frontend token outside its own API.
func WrongTokenKind() *Error {
	return &Error{Status: http.StatusForbidden, Envelope: Plain, Message: "invalid token: expected a different token type for this endpoint"}
}

// TokenRequired answers a request for the Client or Frontend API without a token.
func TokenRequired() *Error {
	return &Error{Status: http.StatusUnauthorized, Envelope: Plain, Message: "This endpoint requires an API token. Please add an authorization header to your request with a valid token"}
}

// ContentType answers a content type that is not accepted; empty if the header was not
// sent. accepted are those that are; none means JSON.
func ContentType(sent string, accepted ...string) *Error {
	if len(accepted) == 0 {
		accepted = []string{"application/json"}
	}
	sent = cmp.Or(sent, "you didn't provide one")
	return &Error{
		Status:  http.StatusUnsupportedMediaType,
		Name:    "ContentTypeError",
		Message: "We do not accept the content-type you provided (" + sent + "). Try using one of the content-types we do accept instead (" + strings.Join(accepted, ", ") + ") and make sure the body is in the corresponding format.",
	}
}

// Invalid answers a request that breaks its schemas. Only the first failure is reported;
// it has several details if the schema has several forms.
func Invalid(details ...Detail) *Error {
	return &Error{
		Status:  http.StatusBadRequest,
		Name:    "BadDataError",
		Message: "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information.",
		Details: details,
	}
}

// PathNotFound answers a path of the API that has no operation.
func PathNotFound(path string) *Error {
	return &Error{Status: http.StatusNotFound, Name: "NotFoundError", Message: "The path you were looking for (" + path + ") is not available."}
}

// NotOfFrontend answers a path that exists in Unleash Edge and the old proxy, but not in
// the Frontend API of Unleash.
func NotOfFrontend() *Error {
	return &Error{Status: http.StatusMethodNotAllowed, Name: "NotImplementedError", Message: "The frontend API does not support this endpoint."}
}

// BodyParser answers a body that cannot be read, with 400, 413 or 415.
func BodyParser(status int, message string) *Error {
	return &Error{Status: status, Envelope: Plain, Message: message}
}

// TooManyRequests answers a client that calls too often.
func TooManyRequests() *Error {
	return &Error{Status: http.StatusTooManyRequests, Envelope: Text, Message: "Too many requests, please try again later."}
}

// NoRoute answers a path outside the API that is not served.
func NoRoute(method, escapedPath string) *Error {
	return &Error{Status: http.StatusNotFound, Envelope: Page, Message: "Cannot " + method + " " + escapedPath}
}

// BadPath answers a path outside the API that cannot be decoded.
func BadPath() *Error {
	return &Error{Status: http.StatusBadRequest, Envelope: Page, Message: "Bad Request"}
}

// UndecodableParam answers a path parameter with escapes that are broken or not UTF-8, in
// the words of a real server's router.
func UndecodableParam(sent string) *Error { return Internal("Failed to decode param '" + sent + "'") }

// Thrown answers with an error of a handler, in the wording of its resource.
func Thrown(status int, name, format string, args ...any) *Error {
	return &Error{Status: status, Envelope: Handler, Name: name, Message: fmt.Sprintf(format, args...)}
}

// Missing is Thrown for something that does not exist.
func Missing(format string, args ...any) *Error {
	return Thrown(http.StatusNotFound, "NotFoundError", format, args...)
}

// Taken is Thrown for a name that something else has.
func Taken(format string, args ...any) *Error {
	return Thrown(http.StatusConflict, "NameExistsError", format, args...)
}

// NotFound is Missing for an id or name, in the wording that is assumed of resources without one
// of their own.
func NotFound(resource, key, value string) *Error {
	return Missing("Could not find %s with %s %s", resource, key, value)
}

// NameExists is Taken in the wording that is assumed of resources without one of their own.
func NameExists(resource, name string) *Error {
	return Taken("There already exists a %s with the name %s", resource, name)
}

// ExceedsLimit answers a create request over a limit.
func ExceedsLimit(resource string, limit int) *Error {
	return Thrown(http.StatusBadRequest, "ExceedsLimitError", "Failed to create %s. You can't create more than the established limit of %d.", resource, limit)
}

// BadData answers input that a handler refuses.
func BadData(message string) *Error {
	out := Thrown(http.StatusBadRequest, "BadDataError", "Request validation failed: your request body or params contain invalid data: %s", message)
	out.Details = []Detail{{Message: message}}
	return out
}

// BadProperty answers a property that a handler refuses: its name, the rule that it
// breaks, and the value as it was sent in JSON, which may be empty to omit it.
func BadProperty(name, rule, sent string) *Error {
	message := fmt.Sprintf("%q %s.", name, rule)
	if sent != "" {
		message += " You provided " + sent + "."
	}
	return BadDetails(Detail{Message: message})
}

// BadDetails is Invalid for a handler that finds something wrong after the schema was checked.
func BadDetails(details ...Detail) *Error {
	out := Invalid(details...)
	out.Envelope = Handler
	return out
}

// CheckInt32 refuses a number that is not a 32-bit integer, which Postgres cannot store; a real
// server answers 500.
func CheckInt32(property string, sent float64) error {
	if sent != math.Trunc(sent) || sent < math.MinInt32 || sent > math.MaxInt32 {
		return BadProperty(property, "must be an integer of 32 bits", strconv.FormatFloat(sent, 'f', -1, 64))
	}
	return nil
}

// CheckSafe refuses a number so large that JavaScript cannot tell it from its neighbors (O).
func CheckSafe(property string, sent float64) error {
	if math.Abs(sent) > MaxSafe {
		return BadProperty(property, "must be a safe number", string(v8json.FormatNumber(nil, sent)))
	}
	return nil
}

// MaxSafe is the largest number that differs from its neighbors in JavaScript.
const MaxSafe = 1<<53 - 1

// Internal answers a failure of the server itself.
func Internal(message string) *Error {
	return Thrown(http.StatusInternalServerError, "UnknownError", "%s", message)
}

// Unavailable answers a request for which the mock has no memory at the moment.
func Unavailable(message string) *Error {
	out := Thrown(http.StatusServiceUnavailable, "UnavailableError", "%s", message)
	out.Outside = true
	return out
}

// Elsewhere answers a request for a workspace that this process does not own at the
// moment.
func Elsewhere(message string) *Error {
	out := Unavailable(message)
	out.RetryAfter = 1
	return out
}

var htmlEscapes = strings.NewReplacer(`"`, "&quot;", "&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;")

func page(message string) string {
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>" +
		htmlEscapes.Replace(message) + "</pre>\n</body>\n</html>\n"
}
