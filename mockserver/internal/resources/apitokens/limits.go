package apitokens

import (
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Limits are how many requests a minute one client may make with the tokens of SDKs; 0 or
// less is any number.
type Limits struct {
	// PerMinute is for the Client and the Frontend API, each request counted.
	PerMinute int
	// Metrics and Register are for what SDKs report, besides.
	Metrics, Register int
}

// apis are the APIs of SDKs, and reports is what they have below the path of SDKs' reports.
var apis = []struct{ path, reports string }{{"/api/client", ""}, {"/api/frontend", "/client"}}

func (l Limits) list() []engine.Limit {
	return []engine.Limit{
		{Requests: l.PerMinute, Per: time.Minute, Applies: applies("")},
		{Requests: l.Metrics, Per: time.Minute, Applies: applies("/metrics")},
		{Requests: l.Register, Per: time.Minute, Applies: applies("/register")},
	}
}

// applies returns what reports whether a path is an API of SDKs, or below that of a
// report of theirs.
func applies(report string) func(path, token string) bool {
	return func(path, _ string) bool {
		for _, api := range apis {
			prefix := api.path
			if report != "" {
				prefix += api.reports + report
			}
			if len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix) && (len(path) == len(prefix) || path[len(prefix)] == '/') {
				return true
			}
		}
		return false
	}
}
