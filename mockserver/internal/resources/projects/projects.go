// Package projects is the resource of projects and of the environments that they have.
package projects

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Resource returns the resource.
func Resource(usage Usage) engine.Resource {
	return engine.Resource{
		Name:   "projects",
		Tables: []engine.AnyTable{environments, projects, links},
		Operations: engine.Operations{
			"getProjects":                            engine.Read(usage.list),
			"getProjectOverview":                     engine.Read(usage.overview),
			"getAllEnvironments":                     engine.Read(usage.environments),
			"getEnvironment":                         engine.Read(environment),
			"getProjectEnvironments":                 engine.Read(usage.projectEnvironments),
			"updateSortOrder":                        engine.Write(sort),
			"toggleEnvironmentOn":                    engine.Write(switching(true)),
			"toggleEnvironmentOff":                   engine.Write(switching(false)),
			"addEnvironmentToProject":                engine.Write(usage.join),
			"removeEnvironmentFromProject":           engine.Write(usage.leave),
			"addDefaultStrategyToProjectEnvironment": engine.Write(setDefaultStrategy),
		},
	}
}

// Usage finds what other resources have in projects and environments. Functions that find
// something may be nil, and then find nothing.
type Usage struct {
	// Flags returns the flags by project: those of a given project or, if it is empty, of
	// all of them.
	Flags func(r engine.Reader, project string) map[string][]Flag
	// Enabled counts the flags that are on in each environment, archived or not: those of a
	// given project or, if it is empty, of all of them.
	Enabled func(r engine.Reader, project string) map[string]int64
	// Tokens counts the API tokens of an environment and, if one is given, of a project.
	// Tokens for all projects are included.
	Tokens func(r engine.Reader, environment, project string) int64
	// SwitchedOn reports whether a flag of a project was ever switched on, and Connected
	// whether an SDK uses the project.
	SwitchedOn, Connected func(view *engine.View, project string) bool
	// Joined and Left are called when a project gets or loses an environment.
	Joined func(tx *engine.Tx, project, environment string) error
	Left   func(tx *engine.Tx, project, environment string) error
}

// Flag is what a project needs to know about a flag.
type Flag struct {
	Name, Type string
	Archived   bool
	// Enabled is whether the flag is on in an environment.
	Enabled bool
	Changed time.Time
	// SeenAt is when an SDK last reported the flag; nil if none ever did.
	SeenAt *time.Time
}

func (u Usage) flags(r engine.Reader, project string) map[string][]Flag {
	if u.Flags == nil {
		return nil
	}
	return u.Flags(r, project)
}

func (u Usage) tokens(r engine.Reader, environment, project string) int64 {
	if u.Tokens == nil {
		return 0
	}
	return u.Tokens(r, environment, project)
}

func (u Usage) enabled(r engine.Reader, project string) map[string]int64 {
	if u.Enabled == nil {
		return nil
	}
	return u.Enabled(r, project)
}

// Project is a project. It contains flags.
type Project struct {
	ID                string    `json:"id" state:",required" pattern:"^[a-zA-Z0-9_.~-]+$"`
	Name              string    `json:"name" state:",required"`
	Description       *string   `json:"description"`
	Mode              string    `json:"mode" enum:"open,protected,private"`
	DefaultStickiness string    `json:"defaultStickiness"`
	CreatedAt         time.Time `json:"createdAt"`
	UpdatedAt         time.Time `json:"updatedAt"`
}

var projects = engine.NewTable(engine.Definition[Project]{
	Name: "projects", Singular: "project", Noun: "project",
	Key: func(p *Project) engine.Key { return engine.Text(p.ID) },
	Default: func(now time.Time) Project {
		return Project{Mode: "open", DefaultStickiness: "default", CreatedAt: now, UpdatedAt: now}
	},
	BuiltIn: `[{"id": "default", "name": "Default", "description": "Default project"}]`,
})

// Link is an environment of a project.
type Link struct {
	Project     string `json:"project" state:",parent"`
	Environment string `json:"environment" state:",required"`
	// DefaultStrategy is the strategy that a flag gets when it is switched on without
	// one.
	DefaultStrategy engine.JSON `json:"defaultStrategy,omitzero"`
}

var links = engine.NewTable(engine.Definition[Link]{
	Name: "projectEnvironments", Singular: "projectEnvironment", Noun: "environment of a project",
	Key: func(l *Link) engine.Key { return engine.Text(l.Project, l.Environment) },
	Parent: &engine.Parent[Link]{
		Table: "projects", Key: func(l *Link) engine.Key { return engine.Text(l.Project) }, Nested: "environments",
	},
	Events:  engine.Events{Created: "project-environment-added", Deleted: "project-environment-removed"},
	BuiltIn: `[{"environment": "development"}, {"environment": "production"}]`,
	Check: func(r engine.Reader, l *Link) (field, complaint string) {
		if !HasEnvironment(r, l.Environment) {
			return "environment", "no environment has the name " + l.Environment
		}
		return "", ""
	},
})

// Find returns the project with an id, or nil if there is none.
func Find(r engine.Reader, id string) *Project { return projects.Get(r, engine.Text(id)) }

// InProject returns an environment of a project, or nil if the project does not have it.
func InProject(r engine.Reader, project, environment string) *Link {
	return links.Get(r, engine.Text(project, environment))
}

// EnvironmentsOf returns the environments of a project, in their order.
func EnvironmentsOf(r engine.Reader, project string) []*Link {
	of := links.Under(r, engine.Text(project))
	slices.SortStableFunc(of, func(a, b *Link) int { return cmp.Compare(orderOf(r, a), orderOf(r, b)) })
	return of
}

func orderOf(r engine.Reader, l *Link) int64 {
	return environments.Get(r, engine.Text(l.Environment)).SortOrder
}

type projectIn struct {
	ID string `path:"projectId"`
}

type listIn struct {
	_ struct{} `ignored:"query archived"`
}

// listed is a project in the list of all projects. What the mock does not keep track of,
// such as members and health, is as in a new instance.
type listed struct {
	Name             string     `json:"name"`
	ID               string     `json:"id"`
	Description      *string    `json:"description"`
	Health           int64      `json:"health"`
	TechnicalDebt    int64      `json:"technicalDebt"`
	Favorite         *bool      `json:"favorite,omitzero"`
	Flags            int64      `json:"featureCount"`
	Members          int64      `json:"memberCount"`
	CreatedAt        time.Time  `json:"createdAt"`
	ArchivedAt       *time.Time `json:"archivedAt"`
	Mode             string     `json:"mode"`
	LastFlagUsage    *time.Time `json:"lastReportedFlagUsage"`
	LastUpdatedAt    *time.Time `json:"lastUpdatedAt"`
	OnboardingStatus onboarding `json:"onboardingStatus"`
	Owners           []owner    `json:"owners"`
}

type owner struct {
	Type string `json:"ownerType"`
}

type listOut struct {
	Version  int64     `json:"version"`
	Projects []*listed `json:"projects"`
}

func (u Usage) list(view *engine.View, _ listIn) (engine.Answer[listOut], error) {
	all := projects.All(view)
	slices.SortStableFunc(all, func(a, b *Project) int { return cmp.Compare(a.Name, b.Name) })
	out, byProject := listOut{1, []*listed{}}, u.flags(view, "")
	for _, project := range all {
		flags := byProject[project.ID]
		out.Projects = append(out.Projects, &listed{
			Name: project.Name, ID: project.ID, Description: project.Description, Health: 100, Flags: int64(len(active(flags))),
			Favorite: Favorite(view), CreatedAt: project.CreatedAt, Mode: project.Mode, LastFlagUsage: lastSeen(flags),
			LastUpdatedAt: lastChange(flags), OnboardingStatus: u.onboarding(view, project.ID, flags), Owners: []owner{{"system"}},
		})
	}
	return engine.OK(out)
}

// Favorite returns false for people, who can have favorites, and nil for tokens (O).
func Favorite(view *engine.View) *bool {
	if view.Identity.Kind != engine.PersonalToken {
		return nil
	}
	return new(bool)
}

// active returns the flags that are not archived. The others count only for when something
// was last changed, used or switched on (O).
func active(flags []Flag) []Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(flag Flag) bool { return flag.Archived })
}

func lastChange(flags []Flag) *time.Time {
	var last *time.Time
	for _, flag := range flags {
		if last == nil || flag.Changed.After(*last) {
			last = &flag.Changed
		}
	}
	return last
}

func lastSeen(flags []Flag) *time.Time {
	var last *time.Time
	for _, flag := range flags {
		if at := flag.SeenAt; at != nil && (last == nil || at.After(*last)) {
			last = at
		}
	}
	return last
}

// onboarding says how far the use of a project has come.
type onboarding struct {
	Status string `json:"status"`
	Flag   string `json:"feature,omitzero"`
}

// onboarding names the flag that was created first. What was ever switched on counts, and so
// do SDKs that only registered (O).
func (u Usage) onboarding(view *engine.View, project string, flags []Flag) onboarding {
	isOn := slices.ContainsFunc(flags, func(flag Flag) bool { return flag.Enabled }) || is(u.SwitchedOn, view, project)
	switch isSeen := lastSeen(flags) != nil || is(u.Connected, view, project); {
	case isSeen && isOn:
		return onboarding{Status: "onboarded"}
	case isSeen:
		return onboarding{Status: "sdk-connected"}
	}
	if flags = active(flags); len(flags) > 0 {
		first := slices.MinFunc(flags, func(a, b Flag) int { return a.Changed.Compare(b.Changed) })
		return onboarding{Status: "first-flag-created", Flag: first.Name}
	}
	return onboarding{Status: "onboarding-started"}
}

func is(found func(*engine.View, string) bool, view *engine.View, project string) bool {
	return found != nil && found(view, project)
}

// overview is everything that a project shows of itself.
type overview struct {
	Stats             stats        `json:"stats"`
	Name              string       `json:"name"`
	Description       *string      `json:"description"`
	Mode              string       `json:"mode"`
	FlagLimit         *int64       `json:"featureLimit"`
	FlagNaming        naming       `json:"featureNaming"`
	LinkTemplates     []template   `json:"linkTemplates"`
	DefaultStickiness string       `json:"defaultStickiness"`
	Health            int64        `json:"health"`
	TechnicalDebt     int64        `json:"technicalDebt"`
	Favorite          bool         `json:"favorite"`
	UpdatedAt         time.Time    `json:"updatedAt"`
	CreatedAt         time.Time    `json:"createdAt"`
	OnboardingStatus  onboarding   `json:"onboardingStatus"`
	Environments      []*shownLink `json:"environments"`
	FlagTypes         []typeCount  `json:"featureTypeCounts"`
	Members           int64        `json:"members"`
	Version           int64        `json:"version"`
}

// stats are computed by an hourly job, which has not yet run in a new instance.
type stats struct {
	AvgTimeToProd         int64 `json:"avgTimeToProdCurrentWindow"`
	Created               int64 `json:"createdCurrentWindow"`
	CreatedBefore         int64 `json:"createdPastWindow"`
	ArchivedCurrentWindow int64 `json:"archivedCurrentWindow"`
	ArchivedBefore        int64 `json:"archivedPastWindow"`
	Activity              int64 `json:"projectActivityCurrentWindow"`
	ActivityBefore        int64 `json:"projectActivityPastWindow"`
	MembersAdded          int64 `json:"projectMembersAddedCurrentWindow"`
}

type naming struct {
	Pattern     *string `json:"pattern"`
	Example     *string `json:"example"`
	Description *string `json:"description"`
}

type template struct {
	Title *string `json:"title"`
	URL   string  `json:"urlTemplate"`
}

type shownLink struct {
	Environment     string      `json:"environment"`
	DefaultStrategy engine.JSON `json:"defaultStrategy,omitzero"`
}

type typeCount struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

func (u Usage) overview(view *engine.View, in projectIn) (out engine.Answer[overview], err error) {
	project := Find(view, in.ID)
	if project == nil {
		return out, apierror.Missing("No project found")
	}
	flags := u.flags(view, project.ID)[project.ID]
	shown := overview{
		Name: project.Name, Description: project.Description, Mode: project.Mode, LinkTemplates: []template{}, Environments: []*shownLink{},
		DefaultStickiness: project.DefaultStickiness, Health: 100, UpdatedAt: project.UpdatedAt, CreatedAt: project.CreatedAt,
		OnboardingStatus: u.onboarding(view, project.ID, flags), FlagTypes: countTypes(active(flags)), Version: 1,
	}
	for _, link := range EnvironmentsOf(view, project.ID) {
		shown.Environments = append(shown.Environments, &shownLink{link.Environment, link.DefaultStrategy})
	}
	return engine.OK(shown)
}

func countTypes(flags []Flag) []typeCount {
	counts := map[string]int64{}
	for _, flag := range flags {
		counts[flag.Type]++
	}
	out := []typeCount{}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, typeCount{name, counts[name]})
	}
	return out
}
