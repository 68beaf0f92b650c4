package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// The variables of scenarios that stand for where the flags of a run are.
const (
	Project     = "project"
	Environment = "environment"
)

// placeFacts are what those variables stand for, and why there may be nothing.
var placeFacts = map[string]func(*target.Place) (value, missing string){
	Project:     func(p *target.Place) (string, string) { return p.Project, p.NoProject },
	Environment: func(p *target.Place) (string, string) { return p.Environment, p.NoProject + p.NoEnvironment },
	"environment type": func(p *target.Place) (string, string) {
		return p.Type, p.NoProject + p.NoEnvironment
	},
	"other environment":      func(p *target.Place) (string, string) { return p.Other, "" },
	"other environment type": func(p *target.Place) (string, string) { return p.OtherType, "" },
	"default environment":    func(p *target.Place) (string, string) { return target.DefaultEnvironment, p.NoDefault },
	"project stickiness":     func(p *target.Place) (string, string) { return p.Stickiness, p.NoProject },
}

// IsPlace reports whether a variable stands for where the flags of a run are. It is
// the user's choice or the target's own, and nothing that the run made.
func IsPlace(name string) bool { return placeFacts[name] != nil }

// placeFact is the value of such a variable.
func placeFact(p *target.Place, name string) (fact Fact, is bool) {
	read := placeFacts[name]
	if read == nil {
		return Fact{}, false
	}
	value, missing := read(p)
	switch {
	case missing != "":
		return Fact{Missing: missing}, true
	case value == "" && strings.HasPrefix(name, "other"):
		return Fact{Missing: fmt.Sprintf("the project %s has no second environment that is on", p.Project)}, true
	case value == "":
		return Fact{Missing: "the target does not tell the " + name}, true
	}
	return Fact{Value: value}, true
}

// byPlace looks at where the scenario works: whether changes are to be approved there,
// and whether SDKs see what it makes there.
func byPlace(c *Conditions, s *Scenario) string {
	if s.Needs.Changes && c.Place.Approvals != "" {
		return c.Place.Approvals
	}
	for _, actor := range s.Needs.SDKs {
		scope, known := c.Scopes[actor]
		switch {
		case !known, c.Place.NoProject+c.Place.NoEnvironment != "": // the facts tell
		case s.Needs.has(Environment) && scope.Environment != c.Place.Environment:
			return fmt.Sprintf("the %s's token is for the environment %s, the run for %s; --environment says otherwise", actor, scope.Environment, c.Place.Environment)
		case s.Needs.has(Project) && scope.Projects != nil && !slices.Contains(scope.Projects, "*") && !slices.Contains(scope.Projects, c.Place.Project):
			return fmt.Sprintf("the %s's token is for the project %s, the run for %s; --project says otherwise", actor, strings.Join(scope.Projects, ", "), c.Place.Project)
		}
	}
	return ""
}

// byNaming leaves out what makes flags whose names the project would refuse.
func byNaming(c *Conditions, s *Scenario) string {
	if s.Has("@writes") && s.Needs.InProject() {
		return c.Misnamed
	}
	return ""
}
