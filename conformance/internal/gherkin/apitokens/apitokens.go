// Package apitokens has what scenarios need for API tokens.
package apitokens

import (
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// path is where tokens are listed and created.
const path = "/api/admin/api-tokens"

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{{Name: "API token", Path: path, IDAt: "/secret", List: path, Key: "/tokens", Label: "/tokenName", Swept: true, Counted: true, Limit: "apiTokens"}},
	}
}
