package evaluation

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func explained(t rapid.TB, flags *Flags, name string, c *Context) Explanation {
	t.Helper()
	why, err := flags.Explain(name, c)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return why
}

func TestExplain(t *testing.T) {
	t.Parallel()
	isOne, isTwo, unread := user("1"), user("2"), one("SEMVER_EQ", "x")
	segments := []Segment{{ID: 5, Constraints: []Constraint{isOne, isTwo}}}
	half := map[string]string{"groupId": "half", "rollout": "16"}
	for name, c := range map[string]struct {
		feature Feature
		want    Explanation
	}{
		"off": {
			Feature{Strategies: []Strategy{{Name: "default"}}},
			Explanation{Decision: SwitchedOff},
		},
		"without strategies": {
			Feature{Enabled: true, Variants: weights(1)},
			Explanation{Decision: NoStrategies, VariantFrom: "flag"},
		},
		"each reason not to hold, and one that holds": {
			Feature{Enabled: true, Strategies: []Strategy{
				{Name: "custom"},
				{Name: "default", Constraints: []Constraint{isOne, isTwo}},
				{Name: "default", Constraints: []Constraint{unread}},
				{Name: "default", Segments: []int{5}},
				{Name: "default", Segments: []int{6}},
				{Name: "userWithId"},
				{Name: "flexibleRollout", Parameters: half},
				{Name: "flexibleRollout", Parameters: map[string]string{"groupId": "half", "rollout": "17"}, Variants: weights(1)},
				{Name: "default"},
			}},
			Explanation{Decision: StrategyHolds, VariantFrom: "strategy", Strategies: []StrategyVerdict{
				{Name: "custom", Verdict: UnknownStrategy},
				{Name: "default", Verdict: ConstraintFails, Constraint: &isTwo},
				{Name: "default", Verdict: ConstraintFails, Constraint: &unread, Problem: "the value is not a semantic version"},
				{Name: "default", Verdict: SegmentFails, Constraint: &isTwo, Segment: new(5)},
				{Name: "default", Verdict: MissingSegment, Segment: new(6)},
				{Name: "userWithId", Verdict: NotActivated},
				{Name: "flexibleRollout", Verdict: NotActivated, Bucket: 17},
				{Name: "flexibleRollout", Verdict: Holds, Bucket: 17},
			}},
		},
		"no strategy holds": {
			Feature{Enabled: true, Strategies: []Strategy{{Name: "flexibleRollout", Parameters: half}}},
			Explanation{Decision: NoStrategyHolds, Strategies: []StrategyVerdict{{Name: "flexibleRollout", Verdict: NotActivated, Bucket: 17}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.feature.Name = "f"
			flags := Compile(&Configuration{[]Feature{c.feature}, segments}, Options{})
			c.want.Result = flags.Evaluate("f", &Context{UserID: "1"})
			if diff := cmp.Diff(c.want, explained(t, flags, "f", &Context{UserID: "1"})); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestExplainNamesAnUnknownFlag(t *testing.T) {
	t.Parallel()
	flags := Compile(new(Configuration), Options{})
	want := Explanation{Result: flags.Evaluate("nowhere", new(Context)), Decision: UnknownFlag}
	if diff := cmp.Diff(want, explained(t, flags, "nowhere", new(Context))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestExplainAgreesWithEvaluate checks that an explanation has the result of the
// evaluation, and holds enough to draw the same conclusion.
func TestExplainAgreesWithEvaluate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawnGenerator(t)
		b := g.batch(slices.Concat(operatorNames, strategyNames))
		flags := Compile(&b.Configuration, Options{Hostname: hostname, Random: func() uint32 { return 7 }})
		for _, c := range b.Cases {
			want, why := flags.Evaluate(c.Name, c.Context.context()), explained(t, flags, c.Name, c.Context.context())
			if why.Result != want {
				t.Fatalf("%s is %+v, but explained as %+v", c.Name, want, why.Result)
			}
			if told := why.conclusion(); told != want.Enabled {
				t.Fatalf("%s is on: %t, but the explanation is %+v", c.Name, want.Enabled, why)
			}
			if want.Variant.Enabled != (why.VariantFrom != "") {
				t.Fatalf("%s has variant %s, but the explanation takes it from %q", c.Name, want.Variant.Name, why.VariantFrom)
			}
		}
	})
}

// conclusion reports whether the flag is on, judged by the explanation without its
// result.
func (e *Explanation) conclusion() bool {
	holds := 0
	for _, s := range e.Strategies {
		if s.Verdict == Holds {
			holds++
		}
	}
	switch e.Decision {
	case NoStrategies:
		return len(e.Strategies) == 0 && e.Dependency == nil
	case StrategyHolds:
		return holds == 1 && e.Strategies[len(e.Strategies)-1].Verdict == Holds
	}
	return holds > 0
}
