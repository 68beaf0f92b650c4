package evaluation

import (
	"fmt"
	"testing"
)

// chosen returns the name of the variant that a flag has in a context. The random hash is
// 0.
func chosen(flag string, definitions []VariantDefinition, c Context) string {
	feature := Feature{Name: flag, Enabled: true, Variants: definitions}
	flags := Compile(&Configuration{Features: []Feature{feature}}, Options{Random: func() uint32 { return 0 }})
	return flags.Evaluate(flag, &c).Variant.Name
}

func weights(weights ...float64) []VariantDefinition {
	var definitions []VariantDefinition
	for i, weight := range weights {
		definitions = append(definitions, VariantDefinition{Name: fmt.Sprint(i), Weight: weight})
	}
	return definitions
}

func TestVariants(t *testing.T) {
	t.Parallel()
	// In the group half, user 1 has place 940 of 1000.
	user := Context{UserID: "1"}
	withStickiness := func(stickiness string, definitions []VariantDefinition) []VariantDefinition {
		definitions[0].Stickiness = stickiness
		return definitions
	}
	withOverride := func(at int, definitions []VariantDefinition) []VariantDefinition {
		definitions[at].Overrides = []Override{{"userId", []string{"9"}}, {"plan", []string{"gold", " silver"}}}
		return definitions
	}
	for name, c := range map[string]struct {
		definitions []VariantDefinition
		context     Context
		want        string
	}{
		"none":                                   {nil, user, "disabled"},
		"the sum reaches the place":              {weights(940, 60), user, "0"},
		"the sum stays below the place":          {weights(939, 61), user, "1"},
		"weight 0 is skipped":                    {weights(0, 939, 0, 61), user, "3"},
		"no weights":                             {weights(0, 0), user, "disabled"},
		"negative weights":                       {weights(-5, 3), user, "disabled"},
		"weights beyond an int":                  {weights(1<<62, 1<<62), user, "0"},
		"fractions":                              {weights(939.5, 60.5), user, "1"},
		"fractions that no place reaches":        {weights(0.25, 0.25), user, "disabled"},
		"by session":                             {weights(939, 61), Context{SessionID: "1"}, "1"},
		"by address":                             {weights(939, 61), Context{RemoteAddress: "1"}, "1"},
		"user before session":                    {weights(939, 61), Context{UserID: "1", SessionID: "2"}, "1"},
		"by chance":                              {weights(939, 61), Context{}, "0"},
		"by a field":                             {withStickiness("plan", weights(939, 61)), Context{Properties: map[string]string{"plan": "1"}}, "1"},
		"by a field that is missing":             {withStickiness("plan", weights(939, 61)), user, "0"},
		"random":                                 {withStickiness("random", weights(939, 61)), user, "0"},
		"overridden by an own field":             {withOverride(0, weights(1, 999)), Context{UserID: "9"}, "0"},
		"overridden by a property":               {withOverride(0, weights(1, 999)), Context{UserID: "1", Properties: map[string]string{"plan": "gold"}}, "0"},
		"overridden without weight":              {withOverride(0, weights(0, 1000)), Context{UserID: "9"}, "0"},
		"not overridden without any weights":     {withOverride(0, weights(0, 0)), Context{UserID: "9"}, "disabled"},
		"values of an override are not trimmed":  {withOverride(0, weights(0, 1000)), Context{Properties: map[string]string{"plan": "silver"}}, "1"},
		"no value is not the empty value":        {[]VariantDefinition{{Name: "0", Overrides: []Override{{"plan", []string{""}}}}, {Name: "1", Weight: 1}}, user, "1"},
		"the first variant with an override won": {withOverride(1, withOverride(2, weights(1000, 0, 0))), Context{UserID: "9"}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := chosen("half", c.definitions, c.context); got != c.want {
				t.Errorf("variant %s, want %s", got, c.want)
			}
		})
	}
}

func TestVariantsReachTheirShares(t *testing.T) {
	t.Parallel()
	const users = 10_000
	counts := map[string]int{}
	for i := range users {
		counts[chosen("shares", weights(100, 0, 300, 600), Context{UserID: fmt.Sprint(i)})]++
	}
	for name, percent := range map[string]int{"0": 10, "1": 0, "2": 30, "3": 60} {
		if got := 100 * counts[name] / users; got < percent-2 || got > percent+2 {
			t.Errorf("variant %s has %d%%, want about %d%%", name, got, percent)
		}
	}
}

func TestStrategysVariantsComeBeforeTheFlags(t *testing.T) {
	t.Parallel()
	strategyWith := func(variants []VariantDefinition) []Strategy {
		return []Strategy{{Name: "default", Variants: variants, Parameters: map[string]string{"groupId": "half"}}}
	}
	flagVariants := []VariantDefinition{{Name: "flag", Weight: 1}}
	payload := &Payload{Type: "json", Value: "{}"}
	for name, c := range map[string]struct {
		strategies []Strategy
		want       Variant
	}{
		"the strategy's":            {strategyWith([]VariantDefinition{{Name: "strategy", Weight: 1, Payload: payload}}), Variant{"strategy", payload, true, true}},
		"the strategy's by group":   {strategyWith(weights(939, 61)), Variant{"1", nil, true, true}},
		"a strategy without":        {strategyWith(nil), Variant{"flag", nil, true, true}},
		"a strategy without weight": {strategyWith(weights(0)), Variant{"flag", nil, true, true}},
		"no strategy":               {nil, Variant{"flag", nil, true, true}},
		"no strategy that holds":    {[]Strategy{{Name: "unknown"}}, Variant{"disabled", nil, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			feature := Feature{Name: "f", Enabled: true, Strategies: c.strategies, Variants: flagVariants}
			got := Compile(&Configuration{Features: []Feature{feature}}, Options{}).Evaluate("f", &Context{UserID: "1"})
			if got.Variant != c.want {
				t.Errorf("%+v, want %+v", got.Variant, c.want)
			}
		})
	}
}

func TestStickinessOfVariants(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, second, strategys string
		want                     string
	}{
		"that of the first":                {first: "plan", second: "sessionId", strategys: "sessionId", want: "1"},
		"else the strategy's":              {second: "sessionId", strategys: "plan", want: "1"},
		"else by user, session or address": {second: "plan", want: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variants := weights(939, 61)
			variants[0].Stickiness, variants[1].Stickiness = c.first, c.second
			feature := Feature{Name: "f", Enabled: true, Strategies: []Strategy{{
				Name: "default", Variants: variants, Parameters: map[string]string{"groupId": "half", "stickiness": c.strategys},
			}}}
			flags := Compile(&Configuration{Features: []Feature{feature}}, Options{Random: func() uint32 { return 0 }})
			if got := flags.Evaluate("f", &Context{Properties: map[string]string{"plan": "1"}}).Variant.Name; got != c.want {
				t.Errorf("variant %s, want %s", got, c.want)
			}
		})
	}
}

// TestVariantsWithoutAGroup checks that a missing group counts as the group "undefined",
// as in a JavaScript SDK.
func TestVariantsWithoutAGroup(t *testing.T) {
	t.Parallel()
	variant := func(parameters map[string]string, user int) string {
		feature := Feature{Name: "f", Enabled: true, Strategies: []Strategy{{Name: "default", Variants: weights(500, 500), Parameters: parameters}}}
		return Compile(&Configuration{Features: []Feature{feature}}, Options{}).Evaluate("f", &Context{UserID: fmt.Sprint(user)}).Variant.Name
	}
	for user := range 100 {
		if got, want := variant(nil, user), variant(map[string]string{"groupId": "undefined"}, user); got != want {
			t.Errorf("user %d has variant %s, want %s", user, got, want)
		}
	}
}
