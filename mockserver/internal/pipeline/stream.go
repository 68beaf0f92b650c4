package pipeline

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Streams has the limits of streams.
type Streams struct {
	// Heartbeat is how often, in real time, a stream shows that it is alive. SDKs close one
	// that is silent for a minute.
	Heartbeat time.Duration
	// Patience is how long a client may take to read what is sent.
	Patience time.Duration
	// Most is how many streams a workspace may have.
	Most int64
}

// stream sends an answer and then what its feed reports. It ends when the client
// disconnects or stops reading, when its token is no longer known, or when the workspace
// or the server ends. Nothing is queued for a slow client: its next message covers all
// changes.
func (x *exchange) stream(w gin.ResponseWriter, out answer) {
	if x.request.Method != http.MethodHead {
		release, ok := x.workspace.HoldStream(x.Streams.Most)
		if !ok {
			x.send(w, x.checked(x.refuse(apierror.TooManyRequests()))) // makes an SDK poll instead
			return
		}
		defer release()
	}
	connection := http.NewResponseController(unwrapped(w))
	_ = connection.SetReadDeadline(time.Time{}) // a stream outlasts the server's limit for a request
	x.header["Content-Type"] = []string{out.contentType}
	x.header["Cache-Control"] = []string{"no-cache"}
	x.header["X-Accel-Buffering"] = []string{"no"} // a proxy that buffers answers would never send it
	(&noting{ResponseWriter: w, exchange: x, body: out.body}).WriteHeader(out.status)
	w.WriteHeaderNow()
	if x.request.Method == http.MethodHead {
		return
	}
	taken := x.pass(unwrapped(w), out.body)
	x.buffer = nil // it may be large, and the stream may last
	x.reserved.Release()
	if taken {
		x.follow(unwrapped(w), out.feed)
	}
}

// follow sends what the feed reports after each change of the state.
func (x *exchange) follow(w http.ResponseWriter, feed engine.Feed) {
	beat := time.NewTicker(x.Streams.Heartbeat)
	defer beat.Stop()
	for {
		x.instance = x.workspace.Instance()
		changed := x.instance.Store.Changed() // before the state is read
		if !x.admittedStill() {
			return
		}
		if message := feed(&x.view); message.Data != nil && !x.pass(w, message.Parts()...) {
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
		case <-x.workspace.Journal.Done(): // the workspace is removed, or the server shuts down
			return
		}
	}
}

// admittedStill reads the state, and reports whether it still knows the token. Tokens
// known from an upstream or a recording are not checked again.
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

// pass sends the parts of a text, and reports whether the client has read them in time.
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
