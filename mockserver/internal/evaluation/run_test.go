package evaluation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// times returns flags that have the same strategies.
func times(count int, strategies ...Strategy) []Feature {
	features := make([]Feature, count)
	for i := range features {
		features[i] = Feature{Name: fmt.Sprint("flag-", i), Enabled: true, Strategies: strategies}
	}
	return features
}

func constrainedBy(constraints ...Constraint) Strategy {
	return Strategy{Name: "default", Constraints: constraints}
}

// TestWorkIsCounted checks that everything that takes longer for a long value of the context
// counts as work, as often as it is done.
func TestWorkIsCounted(t *testing.T) {
	t.Parallel()
	const flags, length = 20, 100
	long := strings.Repeat("1", length)
	rollout := func(stickiness string) Strategy {
		return Strategy{Name: "flexibleRollout", Parameters: map[string]string{"rollout": "50", "stickiness": stickiness}}
	}
	split := Strategy{Name: "default", Variants: weights(1, 1)}
	for name, c := range map[string]struct {
		strategy Strategy
		perByte  int
	}{
		"IN":                        {constrainedBy(many("IN", "a")), 1},
		"NOT_IN":                    {constrainedBy(many("NOT_IN", "a")), 1},
		"STR_STARTS_WITH":           {constrainedBy(many("STR_STARTS_WITH", "a", "b")), 1},
		"STR_CONTAINS":              {constrainedBy(many("STR_CONTAINS", "a", "b", "c")), 4},
		"in any case":               {constrainedBy(caseInsensitive(many("STR_ENDS_WITH", "a"))), 1 + lowerSteps},
		"NUM_EQ":                    {constrainedBy(one("NUM_EQ", "1")), 1},
		"SEMVER_EQ":                 {constrainedBy(one("SEMVER_EQ", "1.2.3")), 1},
		"REGEX":                     {constrainedBy(one("REGEX", "abcdef")), 6},
		"IN_CIDR":                   {constrainedBy(many("IN_CIDR", "10.0.0.0/8")), 1},
		"userWithId":                {Strategy{Name: "userWithId"}, 1},
		"remoteAddress":             {Strategy{Name: "remoteAddress"}, 1},
		"a rollout":                 {rollout("default"), 1},
		"a rollout by a property":   {rollout("x"), 1},
		"the variant of a strategy": {split, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled := Compile(&Configuration{Features: times(flags, c.strategy)}, Options{})
			work := func(steps int64) error {
				run := compiled.start(&Context{UserID: long, RemoteAddress: long, Properties: map[string]string{"x": long}}, steps)
				for _, flag := range compiled.list {
					flag.evaluate(run, nil)
				}
				return compiled.end(run)
			}
			enough := int64(flags * length * c.perByte)
			if err := work(enough); err != nil {
				t.Errorf("%d steps are not enough", enough)
			}
			if err := work(enough - 1); !errors.Is(err, ErrTooMuchWork) {
				t.Errorf("%d steps are enough", enough-1)
			}
		})
	}
}

func TestTooMuchWorkIsRefused(t *testing.T) {
	t.Parallel()
	slow := constrainedBy(one("REGEX", "(?:abcdefgh){1000}"))
	long := &Context{Properties: map[string]string{"x": strings.Repeat("abcdefg ", 25)}}
	for flags, want := range map[int]error{10: nil, 100: ErrTooMuchWork} {
		compiled := Compile(&Configuration{Features: times(flags, slow)}, Options{})
		if _, err := compiled.AppendEnabled(nil, long); !errors.Is(err, want) {
			t.Errorf("%d flags: %v, want %v", flags, err, want)
		}
		if _, err := compiled.AppendEnabled(nil, new(Context)); err != nil {
			t.Errorf("%d flags, the next evaluation: %v", flags, err)
		}
	}
}

// TestSegmentsAreEvaluatedOnce checks that neither the work nor the explanation of a large segment
// is multiplied by the strategies that have it.
func TestSegmentsAreEvaluatedOnce(t *testing.T) {
	t.Parallel()
	long := &Context{Properties: map[string]string{"x": strings.Repeat("-", 10_000)}}
	segments := []Segment{{ID: 1, Constraints: []Constraint{many("STR_CONTAINS", strings.Split(strings.Repeat("a", 1000), "")...)}}}
	strategy := Strategy{Name: "default", Segments: []int{1, 2}}
	compiled := Compile(&Configuration{times(100, strategy), segments}, Options{})
	if on, err := compiled.AppendEnabled(nil, long); err != nil || len(on) > 0 {
		t.Errorf("%d flags are on, %v", len(on), err)
	}
	once := Feature{Name: "once", Enabled: true, Strategies: make([]Strategy, 100)}
	for i := range once.Strategies {
		once.Strategies[i] = strategy
	}
	if why := explained(t, Compile(&Configuration{[]Feature{once}, segments}, Options{}), "once", long); len(why.Strategies) != 100 {
		t.Errorf("%d of 100 strategies are explained", len(why.Strategies))
	}
}

func TestExplanationsAreLimited(t *testing.T) {
	t.Parallel()
	large := many("IN", strings.Split(strings.Repeat("a", 10_000), "")...)
	feature := Feature{Name: "f", Enabled: true, Strategies: make([]Strategy, 1000)}
	for i := range feature.Strategies {
		feature.Strategies[i] = Strategy{Name: "default", Segments: []int{1}}
	}
	compiled := Compile(&Configuration{[]Feature{feature}, []Segment{{ID: 1, Constraints: []Constraint{large}}}}, Options{})
	if why, err := compiled.Explain("f", new(Context)); !errors.Is(err, ErrTooMuchWork) {
		t.Errorf("%d strategies are explained, %v", len(why.Strategies), err)
	}
}

func TestParentsAreEvaluatedOnce(t *testing.T) {
	t.Parallel()
	draws := 0
	random := Strategy{Name: "gradualRolloutRandom", Parameters: map[string]string{"percentage": "100"}}
	features := append(times(20), Feature{Name: "parent", Enabled: true, Strategies: []Strategy{random}, Variants: weights(1, 1)})
	for i := range 20 {
		features[i].Dependencies = []Dependency{{Feature: "parent", Variants: []string{"0", "1"}}}
	}
	compiled := Compile(&Configuration{Features: features}, Options{Random: func() uint32 { draws++; return 0 }})
	for range 2 { // nothing is remembered for the next evaluation
		draws = 0
		on, err := compiled.AppendEnabled(nil, new(Context))
		if err != nil || len(on) != len(features) {
			t.Fatalf("%d flags are on, %v", len(on), err)
		}
		if draws != 4 {
			t.Errorf("%d draws, want 2 for the parent as a flag, and 2 for all of its children", draws)
		}
	}
}

func TestNothingIsRememberedOfAnotherContext(t *testing.T) {
	t.Parallel()
	parent := Feature{Name: "parent", Enabled: true, Strategies: []Strategy{{Name: "default", Segments: []int{1}}}}
	child := Feature{Name: "child", Enabled: true, Dependencies: []Dependency{{Feature: "parent"}}}
	compiled := Compile(&Configuration{[]Feature{child, parent}, []Segment{{ID: 1, Constraints: []Constraint{user("1")}}}}, Options{})
	for id, want := range map[string]int{"1": 2, "2": 0} {
		for range 2 {
			if on, err := compiled.AppendEnabled(nil, &Context{UserID: id}); err != nil || len(on) != want {
				t.Errorf("%d flags are on for user %s, want %d; %v", len(on), id, want, err)
			}
		}
	}
}
