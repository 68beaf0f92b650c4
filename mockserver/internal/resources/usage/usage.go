// Package usage finds the activation strategies that use something: a segment, or a field
// of the context.
package usage

import "github.com/unleash-mock/unleash-mock/mockserver/internal/engine"

// Strategy is an activation strategy of a flag that is not archived.
type Strategy struct {
	ID          string `json:"id"`
	Project     string `json:"projectId"`
	Flag        string `json:"featureName"`
	Name        string `json:"strategyName"`
	Environment string `json:"environment"`
}

// Of returns the strategies that use things, by the keys of the things.
type Of[Key comparable] func(r engine.Reader) map[Key][]Strategy

// Counts are how many projects and flags use something.
type Counts struct {
	Projects int64 `json:"usedInProjects"`
	Flags    int64 `json:"usedInFeatures"`
}

// Count counts the projects and flags to which strategies belong.
func Count(strategies []Strategy) Counts {
	projects, flags := map[string]bool{}, map[string]bool{}
	for _, strategy := range strategies {
		projects[strategy.Project], flags[strategy.Flag] = true, true
	}
	return Counts{int64(len(projects)), int64(len(flags))}
}
