package features

import (
	"cmp"
	"reflect"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// Definition is a flag with everything that belongs to it, in one environment. It may be
// something that the API refuses but SDKs can read.
type Definition struct {
	Flag
	Toggle       Toggle // its Environment says in which
	Strategies   []Strategy
	Tags         []Tag
	Dependencies []Dependency
}

// Put stores a flag, replacing any flag of the same name. In the other environments of
// its project it is off and has no strategies; so it is in an environment that its project does
// not have.
func Put(tx *engine.Tx, d *Definition) error {
	if before := Get(tx, d.Name); before != nil {
		flags.Delete(tx, before)
	}
	if err := flags.Insert(tx, &d.Flag); err != nil {
		return err
	}
	for _, link := range projects.EnvironmentsOf(tx, d.Project) {
		toggle := &Toggle{Flag: d.Name, Environment: link.Environment, Variants: []Variant{}}
		if link.Environment == d.Toggle.Environment {
			toggle.Enabled = d.Toggle.Enabled
			toggle.Variants = append(toggle.Variants, d.Toggle.Variants...)
		}
		if err := toggles.Insert(tx, toggle); err != nil {
			return err
		}
	}
	if In(tx, d.Name, d.Toggle.Environment) != nil { // otherwise no state would have them
		if err := putStrategies(tx, d.Name, d.Toggle.Environment, d.Strategies); err != nil {
			return err
		}
	}
	for _, tag := range d.Tags {
		tag.Flag = d.Name
		if err := cmp.Or(addTag(tx, &tag), tx.Admit()); err != nil {
			return err
		}
	}
	for _, dependency := range d.Dependencies {
		dependency.Flag = d.Name
		if dependencies.Get(tx, engine.Text(d.Name, dependency.Parent)) != nil {
			continue // a child with several strategies lists a parent once for each
		}
		if err := cmp.Or(dependencies.Insert(tx, &dependency), tx.Admit()); err != nil {
			return err
		}
	}
	return nil
}

func putStrategies(tx *engine.Tx, flag, environment string, all []Strategy) error {
	for i := range all {
		s := all[i]
		s.Flag, s.Environment, s.SortOrder = flag, environment, int64(i)
		if s.Disabled == nil {
			s.Disabled = new(bool)
		}
		if err := cmp.Or(insert(tx, &s), tx.Admit()); err != nil { // before the rows of all of them exist
			return err
		}
	}
	return nil
}

// Everybody returns the strategy that turns a flag on for every context.
func Everybody(flag string) Strategy {
	out := Strategy{Flag: flag, Name: flexibleRollout}
	out.rollOut("default")
	return out
}

// PutStrategies replaces all strategies of a flag in an environment.
func PutStrategies(tx *engine.Tx, flag, environment string, all []Strategy) error {
	strategies.DeleteEach(tx, StrategiesOf(tx, flag, environment))
	return putStrategies(tx, flag, environment, all)
}

// PutVariants replaces all variants of a flag in an environment.
func PutVariants(tx *engine.Tx, flag, environment string, variants []Variant) error {
	before := In(tx, flag, environment)
	after := *before
	after.Variants = variants
	event := "feature-environment-variants-updated"
	if reflect.DeepEqual(before.Variants, variants) { // causes no event (O)
		event = ""
	}
	return toggles.UpdateAs(tx, event, before, &after)
}

// DropParents removes all dependencies of a flag on others.
func DropParents(tx *engine.Tx, flag string) {
	dependencies.DeleteEach(tx, ParentsOf(tx, flag))
}

// Delete deletes a flag for good, archived or not.
func Delete(tx *engine.Tx, flag *Flag) { flags.Delete(tx, flag) }

// DeleteAll deletes all flags.
func DeleteAll(tx *engine.Tx) { flags.DeleteEach(tx, flags.All(tx)) }

// ParametersOf returns parameters as strategies store them.
func ParametersOf(values map[string]string) engine.JSON { return parameters(values) }
