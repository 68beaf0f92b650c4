package apitokens

import (
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
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

// apis are the APIs of SDKs. reports is where SDKs send their reports, below the API's
// path.
var apis = []struct{ path, reports string }{{"/api/client", ""}, {"/api/frontend", "/client"}}

func (l Limits) list() []engine.Limit {
	return []engine.Limit{
		{Requests: l.PerMinute, Per: time.Minute, Applies: applies("")},
		{Requests: l.Metrics, Per: time.Minute, Applies: applies("/metrics")},
		{Requests: l.Register, Per: time.Minute, Applies: applies("/register")},
	}
}

// applies returns a function that reports whether a path belongs to an API of SDKs or, if
// a report is given, to that report.
func applies(report string) func(path, token string) bool {
	return func(path, _ string) bool {
		for _, api := range apis {
			prefix := api.path
			if report != "" {
				prefix += api.reports + report
			}
			if _, inside := httpx.CutPath(path, prefix); inside {
				return true
			}
		}
		return false
	}
}
