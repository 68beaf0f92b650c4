// Package resources lists what scenarios are about. The packages that select, run and judge
// them name no resource.
package resources

import (
	"fmt"
	"maps"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/accounts"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/apitokens"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/contextfields"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/features"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/projects"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/sdks"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/segments"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signals"
)

// All returns the resources in the order in which they examine a target. Flags are created in
// the given project. limits are the target's limits as the user states them, by the name of
// what is limited.
func All(project string, limits map[string]int) (gherkin.Resources, error) {
	known := []string{"endpoints", "tokens"}
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no limit on %q, only on %v", name, known)
		}
	}
	return gherkin.Resources{
		signalendpoints.Resource(signalendpoints.Limits{Endpoints: limits["endpoints"], Tokens: limits["tokens"]}),
		signals.Resource(),
		segments.Resource(),
		contextfields.Resource(),
		features.Resource(project),
		apitokens.Resource(),
		sdks.Resource(),
		accounts.Resource(),
		projects.Resource(),
	}, nil
}
