package operations

import (
	"context"
	"fmt"
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
)

// signalEndpointToken is a token as answers show it. The secret is there only
// in the answer to its creation.
type signalEndpointToken struct {
	*state.Token
	secret string
}

func (t signalEndpointToken) AppendJSON(dst []byte) []byte {
	object := jsonw.Open(dst)
	object.Int("id", t.ID)
	object.String("name", t.Name)
	object.Int("signalEndpointId", t.EndpointID)
	object.Time("createdAt", t.CreatedAt)
	object.Int("createdByUserId", t.CreatedByUserID)
	if t.secret != "" {
		object.String("token", t.secret)
	}
	return object.Close()
}

type signalEndpointTokens []*state.Token

func (list signalEndpointTokens) AppendJSON(dst []byte) []byte {
	object := jsonw.Open(dst)
	object.Array("signalEndpointTokens", len(list), func(dst []byte, i int) []byte {
		return signalEndpointToken{Token: list[i]}.AppendJSON(dst)
	})
	return object.Close()
}

func listTokens(_ context.Context, r Request) (Response, error) {
	endpoint, err := id(state.ResourceEndpoint, r.Params[0])
	if err != nil {
		return Response{}, err
	}
	list, err := r.Store.Tokens(endpoint)
	if err != nil {
		return Response{}, err
	}
	return ok(signalEndpointTokens(list))
}

func createToken(_ context.Context, r Request) (Response, error) {
	endpoint, err := id(state.ResourceEndpoint, r.Params[0])
	if err != nil {
		return Response{}, err
	}
	name, err := tokenName(r.Body)
	if err != nil {
		return Response{}, err
	}
	secret := r.NewSecret()
	token, err := r.Store.CreateToken(endpoint, name, secret, r.Limits.TokensPerEndpoint, r.Actor, r.Now)
	if err != nil {
		return Response{}, err
	}
	return Response{
		Status:   http.StatusCreated,
		Location: fmt.Sprintf("signal-endpoints/%d/tokens/%d", endpoint, token.ID),
		Value:    signalEndpointToken{Token: token, secret: secret},
	}, nil
}

func updateToken(_ context.Context, r Request) (Response, error) {
	endpoint, number, err := idPair(r.Params)
	if err != nil {
		return Response{}, err
	}
	name, err := tokenName(r.Body)
	if err != nil {
		return Response{}, err
	}
	token, err := r.Store.UpdateToken(endpoint, number, name, r.Actor, r.Now)
	if err != nil {
		return Response{}, err
	}
	return ok(signalEndpointToken{Token: token})
}

func deleteToken(_ context.Context, r Request) (Response, error) {
	endpoint, number, err := idPair(r.Params)
	if err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK}, r.Store.DeleteToken(endpoint, number, r.Actor, r.Now)
}

func tokenName(body map[string]any) (string, error) {
	name, _ := body["name"].(string)
	if name == "" {
		return "", apierror.BadData("The name of a signal endpoint token must not be empty.")
	}
	return name, nil
}
