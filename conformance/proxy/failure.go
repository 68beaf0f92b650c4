package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/spec"
)

// problem is an error in the envelope of Unleash's middleware, with the same keys in the same
// order.
type problem struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Message string   `json:"message"`
	Details []detail `json:"details"`
}

type detail struct {
	Message string `json:"message"`
}

// own is a response that the proxy itself made.
type own struct {
	status int
	header http.Header
	body   []byte
}

// answer encodes a problem as a response. Details default to the message.
func (p *Proxy) answer(method string, status int, what problem) own {
	what.ID = uuid.NewString()
	if what.Details == nil {
		what.Details = []detail{{Message: what.Message}}
	}
	body, err := jsonw.Marshal(what)
	if err != nil {
		panic("the envelope of an error cannot be written: " + err.Error()) // strings can always be encoded
	}
	out := own{status: status, body: body}
	out.header = http.Header{
		"Content-Type":   {"application/json; charset=utf-8"},
		"Content-Length": {strconv.Itoa(len(out.body))},
		Header:           {what.Name},
		"Date":           {time.Now().UTC().Format(http.TimeFormat)},
	}
	if method == http.MethodHead {
		out.body = nil
	}
	return out
}

// refuse responds in place of the upstream.
func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, status int, what problem) own {
	out := p.answer(r.Method, status, what)
	for name, values := range out.header {
		w.Header()[name] = values
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client is gone, so there is no one to tell
	return out
}

// replace replaces the upstream's response.
func replace(response *http.Response, out own) {
	response.StatusCode, response.Status = out.status, http.StatusText(out.status)
	response.Header = out.header
	response.Trailer = nil
	response.Body = io.NopCloser(bytes.NewReader(out.body))
	response.ContentLength = int64(len(out.body))
	response.TransferEncoding = nil
}

// maxDetail is how many bytes of a violation a response has. Its names come from the upstream.
const maxDetail = 1 << 10

// violated describes how a response breaks the contract.
func (p *Proxy) violated(operation *spec.Operation, failures []spec.Failure) problem {
	what := problem{Name: "ContractViolationError"}
	for _, failure := range failures {
		what.Details = append(what.Details, detail{Message: visible.Short(p.secrets.Text(failure.Error()), maxDetail)})
	}
	what.Message = fmt.Sprintf("The upstream's response to %s broke the contract: %s", operation.ID, what.Details[0].Message)
	return what
}

// fail responds for an upstream that did not.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	x := flowOf(r.Context()).exchange
	if clientLeft(x) {
		x.outcome = left
		w.Header().Set("Connection", "close")
		p.refuse(w, r, http.StatusBadRequest, problem{Name: "BadRequestError", Message: "The request did not arrive completely."})
		return
	}
	x.outcome = unanswered
	status, what := p.explain(err)
	p.logger.Warn("the upstream failed", "method", r.Method, "path", rawPath(r), "status", status,
		"reason", what.Message, "error", err)
	out := p.refuse(w, r, status, what)
	x.own = &out
}

// clientLeft reports whether the client, or the end of the proxy, aborted a request before
// its response or in the middle of its body.
func clientLeft(x *exchange) bool {
	if x.sent != nil && x.sent.failure() != nil {
		return true
	}
	ctx := x.request.Context()
	return ctx.Err() != nil && !errors.Is(context.Cause(ctx), errStalled)
}

// explain returns the status and description for a failure of the upstream.
func (p *Proxy) explain(err error) (int, problem) {
	bad := func(format string, args ...any) (int, problem) {
		return http.StatusBadGateway, problem{Name: "BadGatewayError", Message: fmt.Sprintf(format, args...)}
	}
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var dns *net.DNSError
	var dial *net.OpError
	switch {
	case errors.Is(err, errStalled), errors.As(err, &timeout) && timeout.Timeout():
		return http.StatusGatewayTimeout, problem{
			Name:    "GatewayTimeoutError",
			Message: fmt.Sprintf("The upstream did not answer within %s.", p.options.Timeout),
		}
	case errors.As(err, &certificate), errors.As(err, &hostname):
		return bad("The upstream's certificate is not trusted: %s.", cause(err))
	case errors.As(err, &record):
		return bad("The upstream does not speak TLS: %s.", record.Msg)
	case errors.As(err, &alert):
		return bad("The upstream refused to speak TLS: %s.", alert.Error())
	case errors.As(err, &dns):
		return bad("The upstream's name %s cannot be resolved.", p.options.Upstream.Hostname())
	case errors.As(err, &dial) && dial.Op == "dial":
		return bad("The upstream cannot be reached: %s.", cause(err))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &dial):
		return bad("The upstream closed the connection before it answered.")
	}
	return bad("The upstream's answer is not HTTP: %s.", visible.Short(p.secrets.Text(cause(err)), 200))
}

// cause returns the text of the innermost error. The outer ones repeat addresses.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
