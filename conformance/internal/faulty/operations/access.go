package operations

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// accessFaults let in who must stay outside, or the reverse.
func accessFaults() []bend.Fault {
	faults := []bend.Fault{
		{ID: "anonymous-admitted", Name: "a request without a token is admitted", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.When(bend.By(""), bend.As(bend.AdminToken))},
		{ID: "unknown-token-admitted", Name: "a token that nobody knows is admitted", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.When(bend.Not(bend.By("")), bend.Again(bend.As(bend.AdminToken))))},
		{ID: "unauthenticated-for-forbidden", Name: "a viewer gets a 401 in the place of a 403", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(403), bend.Again(bend.As(bend.UnknownToken)))},
		{ID: "forbidden-for-unauthenticated", Name: "an unknown token gets a 403 in the place of a 401", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.Again(bend.As(bend.ViewerToken)))},
		{ID: "not-found-for-unauthenticated", Name: "a request without a token gets a 404 in the place of a 401", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Again(bend.As(bend.AdminToken), bend.At("/api/admin/nothing")))},
		{ID: "backend-token-admitted", Name: "a backend token may use the admin API", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.AdminToken))},
		{ID: "backend-token-writes", Name: "a backend token may create", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.AdminToken))},
		{ID: "frontend-token-admitted", Name: "a frontend token may use the admin API", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.FrontendToken), bend.As(bend.AdminToken))},
		{ID: "backend-token-unknown", Name: "a backend token gets a 401 in the place of a 403", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.UnknownToken))},
		{ID: "backend-token-lacks-permission", Name: "a backend token is told that it lacks a permission", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.ViewerToken))},
		{ID: "viewer-cannot-read", Name: "a viewer may not list endpoints", Operation: "getSignalEndpoints", Standing: spec.Inferred,
			Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.UnknownToken))},
		{ID: "viewer-cannot-query", Name: "a viewer may not query signals", Operation: "getSignals", Standing: spec.Inferred,
			Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.BackendToken))},
		{ID: "bearer-refused", Name: "a token behind Bearer is refused", Operation: "getInvoices", Standing: spec.Documented,
			Bend: bend.When(bend.HasBearer, bend.As(bend.UnknownToken))},
		{ID: "raw-refused", Name: "a token without Bearer is refused", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.When(bend.Both(bend.Not(bend.HasBearer), bend.Not(bend.By("")), bend.By(bend.AdminToken, bend.ViewerToken)), bend.As(bend.UnknownToken))},
		{ID: "bearer-in-capitals-refused", Name: "Bearer in another letter case is refused", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool {
				return bend.HasBearer(x) && !strings.HasPrefix(x.Request.Header.Get("Authorization"), "Bearer ")
			}, bend.As(bend.UnknownToken))},
		{ID: "basic-admitted", Name: "any scheme does in the place of Bearer", Operation: "getInvoices", Standing: spec.Observed,
			Bend: func(x *bend.Exchange) {
				if _, token, found := strings.Cut(x.Request.Header.Get("Authorization"), " "); found {
					bend.As(token)(x)
				}
			}},
		inAnyCase("admin", bend.AdminToken, "getProjects"),
		inAnyCase("viewer", bend.ViewerToken, "getProjects"),
		inAnyCase("backend", bend.BackendToken, "getAllClientFeatures"),
		inAnyCase("frontend", bend.FrontendToken, "getFrontendFeatures"),
		byBeginning("admin", bend.AdminToken, "getProjects"),
		byBeginning("backend", bend.BackendToken, "getAllClientFeatures"),
		byBeginning("frontend", bend.FrontendToken, "getFrontendFeatures"),
		tooLarge("createSegment", bend.AdminToken, `{"name":"unleash-mock-verify-none","constraints":[]}`),
		tooLarge("createFeature", bend.AdminToken, `{"name":"unleash-mock-verify-none"}`),
		tooLarge("registerClientMetrics", bend.BackendToken, `{}`),
		{ID: "signal-secret-on-admin", Name: "the token of an endpoint may use the admin API", Operation: "getSignals", Standing: spec.Inferred,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.HasPrefix(x.Token(), "signal_") }, bend.As(bend.AdminToken))},
	}
	for _, operation := range spec.Default().Operations() {
		if operation.NeedsPermission() {
			faults = append(faults, bend.Fault{
				ID: "viewer-may-" + operation.ID, Name: "a viewer may use " + operation.ID, Operation: operation.ID, Standing: spec.Documented,
				Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.AdminToken)),
			})
		}
	}
	return faults
}

// inAnyCase knows a token in capitals too.
func inAnyCase(who, token, operation string) bend.Fault {
	return bend.Fault{
		ID: "token-without-case-" + who, Name: "the token of the " + who + " is known in any letter case", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(func(x *bend.Exchange) bool { return strings.EqualFold(x.Token(), token) }, bend.As(token)),
	}
}

// byBeginning knows a token by less than all of it.
func byBeginning(who, token, operation string) bend.Fault {
	return bend.Fault{
		ID: "token-by-beginning-" + who, Name: "the beginning of the token of the " + who + " suffices", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(func(x *bend.Exchange) bool {
			return len(x.Token()) > len(token)/2 && strings.HasPrefix(token, x.Token())
		}, bend.As(token)),
	}
}

// tooLarge reads a body over the limit as a small one, for who may send it.
func tooLarge(operation, token, body string) bend.Fault {
	return bend.Fault{
		ID: "too-large-" + operation, Name: "a body over the limit is read", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(bend.Both(bend.By(token), func(x *bend.Exchange) bool { return len(x.Payload) > 102400 }), bend.Sending(body)),
	}
}
