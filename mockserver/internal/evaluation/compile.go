// Package evaluation decides whether a flag is on for a context and which variant the
// context gets, as the SDKs of Unleash do.
//
// Compile reads a configuration once; Evaluate only runs the result. Something that
// cannot be read, such as an unknown operator or a malformed version, is not an error: it
// evaluates as in an SDK, and Explain names it.
//
// Flags and their dependencies are in compile.go, types of strategies in strategies.go,
// constraints in operators.go and regexp.go, variants in variants.go. hash.go places contexts
// in rollouts, values.go reads text, and run.go bounds the work of an evaluation.
package evaluation

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
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
	list        []*flag
	byName      map[string]*flag
	expressions int64     // bytes of memory that regular expressions take
	runs        sync.Pool // of *run
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
	place          int // among the parents, from 1; 0: it has no children
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
	activate   activation // nil: the type is unknown
	conditions []condition
	segments   []*segment
	variants   variants
}

// A segment is a list of conditions that strategies share.
type segment struct {
	conditions []condition
	place      int
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
	c := &compiler{Options: options, segments: map[int]*segment{}, expressions: newExpressionSet()}
	for i := range configuration.Segments {
		segment := &configuration.Segments[i]
		c.addSegment(segment.ID, c.conditions(segment.Constraints, &segment.ID))
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
		*compiled = c.flag(feature)
	}
	parents := 0
	for _, f := range flags.list {
		for i := range f.parents {
			parent := flags.byName[f.parents[i].name]
			f.parents[i].flag = parent
			if parent != nil && parent.place == 0 {
				parents++
				parent.place = parents
			}
		}
	}
	flags.expressions = c.expressions.bytes
	segments := c.places
	flags.runs.New = func() any {
		return &run{parents: make([]outcome, parents+1), segments: make([]judged, segments)}
	}
	return flags
}

// A compiler compiles the parts of a configuration, and has what they share.
type compiler struct {
	Options
	segments    map[int]*segment
	places      int // of segments
	expressions *expressionSet
}

func (c *compiler) flag(feature *Feature) flag {
	compiled := flag{
		name:           feature.Name,
		enabled:        feature.Enabled,
		impressionData: feature.ImpressionData,
		variants:       compileVariants(feature.Variants, feature.Name, "", c.Options),
	}
	for _, d := range feature.Dependencies {
		compiled.parents = append(compiled.parents,
			parent{name: d.Feature, on: d.Enabled == nil || *d.Enabled, variants: d.Variants})
	}
	for i := range feature.Strategies {
		compiled.strategies = append(compiled.strategies, c.strategy(&feature.Strategies[i]))
	}
	return compiled
}

func (c *compiler) strategy(s *Strategy) strategy {
	// The JavaScript SDK uses "undefined" as the group if the parameter is missing.
	group, ok := s.Parameters["groupId"]
	if !ok {
		group = "undefined"
	}
	compiled := strategy{
		name:       s.Name,
		conditions: c.conditions(s.Constraints, nil),
		variants:   compileVariants(s.Variants, group, s.Parameters["stickiness"], c.Options),
	}
	if compile, known := strategyTypes[s.Name]; known {
		compiled.activate = compile(s.Parameters, c.Options)
	}
	for i := range s.Segments {
		id := &s.Segments[i]
		found, known := c.segments[*id]
		if !known {
			found = c.addSegment(*id, []condition{{test: never, segment: id}})
		}
		compiled.segments = append(compiled.segments, found)
	}
	return compiled
}

func (c *compiler) addSegment(id int, conditions []condition) *segment {
	out := &segment{conditions, c.places}
	c.places++
	c.segments[id] = out
	return out
}

func (c *compiler) conditions(constraints []Constraint, segment *int) []condition {
	conditions := make([]condition, len(constraints))
	for i := range constraints {
		test, problem := compileConstraint(&constraints[i], c.expressions)
		conditions[i] = condition{test, &constraints[i], segment, problem}
	}
	return conditions
}

// ExpressionBytes estimates the bytes of memory that regular expressions take.
func (f *Flags) ExpressionBytes() int64 { return f.expressions }

// Evaluate evaluates one flag, whatever work that takes. An unknown flag is off.
func (f *Flags) Evaluate(name string, c *Context) Result {
	flag, known := f.byName[name]
	if !known {
		return Result{Name: name, Variant: Variant{Name: disabled}}
	}
	run := f.start(c, math.MaxInt64)
	out := flag.evaluate(run, nil)
	_ = f.end(run)
	return out
}

// AppendEnabled appends the results of all flags that are on for the context, in the
// order of the configuration. The error is ErrExpressionsTooLarge or ErrTooMuchWork.
func (f *Flags) AppendEnabled(to []Result, c *Context) ([]Result, error) {
	if f.expressions > maxExpressions {
		return to, ErrExpressionsTooLarge
	}
	run := f.start(c, maxWork)
	for _, flag := range f.list {
		if result := flag.evaluate(run, nil); result.Enabled {
			to = append(to, result)
		}
	}
	return to, f.end(run)
}

// evaluate evaluates a flag. It records the reasons in why, which may be nil.
func (f *flag) evaluate(c *run, why *Explanation) Result {
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
func (f *flag) isOn(c *run, why *Explanation) (bool, *strategy) {
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
		why.addStrategy(c, s, verdict, failed, bucket)
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
func (f *flag) variant(c *run, s *strategy, why *Explanation) (chosen *VariantDefinition, ofStrategy bool) {
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
func (p *parent) judge(c *run) Verdict {
	if p.flag == nil {
		return MissingParent
	}
	if len(p.flag.parents) > 0 {
		return ParentHasParents
	}
	is := c.outcome(p.flag)
	switch {
	case is.on != p.on && is.on:
		return ParentIsOn
	case is.on != p.on:
		return ParentIsOff
	case is.on && len(p.variants) > 0 && !slices.Contains(p.variants, is.variant):
		return ParentHasOtherVariant
	}
	return Holds
}

// judge returns Holds if the strategy turns its flag on; otherwise the reason, and the
// condition that failed. For a rollout it also returns the bucket.
func (s *strategy) judge(c *run) (verdict Verdict, failed *condition, bucket int) {
	if s.activate == nil {
		return UnknownStrategy, nil, 0
	}
	failed = failing(s.conditions, c)
	for i := 0; failed == nil && i < len(s.segments); i++ {
		failed = c.failing(s.segments[i])
	}
	if failed != nil {
		return failed.verdict(), failed, 0
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
