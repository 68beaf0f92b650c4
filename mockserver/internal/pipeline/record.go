package pipeline

import (
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
		Host:       x.request.Host,
		Path:       x.path,
		Query:      x.request.URL.RawQuery,
		Operation:  x.operationID(),
		Status:     status,
		Caller:     string(x.identity.Kind),
		Request:    traffic.Message{Header: x.request.Header, Body: x.body.Text, Size: x.request.ContentLength},
		Response:   traffic.Message{Header: x.header, Body: body},
		Violations: x.breaches,
	}
	if x.effect != nil {
		done.Rule = x.effect.Source
	}
	x.workspace.Journal.Append(&done)
	x.workspace.Grown(int64(exchangeSize + 2*len(x.body.Text) + len(body)))
	x.Metrics.Observe(done.Operation, status, duration, x.breaches)
}
