// Package transcript is what a report keeps of an exchange: without secrets, within bounds, and with a command line
// that repeats the request.
package transcript

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// maxShown is how many bytes of a body a report shows.
const maxShown = 8 << 10

// maxHeader is how many bytes of the headers of a message a report shows.
const maxHeader = 8 << 10

// shortHeader leaves out headers, the last by name first, of a message that has too many.
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

// seen is an exchange as journals and recordings have it, secrets included.
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

// Exchange prepares an exchange for a report. line is that of the step.
func Exchange(redact *secrets.Redactor, x *target.Exchange, line int, breaches []judge.Breach) report.Exchange {
	out := seen(x, breaches).Record(redact, maxShown)
	out.Line = line
	return out
}

// maxText is how many bytes of a text a report keeps that the target may have a part in.
const maxText = 4 << 10

// Text is a text without secrets, and short enough to keep. What is looked through for
// secrets is longer, so that none is cut in two.
func Text(redact *secrets.Redactor, text string) string {
	text = redact.Text(text[:min(len(text), 16*maxText)])
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}
