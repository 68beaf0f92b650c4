package signals

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/signalendpoints"
	"github.com/unleash-mock/unleash-mock/spec"
)

// callAccessFaults lists faults that accept calls that must be refused, or refuse calls that
// must be accepted.
func callAccessFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "call-without-token", Name: "stores a call without a token", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.By(""), signalendpoints.LetIn)},
		{ID: "call-by-admin", Name: "lets an admin token call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.By(bend.AdminToken), signalendpoints.LetIn)},
		{ID: "call-with-any-secret", Name: "lets an unknown secret call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.When(bend.Not(bend.By("", bend.AdminToken)), signalendpoints.LetIn))},
		{ID: "call-secret-without-case", Name: "ignores letter case in a secret", Operation: "callSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Both(bend.Answered(401), func(x *bend.Exchange) bool {
				return strings.HasPrefix(x.Token(), "signal_") && bend.HasCapitals(x.Token())
			}), signalendpoints.LetIn)},
		{ID: "call-secret-beginning", Name: "accepts a prefix of a secret", Operation: "callSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Both(bend.Answered(401), func(x *bend.Exchange) bool {
				return strings.HasPrefix(x.Token(), "signal_") && !strings.ContainsAny(x.Token(), "xz ") && !bend.HasCapitals(x.Token()) && x.Token() != "signal_0123456789abcdef0123456789"
			}), signalendpoints.LetIn)},
		{ID: "call-too-large", Name: "stores part of a payload over the size limit", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Both(bend.Not(bend.By("")), func(x *bend.Exchange) bool { return len(x.Payload) > 102400 }), bend.Sending(`{"name":"cut"}`))},
		{ID: "call-with-foreign-secret", Name: "lets another endpoint's token call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Wide: true, Make: signalendpoints.ForeignSecrets},
		{ID: "call-with-deleted-token", Name: "lets a deleted token call its endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented,
			Wide: true, Make: signalendpoints.LivingSecrets},
		{ID: "rename-revokes", Name: "revokes a token when it is renamed", Operation: "callSignalEndpoint", Standing: spec.Inferred,
			Wide: true, Make: signalendpoints.RenamesRevoke},
		{ID: "call-raw-refused", Name: "refuses a secret sent without Bearer", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Not(bend.HasBearer), bend.When(bend.Not(bend.By("", bend.AdminToken, bend.BackendToken, bend.FrontendToken)), bend.As(bend.UnknownToken)))},
		{ID: "call-bearer-refused", Name: "refuses a secret sent with Bearer", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.HasBearer, bend.As(bend.UnknownToken))},
		{ID: "call-disabled", Name: "accepts a call of a disabled endpoint", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), signalendpoints.LetInDisabled)},
		{ID: "call-unknown-name-unauthenticated", Name: "answers 401 instead of 404 to an unknown endpoint name", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.As(bend.UnknownToken)))},
		{ID: "call-wrong-secret-not-found", Name: "answers 404 instead of 401 to an unknown secret", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.When(bend.Not(bend.By("")), bend.Again(bend.As(bend.SignalToken), bend.At("/api/signal-endpoint/nothing"))))},
	}
}

// callLimitFaults lists faults in how often an endpoint may be called.
func callLimitFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "call-limit-not-held", Name: "stores calls over the limit", Operation: "callSignalEndpoint", Standing: spec.Documented, Mock: bend.Calls, Make: fromElsewhere},
		{ID: "call-limit-status", Name: "answers 503 to a call over the limit", Operation: "callSignalEndpoint", Standing: spec.Documented, Mock: bend.Calls,
			Bend: bend.When(bend.Answered(429), bend.Status(http.StatusServiceUnavailable))},
		{ID: "call-limit-json", Name: "answers a call over the limit in JSON", Operation: "callSignalEndpoint", Standing: spec.Observed, Mock: bend.Calls,
			Bend: bend.When(bend.Answered(429), bend.Text(`{"message":"Too many requests, please try again later."}`), bend.Header("Content-Type", "application/json; charset=utf-8"))},
		{ID: "call-limit-no-wait", Name: "omits Retry-After for a call over the limit", Operation: "callSignalEndpoint", Standing: spec.Observed, Mock: bend.Calls,
			Bend: bend.When(bend.Answered(429), bend.NoHeader("Retry-After"))},
		{ID: "call-limit-no-headers", Name: "omits the RateLimit headers for a call over the limit", Operation: "callSignalEndpoint", Standing: spec.Observed, Mock: bend.Calls,
			Bend: bend.When(bend.Answered(429), bend.NoHeader("Ratelimit-Policy"), bend.NoHeader("Ratelimit-Limit"), bend.NoHeader("Ratelimit-Remaining"), bend.NoHeader("Ratelimit-Reset"))},
		{ID: "call-limit-remaining", Name: "reports a remaining call for a call over the limit", Operation: "callSignalEndpoint", Standing: spec.Observed, Mock: bend.Calls,
			Bend: bend.When(bend.Answered(429), bend.Header("Ratelimit-Remaining", "1"))},
	}
}

// fromElsewhere makes each call look like the first one of a new client.
func fromElsewhere() bend.Step {
	calls := 0
	return bend.When(bend.Is("callSignalEndpoint"), func(x *bend.Exchange) {
		calls++
		x.Request.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", calls>>16&255, calls>>8&255, calls&255)
	})
}
