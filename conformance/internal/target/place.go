package target

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/spec"
)

// DefaultProject and DefaultEnvironment are where flags are created by default.
const (
	DefaultProject     = "default"
	DefaultEnvironment = "development"
)

// TagType is the type of the tags that the run creates. Every instance starts with it (O).
const TagType = "simple"

// placeName matches the id of a project and the name of an environment, which are used in
// paths and in patterns of paths. maxPlaceName limits their length: a limit in the expression
// would take a millisecond at every start of the program.
var placeName = regexp.MustCompile(`^[A-Za-z0-9_~][A-Za-z0-9_.~-]*$`)

const maxPlaceName = 255

// IsPlaceName reports whether a text can be the id of a project or the name of an
// environment.
func IsPlaceName(text string) bool { return len(text) <= maxPlaceName && placeName.MatchString(text) }

// Place is the project and environment in which flags are created and switched, with what the
// target says about them. What it does not say is empty.
type Place struct {
	Project     string
	Environment string
	// NoProject and NoEnvironment say why there is none. They are empty if there is one or
	// nothing is known.
	NoProject, NoEnvironment string
	// Type is the type of the environment.
	Type string
	// Other is another environment of the project that is on. OtherType is its type.
	Other, OtherType string
	// OtherProject is another project that the target shows.
	OtherProject string
	// NoDefault says that the target lacks the environment for tokens that name none. It is
	// empty if the target has it or nothing is known.
	NoDefault string
	// NoTagType says that the target lacks the type of the run's tags. It is empty if the target
	// has it or nothing is known.
	NoTagType string
	// Stickiness is the project's default stickiness of rollouts.
	Stickiness string
	// Naming is the pattern that the names of the project's flags have to fit.
	Naming string
	// Approvals says that changes to flags in the environment need change requests. It is
	// empty if they do not or nothing is known.
	Approvals string
}

// placed is an environment as the target lists it for a project.
type placed struct {
	name, kind     string
	enabled, shown bool
	approvals      bool
}

// place looks up the project and the environment as the admin. It takes two responses to call
// one missing, because reporting a single wrong response is up to the scenarios.
func (l *look) place(ctx context.Context) error {
	p := &l.found.Place
	projects, err := l.ask(ctx, "admin", "/api/admin/projects")
	if err != nil {
		return err
	}
	overview, err := l.ask(ctx, "admin", "/api/admin/projects/"+url.PathEscape(p.Project)+"/overview")
	if err != nil {
		return err
	}
	listed := texts(projects, "/projects", "/id")
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		if id != p.Project && IsPlaceName(id) {
			p.OtherProject = id
		}
	}
	if overview != nil && overview.Status == http.StatusNotFound && listed != nil && !listed[p.Project] {
		p.NoProject = fmt.Sprintf("the target has no project %s, or does not show it; --project chooses one", p.Project)
		return nil
	}
	if overview == nil || overview.Status != http.StatusOK {
		return nil
	}
	p.Stickiness, p.Naming = overview.Text("/defaultStickiness"), overview.Text("/featureNaming/pattern")
	environments, err := l.ask(ctx, "admin", "/api/admin/environments/project/"+url.PathEscape(p.Project))
	if err != nil || environments == nil || environments.Status != http.StatusOK {
		return err
	}
	p.environments(placedIn(environments), texts(overview, "/environments", "/environment"))
	if l.found.Edition == spec.OpenSource || p.Approvals != "" {
		return nil
	}
	return l.approvals(ctx)
}

// tagTypes looks whether the target still has the type of the run's tags, which can be deleted.
func (l *look) tagTypes(ctx context.Context) error {
	types, err := l.ask(ctx, "admin", "/api/admin/tag-types")
	if err != nil {
		return err
	}
	if listed := texts(types, "/tagTypes", "/name"); listed != nil && !listed[TagType] {
		l.found.Place.NoTagType = "the target has no tag type " + TagType
	}
	return nil
}

// environments evaluates the project's environments from two responses: a list, and the names
// in the overview.
func (p *Place) environments(all []placed, named map[string]bool) {
	var own *placed
	var usable []string
	everywhere := map[string]bool{}
	for _, e := range all {
		everywhere[e.name] = true
		switch {
		case e.name == p.Environment:
			own = &e
		case e.shown && e.enabled && IsPlaceName(e.name):
			usable = append(usable, e.name)
			if p.Other == "" {
				p.Other, p.OtherType = e.name, e.kind
			}
		}
	}
	if len(all) > 0 && !everywhere[DefaultEnvironment] {
		p.NoDefault = "the target has no environment " + DefaultEnvironment + ", which is the one for tokens that name none"
	}
	advice := "; --environment chooses one"
	if len(usable) > 0 {
		advice = ", but " + strings.Join(usable, ", ") + advice
	}
	switch {
	case (own == nil || !own.shown) && named != nil && !named[p.Environment]:
		p.NoEnvironment = fmt.Sprintf("the project %s has no environment %s%s", p.Project, p.Environment, advice)
	case own == nil:
	case !own.enabled:
		p.NoEnvironment = fmt.Sprintf("the environment %s is switched off on the target%s", p.Environment, advice)
	default:
		p.Type = own.kind
		p.approve(own.approvals)
	}
}

func (p *Place) approve(needed bool) {
	if needed {
		p.Approvals = fmt.Sprintf("changes to flags in the environment %s of the project %s go through change requests", p.Environment, p.Project)
	}
}

// approvals reads the project's change request settings, which only Unleash Enterprise has.
func (l *look) approvals(ctx context.Context) error {
	p := &l.found.Place
	x, err := l.ask(ctx, "admin", "/api/admin/projects/"+url.PathEscape(p.Project)+"/change-requests/config")
	if err != nil || x == nil || x.Status != http.StatusOK {
		return err
	}
	for _, entry := range jsonvalue.List(x.Value, "") {
		on, _ := jsonvalue.At(entry, "/changeRequestEnabled")
		p.approve(jsonvalue.String(entry, "/environment") == p.Environment && on == true)
	}
	return nil
}

// texts returns the texts at a pointer in the entries of a list, or nil if the response has
// no such list.
func texts(x *Exchange, list, pointer string) map[string]bool {
	if x == nil || x.Status != http.StatusOK {
		return nil
	}
	entries := jsonvalue.List(x.Value, list)
	if entries == nil {
		return nil
	}
	found := map[string]bool{}
	for _, entry := range entries {
		if text := jsonvalue.String(entry, pointer); text != "" {
			found[text] = true
		}
	}
	return found
}

// placedIn returns the environments that a target lists for a project.
func placedIn(x *Exchange) []placed {
	var all []placed
	for _, entry := range jsonvalue.List(x.Value, "/environments") {
		at := func(pointer string) any { value, _ := jsonvalue.At(entry, pointer); return value }
		approvals, _ := strconv.Atoi(jsonvalue.Text(at("/requiredApprovals")))
		all = append(all, placed{
			name: jsonvalue.String(entry, "/name"), kind: jsonvalue.String(entry, "/type"),
			enabled: at("/enabled") == true, shown: at("/visible") == true, approvals: approvals > 0,
		})
	}
	return all
}

// Scope says in which projects and environment the token of an SDK applies.
type Scope struct {
	// Projects are ids, or * for all; nil if unknown.
	Projects []string
	// Environment is empty if unknown.
	Environment string
}

// secretForm matches the secret of an API token: its project, its environment, and the secret
// part.
var secretForm = regexp.MustCompile(`^([^:]+):([^:.]+)\.[^.]+$`)

// several is what a secret has in place of its project if the token has several.
const several = "[]"

// scopes finds out the scopes of SDK tokens: from their form and, where that leaves the
// projects open, from the admin's list.
func (l *look) scopes(ctx context.Context) error {
	l.found.Scopes = map[string]Scope{}
	for _, actor := range []string{"backend", "frontend"} {
		m := secretForm.FindStringSubmatch(l.tokens.Of(actor))
		if m == nil {
			continue
		}
		scope := Scope{Environment: m[2]}
		if m[1] != several {
			scope.Projects = []string{m[1]}
		} else if l.tokens.Admin != "" {
			x, err := l.ask(ctx, "admin", "/api/admin/api-tokens")
			if err != nil {
				return err
			}
			scope.Projects = projectsOf(x, l.tokens.Of(actor))
		}
		l.found.Scopes[actor] = scope
	}
	return nil
}

// projectsOf returns the projects that a list of tokens shows for a secret.
func projectsOf(x *Exchange, secret string) (projects []string) {
	if x == nil {
		return nil
	}
	for _, token := range jsonvalue.List(x.Value, "/tokens") {
		if jsonvalue.String(token, "/secret") != secret {
			continue
		}
		for _, project := range jsonvalue.List(token, "/projects") {
			if id, is := project.(string); is {
				projects = append(projects, id)
			}
		}
	}
	return projects
}
