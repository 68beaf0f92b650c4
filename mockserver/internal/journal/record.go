package journal

import (
	"encoding/binary"
	"net/http"
	"time"
)

// The parts of a record's text, in their order.
const (
	partMethod = iota
	partHost
	partTarget
	partRequestHeader
	partRequestBody
	partResponseHeader
	partResponseBody
	parts
)

// record is an exchange as the ring holds it: numbers, constants, and one piece
// of text that is used again for the next exchange in the same place. It refers
// to nothing of the request, whose memory would live as long as the record.
type record struct {
	id                        int64
	start                     time.Time
	duration                  time.Duration
	operation                 string
	status                    int
	caller                    string
	rule                      string
	requestSize, responseSize int64
	requestCut                bool
	responseCut               bool
	violations                []Breach

	text []byte
	ends [parts]int // where each part ends
}

// headerGuess is what the headers and the rest of an exchange mostly fit in.
const headerGuess = 768

// fill takes an exchange in. Without withText only what is counted and matched.
func (r *record) fill(x *Exchange, withText bool) {
	r.start, r.duration = x.Start, x.Duration
	r.operation, r.status = x.Operation, x.Status
	r.caller, r.rule = x.Caller, x.Rule
	r.violations = x.Violations
	r.requestSize, r.responseSize = max(x.RequestSize, int64(len(x.RequestBody))), max(x.ResponseSize, int64(len(x.ResponseBody)))
	r.requestCut, r.responseCut = len(x.RequestBody) > MaxBody, len(x.ResponseBody) > MaxBody
	if r.text == nil {
		r.text = make([]byte, 0, headerGuess+min(len(x.RequestBody), MaxBody)+min(len(x.ResponseBody), MaxBody))
	}
	r.text = append(r.text[:0], x.Method...)
	r.ends[partMethod] = len(r.text)
	r.text = append(r.text, x.Host...)
	r.ends[partHost] = len(r.text)
	r.text = append(r.text, x.Path...)
	if x.Query != "" {
		r.text = append(append(r.text, '?'), x.Query...)
	}
	r.ends[partTarget] = len(r.text)
	if withText {
		r.text = appendHeader(r.text, x.RequestHeader)
	}
	r.ends[partRequestHeader] = len(r.text)
	if withText {
		r.text = append(r.text, x.RequestBody[:min(len(x.RequestBody), MaxBody)]...)
	}
	r.ends[partRequestBody] = len(r.text)
	if withText {
		r.text = appendHeader(r.text, x.ResponseHeader)
	}
	r.ends[partResponseHeader] = len(r.text)
	if withText {
		r.text = append(r.text, x.ResponseBody[:min(len(x.ResponseBody), MaxBody)]...)
	}
	r.ends[partResponseBody] = len(r.text)
}

// part returns one part of the text.
func (r *record) part(index int) []byte {
	begin := 0
	if index > 0 {
		begin = r.ends[index-1]
	}
	return r.text[begin:r.ends[index]]
}

// copyTo makes a copy that shares nothing that is used again.
func (r *record) copyTo(into *record) {
	text := append(into.text[:0], r.text...)
	*into = *r
	into.text = text
}

// appendHeader writes names and values, each behind its length.
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

// readHeader undoes appendHeader.
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
