package faulty

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// limitFaults are about how much an instance allows.
func limitFaults() []Fault {
	const (
		endpoint = "createSignalEndpoint"
		token    = "createSignalEndpointToken"
		call     = "callSignalEndpoint"
	)
	over := both(answered(400), named("ExceedsLimitError"))
	return []Fault{
		{ID: "endpoint-limit-high", Name: "one endpoint more than the limit may exist", Operation: endpoint, Standing: spec.Documented, Limits: Resources,
			bend: when(over, edit("/message", words(fewer)), edit("/details/0/message", words(fewer)))},
		{ID: "endpoint-limit-status", Name: "an endpoint over the limit gets a 403", Operation: endpoint, Standing: spec.Observed, Limits: Resources,
			bend: when(over, status(http.StatusForbidden))},
		{ID: "endpoint-limit-name", Name: "an endpoint over the limit is bad data", Operation: endpoint, Standing: spec.Observed, Limits: Resources,
			bend: when(over, set("/name", `"BadDataError"`))},
		{ID: "endpoint-limit-silent", Name: "an endpoint over the limit is answered and not created", Operation: endpoint, Standing: spec.Documented, Limits: Resources,
			bend: when(over, func(x *exchange) {
				name := mustName(x)
				x.request.Method = http.MethodPut
				again(at(endpointsPath+"/1338"), member("name", to(`"cpu-over-90"`)))(x)
				x.status = http.StatusCreated
				x.header.Set("Location", "signal-endpoints/999999")
				set("/id", "999999")(x)
				set("/tokens", "[]")(x)
				x.body = []byte(strings.ReplaceAll(string(x.body), "cpu-over-90", name))
			})},
		{ID: "token-limit-high", Name: "one token more than the limit may exist", Operation: token, Standing: spec.Documented, Limits: Resources,
			bend: when(over, edit("/message", words(fewer)), edit("/details/0/message", words(fewer)))},
		{ID: "token-limit-status", Name: "a token over the limit gets a 409", Operation: token, Standing: spec.Observed, Limits: Resources,
			bend: when(over, status(http.StatusConflict))},
		{ID: "token-limit-message", Name: "the refusal over the limit does not tell the limit", Operation: token, Standing: spec.Observed, Limits: Resources,
			bend: when(over, set("/message", `"Too many."`), set("/details", `[{"message":"Too many."}]`))},
		{ID: "call-limit-not-held", Name: "calls over the limit are stored", Operation: call, Standing: spec.Documented, Limits: Calls, make: fromElsewhere},
		{ID: "call-limit-status", Name: "a call over the limit gets a 503", Operation: call, Standing: spec.Documented, Limits: Calls,
			bend: when(answered(429), status(http.StatusServiceUnavailable))},
		{ID: "call-limit-json", Name: "a call over the limit is told in JSON", Operation: call, Standing: spec.Observed, Limits: Calls,
			bend: when(answered(429), text(`{"message":"Too many requests, please try again later."}`), header("Content-Type", "application/json; charset=utf-8"))},
		{ID: "call-limit-no-wait", Name: "a call over the limit is not told how long to wait", Operation: call, Standing: spec.Observed, Limits: Calls,
			bend: when(answered(429), noHeader("Retry-After"))},
		{ID: "call-limit-no-headers", Name: "a call over the limit is not told the limit", Operation: call, Standing: spec.Observed, Limits: Calls,
			bend: when(answered(429), noHeader("Ratelimit-Policy"), noHeader("Ratelimit-Limit"), noHeader("Ratelimit-Remaining"), noHeader("Ratelimit-Reset"))},
		{ID: "call-limit-remaining", Name: "a call over the limit is told that some are left", Operation: call, Standing: spec.Observed, Limits: Calls,
			bend: when(answered(429), header("Ratelimit-Remaining", "1"))},
	}
}

// fewer tells a limit of one less.
func fewer(message string) string {
	for _, digit := range []string{"5", "6"} {
		if strings.HasSuffix(message, " "+digit+".") {
			return strings.TrimSuffix(message, digit+".") + string(digit[0]-1) + "."
		}
	}
	return message
}
