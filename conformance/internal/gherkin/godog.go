package gherkin

import "github.com/unleash-mock/unleash-mock/conformance/internal/unbuilt"

// This package imports godog, so godog has been initialized by now.
var _ = unbuilt.Restore()
