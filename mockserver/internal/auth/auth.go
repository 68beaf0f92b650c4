// Package auth finds out who makes a request: which token the Authorization header
// holds and what its owner may do.
package auth

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
	"github.com/unleash-mock/unleash-mock/mockserver/seed"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Kind is what a request's credential is.
type Kind int

// The kinds of credentials.
const (
	// None is a request without an Authorization header, or an empty one.
	None Kind = iota
	// Unknown is a header that holds no known token.
	Unknown
	// AdminAPI is an admin API token.
	AdminAPI
	// Backend and Frontend are API tokens of SDKs.
	Backend
	Frontend
	// Personal is a user's personal access token.
	Personal
	// SignalEndpoint is the token of a signal endpoint.
	SignalEndpoint
)

// Identity is who makes a request.
type Identity struct {
	Kind  Kind
	Actor state.Actor
	Role  seed.Role
	// Signal is the token of a call to a signal endpoint.
	Signal *state.Token
}

// adminTokenUser is the account in whose name admin API tokens act.
var adminTokenUser = state.Actor{ID: -42, Username: "unleash_admin_token"}

// Holds reports whether the identity has a permission. Admins have every one;
// editors and viewers none that a signal operation demands.
func (i Identity) Holds(spec.Permission) bool {
	return i.Kind == AdminAPI || i.Kind == Personal && i.Role == seed.Admin
}

// Token is the kind of token that the contract knows the identity by; empty if it
// has none that is known.
func (i Identity) Token() spec.TokenKind { return tokenKinds[i.Kind] }

var tokenKinds = [...]spec.TokenKind{
	None:           "",
	Unknown:        "",
	AdminAPI:       spec.AdminToken,
	Backend:        spec.BackendToken,
	Frontend:       spec.FrontendToken,
	Personal:       spec.AdminToken,
	SignalEndpoint: "signal-endpoint",
}

// SignalCallPrefix is the part of the API that signal tokens open.
const SignalCallPrefix = "/api/signal-endpoint"

// Token draws the token from the first Authorization header. Under /api a
// Bearer prefix is taken off once, in any case, as a real server does; outside
// it is part of the token.
func Token(header http.Header, stripBearer bool) string {
	token := strings.Trim(header.Get("Authorization"), " \t")
	if !stripBearer {
		return token
	}
	const prefix = "bearer"
	if len(token) <= len(prefix) || !strings.EqualFold(token[:len(prefix)], prefix) {
		return token
	}
	end := len(prefix)
	for end < len(token) && isSpace(token[end]) {
		end++
	}
	if end == len(prefix) {
		return token
	}
	return token[end:]
}

// isSpace reports whether a character separates Bearer from the token: what JavaScript's expressions
// call white space, of the characters that a header may hold.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == 0xa0 }

// IsPersonal reports whether a token has the form of a personal access token.
func IsPersonal(token string) bool { return strings.HasPrefix(token, "user:") }

// IsAdmin reports whether a token has the form of an admin API token.
func IsAdmin(token string) bool { return strings.HasPrefix(token, "*:*") }

// Identify looks a token up. Signal tokens count only where signals says so.
func Identify(store *state.Store, token string, signals bool) (Identity, error) {
	if token == "" {
		return Identity{Kind: None}, nil
	}
	if signals && strings.HasPrefix(token, "signal_") {
		found, err := store.TokenBySecret(token)
		if err != nil || found == nil {
			return Identity{Kind: Unknown}, err
		}
		return Identity{Kind: SignalEndpoint, Signal: found}, nil
	}
	found, user, err := store.APITokenBySecret(token)
	if err != nil || found == nil {
		return Identity{Kind: Unknown}, err
	}
	switch found.Type {
	case seed.AdminToken:
		return Identity{Kind: AdminAPI, Actor: adminTokenUser}, nil
	case seed.BackendToken:
		return Identity{Kind: Backend}, nil
	case seed.FrontendToken:
		return Identity{Kind: Frontend}, nil
	}
	return Identity{
		Kind:  Personal,
		Actor: state.Actor{ID: user.ID, Username: userName(user)},
		Role:  user.RootRole,
	}, nil
}

// userName is the name that events give: the e-mail address, else the username.
func userName(user *state.User) string {
	if user.Email != "" {
		return user.Email
	}
	return user.Username
}
