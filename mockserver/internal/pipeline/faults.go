package pipeline

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
)

// sendBroken sends an answer with the fault of a rule.
func (x *exchange) sendBroken(w gin.ResponseWriter, out answer) {
	switch x.effect.Fault {
	case rules.Reset:
		x.record(0, nil)
		reset(w)
	case rules.Truncate:
		x.write(&noting{ResponseWriter: halving{w}, exchange: x, body: out.body}, out)
		panic(http.ErrAbortHandler) // closes the connection
	case rules.Slow:
		defer x.workspace.Hold()()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(x.effect.SlowFor + slowestWrite))
		slow := &dripping{ResponseWriter: w, exchange: x, body: out.body}
		x.write(slow, out)
		slow.note() // in case there was nothing to write
	case rules.Malformed:
		out.body, out.prepared = malformed(out.body), nil
		out.contentType = cmp.Or(out.contentType, respond.ContentTypeJSON)
		x.mark(out)
		x.write(&noting{ResponseWriter: w, exchange: x, body: out.body}, out)
	}
}

// malformed returns a body that is not JSON, because its end is missing.
func malformed(body []byte) []byte {
	if len(body) == 0 {
		return []byte("{")
	}
	return append(append([]byte(nil), body[:len(body)-1]...), ',')
}

// reset closes the connection so that the client sees a connection reset. A connection
// that cannot be hijacked, as with HTTP/2, is aborted by the server.
func reset(w gin.ResponseWriter) {
	if _, can := unwrapped(w).(http.Hijacker); can {
		connection, _, err := w.Hijack()
		if err == nil {
			connection = belowTLS(connection)
			if tcp, isTCP := innermost(connection).(interface{ SetLinger(int) error }); isTCP {
				_ = tcp.SetLinger(0)
			}
			_ = connection.Close() // with its wrappers, which may count connections
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// belowTLS returns the connection that carries TLS, whose own Close would say goodbye to the
// client before the reset, or the connection itself.
func belowTLS(connection net.Conn) net.Conn {
	if secure, is := connection.(*tls.Conn); is {
		return secure.NetConn()
	}
	return connection
}

// innermost returns the connection below all wrappers.
func innermost(connection net.Conn) net.Conn {
	for {
		wrapped, isWrapped := connection.(interface{ NetConn() net.Conn })
		if !isWrapped {
			return connection
		}
		connection = wrapped.NetConn()
	}
}

func unwrapped(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, isWrapped := w.(interface{ Unwrap() http.ResponseWriter })
		if !isWrapped {
			return w
		}
		w = outer.Unwrap()
	}
}

// halving sends only the first half of a body.
type halving struct{ gin.ResponseWriter }

func (h halving) Write(body []byte) (int, error) {
	_, err := h.ResponseWriter.Write(body[:len(body)/2])
	return len(body), err
}

// WriteHeaderNow is called last, so it flushes what was written.
func (h halving) WriteHeaderNow() {
	h.ResponseWriter.WriteHeaderNow()
	_ = http.NewResponseController(h.ResponseWriter).Flush()
}

// drops is the number of pieces in which a slow body is sent.
const drops = 20

// dripping sends a body in pieces, spread over some time.
type dripping struct {
	gin.ResponseWriter
	exchange *exchange
	body     []byte // for the journal
	noted    bool
}

func (d *dripping) Write(encoded []byte) (int, error) {
	connection := http.NewResponseController(d.ResponseWriter)
	for i := range drops {
		pause(d.exchange.request.Context(), d.exchange.effect.SlowFor/drops)
		if i == drops-1 {
			d.note()
		}
		piece := encoded[len(encoded)*i/drops : len(encoded)*(i+1)/drops]
		if _, err := d.ResponseWriter.Write(piece); err != nil {
			d.note()
			return 0, err
		}
		if err := connection.Flush(); err != nil {
			d.note()
			return 0, err
		}
	}
	return len(encoded), nil
}

// note records the answer once, before the last piece is sent.
func (d *dripping) note() {
	if !d.noted {
		d.noted = true
		d.exchange.record(d.Status(), d.body)
	}
}
