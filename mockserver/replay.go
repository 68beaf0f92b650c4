package mockserver

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/spec"
)

// WithReplay answers a request from the recordings if it is in them, and otherwise from state.
// Several answers to the same request are given in the order of the recordings and in
// chronological order; after that the last one is repeated. Each workspace starts with the
// first one, as does one that was reset. The mock itself decides whose token it is, and what
// its owner may do.
func WithReplay(recordings ...*Recording) Option {
	return set(func(c *config) { c.recordings = append(c.recordings, recordings...) })
}

// Replay returns which parts of the recordings are replayed, and which are not.
func (s *Server) Replay() replay.Summary {
	if s.replay == nil {
		return replay.Summary{}
	}
	return s.replay.Summary()
}

// newReplay builds the index of what is replayed, or returns nil if there is nothing to
// replay.
func (s *Server) newReplay() *replay.Index {
	if len(s.recordings) == 0 {
		return nil
	}
	return replay.Build(s.handled, s.engine, s.recordings, func(operation *spec.Operation) bool {
		if operation.Edition == spec.Enterprise {
			return s.edition == spec.Enterprise
		}
		return s.upstream == nil // otherwise the upstream answers it
	})
}
