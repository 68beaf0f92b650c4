package mockserver

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/auth"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/operations"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
	"github.com/unleash-mock/unleash-mock/spec"
)

// exchange is one request on its way through the stages.
type exchange struct {
	*Server
	start   time.Time // in real time
	request *http.Request
	writer  http.ResponseWriter
	header  http.Header // of the response
	// workspace is the one that the request belongs to; base is the path that its
	// instance is served under.
	workspace *workspace.Workspace
	instance  *workspace.Instance
	base      string
	// operation is nil for a path or method that is none of the contract's.
	operation *spec.Operation
	params    []string
	store     *state.Store
	now       time.Time

	// path is what was sent, below the base path.
	path     string
	token    string
	identity auth.Identity
	body     bodyparser.Body
	query    *qs.Values
	// effect is the scenario that the request met; nil for none.
	effect   *scenario.Effect
	forced   *answer // what a scenario or a recording has in the place of an answer
	breaches []journal.Breach
	noting   noting // writes the answer
	buffer   []byte // what an answer is written in
}

// exchanges are used again: one and its buffer are half of what a read allocates.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// maxBuffer is the largest buffer in bytes that is kept for another exchange.
const maxBuffer = 64 << 10

// release gives an exchange back whose answer was sent.
func (x *exchange) release() {
	buffer := x.buffer
	if cap(buffer) > maxBuffer {
		buffer = nil
	}
	clear(x.params)
	*x = exchange{params: x.params[:0], buffer: buffer}
	exchanges.Put(x)
}

// stage is one check of a request. An error ends the request.
type stage func(*exchange) *apierror.Error

// stages in the order of a real server (O): the body is read before anybody
// asks who sent it; what the contract says of the request comes last.
var stages = []stage{
	(*exchange).readBody,
	(*exchange).identify,
	(*exchange).authenticate,
	(*exchange).limitRate,
	(*exchange).decodeParams,
	(*exchange).route,
	(*exchange).meetScenario,
	(*exchange).permit,
	(*exchange).replayRecorded,
	(*exchange).demandContentType,
	(*exchange).validate,
}

// stagesOfOptions are those that a request for the methods of a path goes through.
var stagesOfOptions = []stage{
	(*exchange).readBody,
	(*exchange).identify,
	(*exchange).authenticate,
	(*exchange).limitRate,
	(*exchange).decodeParams,
}

// answer is what leaves: a status, a body and its type. Headers were set.
type answer struct {
	status      int
	contentType string
	body        []byte // nil for none
	final       bool   // the page of a path that no router knows
	outside     bool   // not of the contract
}

// handle returns the gin handler of an operation, or of no operation.
func (s *Server) handle(operation *spec.Operation) gin.HandlerFunc {
	return func(c *gin.Context) {
		x := s.exchange(c, operation)
		x.send(c.Writer, x.respond())
		x.release()
	}
}

// send sends an answer, and tells the journal.
func (x *exchange) send(w gin.ResponseWriter, out answer) {
	if x.effect != nil && x.effect.Fault != "" {
		x.sendBroken(w, out)
		return
	}
	x.noting = noting{ResponseWriter: w, exchange: x, body: out.body}
	x.write(&x.noting, out)
}

// write writes an answer.
func (x *exchange) write(w gin.ResponseWriter, out answer) {
	write := respond.Write
	if out.final {
		write = respond.WriteFinal
	}
	write(w, x.request, out.status, out.contentType, out.body)
	w.WriteHeaderNow() // else gin answers unknown paths itself when there is no body
}

// allow answers OPTIONS on a path of the contract: the methods it knows.
func (s *Server) allow(methods string) gin.HandlerFunc {
	return func(c *gin.Context) {
		x := s.exchange(c, nil)
		for _, check := range stagesOfOptions {
			if problem := check(x); problem != nil {
				x.send(c.Writer, x.refuse(problem))
				x.release()
				return
			}
		}
		x.header["Allow"] = []string{methods}
		x.send(c.Writer, answer{status: http.StatusOK, contentType: apierror.ContentTypeHTML, body: []byte(methods)})
		x.release()
	}
}

func (s *Server) exchange(c *gin.Context, operation *spec.Operation) *exchange {
	original := s.sent(c.Request)
	instance := original.workspace.Instance()
	x := exchanges.Get().(*exchange)
	*x = exchange{
		Server:    s,
		start:     time.Now(),
		request:   c.Request,
		writer:    c.Writer,
		header:    c.Writer.Header(),
		workspace: original.workspace,
		instance:  instance,
		base:      original.base,
		operation: operation,
		store:     instance.Store,
		now:       instance.Clock.Now(),
		path:      original.path,
		params:    x.params,
		buffer:    x.buffer,
	}
	if !instance.Clock.Real() {
		x.header["Date"] = []string{x.now.UTC().Format(http.TimeFormat)}
	}
	for _, param := range c.Params {
		x.params = append(x.params, unescape(param.Value))
	}
	x.token = auth.Token(c.Request.Header, under("/api", x.path))
	return x
}

// respond runs the stages and the handler. A panic becomes a 500.
func (x *exchange) respond() (out answer) {
	defer func() {
		if cause := recover(); cause != nil {
			x.logger.Error("panic while answering", "operation", x.operationID(), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			out = x.refuse(apierror.Internal("Internal server error"))
		}
	}()
	for _, check := range stages {
		if problem := check(x); problem != nil {
			return x.checked(x.refuse(problem))
		}
		if x.forced != nil {
			return *x.forced
		}
	}
	response, err := x.handlers[x.operation.ID](x.request.Context(), x.input())
	if err != nil {
		return x.checked(x.refuse(x.problem(err)))
	}
	if response.Location != "" {
		x.header["Location"] = []string{response.Location}
	}
	out = answer{status: response.Status}
	if response.Value != nil {
		out.contentType = apierror.ContentTypeJSON
		out.body = response.Value.AppendJSON(x.buffer[:0])
		x.buffer = out.body
	}
	return x.checked(out)
}

// input is what the handler gets.
func (x *exchange) input() operations.Request {
	query := x.query
	in := operations.Request{
		Store:       x.store,
		Actor:       x.identity.Actor,
		SignalToken: x.identity.Signal,
		Params:      x.params,
		Query: func(name string) (string, bool) {
			value, present := query.Get(name)
			text, isText := value.(string)
			return text, present && isText
		},
		Text:      x.body.Text,
		Now:       x.now,
		BaseURL:   x.reachedAt(x.request, x.workspace),
		Limits:    operations.Limits{Endpoints: x.limits.Endpoints, TokensPerEndpoint: x.limits.TokensPerEndpoint},
		NewSecret: x.newSecret,
	}
	in.Body, _ = x.body.Value.(map[string]any)
	return in
}

// problem finds the answer to an error of a handler.
func (x *exchange) problem(err error) *apierror.Error {
	var known *apierror.Error
	var notFound *state.NotFoundError
	var taken *state.NameTakenError
	var limit *state.LimitError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &notFound):
		return apierror.NotFound(notFound.Resource, "id", fmt.Sprint(notFound.ID))
	case errors.As(err, &taken):
		return apierror.NameExists(taken.Resource, taken.Name)
	case errors.As(err, &limit):
		return apierror.ExceedsLimit(limit.Resource, limit.Limit)
	}
	x.logger.Error("answering failed", "operation", x.operationID(), "error", err)
	return apierror.Internal("Internal server error")
}

func (x *exchange) refuse(problem *apierror.Error) answer {
	x.buffer = problem.AppendBody(x.buffer[:0], x.newID)
	return answer{
		status:      problem.Status,
		contentType: problem.ContentType(),
		body:        x.buffer,
		final:       problem.Envelope == apierror.Page,
		outside:     problem.Outside,
	}
}

// checked judges an answer on the bytes that are about to leave. One that
// breaks the contract is recorded and replaced.
func (x *exchange) checked(out answer) answer {
	if out.outside {
		return out
	}
	failures := x.judge(out)
	if len(failures) == 0 {
		return out
	}
	x.violate(ResponseViolation, journal.Replaced, out.status, failures)
	delete(x.header, "Location")
	return x.refuse(apierror.Internal(fmt.Sprintf("The response to %s broke the contract: %s", x.operation.ID, failures[0].Error())))
}

// judge finds how an answer breaks the contract.
func (x *exchange) judge(out answer) []spec.Failure {
	if x.operation == nil || x.validation == Off {
		return nil
	}
	x.header["Content-Type"] = []string{out.contentType}
	bytes := out.body
	if bytes == nil {
		bytes = []byte{}
	}
	failures := x.operation.CheckResponse(out.status, x.header, bytes)
	if out.contentType == "" {
		delete(x.header, "Content-Type")
	}
	return failures
}

func (x *exchange) operationID() string {
	if x.operation == nil {
		return ""
	}
	return x.operation.ID
}

// newID makes the id of an error.
func (x *exchange) newID() string { return x.idFrom(x.instance.Random) }

// newID makes the id of an error of a request that is no exchange.
func (s *Server) newID() string { return s.idFrom(s.random) }

func (s *Server) idFrom(random io.Reader) string {
	id, err := uuid.NewRandomFromReader(random)
	if err != nil {
		s.logger.Error("no randomness for the id of an error", "error", err)
		return uuid.Nil.String()
	}
	return id.String()
}

// newSecret makes the secret of a signal endpoint token (I: as personal access
// tokens, 28 random bytes in hex).
func (x *exchange) newSecret() string {
	var random [28]byte
	if _, err := io.ReadFull(x.instance.Random, random[:]); err != nil {
		panic("no randomness for a secret: " + err.Error())
	}
	return "signal_" + hex.EncodeToString(random[:])
}

// reachedAt is the instance's URL, configured or as the request tells it.
func (s *Server) reachedAt(r *http.Request, chosen *workspace.Workspace) string {
	if s.baseURL != "" {
		return s.baseURL + chosen.Path
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.basePath + chosen.Path
}

// writeNoRoute answers what lies outside the base path.
func (s *Server) writeNoRoute(w http.ResponseWriter, r *http.Request) {
	problem := apierror.NoRoute(r.Method, encodePath(rawPath(r)))
	respond.WriteFinal(w, r, problem.Status, problem.ContentType(), problem.Body(s.newID))
}
