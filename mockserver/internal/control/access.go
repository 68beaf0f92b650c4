package control

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Access decides who may use the API. The zero value admits everybody.
type Access struct {
	policy policy
	digest [sha256.Size]byte
	// Origins are the origins whose pages may use the API, in addition to its own page.
	Origins []string
	// TrustForwarded believes proxies about the URL of the API, and so about which page is
	// its own.
	TrustForwarded bool
}

type policy int

const (
	open policy = iota
	loopback
	token
	off
)

// OpenAccess admits everybody.
func OpenAccess() Access { return Access{policy: open} }

// LoopbackAccess is for a listener on a loopback address: it admits requests for that
// address. A request for another host came through a proxy, or from a web page whose name
// was made to resolve to this host. A request that a proxy has forwarded is refused,
// since it may name any host.
func LoopbackAccess() Access { return Access{policy: loopback} }

// TokenAccess admits requests with the token.
func TokenAccess(secret string) Access {
	return Access{policy: token, digest: sha256.Sum256([]byte(secret))}
}

// NoAccess turns the API off.
func NoAccess() Access { return Access{policy: off} }

// Enabled reports whether the API is on. If it is, everybody can load its page: the files
// hold no secret, and the page asks for the token itself.
func (a Access) Enabled() bool { return a.policy != off }

// check decides whether a request is allowed.
func (a Access) check(r *http.Request) *apierror.Error {
	if a.isForeign(r) {
		return apierror.Thrown(http.StatusForbidden, "ForbiddenError", "A web page of another origin may not use the control API.")
	}
	switch a.policy {
	case off:
		return apierror.Missing("The control API is off here. On an address that is not loopback it needs a token; see UNLEASH_MOCK_CONTROL_TOKEN.")
	case token:
		given, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		digest := sha256.Sum256([]byte(strings.TrimSpace(given)))
		if !found {
			return apierror.Thrown(http.StatusUnauthorized, "UnauthorizedError", "The control API needs its token: Authorization: Bearer <UNLEASH_MOCK_CONTROL_TOKEN>.")
		}
		if subtle.ConstantTimeCompare(digest[:], a.digest[:]) != 1 {
			return apierror.Thrown(http.StatusUnauthorized, "UnauthorizedError", "That is not the token of the control API, which the mock has from UNLEASH_MOCK_CONTROL_TOKEN.")
		}
	case loopback:
		if httpx.IsForwarded(r) {
			return apierror.Thrown(http.StatusForbidden, "ForbiddenError", "Without a token, the control API refuses requests that a proxy has forwarded; see UNLEASH_MOCK_CONTROL_TOKEN.")
		}
		if !httpx.IsLoopback(r.Host) {
			return apierror.Thrown(http.StatusForbidden, "ForbiddenError", "Without a token, the control API is open only to this host, as 127.0.0.1, [::1] or localhost; see UNLEASH_MOCK_CONTROL_TOKEN.")
		}
	}
	return nil
}

// isForeign reports whether a request comes from a web page whose origin is neither the
// API's own nor listed. Following a link to the API is allowed.
func (a Access) isForeign(r *http.Request) bool {
	if a.lists(r) || r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return false
	}
	judged := *r
	judged.Method = http.MethodPost // the check skips safe methods
	if a.TrustForwarded {
		judged.Host = httpx.ReachedBefore(r).Host
	}
	return http.NewCrossOriginProtection().Check(&judged) != nil
}

// lists reports whether a request comes from a page of a listed origin.
func (a Access) lists(r *http.Request) bool {
	return slices.Contains(a.Origins, r.Header.Get("Origin"))
}
