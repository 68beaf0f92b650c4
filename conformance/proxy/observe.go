package proxy

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Exchange is a request that passed, and what became of it.
//
// What the client authenticated with is hidden, wherever it stands, and so are the
// values of headers, fields of forms and parameters whose name says that they are
// secret. Secrets in JSON, and those that only their form tells, are not: who
// shows an Exchange masks them.
type Exchange struct {
	Started  time.Time
	Duration time.Duration
	Method   string
	Host     string
	// Path is escaped and below the proxy's base path; Query is as it was sent.
	Path, Query string
	// Operation is the operationId; empty for what is none of the contract's.
	Operation string
	// Caller says whose token it was, as far as its form tells.
	Caller string
	// Status is that of the upstream's answer, also where the client got a 502 in
	// its place; where the upstream gave none, that of the proxy's own answer; 0 if
	// the client did not wait for any.
	Status int
	// Counts is true if the status is one of the operation: not the proxy's own, and
	// no 304 that says that the client has the answer already.
	Counts bool
	// Replaced is true if the client got a 502 in the place of the answer.
	Replaced   bool
	Request    Message
	Response   Message
	Violations []Violation
}

// Message is one half of an exchange.
type Message struct {
	Header http.Header
	// Body is without its content encoding. It is empty for what is no operation,
	// and for a body that is too long or cannot be decoded.
	Body []byte
	// Size is the body's length in bytes, where Body is empty as it passed; -1 if a
	// request did not announce it and its body was not read.
	Size int64
}

// Violation is one way in which an exchange broke the contract.
type Violation struct {
	Direction string // request or response
	spec.Failure
}

// maxEarly is how many exchanges may wait for one that ended before them and is
// still judged.
const maxEarly = 1000

// observer tells of exchanges one by one, in the order in which they ended,
// although several are judged at a time.
type observer struct {
	tell func(Exchange)

	mu    sync.Mutex
	room  *sync.Cond
	next  int
	early map[int]*Exchange // by their turn; nil for what is not to be told
}

func newObserver(tell func(Exchange)) *observer {
	o := &observer{tell: tell, early: map[int]*Exchange{}}
	o.room = sync.NewCond(&o.mu)
	return o
}

// add tells of an exchange once its turn has come.
func (o *observer) add(turn int, x Exchange) { o.take(turn, &x) }

// skip lets a turn pass.
func (o *observer) skip(turn int) {
	if o != nil {
		o.take(turn, nil)
	}
}

// take waits for room, unless the turn has come: so there will be some.
func (o *observer) take(turn int, x *Exchange) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for turn != o.next && len(o.early) >= maxEarly {
		o.room.Wait()
	}
	o.early[turn] = x
	for {
		due, judged := o.early[o.next]
		if !judged {
			break
		}
		delete(o.early, o.next)
		if due != nil {
			o.tell(*due)
		}
		o.next++
	}
	o.room.Broadcast()
}

// observed is an exchange as Options.Observe is told of it.
func observed(x *exchange, found verdict, sent, came passed) Exchange {
	hide := newRedaction(x.request.Header)
	out := Exchange{
		Started:    x.started,
		Duration:   x.duration,
		Method:     x.request.Method,
		Host:       x.request.Host,
		Path:       hide.named(x.path),
		Query:      hide.named(x.request.URL.RawQuery),
		Caller:     caller(x.request.Header),
		Status:     x.status,
		Counts:     x.status != 0 && (x.operation == nil || !x.isRevalidated()),
		Replaced:   x.status != 0 && x.own != nil,
		Request:    hide.message(x.request.Header, sent),
		Response:   hide.message(x.header, came),
		Violations: found.breaches,
	}
	for i, breach := range out.Violations {
		out.Violations[i].Pointer, out.Violations[i].Reason = hide.named(breach.Pointer), hide.named(breach.Reason)
		out.Violations[i].Property = hide.named(breach.Property)
	}
	if out.Request.Body == nil && (x.request.ContentLength >= 0 || sent.size == 0) {
		out.Request.Size = x.request.ContentLength
	}
	if x.operation == nil {
		out.Response.Size = x.written
	} else {
		out.Operation = x.operation.ID
	}
	if x.status == 0 && x.own != nil {
		out.Status = x.own.status
		out.Response = Message{Header: x.own.header, Body: x.own.body, Size: int64(len(x.own.body))}
	}
	return out
}

// message is one half of an exchange without what its name or the client's
// credential tells to be secret. What only its form tells is left to who shows it:
// to look for that here would cost each exchange more than all else.
func (r redaction) message(header http.Header, body passed) Message {
	out := Message{Header: make(http.Header, len(header)), Size: body.size}
	for name, values := range header {
		shown := r.named
		switch {
		case plainHeaders[name]:
			shown = r.own.Replace
		case secretHeaders.MatchString(name):
			shown = concealed
		}
		lines := make([]string, len(values))
		for i, value := range values {
			lines[i] = shown(value)
		}
		out.Header[name] = lines
	}
	if len(body.text) == 0 || body.over {
		return out
	}
	text := r.own.Replace(clip(body.text, keptBody))
	if begin := strings.TrimLeft(text[:min(len(text), 64)], " \t\r\n"); !strings.HasPrefix(begin, "{") && !strings.HasPrefix(begin, "[") {
		text = r.named(text)
	}
	out.Body = []byte(text)
	return out
}

// plainHeaders are in most messages and neither secret nor made of fields: they
// need no look at their names and values.
var plainHeaders = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "Cache-Control": true, "Connection": true,
	"Content-Encoding": true, "Content-Length": true, "Content-Type": true, "Date": true, "Etag": true, "If-None-Match": true,
	"Origin": true, "User-Agent": true, "Vary": true,
}

// named hides the client's credential, and fields of forms and queries by their
// name.
func (r redaction) named(text string) string {
	text = r.own.Replace(text)
	if strings.Contains(text, "=") {
		text = secretFields.ReplaceAllString(text, "${1}"+hidden)
	}
	return text
}

// tokenKinds are the tokens of Unleash that are known by how they begin.
var tokenKinds = []struct{ prefix, name string }{
	{"signal_", "signal endpoint token"},
	{"user:", "personal access token"},
	{"*:*.", "admin API token"},
}

// bearerToken takes the scheme off a value of the header Authorization.
func bearerToken(value string) (scheme, token string) {
	const bearer = "Bearer "
	if len(value) > len(bearer) && strings.EqualFold(value[:len(bearer)], bearer) {
		return bearer, strings.TrimSpace(value[len(bearer):])
	}
	return "", strings.TrimSpace(value)
}

// concealed is a credential of which only the kind is left.
func concealed(value string) string {
	scheme, token := bearerToken(value)
	for _, kind := range tokenKinds {
		if strings.HasPrefix(token, kind.prefix) {
			return scheme + kind.prefix + hidden
		}
	}
	return scheme + hidden
}

// caller says whose token a request came with. Nobody but the upstream can tell
// whether it is a good one.
func caller(header http.Header) string {
	_, token := bearerToken(header.Get("Authorization"))
	if token == "" {
		if strings.Contains(header.Get("Cookie"), sessionCookie) {
			return "session"
		}
		return "nobody"
	}
	for _, kind := range tokenKinds {
		if strings.HasPrefix(token, kind.prefix) {
			return kind.name
		}
	}
	if scope, _, hasSecret := strings.Cut(token, "."); hasSecret && strings.Contains(scope, ":") {
		return "API token"
	}
	return "unknown token"
}

// sessionCookie is how Unleash knows who logged in to its pages.
const sessionCookie = "unleash-session="
