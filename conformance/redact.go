package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// redactor takes secrets out of what goes into a report. It knows those that the suite
// sends and receives.
type redactor struct{ known *secrets.Redactor }

func newRedactor() *redactor { return &redactor{known: secrets.New()} }

// secret adds one that must never be seen.
func (r *redactor) secret(text string) { r.known.Add(text) }

// header hides the values of the headers that the user adds.
func (r *redactor) header(added http.Header) { r.known.AddHeaders(added) }

// text takes the secrets out of a text.
func (r *redactor) text(text string) string { return r.known.Text(text) }

// maxShown is how many bytes of a body a report shows.
const maxShown = 8 << 10

// shown is a body as a report shows it.
func shown(redact *secrets.Redactor, header http.Header, body []byte) string {
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	text, more := redact.Clip(header.Get("Content-Type"), string(body), maxShown)
	if more {
		return fmt.Sprintf("%s... (%d bytes in all)", text, len(body))
	}
	return text
}

// lines prepares headers for a report, in the order of their names.
func lines(redact *secrets.Redactor, header http.Header) []report.Header {
	var lines []report.Header
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			lines = append(lines, report.Header{Name: name, Value: redact.Header(name, value)})
		}
	}
	return lines
}

// of returns a redactor that also knows the secrets of an exchange: they may come back
// in any part of it.
func (r *redactor) of(x *exchange) *secrets.Redactor {
	return r.known.With(slices.Concat(
		secrets.InHeader(x.header), secrets.InURL(x.url), secrets.InBody(x.header.Get("Content-Type"), string(x.body)),
		secrets.InHeader(x.answer), secrets.InBody(x.answer.Get("Content-Type"), string(x.received)),
	)...)
}

// exchange prepares an exchange for a report. line is that of the step.
func (r *redactor) exchange(x *exchange, line int, breaches []breach) report.Exchange {
	redact := r.of(x)
	out := report.Exchange{
		Started: x.started, Duration: x.duration, Line: line,
		Request: report.Request{
			Method: x.method, URL: redact.URL(x.url), Header: lines(redact, x.header), Body: shown(redact, x.header, x.body),
		},
		Response: report.Response{Status: x.status, Header: lines(redact, x.answer), Body: shown(redact, x.answer, x.received)},
	}
	if x.operation != nil {
		out.Operation = x.operation.ID
	}
	for _, b := range breaches {
		out.Violations = append(out.Violations, report.Violation{
			Direction: "response", In: b.in, Pointer: redact.Text(b.pointer), Reason: redact.Text(b.expectation),
		})
	}
	return out
}
