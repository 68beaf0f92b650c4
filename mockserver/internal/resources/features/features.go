// Package features is the resource of flags: their properties, whether they are on in
// each environment, and their activation strategies.
package features

import (
	"cmp"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/usage"
)

// The default limits of an instance (O).
const (
	maxFlags      = 5000
	maxStrategies = 30 // of a flag in an environment

	maxConstraints      = 30  // of a strategy
	maxConstraintValues = 250 // of a constraint of a strategy
)

// Resource returns the resource. asked may be nil.
func Resource(asked Asked) engine.Resource {
	return engine.Resource{
		Name:   "features",
		Tables: []engine.AnyTable{flags, toggles, strategies, tags, dependencies},
		Operations: engine.Operations{
			"validateFeature":               engine.Read(validate),
			"getFeatures":                   engine.Read(list),
			"createFeature":                 engine.Write(create),
			"getFeature":                    engine.Read(get(asked)),
			"updateFeature":                 engine.Write(update),
			"patchFeature":                  engine.Write(patch),
			"archiveFeature":                engine.Write(archive),
			"reviveFeature":                 engine.Write(revive),
			"deleteFeature":                 engine.Write(remove),
			"getFeatureEnvironment":         engine.Read(getEnvironment),
			"toggleFeatureEnvironmentOn":    engine.Write(switchOn),
			"toggleFeatureEnvironmentOff":   engine.Write(switchOff),
			"getFeatureStrategies":          engine.Read(listStrategies),
			"addFeatureStrategy":            engine.Write(addStrategy),
			"setStrategySortOrder":          engine.Write(sortStrategies),
			"getFeatureStrategy":            engine.Read(getStrategy),
			"updateFeatureStrategy":         engine.Write(updateStrategy),
			"patchFeatureStrategy":          engine.Write(patchStrategy),
			"deleteFeatureStrategy":         engine.Write(removeStrategy),
			"getSegmentsByStrategyId":       engine.Read(getSegments),
			"updateFeatureStrategySegments": engine.Write(setSegments),

			"cloneFeature": engine.Write(clone),
			"listTags":     engine.Read(listTags),
			"addTag":       engine.Write(tagFlag),
			"updateTags":   engine.Write(updateTags),
			"removeTag":    engine.Write(untagFlag),

			"addFeatureDependency":      engine.Write(addParent),
			"deleteFeatureDependency":   engine.Write(removeParent),
			"deleteFeatureDependencies": engine.Write(removeParents),
			"listParentOptions":         engine.Read(listParentOptions),
			"listParentVariantOptions":  engine.Read(listParentVariants),
			"checkDependenciesExist":    engine.Read(hasDependencies),

			"getEnvironmentFeatureVariants":          engine.Read(listVariants),
			"overwriteEnvironmentFeatureVariants":    engine.Write(replaceVariants),
			"patchEnvironmentsFeatureVariants":       engine.Write(patchVariants),
			"overwriteFeatureVariantsOnEnvironments": engine.Write(pushVariants),
		},
		Owners: map[string]engine.Owner{"featureName": projectOf},
		Listen: forgetSegment,
	}
}

// Flag has the properties of a flag that are the same in all environments.
type Flag struct {
	Name           string     `json:"name" state:",required"`
	Description    *string    `json:"description"`
	Type           string     `json:"type"`
	Project        string     `json:"project" refers:"projects"`
	Stale          bool       `json:"stale"`
	CreatedAt      time.Time  `json:"createdAt"`
	ImpressionData bool       `json:"impressionData"`
	ArchivedAt     *time.Time `json:"-" state:"archivedAt"`
	CreatedBy      Person     `json:"-" state:"createdBy"`
	// Lifecycle is how far the flag has come; nil for one that no SDK has counted and nobody
	// has archived yet.
	Lifecycle *Lifecycle `json:"-" state:"lifecycle"`
}

// Lifecycle is a stage of a flag, and when the flag entered it.
type Lifecycle struct {
	Stage     string    `json:"stage" enum:"initial,pre-live,live,archived"`
	EnteredAt time.Time `json:"enteredStageAt"`
}

// Person is the creator of a flag.
type Person struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
}

// Toggle is the state of a flag in an environment of its project.
type Toggle struct {
	Flag        string    `json:"featureName" state:"flag,parent" parent:"name"`
	Environment string    `json:"environment" state:"name,required" refers:"environments"`
	Enabled     bool      `json:"enabled"`
	Variants    []Variant `json:"variants"`
	// LastSeenAt is when SDKs last counted the flag there.
	LastSeenAt *time.Time `json:"lastSeenAt,omitzero"`
	// Left is true if the project has left the environment. The flag's strategies stay, for
	// SDKs and for when the project comes back (O).
	Left bool `json:"left,omitzero"`
}

// Tag is a tag of a flag.
type Tag struct {
	Flag  string `json:"-" state:"flag,parent" parent:"name"`
	Type  string `json:"type" state:",required"`
	Value string `json:"value" state:",required"`
}

// Dependency is a parent of a flag. The parent need not exist.
type Dependency struct {
	Flag     string   `json:"-" state:"flag,parent" parent:"name"`
	Parent   string   `json:"feature" state:",required"`
	Enabled  bool     `json:"enabled"`
	Variants []string `json:"variants"`
}

// created is the event of a new flag.
const created = "feature-created"

var flags = engine.NewTable(engine.Definition[Flag]{
	Name: "features", Singular: "feature", Noun: "feature",
	Key: func(f *Flag) engine.Key { return engine.Text(f.Name) },
	Events: engine.Events{
		Created: created, Updated: "feature-metadata-updated", Deleted: "feature-deleted",
	},
	Default: func(now time.Time) Flag {
		return Flag{Type: "release", Project: "default", CreatedAt: now, CreatedBy: Person{engine.SystemUserID, "system"}}
	},
})

var toggles = engine.NewTable(engine.Definition[Toggle]{
	Name: "featureEnvironments", Singular: "featureEnvironment", Noun: "environment",
	Key: func(t *Toggle) engine.Key { return engine.Text(t.Flag, t.Environment) },
	Parent: &engine.Parent[Toggle]{
		Table: "features", Key: func(t *Toggle) engine.Key { return engine.Text(t.Flag) }, Nested: "environments",
	},
	Default: func(time.Time) Toggle { return Toggle{Variants: []Variant{}} },
})

var tags = engine.NewTable(engine.Definition[Tag]{
	Name: "featureTags", Singular: "featureTag", Noun: "tag",
	Key: func(t *Tag) engine.Key { return engine.Text(t.Flag, t.Type, t.Value) },
	Parent: &engine.Parent[Tag]{
		Table: "features", Key: func(t *Tag) engine.Key { return engine.Text(t.Flag) }, Nested: "tags",
	},
	Events: engine.Events{Created: "feature-tagged", Deleted: "feature-untagged"},
})

var byParent = engine.Sorted("parent", func(d *Dependency) engine.Key { return engine.Text(d.Parent, d.Flag) })

var dependencies = engine.NewTable(engine.Definition[Dependency]{
	Name: "dependencies", Singular: "dependency", Noun: "dependency",
	Key: func(d *Dependency) engine.Key { return engine.Text(d.Flag, d.Parent) },
	Parent: &engine.Parent[Dependency]{
		Table: "features", Key: func(d *Dependency) engine.Key { return engine.Text(d.Flag) }, Nested: "dependencies",
	},
	Indexes: []*engine.Index[Dependency]{byParent},
	Events: engine.Events{
		Created: "feature-dependency-added", Deleted: "feature-dependency-removed",
	},
	Default: func(time.Time) Dependency { return Dependency{Enabled: true, Variants: []string{}} },
})

// Get returns the flag of a name, archived or not, or nil if there is none.
func Get(r engine.Reader, name string) *Flag { return flags.Get(r, engine.Text(name)) }

// All returns all flags that are not archived, by name.
func All(r engine.Reader) []*Flag {
	var out []*Flag
	for _, flag := range flags.All(r) {
		if flag.ArchivedAt == nil {
			out = append(out, flag)
		}
	}
	return out
}

// In returns the state of a flag in an environment, or nil if its project does not have
// the environment.
func In(r engine.Reader, flag, environment string) *Toggle {
	if toggle := toggles.Get(r, engine.Text(flag, environment)); toggle != nil && !toggle.Left {
		return toggle
	}
	return nil
}

// tagsOf returns the tags of a flag.
func tagsOf(r engine.Reader, flag string) []*Tag { return tags.Under(r, engine.Text(flag)) }

// ParentsOf returns the flags that a flag depends on.
func ParentsOf(r engine.Reader, flag string) []*Dependency {
	return dependencies.Under(r, engine.Text(flag))
}

// childrenOf returns the flags that depend on a flag, archived ones included (O).
func childrenOf(r engine.Reader, parent string) []string {
	out := []string{}
	for row := range byParent.Under(r, engine.Text(parent)) {
		out = append(out, row.Flag)
	}
	return out
}

func projectOf(view *engine.View, name string) string {
	if flag := Get(view, name); flag != nil {
		return flag.Project
	}
	return ""
}

// UsersOfSegments returns the strategies that use segments, by the segments' ids.
func UsersOfSegments(r engine.Reader) map[int64][]usage.Strategy {
	return users(r, func(s *Strategy) []int64 { return s.Segments })
}

// SegmentsInUse returns the ids of the segments that strategies have, even those of archived
// flags.
func SegmentsInUse(r engine.Reader) map[int64]bool {
	out := map[int64]bool{}
	for _, s := range strategies.All(r) {
		for _, id := range s.Segments {
			out[id] = true
		}
	}
	return out
}

// UsersOfFields returns the strategies that have constraints on fields of the context, by
// the fields' names.
func UsersOfFields(r engine.Reader) map[string][]usage.Strategy {
	return users(r, func(s *Strategy) []string {
		names := make([]string, len(s.Constraints))
		for i := range s.Constraints {
			names[i] = s.Constraints[i].ContextName
		}
		return names
	})
}

// users returns the strategies that use something, the oldest first, by the keys of what they use.
// Those of archived flags do not count (O).
func users[Key comparable](r engine.Reader, uses func(*Strategy) []Key) map[Key][]usage.Strategy {
	out := map[Key][]usage.Strategy{}
	all := slices.DeleteFunc(strategies.All(r), func(s *Strategy) bool {
		return len(uses(s)) == 0 || Get(r, s.Flag).ArchivedAt != nil
	})
	slices.SortStableFunc(all, older)
	for _, s := range all {
		flag := Get(r, s.Flag)
		for _, key := range uses(s) {
			if users := out[key]; len(users) == 0 || users[len(users)-1].ID != s.ID { // once, however often it uses the thing
				out[key] = append(users, usage.Strategy{ID: s.ID, Project: flag.Project, Flag: s.Flag, Name: s.Name, Environment: s.Environment})
			}
		}
	}
	return out
}

// older compares strategies by the time in their ids.
func older(a, b *Strategy) int {
	const timed = 10 // characters of a ULID
	return cmp.Compare(a.ID[:min(timed, len(a.ID))], b.ID[:min(timed, len(b.ID))])
}

// ByProject returns what projects need to know about their flags: a given project or, if
// it is empty, all of them.
func ByProject(r engine.Reader, project string) map[string][]projects.Flag {
	out := map[string][]projects.Flag{}
	for _, flag := range flags.All(r) {
		if project != "" && flag.Project != project {
			continue
		}
		row := projects.Flag{Name: flag.Name, Type: flag.Type, Archived: flag.ArchivedAt != nil, Changed: flag.CreatedAt}
		for _, toggle := range toggles.Under(r, engine.Text(flag.Name)) {
			row.Enabled = row.Enabled || toggle.Enabled
			if at := toggle.LastSeenAt; at != nil && (row.SeenAt == nil || at.After(*row.SeenAt)) {
				row.SeenAt = at
			}
		}
		out[flag.Project] = append(out[flag.Project], row)
	}
	return out
}

// SwitchedOn reports whether a flag of a project was ever switched on, as far back as events
// are kept, even if it is off or archived now (O).
func SwitchedOn(view *engine.View, project string) bool {
	return slices.ContainsFunc(view.Events(), func(event *engine.Event) bool {
		toggle, is := event.Row().(*Toggle)
		return is && event.Type == switchedOn && projectOf(view, toggle.Flag) == project
	})
}

// EnabledIn counts the flags that are on in each environment, in a given project or, if it
// is empty, in all of them. Archived flags count if they were on (O).
func EnabledIn(r engine.Reader, project string) map[string]int64 {
	out := map[string]int64{}
	for _, toggle := range toggles.All(r) {
		if toggle.Enabled && (project == "" || Get(r, toggle.Flag).Project == project) {
			out[toggle.Environment]++
		}
	}
	return out
}

// NameIn returns the name of the flag that a row is about, or an empty string for other
// rows.
func NameIn(row any) string {
	switch row := row.(type) {
	case *Flag:
		return row.Name
	case *Toggle:
		return row.Flag
	case *Strategy:
		return row.Flag
	case *Tag:
		return row.Flag
	case *Dependency:
		return row.Flag
	}
	return ""
}

// EnvironmentOf returns the environment that an event is about, empty for all of them,
// and whether the event changes what SDKs get there.
func EnvironmentOf(event *engine.Event) (environment string, counts bool) {
	switch row := event.Row().(type) {
	case *Flag, *Tag, *Dependency:
		return "", true
	case *Toggle:
		return row.Environment, true
	case *Strategy:
		return row.Environment, true
	}
	return "", false
}

// FlagOf returns the name of the flag that an event is about, and the flag itself if the
// event contains it.
func FlagOf(event *engine.Event) (name string, flag *Flag) {
	row := event.Row()
	flag, _ = row.(*Flag)
	return NameIn(row), flag
}
