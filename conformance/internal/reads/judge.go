package reads

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/internal/transcript"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// judged returns where a response breaks the document, and what could not be judged; empty if
// everything was.
func judged(x *target.Exchange) (failures []spec.Failure, unjudged string) {
	switch {
	case x.Cut:
		failures, unjudged = judgedInPart(x)
	case x.Unread != "":
		failures = append(judge.Failures(x), spec.Failure{In: "body", Keyword: "encoding", Want: "a body that can be read", Reason: x.Unread})
	default:
		failures = judge.Failures(x)
	}
	if err := x.Operation.Complete(); err != nil && unjudged == "" {
		unjudged = "only partly judged: " + strings.Join(strings.Fields(err.Error()), " ")
	}
	return failures, unjudged
}

// judgedInPart judges a response that is longer than what was read of it: its head, and its
// first line if that is a JSON object or array, as in a stream of lines.
func judgedInPart(x *target.Exchange) (failures []spec.Failure, unjudged string) {
	line, _, whole := bytes.Cut(x.Received, []byte("\n"))
	event, isJSON := jsonvalue.Decode(line)
	_, isObject := event.(map[string]any)
	_, isList := event.([]any)
	isEvent := whole && isJSON && (isObject || isList) && x.Answer.Get("Content-Encoding") == ""
	if !isEvent || len(line) == 0 {
		line = []byte("{}") // any value, so that its media type is judged
	}
	failures = x.Operation.CheckResponse(x.Status, x.Answer, line)
	if isEvent {
		return failures, "only its head and first line were judged: the answer goes on"
	}
	return slices.DeleteFunc(failures, func(f spec.Failure) bool { return f.In == "body" }), "only its head was judged: " + x.Unread
}

// failures describes where a response breaks the document.
func (r *Run) failures(x *target.Exchange, found []spec.Failure) []report.Failure {
	clean := transcript.Redactor(r.Redact, x)
	out := make([]report.Failure, 0, len(found))
	for _, failure := range found {
		worded := report.Failure{
			Operation: x.Operation.ID, Pointer: transcript.Text(clean, failure.Pointer), Keyword: failure.Keyword,
			Expectation: transcript.Text(clean, failure.In+": "+failure.Reason), Got: transcript.Text(clean, got(clean, x, failure)),
			Source: fmt.Sprintf("the document's %s, status %d", x.Operation.ID, x.Status), Curl: transcript.Curl(clean, x),
		}
		if response := x.Operation.Response(x.Status); response != nil {
			worded.Standing = response.Standing
		}
		out = append(out, worded)
	}
	return out
}

// got returns what a response has at the place of a failure, without what this place says to be
// secret.
func got(clean *secrets.Redactor, x *target.Exchange, failure spec.Failure) string {
	switch failure.In {
	case "header":
		name, _, _ := strings.Cut(strings.TrimPrefix(failure.Pointer, "/"), "/")
		if value := x.Answer.Get(name); value != "" {
			return clean.Header(name, value)
		}
		return "no such header"
	case "body":
		if value, found := jsonvalue.At(x.Value, failure.Pointer); found && failure.Pointer != "" {
			return secrets.At(failure.Pointer, jsonvalue.Text(value))
		}
	}
	return x.Summary()
}

// breaches converts failures to the form in which a report shows them at an exchange.
func breaches(found []spec.Failure) []judge.Breach {
	out := make([]judge.Breach, 0, len(found))
	for _, failure := range found {
		out = append(out, judge.Breach{In: failure.In, Pointer: failure.Pointer, Expectation: failure.Reason})
	}
	return out
}
