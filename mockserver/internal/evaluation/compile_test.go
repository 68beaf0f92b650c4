package evaluation

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func isOn(name string, features []Feature, segments ...Segment) bool {
	return Compile(&Configuration{features, segments}, Options{}).Evaluate(name, &Context{UserID: "1"}).Enabled
}

func user(id string) Constraint {
	return Constraint{ContextName: "userId", Operator: "IN", Values: []string{id}}
}

func TestFlagsByTheirStrategies(t *testing.T) {
	t.Parallel()
	segments := []Segment{{ID: 1, Constraints: []Constraint{user("1")}}, {ID: 2, Constraints: []Constraint{user("2")}}, {ID: 3}}
	for name, c := range map[string]struct {
		off        bool
		strategies []Strategy
		want       bool
	}{
		"no strategies":                       {want: true},
		"switched off":                        {off: true, strategies: []Strategy{{Name: "default"}}, want: false},
		"the first holds":                     {strategies: []Strategy{{Name: "default"}, {Name: "userWithId"}}, want: true},
		"a later one holds":                   {strategies: []Strategy{{Name: "userWithId"}, {Name: "default"}}, want: true},
		"none holds":                          {strategies: []Strategy{{Name: "userWithId"}}, want: false},
		"an unknown type is skipped":          {strategies: []Strategy{{Name: "custom"}, {Name: "default"}}, want: true},
		"only an unknown type":                {strategies: []Strategy{{Name: "custom"}}, want: false},
		"constraints hold":                    {strategies: []Strategy{{Name: "default", Constraints: []Constraint{user("1"), user("1")}}}, want: true},
		"one constraint fails":                {strategies: []Strategy{{Name: "default", Constraints: []Constraint{user("1"), user("2")}}}, want: false},
		"constraints hold, the type does not": {strategies: []Strategy{{Name: "userWithId", Constraints: []Constraint{user("1")}}}, want: false},
		"segments hold":                       {strategies: []Strategy{{Name: "default", Segments: []int{1, 3}}}, want: true},
		"one segment fails":                   {strategies: []Strategy{{Name: "default", Segments: []int{1, 2}}}, want: false},
		"a segment is missing":                {strategies: []Strategy{{Name: "default", Segments: []int{1, 4}}}, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := isOn("f", []Feature{{Name: "f", Enabled: !c.off, Strategies: c.strategies}}, segments...); got != c.want {
				t.Errorf("on is %t, want %t", got, c.want)
			}
		})
	}
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	parents := []Feature{
		{Name: "on", Enabled: true},
		{Name: "off", Enabled: false},
		{Name: "blue", Enabled: true, Variants: []VariantDefinition{{Name: "blue", Weight: 1}}},
		{Name: "grandchild", Enabled: true, Dependencies: []Dependency{{Feature: "on"}}},
	}
	for name, c := range map[string]struct {
		dependencies []Dependency
		want         bool
		verdict      Verdict
	}{
		"on":                              {[]Dependency{{Feature: "on"}}, true, ""},
		"explicitly on":                   {[]Dependency{{Feature: "on", Enabled: new(true)}}, true, ""},
		"off":                             {[]Dependency{{Feature: "off"}}, false, ParentIsOff},
		"has to be off and is":            {[]Dependency{{Feature: "off", Enabled: new(false)}}, true, ""},
		"has to be off and is not":        {[]Dependency{{Feature: "on", Enabled: new(false)}}, false, ParentIsOn},
		"all":                             {[]Dependency{{Feature: "on"}, {Feature: "blue"}}, true, ""},
		"not all":                         {[]Dependency{{Feature: "on"}, {Feature: "off"}}, false, ParentIsOff},
		"twice":                           {[]Dependency{{Feature: "on"}, {Feature: "on"}}, true, ""},
		"missing":                         {[]Dependency{{Feature: "nowhere"}}, false, MissingParent},
		"has to be off and is missing":    {[]Dependency{{Feature: "nowhere", Enabled: new(false)}}, false, MissingParent},
		"itself":                          {[]Dependency{{Feature: "child"}}, false, ParentHasParents},
		"has parents":                     {[]Dependency{{Feature: "grandchild"}}, false, ParentHasParents},
		"in the variant":                  {[]Dependency{{Feature: "blue", Variants: []string{"red", "blue"}}}, true, ""},
		"in another variant":              {[]Dependency{{Feature: "blue", Variants: []string{"red"}}}, false, ParentHasOtherVariant},
		"without a variant":               {[]Dependency{{Feature: "on", Variants: []string{"red"}}}, false, ParentHasOtherVariant},
		"without a variant, as it has to": {[]Dependency{{Feature: "on", Variants: []string{"disabled"}}}, true, ""},
		"off, in the variant of that":     {[]Dependency{{Feature: "off", Variants: []string{"disabled"}}}, false, ParentIsOff},
		"off, whatever variants are said": {[]Dependency{{Feature: "off", Enabled: new(false), Variants: []string{"red"}}}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := Feature{Name: "child", Enabled: true, Dependencies: c.dependencies}
			features := append([]Feature{child}, parents...)
			if got := isOn("child", features); got != c.want {
				t.Errorf("on is %t, want %t", got, c.want)
			}
			why := explained(t, Compile(&Configuration{Features: features}, Options{}), "child", &Context{})
			if c.want {
				if why.Dependency != nil {
					t.Errorf("the explanation blames %+v", why.Dependency)
				}
				return
			}
			want := &DependencyVerdict{c.dependencies[len(c.dependencies)-1].Feature, c.verdict}
			if diff := cmp.Diff(want, why.Dependency); diff != "" || why.Decision != DependencyFails {
				t.Errorf("%s: -want +got\n%s", why.Decision, diff)
			}
		})
	}
}

func TestUnknownFlagIsOff(t *testing.T) {
	t.Parallel()
	got := Compile(new(Configuration), Options{}).Evaluate("nowhere", new(Context))
	if want := (Result{Name: "nowhere", Variant: Variant{Name: "disabled"}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestLastFlagOfANameCounts(t *testing.T) {
	t.Parallel()
	features := []Feature{{Name: "twice"}, {Name: "child", Enabled: true, Dependencies: []Dependency{{Feature: "twice"}}}, {Name: "twice", Enabled: true}}
	if !isOn("twice", features) || !isOn("child", features) {
		t.Error("the first flag of a name counts")
	}
}

func TestEnabledFlagsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	features := []Feature{{Name: "c", Enabled: true}, {Name: "a", Enabled: true, ImpressionData: true}, {Name: "b"}}
	got, err := Compile(&Configuration{Features: features}, Options{}).AppendEnabled(nil, new(Context))
	want := []Result{
		{Name: "c", Enabled: true, Variant: Variant{Name: "disabled", FeatureEnabled: true}},
		{Name: "a", Enabled: true, Variant: Variant{Name: "disabled", FeatureEnabled: true}, ImpressionData: true},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v; -want +got\n%s", err, diff)
	}
}

func TestConfigurationIsReadFromJSON(t *testing.T) {
	t.Parallel()
	const text = `{"version": 2, "query": {}, "features": [{
		"name": "f", "enabled": true, "impressionData": true, "type": "release",
		"dependencies": [{"feature": "p", "enabled": false, "variants": ["a"]}],
		"strategies": [{
			"name": "flexibleRollout", "parameters": {"rollout": "50"}, "segments": [3],
			"constraints": [{"contextName": "x", "operator": "NUM_EQ", "value": "", "values": [], "inverted": true, "caseInsensitive": true}],
			"variants": [{"name": "v", "weight": 1000, "weightType": "variable", "stickiness": "plan", "payload": {"type": "json", "value": "{}"}}]
		}],
		"variants": [{"name": "w", "weight": 1, "overrides": [{"contextName": "y", "values": ["1"]}]}]
	}], "segments": [{"id": 3, "name": "s", "constraints": [{"contextName": "x", "operator": "IN", "values": ["a"]}]}]}`
	want := Configuration{
		Features: []Feature{{
			Name: "f", Enabled: true, ImpressionData: true,
			Dependencies: []Dependency{{"p", new(false), []string{"a"}}},
			Strategies: []Strategy{{
				Name: "flexibleRollout", Parameters: map[string]string{"rollout": "50"}, Segments: []int{3},
				Constraints: []Constraint{{"x", "NUM_EQ", []string{}, new(""), true, true}},
				Variants:    []VariantDefinition{{Name: "v", Weight: 1000, Stickiness: "plan", Payload: &Payload{"json", "{}"}}},
			}},
			Variants: []VariantDefinition{{Name: "w", Weight: 1, Overrides: []Override{{"y", []string{"1"}}}}},
		}},
		Segments: []Segment{{3, "s", []Constraint{{ContextName: "x", Operator: "IN", Values: []string{"a"}}}}},
	}
	var got Configuration
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestManyEvaluateAtOnce(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(1, 1))}
	b := g.batch(slices.Concat(operatorNames, strategyNames))
	flags := Compile(&b.Configuration, Options{Random: func() uint32 { return 0 }})
	want, err := flags.AppendEnabled(nil, b.Cases[0].Context.context())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if got, err := flags.AppendEnabled(nil, b.Cases[0].Context.context()); err != nil || !slices.Equal(got, want) {
					t.Error("two evaluations differ")
				}
			}
		})
	}
	all.Wait()
}

// FuzzConfiguration checks that no configuration and context causes a panic, and that
// Evaluate and Explain agree.
func FuzzConfiguration(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(1, 1))}
	for range 20 {
		b := g.batch([]string{pick(g, operatorNames), pick(g, strategyNames), "flexibleRollout", "default"})
		configuration, err := json.Marshal(b.Configuration)
		if err != nil {
			f.Fatal(err)
		}
		context, err := json.Marshal(b.Cases[0].Context)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(configuration, context)
	}
	f.Fuzz(func(t *testing.T, configuration, context []byte) {
		var c Configuration
		var who generatedContext
		if json.Unmarshal(configuration, &c) != nil || json.Unmarshal(context, &who) != nil {
			return
		}
		flags := Compile(&c, Options{Hostname: hostname, Random: func() uint32 { return 7 }})
		on, err := flags.AppendEnabled(nil, who.context())
		if err != nil {
			return
		}
		for _, feature := range c.Features {
			result := flags.Evaluate(feature.Name, who.context())
			if result.Enabled != slices.Contains(on, result) {
				t.Errorf("%s is on, but AppendEnabled does not list it", feature.Name)
			}
			if why, err := flags.Explain(feature.Name, who.context()); err == nil && why.Result != result {
				t.Errorf("%+v is explained as %+v", result, why.Result)
			}
		}
	})
}
