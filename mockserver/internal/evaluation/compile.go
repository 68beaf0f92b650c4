// Package evaluation decides whether a flag is on for a context and which variant the
// context gets, as the SDKs of Unleash do.
//
// Compile reads a configuration once; Evaluate only runs the result. Something that
// cannot be read, such as an unknown operator or a malformed version, is not an error: it
// evaluates as in an SDK, and Explain names it.
//
// Flags and their dependencies are in compile.go, types of strategies in strategies.go,
// constraints in operators.go, variants in variants.go. hash.go places contexts in
// rollouts, and values.go reads text.
package evaluation

import (
	"math/rand/v2"
	"slices"
)

// Options are what evaluation depends on besides configuration and context.
type Options struct {
	// Hostname is the name of the machine, for the strategy applicationHostname.
	Hostname string
	// Random draws the hash of a context without an id to hash. It must be safe for
	// concurrent use. The default is rand.Uint32 of math/rand/v2.
	Random func() uint32
}

// Flags is a compiled configuration. It never changes and is safe for concurrent use.
type Flags struct {
	list   []*flag
	byName map[string]*flag
}

// Result is the result of evaluating a flag for a context.
type Result struct {
	Name           string  `json:"name"`
	Enabled        bool    `json:"enabled"`
	Variant        Variant `json:"variant"`
	ImpressionData bool    `json:"impressionData"`
	// OfStrategy says that the variant belongs to the strategy, not to the flag.
	OfStrategy bool `json:"-"`
}

type flag struct {
	name           string
	enabled        bool
	impressionData bool
	parents        []parent
	strategies     []strategy
	variants       variants
}

// A parent is a flag on which another flag depends.
type parent struct {
	name     string
	flag     *flag // nil: there is no such flag
	on       bool
	variants []string
}

type strategy struct {
	name       string
	activate   activation    // nil: the type is unknown
	conditions [][]condition // its own, then those of each segment, which strategies share
	variants   variants
}

// A condition is a constraint of a strategy, or of a segment that it uses.
type condition struct {
	test
	constraint *Constraint // nil: the segment is missing
	segment    *int        // nil: the constraint is the strategy's own
	problem    error       // why the constraint cannot be read
}

// Compile compiles a configuration. It retains parts of it, so the caller must not change
// it afterwards. Of several flags with the same name the last one counts, as in an SDK.
func Compile(configuration *Configuration, options Options) *Flags {
	if options.Random == nil {
		options.Random = rand.Uint32
	}
	segments := make(map[int][]condition, len(configuration.Segments))
	for i := range configuration.Segments {
		segment := &configuration.Segments[i]
		segments[segment.ID] = compileConditions(segment.Constraints, &segment.ID)
	}
	flags := &Flags{byName: make(map[string]*flag, len(configuration.Features))}
	for i := range configuration.Features {
		feature := &configuration.Features[i]
		compiled, known := flags.byName[feature.Name]
		if !known {
			compiled = new(flag)
			flags.byName[feature.Name] = compiled
			flags.list = append(flags.list, compiled)
		}
		*compiled = compileFlag(feature, segments, options)
	}
	for _, f := range flags.list {
		for i := range f.parents {
			f.parents[i].flag = flags.byName[f.parents[i].name]
		}
	}
	return flags
}

func compileFlag(feature *Feature, segments map[int][]condition, options Options) flag {
	compiled := flag{
		name:           feature.Name,
		enabled:        feature.Enabled,
		impressionData: feature.ImpressionData,
		variants:       compileVariants(feature.Variants, feature.Name, "", options),
	}
	for _, d := range feature.Dependencies {
		compiled.parents = append(compiled.parents,
			parent{name: d.Feature, on: d.Enabled == nil || *d.Enabled, variants: d.Variants})
	}
	for i := range feature.Strategies {
		compiled.strategies = append(compiled.strategies, compileStrategy(&feature.Strategies[i], segments, options))
	}
	return compiled
}

func compileStrategy(s *Strategy, segments map[int][]condition, options Options) strategy {
	// The JavaScript SDK uses "undefined" as the group if the parameter is missing.
	group, ok := s.Parameters["groupId"]
	if !ok {
		group = "undefined"
	}
	compiled := strategy{
		name:       s.Name,
		conditions: [][]condition{compileConditions(s.Constraints, nil)},
		variants:   compileVariants(s.Variants, group, s.Parameters["stickiness"], options),
	}
	if compile, known := strategyTypes[s.Name]; known {
		compiled.activate = compile(s.Parameters, options)
	}
	for i := range s.Segments {
		id := &s.Segments[i]
		conditions, known := segments[*id]
		if !known {
			conditions = []condition{{test: never, segment: id}}
		}
		compiled.conditions = append(compiled.conditions, conditions)
	}
	return compiled
}

func compileConditions(constraints []Constraint, segment *int) []condition {
	conditions := make([]condition, len(constraints))
	for i := range constraints {
		test, problem := compileConstraint(&constraints[i])
		conditions[i] = condition{test, &constraints[i], segment, problem}
	}
	return conditions
}

// Evaluate evaluates one flag. An unknown flag is off.
func (f *Flags) Evaluate(name string, c *Context) Result {
	if flag, known := f.byName[name]; known {
		return flag.evaluate(c, nil)
	}
	return Result{Name: name, Variant: Variant{Name: disabled}}
}

// AppendEnabled appends the results of all flags that are on for the context, in the
// order of the configuration.
func (f *Flags) AppendEnabled(to []Result, c *Context) []Result {
	for _, flag := range f.list {
		if result := flag.evaluate(c, nil); result.Enabled {
			to = append(to, result)
		}
	}
	return to
}

// evaluate evaluates a flag. It records the reasons in why, which may be nil.
func (f *flag) evaluate(c *Context, why *Explanation) Result {
	result := Result{Name: f.name, Variant: Variant{Name: disabled}, ImpressionData: f.impressionData}
	on, s := f.isOn(c, why)
	if on {
		result.Enabled, result.Variant.FeatureEnabled = true, true
		if chosen, ofStrategy := f.variant(c, s, why); chosen != nil {
			result.OfStrategy = ofStrategy
			result.Variant.Name, result.Variant.Payload, result.Variant.Enabled = chosen.Name, chosen.Payload, true
		}
	}
	return result
}

// isOn reports whether the flag is on, and returns the strategy that turned it on: nil if
// the flag has no strategies.
func (f *flag) isOn(c *Context, why *Explanation) (bool, *strategy) {
	if !f.enabled {
		why.decide(SwitchedOff)
		return false, nil
	}
	for i := range f.parents {
		if verdict := f.parents[i].judge(c); verdict != Holds {
			why.decideByDependency(f.parents[i].name, verdict)
			return false, nil
		}
	}
	if len(f.strategies) == 0 {
		why.decide(NoStrategies)
		return true, nil
	}
	for i := range f.strategies {
		s := &f.strategies[i]
		verdict, failed, bucket := s.judge(c)
		why.addStrategy(s, verdict, failed, bucket)
		if verdict == Holds {
			why.decide(StrategyHolds)
			return true, s
		}
	}
	why.decide(NoStrategyHolds)
	return false, nil
}

// variant chooses among the variants of the strategy that turned the flag on, or else
// among the flag's own. It returns nil if there are none.
func (f *flag) variant(c *Context, s *strategy, why *Explanation) (chosen *VariantDefinition, ofStrategy bool) {
	if s != nil {
		if chosen := s.variants.choose(c); chosen != nil {
			why.setVariantFrom("strategy")
			return chosen, true
		}
	}
	chosen = f.variants.choose(c)
	if chosen != nil {
		why.setVariantFrom("flag")
	}
	return chosen, false
}

// judge returns Holds, or why the dependency does not hold. Unleash allows one level: a
// parent with parents of its own never holds.
func (p *parent) judge(c *Context) Verdict {
	if p.flag == nil {
		return MissingParent
	}
	if len(p.flag.parents) > 0 {
		return ParentHasParents
	}
	on, s := p.flag.isOn(c, nil)
	switch {
	case on != p.on && on:
		return ParentIsOn
	case on != p.on:
		return ParentIsOff
	case on && len(p.variants) > 0 && !slices.Contains(p.variants, p.flag.variantName(c, s)):
		return ParentHasOtherVariant
	}
	return Holds
}

func (f *flag) variantName(c *Context, s *strategy) string {
	if chosen, _ := f.variant(c, s, nil); chosen != nil {
		return chosen.Name
	}
	return disabled
}

// judge returns Holds if the strategy turns its flag on; otherwise the reason, and the
// condition that failed. For a rollout it also returns the bucket.
func (s *strategy) judge(c *Context) (verdict Verdict, failed *condition, bucket int) {
	if s.activate == nil {
		return UnknownStrategy, nil, 0
	}
	for _, conditions := range s.conditions {
		for i := range conditions {
			if condition := &conditions[i]; !condition.test(c) {
				return condition.verdict(), condition, 0
			}
		}
	}
	on, bucket := s.activate(c)
	if !on {
		return NotActivated, nil, bucket
	}
	return Holds, nil, bucket
}

// verdict returns the verdict on a strategy for which this condition fails.
func (condition *condition) verdict() Verdict {
	switch {
	case condition.constraint == nil:
		return MissingSegment
	case condition.segment != nil:
		return SegmentFails
	}
	return ConstraintFails
}
