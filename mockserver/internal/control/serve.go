package control

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/parameters"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// maxBody is the size limit of a body in bytes, enough for a rule that forces a large
// answer. States and files of flags have limits of their own.
const maxBody = 2 << 20

// maxJudged is the size in bytes up to which answers are checked against the contract.
// Checking a larger state would take many times its memory.
const maxJudged = 1 << 20

// exchange is one request on its way through the stages.
type exchange struct {
	*api
	rw        http.ResponseWriter
	r         *http.Request
	header    http.Header // of the response
	path      string      // below the base path and the workspace
	operation *spec.Operation
	params    []string // the values of the path parameters, as they were sent
	handler   handler
	input     request
	value     any // of the body
	reserved  memlimit.Reservation
}

// stage is one check of a request. An error ends the request.
type stage func(*exchange) *apierror.Error

// stages are in order. permit comes first, so that nothing is revealed without access.
var stages = []stage{
	(*exchange).permit,
	(*exchange).route,
	(*exchange).exists,
	(*exchange).readBody,
	(*exchange).validate,
}

// serve answers a request.
func (a *api) serve(rw http.ResponseWriter, r *http.Request, path string, input request) {
	rw.Header()["X-Content-Type-Options"] = []string{"nosniff"}
	rw.Header()["Cache-Control"] = []string{"no-store"}
	if a.servePage(rw, r, path) {
		return
	}
	input.header = r.Header
	x := &exchange{api: a, rw: rw, r: r, header: rw.Header(), path: path, input: input}
	x.input.reserve = x.reserve
	defer func() { x.reserved.Release() }()
	out, err := x.respond()
	if err != nil {
		a.refuse(rw, r, x.problem(err))
		return
	}
	if live, isLive := out.value.(streaming); isLive {
		live.stream(rw, r)
		return
	}
	body, err := x.encode(out)
	if err != nil {
		a.refuse(rw, r, x.problem(err))
		return
	}
	respond.Write(rw, r, out.status, respond.ContentTypeJSON, body)
}

func (a *api) refuse(rw http.ResponseWriter, r *http.Request, problem *apierror.Error) {
	if problem.Status == http.StatusUnauthorized {
		rw.Header()["Www-Authenticate"] = []string{`Bearer realm="unleash-mock control API"`}
	}
	if problem.RetryAfter > 0 {
		rw.Header()["Retry-After"] = []string{strconv.Itoa(problem.RetryAfter)}
	}
	respond.Write(rw, r, problem.Status, problem.ContentType(), problem.Body(a.NewID))
}

// respond runs the stages and the handler. A panic becomes an error.
func (x *exchange) respond() (out response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			x.Logger.Error("panic in the control API", "path", x.path, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = apierror.Internal("Internal server error")
		}
	}()
	for _, check := range stages {
		if problem := check(x); problem != nil {
			return response{}, problem
		}
	}
	return x.handler(x.r.Context(), &x.input)
}

func (x *exchange) permit() *apierror.Error { return x.Access.check(x.r) }

func (x *exchange) route() *apierror.Error {
	contract, err := x.contract()
	if err != nil {
		x.Logger.Error("the control API is not available", "error", err)
		return apierror.Internal(err.Error())
	}
	matched, values, _ := contract.Match(x.path)
	if matched == nil {
		return apierror.Missing("The control API has no path %s.%s", x.path, renamed(x.path, func(path string) bool {
			now, _, _ := contract.Match(path)
			return now != nil
		}))
	}
	if x.operation = matched.Operation(x.r.Method); x.operation == nil {
		x.header["Allow"] = []string{matched.Allow()}
		return apierror.Thrown(http.StatusMethodNotAllowed, "MethodNotAllowedError", "%s answers %s, not %s.", matched.Template, strings.ReplaceAll(matched.Allow(), ",", ", "), x.r.Method)
	}
	x.input.path = map[string]string{}
	for i, name := range x.operation.PathParameters() {
		x.input.path[name] = httpx.Unescape(values[i])
	}
	x.params = values
	return nil
}

// renamed returns a hint if a path or parameter was renamed; empty if it was not.
func renamed(former string, exists func(string) bool) string {
	if now := strings.ReplaceAll(former, "scenario", "rule"); now != former && exists(now) {
		return fmt.Sprintf(" It is now called %s.", now)
	}
	return ""
}

// exists refuses what a proxy does not have: it only shows traffic, and the instance
// behind it has its own state and clock.
func (x *exchange) exists() *apierror.Error {
	if x.handler = x.handlers[x.operation.ID]; x.handler == nil {
		return apierror.Missing("%s is for a mock (unleash-mock serve). This is a proxy: it shows traffic, but has no state, clock, rules or workspaces.", x.operation.ID)
	}
	if name := x.r.Header.Get(workspace.Header); x.mode == modeProxy && name != "" && name != workspace.Default {
		return invalid(workspace.Header, "A proxy has no workspaces; leave the header "+workspace.Header+" out.")
	}
	return nil
}

// readBody reads the body if the operation has one; otherwise it ignores the body.
func (x *exchange) readBody() *apierror.Error {
	if x.operation.Body() == nil {
		return nil
	}
	if !x.acceptsType(x.r.Header.Get("Content-Type")) {
		return apierror.ContentType(x.r.Header.Get("Content-Type"), x.acceptedTypes()...)
	}
	if encoding := x.r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return apierror.Thrown(http.StatusUnsupportedMediaType, "ContentTypeError", "unsupported content encoding %q", encoding)
	}
	if err := x.reserveBody(); err != nil {
		return x.problem(err)
	}
	most := x.mostBytes()
	text, err := readUpTo(x.r.Body, x.r.ContentLength, most)
	switch {
	case err != nil:
		return apierror.Thrown(http.StatusBadRequest, "BadDataError", "The body arrived incomplete.")
	case int64(len(text)) > most:
		return apierror.Thrown(http.StatusRequestEntityTooLarge, "PayloadTooLargeError", "The body has more than %d bytes.", most)
	}
	x.input.body = text
	switch {
	case x.takesState():
		err = x.readState()
	case x.takesFlags():
		x.value = map[string]any{} // the handler reads it, in any of its forms
	default:
		x.value, err = v8json.Parse(text)
	}
	if err != nil {
		return apierror.Thrown(http.StatusBadRequest, "BadDataError", "%s", err)
	}
	return nil
}

// mostBytes returns the size limit of the operation's body, in bytes.
func (x *exchange) mostBytes() int64 {
	switch {
	case x.takesState():
		return x.maxState
	case x.takesFlags():
		return maxFlagFile
	}
	return maxBody
}

// begun is how much of a body must arrive before memory is allocated for the rest.
const begun = 1 << 20

// readUpTo reads a body. If the body exceeds the limit, it reads one byte more than that.
func readUpTo(body io.Reader, length, most int64) ([]byte, error) {
	var out bytes.Buffer
	limited := io.LimitReader(body, most+1)
	if _, err := io.CopyN(&out, limited, begun); err != nil {
		if errors.Is(err, io.EOF) {
			err = nil // the body is shorter
		}
		return out.Bytes(), err
	}
	if length > begun && length <= most {
		out.Grow(int(length) - begun + bytes.MinRead)
	}
	_, err := out.ReadFrom(limited)
	return out.Bytes(), err
}

// validate checks parameters and body against the contract.
func (x *exchange) validate() *apierror.Error {
	sent := parameters.Request{HTTP: x.r, Names: x.operation.PathParameters(), Values: x.params, Query: qs.Parse(httpx.RawQuery(x.r))}
	x.input.query = map[string]string{}
	for _, parameter := range x.operation.Parameters() {
		value, failures := sent.Judge(parameter)
		switch list, is := value.([]any); {
		case is && len(list) == 1: // name[]=value
			return invalid(parameter.Name, parameter.Name+" is not a list")
		case is:
			return invalid(parameter.Name, fmt.Sprintf("%s was sent %d times", parameter.Name, len(list)))
		case len(failures) > 0:
			return apierror.Invalid(ajv.Detail(failures[0], string(v8json.Stringify(nil, value))))
		}
		if text, is := value.(string); is && parameter.In == "query" {
			x.input.query[parameter.Name] = text
		}
	}
	if problem := x.checkNames(httpx.RawQuery(x.r)); problem != nil {
		return problem
	}
	if x.operation.Body() == nil {
		return nil
	}
	if failures := x.operation.CheckBody(x.value); len(failures) > 0 {
		return apierror.Invalid(ajv.Detail(failures[0], x.sent(failures[0].Pointer)))
	}
	return nil
}

// checkNames refuses a query with parameters that the operation does not have. A mistyped one must not
// be ignored, or a filter would have no effect; nor one that the parser leaves out, such as __proto__.
func (x *exchange) checkNames(rawQuery string) *apierror.Error {
	if strings.Count(rawQuery, "&") >= qs.MaxParameters {
		return invalid("query", fmt.Sprintf("there are more than %d parameters", qs.MaxParameters))
	}
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if at := strings.IndexByte(name, '['); at > 0 {
			name = name[:at]
		}
		switch {
		case part == "" || x.knows(name):
		case name == "":
			return invalid("query", "a parameter has no name")
		default:
			return invalid(name, fmt.Sprintf("%s has no parameter %s.%s", x.operation.ID, name, cmp.Or(renamed(name, x.knows), x.others())))
		}
	}
	return nil
}

// others lists the query parameters that the operation has, for a refusal of another one.
func (x *exchange) others() string {
	var names []string
	for _, p := range x.operation.Parameters() {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " It has " + strings.Join(names, ", ") + "."
}

// knows reports whether the operation has a query parameter.
func (x *exchange) knows(name string) bool {
	return slices.ContainsFunc(x.operation.Parameters(), func(p *spec.Parameter) bool { return p.In == "query" && p.Name == name })
}

// sent formats the value at a pointer of the body, shortened.
func (x *exchange) sent(pointer string) string {
	text, found := v8json.Restringify(x.input.body, pointer)
	if !found {
		return "undefined"
	}
	return visible.Short(text, 200)
}

// encode writes the answer's value and checks it against the contract.
func (x *exchange) encode(out response) ([]byte, error) {
	var body []byte
	switch value := out.value.(type) {
	case raw:
		body = value
	default:
		var err error
		if body, err = jsonw.Marshal(value); err != nil {
			return nil, fmt.Errorf("writing the answer of %s: %w", x.operation.ID, err)
		}
	}
	if out.location != "" {
		x.header["Location"] = []string{out.location}
	}
	header := x.header.Clone()
	header["Content-Type"] = []string{respond.ContentTypeJSON}
	if len(body) > maxJudged {
		return body, nil
	}
	if failures := x.operation.CheckResponse(out.status, header, body); len(failures) > 0 {
		delete(x.header, "Location")
		return nil, fmt.Errorf("the answer of %s breaks the contract of the control API: %w", x.operation.ID, failures[0])
	}
	return body, nil
}

func (x *exchange) problem(err error) *apierror.Error {
	known := problemOf(err)
	if known == nil {
		x.Logger.Error("the control API failed", "path", x.path, "error", err)
		known = apierror.Internal(err.Error())
	}
	return known
}

// problemOf returns the answer to an expected error; nil for others.
func problemOf(err error) *apierror.Error {
	var known *apierror.Error
	var rule *rules.Problem
	var snapshot engine.Problems
	var name *workspace.NameError
	switch problem := WorkspaceProblem(err); {
	case problem != nil:
		return problem
	case errors.As(err, &known):
		return known
	case errors.As(err, &rule):
		return invalid("/body"+rule.Pointer, rule.Message)
	case errors.As(err, &snapshot):
		return invalid("/body"+snapshot[0].Pointer(), snapshot[0].Message)
	case errors.As(err, &name):
		return invalid("name", name.Error())
	case errors.Is(err, clock.ErrRange):
		return invalid("/body", err.Error())
	case errors.Is(err, workspace.ErrNotFound):
		return apierror.Missing("%s", err)
	case errors.Is(err, workspace.ErrDefault):
		return apierror.Thrown(http.StatusConflict, "ConflictError", "%s", err)
	}
	return nil
}

// WorkspaceProblem returns the answer to an error because of which a workspace is not
// available; nil for others.
func WorkspaceProblem(err error) *apierror.Error {
	var limit *workspace.LimitError
	var unfit *workspace.UnfitError
	switch {
	case errors.As(err, &limit):
		problem := apierror.Unavailable(err.Error())
		problem.Name = "WorkspaceLimitError"
		return problem
	case errors.Is(err, workspace.ErrElsewhere), errors.Is(err, workspace.ErrNotStored):
		return apierror.Elsewhere(err.Error())
	case errors.As(err, &unfit):
		return apierror.Unavailable(err.Error())
	}
	return nil
}

// invalid returns a refusal of input, in the form of a validation error.
func invalid(path, message string) *apierror.Error {
	problem := apierror.Thrown(http.StatusBadRequest, "BadDataError", "%s", message)
	problem.Details = []apierror.Detail{{Path: path, Message: message}}
	return problem
}
