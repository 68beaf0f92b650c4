package pipeline

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/forced"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

// meetScenario finds out whether the request meets a scenario, waits as it says,
// and makes the answer that it demands. Without one the operation is to answer.
func (x *exchange) meetScenario() *apierror.Error {
	if _, asks := x.request.Header["Prefer"]; !asks && x.instance.Scenarios.Empty() {
		return nil
	}
	effect, err := scenario.ParsePrefer(x.request.Header)
	if err != nil {
		return apierror.BodyParser(http.StatusBadRequest, err.Error()) // a form of 400 that every operation has
	}
	if effect == nil {
		effect = x.instance.Scenarios.Pick(&scenario.Request{
			Operation: x.operation.ID, Workspace: x.workspace.Name, Header: x.request.Header, Body: x.body.Value,
		})
	}
	if effect == nil {
		return nil
	}
	x.effect = effect
	if effect.Applied != "" {
		x.header["Preference-Applied"] = []string{effect.Applied}
	}
	if effect.Delay > 0 {
		x.delay(effect.Delay)
	}
	switch {
	case effect.Fault == scenario.Reset:
		x.forced = &answer{}
	case effect.Answer != nil && !x.isOwnSuccess(effect.Answer):
		x.forced = x.demanded(effect.Answer)
	}
	return nil
}

// isOwnSuccess tells whether what is demanded is what the operation does anyway:
// a success of the contract, without a word on what it looks like.
func (x *exchange) isOwnSuccess(wanted *scenario.Answer) bool {
	return wanted.Status < http.StatusBadRequest && wanted.Body == nil && wanted.Text == nil &&
		x.effect.Source == scenario.Preferred && x.operation.Response(wanted.Status) != nil
}

// demanded makes the answer of a scenario. It is sent whatever the contract says;
// what breaks it is recorded.
func (x *exchange) demanded(wanted *scenario.Answer) *answer {
	name := ""
	if object, isObject := x.body.Value.(map[string]any); isObject {
		name, _ = object["name"].(string)
	}
	made := forced.Make(x.operation, wanted, forced.Request{
		Params: x.params, Name: name, ContentType: x.request.Header.Get("Content-Type"), Path: x.base + apiPath(x.path), NewID: x.newID,
	})
	for header, values := range made.Header {
		x.header[header] = values
	}
	out := answer{status: wanted.Status, contentType: made.ContentType, body: made.Body}
	x.mark(out)
	return &out
}

// mark records how an answer that a scenario has made breaks the contract.
func (x *exchange) mark(out answer) {
	if failures := x.judge(out); len(failures) > 0 {
		x.violate(journal.Response, journal.Forced, out.status, failures)
	}
}

// delay waits, in real time, or until the client goes.
func (x *exchange) delay(d time.Duration) {
	// A server lets a request take some time only; what was asked for comes on top.
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(d + slowestWrite))
	pause(x.request.Context(), d)
}

// slowestWrite is what is allowed for writing an answer that was held back.
const slowestWrite = time.Minute

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// sendBroken sends an answer with the fault of a scenario.
func (x *exchange) sendBroken(w gin.ResponseWriter, out answer) {
	switch x.effect.Fault {
	case scenario.Reset:
		x.record(0, nil)
		reset(w)
	case scenario.Truncate:
		x.write(&noting{ResponseWriter: halving{w}, exchange: x, body: out.body}, out)
		panic(http.ErrAbortHandler) // closes the connection
	case scenario.Slow:
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(x.effect.SlowFor + slowestWrite))
		slow := &dripping{ResponseWriter: w, exchange: x, body: out.body}
		x.write(slow, out)
		slow.note() // unless there was nothing to write
	case scenario.Malformed:
		out.body = malformed(out.body)
		if out.contentType == "" {
			out.contentType = apierror.ContentTypeJSON
		}
		x.mark(out)
		x.write(&noting{ResponseWriter: w, exchange: x, body: out.body}, out)
	}
}

// malformed makes no JSON of a body: its end is missing.
func malformed(body []byte) []byte {
	if len(body) == 0 {
		return []byte("{")
	}
	return append(append([]byte(nil), body[:len(body)-1]...), ',')
}

// reset ends the connection so that the client's kernel says that it was reset.
// Where there is no connection to take, as with HTTP/2, the server aborts it.
func reset(w gin.ResponseWriter) {
	if _, can := unwrapped(w).(http.Hijacker); can {
		connection, _, err := w.Hijack()
		if err == nil {
			if wrapped, isWrapped := connection.(interface{ NetConn() net.Conn }); isWrapped { // TLS
				connection = wrapped.NetConn()
			}
			if tcp, isTCP := connection.(interface{ SetLinger(int) error }); isTCP {
				_ = tcp.SetLinger(0)
			}
			_ = connection.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
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

// halving sends the first half of a body.
type halving struct{ gin.ResponseWriter }

func (h halving) Write(body []byte) (int, error) {
	_, err := h.ResponseWriter.Write(body[:len(body)/2])
	return len(body), err
}

// WriteHeaderNow is the end of an answer: what was written leaves.
func (h halving) WriteHeaderNow() {
	h.ResponseWriter.WriteHeaderNow()
	_ = http.NewResponseController(h.ResponseWriter).Flush()
}

// drops is in how many pieces a slow body is sent.
const drops = 20

// dripping sends a body in pieces over some time.
type dripping struct {
	gin.ResponseWriter
	exchange *exchange
	body     []byte // as the journal has it
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

// note tells the journal, once, and before the last piece leaves.
func (d *dripping) note() {
	if !d.noted {
		d.noted = true
		d.exchange.record(d.Status(), d.body)
	}
}
