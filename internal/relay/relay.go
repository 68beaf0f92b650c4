// Package relay passes requests on with an httputil.ReverseProxy, and keeps it from
// aborting exchanges.
//
// Go's transport reads a request body once more after its length has passed. Go's server
// closes that body as soon as the answer begins, or reads it itself. The transport takes
// either for a failure, and hangs up on the upstream in the middle of its answer.
package relay

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"
)

// Proxy is an http.Handler that passes requests on completely. That includes trailers,
// answers that come before the request has ended, what a 304 says about its body, and
// upgrades.
type Proxy struct{ reverse httputil.ReverseProxy }

// New returns a handler that passes requests on as the given reverse proxy does, which
// must have a Rewrite. The transport should not wait for a server that is asked for leave
// to send a body (ExpectContinueTimeout 0), because the handler does.
func New(reverse httputil.ReverseProxy) *Proxy {
	rewrite := reverse.Rewrite
	reverse.Rewrite = func(pr *httputil.ProxyRequest) {
		rewrite(pr)
		passTrailers(pr)
	}
	modify := reverse.ModifyResponse
	reverse.ModifyResponse = func(response *http.Response) error {
		if response.StatusCode < http.StatusContinue { // which Go's server refuses to write
			return fmt.Errorf("malformed HTTP status code \"%03d\"", response.StatusCode)
		}
		choose(response)
		if modify == nil {
			return nil
		}
		return modify(response)
	}
	return &Proxy{reverse}
}

// choose makes the request offer only the protocol that the upstream has chosen from
// several, because a reverse proxy compares the two.
func choose(response *http.Response) {
	if response.StatusCode != http.StatusSwitchingProtocols {
		return
	}
	chosen := response.Header.Get("Upgrade")
	for offered := range strings.SplitSeq(response.Request.Header.Get("Upgrade"), ",") {
		if chosen != "" && strings.EqualFold(strings.TrimSpace(offered), chosen) {
			response.Request.Header.Set("Upgrade", chosen)
		}
	}
}

// passTrailers passes the trailers of a chunked body on to the upstream.
func passTrailers(pr *httputil.ProxyRequest) {
	sent, has := pr.In.Body.(*body)
	if !has || pr.In.ContentLength >= 0 {
		return
	}
	if pr.Out.Trailer == nil {
		pr.Out.Trailer = http.Header{} // trailers need not be announced
	}
	trailer := pr.Out.Trailer
	sent.ended = func() { maps.Copy(trailer, sent.request.Trailer) }
}

// ServeHTTP passes a request on. After it returns, nothing reads the body of the request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		p.reverse.ServeHTTP(&writer{ResponseWriter: w}, r)
		return
	}
	// Otherwise Go's server reads the rest of the request itself once an answer begins,
	// in competition with the transport.
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // HTTP/2, and a test without a server, do not need it
	sent := newBody(r)
	defer sent.stop(control)
	out := r.WithContext(r.Context())
	out.Body = sent
	p.reverse.ServeHTTP(&writer{ResponseWriter: w, sent: sent}, out)
	sent.takeRest(control)
}

// pause is how long a client may pause in the middle of a request that is already
// answered.
const pause = time.Second

// past is a deadline that interrupts a read.
func past() time.Time { return time.Unix(1, 0) }

// takeRest reads the rest of a request that was answered before its end. Hanging up on a
// client that is still sending could cost it the answer.
func (b *body) takeRest(control *http.ResponseController) {
	if b.ending() != nil || b.leave.isRefused() || control.SetReadDeadline(time.Time{}) != nil {
		return
	}
	_ = control.Flush()
	alarm := time.AfterFunc(pause, func() { _ = control.SetReadDeadline(past()) })
	defer alarm.Stop()
	buffer := make([]byte, 32<<10)
	for b.request.Context().Err() == nil {
		if _, err := b.Read(buffer); err != nil {
			return
		}
		alarm.Reset(pause)
	}
}

// stop prevents further reads by the transport, and interrupts one that is in progress.
// The connection is closed afterwards, as its answer has announced.
func (b *body) stop(control *http.ResponseController) {
	b.finish(errStopped)
	b.leave.decide(false)
	for !b.reading.TryLock() {
		// Repeatedly, because a body may set a deadline of its own when it is read.
		if control.SetReadDeadline(past()) != nil {
			return // there is no server, so there is nothing to wait for
		}
		time.Sleep(time.Millisecond)
	}
	defer b.reading.Unlock()
	_ = control.SetReadDeadline(time.Time{})
}

// writer informs the body of a request about the answer.
type writer struct {
	http.ResponseWriter
	sent *body // nil if there is no body
}

// Unwrap lets http.ResponseController flush and hijack.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer, or sends an informational status ahead of it.
func (w *writer) WriteHeader(status int) {
	if status == http.StatusNotModified {
		spell(w.Header(), "Content-Type", "Content-Length")
	}
	if w.sent == nil {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if status >= http.StatusOK && w.sent.ending() == nil {
		// The transport may still be reading the request when Go's server looks for the
		// next one.
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
	w.sent.leave.hear(status)
}

// spell changes names of headers to lower case. Go's server removes these headers from a
// 304, but does not recognize them in lower case.
func spell(header http.Header, names ...string) {
	for _, name := range names {
		if values := header[name]; values != nil {
			header[strings.ToLower(name)] = values
			delete(header, name)
		}
	}
}
