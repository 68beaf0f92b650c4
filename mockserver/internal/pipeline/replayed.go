package pipeline

import (
	"maps"
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
)

// ReplayHeader is the response header of an answer from a recording.
const ReplayHeader = "Unleash-Mock-Replay"

// identifyRecorded recognizes the tokens that recorded answers show.
func (x *exchange) identifyRecorded() {
	if x.Replay == nil || x.identity.Kind != engine.UnknownToken {
		return
	}
	if part, identity, known := x.Replay.Identify(x.token); known && (part == "" || under(part, collapse(x.path))) {
		x.identity, x.inRealm = identity, part != ""
	}
}

// replayRecorded answers from the recordings, if they contain the request. If the token
// may not be used for it, the operation is left to refuse the request.
func (x *exchange) replayRecorded() *apierror.Error {
	cursor := x.instance.Replay
	if cursor == nil || x.effect != nil && x.effect.Answer != nil { // the client wants the operation's own success
		return nil
	}
	if realm := x.realm(collapse(x.path)); realm != nil && !realm.Opens(&x.view, x.identity, x.params) {
		return nil
	}
	key := replay.Key(x.operation, x.params, httpx.RawQuery(x.request), x.request.Header.Get("Content-Type"), x.body.Value)
	recorded := cursor.Next(key, x.request.Method == http.MethodHead)
	if recorded == nil {
		return nil
	}
	base := x.located()
	x.header[ReplayHeader] = []string{recorded.Source}
	if location := recorded.Location(base); location != "" {
		x.header["Location"] = []string{location}
	}
	maps.Copy(x.header, recorded.Header)
	out := x.checked(answer{status: recorded.Status, contentType: recorded.ContentType, body: recorded.Body(base)})
	x.forced = &out
	return nil
}
