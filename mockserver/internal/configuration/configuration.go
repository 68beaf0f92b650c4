// Package configuration derives the configuration that SDKs get for the flags of one
// environment: with keys in the SDK's order, and segments either separate or inlined.
package configuration

import (
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// Configuration has the flags of one environment and the segments that their strategies
// use.
type Configuration struct {
	Features []Feature
	Segments []Segment

	size int64
}

// The memory that the parts of a configuration take, apart from what they share with the state.
const (
	featureSize    = 256
	strategySize   = 192
	constraintSize = 128
)

// Size estimates the bytes of memory that it takes; nil takes none.
func (c *Configuration) Size() int64 {
	if c == nil {
		return 0
	}
	return c.size
}

// Feature is a flag in the form that SDKs get.
type Feature struct {
	Name           string             `json:"name"`
	Type           string             `json:"type"`
	Enabled        bool               `json:"enabled"`
	Project        string             `json:"project"`
	Stale          bool               `json:"stale"`
	Strategies     []Strategy         `json:"strategies"`
	Variants       []features.Variant `json:"variants"`
	Description    *string            `json:"description"`
	ImpressionData bool               `json:"impressionData"`
	Dependencies   []Dependency       `json:"dependencies,omitzero"`
}

// Strategy is an activation strategy in the form that SDKs get.
type Strategy struct {
	Name        string                   `json:"name"`
	Constraints []constraints.Constraint `json:"constraints"`
	Parameters  engine.JSON              `json:"parameters"`
	Variants    []features.Variant       `json:"variants"`
	Segments    []int64                  `json:"segments,omitzero"`
}

// Segment is a segment in the form that SDKs get.
type Segment struct {
	ID          int64                    `json:"id"`
	Name        string                   `json:"name"`
	Constraints []constraints.Constraint `json:"constraints"`
}

// Dependency is a parent of a flag in the form that SDKs get.
type Dependency struct {
	Feature  string   `json:"feature"`
	Enabled  bool     `json:"enabled"`
	Variants []string `json:"variants,omitzero"`
}

// Of returns the configuration of an environment, for the projects that sees accepts. It
// has neither archived flags nor disabled strategies. A flag whose project does not have
// the environment is off (O).
func Of(r engine.Reader, environment string, sees func(project string) bool) *Configuration {
	out := &Configuration{Features: []Feature{}}
	for _, flag := range features.All(r) {
		if !sees(flag.Project) {
			continue
		}
		toggle := features.In(r, flag.Name, environment)
		if toggle == nil {
			toggle = &features.Toggle{Variants: []features.Variant{}}
		}
		feature := Feature{
			Name: flag.Name, Type: flag.Type, Enabled: toggle.Enabled, Project: flag.Project, Stale: flag.Stale,
			Strategies: []Strategy{}, Variants: toggle.Variants, Description: flag.Description, ImpressionData: flag.ImpressionData,
		}
		for _, strategy := range features.StrategiesOf(r, flag.Name, environment) {
			if strategy.Disabled != nil && *strategy.Disabled {
				continue
			}
			shown := Strategy{Name: strategy.Name, Constraints: strategy.Constraints, Parameters: strategy.Parameters, Variants: strategy.Variants}
			if len(strategy.Segments) > 0 {
				shown.Segments = strategy.Segments
			}
			feature.Strategies = append(feature.Strategies, shown)
		}
		out.size += featureSize + strategySize*int64(cap(feature.Strategies))
		for _, parent := range features.ParentsOf(r, flag.Name) {
			dependency := Dependency{Feature: parent.Parent, Enabled: parent.Enabled}
			if parent.Enabled {
				dependency.Variants = parent.Variants
			}
			feature.Dependencies = append(feature.Dependencies, dependency)
		}
		out.Features = append(out.Features, feature)
	}
	used := features.SegmentsInUse(r)
	out.Segments = slices.DeleteFunc(Segments(r), func(s Segment) bool { return !used[s.ID] })
	slices.SortFunc(out.Segments, func(a, b Segment) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Segments returns all segments, used or not.
func Segments(r engine.Reader) []Segment {
	out := []Segment{}
	for _, segment := range segments.All(r) {
		out = append(out, Segment{segment.ID, segment.Name, segment.Constraints})
	}
	return out
}

// Inlined returns the configuration for SDKs that do not know segments: a segment's
// constraints follow those of the strategy. It shares everything that it does not change. It
// returns nil if the configuration would be larger than most bytes as JSON.
func (c *Configuration) Inlined(most int64) *Configuration {
	type known struct {
		constraints []constraints.Constraint
		length      int64
	}
	byID := map[int64]known{}
	for i := range c.Segments {
		segment := &c.Segments[i]
		byID[segment.ID] = known{segment.Constraints, engine.Length(&segment.Constraints)}
	}
	out := &Configuration{Features: slices.Clone(c.Features), size: c.size}
	length := engine.Length(&c.Features)
	for i := range out.Features {
		feature := &out.Features[i]
		feature.Strategies = slices.Clone(feature.Strategies)
		for j := range feature.Strategies {
			strategy := &feature.Strategies[j]
			strategy.Constraints = slices.Clip(strategy.Constraints)
			for _, id := range strategy.Segments {
				if length += byID[id].length; length > most {
					return nil
				}
				strategy.Constraints = append(strategy.Constraints, byID[id].constraints...)
			}
			if len(strategy.Segments) > 0 {
				out.size += constraintSize * int64(cap(strategy.Constraints))
			}
			strategy.Segments = nil
		}
	}
	return out
}
