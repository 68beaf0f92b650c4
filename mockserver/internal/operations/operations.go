// Package operations answers the operations of the contract from state. A
// handler gets input that was authenticated, permitted and validated, and gives
// a value or an error; it knows nothing of HTTP, JSON text or validation.
package operations

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/state"
)

// Request is the input of a handler.
type Request struct {
	Store *state.Store
	// Actor makes the request; SignalToken is its token on a call of a signal
	// endpoint, nil elsewhere.
	Actor       state.Actor
	SignalToken *state.Token
	// Params are the path parameters' values in the order of the path.
	Params []string
	// Query returns a query parameter; false if it was not sent.
	Query func(name string) (string, bool)
	// Body is the decoded JSON body, an empty object if there is none; Text
	// is the JSON itself, nil if there is none.
	Body map[string]any
	Text []byte
	// Now is the instance's time.
	Now time.Time
	// BaseURL is where the instance is reached, without a slash at the end.
	BaseURL string
	Limits  Limits
	// NewSecret makes the secret of a signal endpoint token.
	NewSecret func() string
}

// Limits are the numbers that an instance allows; 0 or less is any number.
type Limits struct {
	Endpoints         int
	TokensPerEndpoint int
}

// Response is the output of a handler.
type Response struct {
	Status int
	// Location is the value of the location header; empty for none.
	Location string
	// Value is the body; nil for none.
	Value jsonw.Value
}

// Handler answers one operation. Its error is an *apierror.Error or one of the
// errors of package state.
type Handler func(context.Context, Request) (Response, error)

// Handlers returns the handlers by operationId.
func Handlers() map[string]Handler {
	return map[string]Handler{
		"getSignalEndpoints":        listEndpoints,
		"createSignalEndpoint":      createEndpoint,
		"updateSignalEndpoint":      updateEndpoint,
		"deleteSignalEndpoint":      deleteEndpoint,
		"enableSignalEndpoint":      switchEndpoint(true),
		"disableSignalEndpoint":     switchEndpoint(false),
		"getSignalEndpointTokens":   listTokens,
		"createSignalEndpointToken": createToken,
		"updateSignalEndpointToken": updateToken,
		"deleteSignalEndpointToken": deleteToken,
		"getSignalEndpointSignals":  listSignals,
		"callSignalEndpoint":        callEndpoint,
		"getSignals":                querySignals,
		"getInvoices":               invoices,
		"getDetailedInvoices":       detailedInvoices,
		"getReady":                  healthGood,
		"getHealth":                 healthGood,
	}
}

func ok(value jsonw.Value) (Response, error) {
	return Response{Status: http.StatusOK, Value: value}, nil
}

// id reads a path parameter that holds an id. Whatever cannot be one is an id
// that nothing has (A: a real server answers 500 beyond int4).
func id(resource, text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || number < 0 || text[0] == '+' || text[0] == '-' {
		return 0, apierror.NotFound(resource, "id", text)
	}
	return number, nil
}

// idPair reads the ids of an endpoint and of one of its tokens.
func idPair(params []string) (endpoint, token int64, err error) {
	if endpoint, err = id(state.ResourceEndpoint, params[0]); err != nil {
		return 0, 0, err
	}
	token, err = id(state.ResourceToken, params[1])
	return endpoint, token, err
}

const (
	defaultLimit = 50
	maxLimit     = 1000
	maxOffset    = 1<<31 - 1
)

// page reads limit and offset. What is no usable number falls back (O).
func page(query func(string) (string, bool)) state.Page {
	return state.Page{
		Limit:  wholeNumber(query, "limit", 1, maxLimit, defaultLimit),
		Offset: wholeNumber(query, "offset", 0, maxOffset, 0),
	}
}

func wholeNumber(query func(string) (string, bool), name string, low, high, fallback int) int {
	text, sent := query(name)
	if !sent || text == "" {
		return fallback
	}
	number, isNumber := ajv.ParseNumber(text)
	if !isNumber || number != float64(int(number)) || number < float64(low) || number > float64(high) {
		return fallback
	}
	return int(number)
}

// days reads from and to, whose form the contract checks; here they must be
// dates (A: a sibling of the real server answers 500).
func days(query func(string) (string, bool)) (state.Days, error) {
	var out state.Days
	for name, bound := range map[string]*time.Time{"from": &out.From, "to": &out.To} {
		text, sent := query(name)
		if !sent {
			continue
		}
		date := text[len("IS:"):]
		parsed, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return state.Days{}, apierror.BadData("Invalid date in `" + name + "`: " + date)
		}
		*bound = parsed
	}
	return out, nil
}

// endpointName is what an endpoint may be called (D: the form of the admin UI).
var endpointName = regexp.MustCompile(`^[a-z0-9\-_]+$`)
