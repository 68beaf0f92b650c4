package control

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
)

func (a *API) resetWorkspace(_ context.Context, r *request) (response, error) {
	if err := r.workspace.Reset(); err != nil {
		return response{}, err
	}
	return describe(r)
}

// describe answers with the workspace as it is.
func describe(r *request) (response, error) { return ok(described(r.workspace)) }

// exportState writes the state; how many of the newest rows of a table, and of the
// events, a parameter of its name says.
func (a *API) exportState(_ context.Context, r *request) (response, error) {
	newest := map[string]int{}
	for name, text := range r.query {
		if count, err := strconv.Atoi(text); err == nil { // the contract has checked it
			newest[name] = count
		}
	}
	return ok(raw(r.workspace.Instance().Store.Snapshot(newest)))
}

func (a *API) importState(_ context.Context, r *request) (response, error) {
	value, err := v8json.ParseOrdered(r.body)
	if err != nil {
		return response{}, err
	}
	instance := r.workspace.Instance()
	store, err := a.Engine.Restore(value.(*v8json.Object), instance.Clock.Now()) // an object, by the contract
	if err != nil {
		return response{}, err
	}
	r.workspace.Replace(store)
	return describe(r)
}

// wireClock is what a clock shows.
type wireClock struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
	Real   bool      `json:"real"`
}

func shown(reading clock.Reading) wireClock {
	return wireClock{Now: reading.Now.UTC(), Frozen: reading.Frozen, Real: reading.Real}
}

func (a *API) getClock(_ context.Context, r *request) (response, error) {
	return ok(shown(r.workspace.Instance().Clock.Read()))
}

func (a *API) setClock(_ context.Context, r *request) (response, error) {
	var change struct {
		Real    bool
		Now     *time.Time
		Advance string
		Frozen  *bool
	}
	if err := json.Unmarshal(r.body, &change); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	now := r.workspace.Instance().Clock
	if change.Real {
		if change.Now != nil || change.Advance != "" || change.Frozen != nil {
			return response{}, invalid("/body/real", "real goes with nothing else")
		}
		now.Reset()
		return ok(shown(now.Read()))
	}
	var advance time.Duration
	if change.Advance != "" {
		var err error
		if advance, err = time.ParseDuration(change.Advance); err != nil {
			return response{}, invalid("/body/advance", fmt.Sprintf("%q is no duration such as 90m", change.Advance))
		}
	}
	reading, err := now.Set(clock.Change{Now: change.Now, Advance: advance, Frozen: change.Frozen})
	if err != nil {
		return response{}, err
	}
	return ok(shown(reading))
}
