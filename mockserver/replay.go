package mockserver

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/auth"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/mockserver/recording"
	"github.com/unleash-mock/unleash-mock/spec"
)

// ReplayHeader is the response header of an answer that comes from a recording.
// Its value is the file and the line.
const ReplayHeader = "Unleash-Mock-Replay"

// ReplaySummary tells what of the recordings a server replays.
type ReplaySummary = replay.Summary

// LeftOutReplay is how many exchanges are not replayed for a reason.
type LeftOutReplay = replay.LeftOut

// WithReplay answers from recordings where a request is in them, and from state
// elsewhere. Several answers to the same request are given in the order of the
// recordings and of the time, the last one from then on; each workspace begins with
// the first, and so does one that was reset. Whose token it is, and what its owner
// may do, the mock decides.
func WithReplay(recordings ...*recording.Recording) Option {
	return func(c *config) error {
		c.recordings = append(c.recordings, recordings...)
		return nil
	}
}

// Replay tells what of the recordings is replayed, and what is not.
func (s *Server) Replay() ReplaySummary {
	if s.replay == nil {
		return ReplaySummary{}
	}
	return s.replay.Summary()
}

// newReplay builds the index of what is replayed; nil for nothing.
func (s *Server) newReplay() *replay.Index {
	if len(s.recordings) == 0 {
		return nil
	}
	return replay.Build(s.contract, s.recordings, func(operation *spec.Operation) bool {
		if operation.Edition == string(Enterprise) {
			return s.edition == Enterprise
		}
		return s.upstream == nil // which answers it itself
	})
}

// startReplay is where an instance begins; nil for nothing to replay.
func (c *config) startReplay() *replay.Cursor {
	if c.replay == nil {
		return nil
	}
	return c.replay.Start()
}

// identifyRecorded knows the tokens whose creation is replayed.
func (x *exchange) identifyRecorded() {
	if x.replay == nil || x.identity.Kind != auth.Unknown || !x.isSignalCall() {
		return
	}
	if token := x.replay.Token(x.token); token != nil {
		x.identity = auth.Identity{Kind: auth.SignalEndpoint, Signal: token}
	}
}

// replayRecorded answers from the recordings, if the request is in them.
func (x *exchange) replayRecorded() *apierror.Error {
	cursor := x.instance.Replay
	if cursor == nil || x.effect != nil && x.effect.Answer != nil { // the operation's own success is demanded
		return nil
	}
	if misplaced, err := x.hasTokenOfAnother(); err != nil {
		return x.problem(err)
	} else if misplaced {
		return nil
	}
	key := replay.Key(x.operation, x.params, rawQuery(x.request), x.request.Header.Get("Content-Type"), x.body.Value)
	recorded := cursor.Next(key, x.request.Method == http.MethodHead)
	if recorded == nil {
		return nil
	}
	base := x.reachedAt(x.request, x.workspace)
	x.header[ReplayHeader] = []string{recorded.Source}
	if location := recorded.Location(base); location != "" {
		x.header["Location"] = []string{location}
	}
	for name, values := range recorded.Limits {
		x.header[name] = values
	}
	out := x.checked(answer{status: recorded.Status, contentType: recorded.ContentType, body: recorded.Body(base)})
	x.forced = &out
	return nil
}

// hasTokenOfAnother tells whether a signal endpoint is called with the token of
// another one, which is for the operation to refuse. Of an endpoint that is not in
// the state any token is as good.
func (x *exchange) hasTokenOfAnother() (bool, error) {
	if x.identity.Signal == nil {
		return false, nil
	}
	endpoint, err := x.store.EndpointByName(x.params[0])
	return err == nil && endpoint != nil && endpoint.ID != x.identity.Signal.EndpointID, err
}
