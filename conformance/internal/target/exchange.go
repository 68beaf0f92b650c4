package target

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/spec"
)

// JSON is the media type of all bodies that the API reads.
const JSON = "application/json"

// Request is a request to be sent.
type Request struct {
	Method string
	Path   string // with its query, relative to the target's URL
	Header http.Header
	Body   []byte // nil for none
	// Actor is who sends it, in the words of a report; empty if no one in particular.
	Actor string
	// Burst is true if it must not wait for a limit.
	Burst bool
	// Repeatable is true if it may be sent once more, although its method could change something.
	Repeatable bool
}

// IsSafe reports whether the request changes nothing on a server.
func (r Request) IsSafe() bool { return isSafe(r.Method) }

// MayRepeat reports whether the request may be sent once more without another effect.
func (r Request) MayRepeat() bool { return r.IsSafe() || r.Repeatable }

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// Plain returns a path without its query, with single slashes.
func Plain(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return "/" + strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
}

// Canonical returns a plain path in lower case, because servers ignore letter case in paths.
// They do not ignore it in names.
func Canonical(path string) string { return strings.ToLower(Plain(path)) }

// Exchange is a request and its response as they were sent, including secrets.
type Exchange struct {
	Request
	URL       string
	Operation *spec.Operation // nil if it is not one of the contract's operations
	Started   time.Time
	Duration  time.Duration

	Status   int // 0 if there was no response
	Answer   http.Header
	Received []byte // the body after decompression
	Unread   string // why the body could not be read or decompressed
	// BrokenOff is true if the body did not come to its end, or not in time.
	BrokenOff bool
	// Cut is true if only part of the body was read: it was too large, or it had not ended
	// when its time was up and has no Content-Length.
	Cut bool
	// Value is the body as JSON. IsJSON is false if the body is not JSON.
	Value  any
	IsJSON bool
	// Extra is what followed the head of a response to HEAD.
	Extra []byte
}

// OperationID returns the operationId, or an empty string if the operation is not in the
// contract.
func (x *Exchange) OperationID() string {
	if x.Operation == nil {
		return ""
	}
	return x.Operation.ID
}

// Succeeded reports whether the status is 2xx.
func (x *Exchange) Succeeded() bool { return x.Status >= 200 && x.Status <= 299 }

// At returns the value at a JSON pointer in the response, or nil.
func (x *Exchange) At(pointer string) any {
	value, _ := jsonvalue.At(x.Value, pointer)
	return value
}

// Text returns the text at a JSON pointer in the response, or an empty string.
func (x *Exchange) Text(pointer string) string { return jsonvalue.String(x.Value, pointer) }

// IsUnknownPath reports whether the target says that it does not have the path at all, as an
// open-source instance does for the paths of Unleash Enterprise.
func (x *Exchange) IsUnknownPath() bool {
	return x.Status == http.StatusNotFound && strings.HasPrefix(x.Text("/message"), "The path you were looking for")
}

// OfGateway reports whether the response is that of a gateway which got none from the target: Unleash
// has no 502 and no 504, and its 503 is JSON.
func (x *Exchange) OfGateway() bool {
	switch x.Status {
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	case http.StatusServiceUnavailable:
		return !strings.HasPrefix(x.Answer.Get("Content-Type"), JSON)
	}
	return false
}

// OfFirewall reports whether a firewall in front of the target has refused a body for its markup. A refusal
// of Unleash has a name.
func (x *Exchange) OfFirewall() bool {
	refused := x.Status == http.StatusForbidden || x.Status == http.StatusNotAcceptable
	return refused && x.Text("/name") == "" && bytes.Contains(x.Body, []byte("<b>"))
}

// Summary describes the response in one line.
func (x *Exchange) Summary() string {
	if len(x.Received) == 0 {
		return fmt.Sprintf("status %d without a body", x.Status)
	}
	const enough = 300
	return fmt.Sprintf("status %d with %s", x.Status, visible.Short(string(x.Received), enough))
}

// SentAt returns when the target says that it responded, so that its clock need not agree
// with ours.
func (x *Exchange) SentAt() time.Time {
	if date, err := http.ParseTime(x.Answer.Get("Date")); err == nil {
		return date
	}
	return x.Started
}

// Limits on a response. They are far above any response of the API to the suite's requests,
// yet low enough that no target can fill the memory.
const (
	maxBody   = 16 << 20 // bytes, as received and after decompression
	maxValues = 500_000  // in JSON
	kept      = 64 << 10 // bytes kept of a body that exceeds a limit
)

// Receive reads the body of a response whose headers are known, and decompresses it.
//
// Of a stream of server-sent events, which may never end, it reads the first message. The
// message's data becomes the value.
func (x *Exchange) Receive(body io.Reader) {
	if x.IsStream() {
		x.receiveMessage(body)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	x.Received = raw
	switch {
	case len(raw) > maxBody:
		x.cut("the answer is larger than %d bytes", maxBody)
		return
	case err != nil:
		x.Unread, x.BrokenOff = "the body ends too early: "+err.Error(), true
		x.Cut = x.goesOn(err)
		return
	}
	if len(raw) > 0 {
		plain, err := httpx.Decode(x.Answer, raw, maxBody)
		switch {
		case errors.Is(err, httpx.ErrTooLarge):
			x.cut("the answer is larger than %d bytes, decompressed", maxBody)
			return
		case err != nil:
			x.Unread = "the body is not in the encoding that the answer declares: " + err.Error()
			return
		}
		x.Received = plain
	}
	if values(x.Received) > maxValues {
		x.cut("the answer is larger than %d values", maxValues)
		return
	}
	x.Value, x.IsJSON = jsonvalue.Decode(x.Received)
}

// IsStream reports whether the answer is a stream of server-sent events.
func (x *Exchange) IsStream() bool {
	return strings.HasPrefix(x.Answer.Get("Content-Type"), "text/event-stream")
}

// receiveMessage reads the first message of a stream.
func (x *Exchange) receiveMessage(body io.Reader) {
	lines := bufio.NewReader(io.LimitReader(body, maxBody+1))
	var data []byte
	for {
		line, err := lines.ReadBytes('\n')
		x.Received = append(x.Received, line...)
		text, isData := bytes.CutPrefix(bytes.TrimRight(line, "\r\n"), []byte("data:"))
		switch {
		case len(x.Received) > maxBody:
			x.cut("the first message is larger than %d bytes", maxBody)
			return
		case err != nil:
			x.Unread, x.BrokenOff = "the stream ends before its first message: "+err.Error(), true
			x.Cut = x.goesOn(err)
			return
		case isData:
			data = append(data, text...)
		case len(text) == 0 && values(data) > maxValues:
			x.cut("the first message is larger than %d values", maxValues)
			return
		case len(text) == 0 && data != nil:
			x.Value, x.IsJSON = jsonvalue.Decode(data)
			return
		}
	}
}

// goesOn reports whether a body could not be read because its time was up before it ended.
func (x *Exchange) goesOn(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) && x.Answer.Get("Content-Length") == ""
}

// cut keeps the beginning of a body that exceeds a limit, and records that it did.
func (x *Exchange) cut(format string, bound int) {
	x.Unread, x.Cut = fmt.Sprintf(format, bound), true
	x.Received = bytes.Clone(x.Received[:min(len(x.Received), kept)])
}

// values returns an upper bound for the number of values in a JSON text.
func values(text []byte) (count int) {
	for _, c := range text {
		if c == ',' || c == '[' || c == '{' {
			count++
		}
	}
	return count
}
