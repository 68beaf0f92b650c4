package projects

import (
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

type sortIn struct {
	Order map[string]float64 `body:""`
	Sent  engine.JSON        `body:""`
}

// Check refuses the first number that is beyond those of JavaScript, whether its environment exists
// or not (O).
func (in sortIn) Check() error {
	sent, _ := v8json.ParseOrdered(in.Sent)
	ordered, _ := v8json.ParseOrdered(v8json.Stringify(nil, sent)) // numbers come first, as in JavaScript
	object, is := ordered.(*v8json.Object)
	if !is {
		return nil
	}
	for _, name := range object.Keys() {
		if err := apierror.CheckSafe(name, in.Order[name]); err != nil {
			return err
		}
	}
	return nil
}

// sort sets the order of environments. Names of environments that do not exist are
// ignored (O).
func sort(tx *engine.Tx, in sortIn) (out engine.Answer[engine.None], err error) {
	for _, before := range environments.All(tx) {
		place, has := in.Order[before.Name]
		if !has {
			continue
		}
		if err := apierror.CheckInt32(before.Name, place); err != nil {
			return out, err
		}
		after := *before
		after.SortOrder = int64(place)
		if err := environments.Update(tx, before, &after); err != nil {
			return out, err
		}
	}
	return out, nil
}

// switching turns an environment itself on or off, which changes nothing for clients (O).
func switching(enabled bool) func(*engine.Tx, environmentIn) (engine.Answer[engine.None], error) {
	return func(tx *engine.Tx, in environmentIn) (out engine.Answer[engine.None], err error) {
		before := environments.Get(tx, engine.Text(in.Name))
		if before == nil {
			return out, apierror.Missing("Could not find environment %s", in.Name)
		}
		after := *before
		after.Enabled = enabled
		return out, environments.Update(tx, before, &after)
	}
}

type joinIn struct {
	projectIn
	Environment string   `json:"environment"`
	_           struct{} `ignored:"body changeRequestsEnabled,defaultStrategy"`
}

// join adds an environment to a project. The project's flags are off there.
func (u Usage) join(tx *engine.Tx, in joinIn) (out engine.Answer[engine.None], err error) {
	switch {
	case !HasEnvironment(tx, in.Environment):
		return out, apierror.BadData("Environment " + in.Environment + " does not exist")
	case Find(tx, in.ID) == nil:
		return out, apierror.Missing("No project found")
	case InProject(tx, in.ID, in.Environment) != nil:
		return out, apierror.Taken("%s already has the environment %s enabled", in.ID, in.Environment)
	}
	if err := links.Insert(tx, &Link{Project: in.ID, Environment: in.Environment}); err != nil {
		return out, err
	}
	return out, u.Joined(tx, in.ID, in.Environment)
}

type linkIn struct {
	projectIn
	Environment string `path:"environment"`
}

// leave removes an environment from a project. A project that does not
// have it is not an error (O).
func (u Usage) leave(tx *engine.Tx, in linkIn) (out engine.Answer[engine.None], err error) {
	link := InProject(tx, in.ID, in.Environment)
	if link == nil {
		return out, nil
	}
	links.Delete(tx, link)
	return out, u.Left(tx, in.ID, in.Environment)
}

type defaultStrategyIn struct {
	linkIn
	Name     string `json:"name"`
	Strategy any    `body:""`
}

// setDefaultStrategy stores a strategy as it was sent, in the key order of jsonb. Its
// constraints are not checked (O).
func setDefaultStrategy(tx *engine.Tx, in defaultStrategyIn) (out engine.Answer[engine.JSON], err error) {
	if in.Name != "flexibleRollout" {
		return out, apierror.BadData(`Only "flexibleRollout" strategy can be used as a default strategy for an environment`)
	}
	before := InProject(tx, in.ID, in.Environment)
	if before == nil {
		return out, apierror.Missing("Could not find environment %s in project %s", in.Environment, in.ID) // a real server answers 500
	}
	after := *before
	if after.DefaultStrategy, err = v8json.CompactJSONB(v8json.Stringify(nil, in.Strategy)); err != nil {
		return out, apierror.BadData(err.Error())
	}
	out.Value = after.DefaultStrategy
	return out, links.UpdateAs(tx, "default-strategy-updated", before, &after)
}
