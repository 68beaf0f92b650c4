package pipeline

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/parameters"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/cors"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// stage is one check of a request. An error ends the request.
type stage func(*exchange) *apierror.Error

// stages are in the order of a real server (O): the body is read before the caller is
// identified, and validation by the contract comes last.
var stages = append(slices.Clip(beforeRouting),
	(*exchange).route,
	(*exchange).applyRule,
	(*exchange).permit,
	(*exchange).replayRecorded,
	(*exchange).demandContentType,
	(*exchange).validate,
)

// beforeRouting are the stages that OPTIONS requests go through, too.
var beforeRouting = []stage{
	(*exchange).answerPreflight,
	(*exchange).readBody,
	(*exchange).decodeRest,
	(*exchange).allowFrontend,
	(*exchange).identify,
	(*exchange).authenticate,
	(*exchange).keepWorkspace,
	(*exchange).limitRate,
	(*exchange).decodeParams,
}

// readBody reads and decodes the body. Its errors take precedence over all others.
func (x *exchange) readBody() *apierror.Error {
	if x.Contract.Foreign() {
		return x.readForeign()
	}
	read, failed := bodyparser.Read(x.request)
	x.body = read
	if failed != nil {
		return apierror.BodyParser(failed.Status, failed.Message)
	}
	return nil
}

// answerPreflight answers a browser's preflight request.
func (x *exchange) answerPreflight() *apierror.Error {
	if x.preflight {
		x.forced = &answer{status: http.StatusNoContent}
	}
	return nil
}

// allowFrontend lets every page use the Frontend API.
func (x *exchange) allowFrontend() *apierror.Error {
	if !x.Contract.Foreign() && IsFrontend(x.path) && cors.AllowFrontend(x.header, x.request) {
		x.forced = &answer{status: http.StatusNoContent}
	}
	return nil
}

// identify finds out who a token belongs to. A token of the wrong kind is refused even on
// unknown paths.
func (x *exchange) identify() *apierror.Error {
	x.identity, x.inRealm = engine.Identity{Kind: engine.Nobody}, false
	if x.Contract.Foreign() {
		return nil // its security schemes say where the token is
	}
	if x.token != "" {
		x.asked.Now = x.now // tokens expire
		x.view.Open(x.instance.Store, &x.asked)
		var known bool
		if x.identity, known = x.known(); !known {
			x.identity.Kind = engine.UnknownToken
		}
	}
	x.identifyRecorded()
	if problem := x.identifyUpstream(); problem != nil {
		return problem
	}
	path := collapse(x.path)
	switch {
	case under("/api/client", path):
		return guard(x.identity.Kind, engine.BackendToken, x.token)
	case under("/api/frontend", path):
		return guard(x.identity.Kind, engine.FrontendToken, x.token)
	}
	return demandKind(x.identity.Kind, x.token, path)
}

// authenticate requires a known token everywhere under /api. A part of the API with its
// own credentials requires one of those.
func (x *exchange) authenticate() *apierror.Error {
	if x.Contract.Foreign() {
		return x.authenticateForeign()
	}
	path := collapse(x.path)
	if !under("/api", path) {
		return nil
	}
	switch x.identity.Kind {
	case engine.Nobody:
		return apierror.AuthenticationRequired(x.base)
	case engine.UnknownToken:
		return apierror.Unauthorized()
	}
	if x.operation != nil && !x.inRealm && x.realm(path) != nil {
		return apierror.Unauthorized()
	}
	return nil
}

// keepWorkspace registers the workspace if the request has a token that the workspace
// knows. Web pages can send any number of requests without one: those are answered as by
// a fresh workspace, which is then discarded. A session that the upstream knows counts,
// unless the browser says that a page of another site sent it.
func (x *exchange) keepWorkspace() *apierror.Error {
	if x.workspace.Kept() || x.identity.Kind == engine.Nobody || x.identity.Kind == engine.UnknownToken ||
		x.token == "" && httpx.CrossSite(x.request) {
		return nil
	}
	kept, problem := x.Keep(x.workspace)
	if problem != nil || kept == x.workspace {
		return problem
	}
	// Another request came first, so its workspace has to identify the token.
	x.workspace, x.instance = kept, kept.Instance()
	x.readClock()
	if problem := x.identify(); problem != nil {
		return problem
	}
	return x.authenticate()
}

// limitRate counts requests towards the limits that apply. The last of these sets the
// headers.
func (x *exchange) limitRate() *apierror.Error {
	if x.Contract.Foreign() {
		return nil
	}
	path := ""
	for i, limit := range x.Limits {
		limiter := x.instance.Limiters[i]
		if limiter == nil {
			continue
		}
		if path == "" {
			path = collapse(x.path)
		}
		if !limit.Applies(x.request.Method, path, x.token) {
			continue
		}
		verdict := limiter.Take(clientIP(x.request), x.instance.Clock.Now)
		verdict.SetHeaders(x.header)
		if !verdict.Allowed {
			return apierror.TooManyRequests()
		}
	}
	return nil
}

// decodeRest refuses a path that begins like one of those that a real server reads with a wildcard, for
// whoever asks, if the rest cannot be decoded (O).
func (x *exchange) decodeRest() *apierror.Error {
	if x.Contract.Foreign() || Decodable(x.path) {
		return nil
	}
	path := collapse(x.path)
	for _, prefix := range []string{browserURL, "/api/client/features"} {
		if httpx.HasPrefixFold(path, prefix) && !Decodable(path[len(prefix):]) {
			return apierror.UndecodableParam(path[len(prefix):])
		}
	}
	return nil
}

// decodeParams refuses a path with a parameter that cannot be decoded, before any other
// check of the path.
func (x *exchange) decodeParams() *apierror.Error {
	if param, is := x.undecodableParam(); is {
		return apierror.UndecodableParam(param)
	}
	return nil
}

// route refuses requests without an operation.
func (x *exchange) route() *apierror.Error {
	if x.operation != nil {
		return nil
	}
	if path := collapse(x.path); under("/api", path) && !x.Contract.Foreign() {
		if (x.request.Method == http.MethodGet || x.request.Method == http.MethodHead) && isOfEdge(path) {
			return apierror.NotOfFrontend()
		}
		return apierror.PathNotFound(x.base + apiPath(x.path))
	}
	if !Decodable(x.path) {
		return apierror.BadPath()
	}
	unknown := apierror.NoRoute(x.request.Method, EncodePath(x.base+x.path))
	if allowed := x.Allowed(x.path); allowed != "" && x.Contract.Foreign() {
		unknown.Status, x.header["Allow"] = http.StatusMethodNotAllowed, []string{allowed}
	}
	return unknown
}

func (x *exchange) permit() *apierror.Error {
	switch {
	case x.Contract.Foreign():
		return nil
	case !x.operation.Admits(x.identity.Token):
		return apierror.WrongTokenKind()
	case !x.operation.Permits(x.holds) || x.operation.NeedsPermission() && x.isBeyondOpenSource():
		return apierror.Permission(x.operation.Permissions...)
	}
	return nil
}

// holds reports whether the caller has a permission in the operation's project and
// environment.
func (x *exchange) holds(permission spec.Permission) bool {
	return x.identity.May(permission, x.named(x.operation.Project), x.named(x.operation.Environment))
}

// The only project and environments in which the open-source edition grants permissions
// to people, even to admins (O).
const openSourceProject = "default"

var openSourceEnvironments = []string{"default", "development", "production"}

// isBeyondOpenSource reports whether a person needs a permission in a project or
// environment that the open-source edition does not have. It looks at the names in the
// path or else in the body, whatever the permission is for (O).
func (x *exchange) isBeyondOpenSource() bool {
	if x.Edition != spec.OpenSource || x.identity.Kind != engine.PersonalToken {
		return false
	}
	project, environment := x.naming("projectId", "project"), x.naming("environment", "environmentId")
	return project != "" && project != openSourceProject || environment != "" && !slices.Contains(openSourceEnvironments, environment)
}

// naming returns the value of the first of several names that is in the path or the body.
func (x *exchange) naming(names ...string) string {
	object, _ := x.body.Value.(map[string]any)
	for _, name := range names {
		if i := slices.Index(x.names, name); i >= 0 && x.params[i] != "" {
			return x.params[i]
		}
		if text, is := object[name].(string); is && text != "" {
			return text
		}
	}
	return ""
}

// named returns the project or environment that a request names; empty if the operation
// has none.
func (x *exchange) named(source openapi.Source) string {
	switch source.In {
	case "path":
		return x.pathValue(source.Name)
	case "of":
		return x.Owner(source.Name)(&x.view, x.pathValue(source.Name))
	case "query":
		return x.queryText(source.Name)
	case "body":
		object, _ := x.body.Value.(map[string]any)
		name, _ := object[source.Name].(string)
		return name
	}
	return ""
}

// pathValue returns the value of a path parameter.
func (x *exchange) pathValue(name string) string { return x.params[slices.Index(x.names, name)] }

// demandContentType applies to methods that change something, even without a body.
func (x *exchange) demandContentType() *apierror.Error {
	if x.Contract.Foreign() {
		return x.demandForeignType()
	}
	if !x.operation.DemandsContentType() {
		return nil
	}
	if sent := x.request.Header.Get("Content-Type"); !bodyparser.IsJSON(sent) {
		return apierror.ContentType(latin1(sent))
	}
	return nil
}

// validate checks the parameters and then the body against the contract.
func (x *exchange) validate() *apierror.Error {
	if x.Off {
		return nil
	}
	sent := parameters.Request{
		HTTP: x.request, Names: x.names, Values: x.segments, Query: x.sentQuery(), Styled: x.operation.Grade == openapi.GradeExample,
	}
	for _, in := range []string{"path", "query", "header", "cookie"} {
		for _, parameter := range x.operation.Parameters() {
			if parameter.In != in {
				continue
			}
			if value, failures := sent.Judge(parameter); len(failures) > 0 {
				x.violate(traffic.ToServer, traffic.Refused, 0, failures)
				return apierror.Invalid(ajv.Detail(failures[0], x.sentParameter(parameter, value)))
			}
		}
	}
	if x.Contract.Foreign() {
		return x.validateForeign()
	}
	return x.validateBody()
}

// sentParameter formats a parameter as JSON.stringify would.
func (x *exchange) sentParameter(parameter *spec.Parameter, value any) string {
	if parameter.In == "query" {
		return x.sentQuery().Print(parameter.Name)
	}
	return string(v8json.Stringify(nil, value))
}

// validateBody checks the body. Under the policy Faithful a body that can be coerced is
// accepted, and what the policy Strict would have refused is recorded.
func (x *exchange) validateBody() *apierror.Error {
	failures := x.operation.CheckBodyText(x.body.Text, x.body.Value)
	if len(failures) == 0 {
		return nil
	}
	if body := x.operation.Body(); x.Faithful && body != nil {
		x.body.Value = ajv.Coerce(body.Shape, x.body.Value)
		remaining := body.CheckSent(x.body.Text, x.body.Value)
		if len(remaining) == 0 {
			x.violate(traffic.ToServer, traffic.Accepted, 0, failures)
			return nil
		}
		failures = remaining
	}
	x.violate(traffic.ToServer, traffic.Refused, 0, failures)
	return apierror.Invalid(ajv.Details(failures[0], x.sentValue)...)
}

// sentValue formats the part of the body at a JSON pointer as JSON.stringify would.
// Scalars are shown as they are after coercion. A real server does not find what is below a name that is
// empty or, in a pointer, escaped (O).
func (x *exchange) sentValue(pointer string) string {
	switch {
	case x.body.Text == nil:
		return "{}"
	case !x.Contract.Foreign() && (strings.ContainsRune(pointer, '~') || strings.Contains(pointer+"/", "//")):
		return "undefined"
	}
	if value, found := valueAt(x.body.Value, pointer); found && (isScalar(value) || !x.Faithful && isOrdered(value)) {
		return string(v8json.Stringify(nil, value))
	}
	printed, found := v8json.Restringify(x.body.Text, pointer)
	if !found {
		return "undefined"
	}
	return printed
}

// valueAt finds the value at a pointer, which must not be empty.
func valueAt(value any, pointer string) (at any, found bool) {
	if pointer == "" {
		return nil, false
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		switch container := value.(type) {
		case map[string]any:
			value, found = container[jsonpointer.Unescape(token)]
		case []any:
			i, err := strconv.Atoi(token)
			if found = err == nil && i >= 0 && i < len(container); found {
				value = container[i]
			}
		default:
			found = false
		}
		if !found {
			return nil, false
		}
	}
	return value, true
}

func isScalar(value any) bool {
	switch value.(type) {
	case nil, bool, float64, string:
		return true
	}
	return false
}

// isOrdered reports whether a value contains no object, whose keys would have lost their
// order.
func isOrdered(value any) bool {
	list, is := value.([]any)
	return isScalar(value) || is && !slices.ContainsFunc(list, func(item any) bool { return !isOrdered(item) })
}
