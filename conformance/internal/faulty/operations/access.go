package operations

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// accessFaults lists faults that let in callers who must stay out, or keep out those who may
// enter.
func accessFaults() []bend.Fault {
	faults := []bend.Fault{
		{ID: "anonymous-admitted", Name: "accepts a request without a token", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.When(bend.By(""), bend.As(bend.AdminToken))},
		{ID: "unknown-token-admitted", Name: "accepts an unknown token", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.When(bend.Not(bend.By("")), bend.Again(bend.As(bend.AdminToken))))},
		{ID: "unauthenticated-for-forbidden", Name: "answers 401 instead of 403 to a viewer", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(403), bend.Again(bend.As(bend.UnknownToken)))},
		{ID: "forbidden-for-unauthenticated", Name: "answers 403 instead of 401 to an unauthenticated request", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(401), bend.Again(bend.As(bend.ViewerToken)))},
		{ID: "not-found-for-unauthenticated", Name: "answers 404 instead of 401 to an unauthenticated request", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Again(bend.As(bend.AdminToken), bend.At("/api/admin/nothing")))},
		{ID: "backend-token-admitted", Name: "lets a backend token use the Admin API", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.AdminToken))},
		{ID: "backend-token-writes", Name: "lets a backend token create an endpoint's token", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.AdminToken))},
		{ID: "frontend-token-admitted", Name: "lets a frontend token use the Admin API", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.FrontendToken), bend.As(bend.AdminToken))},
		{ID: "backend-token-unknown", Name: "answers 401 instead of 403 to a backend token", Operation: "getSignalEndpointTokens", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.UnknownToken))},
		{ID: "backend-token-lacks-permission", Name: "tells a backend token that it lacks a permission", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(bend.ViewerToken))},
		{ID: "viewer-cannot-read", Name: "refuses to list endpoints for a viewer", Operation: "getSignalEndpoints", Standing: spec.Inferred,
			Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.UnknownToken))},
		{ID: "viewer-cannot-query", Name: "refuses to list signals for a viewer", Operation: "getSignals", Standing: spec.Inferred,
			Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.BackendToken))},
		{ID: "bearer-refused", Name: "refuses a token sent with Bearer", Operation: "getInvoices", Standing: spec.Documented,
			Bend: bend.When(bend.HasBearer, bend.As(bend.UnknownToken))},
		{ID: "raw-refused", Name: "refuses a token sent without Bearer", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.When(bend.Both(bend.Not(bend.HasBearer), bend.Not(bend.By("")), bend.By(bend.AdminToken, bend.ViewerToken)), bend.As(bend.UnknownToken))},
		{ID: "bearer-in-capitals-refused", Name: "refuses Bearer in another letter case", Operation: "getSignalEndpoints", Standing: spec.Observed,
			Bend: bend.When(func(x *bend.Exchange) bool {
				return bend.HasBearer(x) && !strings.HasPrefix(x.Request.Header.Get("Authorization"), "Bearer ")
			}, bend.As(bend.UnknownToken))},
		{ID: "basic-admitted", Name: "accepts any scheme as if it were Bearer", Operation: "getInvoices", Standing: spec.Observed,
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
		{ID: "signal-secret-on-admin", Name: "lets a signal endpoint's token use the Admin API", Operation: "getSignals", Standing: spec.Inferred,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.HasPrefix(x.Token(), "signal_") }, bend.As(bend.AdminToken))},
	}
	for _, operation := range spec.Default().Operations() {
		if operation.NeedsPermission() {
			faults = append(faults, bend.Fault{
				ID: "viewer-may-" + operation.ID, Name: "lets a viewer use " + operation.ID, Operation: operation.ID, Standing: spec.Documented,
				Bend: bend.When(bend.By(bend.ViewerToken), bend.As(bend.AdminToken)),
			})
		}
	}
	return faults
}

// inAnyCase returns a fault that ignores the letter case of a token, except in the prefix that shows its kind.
func inAnyCase(who, token, operation string) bend.Fault {
	return bend.Fault{
		ID: "token-without-case-" + who, Name: "ignores letter case in the " + who + " token", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(func(x *bend.Exchange) bool {
			return strings.HasPrefix(x.Token(), token[:strings.LastIndexAny(token, ":.")+1]) && strings.EqualFold(x.Token(), token)
		}, bend.As(token)),
	}
}

// byBeginning returns a fault that accepts a prefix of a token.
func byBeginning(who, token, operation string) bend.Fault {
	return bend.Fault{
		ID: "token-by-beginning-" + who, Name: "accepts a prefix of the " + who + " token", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(func(x *bend.Exchange) bool {
			return len(x.Token()) > len(token)/2 && strings.HasPrefix(token, x.Token())
		}, bend.As(token)),
	}
}

// tooLarge returns a fault that treats a body over the size limit as a small one, if the
// caller may send it.
func tooLarge(operation, token, body string) bend.Fault {
	return bend.Fault{
		ID: "too-large-" + operation, Name: "accepts a body over the size limit", Operation: operation, Standing: spec.Observed,
		Bend: bend.When(bend.Both(bend.By(token), func(x *bend.Exchange) bool { return len(x.Payload) > 102400 }), bend.Sending(body)),
	}
}
