// Package signalendpoints is the resource of signal endpoints, which other systems call
// to send a signal.
package signalendpoints

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
)

// CallPath is the part of the API where endpoints are called.
const CallPath = "/api/signal-endpoint"

// Resource returns the resource. limit is how many endpoints may exist; 0 or less means
// no limit.
func Resource(limit int) engine.Resource {
	return engine.Resource{
		Name:   "signalendpoints",
		Tables: []engine.AnyTable{endpoints},
		Operations: engine.Operations{
			"getSignalEndpoints":    engine.Read(list),
			"createSignalEndpoint":  engine.Write(create(limit)),
			"updateSignalEndpoint":  engine.Write(update),
			"deleteSignalEndpoint":  engine.Write(remove),
			"enableSignalEndpoint":  engine.Write(turn(true)),
			"disableSignalEndpoint": engine.Write(turn(false)),
		},
		Lessons:   lessons,
		WellKnown: wellKnown,
	}
}

// Endpoint is a signal endpoint.
type Endpoint struct {
	ID              int64     `json:"id"`
	Name            string    `json:"name" state:",required" pattern:"^[a-z0-9\\-_]+$"`
	Enabled         bool      `json:"enabled"`
	Description     *string   `json:"description"`
	CreatedAt       time.Time `json:"createdAt"`
	CreatedByUserID int64     `json:"createdByUserId" refers:"users"`
}

var endpoints = engine.NewTable(engine.Definition[Endpoint]{
	Name:     "endpoints",
	Singular: "endpoint",
	Noun:     noun,
	ID:       func(e *Endpoint) *int64 { return &e.ID },
	Indexes:  []*engine.Index[Endpoint]{byName},
	Events: engine.Events{
		Created: "signal-endpoint-created", Updated: "signal-endpoint-updated", Deleted: "signal-endpoint-deleted",
	},
	Default: func(now time.Time) Endpoint {
		return Endpoint{Enabled: true, CreatedAt: now, CreatedByUserID: engine.SystemUserID}
	},
})

const noun = "signal endpoint"

var byName = engine.Unique("name",
	func(e *Endpoint) engine.Key { return engine.Text(e.Name) },
	func(e *Endpoint) error { return apierror.NameExists(noun, e.Name) })

// Find returns the endpoint with an id, or nil if there is none.
func Find(r engine.Reader, id int64) *Endpoint { return endpoints.Get(r, engine.Int(id)) }

// ByID returns the endpoint with an id, or a 404 that says the id.
func ByID(r engine.Reader, id engine.ID) (*Endpoint, error) { return endpoints.Find(r, id) }

// ByName returns the endpoint with a name, or nil if there is none.
func ByName(r engine.Reader, name string) *Endpoint { return byName.Find(r, engine.Text(name)) }

// NoName returns the 404 for a name that no endpoint has.
func NoName(name string) error { return apierror.NotFound(noun, "name", name) }

// answer is an endpoint with its tokens, as answers show it.
type answer struct {
	*Endpoint
	// URL is where the endpoint is called. Only answers to a create and an update have it
	// (D).
	URL    engine.URL            `json:"url,omitzero"`
	Tokens []*signaltokens.Token `json:"tokens"`
}

func shown(r engine.Reader, endpoint *Endpoint) answer {
	return answer{Endpoint: endpoint, Tokens: signaltokens.Of(r, endpoint.ID)}
}

func withURL(tx *engine.Tx, endpoint *Endpoint) answer {
	out := shown(tx, endpoint)
	out.URL = engine.URL(tx.BaseURL() + CallPath + "/" + endpoint.Name)
	return out
}

type listOut struct {
	Endpoints []answer `json:"signalEndpoints"`
}

func list(view *engine.View, _ struct{}) (engine.Answer[listOut], error) {
	all := endpoints.All(view)
	out := listOut{Endpoints: make([]answer, len(all))}
	for i, endpoint := range all {
		out.Endpoints[i] = shown(view, endpoint)
	}
	return engine.OK(out)
}

// body is the body of a create and of an update.
type body struct {
	Name        string                   `json:"name"`
	Enabled     engine.Optional[bool]    `json:"enabled"`
	Description engine.Optional[*string] `json:"description"`
}

// names matches the names that an endpoint may have (D: the form of the admin UI).
var names = regexp.MustCompile(`^[a-z0-9\-_]+$`)

// Check refuses names that the contract allows but the admin UI does not.
func (b body) Check() error {
	if names.MatchString(b.Name) {
		return nil
	}
	return apierror.BadData(fmt.Sprintf("%q is no name for a signal endpoint. Only lower case letters a to z, digits, hyphens and underscores are allowed, at least one.", b.Name))
}

// create checks the limit before it checks whether the name is taken (O, on similar
// resources).
func create(limit int) func(*engine.Tx, body) (engine.Answer[answer], error) {
	return func(tx *engine.Tx, in body) (out engine.Answer[answer], err error) {
		if err := endpoints.Below(tx, limit, nil); err != nil {
			return out, err
		}
		endpoint := &Endpoint{
			Name: in.Name, Enabled: in.Enabled.Or(true), Description: in.Description.Value,
			CreatedAt: tx.Stamp(), CreatedByUserID: tx.Identity.Actor.ID,
		}
		if err := endpoints.Insert(tx, endpoint); err != nil {
			return out, err
		}
		return engine.Created(withURL(tx, endpoint), "signal-endpoints/"+strconv.FormatInt(endpoint.ID, 10))
	}
}

type updateIn struct {
	ID engine.ID `path:"id"`
	body
}

// update keeps what was not sent (I).
func update(tx *engine.Tx, in updateIn) (out engine.Answer[answer], err error) {
	endpoint, err := endpoints.Change(tx, in.ID, func(e *Endpoint) {
		e.Name = in.Name
		e.Enabled = in.Enabled.Or(e.Enabled)
		e.Description = in.Description.Or(e.Description)
	})
	if err != nil {
		return out, err
	}
	return engine.OK(withURL(tx, endpoint))
}

type oneIn struct {
	ID engine.ID `path:"id"`
}

// remove deletes an endpoint and its tokens. Its signals stay (I).
func remove(tx *engine.Tx, in oneIn) (out engine.Answer[engine.None], err error) {
	return out, endpoints.DeleteID(tx, in.ID)
}

// turn switches an endpoint on or off. Doing so twice is not an error (A).
func turn(on bool) func(*engine.Tx, oneIn) (engine.Answer[answer], error) {
	return func(tx *engine.Tx, in oneIn) (out engine.Answer[answer], err error) {
		endpoint, err := endpoints.Change(tx, in.ID, func(e *Endpoint) { e.Enabled = on })
		if err != nil {
			return out, err
		}
		return engine.OK(shown(tx, endpoint))
	}
}

// wellKnown lists the tokens in a seed, with the endpoints that they call.
func wellKnown(seed *v8json.Object) []engine.Token {
	var out []engine.Token
	for _, endpoint := range engine.Rows(seed, endpoints.Name) {
		for _, token := range engine.Rows(endpoint, "tokens") {
			out = append(out, engine.Token{Label: "signal token", Note: engine.TextIn(endpoint, "name"), Secret: engine.TextIn(token, "secret")})
		}
	}
	return out
}
