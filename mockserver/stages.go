package mockserver

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/qs"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/auth"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/spec"
)

// readBody reads and decodes what is sent: errors of it precede all others.
func (x *exchange) readBody() *apierror.Error {
	read, failed := bodyparser.Read(x.request)
	x.body = read
	if failed != nil {
		return apierror.BodyParser(failed.Status, failed.Message)
	}
	return nil
}

// identify finds out whose token it is. One of the wrong kind is refused even
// on paths that nobody knows.
func (x *exchange) identify() *apierror.Error {
	var err error
	if x.identity, err = auth.Identify(x.store, x.token, x.isSignalCall()); err != nil {
		return x.problem(err)
	}
	x.identifyRecorded()
	if problem := x.identifyUpstream(); problem != nil {
		return problem
	}
	path := collapse(x.path)
	switch {
	case under("/api/client", path):
		return guard(x.identity.Kind, auth.Backend, x.token)
	case under("/api/frontend", path):
		return guard(x.identity.Kind, auth.Frontend, x.token)
	}
	return demandKind(x.identity.Kind, x.token, path)
}

// authenticate demands a known token everywhere under /api, and a signal token
// where signals are sent.
func (x *exchange) authenticate() *apierror.Error {
	if !under("/api", collapse(x.path)) {
		return nil
	}
	switch x.identity.Kind {
	case auth.None:
		return apierror.AuthenticationRequired(x.base)
	case auth.Unknown:
		return apierror.Unauthorized()
	case auth.SignalEndpoint:
		return nil
	}
	if x.operation != nil && x.isSignalCall() {
		return apierror.Unauthorized()
	}
	return nil
}

// limitRate counts requests with personal access tokens and calls of signal
// endpoints. The headers of the second, if both apply, win.
func (x *exchange) limitRate() *apierror.Error {
	for _, rule := range []struct {
		limiter *ratelimit.Limiter
		applies bool
	}{
		{x.instance.PersonalTokens, auth.IsPersonal(x.token)},
		{x.instance.Calls, x.isLimitedCall()},
	} {
		if rule.limiter == nil || !rule.applies {
			continue
		}
		verdict := rule.limiter.Take(clientIP(x.request), x.instance.Clock.Now)
		verdict.SetHeaders(x.header)
		if !verdict.Allowed {
			return apierror.TooManyRequests()
		}
	}
	return nil
}

// decodeParams refuses a path with a parameter that cannot be decoded, before
// anything else is asked of the path.
func (x *exchange) decodeParams() *apierror.Error {
	if param, is := x.undecodableParam(); is {
		return apierror.UndecodableParam(param)
	}
	return nil
}

// route refuses what is no operation.
func (x *exchange) route() *apierror.Error {
	if x.operation != nil {
		return nil
	}
	if under("/api", collapse(x.path)) {
		return apierror.PathNotFound(x.base + apiPath(x.path))
	}
	if !isDecodable(x.path) {
		return apierror.BadPath()
	}
	return apierror.NoRoute(x.request.Method, encodePath(x.base+x.path))
}

func (x *exchange) permit() *apierror.Error {
	switch {
	case !x.operation.Admits(x.identity.Token()):
		return apierror.WrongTokenKind()
	case !x.operation.Permits(x.identity.Holds):
		return apierror.Permission(x.operation.Permissions...)
	}
	return nil
}

// demandContentType is for methods that change something, body or not.
func (x *exchange) demandContentType() *apierror.Error {
	if !x.operation.DemandsContentType() {
		return nil
	}
	if sent := x.request.Header.Get("Content-Type"); !bodyparser.IsJSON(sent) {
		return apierror.ContentType(latin1(sent))
	}
	return nil
}

// validate checks parameters and body against the contract: path, query, body.
func (x *exchange) validate() *apierror.Error {
	x.query = qs.Parse(rawQuery(x.request))
	if x.validation == Off {
		return nil
	}
	pathIndex := 0
	for _, in := range []string{"path", "query", "header"} {
		for _, parameter := range x.operation.Parameters {
			if parameter.In != in {
				continue
			}
			value, present := x.parameter(parameter, &pathIndex)
			if failures := parameter.Check(ajv.Coerce(parameter.Shape, value), present); len(failures) > 0 {
				x.violate(RequestViolation, journal.Refused, 0, failures)
				return apierror.Invalid(ajv.Detail(failures[0], x.sentParameter(parameter, value)))
			}
		}
	}
	return x.validateBody()
}

func (x *exchange) parameter(parameter *spec.Parameter, pathIndex *int) (value any, present bool) {
	switch parameter.In {
	case "path":
		*pathIndex++
		return x.params[*pathIndex-1], true
	case "query":
		return x.query.Get(parameter.Name)
	}
	values := x.request.Header.Values(parameter.Name)
	return strings.Join(values, ", "), len(values) > 0
}

// sentParameter prints a parameter as JSON.stringify would.
func (x *exchange) sentParameter(parameter *spec.Parameter, value any) string {
	if parameter.In == "query" {
		return x.query.Print(parameter.Name)
	}
	return string(v8json.Stringify(nil, value))
}

// validateBody judges the body. Under the policy Faithful a body that can be
// coerced passes, and what Strict would have said is recorded.
func (x *exchange) validateBody() *apierror.Error {
	failures := x.operation.CheckBodyText(x.body.Text, x.body.Value)
	if len(failures) == 0 {
		return nil
	}
	if x.validation == Faithful && x.operation.Body != nil {
		x.body.Value = ajv.Coerce(x.operation.Body.Shape, x.body.Value)
		remaining := x.operation.CheckBody(x.body.Value)
		if len(remaining) == 0 {
			x.violate(RequestViolation, journal.Accepted, 0, failures)
			return nil
		}
		failures = remaining
	}
	x.violate(RequestViolation, journal.Refused, 0, failures)
	return apierror.Invalid(ajv.Detail(failures[0], x.sentValue(failures[0].Pointer)))
}

// sentValue prints the part of the body at a JSON pointer as JSON.stringify
// would.
func (x *exchange) sentValue(pointer string) string {
	if x.body.Text == nil {
		return "{}"
	}
	printed, found := v8json.Restringify(x.body.Text, pointer)
	if !found {
		return "undefined"
	}
	return printed
}
