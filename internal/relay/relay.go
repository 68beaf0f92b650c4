// Package relay passes requests on by an httputil.ReverseProxy, and keeps it from
// breaking exchanges off.
//
// Go's transport reads the body of a request once more after its length. Go's server
// closes that body as soon as the answer begins, or reads it itself. The transport
// takes either for a failure, and hangs up on the upstream in the middle of its
// answer.
package relay

import (
	"maps"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"
)

// Proxy is an http.Handler that passes requests on whole: their trailers too, and
// answers that come before their end, what a 304 says of its body, and upgrades.
type Proxy struct{ reverse httputil.ReverseProxy }

// New returns a handler that passes requests on as a reverse proxy says, which has a
// Rewrite. Its transport should not wait for a server that is asked for leave to send
// a body (ExpectContinueTimeout 0): the handler does.
func New(reverse httputil.ReverseProxy) *Proxy {
	rewrite := reverse.Rewrite
	reverse.Rewrite = func(pr *httputil.ProxyRequest) {
		rewrite(pr)
		passTrailers(pr)
	}
	modify := reverse.ModifyResponse
	reverse.ModifyResponse = func(response *http.Response) error {
		choose(response)
		if modify == nil {
			return nil
		}
		return modify(response)
	}
	return &Proxy{reverse}
}

// choose has the request offer the protocol alone that the upstream has chosen among several,
// which a reverse proxy compares.
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

// passTrailers has what follows a chunked body follow it to the upstream.
func passTrailers(pr *httputil.ProxyRequest) {
	sent, has := pr.In.Body.(*body)
	if !has || pr.In.ContentLength >= 0 {
		return
	}
	if pr.Out.Trailer == nil {
		pr.Out.Trailer = http.Header{} // they need not be announced
	}
	trailer := pr.Out.Trailer
	sent.ended = func() { maps.Copy(trailer, sent.request.Trailer) }
}

// ServeHTTP passes a request on. Once it has returned, nobody reads the body of the
// request any more.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		p.reverse.ServeHTTP(&writer{ResponseWriter: w}, r)
		return
	}
	// Else Go's server reads the rest of the request itself once an answer begins, in
	// competition with the transport.
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // HTTP/2, and a test without a server, need it not
	sent := newBody(r)
	defer sent.stop(control)
	out := r.WithContext(r.Context())
	out.Body = sent
	p.reverse.ServeHTTP(&writer{ResponseWriter: w, sent: sent}, out)
	sent.takeRest(control)
}

// pause is how long a client may pause in the middle of a request that has its
// answer.
const pause = time.Second

// past is a deadline that interrupts a read.
func past() time.Time { return time.Unix(1, 0) }

// takeRest reads what is left of a request that was answered before its end. To hang
// up on a client that still sends could cost it the answer.
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

// stop has the transport read no more, and interrupts what it reads. The connection
// is closed after that: its answer has said so.
func (b *body) stop(control *http.ResponseController) {
	b.finish(errStopped)
	b.leave.decide(false)
	for !b.reading.TryLock() {
		// Again and again: a body may set a deadline of its own when it is read.
		if control.SetReadDeadline(past()) != nil {
			return // no server, so that nothing can be waited for
		}
		time.Sleep(time.Millisecond)
	}
	defer b.reading.Unlock()
	_ = control.SetReadDeadline(time.Time{})
}

// writer tells a request of its answer.
type writer struct {
	http.ResponseWriter
	sent *body // nil for none
}

// Unwrap lets http.ResponseController flush and hijack.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer, or says something ahead of it.
func (w *writer) WriteHeader(status int) {
	if status == http.StatusNotModified {
		spell(w.Header(), "Content-Type", "Content-Length")
	}
	if w.sent == nil {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if status >= http.StatusOK && w.sent.ending() == nil {
		// The transport may still read the request when Go's server looks for the next
		// one.
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
	w.sent.leave.hear(status)
}

// spell writes names of headers in lower case, in which Go's server does not recognize what it
// leaves out of a 304.
func spell(header http.Header, names ...string) {
	for _, name := range names {
		if values := header[name]; values != nil {
			header[strings.ToLower(name)] = values
			delete(header, name)
		}
	}
}
