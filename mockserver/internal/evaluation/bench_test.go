package evaluation

import (
	"fmt"
	"testing"
	"time"
)

const benchmarkedFlags = 200

// mixedKinds returns flags of each kind found in real projects. Some of them are on for
// mixedContext.
func mixedKinds() []Feature {
	rollout := func(percent string, constraints ...Constraint) Strategy {
		return Strategy{
			Name: "flexibleRollout", Constraints: constraints,
			Parameters: map[string]string{"groupId": "checkout", "rollout": percent, "stickiness": "default"},
		}
	}
	constrained := func(field, operator, value string, values ...string) []Strategy {
		return []Strategy{rollout("100", Constraint{ContextName: field, Operator: operator, Value: &value, Values: values})}
	}
	users := Strategy{Name: "userWithId", Parameters: map[string]string{"userIds": "1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144"}}
	split := []VariantDefinition{
		{Name: "blue", Weight: 334, Payload: &Payload{"string", "#00f"}}, {Name: "red", Weight: 333}, {Name: "green", Weight: 333},
	}
	withVariants := rollout("100")
	withVariants.Variants = split
	lower := constrained("email", "STR_ENDS_WITH", "", "@example.com", "@example.org")
	lower[0].Constraints[0].CaseInsensitive = true
	return []Feature{
		{},
		{Strategies: []Strategy{rollout("50")}},
		{Strategies: []Strategy{rollout("10"), users, {Name: "remoteAddress", Parameters: map[string]string{"IPs": "10.0.0.0/8, 192.168.0.0/16"}}}},
		{Strategies: []Strategy{{Name: "gradualRolloutSessionId", Parameters: map[string]string{"percentage": "30", "groupId": "g"}}}},
		{Strategies: []Strategy{{Name: "gradualRolloutRandom", Parameters: map[string]string{"percentage": "30"}}}},
		{Strategies: []Strategy{{Name: "default", Segments: []int{1, 2}}}},
		{Strategies: constrained("appName", "IN", "", "web", "ios", "android")},
		{Strategies: constrained("country", "NOT_IN", "", "NO", "SE", "DK")},
		{Strategies: lower},
		{Strategies: constrained("age", "NUM_GTE", "18")},
		{Strategies: constrained("version", "SEMVER_GT", "2.9.0")},
		{Strategies: constrained("currentTime", "DATE_AFTER", "2024-01-01T00:00:00Z")},
		{Strategies: constrained("email", "REGEX", `^\w+@example\.(com|org)$`)},
		{Strategies: constrained("remoteAddress", "IN_CIDR", "", "10.0.0.0/8", "2001:db8::/32")},
		{Variants: split},
		{Strategies: []Strategy{withVariants}},
		{Strategies: []Strategy{rollout("100")}, Dependencies: []Dependency{{Feature: "flag-0"}, {Feature: "flag-14", Variants: []string{"blue", "red"}}}},
	}
}

func mixedFlags() *Flags {
	configuration := Configuration{Segments: []Segment{
		{ID: 1, Constraints: []Constraint{{ContextName: "country", Operator: "IN", Values: []string{"FI", "NO", "SE", "DK", "IS"}}}},
		{ID: 2, Constraints: []Constraint{{ContextName: "age", Operator: "NUM_GT", Value: new("12")}}},
	}}
	kinds := mixedKinds()
	for i := range benchmarkedFlags {
		feature := kinds[i%len(kinds)]
		feature.Name, feature.Enabled = fmt.Sprint("flag-", i), true
		configuration.Features = append(configuration.Features, feature)
	}
	return Compile(&configuration, Options{Hostname: "host"})
}

func mixedContext() *Context {
	return &Context{
		UserID: "5f2b9c1e-user", SessionID: "a81c6c3e6b23", RemoteAddress: "192.168.7.9", AppName: "web", Environment: "development",
		CurrentTime: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		Properties:  map[string]string{"country": "FI", "email": "Kim@example.com", "age": "37", "version": "3.0.1-rc.1"},
	}
}

func BenchmarkEvaluate200Flags(b *testing.B) {
	flags, context := mixedFlags(), mixedContext()
	answer := make([]Result, 0, benchmarkedFlags)
	b.ReportAllocs()
	for b.Loop() {
		answer, _ = flags.AppendEnabled(answer[:0], context)
	}
}

func BenchmarkCompile200Flags(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mixedFlags()
	}
}
