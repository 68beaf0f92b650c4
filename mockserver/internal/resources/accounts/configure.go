package accounts

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// wellKnown lists personal access tokens, labelled with the role of their user.
func wellKnown(seed *v8json.Object) []engine.Token {
	var out []engine.Token
	for _, user := range engine.Rows(seed, users.Name) {
		secrets, _ := user.Get(personalTokens.Parent.Nested)
		list, _ := secrets.([]any)
		for _, secret := range list {
			text, _ := secret.(string)
			out = append(out, engine.Token{Label: "as " + strings.ToLower(engine.TextIn(user, "rootRole")), Secret: text})
		}
	}
	return out
}
