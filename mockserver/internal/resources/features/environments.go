package features

import "github.com/unleash-mock/unleash-mock/mockserver/internal/engine"

// Join turns the flags of a project off in an environment that the project gets.
func Join(tx *engine.Tx, project, environment string) error {
	for _, flag := range flags.All(tx) {
		if flag.Project != project || In(tx, flag.Name, environment) != nil {
			continue
		}
		if err := toggles.Insert(tx, &Toggle{Flag: flag.Name, Environment: environment, Variants: []Variant{}}); err != nil {
			return err
		}
	}
	return nil
}

// Leave takes what the flags of a project are in an environment, their strategies with it.
func Leave(tx *engine.Tx, project, environment string) error {
	for _, flag := range flags.All(tx) {
		toggle := In(tx, flag.Name, environment)
		if flag.Project != project || toggle == nil {
			continue
		}
		if err := toggles.Delete(tx, toggle); err != nil {
			return err
		}
	}
	return nil
}
