package recording

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// world is what recordings show of an instance, as it was in the end.
type world struct {
	endpoints map[int64]*endpoint
	signals   map[int64]*signal
	invoices  json.RawMessage // nil for not seen
	detailed  json.RawMessage
	highest   int64 // id of a token

	used, unused int // exchanges that say something, and that do not
}

// endpoint is a signal endpoint as answers show it.
type endpoint struct {
	ID              int64
	Name            string
	Enabled         *bool
	Description     *string
	CreatedAt       string
	CreatedByUserID int64
	Tokens          []*token

	guessed bool // known by its signals only
	listed  bool // Tokens are all that there were
}

type token struct {
	ID              int64
	Name            string
	CreatedAt       string
	CreatedByUserID int64

	nameless bool // known by a signal only
	unlisted bool // known by its name only; ID is free choice
}

type signal struct {
	ID                int64
	SourceID          int64
	CreatedAt         string
	TokenID           *int64 `json:"createdBySourceTokenId"`
	TokenName         *string
	SourceName        *string
	SourceDescription *string
	Payload           json.RawMessage
}

// observe goes through recordings, one after the other.
func observe(contract *spec.Contract, recordings []*Recording) *world {
	w := &world{endpoints: map[int64]*endpoint{}, signals: map[int64]*signal{}}
	for _, r := range recordings {
		for i := range r.Exchanges {
			x := &r.Exchanges[i]
			operation, params, _ := x.Locate(contract)
			if operation == nil || !x.succeeded() || traffic.IsCut(x.Response.Body) {
				w.unused++
				continue
			}
			if learn := lessons[operation.ID]; learn != nil && learn(w, params, []byte(x.Response.Body)) {
				w.used++
			} else {
				w.unused++
			}
		}
	}
	w.nameTokens()
	return w
}

// lesson takes in what a successful answer shows; false if it shows nothing.
type lesson func(w *world, params []string, body []byte) bool

// lessons by operationId. What an answer does not show is not guessed: a signal
// that is missing from a list may be on its next page.
var lessons = map[string]lesson{
	"getSignalEndpoints": of(func(w *world, _ []string, shown struct{ SignalEndpoints *[]*endpoint }) bool {
		if shown.SignalEndpoints == nil {
			return false
		}
		clear(w.endpoints)
		for _, e := range *shown.SignalEndpoints {
			w.put(e)
		}
		return true
	}),
	"createSignalEndpoint":  of(putEndpoint),
	"updateSignalEndpoint":  of(putEndpoint),
	"enableSignalEndpoint":  of(putEndpoint),
	"disableSignalEndpoint": of(putEndpoint),
	"deleteSignalEndpoint": func(w *world, params []string, _ []byte) bool {
		delete(w.endpoints, number(params[0]))
		return true
	},
	"getSignalEndpointTokens": of(func(w *world, params []string, shown struct{ SignalEndpointTokens *[]*token }) bool {
		if shown.SignalEndpointTokens == nil {
			return false
		}
		e := w.endpoint(number(params[0]))
		e.Tokens, e.listed = nil, true
		for _, t := range *shown.SignalEndpointTokens {
			w.putToken(e, t)
		}
		return true
	}),
	"createSignalEndpointToken": of(putToken),
	"updateSignalEndpointToken": of(putToken),
	"deleteSignalEndpointToken": func(w *world, params []string, _ []byte) bool {
		if e := w.endpoints[number(params[0])]; e != nil {
			e.drop(number(params[1]))
		}
		return true
	},
	"getSignalEndpointSignals": of(func(w *world, _ []string, shown struct{ SignalEndpointSignals []*signal }) bool {
		return w.putSignals(shown.SignalEndpointSignals)
	}),
	"getSignals": of(func(w *world, _ []string, shown struct{ Signals []*signal }) bool {
		for _, s := range shown.Signals {
			if s != nil && s.SourceName != nil {
				w.meet(s.SourceID, *s.SourceName, s.SourceDescription)
			}
		}
		return w.putSignals(shown.Signals)
	}),
	"callSignalEndpoint": of(func(w *world, params []string, shown struct{ Signals []*signal }) bool {
		for _, s := range shown.Signals {
			if s != nil {
				w.meet(s.SourceID, params[0], nil)
			}
		}
		return w.putSignals(shown.Signals)
	}),
	"getInvoices": func(w *world, _ []string, body []byte) bool {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil {
			return false
		}
		w.invoices = body
		return true
	},
	"getDetailedInvoices": func(w *world, _ []string, body []byte) bool {
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return false
		}
		w.detailed = body
		return true
	},
}

// of decodes the body for a lesson.
func of[T any](learn func(*world, []string, T) bool) lesson {
	return func(w *world, params []string, body []byte) bool {
		var shown T
		return json.Unmarshal(body, &shown) == nil && learn(w, params, shown)
	}
}

func putEndpoint(w *world, _ []string, shown *endpoint) bool { return w.put(shown) }

func putToken(w *world, params []string, shown *token) bool {
	return shown != nil && w.putToken(w.endpoint(number(params[0])), shown)
}

// number reads an id; one that is none belongs to nothing.
func number(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// put takes an endpoint in as it is now. Names are unique: another one that had
// the name is gone or has another now.
func (w *world) put(e *endpoint) bool {
	if e == nil || e.ID == 0 || e.Name == "" {
		return false
	}
	maps.DeleteFunc(w.endpoints, func(id int64, other *endpoint) bool { return other.Name == e.Name && id != e.ID })
	w.endpoints[e.ID] = e
	shown := e.Tokens
	e.Tokens, e.listed = nil, true
	for _, t := range shown {
		w.putToken(e, t)
	}
	return true
}

// endpoint is the one with an id, known or not.
func (w *world) endpoint(id int64) *endpoint {
	if w.endpoints[id] == nil {
		w.endpoints[id] = &endpoint{ID: id, guessed: true}
	}
	return w.endpoints[id]
}

// meet takes in what a signal says of its endpoint.
func (w *world) meet(id int64, name string, description *string) {
	if id == 0 || name == "" {
		return
	}
	e := w.endpoint(id)
	if description != nil {
		e.Description = description
	}
	if e.Name != name {
		maps.DeleteFunc(w.endpoints, func(other int64, named *endpoint) bool { return named.Name == name && other != id })
		e.Name = name
	}
}

func (w *world) putToken(e *endpoint, t *token) bool {
	if t == nil || t.ID == 0 || t.Name == "" {
		return false
	}
	e.drop(t.ID)
	e.Tokens = append(e.Tokens, t)
	w.highest = max(w.highest, t.ID)
	return true
}

func (e *endpoint) drop(id int64) {
	e.Tokens = slices.DeleteFunc(e.Tokens, func(t *token) bool { return t.ID == id })
}

func (e *endpoint) find(matches func(*token) bool) *token {
	if i := slices.IndexFunc(e.Tokens, matches); i >= 0 {
		return e.Tokens[i]
	}
	return nil
}

// putSignals takes signals in. What a list does not tell of one, an earlier answer
// may have told.
func (w *world) putSignals(list []*signal) bool {
	for _, s := range list {
		if s == nil || s.ID == 0 || s.SourceID == 0 {
			continue
		}
		before := w.signals[s.ID]
		if before != nil && s.TokenID == nil {
			s.TokenID = before.TokenID
		}
		w.signals[s.ID] = s
		w.meetToken(s, before == nil)
	}
	return list != nil
}

// meetToken takes in what a signal says of its token. One that a new signal was
// sent with exists, though nobody has shown it.
func (w *world) meetToken(s *signal, isNew bool) {
	e := w.endpoints[s.SourceID]
	if s.TokenID == nil || e == nil {
		return
	}
	w.highest = max(w.highest, *s.TokenID)
	used := e.find(func(t *token) bool { return t.ID == *s.TokenID })
	if used == nil && isNew {
		used = &token{ID: *s.TokenID, nameless: true}
		e.Tokens = append(e.Tokens, used)
	}
	if used != nil && used.nameless && s.TokenName != nil {
		used.Name, used.nameless = *s.TokenName, false
	}
}

// nameTokens finds the tokens of signals of which only its name is known, and makes
// up those that no list has shown.
func (w *world) nameTokens() {
	for _, id := range slices.Sorted(maps.Keys(w.signals)) {
		s := w.signals[id]
		e := w.endpoints[s.SourceID]
		if s.TokenID != nil || s.TokenName == nil || *s.TokenName == "" || e == nil {
			continue
		}
		named := e.find(func(t *token) bool { return t.Name == *s.TokenName })
		if named == nil && !e.listed {
			w.highest++
			named = &token{ID: w.highest, Name: *s.TokenName, unlisted: true}
			e.Tokens = append(e.Tokens, named)
		}
		if named != nil {
			s.TokenID = &named.ID
		}
	}
}
