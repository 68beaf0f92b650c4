// Package frontend has the faults of the evaluation of flags by the Frontend API.
package frontend

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of evaluation.
func Faults() []bend.Fault {
	return slices.Concat(operatorFaults(), strategyFaults(), variantFaults(), contextFaults(), edgeFaults(), pageFaults())
}

// fault returns a fault of the operation that gets flags for a context.
func fault(id, name string, step bend.Step) bend.Fault {
	return bend.Fault{ID: "frontend-" + id, Name: name, Operation: "getFrontendFeatures", Standing: spec.Observed, Bend: step}
}

// other is a workspace of the mock that no client uses.
const other = "/w/evaluated"

// evaluating changes the server's flags, in the form that the Client API sends, puts them into another
// workspace, and answers from there. It does not touch requests with tokens that scenarios made, which
// may see other flags.
func evaluating(change func(*bend.Value)) bend.Step {
	return bend.When(bend.By(bend.FrontendToken), bend.OK(func(x *bend.Exchange) {
		sent := x.Ask(http.MethodGet, "/api/client/features", "", "Authorization: "+bend.BackendToken, "Unleash-Client-Spec: 5.2.0")
		flags, isJSON := bend.ParseJSON(sent.Body)
		if !isJSON {
			panic("faulty: no flags: " + string(sent.Body))
		}
		change(flags)
		x.Ask(http.MethodPut, other+"/_mock/flags", string(flags.Append(nil)))
		bend.Again(bend.At(other + "/api/frontend"))(x)
	}))
}

const (
	strategies  = "/features/*/strategies/*"
	constraints = strategies + "/constraints/*"
)

// each changes everything at a pointer before the flags are evaluated.
func each(pointer string, change func(*bend.Value)) bend.Step {
	return evaluating(func(flags *bend.Value) {
		flags.Edit(pointer, func(v *bend.Value) *bend.Value {
			if v != nil {
				change(v)
			}
			return v
		})
	})
}

// with sets a member of everything at a pointer, or removes it with a nil value.
func with(pointer, key string, value *bend.Value) bend.Step {
	return each(pointer, func(v *bend.Value) { v.Put(key, value) })
}

// without removes a member of everything at a pointer.
func without(pointer, key string) bend.Step { return with(pointer, key, nil) }

// of changes strategies of a type.
func of(kind string, change func(strategy *bend.Value)) bend.Step {
	return each(strategies, func(strategy *bend.Value) {
		if strategy.Get("name").String() == kind {
			change(strategy)
		}
	})
}

// parameter changes a parameter of strategies of a type.
func parameter(kind, name string, change func(string) string) bend.Step {
	return of(kind, func(strategy *bend.Value) { strategy.Edit("/parameters/"+name, bend.Words(change)) })
}

// first keeps the first entry of a list.
func first(list *bend.Value) { list.Items = list.Items[:min(len(list.Items), 1)] }

// as evaluates an operator as another.
func as(operator, other string) func(*bend.Value) {
	return func(constraint *bend.Value) {
		if constraint.Get("operator").String() != operator {
			return
		}
		constraint.Put("operator", bend.Quoted(other))
		if value := constraint.Get("value"); value != nil { // other may have a list of values
			constraint.Put("values", &bend.Value{Kind: '[', Items: []*bend.Value{value}})
		}
	}
}

// operatorFaults lists faults that evaluate an operator as a similar one, or constraints as others.
func operatorFaults() []bend.Fault {
	var faults []bend.Fault
	for _, o := range [][2]string{
		{"IN", "STR_STARTS_WITH"}, {"NOT_IN", "IN"},
		{"STR_STARTS_WITH", "STR_CONTAINS"}, {"STR_ENDS_WITH", "STR_CONTAINS"}, {"STR_CONTAINS", "STR_STARTS_WITH"}, {"REGEX", "STR_CONTAINS"},
		{"NUM_EQ", "NUM_GTE"}, {"NUM_GT", "NUM_GTE"}, {"NUM_GTE", "NUM_GT"}, {"NUM_LT", "NUM_LTE"}, {"NUM_LTE", "NUM_LT"},
		{"SEMVER_EQ", "SEMVER_GTE"}, {"SEMVER_GT", "SEMVER_GTE"}, {"SEMVER_GTE", "SEMVER_GT"}, {"SEMVER_LT", "SEMVER_LTE"}, {"SEMVER_LTE", "SEMVER_LT"},
		{"DATE_AFTER", "DATE_BEFORE"}, {"DATE_BEFORE", "DATE_AFTER"},
	} {
		id := strings.ReplaceAll(strings.ToLower(o[0]), "_", "-")
		faults = append(faults, fault(id, "evaluates "+o[0]+" as "+o[1], each(constraints, as(o[0], o[1]))))
	}
	return append(faults,
		fault("inverted-ignored", "ignores that a constraint is inverted", without(constraints, "inverted")),
		fault("case-counts", "ignores caseInsensitive", without(constraints, "caseInsensitive")),
		fault("case-ignored", "ignores case in every constraint", with(constraints, "caseInsensitive", bend.Scalar("true"))),
		fault("first-value", "compares only with a constraint's first value", each(constraints+"/values", first)),
		fault("first-constraint", "checks only a strategy's first constraint", each(strategies+"/constraints", first)),
		fault("constraints-ignored", "ignores constraints", each(strategies+"/constraints", func(list *bend.Value) { list.Items = nil })),
		fault("segments-ignored", "ignores segments", without(strategies, "segments")),
		fault("segments-alone", "ignores the constraints of a strategy that has segments", each(strategies, func(strategy *bend.Value) {
			if strategy.Get("segments") != nil {
				strategy.Put("constraints", bend.Scalar("[]"))
			}
		})),
		staleSegments(),
	)
}

// staleSegments evaluates segments as they were when they were first needed.
func staleSegments() bend.Fault {
	out := fault("segments-stale", "does not notice a change of a segment", nil)
	out.Make = func() bend.Step {
		known := map[string]*bend.Value{}
		return each("/segments/*", func(segment *bend.Value) {
			id := segment.Get("id").String()
			if known[id] == nil {
				known[id] = segment.Get("constraints")
			}
			segment.Put("constraints", known[id])
		})
	}
	return out
}

// strategyFaults lists faults in whom strategies and dependencies include.
func strategyFaults() []bend.Fault {
	share := func(from, to string) bend.Step {
		return parameter("flexibleRollout", "rollout", func(rollout string) string {
			if rollout == from || from == "" {
				return to
			}
			return rollout
		})
	}
	sticky := func(from, to string) bend.Step {
		return parameter("flexibleRollout", "stickiness", func(field string) string {
			if field == from || from == "" {
				return to
			}
			return field
		})
	}
	disabled := fault("disabled-strategies", "applies disabled strategies", bend.When(
		bend.Both(bend.Is("addFeatureStrategy"), bend.Sends("disabled", bend.IsText("true"))),
		bend.Member("disabled", bend.Gone), bend.OK(bend.Set("/disabled", "true"))))
	disabled.Wide = true
	return []bend.Fault{
		disabled,
		fault("first-strategy", "applies only the first strategy", each("/features/*/strategies", first)),
		fault("last-strategy", "lets the last strategy that applies decide", each("/features/*/strategies", func(list *bend.Value) { bend.Reversed(list) })),
		fault("rollout-of-none", "takes a rollout to nobody as one to everybody", share("0", "100")),
		fault("rollout-to-all", "includes everybody in a rollout", share("", "100")),
		fault("rollout-less", "leaves the last part out of a rollout", share("17", "16")),
		fault("rollout-group", "ignores the groupId", parameter("flexibleRollout", "groupId", bend.Always(""))),
		fault("rollout-stickiness", "ignores the stickiness of a rollout", sticky("", "default")),
		fault("rollout-session", "lets the session come before the user in a rollout", sticky("default", "sessionId")),
		fault("any-host", "applies a strategy for other hosts", of("applicationHostname", func(strategy *bend.Value) { strategy.Put("name", bend.Quoted("default")) })),
		fault("no-ranges", "ignores ranges of addresses", parameter("remoteAddress", "IPs", func(list string) string {
			return strings.Join(slices.DeleteFunc(strings.Split(list, ","), func(item string) bool { return strings.Contains(item, "/") }), ",")
		})),
		fault("addresses-begin", "takes the beginning of an address for the address", of("remoteAddress", func(strategy *bend.Value) {
			list := strategy.Get("parameters").Get("IPs").String()
			var values []string
			for item := range strings.SplitSeq(list, ",") {
				values = append(values, string(bend.Quoted(strings.TrimSpace(item)).Append(nil)))
			}
			strategy.Put("name", bend.Quoted("default"))
			strategy.Put("constraints", bend.Scalar(`[{"contextName":"remoteAddress","operator":"STR_STARTS_WITH","values":[`+strings.Join(values, ",")+`]}]`))
		})),
		fault("parents-ignored", "ignores dependencies", without("/features/*", "dependencies")),
		fault("parents-on", "demands of every parent that it is on", without("/features/*/dependencies/*", "enabled")),
		fault("parents-variants", "ignores the variant that a parent must have", without("/features/*/dependencies/*", "variants")),
	}
}

// variantFaults lists faults in the variants of flags that are on.
func variantFaults() []bend.Fault {
	const variants = "/variants/*"
	return []bend.Fault{
		fault("overrides-ignored", "ignores overrides", without("/features/*"+variants, "overrides")),
		fault("first-variant", "gives everybody the first variant", each(strategies+"/variants", first)),
		fault("variant-stickiness", "ignores the stickiness of variants", with(strategies+variants, "stickiness", bend.Quoted("sessionId"))),
		fault("variants-of-flag", "lets the variants of a flag come before those of its strategy", each("/features/*", func(feature *bend.Value) {
			if own := feature.Get("variants"); own != nil && len(own.Items) > 0 {
				feature.Edit("/strategies/*/variants", bend.To("[]"))
			}
		})),
		fault("no-payload", "sends variants without their payload", bend.OK(bend.Drop("/toggles/*/variant/payload"))),
	}
}

// contextFaults lists faults in how a context is read.
func contextFaults() []bend.Fault {
	opposite := map[string]string{"DATE_AFTER": "DATE_BEFORE", "DATE_BEFORE": "DATE_AFTER"}
	return []bend.Fault{
		fault("time-of-context", "takes the time from the context", bend.When(bend.HasQuery("currentTime"), each(constraints, func(constraint *bend.Value) {
			if other := opposite[constraint.Get("operator").String()]; other != "" {
				constraint.Put("operator", bend.Quoted(other))
			}
		}))),
		fault("address-of-context", "ignores the remoteAddress of a context", bend.Query("remoteAddress", bend.Always(""))),
		fault("own-properties", "ignores properties that are not below properties", bend.Query("plan", bend.Always(""))),
		fault("properties-lose", "lets a field of the context come before a property of that name", bend.When(bend.HasQuery("plan"), bend.Query("properties[plan]", bend.Always("")))),
		fault("repeated-first", "reads only the first of repeated parameters", func(x *bend.Exchange) {
			values := x.Request.URL.Query()
			for name, all := range values {
				values[name] = all[:1]
			}
			x.SetURL(x.Request.URL.EscapedPath(), values)
		}),
		fault("no-app", "has no default appName", missing("appName", "none")),
		fault("environment-of-token", "takes the environment of the token for a missing one", missing("environment", "development")),
		fault("session-ignored", "makes up a session in place of the context's", bend.Query("sessionId", bend.Always("made-up"))),
		{ID: "frontend-post-own-properties", Name: "ignores properties that are not below properties", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Bend: ofContext(func(context *bend.Value) {
			for _, key := range slices.Clone(context.Keys) {
				if !slices.Contains([]string{"userId", "sessionId", "remoteAddress", "appName", "environment", "properties"}, key) {
					context.Put(key, nil)
				}
			}
		})},
		{ID: "frontend-post-properties-lose", Name: "lets a field of the context come before a property of that name", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Bend: ofContext(func(context *bend.Value) {
			if properties := context.Get("properties"); properties != nil {
				for _, key := range context.Keys {
					properties.Put(key, nil)
				}
			}
		})},
		{ID: "frontend-post-texts-alone", Name: "drops values that are not texts from a context", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Bend: ofContext(func(context *bend.Value) {
			for i, value := range context.Items {
				if value.Kind == 's' && !strings.HasPrefix(value.Text, `"`) {
					context.Items[i] = bend.Quoted("")
				}
			}
		})},
		{ID: "frontend-post-no-context", Name: "ignores the context", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Bend: bend.OK(bend.Again(bend.Sending("{}")))},
	}
}

// missing gives a parameter that a request lacks a value.
func missing(name, value string) bend.Step {
	return bend.Query(name, func(given string) string {
		if given == "" {
			return value
		}
		return given
	})
}

// ofContext changes the context in the body of a request.
func ofContext(change func(context *bend.Value)) bend.Step {
	return bend.Member("context", func(context *bend.Value) *bend.Value {
		if context != nil && context.Kind == '{' {
			change(context)
		}
		return context
	})
}

// pageFaults lists faults in what web pages need: CORS and entity tags.
func pageFaults() []bend.Fault {
	const allowed = "Access-Control-Allow-Origin"
	preflight := func(x *bend.Exchange) bool {
		return x.Request.Method == http.MethodOptions && strings.HasPrefix(x.Request.URL.Path, "/api/frontend")
	}
	wide := func(out bend.Fault) bend.Fault {
		out.Wide = true
		return out
	}
	asking := func(path string) bend.Condition {
		return func(x *bend.Exchange) bool {
			return x.Request.Method == http.MethodOptions && x.Request.URL.Path == path
		}
	}
	return []bend.Fault{
		fault("no-origins", "lets no web page read flags", bend.OK(bend.NoHeader(allowed))),
		fault("refusal-unread", "lets no web page read why it gets no flags", bend.When(bend.Answered(http.StatusUnauthorized), bend.NoHeader(allowed))),
		{ID: "frontend-post-no-origins", Name: "lets no web page read flags", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader(allowed))},
		wide(fault("no-preflight", "refuses preflight requests", bend.When(preflight, bend.Status(http.StatusUnauthorized)))),
		wide(fault("preflight-origins", "allows no origin in answers to preflight requests", bend.When(preflight, bend.NoHeader(allowed)))),
		wide(fault("preflight-headers", "allows no headers in answers to preflight requests", bend.When(preflight, bend.NoHeader("Access-Control-Allow-Headers")))),
		{ID: "frontend-metrics-no-preflight", Name: "refuses preflight requests", Operation: "registerFrontendMetrics", Standing: spec.Observed, Wide: true,
			Bend: bend.When(asking("/api/frontend/client/metrics"), bend.Status(http.StatusUnauthorized))},
		{ID: "frontend-registration-no-preflight", Name: "refuses preflight requests", Operation: "registerFrontendClient", Standing: spec.Observed, Wide: true,
			Bend: bend.When(asking("/api/frontend/client/register"), bend.Status(http.StatusUnauthorized))},
		{ID: "frontend-metrics-no-origins", Name: "lets no web page read the response", Operation: "registerFrontendMetrics", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader(allowed))},
		{ID: "frontend-registration-no-origins", Name: "lets no web page read the response", Operation: "registerFrontendClient", Standing: spec.Observed, Bend: bend.OK(bend.NoHeader(allowed))},
		{ID: "frontend-preflight-methods", Name: "allows only GET in answers to preflight requests", Operation: "getFrontendApiFeaturesWithPost", Standing: spec.Observed, Wide: true,
			Bend: bend.When(preflight, bend.Header("Access-Control-Allow-Methods", "GET"))},
		{ID: "frontend-tag-of-any-context", Name: "answers 304 to the ETag of another context", Operation: "getFrontendFeatures", Standing: spec.Observed, Bend: bend.OK(func(x *bend.Exchange) {
			x.Fresh = func(string) bool { return true }
		})},
	}
}
