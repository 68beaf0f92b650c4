package proxy

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// maxEarly is how many exchanges may wait for one that ended before them and is still being
// judged.
const maxEarly = 1000

// observer reports exchanges one at a time, in the order in which they ended, although
// several are judged concurrently.
type observer struct {
	tell   func(traffic.Exchange) // must not panic
	closed atomic.Bool            // nothing is reported any more

	mu    sync.Mutex
	room  *sync.Cond
	next  int
	early map[int]*traffic.Exchange // by turn; nil for one that is not reported
}

func newObserver(tell func(traffic.Exchange)) *observer {
	o := &observer{tell: tell, early: map[int]*traffic.Exchange{}}
	o.room = sync.NewCond(&o.mu)
	return o
}

// add reports an exchange once its turn has come.
func (o *observer) add(turn int, x traffic.Exchange) { o.take(turn, &x) }

// skip skips a turn.
func (o *observer) skip(turn int) {
	if o != nil {
		o.take(turn, nil)
	}
}

// close ends the reporting. It does not wait for what is being reported.
func (o *observer) close() {
	if o != nil {
		o.closed.Store(true)
	}
}

// take stores the exchange of a turn and reports all that are due. It waits for room unless
// the turn is due, since that makes room.
func (o *observer) take(turn int, x *traffic.Exchange) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for turn != o.next && len(o.early) >= maxEarly {
		o.room.Wait()
	}
	if _, taken := o.early[turn]; !taken && turn >= o.next {
		o.early[turn] = x
	}
	for {
		due, judged := o.early[o.next]
		if !judged {
			break
		}
		delete(o.early, o.next)
		if due != nil && !o.closed.Load() {
			o.tell(*due)
		}
		o.next++
	}
	o.room.Broadcast()
}

// passed is a body that has passed, as far as it was copied.
type passed struct {
	text   []byte // decoded
	unread string // what to show instead of a text that cannot be decoded
	size   int64  // of the text if it is complete, otherwise of what passed
	wire   int64  // in its content encoding; 0 without one
	over   bool   // text is incomplete, because the body is too long
}

// passed returns what was copied of a body.
func (p *Proxy) passed(b *body, header http.Header) passed {
	if b == nil || b.copied == nil {
		return passed{}
	}
	text, err := b.text(header, p.options.MaxBody)
	if err != nil {
		return passed{unread: fmt.Sprintf("(%d bytes of %s)", b.copied.size, header.Get("Content-Encoding")), size: b.passed}
	}
	if b.copied.over {
		return passed{text: text, size: b.passed, over: true}
	}
	out := passed{text: text, size: int64(len(text))}
	if header.Get("Content-Encoding") != "" {
		out.wire = b.passed
	}
	return out
}

func (b passed) message(header http.Header) traffic.Message {
	return traffic.Message{Header: header, Body: b.text, Size: b.size, Wire: b.wire, Cut: b.over, Unread: b.unread}
}

// noted converts an exchange to the form of package traffic, including secrets. Its bodies
// are valid until the exchange is released.
func (x *exchange) noted(found verdict, sent, came passed) traffic.Exchange {
	out := traffic.Exchange{
		Started:    x.started,
		Duration:   x.duration,
		Proto:      httpx.Proto(x.request),
		Method:     x.request.Method,
		Host:       httpx.Host(x.request),
		Path:       x.path,
		Query:      x.request.URL.RawQuery,
		Caller:     caller(x.request.Header),
		Status:     x.status,
		Uncovered:  x.status == 0 || x.operation != nil && x.isRevalidated(),
		Request:    sent.message(x.request.Header),
		Response:   came.message(x.header),
		Violations: found.violations,
	}
	if x.operation != nil {
		out.Operation = x.operation.ID
	}
	return out
}

// asSent returns an exchange as the client sent it, including base path and host.
func (x *exchange) asSent(noted traffic.Exchange) *traffic.Exchange {
	noted.Path = rawPath(x.request)
	if x.request.Host != "" {
		noted.Request.Header = x.request.Header.Clone()
		noted.Request.Header.Set("Host", x.request.Host)
	}
	return &noted
}

// observed returns an exchange in the form that Options.Observe gets, which may be kept.
func (x *exchange) observed(noted traffic.Exchange) traffic.Exchange {
	noted.Request, noted.Response = observedMessage(noted.Request), observedMessage(noted.Response)
	if noted.Request.Body == nil && (x.request.ContentLength >= 0 || noted.Request.Size == 0) {
		noted.Request.Size = x.request.ContentLength
	}
	if x.operation == nil {
		noted.Response.Size = x.written
	}
	if x.status == 0 && x.own != nil {
		noted.Status = x.own.status
		noted.Response = traffic.Message{Header: x.own.header, Body: x.own.body, Size: int64(len(x.own.body))}
	}
	return noted
}

// observedMessage copies the beginning of the body. It drops a body that is too long to be
// judged.
func observedMessage(m traffic.Message) traffic.Message {
	if len(m.Body) == 0 || m.Cut {
		m.Body = nil
		return m
	}
	m.Body, m.Cut = bytes.Clone(m.Body[:min(len(m.Body), keptBody)]), len(m.Body) > keptBody
	return m
}

// bearerToken removes the scheme from an Authorization header.
func bearerToken(value string) string {
	const bearer = "Bearer "
	if len(value) > len(bearer) && strings.EqualFold(value[:len(bearer)], bearer) {
		value = value[len(bearer):]
	}
	return strings.TrimSpace(value)
}

// caller describes whose token a request came with. Only the upstream knows whether it is
// valid.
func caller(header http.Header) string {
	token := bearerToken(header.Get("Authorization"))
	if token == "" {
		if strings.Contains(header.Get("Cookie"), sessionCookie) {
			return "session"
		}
		return "nobody"
	}
	if kind := secrets.TokenKind(token); kind != "" {
		return kind
	}
	if scope, _, hasSecret := strings.Cut(token, "."); hasSecret && strings.Contains(scope, ":") {
		return "API token"
	}
	return "unknown token"
}

// sessionCookie is how Unleash recognizes who is logged in to its pages.
const sessionCookie = "unleash-session="

// observe calls Options.Observe. A panic in it affects only this exchange.
func (p *Proxy) observe(seen traffic.Exchange) {
	defer p.survive(&exchange{operation: p.contract.Operation(seen.Operation), path: seen.Path}, func() {})
	p.options.Observe(seen)
}
