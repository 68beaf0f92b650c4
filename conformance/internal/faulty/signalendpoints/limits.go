package signalendpoints

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// limitFaults lists faults in how much an instance allows.
func limitFaults() []bend.Fault {
	const (
		endpoint = "createSignalEndpoint"
		token    = "createSignalEndpointToken"
	)
	over := bend.Both(bend.Answered(400), bend.Named("ExceedsLimitError"))
	return []bend.Fault{
		{ID: "endpoint-limit-high", Name: "allows one endpoint more than the limit it reports", Operation: endpoint, Standing: spec.Documented, Mock: bend.Resources,
			Bend: bend.When(over, bend.Edit("/message", bend.Words(fewer)), bend.Edit("/details/0/message", bend.Words(fewer)))},
		{ID: "endpoint-limit-status", Name: "answers 403 to an endpoint over the limit", Operation: endpoint, Standing: spec.Observed, Mock: bend.Resources,
			Bend: bend.When(over, bend.Status(http.StatusForbidden))},
		{ID: "endpoint-limit-name", Name: "reports an endpoint over the limit as BadDataError", Operation: endpoint, Standing: spec.Observed, Mock: bend.Resources,
			Bend: bend.When(over, bend.Set("/name", `"BadDataError"`))},
		{ID: "endpoint-limit-silent", Name: "answers 201 over the limit without creating an endpoint", Operation: endpoint, Standing: spec.Documented, Mock: bend.Resources,
			Bend: bend.When(over, func(x *bend.Exchange) {
				name := mustName(x)
				x.Request.Method = http.MethodPut
				bend.Again(bend.At(endpointsPath+"/1338"), bend.Member("name", bend.To(`"cpu-over-90"`)))(x)
				x.Status = http.StatusCreated
				x.Header.Set("Location", "signal-endpoints/999999")
				bend.Set("/id", "999999")(x)
				bend.Set("/tokens", "[]")(x)
				x.Body = []byte(strings.ReplaceAll(string(x.Body), "cpu-over-90", name))
			})},
		{ID: "token-limit-high", Name: "allows one token more than the limit it reports", Operation: token, Standing: spec.Documented, Mock: bend.Resources,
			Bend: bend.When(over, bend.Edit("/message", bend.Words(fewer)), bend.Edit("/details/0/message", bend.Words(fewer)))},
		{ID: "token-limit-status", Name: "answers 409 to a token over the limit", Operation: token, Standing: spec.Observed, Mock: bend.Resources,
			Bend: bend.When(over, bend.Status(http.StatusConflict))},
		{ID: "token-limit-message", Name: "refuses a token over the limit without stating the limit", Operation: token, Standing: spec.Observed, Mock: bend.Resources,
			Bend: bend.When(over, bend.Set("/message", `"Too many."`), bend.Set("/details", `[{"message":"Too many."}]`))},
		{ID: "endpoint-limit-only-reported", Name: "does not hold the limit on endpoints that it reports", Operation: endpoint, Standing: spec.Documented, Wide: true, Bend: reporting("signalEndpoints")},
		{ID: "token-limit-only-reported", Name: "does not hold the limit on tokens that it reports", Operation: token, Standing: spec.Documented, Wide: true, Bend: reporting("signalTokensPerEndpoint")},
	}
}

// reporting makes an instance report a limit.
func reporting(limit string) bend.Step {
	return bend.When(func(x *bend.Exchange) bool { return x.Request.URL.Path == "/api/admin/ui-config" },
		bend.Status(http.StatusOK), bend.Header("Content-Type", "application/json; charset=utf-8"), bend.Text(`{"resourceLimits":{"`+limit+`":5}}`))
}

// fewer lowers the limit in a message by one.
func fewer(message string) string {
	for _, digit := range []string{"5", "6"} {
		if strings.HasSuffix(message, " "+digit+".") {
			return strings.TrimSuffix(message, digit+".") + string(digit[0]-1) + "."
		}
	}
	return message
}
