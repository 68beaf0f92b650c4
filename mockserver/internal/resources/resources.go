// Package resources lists the resources of the API. It is the only place that names
// all of them.
package resources

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/accounts"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/apitokens"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/client"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/contextfields"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/frontend"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/instance"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/invoices"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/sdks"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signalendpoints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signals"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
)

// Limits are those of package mockserver, which describes them.
type Limits struct {
	Endpoints, TokensPerEndpoint, CallsPerSecond                              int
	PersonalTokenPerMinute, SDKPerMinute, MetricsPerMinute, RegisterPerMinute int
}

// Options configure the resources of an instance.
type Options struct {
	Limits
	// MaxSignals is how many signals are kept, and MaxSignalBytes how many bytes they may
	// take. The oldest are dropped first.
	MaxSignals, MaxSignalBytes int
	// MaxReportBytes is how many bytes each table of what SDKs report may take.
	MaxReportBytes int
	// Ready reports whether an instance can keep what it is sent; nil means always.
	Ready func() bool
}

// All returns the resources. Those that others refer to come first.
func All(options Options) []engine.Resource {
	return []engine.Resource{
		apitokens.Resource(apitokens.Limits{PerMinute: options.SDKPerMinute, Metrics: options.MetricsPerMinute, Register: options.RegisterPerMinute}),
		contextfields.Resource(features.UsersOfFields),
		constraints.Resource(),
		projects.Resource(projects.Usage{
			Flags: features.ByProject, Enabled: features.EnabledIn, Tokens: apitokens.Count,
			SwitchedOn: features.SwitchedOn, Connected: sdks.Connected, Joined: features.Join, Left: features.Leave,
		}),
		accounts.Resource(options.PersonalTokenPerMinute),
		segments.Resource(features.UsersOfSegments),
		features.Resource(sdks.Asked),
		client.Resource(),
		frontend.Resource(),
		sdks.Resource(options.MaxReportBytes),
		signalendpoints.Resource(options.Endpoints),
		signaltokens.Resource(options.TokensPerEndpoint),
		signals.Resource(signals.Options{CallsPerSecond: options.CallsPerSecond, Rows: options.MaxSignals, Bytes: options.MaxSignalBytes}),
		invoices.Resource(),
		instance.Resource(options.Ready),
	}
}

// APITokens returns the section of a seed that contains API tokens, and a function that
// replaces all tokens of a type (admin, backend or frontend) with the given ones.
func APITokens(tokenType string, secrets []string) (section string, change func(rows []any) []any) {
	return apitokens.Configured(tokenType, secrets)
}
