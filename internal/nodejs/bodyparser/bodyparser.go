// Package bodyparser reads request bodies as Unleash's body parsers do. Only JSON and
// forms are read, before anything else is checked. Their content encoding and charset are
// decoded, and the size limit applies to the decoded bytes.
package bodyparser

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// Limit is the largest body in bytes, after inflation.
const Limit = 102400

// Body is the body of a request.
type Body struct {
	// Value is the decoded JSON, or the fields of a form as an object; it is an empty
	// object if there is no body.
	Value any
	// Text is the value as JSON in UTF-8, or nil if nothing was read. With an error, it
	// is the text that was read.
	Text []byte
	// Sent is what was sent, without its content encoding, or nil if nothing was read.
	Sent []byte
}

// Error is the refusal of a body, in the body parser's words.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Read reads the body of a request. A body that is neither JSON nor a form is left unread
// and counts as an empty object, and so does an empty one.
func Read(r *http.Request) (Body, *Error) { return ReadUpTo(r, Limit) }

// ReadUpTo is Read with another limit.
func ReadUpTo(r *http.Request, limit int) (Body, *Error) {
	none := Body{Value: map[string]any{}}
	if !hasBody(r) {
		return none, nil
	}
	kind, name, is := readable(r.Header.Get("Content-Type"))
	if !is {
		return none, nil
	}
	if problem := checkCharset(name); problem != nil {
		return none, problem
	}
	raw, problem := inflate(r, limit)
	if problem != nil {
		return none, problem
	}
	text := withoutMark(raw)
	if len(text) == 0 {
		return none, nil
	}
	if kind == mediaTypeForm {
		form, problem := readForm(string(text))
		form.Sent = text
		return form, problem
	}
	value, err := v8json.Parse(text)
	if err != nil {
		return Body{Value: none.Value, Text: text, Sent: text}, &Error{http.StatusBadRequest, err.Error()}
	}
	return Body{Value: value, Text: text, Sent: text}, nil
}

// ReadRaw reads a body of any media type, without its content encoding.
func ReadRaw(r *http.Request, limit int) ([]byte, *Error) {
	if !hasBody(r) {
		return nil, nil
	}
	return inflate(r, limit)
}

// hasBody reports whether the headers announce a body. A Content-Length of 0 does so,
// too.
func hasBody(r *http.Request) bool {
	return len(r.TransferEncoding) > 0 || r.ContentLength != 0 || r.Header.Get("Content-Length") != ""
}

// readForm reads the fields of a form. A form is a query string with limits of its own;
// exceeding them is an error.
func readForm(text string) (Body, *Error) {
	if strings.Count(text, "&") >= qs.MaxParameters {
		return Body{}, &Error{http.StatusRequestEntityTooLarge, "too many parameters"}
	}
	fields, ok := qs.ParseForm(text)
	if !ok {
		return Body{}, &Error{http.StatusBadRequest, "The input exceeded the depth"}
	}
	return Body{Value: fields.All(), Text: v8json.Stringify(nil, fields.AllOrdered())}, nil
}
