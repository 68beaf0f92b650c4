package faulty

import (
	"net/http"
	"strings"
)

// Steps that remember the secrets of tokens.

// secrets remembers which token each secret belongs to.
type secrets map[string]secret

type secret struct{ endpoint, token string } // ids

// learn looks into the answers to creates.
func (s secrets) learn(x *exchange) {
	if is("createSignalEndpointToken")(x) {
		ok(whole(func(body *value) {
			s[body.get("token").string()] = secret{body.get("signalEndpointId").string(), body.get("id").string()}
		}))(x)
	}
}

// knownSecrets lets a token that was created make a call that is refused, if
// lets allows it to its owner.
func knownSecrets(lets func(x *exchange, owner secret) bool) step {
	known := secrets{}
	return func(x *exchange) {
		known.learn(x)
		if both(is("callSignalEndpoint"), answered(http.StatusUnauthorized))(x) {
			if owner, remembered := known[x.token()]; remembered && lets(x, owner) {
				letIn(x)
			}
		}
	}
}

// livingSecrets lets deleted tokens make calls.
func livingSecrets() step {
	return knownSecrets(func(x *exchange, owner secret) bool {
		endpoint := x.find(hasName(x.params[0]))
		return endpoint != nil && endpoint.get("id").string() == owner.endpoint
	})
}

// foreignSecrets lets a token call every endpoint.
func foreignSecrets() step {
	return knownSecrets(func(x *exchange, owner secret) bool { return x.find(hasID(owner.endpoint)) != nil })
}

// renamesRevoke makes the secret of a renamed token unknown.
func renamesRevoke() step {
	known, revoked := secrets{}, map[secret]bool{}
	return func(x *exchange) {
		known.learn(x)
		switch {
		case is("updateSignalEndpointToken")(x):
			if x.answer(); x.status == http.StatusOK {
				revoked[secret{x.params[0], x.params[1]}] = true
			}
		case is("callSignalEndpoint")(x) && revoked[known[x.token()]]:
			as(unknownToken)(x)
		}
	}
}

// listingSecrets puts the secrets of created tokens where pointer addresses
// tokens in an answer of an operation.
func listingSecrets(operation, pointer string) func() step {
	return func() step {
		byToken := map[string]*value{} // the secret by the token's id
		return func(x *exchange) {
			if is("createSignalEndpointToken")(x) {
				ok(whole(func(body *value) { byToken[body.get("id").string()] = body.get("token") }))(x)
			}
			if is(operation)(x) {
				ok(edit(pointer, func(token *value) *value {
					if token != nil && token.kind == '{' {
						token.put("token", byToken[token.get("id").string()])
					}
					return token
				}))(x)
			}
		}
	}
}

// unprefixedSecrets shows secrets without their prefix, and knows them so.
func unprefixedSecrets() step {
	const prefix = "signal_"
	known := secrets{}
	return func(x *exchange) {
		if _, ours := known[prefix+x.token()]; ours {
			as(prefix + x.token())(x)
		}
		known.learn(x)
		if is("createSignalEndpointToken")(x) {
			ok(edit("/token", words(func(text string) string { return strings.TrimPrefix(text, prefix) })))(x)
		}
	}
}
