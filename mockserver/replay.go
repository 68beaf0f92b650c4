package mockserver

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/spec"
)

// WithReplay answers from recordings where a request is in them, and from state
// elsewhere. Several answers to the same request are given in the order of the
// recordings and of the time, the last one from then on; each workspace begins with
// the first, and so does one that was reset. Whose token it is, and what its owner
// may do, the mock decides.
func WithReplay(recordings ...*Recording) Option {
	return func(c *config) error {
		c.recordings = append(c.recordings, recordings...)
		return nil
	}
}

// Replay returns what of the recordings is replayed, and what is not.
func (s *Server) Replay() replay.Summary {
	if s.replay == nil {
		return replay.Summary{}
	}
	return s.replay.Summary()
}

// newReplay builds the index of what is replayed; nil for nothing.
func (s *Server) newReplay() *replay.Index {
	if len(s.recordings) == 0 {
		return nil
	}
	return replay.Build(s.handled, s.engine, s.recordings, func(operation *spec.Operation) bool {
		if operation.Edition == spec.Enterprise {
			return s.edition == spec.Enterprise
		}
		return s.upstream == nil // which answers it itself
	})
}
