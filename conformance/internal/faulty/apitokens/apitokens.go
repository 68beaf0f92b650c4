// Package apitokens has the faults of API tokens, and of what callers are told about
// themselves.
package apitokens

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of API tokens.
func Faults() []bend.Fault {
	const standing = spec.Observed
	created := bend.Answered(http.StatusCreated)
	return append(useFaults(), []bend.Fault{
		{ID: "token-projects-lost", Name: "does not store a token's projects", Operation: "createApiToken", Standing: standing, Bend: bend.Member("projects", bend.Gone)},
		{ID: "token-end-lost", Name: "does not store a token's expiry", Operation: "createApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.Gone)},
		{ID: "token-end-without-zone", Name: "ignores the time zone of an expiry", Operation: "createApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.Words(withoutZone))},
		{ID: "token-update-end-without-zone", Name: "ignores the time zone of an expiry", Operation: "updateApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.Words(withoutZone))},
		{ID: "token-names-unique", Name: "refuses a token with the name of another", Operation: "createApiToken", Standing: standing,
			Bend: func(x *bend.Exchange) {
				sent, _ := bend.ParseJSON(x.Payload)
				if sent != nil && sent.Kind == '{' && len(secretsOf(x, sent.Get("tokenName").String())) > 0 {
					bend.Sending(`{"type":"nope"}`)(x)
				}
			}},
		{ID: "tokens-updated-by-name", Name: "changes all tokens that have the same name", Operation: "updateApiToken", Standing: standing, Bend: alsoSameName(http.MethodPut)},
		{ID: "tokens-deleted-by-name", Name: "deletes all tokens that have the same name", Operation: "deleteApiToken", Standing: standing, Bend: alsoSameName(http.MethodDelete)},
		{ID: "token-type-renamed", Name: "gives a created token the type client", Operation: "createApiToken", Standing: standing, Bend: bend.When(created, bend.Set("/type", `"client"`))},
		{ID: "token-elsewhere", Name: "sends a Location with an id for a created token", Operation: "createApiToken", Standing: standing, Bend: bend.When(created, bend.Header("Location", "api-tokens/7"))},
		{ID: "token-type-shown", Name: "lists every token with the type backend", Operation: "getAllApiTokens", Standing: standing, Bend: bend.OK(bend.Set("/tokens/*/type", `"backend"`))},
		{ID: "tokens-of-every-name", Name: "answers 404 for an unknown token name", Operation: "getApiTokensByName", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-end-kept", Name: "stores another expiry than an update sends", Operation: "updateApiToken", Standing: standing, Bend: bend.Member("expiresAt", bend.To(`"2031-01-01T00:00:00.000Z"`))},
		{ID: "token-unknown-not-updated", Name: "answers 404 when an unknown token is updated", Operation: "updateApiToken", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-unknown-not-deleted", Name: "answers 404 when an unknown token is deleted", Operation: "deleteApiToken", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "token-valid-without-case", Name: "ignores letter case when it is asked which tokens are valid", Operation: "getValidTokens", Standing: standing,
			Bend: func(x *bend.Exchange) { x.Payload = bytes.ToLower(x.Payload) }},
		{ID: "token-none-valid", Name: "reports no token as valid", Operation: "getValidTokens", Standing: standing, Bend: bend.OK(bend.Set("/tokens", "[]"))},
		{ID: "caller-may-nothing", Name: "reports no permissions for the admin", Operation: "getMe", Standing: standing, Bend: bend.OK(bend.Set("/permissions", "[]"))},
		{ID: "caller-is-stored", Name: "allows caches to store the response", Operation: "getMe", Standing: standing, Bend: bend.OK(bend.Header("Cache-Control", "no-cache"))},
	}...)
}

// withoutZone takes a time in any zone for one in UTC.
func withoutZone(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.Format("2006-01-02T15:04:05.000") + "Z"
}

// tokensPath is where API tokens are created and listed.
const tokensPath = "/api/admin/api-tokens"

// secretsOf returns the secrets of the tokens with a name.
func secretsOf(x *bend.Exchange, name string) []string {
	var secrets []string
	if list, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, tokensPath+"/"+url.PathEscape(name), "").Body); isJSON && list.Get("tokens") != nil {
		for _, token := range list.Get("tokens").Items {
			secrets = append(secrets, token.Get("secret").String())
		}
	}
	return secrets
}

// alsoSameName sends a request about a token for all tokens of its name.
func alsoSameName(method string) bend.Step {
	return func(x *bend.Exchange) {
		all, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, tokensPath, "").Body)
		if !isJSON {
			return
		}
		for _, token := range all.Get("tokens").Items {
			if token.Get("secret").String() != x.Params[0] {
				continue
			}
			for _, secret := range secretsOf(x, token.Get("tokenName").String()) {
				x.Ask(method, tokensPath+"/"+url.PathEscape(secret), string(x.Payload))
			}
		}
	}
}
