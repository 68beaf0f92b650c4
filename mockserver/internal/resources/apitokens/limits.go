package apitokens

import (
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Limits are how many requests a minute one client may make with the tokens of SDKs; 0 or
// less means no limit.
type Limits struct {
	// PerMinute applies to all requests to the Client and the Frontend API.
	PerMinute int
	// Metrics and Register apply, in addition, to what SDKs report.
	Metrics, Register int
}

// apis are the APIs of SDKs. The last is an old name of the Frontend API, of which only the limit is left (O).
var apis = []string{"/api/client", "/api/frontend", "/api/proxy"}

func (l Limits) list() []engine.Limit {
	return []engine.Limit{
		{Requests: l.PerMinute, Per: time.Minute, Applies: within(apis...)},
		{Requests: l.Metrics, Per: time.Minute, Applies: reports("/metrics")},
		{Requests: l.Register, Per: time.Minute, Applies: reports("/register")},
	}
}

// within returns a function that reports whether a path is one of some paths or below it. The limiter
// of a real server, unlike its router, is case-sensitive (O).
func within(paths ...string) func(method, path, token string) bool {
	return func(_, path, _ string) bool {
		for _, prefix := range paths {
			if rest, found := strings.CutPrefix(path, prefix); found && (rest == "" || rest[0] == '/') {
				return true
			}
		}
		return false
	}
}

// reports returns a function that reports whether an SDK sends a report. Other methods of its path do
// not count as one (O).
func reports(name string) func(method, path, token string) bool {
	inside := within("/api/client"+name, "/api/frontend/client"+name)
	return func(method, path, token string) bool {
		return method == http.MethodPost && inside(method, path, token)
	}
}
