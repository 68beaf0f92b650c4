package mockserver

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/overlay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Upstream is a real Unleash that the mock is laid over, or whose flags it follows.
type Upstream struct {
	// URL is where it is served, including any base path.
	URL *url.URL
	// Transport carries requests to it; nil means one that leaves them unchanged.
	Transport http.RoundTripper
	// PresentEnterprise makes its admin UI show the pages for what the mock answers, as a
	// development aid.
	PresentEnterprise bool
}

func (u *Upstream) isServer() bool {
	return u.URL != nil && u.URL.Host != "" && (u.URL.Scheme == "http" || u.URL.Scheme == "https")
}

// WithUpstream lays the mock over a real Unleash: the operations that only Enterprise has are
// answered from the mock's state, everything else goes to the real one. The real one decides
// who makes a request, and what they may do: a session or token that the mock does not know is
// checked there, and the answer is remembered for 5 seconds.
func WithUpstream(upstream Upstream) Option {
	return func(c *config) error {
		if !upstream.isServer() {
			return errors.New("the URL of the upstream must be http or https")
		}
		c.upstream = &upstream
		return nil
	}
}

// newOverlay builds what passes requests on, or returns nil without an upstream.
func (s *Server) newOverlay() (*overlay.Overlay, error) {
	if s.upstream == nil {
		return nil, nil
	}
	return overlay.New(overlay.Options{
		Target:            s.upstream.URL,
		Transport:         s.upstream.Transport,
		PresentEnterprise: s.upstream.PresentEnterprise,
		MockHeader:        Header,
		Logger:            s.logger,
		Now:               s.now,
		Refuse: func(w http.ResponseWriter, r *http.Request, status int, name, message string) {
			problem := apierror.Thrown(status, name, "%s", message)
			respond.Write(w, r, problem.Status, problem.ContentType(), problem.Body(s.newID))
		},
	})
}

// passes reports whether a path is left to the upstream: everything except the operations
// that only Enterprise has. That includes what SDKs ask for, since they get the
// upstream's flags.
func (s *Server) passes(path string) bool {
	if s.overlay == nil {
		return false
	}
	matched, _, _ := s.contract.Match(path)
	if matched == nil {
		return true
	}
	for _, operation := range matched.Operations {
		if operation.Edition == spec.Enterprise && operation.Grade != openapi.GradeExample && !operation.Admits(spec.BackendToken) {
			return false
		}
	}
	return true
}
