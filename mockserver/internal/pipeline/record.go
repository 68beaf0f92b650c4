package pipeline

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// noting records an answer when its headers are complete but nothing has been sent, so
// that the exchange is in the journal once the client has its answer.
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

// sent returns the request as the client sent it, with its content encoding removed.
func (x *exchange) sent() traffic.Message {
	out := traffic.Message{Header: x.request.Header, Body: x.body.Sent, Size: x.request.ContentLength}
	if x.body.Sent != nil && x.request.Header.Get("Content-Encoding") != "" {
		out.Wire = max(x.request.ContentLength, 0)
	}
	if x.body.Sent == nil && x.request.ContentLength > 0 {
		out.Unread = fmt.Sprintf("(%d bytes that were not read)", x.request.ContentLength)
	}
	return out
}

// exchangeSize is the most that an exchange adds besides its bodies: headers and a row.
const exchangeSize = 4 << 10

// record adds the exchange to the journal and the metrics. status is that of the answer,
// 0 without an answer; body is the answer's body before it is encoded.
func (x *exchange) record(status int, body []byte) {
	duration := time.Since(x.start)
	done := traffic.Exchange{
		Started:    x.start,
		Duration:   duration,
		Method:     x.request.Method,
		Proto:      httpx.Proto(x.request),
		Host:       httpx.Host(x.request),
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
		done.Response.Body = nil // the headers describe a body that is not sent
	}
	if x.effect != nil {
		done.Rule = x.effect.Source
	}
	x.logViolations(&done)
	done.Log(x.Logger, x.workspace.Name)
	x.workspace.Journal.Append(&done)
	x.workspace.Grown(int64(exchangeSize + 2*len(x.body.Text) + len(body)))
	x.Metrics.Observe(done.Operation, status, duration, x.breaches)
}
