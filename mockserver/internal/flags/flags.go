// Package flags sets flags without going through the Admin API: all at once from a file,
// or a single one.
package flags

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// DefaultEnvironment is the environment of the well-known tokens.
const DefaultEnvironment = "development"

// DefaultProject is the project that every instance has.
const DefaultProject = "default"

// Errors about something that a request names.
var (
	ErrNoEnvironment = errors.New("there is no such environment")
	ErrNoFlag        = errors.New("there is no such flag")
)

// actor is the author of the changes.
var actor = engine.Actor{ID: engine.SystemUserID, Username: "unleash-mock"}

// change changes the state in one transaction.
func change(store *engine.Store, request engine.Request, environment string, apply func(*engine.Tx) error) error {
	request.Identity = engine.Identity{Actor: actor}
	tx := store.Begin(&request)
	defer tx.Abort()
	if !projects.HasEnvironment(tx, environment) {
		return fmt.Errorf("%w: %s", ErrNoEnvironment, environment)
	}
	if err := cmp.Or(apply(tx), tx.Admit()); err != nil {
		return err
	}
	tx.Commit()
	return nil
}

// Replace replaces all flags and segments with those of a file. The flags are on only in
// the given environment. It returns remarks, one line each, about parts of the file that
// could not be adopted as they are.
func Replace(store *engine.Store, request engine.Request, set *flagfile.Set, environment string) (remarks []string, err error) {
	err = change(store, request, environment, func(tx *engine.Tx) error {
		p := &putter{tx: tx, environment: environment, ids: map[int64]int64{}, remarks: slices.Clone(set.Remarks)}
		features.DeleteAll(tx) // first, to make room
		if err := p.segments(set); err != nil {
			return err
		}
		for i := range set.Flags {
			if err := features.Put(tx, p.definition(&set.Flags[i])); err != nil {
				return fmt.Errorf("the flag %s: %w", set.Flags[i].Name, err)
			}
			if err := tx.Admit(); err != nil { // before the rows of further flags are made
				return err
			}
		}
		p.parents(set)
		remarks = p.remarks
		return nil
	})
	return remarks, err
}

// putter turns the content of a file into rows.
type putter struct {
	tx          *engine.Tx
	environment string
	ids         map[int64]int64 // of segments, by their ids in the file
	remarks     []string
	remarked    map[string]bool // those that are made once
}

func (p *putter) remark(format string, args ...any) {
	p.remarks = append(p.remarks, fmt.Sprintf(format, args...))
}

// parents adds remarks about parents that the file does not have, such as an export of
// single flags.
func (p *putter) parents(set *flagfile.Set) {
	known := set.FlagsByName()
	for i := range set.Flags {
		for _, parent := range set.Flags[i].Dependencies {
			if known[parent.Feature] == nil {
				p.remark("there is no flag %s: %s, which depends on it, is off", parent.Feature, set.Flags[i].Name)
			}
		}
	}
}

func (p *putter) remarkOnce(format string, args ...any) {
	remark := fmt.Sprintf(format, args...)
	if p.remarked[remark] {
		return
	}
	if p.remarked == nil {
		p.remarked = map[string]bool{}
	}
	p.remarked[remark] = true
	p.remarks = append(p.remarks, remark)
}

// segments stores the segments of a file, and keeps those of which the file has only the
// name.
func (p *putter) segments(set *flagfile.Set) error {
	var all []segments.Segment
	taken := map[int64]bool{}
	for _, segment := range set.Segments {
		all = append(all, segments.Segment{
			ID: segment.ID, Name: segment.Name, Description: engine.OrNull(segment.Description), Constraints: constraintsOf(segment.Constraints),
		})
		p.operators(segment.Constraints, "the segment "+segment.Name)
		p.ids[segment.ID], taken[segment.ID] = segment.ID, true
	}
	for _, unknown := range set.Unknown {
		if known := p.unknown(unknown); known != nil && !taken[known.ID] {
			all, taken[known.ID] = append(all, *known), true
		}
	}
	return segments.ReplaceAll(p.tx, all)
}

// missing is the first id for segments that do not exist: no segment has or gets one below 1.
const missing = -1

// unknown returns the existing segment with the name of one whose constraints the file
// does not have. If there is none, it adds a remark and returns nil.
func (p *putter) unknown(segment flagfile.Segment) *segments.Segment {
	known := segments.Named(p.tx, segment.Name)
	if known == nil {
		p.ids[segment.ID] = missing - int64(len(p.ids))
		p.remark("the constraints of the segment %s (%d) are neither in the file nor in the workspace: strategies with it turn nothing on", segment.Name, segment.ID)
		return nil
	}
	p.ids[segment.ID] = known.ID
	return known
}

func (p *putter) definition(f *flagfile.Flag) *features.Definition {
	now := p.tx.Stamp()
	out := &features.Definition{
		Flag: features.Flag{
			Name: f.Name, Type: f.Type, Description: engine.OrNull(f.Description), Project: p.project(f.Project), Stale: f.Stale,
			ImpressionData: f.ImpressionData, CreatedAt: now, CreatedBy: features.Person{ID: actor.ID, Username: actor.Username},
		},
		Toggle: features.Toggle{Environment: p.environment, Enabled: f.Enabled, Variants: variantsOf(f.Variants)},
	}
	for i := range f.Strategies {
		if name := f.Strategies[i].Name; !evaluation.HasStrategy(name) {
			p.remarkOnce("no strategy called %s is built in: it turns nothing on, except in SDKs that have it", name)
		} else {
			p.shares(f.Strategies[i].Parameters, f.Name)
		}
		p.operators(f.Strategies[i].Constraints, "the flag "+f.Name)
		out.Strategies = append(out.Strategies, p.strategy(&f.Strategies[i]))
	}
	for _, tag := range f.Tags {
		out.Tags = append(out.Tags, features.Tag{Type: tag.Type, Value: tag.Value})
	}
	for _, parent := range f.Dependencies {
		out.Dependencies = append(out.Dependencies, features.Dependency{
			Parent: parent.Feature, Enabled: parent.Enabled == nil || *parent.Enabled, Variants: append([]string{}, parent.Variants...),
		})
	}
	return out
}

// shares adds remarks about percentages of a flag that cannot mean what they say.
func (p *putter) shares(parameters map[string]string, flag string) {
	for _, name := range []string{"rollout", "percentage"} {
		value, has := parameters[name]
		if share, err := strconv.ParseFloat(value, 64); has && (err != nil || share < 0 || share > 100) {
			p.remarkOnce("the %s %q of the flag %s is not a number from 0 to 100", name, value, flag)
		}
	}
}

// operators adds remarks about constraints of a flag or a segment that cannot mean what they say.
func (p *putter) operators(list []flagfile.Constraint, of string) {
	for _, c := range list {
		if !evaluation.HasOperator(c.Operator) {
			p.remarkOnce("there is no operator %s: nothing meets the constraint on %s of %s", c.Operator, c.ContextName, of)
			continue
		}
		err := evaluation.Unreadable(&evaluation.Constraint{ContextName: c.ContextName, Operator: c.Operator, Values: c.Values, Value: c.Value})
		if err != nil {
			p.remarkOnce("the constraint %s on %s of %s cannot be read: %v", c.Operator, c.ContextName, of, err)
		}
	}
}

// project returns the project of a flag. A project that does not exist is replaced with
// the default one, the only one that the well-known tokens can see.
func (p *putter) project(name string) string {
	out := cmp.Or(name, DefaultProject)
	if name != "" && projects.Find(p.tx, name) == nil {
		out = DefaultProject
		p.remarkOnce("there is no project %s: its flags go into the project %s", name, out)
	}
	if projects.InProject(p.tx, out, p.environment) == nil {
		p.remarkOnce("the project %s does not have the environment %s: its flags are off there", out, p.environment)
	}
	return out
}

func (p *putter) strategy(s *flagfile.Strategy) features.Strategy {
	out := features.Strategy{
		Name: s.Name, Title: engine.OrNull(s.Title), Disabled: &s.Disabled, Parameters: features.ParametersOf(s.Parameters),
		Constraints: constraintsOf(s.Constraints), Variants: variantsOf(s.Variants), Segments: []int64{},
	}
	for i := range out.Variants { // empty means the strategy's stickiness
		out.Variants[i].Stickiness = s.Variants[i].Stickiness
	}
	for _, id := range s.Segments {
		out.Segments = append(out.Segments, p.ids[id])
	}
	return out
}

// ifTrue returns a value that is stored only if it is true.
func ifTrue(value bool) *bool {
	if !value {
		return nil
	}
	return &value
}

func constraintsOf(list []flagfile.Constraint) []constraints.Constraint {
	out := []constraints.Constraint{}
	for _, c := range list {
		values := c.Values
		if values == nil {
			values = []string{}
		}
		out = append(out, constraints.Constraint{
			Value: c.Value, Values: values, Inverted: ifTrue(c.Inverted), Operator: c.Operator, ContextName: c.ContextName, CaseInsensitive: ifTrue(c.CaseInsensitive),
		})
	}
	return out
}

func variantsOf(list []flagfile.Variant) []features.Variant {
	out := []features.Variant{}
	for _, v := range list {
		variant := features.Variant{Name: v.Name, Weight: v.Weight, Stickiness: cmp.Or(v.Stickiness, "default"), WeightType: cmp.Or(v.WeightType, "variable"), Payload: (*features.Payload)(v.Payload)}
		for _, o := range v.Overrides {
			variant.Overrides = append(variant.Overrides, features.Override{ContextName: o.ContextName, Values: o.Values})
		}
		out = append(out, variant)
	}
	return out
}

// One is a change of one flag.
type One struct {
	// Enabled switches the flag; nil leaves it as it is, but turns a new flag on, or one
	// that gets a variant.
	Enabled *bool
	// Variant is given to every context; nil leaves the variants unchanged.
	Variant *flagfile.Variant
	// KeepStrategies leaves strategies and dependencies unchanged. Otherwise a flag that is
	// turned on is on for every context: it gets a single strategy and loses its
	// dependencies.
	KeepStrategies bool
}

// Set changes one flag, and creates it if it does not exist.
func Set(store *engine.Store, request engine.Request, name string, one One, environment string) error {
	return change(store, request, environment, func(tx *engine.Tx) error {
		on := one.Enabled == nil || *one.Enabled
		flag := features.Get(tx, name)
		if flag == nil || flag.ArchivedAt != nil {
			flag = &features.Flag{
				Name: name, Type: "release", Project: DefaultProject, CreatedAt: tx.Stamp(), CreatedBy: features.Person{ID: actor.ID, Username: actor.Username},
			}
			if err := features.Put(tx, &features.Definition{Flag: *flag, Toggle: features.Toggle{Environment: environment}}); err != nil {
				return err
			}
		} else if tx.Touch(flag); one.Enabled == nil && one.Variant == nil {
			return nil
		}
		if features.In(tx, name, environment) == nil {
			return fmt.Errorf("%w in the project of the flag: %s", ErrNoEnvironment, environment)
		}
		if on && !one.KeepStrategies {
			if err := features.PutStrategies(tx, name, environment, []features.Strategy{features.Everybody(name)}); err != nil {
				return err
			}
			features.DropParents(tx, name)
		}
		if one.Variant != nil {
			variant := *one.Variant
			variant.Weight = 1000
			if err := features.PutVariants(tx, name, environment, variantsOf([]flagfile.Variant{variant})); err != nil {
				return err
			}
		}
		return features.SetEnabled(tx, features.In(tx, name, environment), on)
	})
}

// Remove deletes a flag, in all environments. The error is ErrNoFlag or ErrNoEnvironment
// if the flag or the environment does not exist.
func Remove(store *engine.Store, request engine.Request, name, environment string) error {
	return change(store, request, environment, func(tx *engine.Tx) error {
		flag := features.Get(tx, name)
		if flag == nil {
			return fmt.Errorf("%w: %s", ErrNoFlag, name)
		}
		features.Delete(tx, flag)
		return nil
	})
}

// HasEnvironment reports whether an environment exists.
func HasEnvironment(r engine.Reader, name string) bool { return projects.HasEnvironment(r, name) }

// State reports whether a flag is on in an environment, and returns the names of its
// variants there.
func State(r engine.Reader, name, environment string) (enabled bool, variants []string) {
	toggle := features.In(r, name, environment)
	if toggle == nil {
		return false, nil
	}
	for _, variant := range toggle.Variants {
		variants = append(variants, variant.Name)
	}
	return toggle.Enabled, variants
}
