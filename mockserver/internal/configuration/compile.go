package configuration

import (
	"encoding/json"
	"os"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
)

// hostname is compared by the strategy applicationHostname.
var hostname = sync.OnceValue(func() string {
	name, _ := os.Hostname() // an unknown one matches nothing
	return name
})

// Around returns what the evaluation of a flag depends on: the flag, its parents, and the
// segments that these have.
func (c *Configuration) Around(flag string) *Configuration {
	names := map[string]bool{flag: true}
	for i := range c.Features {
		if feature := &c.Features[i]; feature.Name == flag {
			for _, parent := range feature.Dependencies {
				names[parent.Feature] = true
			}
		}
	}
	out := &Configuration{}
	for i := range c.Features {
		if feature := &c.Features[i]; names[feature.Name] {
			out.Features = append(out.Features, *feature)
		}
	}
	out.Segments = SegmentsOf(out.Features, c.Segments)
	return out
}

// SegmentsOf returns those of several segments that flags use. A configuration also has the segments of
// archived flags and of other environments.
func SegmentsOf(flags []Feature, segments []Segment) []Segment {
	used := map[int64]bool{}
	for i := range flags {
		for _, strategy := range flags[i].Strategies {
			for _, id := range strategy.Segments {
				used[id] = true
			}
		}
	}
	out := []Segment{}
	for _, segment := range segments {
		if used[segment.ID] {
			out = append(out, segment)
		}
	}
	return out
}

// Weight estimates the bytes of memory that the flags take once they are compiled, without
// regular expressions.
func (c *Configuration) Weight() int64 {
	return engine.Weight(&c.Features) + engine.Weight(&c.Segments)
}

// Compile compiles the flags for evaluation.
func (c *Configuration) Compile() *evaluation.Flags {
	var read evaluation.Configuration
	text := append(engine.Append([]byte(`{"features":`), &c.Features), `,"segments":`...)
	text = append(engine.Append(text, &c.Segments), '}')
	if err := json.Unmarshal(text, &read); err != nil {
		panic("configuration: the flags cannot be read: " + err.Error()) // they were written above
	}
	return evaluation.Compile(&read, evaluation.Options{Hostname: hostname()})
}
