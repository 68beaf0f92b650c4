// Package mockserver is a mock of Unleash's Operational API: an http.Handler
// that answers every operation of the contract from state, with the
// authentication, the validation and the error bodies of a real Unleash.
//
// Two servers share nothing, so tests can have one each:
//
//	mock, err := mockserver.New()
//	server := httptest.NewServer(mock)
//
// Requests and responses are checked against the contract. A response that
// breaks it never leaves: the client gets a 500, and Violations tells what was
// wrong.
package mockserver

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/metrics"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/operations"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/overlay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Header is the response header by which a client tells a mock from a real
// server. Its value is the mock's version.
const Header = "Unleash-Mock"

// Server is a mocked instance. It is an http.Handler, safe for concurrent use.
type Server struct {
	config
	engine     *gin.Engine
	handlers   map[string]operations.Handler
	docs       http.Handler
	workspaces *workspace.Registry
	overlay    *overlay.Overlay // nil without an upstream
	control    *control.API
	metrics    *metrics.Metrics
	exposition http.Handler // of the metrics
}

// New builds a server. It fails if the contract's operations and the server's
// handlers differ, or if the seed is not valid.
func New(options ...Option) (*Server, error) {
	s := &Server{config: defaults(), handlers: operations.Handlers()}
	for _, option := range options {
		if err := option(&s.config); err != nil {
			return nil, err
		}
	}
	if s.contract == nil {
		s.contract = spec.Default()
	}
	ids := make([]string, 0, len(s.handlers))
	for id := range s.handlers {
		ids = append(ids, id)
	}
	if err := s.contract.CheckHandlers(ids); err != nil {
		return nil, fmt.Errorf("the contract and the server differ: %w", err)
	}
	s.replay = s.newReplay()
	var err error
	if s.workspaces, err = s.newWorkspaces(); err != nil {
		return nil, err
	}
	s.overlay = s.newOverlay()
	s.control = s.newControl()
	s.metrics = metrics.New(ids, s.workspaces, s.version)
	s.exposition = s.metrics.Handler()
	if s.docs, err = newDocs(s.contract, s.basePath, s.access.Enabled()); err != nil {
		return nil, err
	}
	s.engine = s.routes()
	return s, nil
}

// routes registers every operation of the contract that the edition has.
func (s *Server) routes() *gin.Engine {
	engine := gin.New()
	engine.HandleMethodNotAllowed = false
	engine.RedirectTrailingSlash = false
	engine.RedirectFixedPath = false
	engine.UseEscapedPath = true
	engine.UnescapePathValues = false
	engine.ContextWithFallback = true
	_ = engine.SetTrustedProxies(nil) // an empty list is always valid
	for _, path := range s.contract.Paths() {
		if !s.serves(path) {
			continue
		}
		pattern := ginPattern(path.Template)
		for _, operation := range s.served(path) {
			handler := s.handle(operation)
			engine.Handle(operation.Method, pattern, handler)
			if operation.Method == http.MethodGet {
				engine.Handle(http.MethodHead, pattern, handler)
			}
		}
		engine.Handle(http.MethodOptions, pattern, s.allow(path.Allow()))
	}
	engine.NoRoute(s.handleUnknown())
	return engine
}

// handleUnknown answers paths of no operation. Outside the API a real server has
// its UI, so that a request for the methods of any path is told two (O).
func (s *Server) handleUnknown() gin.HandlerFunc {
	unknown, allowed := s.handle(nil), s.allow("GET,HEAD")
	return func(c *gin.Context) {
		path := s.sent(c.Request).path
		if c.Request.Method == http.MethodOptions && strings.HasPrefix(path, "/") && isDecodable(path) && !under("/api", collapse(path)) {
			allowed(c)
			return
		}
		unknown(c)
	}
}

// served are the operations of a path that the edition has.
func (s *Server) served(path *spec.Path) []*spec.Operation {
	return slices.DeleteFunc(slices.Clone(path.Operations), func(operation *spec.Operation) bool {
		return operation.Edition == string(Enterprise) && s.edition == OpenSource
	})
}

func (s *Server) serves(path *spec.Path) bool { return len(s.served(path)) > 0 }

// ginPattern turns a path template into a pattern of gin, which demands that
// parameters at the same place have the same name.
func ginPattern(template string) string {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = fmt.Sprintf(":p%d", i)
		}
	}
	return strings.Join(segments, "/")
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()[Header] = []string{s.version}
	defer drain(r.Body)
	path := rawPath(r)
	if s.basePath != "" {
		stripped, inside := cutPrefixFold(path, s.basePath)
		if !inside {
			s.writeNoRoute(w, r)
			return
		}
		path = stripped
	}
	chosen, below, err := s.pick(r, path)
	if err != nil {
		s.refuseWorkspace(w, r, err)
		return
	}
	base := s.basePath + path[:len(path)-len(below)]
	if below == "/" && path != "/" { // the name of a workspace without a slash behind it
		base = s.basePath + chosen.Path
	}
	if s.serveExtras(w, r, chosen, below) {
		return
	}
	route := below
	if !isPlain(below) {
		if matched, _, canonical := s.contract.Match(below); matched != nil {
			route = canonical
		}
	}
	if base != "" || chosen != s.workspaces.Default() || route != below || below != r.URL.EscapedPath() {
		r = withPath(r, sent{path: below, workspace: chosen, base: base}, route)
	}
	s.engine.ServeHTTP(w, r)
}

// maxDrained is how much of an unread body is read off, so that the client gets
// to see the answer before the connection closes.
const maxDrained = 1 << 20

func drain(body io.ReadCloser) {
	if body != nil && body != http.NoBody {
		_, _ = io.CopyN(io.Discard, body, maxDrained)
	}
}

// isPlain tells whether a path can be routed as it is: nothing in it that the
// router of a real server would overlook.
func isPlain(path string) bool {
	if len(path) > 1 && path[len(path)-1] == '/' {
		return false
	}
	for i := range len(path) {
		if c := path[i]; c >= 'A' && c <= 'Z' || c == '/' && i > 0 && path[i-1] == '/' {
			return false
		}
	}
	return true
}

// cutPrefixFold takes a path prefix off, whatever its letter case.
func cutPrefixFold(path, prefix string) (string, bool) {
	if len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return path, false
	}
	rest := path[len(prefix):]
	switch {
	case rest == "":
		return "/", true
	case rest[0] == '/':
		return rest, true
	}
	return path, false
}

// withPath returns the request with another escaped path, and what was sent in
// its context.
func withPath(r *http.Request, original sent, route string) *http.Request {
	clone := r.WithContext(withSent(r.Context(), original))
	target := *r.URL
	target.RawPath = route
	if path, err := url.PathUnescape(route); err == nil {
		target.Path = path
	} else {
		target.Path = route
	}
	clone.URL = &target
	return clone
}
