// Package instance is the resource of what an instance says of itself: health and
// readiness.
package instance

import "github.com/unleash-mock/unleash-mock/mockserver/internal/engine"

// Resource returns the resource.
func Resource() engine.Resource {
	return engine.Resource{
		Name: "instance",
		Operations: engine.Operations{
			"getReady":  engine.Read(good),
			"getHealth": engine.Read(good),
		},
	}
}

type state struct {
	Health string `json:"health"`
}

// good is the answer of an instance that works.
func good(*engine.View, struct{}) (engine.Answer[state], error) {
	return engine.OK(state{Health: "GOOD"})
}
