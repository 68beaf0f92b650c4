package projects

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Environment is an environment, such as development.
type Environment struct {
	Name              string `json:"name" state:",required"`
	Type              string `json:"type"`
	SortOrder         int64  `json:"sortOrder"`
	Enabled           bool   `json:"enabled"`
	Protected         bool   `json:"protected"`
	RequiredApprovals *int64 `json:"requiredApprovals"`
}

var environments = engine.NewTable(engine.Definition[Environment]{
	Name: "environments", Singular: "environment", Noun: "environment",
	Key:     func(e *Environment) engine.Key { return engine.Text(e.Name) },
	Default: func(now time.Time) Environment { return Environment{Type: "development", Enabled: true} },
	Check: func(_ engine.Reader, e *Environment) (field, complaint string) {
		if e.RequiredApprovals != nil && *e.RequiredApprovals < 1 {
			return "requiredApprovals", fmt.Sprintf("it must be null or at least 1, not %d", *e.RequiredApprovals)
		}
		return "", ""
	},
	BuiltIn: `[
		{"name": "development", "type": "development", "sortOrder": 2},
		{"name": "production", "type": "production", "sortOrder": 3}
	]`,
})

// Environments returns all environments in their order.
func Environments(r engine.Reader) []*Environment {
	all := environments.All(r)
	slices.SortStableFunc(all, func(a, b *Environment) int { return cmp.Compare(a.SortOrder, b.SortOrder) })
	return all
}

// HasEnvironment reports whether there is an environment with a name.
func HasEnvironment(r engine.Reader, name string) bool {
	return environments.Get(r, engine.Text(name)) != nil
}

// IsProduction reports whether the environment with a name has the type production.
func IsProduction(r engine.Reader, name string) bool {
	found := environments.Get(r, engine.Text(name))
	return found != nil && found.Type == "production"
}

// findEnvironment returns the environment with a name, or a 404 that says the name.
func findEnvironment(r engine.Reader, name string) (*Environment, error) {
	if found := environments.Get(r, engine.Text(name)); found != nil {
		return found, nil
	}
	return nil, apierror.Missing("Could not find environment with name: %s", name)
}

type environmentIn struct {
	Name string `path:"name"`
}

func environment(view *engine.View, in environmentIn) (out engine.Answer[*Environment], err error) {
	out.Value, err = findEnvironment(view, in.Name)
	return out, err
}

// usedEnvironment is an environment with counts of what is in it.
type usedEnvironment struct {
	Environment
	Projects     int64 `json:"projectCount"`
	Tokens       int64 `json:"apiTokenCount"`
	EnabledFlags int64 `json:"enabledToggleCount"`
}

type environmentsOut struct {
	Version      int64              `json:"version"`
	Environments []*usedEnvironment `json:"environments"`
}

func (u Usage) environments(view *engine.View, _ struct{}) (engine.Answer[environmentsOut], error) {
	out, enabled := environmentsOut{1, []*usedEnvironment{}}, u.enabled(view, "")
	for _, environment := range Environments(view) {
		used := &usedEnvironment{Environment: *environment, Tokens: u.tokens(view, environment.Name, ""), EnabledFlags: enabled[environment.Name]}
		for _, project := range projects.All(view) {
			if InProject(view, project.ID, environment.Name) != nil {
				used.Projects++
			}
		}
		out.Environments = append(out.Environments, used)
	}
	return engine.OK(out)
}

// projectEnvironment is an environment as a project sees it.
type projectEnvironment struct {
	Environment
	Tokens          int64       `json:"projectApiTokenCount"`
	EnabledFlags    int64       `json:"projectEnabledToggleCount"`
	DefaultStrategy engine.JSON `json:"defaultStrategy,omitzero"`
	Visible         bool        `json:"visible"`
}

type projectEnvironmentsOut struct {
	Version      int64                 `json:"version"`
	Environments []*projectEnvironment `json:"environments"`
}

// projectEnvironments lists all environments, and marks the project's as visible. For a
// project that does not exist none is visible, but tokens for all projects still count
// (O).
func (u Usage) projectEnvironments(view *engine.View, in projectIn) (engine.Answer[projectEnvironmentsOut], error) {
	out, enabled := projectEnvironmentsOut{1, []*projectEnvironment{}}, u.enabled(view, in.ID)
	for _, environment := range Environments(view) {
		seen := &projectEnvironment{
			Environment:  *environment,
			Tokens:       u.tokens(view, environment.Name, in.ID),
			EnabledFlags: enabled[environment.Name],
		}
		if link := InProject(view, in.ID, environment.Name); link != nil {
			seen.Visible, seen.DefaultStrategy = true, link.DefaultStrategy
		}
		out.Environments = append(out.Environments, seen)
	}
	return engine.OK(out)
}
