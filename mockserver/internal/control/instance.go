package control

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

func (m *Mock) resetWorkspace(w *workspace.Workspace, _ *request) (response, error) {
	if err := w.Reset(); err != nil {
		return response{}, err
	}
	return ok(m.described(w))
}

type wireClock struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
	Real   bool      `json:"real"`
}

func shown(reading clock.Reading) wireClock {
	return wireClock{Now: reading.Now.UTC(), Frozen: reading.Frozen, Real: reading.Real}
}

func (m *Mock) getClock(w *workspace.Workspace, _ *request) (response, error) {
	return ok(shown(w.Instance().Clock.Read()))
}

func (m *Mock) setClock(w *workspace.Workspace, r *request) (response, error) {
	var change struct {
		Real    bool
		Now     *time.Time
		Advance string
		Frozen  *bool
	}
	if err := json.Unmarshal(r.body, &change); err != nil {
		return response{}, invalid("/body", err.Error())
	}
	now := w.Instance().Clock
	if change.Real {
		if change.Now != nil || change.Advance != "" || change.Frozen != nil {
			return response{}, invalid("/body/real", "real cannot be combined with anything else")
		}
		now.Reset()
		return ok(shown(now.Read()))
	}
	var advance time.Duration
	if change.Advance != "" {
		var err error
		if advance, err = time.ParseDuration(change.Advance); err != nil {
			return response{}, invalid("/body/advance", fmt.Sprintf("%q is not a duration such as 90m", change.Advance))
		}
	}
	reading, err := now.Set(clock.Change{Now: change.Now, Advance: advance, Frozen: change.Frozen})
	if err != nil {
		return response{}, err
	}
	return ok(shown(reading))
}
