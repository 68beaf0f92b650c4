// Package pipeline takes a request through the stages of a real server, in their order,
// to the operation that answers it, and sends the answer to the client.
package pipeline

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/example"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/metrics"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/overlay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/replay"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Run executes an operation; for the engine's operations it is engine.Plans.Run.
type Run func(id string, store *engine.Store, request *engine.Request, input *engine.Input, dst []byte, judge engine.Judge) (engine.Result, error)

// Options are what a pipeline needs.
type Options struct {
	Contract *spec.Contract
	// Edition is the edition that the mock imitates.
	Edition spec.Edition
	// Default returns the workspace for requests that name none.
	Default func() *workspace.Workspace
	// Keep registers a workspace that so far exists only for this request. Its error is the
	// answer.
	Keep func(*workspace.Workspace) (*workspace.Workspace, *apierror.Error)
	// Begin begins an operation on a workspace, or on the one that has replaced it. Its
	// error is the answer.
	Begin       func(*workspace.Workspace) (*workspace.Workspace, workspace.Operation, *apierror.Error)
	Run         Run
	Credentials []engine.Credential
	// Owner returns the function that finds the project of a path parameter.
	Owner  func(parameter string) engine.Owner
	Limits []engine.Limit
	// Faithful coerces and accepts what a real server does, and records what would have been
	// refused without it. Off judges nothing.
	Faithful, Off bool
	// Answers is the memory that large answers share.
	Answers *memlimit.Budget
	// Examples makes answers from the document.
	Examples *example.Maker
	// DocumentWins lets a document judge the operations that it shares with the contract.
	DocumentWins bool
	// ReachedAt returns the URL of the instance that a request is for.
	ReachedAt func(*http.Request, *workspace.Workspace) string
	// Overlay asks an upstream to identify callers; may be nil.
	Overlay *overlay.Overlay
	// Replay has the answers from recordings; may be nil.
	Replay  *replay.Index
	Streams Streams
	Metrics *metrics.Metrics
	Logger  *slog.Logger
}

// Pipeline answers requests for the operations of a contract. It is safe for concurrent
// use.
type Pipeline struct {
	Options
	wrongURLs wrongURLs
}

// New returns a pipeline.
func New(options Options) *Pipeline { return &Pipeline{Options: options} }

// exchange is one request on its way through the stages.
type exchange struct {
	*Pipeline
	start   time.Time // in real time
	request *http.Request
	writer  http.ResponseWriter
	header  http.Header // of the response
	// workspace is the one that the request is for; base is the path under which its
	// instance is served.
	workspace *workspace.Workspace
	instance  *workspace.Instance
	base      string
	preflight bool
	// operation is nil for a path or method that the contract does not have.
	operation *spec.Operation
	names     []string // of the parameters of its path
	params    []string // their values
	segments  []string // the same as they were sent
	now       time.Time

	// path is the path as sent, below the base path.
	path     string
	token    string
	identity engine.Identity
	inRealm  bool // the token belongs to the part of the API that the path is in
	body     bodyparser.Body
	content  *spec.Content // of the body, in a foreign document; may be nil
	query    *qs.Values    // see sentQuery
	// effect is the effect of the rule for the request; nil if none applies.
	effect   *rules.Effect
	forced   *answer     // the answer of a rule or a recording; nil to let the operation answer
	own      http.Header // of the answer, besides Location
	breaches []traffic.Violation
	noting   noting               // writes the answer
	buffer   []byte               // for the body of the answer
	reserved memlimit.Reservation // for a large answer

	asked engine.Request // passed to the operation
	input engine.Input
	view  engine.View // used to identify the caller

	bound // to this exchange
}

// bound has methods of an exchange as functions. A reused exchange keeps them.
type bound struct {
	accepting engine.Judge
	located   func() string
	queried   func(name string) (any, bool)
	queries   func() map[string]any
	address   func() string
	reserving func(bytes int64) error
}

// exchanges are reused, since an exchange and its buffer are half of what a read
// allocates.
var exchanges = sync.Pool{New: func() any {
	x := &exchange{}
	x.bound = bound{
		accepting: x.accept,
		located:   func() string { return x.ReachedAt(x.request, x.workspace) },
		queried:   func(name string) (any, bool) { return x.sentQuery().Get(name) },
		queries: func() map[string]any {
			all, _ := x.sentQuery().All().(map[string]any)
			return all
		},
		address:   func() string { return clientIP(x.request) },
		reserving: x.reserve,
	}
	return x
}}

// maxBuffer is the size in bytes of the largest buffer that is reused.
const maxBuffer = 64 << 10

// release returns an exchange to the pool after its answer was sent or aborted.
func (x *exchange) release() {
	x.reserved.Release()
	buffer := x.buffer
	if cap(buffer) > maxBuffer {
		buffer = nil
	}
	clear(x.params)
	clear(x.segments)
	*x = exchange{params: x.params[:0], segments: x.segments[:0], buffer: buffer, bound: x.bound}
	exchanges.Put(x)
}

// answer is a response without its headers, which are set earlier.
type answer struct {
	status      int
	contentType string
	body        []byte            // may be nil
	prepared    *respond.Prepared // the body, if it was prepared earlier
	final       bool              // the error page for a path without a route
	outside     bool              // not covered by the contract
	feed        engine.Feed       // continues the body of a stream
}

// Handle returns the gin handler of an operation; nil for requests without an operation.
func (p *Pipeline) Handle(operation *spec.Operation) gin.HandlerFunc {
	var names []string
	if operation != nil {
		names = operation.PathParameters()
	}
	grade := p.gradeOf(operation)
	return func(c *gin.Context) {
		x := p.exchange(c, operation)
		defer x.release()
		x.header[GradeHeader] = grade
		x.names = names
		x.send(c.Writer, x.respond())
		if operation == nil {
			p.WarnMisdirected(x.request, x.path, x.workspace)
		}
	}
}

// gradeOf returns the value of GradeHeader for an operation, which may be nil.
func (p *Pipeline) gradeOf(operation *spec.Operation) []string {
	return []string{string(operation.GradeIn(p.Edition))}
}

// Allow returns the gin handler of OPTIONS for a path, which lists its methods. operation
// is one of the path's operations; nil if it has none.
func (p *Pipeline) Allow(methods string, operation *spec.Operation) gin.HandlerFunc {
	grade := p.gradeOf(operation)
	return func(c *gin.Context) {
		x := p.exchange(c, nil)
		defer x.release()
		x.header[GradeHeader] = grade
		x.send(c.Writer, x.allow(methods))
	}
}

// methods are those that a document can have operations for.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace,
}

// Allowed returns the methods that the document has for a request's escaped path, under
// whichever templates, as the value of an Allow header, those of the closest one first; empty if it
// does not have the path.
func (p *Pipeline) Allowed(escapedPath string) string {
	var out []string
	for _, method := range append([]string{""}, methods...) {
		path, _, _ := p.Contract.Match(escapedPath, method)
		if path == nil {
			return ""
		}
		served := path.In(p.Edition)
		if served == nil {
			continue
		}
		for allowed := range strings.SplitSeq(served.Allow(), ",") {
			if !slices.Contains(out, allowed) {
				out = append(out, allowed)
			}
		}
	}
	return strings.Join(out, ",")
}

// allow runs the stages for OPTIONS. A panic becomes a 500.
func (x *exchange) allow(methods string) (out answer) {
	defer x.survive(&out)
	for _, check := range beforeRouting {
		if problem := check(x); problem != nil {
			return x.refuse(problem)
		}
		if x.forced != nil {
			return *x.forced
		}
	}
	x.header["Allow"] = []string{methods}
	return answer{status: http.StatusOK, contentType: respond.ContentTypeHTML, body: []byte(methods)}
}

// survive turns a panic into a 500.
func (x *exchange) survive(out *answer) {
	if cause := recover(); cause != nil {
		x.Logger.Error("panic while answering", "operation", x.operationID(), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		x.forget()
		*out = x.refuse(apierror.Internal("Internal server error"))
	}
}

// Unknown returns the gin handler of paths without an operation. Outside the API a real
// server has its UI, so that OPTIONS on any path lists two methods (O).
func (p *Pipeline) Unknown() gin.HandlerFunc {
	unknown, allowed := p.Handle(nil), p.Allow("GET,HEAD", nil)
	return func(c *gin.Context) {
		sent := p.sent(c.Request)
		path := sent.Path
		if c.Request.Method == http.MethodOptions && !p.Contract.Foreign() && len(path) > 0 && path[0] == '/' && Decodable(path) && !under("/api", collapse(path)) {
			allowed(c)
			p.WarnMisdirected(c.Request, path, sent.Workspace) // a browser sends nothing else
			return
		}
		unknown(c)
	}
}

func (p *Pipeline) exchange(c *gin.Context, operation *spec.Operation) *exchange {
	original := p.sent(c.Request)
	instance := original.Workspace.Instance()
	x := exchanges.Get().(*exchange) // as release left it
	x.Pipeline = p
	x.start = time.Now()
	x.request, x.writer, x.header = c.Request, c.Writer, c.Writer.Header()
	x.workspace, x.instance, x.base = original.Workspace, instance, original.Base
	x.operation = operation
	x.path, x.preflight = original.Path, original.Preflight
	x.readClock()
	for _, param := range c.Params {
		x.segments = append(x.segments, param.Value)
		x.params = append(x.params, httpx.Unescape(param.Value))
	}
	x.token = tokenOf(c.Request.Header, under("/api", x.path))
	return x
}

// readClock takes the time from the instance, and sets Date if it is not real time.
func (x *exchange) readClock() {
	x.now = x.instance.Clock.Now()
	delete(x.header, "Date")
	if !x.instance.Clock.Real() {
		x.header["Date"] = []string{x.now.UTC().Format(http.TimeFormat)}
	}
}

func (x *exchange) send(w gin.ResponseWriter, out answer) {
	if x.effect != nil && x.effect.Fault != "" {
		x.sendBroken(w, out)
		return
	}
	if out.feed != nil {
		x.stream(w, out)
		return
	}
	x.noting = noting{ResponseWriter: w, exchange: x, body: out.body}
	x.write(&x.noting, out)
}

func (x *exchange) write(w gin.ResponseWriter, out answer) {
	switch {
	case out.final:
		respond.WriteFinal(w, x.request, out.status, out.contentType, out.body)
	case out.prepared != nil:
		respond.WritePrepared(w, x.request, out.status, out.contentType, out.prepared)
	default:
		respond.Write(w, x.request, out.status, out.contentType, out.body)
	}
	w.WriteHeaderNow() // or gin would answer unknown paths itself if there is no body
}

// respond runs the stages and the operation. A panic becomes a 500.
func (x *exchange) respond() (out answer) {
	defer x.survive(&out)
	for _, check := range stages {
		if problem := check(x); problem != nil {
			return x.refused(problem)
		}
		if x.forced != nil {
			return *x.forced
		}
	}
	if x.fromDocument() {
		return x.exemplify()
	}
	return x.operate()
}

// operate runs the operation. An answer that breaks the contract does not change the
// state, and is replaced with a 500.
func (x *exchange) operate() answer {
	operation, problem := x.begin()
	if problem != nil {
		return x.refuse(problem)
	}
	x.asked = engine.Request{Identity: x.identity, Now: x.now, BaseURL: x.located, Address: x.address, Random: x.instance.Random, Reserve: x.reserving}
	x.input = engine.Input{Path: x.params, Query: x.queried, Queries: x.queries, Header: x.request.Header, Body: x.body.Value, Text: x.body.Text}
	result, err := x.run(operation)
	if err != nil {
		var broken *brokenAnswer
		if errors.As(err, &broken) {
			return x.replace(answer{status: broken.status}, broken.failures)
		}
		return x.checked(x.refuse(x.problem(err)))
	}
	if result.Body != nil && result.Prepared == nil {
		x.buffer = result.Body
	}
	return answer{status: result.Status, contentType: result.ContentType, body: result.Body, prepared: result.Prepared, feed: result.Feed}
}

// run runs the operation and ends it, even if it panics.
func (x *exchange) run(operation workspace.Operation) (result engine.Result, err error) {
	defer func() {
		if stored := operation.End(); stored != nil && err == nil {
			x.forget()
			err = apierror.Elsewhere(stored.Error())
		}
	}()
	return x.Run(x.operation.Handler, x.instance.Store, &x.asked, &x.input, x.buffer[:0], x.accepting)
}

// begin begins an operation on the workspace, or on the one that has replaced it. In a
// store, what another process has written may have taken the place of the instance while
// the request waited.
func (x *exchange) begin() (workspace.Operation, *apierror.Error) {
	w, operation, problem := x.Begin(x.workspace)
	if problem == nil && (w != x.workspace || operation.Restored()) {
		x.workspace, x.instance = w, w.Instance()
	}
	return operation, problem
}

// perAnswerByte is the memory that each byte of a large answer takes while it is written,
// judged and compressed.
const perAnswerByte = 3

// reserve waits for memory for a large answer and holds it until the answer is sent.
func (x *exchange) reserve(bytes int64) error {
	if x.Answers.Reserve(x.request.Context(), &x.reserved, http.NewResponseController(x.writer), perAnswerByte*bytes) != nil {
		return apierror.Unavailable("The request ended before there was memory for its answer.")
	}
	return nil
}

// sentQuery returns the parameters of the query, which it decodes when first called.
func (x *exchange) sentQuery() *qs.Values {
	if x.query == nil {
		x.query = qs.Parse(httpx.RawQuery(x.request))
	}
	return x.query
}

// queryText returns a parameter of the query that is a text, or an empty string.
func (x *exchange) queryText(name string) string {
	value, _ := x.sentQuery().Get(name)
	text, _ := value.(string)
	return text
}

func (x *exchange) operationID() string {
	if x.operation == nil {
		return ""
	}
	return x.operation.ID
}

// newID makes the id of an error.
func (x *exchange) newID() string { return NewID(x.instance.Random, x.Logger) }

// NewID makes the id of an error.
func NewID(random io.Reader, logger *slog.Logger) string {
	id, err := uuid.NewRandomFromReader(random)
	if err != nil {
		logger.Error("no randomness for the id of an error", "error", err)
		return uuid.Nil.String()
	}
	return id.String()
}
