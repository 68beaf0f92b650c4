// Package transcript prepares what a report keeps of an exchange: without secrets, limited in
// size, and with a command line that repeats the request.
package transcript

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// maxShown is how many bytes of a body a report shows.
const maxShown = 8 << 10

// maxHeader is how many bytes of the headers of a message a report shows.
const maxHeader = 8 << 10

// shortHeader removes headers from a message that has too many. It keeps them in alphabetical
// order up to the limit.
func shortHeader(header http.Header) http.Header {
	size, out := 0, http.Header{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		size += len(name)
		for _, value := range header[name] {
			size += len(value)
		}
		if size > maxHeader {
			out.Add("Left-Out", fmt.Sprintf("headers beyond %d bytes", maxHeader))
			return out
		}
		out[name] = header[name]
	}
	return header
}

// seen converts an exchange to the form of journals and recordings, including secrets.
func seen(x *target.Exchange, breaches []judge.Breach) *traffic.Exchange {
	out := &traffic.Exchange{
		Operation: x.OperationID(), Started: x.Started, Duration: x.Duration,
		Method: x.Method, Path: x.URL, Status: x.Status,
		Request:  traffic.Message{Header: x.Header, Body: x.Body, Size: int64(len(x.Body))},
		Response: traffic.Message{Header: shortHeader(x.Answer), Body: x.Received, Size: int64(len(x.Received))},
	}
	for _, b := range breaches {
		violation := traffic.Violation{Direction: traffic.ToClient, Outcome: traffic.Passed, Status: x.Status}
		violation.In, violation.Pointer, violation.Reason = b.In, b.Pointer, b.Expectation
		out.Violations = append(out.Violations, violation)
	}
	return out
}

// Exchange prepares an exchange for a report. line is the line of the step.
func Exchange(redact *secrets.Redactor, x *target.Exchange, line int, breaches []judge.Breach) report.Exchange {
	out := seen(x, breaches).Record(redact, maxShown)
	out.Line = line
	return out
}

// Redactor returns a redactor that also knows the secrets that an exchange reveals. x may be nil.
func Redactor(known *secrets.Redactor, x *target.Exchange) *secrets.Redactor {
	if x == nil {
		return known
	}
	return seen(x, nil).Redactor(known)
}

// maxText is how many bytes a report keeps of a text that the target may have contributed to.
const maxText = 4 << 10

// Text removes secrets from a text and shortens it. It looks for secrets in a longer part
// than it keeps, so that no secret is cut in two.
func Text(redact *secrets.Redactor, text string) string {
	return visible.Short(redact.Text(text[:min(len(text), judge.MaxGot)]), maxText)
}
