package operations

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
)

// signalEndpoint is an endpoint as answers show it. URL is empty in lists.
type signalEndpoint struct {
	state.EndpointWithTokens
	url string
}

func (e signalEndpoint) AppendJSON(dst []byte) []byte {
	object := jsonw.Open(dst)
	object.Int("id", e.ID)
	object.Bool("enabled", e.Enabled)
	object.String("name", e.Name)
	object.Time("createdAt", e.CreatedAt)
	object.Int("createdByUserId", e.CreatedByUserID)
	object.OptionalString("description", e.Description)
	if e.url != "" {
		object.String("url", e.url)
	}
	object.Array("tokens", len(e.Tokens), func(dst []byte, i int) []byte {
		return signalEndpointToken{Token: e.Tokens[i]}.AppendJSON(dst)
	})
	return object.Close()
}

type signalEndpoints []state.EndpointWithTokens

func (list signalEndpoints) AppendJSON(dst []byte) []byte {
	object := jsonw.Open(dst)
	object.Array("signalEndpoints", len(list), func(dst []byte, i int) []byte {
		return signalEndpoint{EndpointWithTokens: list[i]}.AppendJSON(dst)
	})
	return object.Close()
}

// withURL adds the URL to call, as answers to a create or an update do.
func (r Request) withURL(endpoint state.EndpointWithTokens) signalEndpoint {
	return signalEndpoint{EndpointWithTokens: endpoint, url: r.BaseURL + "/api/signal-endpoint/" + endpoint.Name}
}

func listEndpoints(_ context.Context, r Request) (Response, error) {
	list, err := r.Store.Endpoints()
	if err != nil {
		return Response{}, err
	}
	return ok(signalEndpoints(list))
}

func createEndpoint(_ context.Context, r Request) (Response, error) {
	change, err := endpointChange(r.Body)
	if err != nil {
		return Response{}, err
	}
	endpoint, err := r.Store.CreateEndpoint(change, r.Limits.Endpoints, r.Actor, r.Now)
	if err != nil {
		return Response{}, err
	}
	return Response{
		Status:   http.StatusCreated,
		Location: "signal-endpoints/" + strconv.FormatInt(endpoint.ID, 10),
		Value:    r.withURL(endpoint),
	}, nil
}

func updateEndpoint(_ context.Context, r Request) (Response, error) {
	number, err := id(state.ResourceEndpoint, r.Params[0])
	if err != nil {
		return Response{}, err
	}
	change, err := endpointChange(r.Body)
	if err != nil {
		return Response{}, err
	}
	endpoint, err := r.Store.UpdateEndpoint(number, change, r.Actor, r.Now)
	if err != nil {
		return Response{}, err
	}
	return ok(r.withURL(endpoint))
}

func deleteEndpoint(_ context.Context, r Request) (Response, error) {
	number, err := id(state.ResourceEndpoint, r.Params[0])
	if err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK}, r.Store.DeleteEndpoint(number, r.Actor, r.Now)
}

func switchEndpoint(enabled bool) Handler {
	return func(_ context.Context, r Request) (Response, error) {
		number, err := id(state.ResourceEndpoint, r.Params[0])
		if err != nil {
			return Response{}, err
		}
		endpoint, err := r.Store.SetEndpointEnabled(number, enabled, r.Actor, r.Now)
		if err != nil {
			return Response{}, err
		}
		return ok(signalEndpoint{EndpointWithTokens: endpoint})
	}
}

// endpointChange reads the body of a create or an update, whose types the
// contract has checked.
func endpointChange(body map[string]any) (state.EndpointChange, error) {
	name, _ := body["name"].(string)
	if !endpointName.MatchString(name) {
		return state.EndpointChange{}, apierror.BadData(fmt.Sprintf("%q is no name for a signal endpoint. Only lower case letters a to z, digits, hyphens and underscores are allowed, at least one.", name))
	}
	change := state.EndpointChange{Name: name}
	if enabled, sent := body["enabled"].(bool); sent {
		change.Enabled = &enabled
	}
	description, sent := body["description"]
	change.SetDescription = sent
	if text, isText := description.(string); isText {
		change.Description = &text
	}
	return change, nil
}
