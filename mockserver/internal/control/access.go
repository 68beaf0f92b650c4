package control

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Access is who may use the API. The zero value lets everybody who reaches it.
type Access struct {
	mode   mode
	digest [sha256.Size]byte
}

type mode int

const (
	open mode = iota
	loopback
	token
	off
)

// OpenAccess lets everybody who reaches the API.
func OpenAccess() Access { return Access{mode: open} }

// LoopbackAccess is for a listener on a loopback address: it lets everybody who
// asks for that address. A request for another host came through a proxy, or from
// a web page that a name server has led here.
func LoopbackAccess() Access { return Access{mode: loopback} }

// TokenAccess lets those who have the token.
func TokenAccess(secret string) Access {
	return Access{mode: token, digest: sha256.Sum256([]byte(secret))}
}

// NoAccess turns the API off.
func NoAccess() Access { return Access{mode: off} }

// Enabled tells whether the API is on. Its page can be seen then: its files hold
// nothing that is worth protecting, and it asks for the token itself.
func (a Access) Enabled() bool { return a.mode != off }

func refusal(status int, name, message string) *apierror.Error {
	return &apierror.Error{Status: status, Envelope: apierror.Handler, Name: name, Message: message}
}

// check judges a request.
func (a Access) check(r *http.Request) *apierror.Error {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return refusal(http.StatusForbidden, "ForbiddenError", "A web page of another origin may not use the control API.")
	}
	switch a.mode {
	case off:
		return refusal(http.StatusNotFound, "NotFoundError", "The control API is off here. On an address that is not loopback it needs a token; see UNLEASH_MOCK_CONTROL_TOKEN.")
	case token:
		given, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		digest := sha256.Sum256([]byte(strings.TrimSpace(given)))
		if !found || subtle.ConstantTimeCompare(digest[:], a.digest[:]) != 1 {
			return refusal(http.StatusUnauthorized, "UnauthorizedError", "The control API needs its token: Authorization: Bearer <UNLEASH_MOCK_CONTROL_TOKEN>.")
		}
	case loopback:
		if !isLoopback(r.Host) {
			return refusal(http.StatusForbidden, "ForbiddenError", "Without a token the control API is for the same host only, under 127.0.0.1, [::1] or localhost; see UNLEASH_MOCK_CONTROL_TOKEN.")
		}
	}
	return nil
}

// isLoopback tells whether a Host header names this machine.
func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
