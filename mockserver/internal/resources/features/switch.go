package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// environmentAnswer is a flag in an environment, as the API returns it.
type environmentAnswer struct {
	Name        string             `json:"name"`
	Environment string             `json:"environment"`
	Enabled     bool               `json:"enabled"`
	Strategies  []strategyOfToggle `json:"strategies"`
}

// strategyOfToggle is a strategy without its segments.
type strategyOfToggle struct {
	ID          string                   `json:"id"`
	FeatureName string                   `json:"featureName"`
	Title       *string                  `json:"title"`
	Parameters  engine.JSON              `json:"parameters"`
	Constraints []constraints.Constraint `json:"constraints"`
	Variants    []Variant                `json:"variants"`
	SortOrder   int64                    `json:"sortOrder"`
	Disabled    *bool                    `json:"disabled"`
	Name        string                   `json:"name"`
}

func getEnvironment(view *engine.View, in inEnvironment) (out engine.Answer[environmentAnswer], err error) {
	if _, err := in.find(view); err != nil {
		return out, err
	}
	toggle := In(view, in.Name, in.Environment)
	if toggle == nil {
		return out, apierror.Missing("Could not find %s in %s", in.Name, in.Environment)
	}
	found := environmentAnswer{Name: in.Name, Environment: in.Environment, Enabled: toggle.Enabled, Strategies: []strategyOfToggle{}}
	for _, s := range StrategiesOf(view, in.Name, in.Environment) {
		found.Strategies = append(found.Strategies, strategyOfToggle{
			s.ID, s.Flag, s.Title, s.Parameters, s.Constraints, s.Variants, s.SortOrder, s.Disabled, s.Name,
		})
	}
	return engine.OK(found)
}

// switchable returns the state of the flag in the environment, or the error for switching it.
func (in inEnvironment) switchable(r engine.Reader) (*Toggle, error) {
	if _, err := in.find(r); err != nil {
		return nil, err
	}
	toggle := In(r, in.Name, in.Environment)
	switch {
	case toggle == nil:
		return nil, apierror.Missing("Could not find environment %s for feature: %s", in.Environment, in.Name)
	case Get(r, in.Name).ArchivedAt != nil:
		return nil, archivedFlag()
	}
	return toggle, nil
}

type switchIn struct {
	inEnvironment
	Activate []string `query:"shouldActivateDisabledStrategies"`
}

func switchOn(tx *engine.Tx, in switchIn) (out engine.Answer[engine.None], err error) {
	toggle, err := in.switchable(tx)
	if err != nil {
		return out, err
	}
	if err := ensureActive(tx, in.inEnvironment, slices.Equal(in.Activate, []string{"true"})); err != nil {
		return out, err
	}
	return out, SetEnabled(tx, toggle, true)
}

func switchOff(tx *engine.Tx, in inEnvironment) (out engine.Answer[engine.None], err error) {
	toggle, err := in.switchable(tx)
	if err != nil {
		return out, err
	}
	return out, SetEnabled(tx, toggle, false)
}

const switchedOn = "feature-environment-enabled"

// SetEnabled switches a flag on or off in an environment, unless it already is.
func SetEnabled(tx *engine.Tx, before *Toggle, enabled bool) error {
	if before.Enabled == enabled {
		tx.Touch(before)
		return nil
	}
	event := "feature-environment-disabled"
	if enabled {
		event = switchedOn
	}
	after := *before
	after.Enabled = enabled
	return toggles.UpdateAs(tx, event, before, &after)
}

// ensureActive makes sure that a flag that is switched on has an active strategy. On
// request it activates disabled ones, even if others are active (O).
func ensureActive(tx *engine.Tx, in inEnvironment, activate bool) error {
	all := StrategiesOf(tx, in.Name, in.Environment)
	if activate {
		for _, before := range all {
			if before.isActive() {
				continue
			}
			after := *before
			after.Disabled = new(bool)
			if err := strategies.Update(tx, before, &after); err != nil {
				return err
			}
		}
		all = StrategiesOf(tx, in.Name, in.Environment)
	}
	if len(active(all)) > 0 {
		return nil
	}
	made, err := defaultStrategy(tx, in)
	if err != nil {
		return err
	}
	return add(tx, made)
}

// defaultStrategy returns the project's default strategy for an environment, or else a
// rollout to everybody. Unlike when it was set, it is checked (O).
func defaultStrategy(tx *engine.Tx, in inEnvironment) (*Strategy, error) {
	out := Everybody(in.Name)
	out.Environment, out.Disabled, out.SortOrder = in.Environment, new(bool), unplaced
	link := projects.InProject(tx, in.Project, in.Environment)
	if link == nil || link.DefaultStrategy == nil {
		return &out, nil
	}
	written := strategyForm{SortOrder: unplaced}
	if engine.Fill(&written, link.DefaultStrategy.Value(), nil, true) != nil {
		return &out, nil
	}
	body := written.body()
	body.SortOrder.Sent, body.Disabled.Sent = written.SortOrder != unplaced, written.Disabled != nil
	return &out, body.fill(tx, &out)
}

// switchOffUnlessActive switches the flag off in the environment if it has no active
// strategy left there.
func switchOffUnlessActive(tx *engine.Tx, in inEnvironment) error {
	if len(active(StrategiesOf(tx, in.Name, in.Environment))) > 0 {
		return nil
	}
	toggle, err := in.switchable(tx)
	if err != nil {
		return err
	}
	return SetEnabled(tx, toggle, false)
}
