package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// The variables of scenarios that stand for the project and environment of the run's flags.
const (
	Project     = "project"
	Environment = "environment"
)

// placeFacts maps variables to functions that return their value, or say why there is none.
var placeFacts = map[string]func(*target.Place) (value, missing string){
	Project:     func(p *target.Place) (string, string) { return p.Project, p.NoProject },
	Environment: func(p *target.Place) (string, string) { return p.Environment, p.NoProject + p.NoEnvironment },
	"environment type": func(p *target.Place) (string, string) {
		return p.Type, p.NoProject + p.NoEnvironment
	},
	"other environment":      func(p *target.Place) (string, string) { return p.Other, "" },
	"other environment type": func(p *target.Place) (string, string) { return p.OtherType, "" },
	"other project":          func(p *target.Place) (string, string) { return p.OtherProject, "" },
	"default environment":    func(p *target.Place) (string, string) { return target.DefaultEnvironment, p.NoDefault },
	"tag type":               func(p *target.Place) (string, string) { return target.TagType, p.NoTagType },
	"project stickiness":     func(p *target.Place) (string, string) { return p.Stickiness, p.NoProject },
}

// IsPlace reports whether a variable stands for the place of the run's flags. Its value is
// chosen by the user or comes from the target; the run did not create it.
func IsPlace(name string) bool { return placeFacts[name] != nil }

// placeFact returns the value of such a variable. is is false for any other variable.
func placeFact(p *target.Place, name string) (fact Fact, is bool) {
	read := placeFacts[name]
	if read == nil {
		return Fact{}, false
	}
	value, missing := read(p)
	switch {
	case missing != "":
		return Fact{Missing: missing}, true
	case value == "" && strings.HasPrefix(name, "other environment"):
		return Fact{Missing: fmt.Sprintf("the project %s has no second environment that is switched on", p.Project)}, true
	case value == "":
		return Fact{Missing: "the target shows no " + name}, true
	}
	return Fact{Value: value}, true
}

// byPlace checks the place where the scenario works: whether changes there need approval, and
// whether SDKs see what it creates there.
func byPlace(c *Conditions, s *Scenario) string {
	if s.Needs.Changes && c.Place.Approvals != "" {
		return c.Place.Approvals
	}
	for _, actor := range s.Needs.SDKs {
		scope, known := c.Scopes[actor]
		switch {
		case !known, c.Place.NoProject+c.Place.NoEnvironment != "": // byFacts reports it
		case s.Needs.has(Environment) && scope.Environment != c.Place.Environment:
			return fmt.Sprintf("the %s's token is for the environment %s, but the run is for %s; --environment changes that", actor, scope.Environment, c.Place.Environment)
		case s.Needs.has(Project) && scope.Projects != nil && !slices.Contains(scope.Projects, "*") && !slices.Contains(scope.Projects, c.Place.Project):
			return fmt.Sprintf("the %s's token is for the project %s, but the run is for %s; --project changes that", actor, strings.Join(scope.Projects, ", "), c.Place.Project)
		}
	}
	return ""
}

// byNaming excludes scenarios that create flags whose names the project would refuse.
func byNaming(c *Conditions, s *Scenario) string {
	if s.Has("@writes") && s.Needs.InProject() {
		return c.Misnamed
	}
	return ""
}
