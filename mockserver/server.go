// Package mockserver is a mock of Unleash: an http.Handler
// that answers every operation of the contract from state, with the
// authentication, the validation and the error bodies of a real Unleash.
//
// Two servers share nothing, so tests can have one each:
//
//	mock, err := mockserver.New()
//	server := httptest.NewServer(mock)
//
// Requests and responses are checked against the contract. A response that breaks it is never
// sent: the client gets a 500, and Violations says what was wrong.
package mockserver

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	documented "github.com/unleash-mock/unleash-mock/mockserver/internal/example"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/metrics"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/overlay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

const (
	// Header is the response header by which a client tells a mock from a real server. Its
	// value is the mock's version. Answers from the upstream of an overlay do not have it.
	Header = "Unleash-Mock"
	// WorkspaceHeader is the request header that selects a workspace. The path can do so too:
	// /w/<name>/api/...
	WorkspaceHeader = workspace.Header
	// ReplayHeader is the response header of an answer from a recording. Its value is the file
	// and the line.
	ReplayHeader = pipeline.ReplayHeader
	// GradeHeader is the response header that says how the operation is answered: stateful,
	// example, or absent if there is no operation.
	GradeHeader = pipeline.GradeHeader
	// ViolationHeader is the response header that says how the exchange broke the
	// contract, once for each violation, up to 8.
	ViolationHeader = pipeline.ViolationHeader
	// ControlPath is the path of the live page, and of the control API below it.
	ControlPath = control.Prefix + "/"
)

// Server is a mocked instance. It is an http.Handler, safe for concurrent use.
type Server struct {
	config
	named      []string // the value of Header
	router     *gin.Engine
	engine     *engine.Engine
	pipeline   *pipeline.Pipeline
	docs       *docs
	workspaces *workspace.Registry
	overlay    *overlay.Overlay // nil without an upstream
	control    *control.Mock
	metrics    *metrics.Metrics
	exposition http.Handler // serves the metrics
	layers     flagLayers
	following  atomic.Pointer[following] // nil if no flags are followed
}

// New builds a server. It fails if the contract's operations and the server's
// handlers differ, or if the seed is not valid.
func New(options ...Option) (*Server, error) {
	c, err := configured(options)
	if err != nil {
		return nil, err
	}
	s := &Server{config: *c, named: []string{c.version}}
	s.layers.file = c.flags
	s.layers.now.Store(c.flags)
	s.layers.read(c.flagsDigest)
	if s.engine, err = engine.New(s.handled, s.resources()...); err != nil {
		return nil, fmt.Errorf("the contract and the server differ: %w", err)
	}
	s.engine.Limit(s.bounds.Bytes / 4)
	plans := s.engine.Plans()
	if s.handled != spec.Default() { // a test does this for the default contract
		if err := plans.Complete(); err != nil {
			return nil, fmt.Errorf("the contract and the server differ: %w", err)
		}
	}
	s.replay = s.newReplay()
	if s.workspaces, err = s.newWorkspaces(); err != nil {
		return nil, err
	}
	if s.overlay, err = s.newOverlay(); err != nil {
		return nil, err
	}
	s.control = s.newControl()
	ids := make([]string, 0, len(s.contract.Operations()))
	for _, operation := range s.contract.Operations() {
		ids = append(ids, operation.ID)
	}
	s.metrics = metrics.New(ids, s.workspaces, s.version, s.bounds.Instance)
	s.exposition = s.metrics.Handler()
	if s.docs, err = s.newDocs(); err != nil {
		return nil, err
	}
	s.pipeline = pipeline.New(pipeline.Options{
		Contract: s.contract, Edition: s.edition, Default: s.workspaces.Default, Keep: s.keepWorkspace, Begin: s.begin, Run: plans.Run,
		Credentials: s.engine.Credentials(), Owner: s.engine.Owner, Limits: s.engine.Limits(), Faithful: s.validation == Faithful, Off: s.validation == Off,
		Answers: s.workspaces.Answers, Examples: documented.NewMaker(s.logger), DocumentWins: s.wins,
		ReachedAt: s.reachedAt, Overlay: s.overlay, Replay: s.replay, Streams: s.streams, Metrics: s.metrics, Logger: s.logger,
	})
	quietly(func() { s.router = s.routes() })
	return s, nil
}

func (s *Server) resources() []engine.Resource {
	allowed := s.allowed()
	allowed.Ready = func() bool { return s.workspaces.Ready() }
	return resources.All(allowed)
}

// building is held while a router is built. Its library then prints, unless its mode,
// which is global, is changed.
var building sync.Mutex

// quietly builds a router without printing to standard output, and restores the mode for
// programs that use the library themselves.
func quietly(build func()) {
	building.Lock()
	defer building.Unlock()
	mode := gin.Mode()
	gin.SetMode(gin.ReleaseMode)
	defer gin.SetMode(mode)
	build()
}

// routes registers every operation of the contract that the edition has.
func (s *Server) routes() *gin.Engine {
	router := gin.New()
	router.HandleMethodNotAllowed = false
	router.RedirectTrailingSlash = false
	router.RedirectFixedPath = false
	router.UseEscapedPath = true
	router.UnescapePathValues = false
	router.ContextWithFallback = true
	_ = router.SetTrustedProxies(nil) // an empty list is always valid
	if s.document != nil {
		router.NoRoute(s.routeByDocument())
		return router
	}
	for _, path := range s.contract.Paths() {
		served := path.In(s.edition)
		if served == nil {
			continue
		}
		pattern := ginPattern(path.Template)
		for _, operation := range served.Operations {
			handler := s.pipeline.Handle(operation)
			router.Handle(operation.Method, pattern, handler)
			if operation.Method == http.MethodGet {
				router.Handle(http.MethodHead, pattern, handler)
			}
		}
		router.Handle(http.MethodOptions, pattern, s.pipeline.Allow(served.Allow(), served.Operations[0]))
	}
	router.NoRoute(s.pipeline.Unknown())
	return router
}

// routeByDocument routes by the contract's own paths, because a document may have paths
// that the router does not accept.
func (s *Server) routeByDocument() gin.HandlerFunc {
	handlers, first := map[*spec.Operation]gin.HandlerFunc{}, map[*spec.Path]*spec.Operation{}
	for _, path := range s.contract.Paths() {
		served := path.In(s.edition)
		if served == nil {
			continue
		}
		for _, operation := range served.Operations {
			handlers[operation] = s.pipeline.Handle(operation)
		}
		first[path] = served.Operations[0]
	}
	unknown := s.pipeline.Unknown()
	return func(c *gin.Context) {
		sent := cmp.Or(c.Request.URL.RawPath, c.Request.URL.EscapedPath())
		path, values, _ := s.contract.Match(sent, c.Request.Method)
		if first[path] == nil {
			unknown(c)
			return
		}
		for _, value := range values {
			c.Params = append(c.Params, gin.Param{Value: value})
		}
		handler := handlers[path.Operation(c.Request.Method)]
		switch {
		case handler != nil:
			handler(c)
		case c.Request.Method == http.MethodOptions:
			s.pipeline.Allow(s.pipeline.Allowed(sent), first[path])(c)
		default:
			unknown(c)
		}
	}
}

// ginPattern turns a path template into a pattern of gin. gin demands that parameters at
// the same place have the same name.
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
	w.Header()[Header] = s.named
	w.Header()[GradeHeader] = absent
	request, err := reserve(s.workspaces.Requests, w, r)
	if err != nil {
		return // the client is gone, or was closed to make room for others
	}
	defer request.release()
	defer drain(r)
	if request.body != nil {
		r = withBody(r, request)
	}
	path := httpx.RawPath(r)
	if s.basePath != "" {
		stripped, inside := httpx.CutPath(path, s.basePath)
		if !inside {
			s.pipeline.WarnOutside(r, path, s.basePath)
			s.writeNoRoute(w, r)
			return
		}
		path = cmp.Or(stripped, "/")
	}
	chosen, below, err := s.pick(request, r, path)
	if request.gone {
		return
	}
	preflight := s.allowOrigin(w.Header(), r, below)
	if err != nil {
		s.refuseWorkspace(w, r, err)
		return
	}
	base := s.basePath + path[:len(path)-len(below)]
	if below == "/" && path != "/" { // the name of a workspace without a trailing slash
		base = s.basePath + chosen.Path
	}
	if s.serveExtras(w, r, chosen, below, preflight) {
		return
	}
	route := s.routed(below, r.Method)
	if base != "" || chosen != s.workspaces.Default() || route != below || below != r.URL.EscapedPath() || preflight {
		r = withPath(r, pipeline.Sent{Path: below, Workspace: chosen, Base: base, Preflight: preflight}, route)
	}
	s.router.ServeHTTP(w, r)
}

// Values of GradeHeader for requests that reach no operation.
var absent, stateful = []string{string(openapi.GradeAbsent)}, []string{string(openapi.GradeStateful)}

// maxDrained is how many bytes of an unread body are drained, so that the client sees the
// answer before the connection closes.
const maxDrained = 1 << 20

// drainedBelow is the length below which net/http drains a body by itself.
const drainedBelow = 256 << 10

func drain(r *http.Request) {
	if r.Body != nil && (r.ContentLength < 0 || r.ContentLength >= drainedBelow) {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
	}
}

// routed returns the path by which a request is routed.
func (s *Server) routed(path, method string) string {
	if isPlain(path) {
		return path
	}
	if matched, _, canonical := s.contract.Match(path, method); matched != nil {
		return canonical
	}
	// Without empty segments, which the router would take for parameters.
	return "/" + strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
}

// isPlain reports whether a path can be routed as it is: it contains nothing that the
// router of a real server ignores.
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

// withPath returns the request with another escaped path, and with what was sent in its
// context.
func withPath(r *http.Request, original pipeline.Sent, route string) *http.Request {
	clone := r.WithContext(pipeline.WithSent(r.Context(), original))
	target := *r.URL
	target.RawPath, target.Path = route, httpx.Unescape(route)
	clone.URL = &target
	return clone
}

// newID returns an id for the error of a request that reaches no operation.
func (c *config) newID() string { return pipeline.NewID(c.random, c.logger) }

// BasePath is the path that everything is served under: empty, or with a leading slash and no
// trailing one.
func (s *Server) BasePath() string { return s.basePath }

// reachedAt returns the instance's URL, as configured or as the request shows it.
func (s *Server) reachedAt(r *http.Request, chosen *workspace.Workspace) string {
	if s.baseURL != "" {
		return s.baseURL + chosen.Path
	}
	at := s.reached(r)
	return at.Scheme + "://" + at.Host + at.Prefix + chosen.Path
}

// reached returns the address at which a client reached the server, base path included.
func (s *Server) reached(r *http.Request) httpx.Reached {
	at := httpx.ReachedHere(r)
	if s.trustForwarded {
		at = httpx.ReachedBefore(r)
	}
	at.Prefix += s.basePath
	return at
}

// writeNoRoute answers requests outside of the base path.
func (s *Server) writeNoRoute(w http.ResponseWriter, r *http.Request) {
	problem := apierror.NoRoute(r.Method, pipeline.EncodePath(httpx.RawPath(r)))
	respond.WriteFinal(w, r, problem.Status, problem.ContentType(), problem.Body(s.newID))
}
