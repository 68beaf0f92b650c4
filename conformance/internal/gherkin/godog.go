package gherkin

import "github.com/unleash-mock/unleash-mock/conformance/internal/unbuilt"

// godog, which this package imports, is initialized by now.
var _ = unbuilt.Restore()
