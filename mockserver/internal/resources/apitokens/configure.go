package apitokens

import (
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Configured returns the section of a seed that contains API tokens, and a function that
// replaces all tokens of a type with the given ones.
func Configured(tokenType string, secrets []string) (section string, change func(rows []any) []any) {
	return tokens.Name, func(rows []any) []any {
		var kept []any
		for _, row := range rows {
			if token, is := row.(*v8json.Object); is {
				if of, _ := token.Get("type"); of == tokenType {
					continue
				}
			}
			kept = append(kept, row)
		}
		for _, secret := range secrets {
			token := v8json.NewObject()
			token.Set("name", "configured-"+tokenType)
			token.Set("type", tokenType)
			token.Set("secret", secret)
			kept = append(kept, token)
		}
		return kept
	}
}

// wellKnown lists tokens, labelled with their type.
func wellKnown(seed *v8json.Object) []engine.Token {
	var out []engine.Token
	for _, token := range engine.Rows(seed, tokens.Name) {
		kind := engine.TextIn(token, "type")
		out = append(out, engine.Token{Label: kind + " token", Secret: engine.TextIn(token, "secret"), Kind: spec.TokenKind(kind)})
	}
	return out
}
