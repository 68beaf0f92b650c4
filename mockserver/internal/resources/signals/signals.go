// Package signals is the resource of the signals that signal endpoints receive: calling
// an endpoint, and reading what has arrived.
package signals

import (
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/pages"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signalendpoints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/signaltokens"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Options are the limits of an instance; 0 or less means no limit.
type Options struct {
	// CallsPerSecond is how many calls of signal endpoints one client may make per
	// second.
	CallsPerSecond int
	// Rows is how many signals are kept, and Bytes how many bytes they may take. The
	// oldest are dropped first.
	Rows, Bytes int
}

// Resource returns the resource.
func Resource(options Options) engine.Resource {
	return engine.Resource{
		Name:   "signals",
		Tables: []engine.AnyTable{signals, days},
		Operations: engine.Operations{
			"callSignalEndpoint":       engine.Write(call),
			"getSignalEndpointSignals": engine.Read(listOfEndpoint),
			"getSignals":               engine.Read(query),
		},
		Lessons:     lessons,
		Credentials: []engine.Credential{{Under: signalendpoints.CallPath, Kinds: []spec.TokenKind{tokenKind}, Identify: identify, Opens: opens}},
		Limits:      []engine.Limit{{Requests: options.CallsPerSecond, Per: time.Second, Applies: isCall}},
		Bounds:      []engine.Bound{{Table: "signals", Rows: options.Rows, Bytes: options.Bytes}},
	}
}

// Kind is the kind of a request with a signal endpoint token.
const Kind engine.Kind = "signal endpoint token"

// tokenKind is the contract's name for these tokens.
const tokenKind spec.TokenKind = "signal-endpoint"

// identify recognizes signal endpoint tokens.
func identify(view *engine.View, secret string) (engine.Identity, bool) {
	token := signaltokens.BySecret(view, secret)
	return engine.Identity{Kind: Kind, Token: tokenKind, Subject: token}, token != nil
}

// opens reports whether a token belongs to the endpoint that is called by its name. If
// there is no such endpoint, any token will do.
func opens(view *engine.View, identity engine.Identity, path []string) bool {
	token, is := identity.Subject.(*signaltokens.Token)
	if !is {
		return true
	}
	endpoint := signalendpoints.ByName(view, path[0])
	return endpoint == nil || endpoint.ID == token.EndpointID
}

// isCall reports whether a request belongs to the part of the API whose calls are
// limited. The limiter of a real server, unlike its router, is case-sensitive (O).
func isCall(_, path, _ string) bool {
	rest, found := strings.CutPrefix(path, signalendpoints.CallPath)
	return found && (rest == "" || rest[0] == '/')
}

// Signal is one signal that an endpoint received.
type Signal struct {
	ID int64 `json:"id"`
	// SourceID is the id of the endpoint. It stays when the endpoint is deleted.
	SourceID int64 `json:"sourceId" state:",required"`
	// TokenID is the token that was used; nil in seeds that do not name one.
	TokenID   *int64    `json:"-" state:"tokenId"`
	CreatedAt time.Time `json:"createdAt"`
	// Payload is a JSON object in the key order of jsonb.
	Payload engine.JSON `json:"payload"`
}

var signals = engine.NewTable(engine.Definition[Signal]{
	Name: "signals", Singular: "signal", Noun: "signal",
	ID:      func(s *Signal) *int64 { return &s.ID },
	Indexes: []*engine.Index[Signal]{newest, newestOf},
	Default: func(now time.Time) Signal { return Signal{CreatedAt: now, Payload: engine.JSON("{}")} },
	Derive:  countDays,
	Check:   checkToken,
})

var (
	newest   = engine.Sorted("newest", func(s *Signal) engine.Key { return engine.Descending(s.CreatedAt.UnixMilli(), s.ID) })
	newestOf = engine.Sorted("source", func(s *Signal) engine.Key {
		return engine.Join(engine.Int(s.SourceID), engine.Descending(s.CreatedAt.UnixMilli(), s.ID))
	})
)

// checkToken refuses a signal that names the token of another endpoint.
func checkToken(r engine.Reader, s *Signal) (field, complaint string) {
	if s.TokenID == nil {
		return "", ""
	}
	return signaltokens.CheckOwner(r, "tokenId", *s.TokenID, s.SourceID)
}

// common is what all answers show of a signal.
type common struct {
	*Signal
	Source string `json:"source"`
}

// source is the source of every signal in this API.
const source = "signal-endpoint"

type called struct {
	common
	TokenID *int64 `json:"createdBySourceTokenId"`
}

type calledOut struct {
	Signals []called `json:"signals"`
}

type callIn struct {
	Name string      `path:"name"`
	Body engine.JSON `body:""`
}

// call stores a signal. An unknown name and a disabled endpoint both get a 404, and a
// token of another endpoint is refused like an unknown one (A).
func call(tx *engine.Tx, in callIn) (out engine.Answer[calledOut], err error) {
	endpoint := signalendpoints.ByName(tx, in.Name)
	if endpoint == nil {
		return out, signalendpoints.NoName(in.Name)
	}
	token, _ := tx.Identity.Subject.(*signaltokens.Token)
	if token == nil || token.EndpointID != endpoint.ID {
		return out, apierror.Unauthorized()
	}
	if !endpoint.Enabled {
		return out, signalendpoints.NoName(in.Name)
	}
	payload := []byte("{}")
	if in.Body != nil {
		if payload, err = v8json.CompactJSONB(in.Body); err != nil {
			return out, err
		}
	}
	signal := &Signal{SourceID: endpoint.ID, TokenID: &token.ID, CreatedAt: tx.Stamp(), Payload: payload}
	if err := signals.Insert(tx, signal); err != nil {
		return out, err
	}
	return engine.OK(calledOut{[]called{{common{signal, source}, signal.TokenID}}})
}

// defaultLimit is how many signals a page has by default.
const defaultLimit = 50

type listIn struct {
	Endpoint engine.ID `path:"signalEndpointId"`
	pages.Page
}

type listed struct {
	common
	TokenName *string `json:"tokenName"`
}

type listOut struct {
	Signals []listed `json:"signalEndpointSignals"`
}

func listOfEndpoint(view *engine.View, in listIn) (out engine.Answer[listOut], err error) {
	endpoint, err := signalendpoints.ByID(view, in.Endpoint)
	if err != nil {
		return out, err
	}
	limit, offset := in.Bounds(defaultLimit)
	names := newNames(view)
	list := []listed{}
	for signal := range newestOf.Under(view, engine.Int(endpoint.ID)) {
		if offset > 0 {
			offset--
			continue
		}
		if len(list) == limit {
			break
		}
		list = append(list, listed{common{signal, source}, names.token(signal)})
	}
	return engine.OK(listOut{list})
}

type queryIn struct {
	pages.Page
	From engine.Optional[string] `query:"from"`
	To   engine.Optional[string] `query:"to"`
}

type queried struct {
	common
	SourceName        *string `json:"sourceName"`
	SourceDescription *string `json:"sourceDescription"`
	TokenName         *string `json:"tokenName"`
}

type queryOut struct {
	Signals []queried `json:"signals"`
	Total   int       `json:"total"`
}

func query(view *engine.View, in queryIn) (out engine.Answer[queryOut], err error) {
	days, err := in.days()
	if err != nil {
		return out, err
	}
	limit, offset := in.Bounds(defaultLimit)
	total, skipped, start := span(view, days, offset)
	out.Value = queryOut{Signals: []queried{}, Total: total}
	if total <= offset {
		return out, nil
	}
	offset -= skipped
	names := newNames(view)
	for signal := range newest.From(view, start) {
		if len(out.Value.Signals) == limit || !days.from.IsZero() && signal.CreatedAt.Before(days.from) {
			break
		}
		if offset > 0 {
			offset--
			continue
		}
		shown := queried{common: common{signal, source}, TokenName: names.token(signal)}
		if endpoint := names.endpoint(signal.SourceID); endpoint != nil {
			shown.SourceName, shown.SourceDescription = &endpoint.Name, endpoint.Description
		}
		out.Value.Signals = append(out.Value.Signals, shown)
	}
	return out, nil
}

// names looks up what the ids in signals stand for now, each only once, since many
// signals have the same few sources.
type names struct {
	view      *engine.View
	endpoints map[int64]*signalendpoints.Endpoint
	tokens    map[[2]int64]*signaltokens.Token
}

func newNames(view *engine.View) names {
	return names{view, map[int64]*signalendpoints.Endpoint{}, map[[2]int64]*signaltokens.Token{}}
}

// endpoint returns the endpoint with an id, or nil once it is deleted.
func (n names) endpoint(id int64) *signalendpoints.Endpoint {
	endpoint, known := n.endpoints[id]
	if !known {
		endpoint = signalendpoints.Find(n.view, id)
		n.endpoints[id] = endpoint
	}
	return endpoint
}

// token returns the name of a signal's token, or nil once the token is deleted.
func (n names) token(signal *Signal) *string {
	if signal.TokenID == nil {
		return nil
	}
	key := [2]int64{signal.SourceID, *signal.TokenID}
	token, known := n.tokens[key]
	if !known {
		token = signaltokens.Find(n.view, key[0], key[1])
		n.tokens[key] = token
	}
	if token == nil {
		return nil
	}
	return &token.Name
}
