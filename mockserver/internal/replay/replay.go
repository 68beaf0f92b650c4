// Package replay finds recorded answers by the requests that they answered.
package replay

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/recording"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Index has recorded answers by request. It is not changed once it is built.
type Index struct {
	contract *spec.Contract
	engine   *engine.Engine
	places   map[string]map[string]engine.Place // by operationId
	requests map[string]*request
	owners   map[string]owner // by their tokens
	summary  Summary
}

// owner is the owner of a recorded token, and the part of the API where the token is
// valid.
type owner struct {
	under    string
	identity engine.Identity
}

// request has the answers to one request, in order.
type request struct {
	number  int // of the request, counted from 0
	answers []*Answer
	tags    map[string]*Answer // by recorded entity tag
}

// Summary says what is replayed from recordings.
type Summary struct {
	// Exchanges is how many exchanges are replayed, and Operations how many operations they
	// use.
	Exchanges, Operations int
	// LeftOut says what is not replayed, by reason, the most frequent first.
	LeftOut []LeftOut
}

// String returns the summary on one line.
func (s Summary) String() string {
	said := plural.Of(s.Exchanges, "exchange") + " of " + plural.Of(s.Operations, "operation")
	var reasons []string
	total := 0
	for _, left := range s.LeftOut {
		total += left.Count
		reasons = append(reasons, fmt.Sprintf("%d %s", left.Count, left.Reason))
	}
	if total == 0 {
		return said
	}
	return fmt.Sprintf("%s, %d left out: %s", said, total, strings.Join(reasons, ", "))
}

// LeftOut is the number of exchanges that are not replayed for one reason.
type LeftOut struct {
	Reason string
	Count  int
}

// Build makes an index of recordings, in order. contract is the engine's contract; serves
// reports whether the mock itself answers an operation.
func Build(contract *spec.Contract, e *engine.Engine, recordings []*recording.Recording, serves func(*spec.Operation) bool) *Index {
	x := &Index{
		contract: contract, engine: e, places: map[string]map[string]engine.Place{},
		requests: map[string]*request{}, owners: map[string]owner{},
	}
	learned := e.Learn(recording.Masked)
	operations, left := map[string]bool{}, map[string]int{}
	for _, r := range recordings {
		name := url.PathEscape(r.Name) // it is sent in a header
		for i := range r.Exchanges {
			exchange := &r.Exchanges[i]
			operation, params, reason := exchange.Locate(contract)
			if reason == "" && !serves(operation) {
				reason = "of an operation that the mock does not answer here"
			}
			if reason == "" {
				secrets := x.secrets(learned, operation, params, exchange)
				reason = x.add(operation, params, exchange, secrets, fmt.Sprintf("%s:%d", name, exchange.Line))
			}
			if reason != "" {
				left[reason]++
				continue
			}
			operations[operation.ID] = true
			x.summary.Exchanges++
		}
	}
	x.summary.Operations = len(operations)
	for reason, count := range left {
		x.summary.LeftOut = append(x.summary.LeftOut, LeftOut{reason, count})
	}
	slices.SortFunc(x.summary.LeftOut, func(a, b LeftOut) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Reason, b.Reason))
	})
	return x
}

// Reasons why an exchange is not replayed.
const (
	noAnswer     = "without an answer"
	aboutToken   = "refusing a token (401, 403)"
	headOnly     = "of HEAD, without the body"
	maskedInput  = "whose request hides a secret"
	cutShort     = "whose body is incomplete"
	unreadInput  = "whose request the mock refuses itself"
	unknownMatch = "with a 304 for what was not recorded"
	noSecret     = "of a token without its id"
)

// secrets returns the secrets that an answer shows, with placeholders for hidden ones. It
// remembers their owners, even if those are deleted later.
func (x *Index) secrets(learned *engine.Learned, operation *spec.Operation, params []string, exchange *recording.Exchange) []string {
	places, known := x.places[operation.ID]
	if !known {
		places = x.engine.Places(operation.ID)
		x.places[operation.ID] = places
	}
	if !slices.Contains(slices.Collect(maps.Values(places)), engine.SecretPlace) || !exchange.Teach(learned, operation, params) {
		return nil
	}
	for _, secret := range learned.Secrets() {
		for _, credential := range x.engine.Credentials() {
			if identity, known := credential.Identify(&learned.View, secret); known {
				x.owners[secret] = owner{credential.Under, identity}
				break
			}
		}
	}
	return learned.Secrets()
}

// add adds an exchange that showed these secrets, or returns the reason why it cannot.
func (x *Index) add(operation *spec.Operation, params []string, exchange *recording.Exchange, secrets []string, source string) (reason string) {
	sent, came := &exchange.Request, &exchange.Response
	switch {
	case came.Status < http.StatusOK:
		return noAnswer
	case came.Status == http.StatusUnauthorized, came.Status == http.StatusForbidden:
		return aboutToken
	case sent.Method == http.MethodHead:
		return headOnly
	case recording.Masked(sent.URL), recording.Masked(sent.Body):
		return maskedInput
	case traffic.IsCut(sent.Body), traffic.IsCut(came.Body):
		return cutShort
	}
	key, ok := recordedKey(operation, params, exchange)
	if !ok {
		return unreadInput
	}
	known := x.requests[key]
	answer := &Answer{}
	if came.Status == http.StatusNotModified {
		if known != nil {
			answer = known.tags[weak(confirmed(exchange))]
		}
		if known == nil || answer == nil {
			return unknownMatch
		}
	} else {
		if answer, ok = x.answer(operation, came, secrets); !ok {
			return noSecret
		}
		answer.Source = source
	}
	if known == nil {
		known = &request{number: len(x.requests), tags: map[string]*Answer{}}
		x.requests[key] = known
	}
	known.answers = append(known.answers, answer)
	if tag := came.Header.Get("ETag"); tag != "" {
		known.tags[weak(tag)] = answer
	}
	return ""
}

// confirmed returns the entity tag that a 304 confirms. Unleash omits it from a 304 of
// the Client API (O), where it is the tag that was requested.
func confirmed(exchange *recording.Exchange) string {
	return cmp.Or(exchange.Response.Header.Get("ETag"), exchange.Request.Header.Get("If-None-Match"))
}

// Summary returns what is replayed.
func (x *Index) Summary() Summary {
	out := x.summary
	out.LeftOut = slices.Clone(out.LeftOut)
	return out
}

// Identify returns the owner of a token that a recorded answer shows, and the part of the
// API where the token is valid; empty means all of it.
func (x *Index) Identify(token string) (under string, identity engine.Identity, known bool) {
	found, known := x.owners[token]
	return found.under, found.identity, known
}

// Cursor is an instance's position in the answers to each request. It is safe for
// concurrent use.
type Cursor struct {
	*Index
	given []atomic.Uint64 // by the number of the request
}

// Start returns a cursor before the first answers.
func (x *Index) Start() *Cursor {
	return &Cursor{Index: x, given: make([]atomic.Uint64, len(x.requests))}
}

// Next returns the next answer to the request with a key, or nil. The last answer
// repeats. A HEAD gets what the next GET would get, and does not advance.
func (c *Cursor) Next(key string, head bool) *Answer {
	known := c.requests[key]
	if known == nil {
		return nil
	}
	turn := c.given[known.number].Load()
	if !head {
		turn = c.given[known.number].Add(1) - 1
	}
	return known.answers[min(turn, uint64(len(known.answers))-1)]
}
