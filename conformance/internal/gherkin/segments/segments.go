// Package segments has what scenarios need for segments.
package segments

import (
	"context"
	"fmt"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// path is where segments are listed and created.
const path = "/api/admin/segments"

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	segments := &ledger.Kind{Name: "segment", Path: path, List: path, Key: "/segments", Label: "/name", Swept: true, Counted: true, Limit: "segments"}
	return gherkin.Resource{
		Kinds: []*ledger.Kind{segments},
		Steps: []gherkin.Step{
			{Sentence: `a segment "([^"]+)"`, Makes: segments, Bind: func(w *gherkin.World) any { return segment{w}.given }},
		},
	}
}

type segment struct{ *gherkin.World }

// given creates a segment and keeps the response.
func (w segment) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, path, fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify.","constraints":[]}`, w.OwnName(name)))
}
