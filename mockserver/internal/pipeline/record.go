package pipeline

import (
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// noting records an answer when its headers are complete and nothing of it has left, so
// that a client with an answer finds it in the journal.
type noting struct {
	gin.ResponseWriter
	exchange *exchange
	body     []byte
}

// WriteHeader implements http.ResponseWriter.
func (n *noting) WriteHeader(status int) {
	n.exchange.record(status, n.body)
	n.ResponseWriter.WriteHeader(status)
}

// sent is the request as the client sent it, its content encoding aside.
func (x *exchange) sent() traffic.Message {
	out := traffic.Message{Header: x.request.Header, Body: x.body.Sent, Size: x.request.ContentLength}
	if x.body.Sent != nil && x.request.Header.Get("Content-Encoding") != "" {
		out.Wire = x.request.ContentLength
	}
	return out
}

// host is what the client asked for, or where it has come, as HTTP/1.0 has no other word
// for it.
func (x *exchange) host() string {
	if address, is := x.request.Context().Value(http.LocalAddrContextKey).(net.Addr); is && x.request.Host == "" {
		return address.String()
	}
	return x.request.Host
}

// proto is the version of HTTP where it is not the usual one.
func proto(r *http.Request) string {
	if r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		return "HTTP/1.0"
	}
	return ""
}

// exchangeSize is what an exchange adds at most besides its bodies: headers, a row.
const exchangeSize = 4 << 10

// record writes the exchange into the journal and counts it. status is that of
// the answer, 0 if there was none; body is the answer's before it is encoded.
func (x *exchange) record(status int, body []byte) {
	duration := time.Since(x.start)
	done := traffic.Exchange{
		Started:    x.start,
		Duration:   duration,
		Method:     x.request.Method,
		Proto:      proto(x.request),
		Host:       x.host(),
		Path:       x.path,
		Query:      x.request.URL.RawQuery,
		Operation:  x.operationID(),
		Status:     status,
		Caller:     string(x.identity.Kind),
		Request:    x.sent(),
		Response:   traffic.Message{Header: x.header, Body: body},
		Violations: x.breaches,
	}
	if x.request.Method == http.MethodHead || status == http.StatusNotModified {
		done.Response.Body = nil // the headers describe one that is not sent
	}
	if x.effect != nil {
		done.Rule = x.effect.Source
	}
	x.workspace.Journal.Append(&done)
	x.workspace.Grown(int64(exchangeSize + 2*len(x.body.Text) + len(body)))
	x.Metrics.Observe(done.Operation, status, duration, x.breaches)
}
