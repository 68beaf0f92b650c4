// Package contextfields has what scenarios need for context fields.
package contextfields

import (
	"context"
	"fmt"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// Path is where fields are listed and created.
const Path = "/api/admin/context"

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{{Name: "context field", Path: Path, Named: true, List: Path, Label: "/name", Swept: true}},
		Steps: []gherkin.Step{
			{Sentence: `a context field "([^"]+)"`, Bind: func(w *gherkin.World) any { return field{w}.given }},
		},
	}
}

type field struct{ *gherkin.World }

// given creates a field with two legal values and keeps the response.
func (w field) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, Path, fmt.Sprintf(
		`{"name":%q,"description":"Made by unleash-mock verify.","stickiness":true,"legalValues":[{"value":"gold","description":"the dear one"},{"value":"silver"}]}`, w.OwnName(name)))
}
