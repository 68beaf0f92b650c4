// Package instance is the resource of an instance's health and readiness.
package instance

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Resource returns the resource. ready reports whether the instance can keep what it is
// sent; nil means always.
func Resource(ready func() bool) engine.Resource {
	return engine.Resource{
		Name: "instance",
		Operations: engine.Operations{
			"getReady": engine.Read(func(view *engine.View, in struct{}) (engine.Answer[state], error) {
				if ready != nil && !ready() {
					return engine.Answer[state]{}, &apierror.Error{Status: http.StatusServiceUnavailable, Envelope: apierror.Empty}
				}
				return good(view, in)
			}),
			"getHealth": engine.Read(good),
		},
	}
}

type state struct {
	Health string `json:"health"`
}

// good is the answer of a working instance.
func good(*engine.View, struct{}) (engine.Answer[state], error) {
	return engine.OK(state{Health: "GOOD"})
}
