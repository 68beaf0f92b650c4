package mockserver

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/auth"
)

// guard stands before the APIs of SDKs, which admit one kind of token. What is
// no SDK's token by its form is of the wrong kind, known or not.
func guard(sent, admitted auth.Kind, token string) *apierror.Error {
	switch {
	case sent == admitted:
		return nil
	case auth.IsPersonal(token), auth.IsAdmin(token), sent == auth.Backend, sent == auth.Frontend:
		return apierror.WrongTokenKind()
	}
	return apierror.TokenRequired()
}

// Paths that a real server takes for those of SDKs wherever they stand in a path.
var (
	backendPaths  = []string{"/api/client"}
	frontendPaths = []string{"/api/proxy", "/api/development/proxy", "/api/production/proxy", "/api/frontend"}
)

// demandKind admits the tokens of SDKs on paths that look like theirs only, and
// no unknown token there.
func demandKind(sent auth.Kind, token, path string) *apierror.Error {
	switch sent {
	case auth.Backend:
		if !containsAny(path, backendPaths) {
			return apierror.WrongTokenKind()
		}
	case auth.Frontend:
		if !containsAny(path, frontendPaths) {
			return apierror.WrongTokenKind()
		}
	case auth.None, auth.Unknown:
		if !auth.IsPersonal(token) && (containsAny(path, backendPaths) || containsAny(path, frontendPaths)) {
			return apierror.TokenRequired()
		}
	}
	return nil
}

func containsAny(path string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}
