package traffic

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Record is an exchange as reports and recordings contain it. A recording has one line of
// JSON per exchange.
type Record struct {
	Operation string        `json:"operationId,omitempty"` // empty if the contract has none
	Started   time.Time     `json:"started"`
	Duration  time.Duration `json:"durationNs"`
	// Line is the line of the step that sent the request, if a step did.
	Line     int            `json:"line,omitempty"`
	Request  RecordRequest  `json:"request"`
	Response RecordResponse `json:"response"`
	// Violations are the ways in which the exchange breaks the contract.
	Violations []RecordViolation `json:"violations,omitempty"`
}

// RecordRequest is the request of a Record.
type RecordRequest struct {
	Method string `json:"method"`
	// URL is the full URL, or only path and query.
	URL    string       `json:"url"`
	Header RecordHeader `json:"headers,omitempty"`
	Body   string       `json:"body,omitempty"`
}

// RecordResponse is the answer in a Record.
type RecordResponse struct {
	Status int          `json:"status"` // 0 if no answer came
	Header RecordHeader `json:"headers,omitempty"`
	Body   string       `json:"body,omitempty"` // without its content encoding
}

// RecordHeader is a header as a list of lines, sorted by name.
type RecordHeader []HeaderLine

// HeaderLine is one line of a header.
type HeaderLine struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RecordViolation is one breach of the contract.
type RecordViolation struct {
	// Direction is request or response.
	Direction string `json:"direction"`
	// In is the part that is wrong: path, query, header, cookie, body or status.
	In      string `json:"in"`
	Pointer string `json:"pointer"`
	Reason  string `json:"reason"`
}

// Get returns the first value of a name, ignoring case, or an empty string if there is
// none.
func (h RecordHeader) Get(name string) string {
	for _, line := range h {
		if strings.EqualFold(line.Name, name) {
			return line.Value
		}
	}
	return ""
}

// Lines lists a header sorted by name; values of the same name keep their order.
func Lines(header http.Header) RecordHeader {
	var list RecordHeader
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			list = append(list, HeaderLine{Name: name, Value: value})
		}
	}
	return list
}

// Record returns an exchange in its written form, without secrets and with at most limit
// bytes of each body. known may be nil.
func (x *Exchange) Record(known *secrets.Redactor, limit int) Record {
	by := x.Redactor(known)
	short := *x
	short.Request, short.Response = x.Request.clipped(limit), x.Response.clipped(limit)
	clean := short.redacted(by)
	out := Record{
		Operation: clean.Operation,
		Started:   clean.Started,
		Duration:  clean.Duration,
		Request:   RecordRequest{Method: clean.Method, URL: clean.Target(), Header: Lines(clean.Request.Header), Body: clean.Request.shown()},
		Response:  RecordResponse{Status: clean.Status, Header: Lines(clean.Response.Header), Body: clean.Response.shown()},
	}
	for _, v := range Short(clean.Violations) {
		out.Violations = append(out.Violations, v.Record())
	}
	return out
}

// Record returns a violation in its written form.
func (v Violation) Record() RecordViolation {
	return RecordViolation{Direction: string(v.Direction), In: v.In, Pointer: v.Pointer, Reason: v.Reason}
}

// Clipped returns a copy that has its own bodies, of at most limit bytes each.
func (x *Exchange) Clipped(limit int) Exchange {
	out := *x
	out.Request, out.Response = x.Request.clipped(limit), x.Response.clipped(limit)
	out.Request.Body, out.Response.Body = bytes.Clone(out.Request.Body), bytes.Clone(out.Response.Body)
	return out
}

// clipped returns a message with at most limit bytes of its body.
func (m Message) clipped(limit int) Message {
	m.Size = max(m.Size, int64(len(m.Body)))
	switch {
	case !utf8.Valid(m.Body) && !m.Cut:
		m.Body, m.Unread = nil, fmt.Sprintf("(%d bytes that are not text)", m.Size)
	case len(m.Body) > limit:
		for limit > 0 && !utf8.RuneStart(m.Body[limit]) {
			limit--
		}
		m.Body, m.Cut = m.Body[:limit], true
	}
	return m
}

// shown returns what a record has as the body.
func (m *Message) shown() string {
	switch {
	case m.Unread != "":
		return m.Unread
	case m.Cut:
		return fmt.Sprintf("%s… (%d bytes in all)", m.Body, m.Size)
	}
	return string(m.Body)
}

// cut matches a body that is not complete: the beginning of one that is too long, or the
// size of one that could not be read. Recordings of earlier versions have only the dots.
var cut = regexp.MustCompile(`…( \(\d+ bytes in all\))?$|^\(\d+ bytes .*\)$`)

// IsCut reports whether the body of a record is incomplete.
func IsCut(body string) bool { return cut.MatchString(body) }
