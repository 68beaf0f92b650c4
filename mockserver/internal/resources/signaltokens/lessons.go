package signaltokens

import (
	"fmt"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

func lessons() engine.Lessons {
	return engine.Lessons{
		Shown: map[string]engine.Lesson{
			"getSignalEndpointTokens": engine.Shows(func(l *engine.Learned, in listIn, out listOut) bool {
				if out.Tokens != nil {
					LearnAll(l, in.Endpoint.Number(), out.Tokens)
				}
				return out.Tokens != nil
			}),
			"createSignalEndpointToken": engine.Shows(func(l *engine.Learned, in createIn, out *Token) bool {
				return learn(l, in.Endpoint, out)
			}),
			"updateSignalEndpointToken": engine.Shows(func(l *engine.Learned, in updateIn, out *Token) bool {
				return learn(l, in.Endpoint, out)
			}),
			"deleteSignalEndpointToken": engine.Shows(func(l *engine.Learned, in oneIn, _ engine.None) bool {
				tokens.Forget(l, engine.Ints(in.Endpoint.Number(), in.ID.Number()))
				return true
			}),
		},
		Finish: nameTokens,
	}
}

// placeholder returns a stand-in for the secret of a token that a recording hides.
func placeholder(t *Token) string {
	return fmt.Sprintf("%srecorded-%d-%d", secretPrefix, t.EndpointID, t.ID)
}

// LearnAll records all tokens of an endpoint.
func LearnAll(l *engine.Learned, endpoint int64, shown []*Token) {
	for _, token := range shown {
		if token != nil {
			token.EndpointID = endpoint
		}
	}
	tokens.LearnAll(l, engine.Int(endpoint), shown)
}

func learn(l *engine.Learned, endpoint engine.ID, shown *Token) bool {
	if shown == nil {
		return false
	}
	shown.EndpointID = endpoint.Number()
	return tokens.Learn(l, shown)
}

// Meet records what a signal says about the token with which it was sent; a nil name says
// nothing. The token of a new signal exists, even though no answer has shown it.
func Meet(l *engine.Learned, endpoint, id int64, name *string, isNew bool) {
	tokens.Reserve(l, id)
	known := Find(l, endpoint, id)
	switch {
	case known == nil && isNew:
		known = tokens.Presume(l, "", func(t *Token) { t.ID, t.EndpointID = id, endpoint })
	case known == nil || known.Name != "":
		return
	}
	if name != nil {
		tokens.Amend(l, known, func(t *Token) { t.Name = *name })
	}
}

// nameTokens gives names to the tokens that only signals have shown.
func nameTokens(l *engine.Learned) {
	for _, token := range tokens.All(l) {
		if token.Name == "" {
			tokens.Amend(l, token, func(t *Token) { t.Name = fmt.Sprintf("token-%d", t.ID) })
			tokens.Note(l, token, "its name was not recorded")
		}
	}
}

// Named returns the token of an endpoint with a name. A token that was not shown is made
// up, unless a list of the endpoint's tokens was shown; then the result is nil.
func Named(l *engine.Learned, endpoint int64, name string) *Token {
	for _, token := range Of(l, endpoint) {
		if token.Name == name {
			return token
		}
	}
	if tokens.IsWhole(l, engine.Int(endpoint)) {
		return nil
	}
	return tokens.Presume(l, "its id was not recorded", func(t *Token) { t.Name, t.EndpointID = name, endpoint })
}
