// Package contextfields is what scenarios need of context fields.
package contextfields

import (
	"context"
	"fmt"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// Path is where fields are listed and made.
const Path = "/api/admin/context"

// Resource is what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{{Name: "context field", Path: Path, Named: true, List: Path, Label: "/name", Swept: true}},
		Steps: []gherkin.Step{
			{Sentence: `a context field "([^"]+)"`, Bind: func(w *gherkin.World) any { return field{w}.given }},
		},
	}
}

type field struct{ *gherkin.World }

// given makes a field with two legal values and keeps the answer.
func (w field) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, Path, fmt.Sprintf(
		`{"name":%q,"description":"Made by unleash-mock verify.","stickiness":true,"legalValues":[{"value":"gold","description":"the dear one"},{"value":"silver"}]}`, w.OwnName(name)))
}
