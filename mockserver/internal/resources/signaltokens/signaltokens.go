// Package signaltokens is the resource of the tokens with which signal endpoints are
// called.
package signaltokens

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Resource returns the resource. limit is how many tokens an endpoint may have; 0 or less
// means no limit.
func Resource(limit int) engine.Resource {
	return engine.Resource{
		Name:   "signaltokens",
		Tables: []engine.AnyTable{tokens},
		Operations: engine.Operations{
			"getSignalEndpointTokens":   engine.Read(list),
			"createSignalEndpointToken": engine.Write(create(limit)),
			"updateSignalEndpointToken": engine.Write(update),
			"deleteSignalEndpointToken": engine.Write(remove),
		},
		Lessons: lessons,
	}
}

// Token is a token of a signal endpoint.
type Token struct {
	ID              int64         `json:"id"`
	Name            string        `json:"name" state:",required"`
	EndpointID      int64         `json:"signalEndpointId" state:"endpointId,parent"`
	CreatedAt       time.Time     `json:"createdAt"`
	CreatedByUserID int64         `json:"createdByUserId" refers:"users"`
	Secret          engine.Secret `json:"token" pattern:"^signal_(.+)$"`
}

var tokens = engine.NewTable(engine.Definition[Token]{
	Name:     "tokens",
	Singular: "token",
	Noun:     "signal endpoint token",
	ID:       func(t *Token) *int64 { return &t.ID },
	Parent: &engine.Parent[Token]{
		Table:  "endpoints",
		Key:    func(t *Token) engine.Key { return engine.Int(t.EndpointID) },
		Nested: "tokens",
	},
	Secret: func(t *Token) *engine.Secret { return &t.Secret },
	Events: engine.Events{
		Created: "signal-endpoint-token-created", Updated: "signal-endpoint-token-updated", Deleted: "signal-endpoint-token-deleted",
	},
	Recorded: engine.Recorded[Token]{Placeholder: placeholder},
	Default: func(now time.Time) Token {
		return Token{CreatedAt: now, CreatedByUserID: engine.SystemUserID}
	},
})

// Of returns the tokens of an endpoint.
func Of(r engine.Reader, endpoint int64) []*Token { return tokens.Under(r, engine.Int(endpoint)) }

// Find returns a token of an endpoint, or nil if there is none.
func Find(r engine.Reader, endpoint, id int64) *Token {
	return tokens.Get(r, engine.Ints(endpoint, id))
}

// BySecret returns the token with a secret, or nil if there is none.
func BySecret(r engine.Reader, secret string) *Token {
	if !strings.HasPrefix(secret, secretPrefix) {
		return nil
	}
	return tokens.BySecret(r, secret)
}

type listIn struct {
	Endpoint engine.ID `path:"signalEndpointId"`
}

type listOut struct {
	Tokens []*Token `json:"signalEndpointTokens"`
}

// list returns an empty list for an endpoint that does not exist (I: the contract has no
// 404).
func list(view *engine.View, in listIn) (engine.Answer[listOut], error) {
	found, err := tokens.UnderID(view, in.Endpoint)
	if err != nil {
		return engine.Answer[listOut]{}, err
	}
	return engine.OK(listOut{found})
}

type body struct {
	Name string `json:"name"`
}

// Check refuses an empty name, which the contract allows (D: the admin UI's form demands
// one).
func (b body) Check() error {
	if b.Name == "" {
		return apierror.BadData("The name of a signal endpoint token must not be empty.")
	}
	return nil
}

type createIn struct {
	Endpoint engine.ID `path:"signalEndpointId"`
	body
}

// A secret is secretPrefix and secretSize random bytes in hexadecimal (I: like personal
// access tokens).
const (
	secretPrefix = "signal_"
	secretSize   = 28
)

func create(limit int) func(*engine.Tx, createIn) (engine.Answer[*Token], error) {
	return func(tx *engine.Tx, in createIn) (out engine.Answer[*Token], err error) {
		endpoint, err := tokens.ParentOf(tx, in.Endpoint)
		if err != nil {
			return out, err
		}
		if err := tokens.Below(tx, limit, endpoint); err != nil {
			return out, err
		}
		token := &Token{
			Name: in.Name, EndpointID: in.Endpoint.Number(), Secret: tokens.NewSecret(tx, secretPrefix, secretSize),
			CreatedAt: tx.Stamp(), CreatedByUserID: tx.Identity.Actor.ID,
		}
		if err := tokens.Insert(tx, token); err != nil {
			return out, err
		}
		return engine.Created(token, "signal-endpoints/"+strconv.FormatInt(token.EndpointID, 10)+"/tokens/"+strconv.FormatInt(token.ID, 10))
	}
}

type oneIn struct {
	Endpoint engine.ID `path:"signalEndpointId"`
	ID       engine.ID `path:"id"`
}

// find returns the token in a path. A token of another endpoint is not found.
func (in oneIn) find(r engine.Reader) (*Token, error) {
	if !in.Endpoint.Valid() {
		return nil, tokens.NoParent(r, in.Endpoint)
	}
	return tokens.FindIn(r, engine.Int(in.Endpoint.Number()), in.ID)
}

type updateIn struct {
	oneIn
	body
}

func update(tx *engine.Tx, in updateIn) (out engine.Answer[*Token], err error) {
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	after := *before
	after.Name = in.Name
	if err := tokens.Update(tx, before, &after); err != nil {
		return out, err
	}
	return engine.OK(&after)
}

func remove(tx *engine.Tx, in oneIn) (out engine.Answer[engine.None], err error) {
	token, err := in.find(tx)
	if err != nil {
		return out, err
	}
	tokens.Delete(tx, token)
	return out, nil
}

// CheckOwner refuses a row that names a token of an endpoint other than its own. A
// deleted token belongs to no endpoint.
func CheckOwner(r engine.Reader, field string, token, endpoint int64) (wrong, complaint string) {
	for _, other := range tokens.All(r) {
		if other.ID == token && other.EndpointID != endpoint {
			return field, fmt.Sprintf("token %d belongs to endpoint %d, not to %d", token, other.EndpointID, endpoint)
		}
	}
	return "", ""
}
