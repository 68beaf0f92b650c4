package gherkin

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

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

// knowing returns a redactor that also knows the secrets of an exchange: they may
// come back in any part of it.
func knowing(redact *secrets.Redactor, x *target.Exchange) *secrets.Redactor {
	return redact.With(slices.Concat(
		secrets.InHeader(x.Header), secrets.InURL(x.URL), secrets.InBody(x.Header.Get("Content-Type"), string(x.Body)),
		secrets.InHeader(x.Answer), secrets.InBody(x.Answer.Get("Content-Type"), string(x.Received)),
	)...)
}

// shownExchange prepares an exchange for a report. line is that of the step.
func shownExchange(redact *secrets.Redactor, x *target.Exchange, line int, breaches []judge.Breach) report.Exchange {
	redact = knowing(redact, x)
	out := report.Exchange{
		Operation: x.OperationID(), Started: x.Started, Duration: x.Duration, Line: line,
		Request: report.Request{
			Method: x.Method, URL: redact.URL(x.URL), Header: lines(redact, x.Header), Body: shown(redact, x.Header, x.Body),
		},
		Response: report.Response{Status: x.Status, Header: lines(redact, x.Answer), Body: shown(redact, x.Answer, x.Received)},
	}
	for _, b := range breaches {
		out.Violations = append(out.Violations, report.Violation{
			Direction: "response", In: b.In, Pointer: redact.Text(b.Pointer), Reason: redact.Text(b.Expectation),
		})
	}
	return out
}
