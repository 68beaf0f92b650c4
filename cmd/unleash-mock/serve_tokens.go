package main

import "github.com/unleash-mock/unleash-mock/spec"

// apiTokens are the tokens that the environment configures, by type.
type apiTokens map[spec.TokenKind][]string

// tokenTypes are the types of API tokens, in the order in which they are listed.
var tokenTypes = []spec.TokenKind{spec.AdminToken, spec.BackendToken, spec.FrontendToken}

var tokenVariables = map[spec.TokenKind]string{
	spec.AdminToken:    "INIT_ADMIN_API_TOKENS",
	spec.BackendToken:  "INIT_BACKEND_API_TOKENS",
	spec.FrontendToken: "INIT_FRONTEND_API_TOKENS",
}

func (p *program) configuredTokens() (apiTokens, error) {
	configured, taken := apiTokens{}, map[string]string{}
	for _, tokenType := range tokenTypes {
		variable := tokenVariables[tokenType]
		tokens, err := p.env.tokens(variable)
		if err != nil {
			return nil, err
		}
		for i, token := range tokens {
			if other := taken[token]; other != "" {
				return nil, usageError("environment variable %s: token %d is already in %s", variable, i+1, other)
			}
			taken[token] = variable
		}
		if tokens != nil {
			configured[tokenType] = tokens
		}
	}
	return configured, nil
}
