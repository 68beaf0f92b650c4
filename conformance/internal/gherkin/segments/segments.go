// Package segments is what scenarios need of segments.
package segments

import (
	"context"
	"fmt"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// path is where segments are listed and made.
const path = "/api/admin/segments"

// Resource is what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{{Name: "segment", Path: path, List: path, Key: "/segments", Label: "/name", Swept: true}},
		Steps: []gherkin.Step{
			{Sentence: `a segment "([^"]+)"`, Bind: func(w *gherkin.World) any { return segment{w}.given }},
		},
	}
}

type segment struct{ *gherkin.World }

// given makes a segment and keeps the answer.
func (w segment) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, path, fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify.","constraints":[]}`, w.OwnName(name)))
}
