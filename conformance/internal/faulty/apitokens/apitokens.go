// Package apitokens has the faults of API tokens, and of what a caller learns of itself.
package apitokens

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about API tokens.
func Faults() []bend.Fault {
	const standing = spec.Observed
	created := bend.Answered(http.StatusCreated)
	return []bend.Fault{
		{ID: "token-projects-lost", Name: "the projects of a token are not stored", Operation: "createApiToken", Standing: standing, Bend: bend.Member("projects", bend.Gone)},
		{ID: "token-end-lost", Name: "the end of a token is not stored", Operation: "createApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.Gone)},
		{ID: "token-type-renamed", Name: "a created backend token is called a client one", Operation: "createApiToken", Standing: standing, Bend: bend.When(created, bend.Set("/type", `"client"`))},
		{ID: "token-elsewhere", Name: "a created token has a location of its own", Operation: "createApiToken", Standing: standing, Bend: bend.When(created, bend.Header("Location", "api-tokens/7"))},
		{ID: "token-type-shown", Name: "a backend token is listed as one", Operation: "getAllApiTokens", Standing: standing, Bend: bend.OK(bend.Set("/tokens/*/type", `"backend"`))},
		{ID: "tokens-of-every-name", Name: "a name that no token has is not found", Operation: "getApiTokensByName", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-end-kept", Name: "a token ends when it always did", Operation: "updateApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.To(`"2031-01-01T00:00:00.000Z"`))},
		{ID: "token-unknown-not-updated", Name: "a token that is not there cannot be changed", Operation: "updateApiToken", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-unknown-not-deleted", Name: "a token that is not there cannot be deleted", Operation: "deleteApiToken", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-none-valid", Name: "no token is valid", Operation: "getValidTokens", Standing: standing, Bend: bend.OK(bend.Set("/tokens", "[]"))},
		{ID: "caller-may-nothing", Name: "the admin has no permission", Operation: "getMe", Standing: standing, Bend: bend.OK(bend.Set("/permissions", "[]"))},
		{ID: "caller-is-stored", Name: "what a caller learns of itself may be stored", Operation: "getMe", Standing: standing, Bend: bend.OK(bend.Header("Cache-Control", "no-cache"))},
	}
}
