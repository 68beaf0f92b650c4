package journal

import (
	"encoding/binary"
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// The parts of a record's text, in order.
const (
	partMethod = iota
	partHost
	partPath
	partQuery
	partRequestHeader
	partRequestBody
	partResponseHeader
	partResponseBody
	parts
)

// record is an exchange as the ring holds it: numbers, constants, and one text whose
// memory is reused for the next exchange at the same position. It must not refer to
// memory of the request, which would live as long as the record.
type record struct {
	id                int64
	start             time.Time
	duration          time.Duration
	operation         string
	status            int
	caller            string
	rule              string
	proto             string // a constant
	request, response message
	violations        []traffic.Violation

	text []byte
	ends [parts]int // where each part ends
}

// message is what a record holds of a request or a response besides its text.
type message struct {
	size, wire int64
	unread     string
	cut        bool
}

// headerGuess is the size that usually suffices for an exchange without its bodies.
const headerGuess = 768

// fill stores an exchange. Without withText it stores only what is counted and matched.
func (r *record) fill(x *traffic.Exchange, withText bool) {
	r.start, r.duration = x.Started, x.Duration
	r.operation, r.status = x.Operation, x.Status
	r.caller, r.rule = x.Caller, x.Rule
	r.proto = x.Proto
	sent, came := &x.Request, &x.Response
	if r.text == nil {
		r.text = make([]byte, 0, headerGuess+min(len(sent.Body), MaxBody)+min(len(came.Body), MaxBody))
	}
	r.text = r.text[:0]
	for part, text := range [...]string{partMethod: x.Method, partHost: x.Host, partPath: x.Path, partQuery: x.Query} {
		r.text = append(r.text, text...)
		r.ends[part] = len(r.text)
	}
	r.request = r.fillMessage(sent, partRequestHeader, withText)
	r.response = r.fillMessage(came, partResponseHeader, withText)
	if sent.Wire > 0 {
		r.request.size = int64(len(sent.Body))
	}
}

// fillMessage writes a header and then the body, which is the next part. It returns the rest of the message.
func (r *record) fillMessage(m *traffic.Message, header int, withText bool) message {
	if withText {
		r.text = appendHeader(r.text, m.Header)
	}
	r.ends[header] = len(r.text)
	if withText {
		r.text = append(r.text, m.Body[:min(len(m.Body), MaxBody)]...)
	}
	r.ends[header+1] = len(r.text)
	return message{size: max(m.Size, int64(len(m.Body))), wire: m.Wire, unread: m.Unread, cut: len(m.Body) > MaxBody}
}

// exchange converts a copied record, with secrets redacted.
func (r *record) exchange(known *secrets.Redactor) traffic.Exchange {
	x := traffic.Exchange{
		ID:         r.id,
		Started:    r.start,
		Duration:   r.duration,
		Proto:      r.proto,
		Method:     string(r.part(partMethod)),
		Host:       string(r.part(partHost)),
		Path:       string(r.part(partPath)),
		Query:      string(r.part(partQuery)),
		Operation:  r.operation,
		Status:     r.status,
		Caller:     r.caller,
		Rule:       r.rule,
		Request:    r.message(r.request, partRequestHeader),
		Response:   r.message(r.response, partResponseHeader),
		Violations: r.violations,
	}
	return x.Redacted(known)
}

// message returns the message whose header is a part, and whose body is the next one.
func (r *record) message(m message, header int) traffic.Message {
	return traffic.Message{Header: readHeader(r.part(header)), Body: r.part(header + 1), Size: m.size, Wire: m.wire, Cut: m.cut, Unread: m.unread}
}

// recordSize is the memory that a record takes besides its text.
const recordSize = 360

// bytes returns the memory that a record takes.
func (r *record) bytes() int {
	size := recordSize + cap(r.text)
	for i := range r.violations {
		size += violationSize + r.violations[i].Bytes()
	}
	return size
}

// violationSize is the memory that a violation takes besides its failure.
const violationSize = 96

func (r *record) part(index int) []byte {
	begin := 0
	if index > 0 {
		begin = r.ends[index-1]
	}
	return r.text[begin:r.ends[index]]
}

// copyTo makes a copy that shares no reused memory.
func (r *record) copyTo(into *record) {
	text := append(into.text[:0], r.text...)
	*into = *r
	into.text = text
}

// appendHeader writes names and values, each preceded by its length.
func appendHeader(dst []byte, header http.Header) []byte {
	for name, values := range header {
		for _, value := range values {
			dst = appendText(appendText(dst, name), value)
		}
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// readHeader decodes what appendHeader writes.
func readHeader(text []byte) http.Header {
	out := http.Header{}
	next := func() string {
		size, width := binary.Uvarint(text)
		value := string(text[width : width+int(size)])
		text = text[width+int(size):]
		return value
	}
	for len(text) > 0 {
		name := next()
		out[name] = append(out[name], next())
	}
	return out
}
