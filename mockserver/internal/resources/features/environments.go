package features

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// Join adds the flags of a project to an environment that the project gets. They are off
// there.
func Join(tx *engine.Tx, project, environment string) error {
	for _, flag := range flags.All(tx) {
		if flag.Project != project || In(tx, flag.Name, environment) != nil {
			continue
		}
		var err error
		after := &Toggle{Flag: flag.Name, Environment: environment, Variants: []Variant{}}
		if before := toggles.Get(tx, engine.Text(flag.Name, environment)); before == nil {
			err = toggles.Insert(tx, after)
		} else {
			err = toggles.UpdateAs(tx, "", before, after)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave removes the flags of a project from an environment. They keep their strategies there,
// but nothing else (O).
func Leave(tx *engine.Tx, project, environment string) error {
	for _, flag := range flags.All(tx) {
		before := In(tx, flag.Name, environment)
		if flag.Project != project || before == nil {
			continue
		}
		after := &Toggle{Flag: flag.Name, Environment: environment, Variants: []Variant{}, Left: true}
		if err := toggles.UpdateAs(tx, "", before, after); err != nil {
			return err
		}
	}
	return nil
}

// Seen records that an SDK counted a flag in an environment. This causes no event, and
// happens once a second at most, because an update costs more than a count.
func Seen(tx *engine.Tx, flag, environment string) error {
	before, now := In(tx, flag, environment), tx.Stamp()
	if before == nil {
		return nil
	}
	if err := advance(tx, before); err != nil {
		return err
	}
	if before.LastSeenAt != nil && now.Sub(*before.LastSeenAt).Abs() < time.Second {
		return nil
	}
	after := *before
	after.LastSeenAt = &now
	return toggles.UpdateAs(tx, "", before, &after)
}

// The stages of a flag's lifecycle. Reports from SDKs lead to the second and the third.
// Archiving leads to the last, which only a revival ends: a PUT that takes the flag out of
// the archive does not (O).
const (
	initial  = "initial"
	preLive  = "pre-live"
	live     = "live"
	archived = "archived"
)

// lifecycle returns the stage of a flag: initial since its creation, unless it has another.
func (f *Flag) lifecycle() *Lifecycle {
	if f.Lifecycle == nil {
		return &Lifecycle{initial, f.CreatedAt}
	}
	return f.Lifecycle
}

// advance moves a flag that an SDK counted to its next stage: live if it is on in an
// environment of type production, pre-live otherwise (O).
func advance(tx *engine.Tx, counted *Toggle) error {
	before, reached := Get(tx, counted.Flag), preLive
	if counted.Enabled && projects.IsProduction(tx, counted.Environment) {
		reached = live
	}
	if stage := before.lifecycle().Stage; stage == reached || stage == live || stage == archived {
		return nil
	}
	after := *before
	after.Lifecycle = &Lifecycle{reached, tx.Stamp()}
	return flags.UpdateAs(tx, "", before, &after)
}
