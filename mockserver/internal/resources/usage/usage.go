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

// Projects counts the projects to which strategies belong.
func Projects(strategies []Strategy) int64 {
	return count(strategies, func(s Strategy) string { return s.Project })
}

// Flags counts the flags to which strategies belong.
func Flags(strategies []Strategy) int64 {
	return count(strategies, func(s Strategy) string { return s.Flag })
}

func count(strategies []Strategy, by func(Strategy) string) int64 {
	seen := map[string]bool{}
	for _, strategy := range strategies {
		seen[by(strategy)] = true
	}
	return int64(len(seen))
}
