package evaluation

// Explanation is a result with its reasons.
type Explanation struct {
	Result
	Decision Decision `json:"decision"`
	// Dependency is the failed dependency, if one decided.
	Dependency *DependencyVerdict `json:"dependency,omitempty"`
	// Strategies are those that were evaluated, in order. Only the last can hold.
	Strategies []StrategyVerdict `json:"strategies,omitempty"`
	// VariantFrom says where the variant comes from: strategy, flag, or "" if there is none.
	VariantFrom string `json:"variantFrom,omitempty"`
}

// DependencyVerdict says why a dependency does not hold.
type DependencyVerdict struct {
	Feature string  `json:"feature"`
	Verdict Verdict `json:"verdict"`
}

// StrategyVerdict says why a strategy turned a flag on or not.
type StrategyVerdict struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	// Constraint is the one that failed. Segment is the id of the segment to which it
	// belongs, or of a missing segment. Problem says why the constraint cannot be read.
	Constraint *Constraint `json:"constraint,omitempty"`
	Segment    *int        `json:"segment,omitempty"`
	Problem    string      `json:"problem,omitempty"`
	// Bucket, from 1 to 100, is where a rollout placed the context.
	Bucket int `json:"bucket,omitempty"`
}

// Decision is what decided whether a flag is on.
type Decision string

// The decisions.
const (
	UnknownFlag     Decision = "unknown-flag"
	SwitchedOff     Decision = "switched-off"
	DependencyFails Decision = "dependency-fails"
	NoStrategies    Decision = "no-strategies" // on: nothing restricts the flag
	StrategyHolds   Decision = "strategy-holds"
	NoStrategyHolds Decision = "no-strategy-holds"
)

// Verdict is the outcome of one dependency or strategy.
type Verdict string

// The verdicts. All except Holds are reasons not to hold.
const (
	Holds Verdict = "holds"

	MissingParent         Verdict = "missing-parent"
	ParentHasParents      Verdict = "parent-has-parents"
	ParentIsOn            Verdict = "parent-is-on"
	ParentIsOff           Verdict = "parent-is-off"
	ParentHasOtherVariant Verdict = "parent-has-other-variant"

	UnknownStrategy Verdict = "unknown-strategy"
	ConstraintFails Verdict = "constraint-fails"
	SegmentFails    Verdict = "segment-fails"
	MissingSegment  Verdict = "missing-segment"
	NotActivated    Verdict = "not-activated" // constraints hold, but the rollout, list or address does not match
)

// Explain evaluates one flag as Evaluate does, and returns the reasons, too.
func (f *Flags) Explain(name string, c *Context) (Explanation, error) {
	why := Explanation{Decision: UnknownFlag}
	flag, known := f.byName[name]
	if !known {
		why.Result = f.Evaluate(name, c)
		return why, nil
	}
	run := f.start(c, maxWork)
	why.Result = flag.evaluate(run, &why)
	return why, f.end(run)
}

// The methods below record a step of an evaluation. They do nothing if the Explanation is
// nil, as it is for Evaluate.

func (e *Explanation) decide(decision Decision) {
	if e != nil {
		e.Decision = decision
	}
}

func (e *Explanation) decideByDependency(feature string, verdict Verdict) {
	if e != nil {
		e.Decision, e.Dependency = DependencyFails, &DependencyVerdict{feature, verdict}
	}
}

func (e *Explanation) addStrategy(c *run, s *strategy, verdict Verdict, failed *condition, bucket int) {
	if e == nil || failed != nil && !failed.constraint.show(c) {
		return
	}
	step := StrategyVerdict{Name: s.name, Verdict: verdict, Bucket: bucket}
	if failed != nil {
		step.Constraint, step.Segment = failed.constraint, failed.segment
		if failed.problem != nil {
			step.Problem = failed.problem.Error()
		}
	}
	e.Strategies = append(e.Strategies, step)
}

// show takes the steps for showing a constraint, which may be that of a segment with many
// values that many strategies have.
func (constraint *Constraint) show(c *run) bool {
	if constraint == nil {
		return true
	}
	for _, value := range constraint.Values {
		if !c.spend(showSteps, len(value)+len(`"",`)) {
			return false
		}
	}
	return constraint.Value == nil || c.spend(showSteps, len(*constraint.Value))
}

func (e *Explanation) setVariantFrom(owner string) {
	if e != nil {
		e.VariantFrom = owner
	}
}
