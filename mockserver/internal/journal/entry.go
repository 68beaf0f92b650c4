package journal

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Header is one line of a header.
type Header struct {
	Name  string
	Value string
}

// Message is one half of an exchange.
type Message struct {
	// Headers are sorted by name.
	Headers []Header
	// Body is text, redacted, and not longer than MaxBody before redaction.
	Body string
	// Size is the body's length in bytes; for a request whose body was not read,
	// what the client announced.
	Size int64
	// Truncated is true if Body is not all of it.
	Truncated bool
}

// Entry is an exchange as it is read, without secrets.
type Entry struct {
	ID        int64
	Time      time.Time
	Duration  time.Duration
	Method    string
	Host      string
	Target    string // path and query as they were sent
	Operation string // operationId; empty for what is none
	Status    int
	Caller    string
	Rule      string
	Request   Message
	Response  Message

	Violations []Breach
}

// Path is the target without the query.
func (e *Entry) Path() string {
	path, _, _ := strings.Cut(e.Target, "?")
	return path
}

// entry decodes a copied record and redacts it: what a client authenticated with, and
// every other secret of the exchange, may come back in any part of it.
func (r *record) entry(known *secrets.Redactor) Entry {
	target := string(r.part(partTarget))
	request, response := readHeader(r.part(partRequestHeader)), readHeader(r.part(partResponseHeader))
	sent, got := string(r.part(partRequestBody)), string(r.part(partResponseBody))
	redact := known.With(slices.Concat(
		secrets.InHeader(request), secrets.InURL(target), secrets.InBody(request.Get("Content-Type"), sent),
		secrets.InHeader(response), secrets.InBody(response.Get("Content-Type"), got),
	)...)
	entry := Entry{
		ID:        r.id,
		Time:      r.start,
		Duration:  r.duration,
		Method:    redact.Text(string(r.part(partMethod))),
		Host:      redact.Text(string(r.part(partHost))),
		Target:    redact.URL(target),
		Operation: r.operation,
		Status:    r.status,
		Caller:    r.caller,
		Rule:      r.rule,
		Request:   Message{Headers: lines(redact, request), Body: redact.Body(request.Get("Content-Type"), sent, r.requestCut), Size: r.requestSize, Truncated: r.requestCut},
		Response:  Message{Headers: lines(redact, response), Body: redact.Body(response.Get("Content-Type"), got, r.responseCut), Size: r.responseSize, Truncated: r.responseCut},
	}
	for _, breach := range r.violations {
		entry.Violations = append(entry.Violations, breach.redacted(redact))
	}
	return entry
}

// redacted hides secrets in what repeats the exchange: a property's name, a pointer, a
// value.
func (b Breach) redacted(redact *secrets.Redactor) Breach {
	b.Pointer, b.Property, b.Reason = redact.Text(b.Pointer), redact.Text(b.Property), redact.Text(b.Reason)
	return b
}

// lines lists a header by name; values of the same name keep their order.
func lines(redact *secrets.Redactor, header http.Header) []Header {
	var list []Header
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			list = append(list, Header{Name: name, Value: redact.Header(name, value)})
		}
	}
	return list
}
