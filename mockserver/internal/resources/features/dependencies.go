package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// childIn names a flag in a project that depends on others, or is about to.
type childIn struct {
	Project string `path:"projectId"`
	Child   string `path:"child"`
}

// activeFlag returns the flag of a name, or nil if there is none or it is archived.
func activeFlag(r engine.Reader, name string) *Flag {
	if flag := Get(r, name); flag != nil && flag.ArchivedAt == nil {
		return flag
	}
	return nil
}

type parentIn struct {
	childIn
	Parent   string                    `json:"feature"`
	Enabled  engine.Optional[bool]     `json:"enabled"`
	Variants engine.Optional[[]string] `json:"variants"`
}

// check refuses what a flag cannot depend on (O). Dependencies have one level only.
func (in parentIn) check(r engine.Reader) error {
	if in.Child == in.Parent {
		return forbidden("A feature flag cannot depend on itself.")
	}
	child, parent := Get(r, in.Child), activeFlag(r, in.Parent)
	switch {
	case len(childrenOf(r, in.Child)) > 0:
		return forbidden("Transitive dependency detected. Cannot add a dependency to the feature that other features depend on.")
	case len(ParentsOf(r, in.Parent)) > 0:
		return forbidden("Transitive dependency detected. Cannot add a dependency to the feature that has parent dependency.")
	case parent == nil:
		return forbidden("No active feature " + in.Parent + " exists")
	case child == nil, child.Project != in.Project, parent.Project != in.Project:
		return apierror.Missing("Cannot add the dependency. Both the parent and the child feature must belong to project \"%s\".", in.Project)
	}
	return nil
}

// addParent makes a flag depend on another one, instead of the one before, although SDKs
// could read several. Variants count only for a parent that must be on (O).
func addParent(tx *engine.Tx, in parentIn) (out engine.Answer[engine.None], err error) {
	if err := in.check(tx); err != nil {
		return out, err
	}
	for _, before := range ParentsOf(tx, in.Child) {
		dependencies.Drop(tx, before) // causes no event
	}
	after := &Dependency{Flag: in.Child, Parent: in.Parent, Enabled: in.Enabled.Or(true), Variants: []string{}}
	if after.Enabled {
		after.Variants = in.Variants.Or(after.Variants)
	}
	return out, dependencies.Insert(tx, after)
}

type oneParent struct {
	childIn
	Parent string `path:"parent"`
}

func removeParent(tx *engine.Tx, in oneParent) (out engine.Answer[engine.None], err error) {
	row := dependencies.Get(tx, engine.Text(in.Child, in.Parent))
	if child := Get(tx, in.Child); row == nil || child.Project != in.Project {
		return out, apierror.Missing("No dependency on \"%s\" for feature \"%s\" in project \"%s\".", in.Parent, in.Child, in.Project)
	}
	dependencies.Delete(tx, row)
	return out, nil
}

func removeParents(tx *engine.Tx, in childIn) (out engine.Answer[engine.None], err error) {
	all := ParentsOf(tx, in.Child)
	if len(all) == 0 || Get(tx, in.Child).Project != in.Project {
		return out, apierror.Missing("Feature \"%s\" has no dependencies to remove in project \"%s\".", in.Child, in.Project)
	}
	dependencies.DeleteEach(tx, all)
	return out, nil
}

// listParentOptions lists the flags that a flag may depend on: those of the flag's
// project, whatever the path says, that depend on no other, even if the flag has children
// (O).
func listParentOptions(view *engine.View, in childIn) (engine.Answer[[]string], error) {
	options := []string{}
	child := Get(view, in.Child)
	if child == nil {
		return engine.OK(options)
	}
	for _, flag := range All(view) {
		if flag.Project == child.Project && flag.Name != in.Child && len(ParentsOf(view, flag.Name)) == 0 {
			options = append(options, flag.Name)
		}
	}
	return engine.OK(options)
}

type parentVariantsIn struct {
	Parent  string `path:"parent"`
	Project string `path:"projectId"`
}

// listParentVariants lists the names of the variants of a flag and of its strategies.
func listParentVariants(view *engine.View, in parentVariantsIn) (engine.Answer[[]string], error) {
	names := []string{}
	add := func(variants []Variant) {
		for i := range variants {
			names = append(names, variants[i].Name)
		}
	}
	if flag := Get(view, in.Parent); flag != nil && flag.Project == in.Project {
		for _, toggle := range toggles.Under(view, engine.Text(in.Parent)) {
			add(toggle.Variants)
			for _, s := range StrategiesOf(view, in.Parent, toggle.Environment) {
				add(s.Variants)
			}
		}
	}
	slices.Sort(names)
	return engine.OK(slices.Compact(names))
}

// hasDependencies reports whether any flag depends on another one, in whatever project
// (I).
func hasDependencies(view *engine.View, _ projectIn) (engine.Answer[bool], error) {
	return engine.OK(len(dependencies.All(view)) > 0)
}

type projectIn struct {
	Project string `path:"projectId"`
}
