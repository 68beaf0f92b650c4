package pipeline

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Streams are the bounds of answers that go on.
type Streams struct {
	// Heartbeat is how often a stream shows that it lives, in real time. SDKs end one that
	// is silent for a minute.
	Heartbeat time.Duration
	// Patience is how long a client may take to read what is sent.
	Patience time.Duration
	// Most is how many a workspace may have.
	Most int64
}

// stream sends an answer that goes on with what its feed has to tell, until the client is
// gone or does not read, its token is known no longer, or the workspace or the server ends.
// Nothing is kept for a client that is slow: what it gets next tells all that has changed.
func (x *exchange) stream(w gin.ResponseWriter, out answer) {
	if x.request.Method != http.MethodHead {
		release, ok := x.workspace.HoldStream(x.Streams.Most)
		if !ok {
			x.send(w, x.checked(x.refuse(apierror.TooManyRequests()))) // an SDK polls then
			return
		}
		defer release()
	}
	connection := http.NewResponseController(unwrapped(w))
	_ = connection.SetReadDeadline(time.Time{}) // a stream goes on for longer than a server gives a request
	x.header["Content-Type"] = []string{out.contentType}
	x.header["Cache-Control"] = []string{"no-cache"}
	x.header["X-Accel-Buffering"] = []string{"no"} // proxies that hold answers back would hold it forever
	(&noting{ResponseWriter: w, exchange: x, body: out.body}).WriteHeader(out.status)
	w.WriteHeaderNow()
	if x.request.Method == http.MethodHead {
		return
	}
	taken := x.pass(unwrapped(w), out.body)
	x.buffer = nil // which may be long, and the stream too
	x.reserved.Release()
	if taken {
		x.follow(unwrapped(w), out.feed)
	}
}

// follow sends what the feed has to tell whenever the state has changed.
func (x *exchange) follow(w http.ResponseWriter, feed engine.Feed) {
	beat := time.NewTicker(x.Streams.Heartbeat)
	defer beat.Stop()
	for {
		x.instance = x.workspace.Instance()
		changed := x.instance.Store.Changed() // before the state is read
		if !x.admittedStill() {
			return
		}
		if told := feed(&x.view); told.Data != nil && !x.pass(w, told.Parts()...) {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
			if !x.pass(w, engine.Message{}.Parts()...) {
				return
			}
		case <-x.request.Context().Done():
			return
		case <-x.workspace.Journal.Done(): // the workspace is removed, or the server ends
			return
		}
	}
}

// admittedStill reads the state, and reports whether the token is known there. What an
// upstream or a recording says of tokens is not asked again.
func (x *exchange) admittedStill() bool {
	x.asked.Now = x.instance.Clock.Now()
	x.view.Open(x.instance.Store, &x.asked)
	identity, known := x.known()
	if !known {
		return x.Overlay != nil || x.Replay != nil
	}
	x.asked.Identity = identity
	return x.operation.Admits(identity.Token)
}

// pass sends the parts of a text, and reports whether the client has taken it in time.
func (x *exchange) pass(w http.ResponseWriter, parts ...[]byte) bool {
	connection := http.NewResponseController(w)
	_ = connection.SetWriteDeadline(time.Now().Add(x.Streams.Patience))
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return false
		}
	}
	if err := connection.Flush(); err != nil {
		return false
	}
	_ = connection.SetWriteDeadline(time.Time{})
	return true
}
