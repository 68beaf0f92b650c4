package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flags"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagsource"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// FollowFlags makes every workspace start with the flags of a real Unleash, fetched with
// one of its backend tokens, and follow their changes until the context ends or the
// server is closed. Here they belong to the environment development, whatever the token's
// environment. What is set in a workspace overrides them until a reset.
//
// The instance is polled at the given interval; 0 means 15 seconds. While it is out of
// reach, the last copy stays in use. cache is a file that keeps the copy for the next
// start; if it is empty, no copy is kept. The error says why there are no flags, neither
// from the instance nor from the file; it has a method TokenRefused() bool that reports
// whether the token is to blame. Call FollowFlags before the first request.
func (s *Server) FollowFlags(ctx context.Context, from Upstream, token string, interval time.Duration, cache string) error {
	switch {
	case s.overlay != nil:
		return errFlagsOfUpstream
	case !from.isServer():
		return errors.New("the URL of the instance must be http or https")
	case s.following.Load() != nil:
		return errors.New("the flags of an instance are already being followed")
	}
	s.secrets.Add(token)
	if from.Transport == nil {
		from.Transport = newTransport()
	}
	source := flagsource.New(flagsource.Options{
		URL: from.URL, Token: token, Transport: from.Transport, Interval: interval, Cache: cache, Apply: s.takeFlags, Logger: s.logger,
	})
	ctx, cancel := context.WithCancel(ctx)
	if err := source.Start(ctx); err != nil {
		cancel()
		return fmt.Errorf("%s: %w", source.State().URL, err)
	}
	s.following.Store(&following{source, cancel})
	go source.Run(ctx)
	return nil
}

// newTransport returns a new transport with the settings of Go's default one.
func newTransport() http.RoundTripper {
	if usual, is := http.DefaultTransport.(*http.Transport); is {
		return usual.Clone()
	}
	return http.DefaultTransport
}

// following is a source of flags that is followed.
type following struct {
	source *flagsource.Source
	stop   context.CancelFunc
}

// flagsFrom returns the state of the instance whose flags are followed, or nil if there
// is none.
func (s *Server) flagsFrom() *flagsource.State {
	f := s.following.Load()
	if f == nil {
		return nil
	}
	return new(f.source.State())
}

// takeFlags adopts an answer of the instance if it says something new, and makes sure
// that every workspace has it. If answer is nil, the last one is used.
func (s *Server) takeFlags(answer []byte) error {
	l := &s.layers
	l.changing.Lock()
	defer l.changing.Unlock()
	set, first := l.instance, l.instance == nil
	if answer != nil {
		var err error
		if set, err = flagfile.ReadAnswer(answer); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(l.instance, set) {
		if err := s.adopt(l.file, set); err != nil {
			return err
		}
		s.logger.Info("flags were copied from the instance", "flags", len(set.Flags), "segments", len(set.Segments))
	}
	l.follow.Store(true)
	spread := s.spread
	if first {
		spread = s.beginFollowing
	}
	if err := spread(l.now.Load()); err != nil {
		s.logger.Error("some workspaces did not get the flags of the instance", "error", err)
	}
	return nil
}

// beginFollowing makes the existing workspaces follow.
func (s *Server) beginFollowing(set *flagfile.Set) error {
	var failed []error
	for _, w := range s.workspaces.List() {
		if w.Instance().Follow != nil { // it was created in the meantime
			continue
		}
		err := w.Follow(func(instance *workspace.Instance) (*flags.Following, error) { return s.follow(w.Name, instance, set) })
		if err != nil {
			failed = append(failed, fmt.Errorf("workspace %s: %w", w.Name, err))
		}
	}
	return errors.Join(failed...)
}
