// Package flagsource takes the flags of a running Unleash over the Client API, as an SDK
// does, follows their changes, and keeps a copy of them in a file.
package flagsource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// defaultInterval is the default polling interval of SDKs.
const defaultInterval = 15 * time.Second

// Options configure a source.
type Options struct {
	// URL is the URL of the instance, including any base path. The URL of one of its APIs,
	// as given to SDKs, also works.
	URL *url.URL
	// Token is a backend token of the instance.
	Token string
	// Transport sends the requests.
	Transport http.RoundTripper
	// Interval is the polling interval; 0 means defaultInterval.
	Interval time.Duration
	// Cache is the file that keeps the latest copy; may be empty.
	Cache string
	// Apply adopts an answer of /api/client/features; nil says that the last one is still
	// current. Its error says what is wrong with the answer.
	Apply  func(answer []byte) error
	Logger *slog.Logger
}

// Source is a running Unleash whose flags are followed. Call Start, then Run; State may
// be called at any time.
type Source struct {
	Options
	base   *url.URL
	client *http.Client
	last   answer // without its body

	logged       map[string]bool // kinds of failures since the last success
	failingSince time.Time
	unkept       bool // the copy could not be written, and that was logged

	mu    sync.Mutex
	state State
}

// State is the current state of a source.
type State struct {
	// URL is the URL of the instance, without anything that could be a secret.
	URL string
	// CopiedAt is when the copy in force was fetched.
	CopiedAt time.Time
	// CheckedAt is when the instance last confirmed that the copy is up to date; zero if it
	// has not since the start.
	CheckedAt time.Time
	// Problem says why the instance cannot be reached now; empty if it can.
	Problem string
}

// New returns a source.
func New(options Options) *Source {
	s := &Source{Options: options, logged: map[string]bool{}}
	if s.Interval <= 0 {
		s.Interval = defaultInterval
	}
	s.base, _ = httpx.Instance(s.URL)
	s.state.URL = s.base.String()
	s.client = &http.Client{Transport: s.Transport, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // the token must not be sent to any other server
	}}
	return s
}

// State returns the current state.
func (s *Source) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Start adopts the flags of the instance or, if it cannot be reached, those in the file.
// The error says why there are none; it is a *Failure unless the context has ended.
func (s *Source) Start(ctx context.Context) error {
	copied := s.load()
	failure := s.ask(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failure == nil:
		return nil
	case copied == nil:
		return failure
	}
	if err := s.Apply(copied.answer()); err != nil {
		s.setAside("it cannot be read: " + visible.Line(err.Error()))
		return failure
	}
	s.set(func(state *State) { state.CopiedAt = copied.About.FetchedAt })
	s.log(failure)
	return nil
}

// Run follows the flags until the context ends.
func (s *Source) Run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	timer := time.NewTimer(s.Interval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := s.Interval
		if failure := s.ask(ctx); ctx.Err() != nil {
			return
		} else if failure != nil {
			s.log(failure)
			wait = max(wait, failure.retryAfter)
		}
		timer.Reset(wait)
	}
}

// ask requests the flags once, and adopts what has changed.
func (s *Source) ask(ctx context.Context) *Failure {
	fresh, failure := s.fetch(ctx)
	if failure == nil {
		if err := s.Apply(fresh.body); err != nil {
			failure = &Failure{kind: "answer", message: "its answer cannot be used: " + visible.Line(err.Error())}
		}
	}
	if failure != nil {
		if ctx.Err() == nil {
			s.set(func(state *State) { state.Problem = failure.message })
		}
		return failure
	}
	now := time.Now()
	if fresh.body != nil {
		s.last = answer{etag: fresh.etag, digest: fresh.digest}
		s.keep(fresh.body, now)
	}
	s.set(func(state *State) {
		state.Problem, state.CheckedAt = "", now
		if fresh.body != nil {
			state.CopiedAt = now
		}
	})
	if len(s.logged) > 0 {
		s.Logger.Info("following the flags again", "instance", s.State().URL, "after", now.Sub(s.failingSince).Round(time.Second).String())
		clear(s.logged)
	}
	return nil
}

func (s *Source) set(change func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}

// log logs a failure, once per kind until requests succeed again.
func (s *Source) log(failure *Failure) {
	if s.logged[failure.kind] {
		return
	}
	if len(s.logged) == 0 {
		s.failingSince = time.Now()
	}
	s.logged[failure.kind] = true
	state := s.State()
	s.Logger.Warn("cannot follow the flags; the last copy stays in use", "instance", state.URL, "problem", failure.message, "copiedAt", state.CopiedAt.UTC())
}

// Failure says why flags could not be fetched. It does not hold the token.
type Failure struct {
	kind       string // each kind is logged once
	message    string
	retryAfter time.Duration
	refused    bool
}

// Error returns the message, one line.
func (f *Failure) Error() string { return f.message }

// TokenRefused reports whether the instance refused the token.
func (f *Failure) TokenRefused() bool { return f.refused }

// unreachable returns the failure for a request without an answer.
func unreachable(err error) *Failure {
	var broken *url.Error
	if errors.As(err, &broken) {
		if broken.Timeout() {
			return &Failure{kind: "timeout", message: fmt.Sprintf("it does not answer within %s", timeout)}
		}
		err = broken.Err
	}
	return &Failure{kind: "unreachable", message: "it cannot be reached: " + visible.Line(err.Error()) + httpx.Advice(err)}
}
