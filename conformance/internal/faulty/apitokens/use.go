package apitokens

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// useFaults lists the faults of what tokens admit to.
func useFaults() []bend.Fault {
	const (
		all, one, frontend = "getAllClientFeatures", "getClientFeature", "getFrontendFeatures"
		standing           = spec.Observed
	)
	elsewhere := func(x *bend.Exchange) bool { return strings.Contains(x.Token(), ":production.") }
	foreign := func(x *bend.Exchange) bool { return strings.HasPrefix(x.Token(), "theirs:") }
	return []bend.Fault{
		{ID: "token-new-refused", Name: "refuses a new token", Operation: all, Standing: standing, Wide: true, Make: taking("createApiToken", all, bend.UnknownToken)},
		{ID: "token-new-refused-by-frontend", Name: "refuses a new token", Operation: frontend, Standing: standing, Wide: true, Make: taking("createApiToken", frontend, bend.UnknownToken)},
		{ID: "token-expired-admitted", Name: "admits an expired token", Operation: all, Standing: standing, Wide: true, Make: admitting("createApiToken", all, bend.BackendToken)},
		{ID: "token-expired-admitted-by-frontend", Name: "admits an expired token", Operation: frontend, Standing: standing, Wide: true, Make: admitting("createApiToken", frontend, bend.FrontendToken)},
		{ID: "token-expired-valid", Name: "reports an expired token as valid", Operation: "getValidTokens", Standing: standing, Wide: true, Make: expiredValid},
		{ID: "token-extended-refused", Name: "refuses a token whose expiry was changed", Operation: all, Standing: standing, Wide: true, Make: taking("updateApiToken", all, bend.UnknownToken)},
		{ID: "token-deleted-admitted", Name: "admits a deleted token", Operation: all, Standing: standing, Wide: true, Make: admitting("deleteApiToken", all, bend.BackendToken)},
		{ID: "token-deleted-admitted-by-frontend", Name: "admits a deleted token", Operation: frontend, Standing: standing, Wide: true, Make: admitting("deleteApiToken", frontend, bend.FrontendToken)},
		{ID: "token-of-any-environment", Name: "sends flags as they are in development to every token", Operation: all, Standing: standing, Bend: bend.When(elsewhere, bend.OK(bend.Set("/features/*/enabled", "true")))},
		{ID: "token-of-any-environment-for-one", Name: "sends a flag as it is in development to every token", Operation: one, Standing: standing, Bend: bend.When(elsewhere, bend.As(bend.BackendToken))},
		{ID: "token-of-any-environment-for-frontend", Name: "sends the flags that are on in development to every token", Operation: frontend, Standing: standing, Bend: bend.When(elsewhere, bend.As(bend.FrontendToken))},
		{ID: "token-of-any-project", Name: "sends the flags of every project to a token", Operation: all, Standing: spec.Inferred, Mock: bend.Projects, Bend: bend.When(foreign, bend.As(bend.BackendToken))},
		{ID: "token-of-any-project-for-one", Name: "sends a flag of any project to a token", Operation: one, Standing: spec.Inferred, Mock: bend.Projects, Bend: bend.When(foreign, bend.As(bend.BackendToken))},
		{ID: "token-of-any-project-for-frontend", Name: "sends the flags of every project to a token", Operation: frontend, Standing: spec.Inferred, Mock: bend.Projects, Bend: bend.When(foreign, bend.As(bend.FrontendToken))},
	}
}

// taking treats the tokens that one operation, about, has created or changed as another token, as, in
// requests to the operation used.
func taking(about, used, as string) func() bend.Step {
	return remembering(about, used, bend.As(as))
}

// admitting does what taking does, but only to requests that are refused.
func admitting(about, used, as string) func() bend.Step {
	return remembering(about, used, bend.When(bend.Answered(http.StatusUnauthorized), bend.Again(bend.As(as))))
}

// remembering returns a step that remembers the tokens in exchanges of one operation, about, and takes
// another step in requests to the operation used with one of these tokens.
func remembering(about, used string, take bend.Step) func() bend.Step {
	return func() bend.Step {
		known := map[string]bool{}
		return func(x *bend.Exchange) {
			switch {
			case bend.Is(about)(x) && len(x.Params) > 0:
				known[x.Params[0]] = true
			case bend.Is(about)(x):
				bend.OK(bend.Whole(func(body *bend.Value) { known[body.Get("secret").String()] = true }))(x)
			case bend.Is(used)(x) && known[x.Token()]:
				take(x)
			}
		}
	}
}

// expiredValid reports tokens as valid that were created with an expiry.
func expiredValid() bend.Step {
	expired := map[string]*bend.Value{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("createApiToken")(x):
			bend.OK(bend.Whole(func(body *bend.Value) {
				if body.Get("expiresAt") != nil {
					expired[body.Get("secret").String()] = body
				}
			}))(x)
		case bend.Is("getValidTokens")(x):
			bend.OK(bend.Edit("/tokens", func(valid *bend.Value) *bend.Value {
				asked, _ := bend.ParseJSON(x.Payload)
				for _, token := range asked.Get("tokens").Items {
					if body := expired[token.String()]; body != nil {
						entry := bend.Scalar("{}")
						entry.Put("token", token)
						for _, key := range []string{"type", "projects", "environment"} {
							entry.Put(key, body.Get(key))
						}
						valid.Items = append(valid.Items, entry)
					}
				}
				return valid
			}))(x)
		}
	}
}
