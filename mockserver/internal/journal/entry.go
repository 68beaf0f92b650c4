package journal

import (
	"slices"
	"strings"
	"time"
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

// Entry is an exchange as it is read. Secrets are masked.
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
	Scenario  string
	Request   Message
	Response  Message

	Violations []Breach
}

// Path is the target without the query.
func (e *Entry) Path() string {
	path, _, _ := strings.Cut(e.Target, "?")
	return path
}

// entry decodes and redacts a copied record.
func (r *record) entry() Entry {
	entry := Entry{
		ID:        r.id,
		Time:      r.start,
		Duration:  r.duration,
		Method:    string(r.part(partMethod)),
		Host:      maskText(string(r.part(partHost))),
		Target:    maskText(string(r.part(partTarget))),
		Operation: r.operation,
		Status:    r.status,
		Caller:    r.caller,
		Scenario:  r.scenario,
		Request: Message{
			Headers: headers(r.part(partRequestHeader)), Body: maskBody(string(r.part(partRequestBody))),
			Size: r.requestSize, Truncated: r.requestCut,
		},
		Response: Message{
			Headers: headers(r.part(partResponseHeader)), Body: maskBody(string(r.part(partResponseBody))),
			Size: r.responseSize, Truncated: r.responseCut,
		},
	}
	for _, breach := range r.violations {
		entry.Violations = append(entry.Violations, breach.masked())
	}
	return entry
}

// masked hides secrets in what repeats the request: a property's name, a
// pointer.
func (b Breach) masked() Breach {
	b.Pointer, b.Property, b.Reason = maskText(b.Pointer), maskText(b.Property), maskText(b.Reason)
	return b
}

func headers(text []byte) []Header {
	list := readHeader(text)
	for i := range list {
		list[i].Value = maskText(list[i].Value)
	}
	slices.SortStableFunc(list, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return list
}
