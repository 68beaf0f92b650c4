package signalendpoints

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Steps that remember the secrets of tokens.

// secrets maps each secret to its token.
type secrets map[string]secret

type secret struct{ endpoint, token string } // ids

// learn remembers the secret in the response to a create.
func (s secrets) learn(x *bend.Exchange) {
	if bend.Is("createSignalEndpointToken")(x) {
		bend.OK(bend.Whole(func(body *bend.Value) {
			s[body.Get("token").String()] = secret{body.Get("signalEndpointId").String(), body.Get("id").String()}
		}))(x)
	}
}

// knownSecrets accepts a refused call if its secret belongs to a token that was created, and
// lets returns true for that token.
func knownSecrets(lets func(x *bend.Exchange, owner secret) bool) bend.Step {
	known := secrets{}
	return func(x *bend.Exchange) {
		known.learn(x)
		if bend.Both(bend.Is("callSignalEndpoint"), bend.Answered(http.StatusUnauthorized))(x) {
			if owner, remembered := known[x.Token()]; remembered && lets(x, owner) {
				LetIn(x)
			}
		}
	}
}

// LivingSecrets lets deleted tokens call their endpoints.
func LivingSecrets() bend.Step {
	return knownSecrets(func(x *bend.Exchange, owner secret) bool {
		endpoint := Find(x, HasName(x.Params[0]))
		return endpoint != nil && endpoint.Get("id").String() == owner.endpoint
	})
}

// ForeignSecrets lets a token call every endpoint.
func ForeignSecrets() bend.Step {
	return knownSecrets(func(x *bend.Exchange, owner secret) bool { return Find(x, hasID(owner.endpoint)) != nil })
}

// RenamesRevoke revokes the secret of a token when it is renamed.
func RenamesRevoke() bend.Step {
	known, revoked := secrets{}, map[secret]bool{}
	return func(x *bend.Exchange) {
		known.learn(x)
		switch {
		case bend.Is("updateSignalEndpointToken")(x):
			if x.Answer(); x.Status == http.StatusOK {
				revoked[secret{x.Params[0], x.Params[1]}] = true
			}
		case bend.Is("callSignalEndpoint")(x) && revoked[known[x.Token()]]:
			bend.As(bend.UnknownToken)(x)
		}
	}
}

// listingSecrets adds the secrets of created tokens to the responses of an operation. pointer
// addresses the tokens in these responses.
func listingSecrets(operation, pointer string) func() bend.Step {
	return func() bend.Step {
		byToken := map[string]*bend.Value{} // the secret by the token's id
		return func(x *bend.Exchange) {
			if bend.Is("createSignalEndpointToken")(x) {
				bend.OK(bend.Whole(func(body *bend.Value) { byToken[body.Get("id").String()] = body.Get("token") }))(x)
			}
			if bend.Is(operation)(x) {
				bend.OK(bend.Edit(pointer, func(token *bend.Value) *bend.Value {
					if token != nil && token.Kind == '{' {
						token.Put("token", byToken[token.Get("id").String()])
					}
					return token
				}))(x)
			}
		}
	}
}

// unprefixedSecrets shows secrets without their prefix, and accepts them that way.
func unprefixedSecrets() bend.Step {
	const prefix = "signal_"
	known := secrets{}
	return func(x *bend.Exchange) {
		if _, ours := known[prefix+x.Token()]; ours {
			bend.As(prefix + x.Token())(x)
		}
		known.learn(x)
		if bend.Is("createSignalEndpointToken")(x) {
			bend.OK(bend.Edit("/token", bend.Words(func(text string) string { return strings.TrimPrefix(text, prefix) })))(x)
		}
	}
}
