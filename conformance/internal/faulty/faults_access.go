package faulty

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// accessFaults let in who must stay outside, or the reverse.
func accessFaults() []Fault {
	faults := []Fault{
		{ID: "anonymous-admitted", Name: "a request without a token is admitted", Operation: "getSignals", Standing: spec.Documented,
			bend: when(by(""), as(adminToken))},
		{ID: "unknown-token-admitted", Name: "a token that nobody knows is admitted", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: when(answered(401), when(not(by("")), again(as(adminToken))))},
		{ID: "unauthenticated-for-forbidden", Name: "a viewer gets a 401 in the place of a 403", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(403), again(as(unknownToken)))},
		{ID: "forbidden-for-unauthenticated", Name: "an unknown token gets a 403 in the place of a 401", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(401), again(as(viewerToken)))},
		{ID: "not-found-for-unauthenticated", Name: "a request without a token gets a 404 in the place of a 401", Operation: "getInvoices", Standing: spec.Observed,
			bend: when(answered(401), again(as(adminToken), at("/api/admin/nothing")))},
		{ID: "backend-token-admitted", Name: "a backend token may use the admin API", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: when(by(backendToken), as(adminToken))},
		{ID: "backend-token-writes", Name: "a backend token may create", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			bend: when(by(backendToken), as(adminToken))},
		{ID: "frontend-token-admitted", Name: "a frontend token may use the admin API", Operation: "getDetailedInvoices", Standing: spec.Observed,
			bend: when(by(frontendToken), as(adminToken))},
		{ID: "backend-token-unknown", Name: "a backend token gets a 401 in the place of a 403", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			bend: when(by(backendToken), as(unknownToken))},
		{ID: "backend-token-lacks-permission", Name: "a backend token is told that it lacks a permission", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			bend: when(by(backendToken), as(viewerToken))},
		{ID: "viewer-cannot-read", Name: "a viewer may not list endpoints", Operation: "getSignalEndpoints", Standing: spec.Inferred,
			bend: when(by(viewerToken), as(unknownToken))},
		{ID: "viewer-cannot-query", Name: "a viewer may not query signals", Operation: "getSignals", Standing: spec.Inferred,
			bend: when(by(viewerToken), as(backendToken))},
		{ID: "bearer-refused", Name: "a token behind Bearer is refused", Operation: "getInvoices", Standing: spec.Documented,
			bend: when(hasBearer, as(unknownToken))},
		{ID: "raw-refused", Name: "a token without Bearer is refused", Operation: "getSignals", Standing: spec.Documented,
			bend: when(both(not(hasBearer), not(by("")), by(adminToken, viewerToken)), as(unknownToken))},
		{ID: "bearer-in-capitals-refused", Name: "Bearer in another letter case is refused", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: when(func(x *exchange) bool {
				return hasBearer(x) && !strings.HasPrefix(x.request.Header.Get("Authorization"), "Bearer ")
			}, as(unknownToken))},
		{ID: "basic-admitted", Name: "any scheme does in the place of Bearer", Operation: "getInvoices", Standing: spec.Observed,
			bend: func(x *exchange) {
				if _, token, found := strings.Cut(x.request.Header.Get("Authorization"), " "); found {
					as(token)(x)
				}
			}},
		{ID: "call-without-token", Name: "a call without a token is stored", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(by(""), letIn)},
		{ID: "call-by-admin", Name: "an admin token may call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			bend: when(by(adminToken), letIn)},
		{ID: "call-with-any-secret", Name: "a secret that nobody knows may call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(401), when(not(by("", adminToken)), letIn))},
		{ID: "call-with-foreign-secret", Name: "the token of another endpoint may call an endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented,
			wide: true, make: foreignSecrets},
		{ID: "call-with-deleted-token", Name: "a deleted token may go on calling its endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented,
			wide: true, make: livingSecrets},
		{ID: "rename-revokes", Name: "a renamed token can no longer call its endpoint", Operation: "callSignalEndpoint", Standing: spec.Inferred,
			wide: true, make: renamesRevoke},
		{ID: "call-raw-refused", Name: "the secret of a token is refused without Bearer", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(not(hasBearer), when(not(by("", adminToken, backendToken, frontendToken)), as(unknownToken)))},
		{ID: "call-bearer-refused", Name: "the secret of a token is refused behind Bearer", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(hasBearer, as(unknownToken))},
		{ID: "call-disabled", Name: "a disabled endpoint can be called", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			bend: when(answered(404), letInDisabled)},
		{ID: "call-unknown-name-unauthenticated", Name: "a call of an unknown name gets a 401 in the place of a 404", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			bend: when(answered(404), again(as(unknownToken)))},
		{ID: "call-wrong-secret-not-found", Name: "a call with an unknown secret gets a 404 in the place of a 401", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(401), when(not(by("")), again(as(signalToken), at("/api/signal-endpoint/nothing"))))},
		{ID: "health-demands-token", Name: "health demands a token", Operation: "getHealth", Standing: spec.Observed,
			bend: when(by(""), again(as(unknownToken), at("/api/admin/signals")))},
		{ID: "ready-demands-token", Name: "readiness demands a token", Operation: "getReady", Standing: spec.Observed,
			bend: when(by(""), again(as(unknownToken), at("/api/admin/signals")))},
		{ID: "health-refuses-unknown-token", Name: "health refuses a token that nobody knows", Operation: "getHealth", Standing: spec.Observed,
			bend: when(not(by("", adminToken, viewerToken, backendToken, frontendToken)), again(at("/api/admin/signals")))},
		{ID: "ready-admits-backend-token", Name: "readiness admits a raw backend token", Operation: "getReady", Standing: spec.Observed,
			bend: when(by(backendToken), as(""))},
		{ID: "signal-secret-on-admin", Name: "the token of an endpoint may use the admin API", Operation: "getSignals", Standing: spec.Inferred,
			bend: when(func(x *exchange) bool { return strings.HasPrefix(x.token(), "signal_") }, as(adminToken))},
	}
	for _, operation := range spec.Default().Operations() {
		if operation.NeedsPermission() {
			faults = append(faults, Fault{
				ID: "viewer-may-" + operation.ID, Name: "a viewer may use " + operation.ID, Operation: operation.ID, Standing: spec.Documented,
				bend: when(by(viewerToken), as(adminToken)),
			})
		}
	}
	return faults
}
