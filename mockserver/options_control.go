package mockserver

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
)

// WithDeterministic makes ids, secrets and timestamps the same in every run: in each workspace
// they depend on its name and on the requests it has had, and time stands still at the
// beginning of 2026 until it is changed.
func WithDeterministic() Option {
	return set(func(c *config) { c.deterministic = true })
}

// WithControlToken requires this token for the control API. Without any of the options
// for the control API, anyone who reaches the server may use it.
func WithControlToken(secret string) Option {
	return func(c *config) error {
		if secret == "" {
			return errors.New("the token of the control API is empty")
		}
		c.secrets.Add(secret)
		c.access = control.TokenAccess(secret)
		return nil
	}
}

// WithControlOnLoopback is for a server that listens only on a loopback address: the control
// API answers only requests for that address.
func WithControlOnLoopback() Option {
	return set(func(c *config) { c.access = control.LoopbackAccess() })
}

// WithoutControl turns the control API off.
func WithoutControl() Option {
	return set(func(c *config) { c.access = control.NoAccess() })
}

// WithCORS lets web pages of other origins use the server, such as those of
// http://localhost:3000; "*" stands for all. Only origins listed by name may use the control
// API. Without this option a page can use what a real Unleash lets it use: the Frontend API.
func WithCORS(origins ...string) Option {
	return func(c *config) error {
		c.cors.Exposed = exposedHeaders
		return c.cors.Admit(origins...)
	}
}

// exposedHeaders are the response headers that pages of other origins may read.
var exposedHeaders = strings.Join([]string{
	"Allow", "Date", "ETag", "Location", "Preference-Applied", "RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining",
	"RateLimit-Reset", "Retry-After", Header, GradeHeader, ReplayHeader, ViolationHeader,
}, ", ")

// allowOrigin sets the response headers that say which pages of other origins may read
// the answer, and reports whether they are the answer, to a preflight.
func (s *Server) allowOrigin(header http.Header, r *http.Request, path string) (preflight bool) {
	switch {
	case control.Has(path) && !slices.Contains(s.cors.Listed(), r.Header.Get("Origin")),
		!s.contract.Foreign() && pipeline.IsFrontend(path): // it sets them itself, or leaves that to the upstream
		return false
	}
	return s.cors.Allow(header, r)
}
