package pipeline

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// tokenOf returns the token in the first Authorization header. Under /api one Bearer
// prefix is removed, ignoring case, as a real server does; elsewhere it is part of the
// token.
func tokenOf(header http.Header, stripBearer bool) string {
	token := strings.Trim(header.Get("Authorization"), " \t")
	if !stripBearer {
		return token
	}
	const prefix = "bearer"
	if !httpx.HasPrefixFold(token, prefix) {
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

// isSpace reports whether a character separates Bearer from the token. These are the
// characters allowed in a header that match \s in a JavaScript regular expression.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == 0xa0 }

// isPersonal and isAdmin report whether a token has the form of a personal access token,
// or of an admin API token.
func isPersonal(token string) bool { return strings.HasPrefix(token, "user:") }
func isAdmin(token string) bool    { return strings.HasPrefix(token, "*:*") }

// isSDK reports whether a kind of token is for SDKs.
func isSDK(kind engine.Kind) bool { return kind == engine.BackendToken || kind == engine.FrontendToken }

// known looks up a token among the credentials that count everywhere, and those of the
// part of the API that the path is in.
func (x *exchange) known() (engine.Identity, bool) {
	path := collapse(x.path)
	for _, credential := range x.Credentials {
		if credential.Under != "" && !under(credential.Under, path) {
			continue
		}
		if identity, known := credential.Identify(&x.view, x.token); known {
			x.inRealm = credential.Under != ""
			return identity, true
		}
	}
	return engine.Identity{}, false
}

// realm returns the credential of the part of the API that a path is in; nil if that part
// has none of its own.
func (p *Pipeline) realm(path string) *engine.Credential {
	for i := range p.Credentials {
		if credential := &p.Credentials[i]; credential.Under != "" && under(credential.Under, path) {
			return credential
		}
	}
	return nil
}

// guard protects the APIs for SDKs, each of which admits one kind of token. Personal and
// admin tokens are of the wrong kind, even unknown ones.
func guard(sent, admitted engine.Kind, token string) *apierror.Error {
	switch {
	case sent == admitted:
		return nil
	case isPersonal(token), isAdmin(token), isSDK(sent):
		return apierror.WrongTokenKind()
	}
	return apierror.TokenRequired()
}

// Strings in a path, at any position, that make a real server treat it as a path for
// SDKs.
var (
	backendPaths  = []string{"/api/client"}
	frontendPaths = []string{"/api/proxy", "/api/development/proxy", "/api/production/proxy", "/api/frontend"}
)

// demandKind admits tokens of SDKs only on paths that look like those of SDKs, and
// refuses unknown tokens there.
func demandKind(sent engine.Kind, token, path string) *apierror.Error {
	switch sent {
	case engine.BackendToken:
		if !containsAny(path, backendPaths) {
			return apierror.WrongTokenKind()
		}
	case engine.FrontendToken:
		if !containsAny(path, frontendPaths) {
			return apierror.WrongTokenKind()
		}
	case engine.Nobody, engine.UnknownToken:
		if !isPersonal(token) && (containsAny(path, backendPaths) || containsAny(path, frontendPaths)) {
			return apierror.TokenRequired()
		}
	}
	return nil
}

func containsAny(path string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(path, part) })
}
