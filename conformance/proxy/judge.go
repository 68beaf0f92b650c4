package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/foreign"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/parameters"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// verdict is the result of judging an exchange.
type verdict struct {
	violations []traffic.Violation
	unjudged   int
}

// judge judges both messages of an exchange, as the options require.
func (p *Proxy) judge(x *exchange) verdict {
	var found verdict
	add := func(violation traffic.Violation, failures []spec.Failure, unjudged string) {
		if unjudged != "" {
			found.unjudged++
			p.logger.Debug("body not judged", "operation", x.operation.ID, "direction", violation.Direction, "reason", unjudged)
		}
		for _, violation.Failure = range failures {
			found.violations = append(found.violations, violation)
		}
	}
	if p.options.Judge != Responses && x.outcome != left {
		failures, unjudged := p.judgeRequest(x)
		add(traffic.Violation{Direction: traffic.ToServer, Outcome: traffic.Passed}, failures, unjudged)
	}
	if p.options.Judge == Requests || x.status == 0 {
		return found
	}
	if !x.judged {
		x.failures, x.unjudged = p.judgeResponse(x)
	}
	outcome := traffic.Passed
	if x.own != nil {
		outcome = traffic.Replaced
	}
	add(traffic.Violation{Direction: traffic.ToClient, Outcome: outcome, Status: x.status}, x.failures, x.unjudged)
	return found
}

// judgeRequest returns where a request breaks the contract, taken literally: a real server
// accepts a number for a string, the contract does not. unjudged says why the body could not
// be judged; it is empty if it was.
func (p *Proxy) judgeRequest(x *exchange) (failures []spec.Failure, unjudged string) {
	if p.foreign {
		return p.judgeForeign(x)
	}
	failures = p.judgeParameters(x)
	sent := x.request.Header.Get("Content-Type")
	if x.operation.DemandsContentType() && !bodyparser.IsJSON(sent) {
		return append(failures, spec.Failure{
			In: "header", Pointer: "/content-type", Keyword: "mediaType", Want: "application/json",
			Reason: fmt.Sprintf("the content type must be application/json, it is %q", sent),
		}), ""
	}
	raw, unjudged := p.copyOf(x.sent)
	if unjudged != "" {
		return failures, unjudged
	}
	// Read as Unleash's server does, except for its limit on bytes.
	body, refused := bodyparser.ReadUpTo(readAgain(x.request, raw), p.options.MaxBody)
	if refused != nil {
		return p.unreadable(failures, refused)
	}
	return append(failures, x.operation.CheckBody(body.Value)...), ""
}

func (p *Proxy) judgeParameters(x *exchange) []spec.Failure {
	sent := parameters.Request{
		HTTP: x.request, Names: x.operation.PathParameters(), Values: x.params, Query: qs.Parse(httpx.RawQuery(x.request)),
		Styled: p.foreign || p.styled[x.operation.Method+" "+x.operation.Path],
	}
	var failures []spec.Failure
	for _, parameter := range x.operation.Parameters() {
		_, found := sent.Judge(parameter)
		failures = append(failures, found...)
	}
	return failures
}

// judgeForeign judges a request by a document that is not Unleash's, in the same way as a
// mock that serves the document.
func (p *Proxy) judgeForeign(x *exchange) (failures []spec.Failure, unjudged string) {
	failures = p.judgeParameters(x)
	raw, unjudged := p.copyOf(x.sent)
	declared := x.operation.Body()
	if unjudged != "" || declared == nil {
		return failures, unjudged
	}
	sent := x.request.Header.Get("Content-Type")
	if len(raw) == 0 {
		if declared.Required {
			failures = append(failures, spec.Failure{In: "body", Keyword: "required", Reason: "the body is missing"})
		}
		return failures, ""
	}
	content := declared.Accept(sent)
	if content == nil {
		return append(failures, spec.Failure{
			In: "header", Pointer: "/content-type", Keyword: "mediaType", Want: declared.MediaType,
			Reason: fmt.Sprintf("the document does not have the content type %q", sent),
		}), ""
	}
	body, refused := foreign.Read(readAgain(x.request, raw), p.options.MaxBody)
	if refused != nil {
		return p.unreadable(failures, refused)
	}
	return append(failures, foreign.Check(content, sent, &body)...), ""
}

// readAgain returns a request whose body can be read once more.
func readAgain(request *http.Request, raw []byte) *http.Request {
	return &http.Request{Header: request.Header, Body: io.NopCloser(bytes.NewReader(raw)), ContentLength: int64(len(raw))}
}

// unreadable adds the failure of a body that cannot be read to those before it. A body that is too
// long is not judged.
func (p *Proxy) unreadable(before []spec.Failure, refused *bodyparser.Error) (failures []spec.Failure, unjudged string) {
	if refused.Status == http.StatusRequestEntityTooLarge {
		return before, p.tooLong()
	}
	reason, _, _ := strings.Cut(refused.Message, `, "`) // the rest quotes the body
	return append(before, spec.Failure{In: "body", Keyword: "syntax", Reason: "the body cannot be read: " + reason}), ""
}

// judgeResponse returns where a response breaks the contract. Without its whole body, only
// status and headers are judged, and unjudged says why.
func (p *Proxy) judgeResponse(x *exchange) (failures []spec.Failure, unjudged string) {
	if x.isRevalidated() {
		return nil, ""
	}
	if x.request.Method == http.MethodHead {
		return x.operation.CheckResponse(x.status, x.header, nil), ""
	}
	body, unjudged, broken := p.body(x.came, x.header)
	if unjudged != "" || broken != nil {
		failures = x.operation.CheckResponse(x.status, x.header, nil)
		if broken != nil {
			failures = append(failures, *broken)
		}
		return failures, unjudged
	}
	if body == nil {
		body = []byte{}
	}
	return x.operation.CheckResponse(x.status, x.header, body), ""
}

// isRevalidated reports whether a response says that the client's copy is current. That is a
// matter of HTTP, not of the operation.
func (x *exchange) isRevalidated() bool {
	readOnly := x.request.Method == http.MethodGet || x.request.Method == http.MethodHead
	asked := x.request.Header.Get("If-None-Match") != "" || x.request.Header.Get("If-Modified-Since") != ""
	return x.status == http.StatusNotModified && readOnly && asked
}

// body returns the decoded copy of a response's body, or why it cannot be judged, or how it
// contradicts its own headers.
func (p *Proxy) body(passed *body, header http.Header) (text []byte, unjudged string, broken *spec.Failure) {
	if _, unjudged := p.copyOf(passed); unjudged != "" || passed == nil {
		return nil, unjudged, nil
	}
	text, err := passed.text(header, p.options.MaxBody)
	switch {
	case errors.Is(err, httpx.ErrTooLarge):
		return nil, p.tooLong(), nil
	case errors.Is(err, httpx.ErrUnknownEncoding):
		return nil, err.Error(), nil
	case err != nil:
		return nil, "", &spec.Failure{In: "body", Keyword: "encoding", Reason: err.Error()}
	}
	return text, "", nil
}

// copyOf returns the copy of a body, or why it is incomplete.
func (p *Proxy) copyOf(passed *body) (raw []byte, unjudged string) {
	switch {
	case passed == nil || passed.copied == nil:
		return nil, ""
	case passed.copied.over:
		return nil, p.tooLong()
	case !passed.isWhole():
		return nil, "it was cut off"
	}
	return passed.copied.bytes(), ""
}

func (p *Proxy) tooLong() string { return fmt.Sprintf("it has more than %d bytes", p.options.MaxBody) }
