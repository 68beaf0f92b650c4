package features

import (
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// leakFaults lists faults that change more than they were asked to.
func leakFaults() []bend.Fault {
	return slices.Concat(flagLeaks(), strategyLeaks(), environmentLeaks(), tagLeaks())
}

// also does more once an operation has succeeded.
func also(id, name, operation string, more func(*bend.Exchange)) bend.Fault {
	return bend.Fault{ID: id, Name: name, Operation: operation, Standing: standing, Wide: true,
		Bend: bend.When(bend.Both(bend.Is(operation), bend.Answered(http.StatusOK, http.StatusCreated, http.StatusAccepted)), more)}
}

// flagLeaks lists faults of operations on a flag's fields that change something else of it.
func flagLeaks() []bend.Fault {
	var faults []bend.Fault
	for _, o := range []struct {
		operation, id string
		name          func(*bend.Exchange) string // of the flag
	}{
		{"updateFeature", "flag-update", func(x *bend.Exchange) string { return x.Params[1] }},
		{"patchFeature", "flag-patch", func(x *bend.Exchange) string { return x.Params[1] }},
		{"reviveFeature", "flag-revive", func(x *bend.Exchange) string { return x.Params[0] }},
	} {
		ask := func(method, below, body string) func(*bend.Exchange) {
			return func(x *bend.Exchange) { x.Ask(method, path+"/"+o.name(x)+below, body) }
		}
		faults = append(faults,
			also(o.id+"-drops-variants", "drops the variants of the flag", o.operation, ask(http.MethodPut, "/variants-batch", `{"environments":["development"],"variants":[]}`)),
			also(o.id+"-drops-strategies", "drops the strategies of the flag", o.operation, func(x *bend.Exchange) {
				eachStrategy(x, o.name(x), "development", func(strategy string, _ *bend.Value) { x.Ask(http.MethodDelete, strategy, "") })
			}),
			also(o.id+"-drops-tags", "drops the tags of the flag", o.operation, func(x *bend.Exchange) { untag(x, o.name(x)) }),
		)
		if o.operation != "reviveFeature" {
			faults = append(faults,
				also(o.id+"-switches-off", "switches the flag off", o.operation, ask(http.MethodPost, "/environments/development/off", "")),
				also(o.id+"-drops-parents", "drops the parents of the flag", o.operation, ask(http.MethodDelete, "/dependencies", "")),
			)
		}
	}
	return append(faults,
		made("flag-delete-keeps-variants", "keeps the variants of a deleted flag for the next one of its name", http.MethodPut, "/variants-batch", `{"environments":["development"],"variants":[{"name":"a","weight":1000}]}`),
		made("flag-delete-keeps-stale", "keeps that a deleted flag is stale for the next one of its name", http.MethodPatch, "", `[{"op":"replace","path":"/stale","value":true}]`),
		also("dependency-removed-from-all", "removes the parent from its other children as well", "deleteFeatureDependency", func(x *bend.Exchange) {
			if parent, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, path+"/"+x.Params[2], "").Body); isJSON {
				for _, child := range parent.Get("children").Items {
					x.Ask(http.MethodDelete, path+"/"+child.String()+"/dependencies", "")
				}
			}
		}),
	)
}

// made sends a request about a new flag that has the name of a deleted one.
func made(id, name, method, below, body string) bend.Fault {
	out := bend.Fault{ID: id, Name: name, Operation: "deleteFeature", Standing: standing, Wide: true}
	out.Make = func() bend.Step {
		return ofDeleted(func(x *bend.Exchange, flag string) { x.Ask(method, path+"/"+flag+below, body) })
	}
	return out
}

// strategyLeaks lists faults of operations on a strategy that do the same to the others.
func strategyLeaks() []bend.Fault {
	var faults []bend.Fault
	for _, o := range []struct{ id, name, operation, method string }{
		{"strategy-updates-all", "updates the flag's other strategies as well", "updateFeatureStrategy", http.MethodPut},
		{"strategy-patches-all", "patches the flag's other strategies as well", "patchFeatureStrategy", http.MethodPatch},
		{"strategy-removes-all", "removes the flag's other strategies as well", "deleteFeatureStrategy", http.MethodDelete},
	} {
		faults = append(faults, also(o.id, o.name, o.operation, func(x *bend.Exchange) {
			eachStrategy(x, x.Params[1], x.Params[2], func(strategy string, _ *bend.Value) { x.Ask(o.method, strategy, string(x.Payload)) })
		}))
	}
	return append(faults,
		also("strategy-delete-off", "switches a flag off when any of its strategies is removed", "deleteFeatureStrategy", func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/off", "") }),
	)
}

// environmentLeaks lists faults of operations in one environment that do the same in another.
func environmentLeaks() []bend.Fault {
	elsewhere := func(id, what, operation, method, below string) bend.Fault {
		return also(id, what+" in production as well", operation, func(x *bend.Exchange) {
			x.Ask(method, path+"/"+x.Params[1]+"/environments/production"+below, string(x.Payload))
		})
	}
	return []bend.Fault{
		elsewhere("flag-off-everywhere", "switches the flag off", "toggleFeatureEnvironmentOff", http.MethodPost, "/off"),
		elsewhere("strategy-delete-off-everywhere", "switches a flag off whose last strategy was removed", "deleteFeatureStrategy", http.MethodPost, "/off"),
		elsewhere("variants-everywhere", "sets variants", "overwriteEnvironmentFeatureVariants", http.MethodPut, "/variants"),
		elsewhere("variants-patched-everywhere", "patches variants", "patchEnvironmentsFeatureVariants", http.MethodPatch, "/variants"),
		{ID: "variants-batch-everywhere", Name: "sets variants in all environments", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing,
			Bend: bend.Member("environments", bend.Present(bend.To(`["development","production"]`)))},
	}
}

// tagLeaks lists faults that remove more tags than they were asked to.
func tagLeaks() []bend.Fault {
	return []bend.Fault{
		also("flag-untagged", "removes all tags of the flag", "removeTag", func(x *bend.Exchange) { untag(x, x.Params[0]) }),
		also("flags-untagged", "removes the tag from all flags", "removeTag", func(x *bend.Exchange) {
			if all, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, path, "").Body); isJSON {
				for _, flag := range all.Get("features").Items {
					x.Ask(http.MethodDelete, "/api/admin/features/"+flag.Get("name").String()+"/tags/"+x.Params[1]+"/"+x.Params[2], "")
				}
			}
		}),
		{ID: "flag-tags-replaced", Name: "replaces the tags of the flag", Operation: "updateTags", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("updateTags"), func(x *bend.Exchange) { untag(x, x.Params[0]) })},
	}
}

// untag removes all tags of a flag.
func untag(x *bend.Exchange, flag string) {
	tags := "/api/admin/features/" + flag + "/tags"
	if list, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, tags, "").Body); isJSON && list.Get("tags") != nil {
		for _, tag := range list.Get("tags").Items {
			x.Ask(http.MethodDelete, tags+"/"+tag.Get("type").String()+"/"+tag.Get("value").String(), "")
		}
	}
}
