// Package features has the faults of flags and their strategies.
package features

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

const (
	path     = "/api/admin/projects/default/features"
	standing = spec.Observed
)

// Faults lists the faults of flags, switches, strategies, tags, dependencies and variants.
func Faults() []bend.Fault {
	return slices.Concat(flagFaults(), shownFaults(), updateFaults(), copyFaults(), switchFaults(), strategyFaults(), tagFaults(), dependencyFaults(), variantFaults(), leakFaults(),
		bend.Garbled("flag-description", "createFeature", "description", standing),
		bend.Garbled("flag-update-description", "updateFeature", "description", standing),
		bend.Garbled("strategy-title", "addFeatureStrategy", "title", standing),
	)
}

func flagFaults() []bend.Fault {
	created, taken, missing := bend.Answered(http.StatusCreated), bend.Answered(http.StatusConflict), bend.Answered(http.StatusNotFound)
	return []bend.Fault{
		{ID: "flag-description-lost", Name: "does not store a flag's description", Operation: "createFeature", Standing: standing, Bend: bend.Member("description", bend.Gone)},
		{ID: "flag-type-lost", Name: "does not store a flag's type", Operation: "createFeature", Standing: standing, Bend: bend.Member("type", bend.Gone)},
		{ID: "flag-impressions-lost", Name: "does not store a flag's impressionData", Operation: "createFeature", Standing: standing, Bend: bend.Member("impressionData", bend.Gone)},
		{ID: "flag-elsewhere", Name: "sends a Location for a created flag", Operation: "createFeature", Standing: standing, Bend: bend.When(created, bend.Header("Location", "features/checkout"))},
		{ID: "flag-case-ignored", Name: "converts a flag's name to lower case", Operation: "createFeature", Standing: standing, Bend: bend.Member("name", bend.Words(strings.ToLower))},
		{ID: "flag-in-no-project", Name: "creates a flag of an unknown project in the default project", Operation: "createFeature", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.At(path))},
		{ID: "flag-archived-name-taken", Name: "reports a conflict with an archived flag as one with an active flag", Operation: "createFeature", Standing: standing,
			Bend: bend.When(taken, reworded("A flag with that name already exists"))},
		{ID: "flag-taken-name-free", Name: "reports a taken name as free", Operation: "validateFeature", Standing: standing, Bend: bend.When(taken, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-long-name", Name: "refuses names of 100 characters", Operation: "validateFeature", Standing: standing, Bend: bend.Member("name", bend.Words(func(name string) string {
			return name + strings.Repeat(" ", len(name)/100)
		}))},
		{ID: "flag-plain-name", Name: "refuses names with more than letters, digits and hyphens", Operation: "validateFeature", Standing: standing, Bend: bend.Member("name", bend.Words(func(name string) string {
			return strings.NewReplacer("_", " ", ".", " ", "~", " ").Replace(name)
		}))},
		{ID: "flag-any-name", Name: "reports every name as free", Operation: "validateFeature", Standing: standing, Bend: bend.Member("name", bend.To(`"unleash-mock-verify-none"`))},
		{ID: "flags-none", Name: "lists no flags", Operation: "getFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features", "[]"))},
		{ID: "flags-of-no-project", Name: "answers 404 for an unknown project", Operation: "getFeatures", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "flags-prefix-case", Name: "regards the letter case of a prefix of names", Operation: "getFeatures", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return bend.HasCapitals(x.Request.URL.Query().Get("namePrefix")) }, bend.OK(bend.Set("/features", "[]")))},
		{ID: "flags-prefix-ignored", Name: "ignores a prefix of names", Operation: "getFeatures", Standing: standing, Bend: bend.Query("namePrefix", bend.Always(""))},
		{ID: "flag-elsewhere-unsaid", Name: "reports a flag of another project as one that never existed", Operation: "getFeature", Standing: standing,
			Bend: bend.When(missing, reworded("No feature flag found"))},
		{ID: "flag-without-environments", Name: "shows a flag without environments", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Set("/environments", "[]"))},
		{ID: "flag-update-keeps-stale", Name: "makes a flag stale when an update omits stale", Operation: "updateFeature", Standing: standing,
			Bend: bend.When(bend.Sends("stale", bend.IsMissing), bend.Member("stale", bend.To("true")))},
		{ID: "flag-update-keeps-type", Name: "ignores the type in an update", Operation: "updateFeature", Standing: standing, Bend: bend.Member("type", bend.To(`"release"`))},
		{ID: "flag-update-renames", Name: "ignores a different name in an update", Operation: "updateFeature", Standing: standing, Bend: bend.Member("name", bend.Gone)},
		{ID: "flag-patch-ignored", Name: "ignores a patch", Operation: "patchFeature", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "flag-patch-variants", Name: "accepts a patch of variants that changes nothing", Operation: "patchFeature", Standing: standing,
			Bend: bend.When(bend.Both(bend.Answered(http.StatusForbidden), bend.Named("OperationDeniedError")), bend.Again(bend.Sending("[]")))},
		{ID: "flag-patch-of-nothing", Name: "names the project in the 404 for a patch of an unknown flag", Operation: "patchFeature", Standing: standing,
			Bend: bend.When(missing, reworded(`There's no feature named "x" in project "default".`))},
		{ID: "flag-archive-ok", Name: "answers 200 when a flag is archived", Operation: "archiveFeature", Standing: standing, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "flag-archive-ignored", Name: "does not archive the flag", Operation: "archiveFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("archiveFeature"), bend.Answered(http.StatusAccepted)), func(x *bend.Exchange) {
				x.Ask(http.MethodPost, "/api/admin/archive/revive/"+x.Params[1], "")
			})},
		{ID: "flag-revive-on", Name: "switches a revived flag on", Operation: "reviveFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("reviveFeature"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, path+"/"+x.Params[0]+"/environments/development/on", "")
			}))},
		{ID: "flag-revive-on-elsewhere", Name: "leaves a revived flag on in production", Operation: "reviveFeature", Standing: standing, Wide: true, Make: onElsewhere},
		{ID: "flag-archive-keeps-parent", Name: "keeps the parent of an archived flag", Operation: "archiveFeature", Standing: standing, Wide: true, Make: withParents},
		{ID: "flag-of-others", Name: "shows another creator of a flag", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Edit("/createdBy/id", bend.Plus(1)))},
		{ID: "flag-with-others", Name: "shows another collaborator of a flag", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Edit("/collaborators/users/*/id", bend.Plus(1)))},
		{ID: "flag-environments-unsorted", Name: "shows the environments of a flag in reverse order", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Edit("/environments", bend.Reversed))},
		{ID: "flags-environments-unsorted", Name: "lists the environments of flags in reverse order", Operation: "getFeatures", Standing: standing, Bend: bend.OK(bend.Edit("/features/*/environments", bend.Reversed))},
		{ID: "flag-of-any-case", Name: "finds a flag by its name in another letter case", Operation: "getFeature", Standing: standing,
			Bend: bend.When(bend.Both(missing, func(x *bend.Exchange) bool { return bend.HasCapitals(x.Params[1]) }), func(x *bend.Exchange) {
				bend.Again(bend.At(path + "/" + strings.ToLower(x.Params[1])))(x)
			})},
		{ID: "flag-revive-nothing", Name: "accepts the revival of an unknown flag", Operation: "reviveFeature", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-delete-active", Name: "deletes a flag that is not archived", Operation: "deleteFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("deleteFeature"), func(x *bend.Exchange) { x.Ask(http.MethodDelete, path+"/"+x.Params[0], "") })},
		{ID: "flag-delete-ignored", Name: "does not delete the flag", Operation: "deleteFeature", Standing: standing, Bend: bend.At("/api/admin/archive/unleash-mock-verify-none")},
		{ID: "flag-delete-keeps-strategies", Name: "keeps the strategies of a deleted flag for the next one of its name", Operation: "deleteFeature", Standing: standing, Wide: true, Make: withStrategies},
		{ID: "flag-delete-unknown", Name: "answers 404 when an unknown flag is deleted", Operation: "deleteFeature", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
	}
}

// updateFaults lists faults of updates that leave alone what they should reset, or reset what they
// should leave alone.
func updateFaults() []bend.Fault {
	var faults []bend.Fault
	for _, key := range []string{"description", "type", "impressionData"} {
		faults = append(faults, bend.Fault{ID: "flag-update-leaves-" + key, Name: "leaves the " + key + " alone when an update omits it", Operation: "updateFeature", Standing: standing,
			Bend: bend.When(bend.Sends(key, bend.IsMissing), func(x *bend.Exchange) {
				flag, _ := bend.ParseJSON(x.Ask(http.MethodGet, path+"/"+x.Params[1], "").Body)
				bend.Member(key, func(*bend.Value) *bend.Value { return flag.Get(key) })(x)
			})})
	}
	for _, key := range []string{"constraints", "variants"} {
		faults = append(faults, bend.Fault{ID: "strategy-patch-resets-" + key, Name: "resets the " + key + " that a patch does not name", Operation: "patchFeatureStrategy", Standing: standing,
			Bend: bend.When(sendsList, func(x *bend.Exchange) {
				patch, _ := bend.ParseJSON(x.Payload)
				patch.Items = slices.Insert(patch.Items, 0, bend.Scalar(`{"op":"replace","path":"/`+key+`","value":[]}`))
				x.Payload = patch.Append(nil)
			})})
	}
	return append(faults,
		bend.Fault{ID: "strategy-update-activates", Name: "activates a strategy when an update omits disabled", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("disabled", bend.IsMissing), bend.Member("disabled", bend.To("false")))},
		bend.Fault{ID: "strategy-update-drops-title", Name: "clears the title when an update omits it", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("title", bend.IsMissing), bend.Member("title", bend.To(`""`)))},
		bend.Fault{ID: "strategy-place-counted", Name: "gives a strategy the number of others as its sortOrder", Operation: "addFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("sortOrder", bend.IsMissing), func(x *bend.Exchange) {
				if others, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, at(x)+"/strategies", "").Body); isJSON {
					bend.Member("sortOrder", func(*bend.Value) *bend.Value { return bend.Integer(int64(len(others.Items))) })(x)
				}
			})},
	)
}

// copyFaults lists faults of copies that lack something.
func copyFaults() []bend.Fault {
	faults := []bend.Fault{
		{ID: "flag-copy-release", Name: "shows a copy as of the default type", Operation: "cloneFeature", Standing: standing, Bend: bend.OK(bend.Set("/type", `"release"`))},
		{ID: "flag-copy-no-impressions", Name: "shows impressionData as false for a copy", Operation: "cloneFeature", Standing: standing, Bend: bend.OK(bend.Set("/impressionData", "false"))},
	}
	for _, c := range []struct{ id, name, method, below, body string }{
		{"fields", "makes a copy without fields", http.MethodPut, "", `{}`},
		{"parents", "makes a copy without the parents of its flag", http.MethodDelete, "/dependencies", ""},
		{"variants", "makes a copy without the variants of other environments", http.MethodPut, "/variants-batch", `{"environments":["production"],"variants":[]}`},
	} {
		faults = append(faults, copied("flag-copy-without-"+c.id, c.name, func(x *bend.Exchange, name string) { x.Ask(c.method, path+"/"+name+c.below, c.body) }))
	}
	return append(faults,
		bend.Fault{ID: "flag-copy-shares-strategies", Name: "removes the strategies of a flag along with those of its copy", Operation: "cloneFeature", Standing: standing, Wide: true, Make: shared},
		copied("flag-copy-here-alone", "makes a copy without strategies in other environments", func(x *bend.Exchange, name string) {
			eachStrategy(x, name, "production", func(strategy string, _ *bend.Value) { x.Ask(http.MethodDelete, strategy, "") })
		}),
		copied("flag-copy-active", "activates the strategies of a copy", func(x *bend.Exchange, name string) {
			eachStrategy(x, name, "development", func(strategy string, _ *bend.Value) {
				x.Ask(http.MethodPatch, strategy, `[{"op":"replace","path":"/disabled","value":false}]`)
			})
		}),
		copied("flag-copy-for-all", "makes a copy without constraints", func(x *bend.Exchange, name string) {
			eachStrategy(x, name, "development", func(strategy string, _ *bend.Value) {
				x.Ask(http.MethodPatch, strategy, `[{"op":"replace","path":"/constraints","value":[]}]`)
			})
		}),
		copied("flag-copy-without-segments", "makes a copy without segments", func(x *bend.Exchange, name string) {
			eachStrategy(x, name, "development", func(_ string, id *bend.Value) {
				x.Ask(http.MethodPost, "/api/admin/segments/strategies", `{"projectId":"default","environmentId":"development","strategyId":`+string(id.Append(nil))+`,"segmentIds":[]}`)
			})
		}),
	)
}

// shared removes the strategies of a flag when one of its copy is removed.
func shared() bend.Step {
	flags := map[string]string{} // by their copies
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("cloneFeature")(x):
			if made, isJSON := bend.ParseJSON(x.Payload); isJSON {
				flags[made.Get("name").String()] = x.Params[1]
			}
		case bend.Is("deleteFeatureStrategy")(x) && flags[x.Params[1]] != "":
			eachStrategy(x, flags[x.Params[1]], x.Params[2], func(strategy string, _ *bend.Value) { x.Ask(http.MethodDelete, strategy, "") })
		}
	}
}

// copied is a fault that changes a copy once it is made.
func copied(id, name string, change func(x *bend.Exchange, name string)) bend.Fault {
	return bend.Fault{ID: id, Name: name, Operation: "cloneFeature", Standing: standing, Wide: true,
		Bend: bend.When(bend.Both(bend.Is("cloneFeature"), bend.Answered(http.StatusCreated)), func(x *bend.Exchange) {
			if made, isJSON := bend.ParseJSON(x.Body); isJSON {
				change(x, made.Get("name").String())
			}
		})}
}

// eachStrategy visits the strategies of a flag in an environment, by their paths and ids.
func eachStrategy(x *bend.Exchange, flag, environment string, visit func(path string, id *bend.Value)) {
	all := path + "/" + flag + "/environments/" + environment + "/strategies"
	if list, isJSON := bend.ParseJSON(x.Ask(http.MethodGet, all, "").Body); isJSON {
		for _, strategy := range list.Items {
			visit(all+"/"+strategy.Get("id").String(), strategy.Get("id"))
		}
	}
}

// onElsewhere switches a revived flag on in production if it was on there.
func onElsewhere() bend.Step {
	on := map[string]bool{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("toggleFeatureEnvironmentOn")(x) && x.Params[2] == "production":
			on[x.Params[1]] = true
		case bend.Is("reviveFeature")(x) && on[x.Params[0]]:
			bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, path+"/"+x.Params[0]+"/environments/production/on", "") })(x)
		}
	}
}

// withStrategies gives a flag with the name of a deleted one a strategy.
func withStrategies() bend.Step {
	return ofDeleted(func(x *bend.Exchange, flag string) {
		x.Ask(http.MethodPost, path+"/"+flag+"/environments/development/strategies", `{"name":"default"}`)
	})
}

// ofDeleted does something about each new flag that has the name of a deleted one.
func ofDeleted(do func(x *bend.Exchange, flag string)) bend.Step {
	deleted := map[string]bool{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("deleteFeature")(x):
			deleted[x.Params[0]] = true
		case bend.Both(bend.Is("createFeature"), bend.Answered(http.StatusCreated))(x):
			made, isJSON := bend.ParseJSON(x.Body)
			if isJSON && deleted[made.Get("name").String()] {
				do(x, made.Get("name").String())
			}
		}
	}
}

// withParents gives a revived flag the parent that it had.
func withParents() bend.Step {
	parents := map[string][]byte{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("addFeatureDependency")(x):
			parents[x.Params[1]] = x.Payload
		case bend.Is("reviveFeature")(x) && parents[x.Params[0]] != nil:
			bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, path+"/"+x.Params[0]+"/dependencies", string(parents[x.Params[0]]))
			})(x)
		}
	}
}

// shownFaults lists faults that misreport a stored property wherever a flag is shown.
func shownFaults() []bend.Fault {
	var faults []bend.Fault
	for _, f := range []struct{ id, name, operation, pointer, text string }{
		{"flag-shows-off", "shows a flag as off in all its environments", "getFeature", "/environments/*/enabled", "false"},
		{"flag-shows-no-strategies", "shows a flag without strategies", "getFeature", "/environments/*/strategies", "[]"},
		{"flag-shows-no-constraints", "shows a flag's strategies without constraints", "getFeature", "/environments/*/strategies/*/constraints", "[]"},
		{"flag-shows-no-segments", "shows a flag's strategies without segments", "getFeature", "/environments/*/strategies/*/segments", "[]"},
		{"flag-shows-strategies-active", "shows a flag's disabled strategies as active", "getFeature", "/environments/*/strategies/*/disabled", "false"},
		{"flag-shows-no-parents", "shows a flag without parents", "getFeature", "/dependencies", "[]"},
		{"flag-shows-no-children", "shows a flag without children", "getFeature", "/children", "[]"},
		{"flag-environment-off", "shows a flag that is on as off", "getFeatureEnvironment", "/enabled", "false"},
		{"flag-environment-no-strategies", "shows a flag that has strategies without them", "getFeatureEnvironment", "/strategies", "[]"},
		{"flag-environment-no-variants", "shows strategies without variants", "getFeatureEnvironment", "/strategies/*/variants", "[]"},
		{"flags-all-off", "lists every flag as off", "getFeatures", "/features/*/environments/*/enabled", "false"},
		{"flags-without-strategies", "lists every flag as having no strategies", "getFeatures", "/features/*/environments/*/hasStrategies", "false"},
		{"flags-without-variants", "lists every flag as having no variants", "getFeatures", "/features/*/environments/*/variantCount", "0"},
		{"flags-without-impressions", "lists impressionData as false for every flag", "getFeatures", "/features/*/impressionData", "false"},
		{"flags-never-stale", "lists every flag as not stale", "getFeatures", "/features/*/stale", "false"},
		{"flag-patch-no-impressions", "shows impressionData as false on a patched flag", "patchFeature", "/impressionData", "false"},
		{"flag-patch-stale", "shows a patched flag as stale", "patchFeature", "/stale", "true"},
		{"flag-update-impressions", "shows impressionData as true on an updated flag", "updateFeature", "/impressionData", "true"},
		{"strategy-added-no-segments", "shows an added strategy without segments", "addFeatureStrategy", "/segments", "[]"},
		{"strategy-added-active", "shows an added strategy as active", "addFeatureStrategy", "/disabled", "false"},
		{"strategy-update-no-segments", "shows an updated strategy without segments", "updateFeatureStrategy", "/segments", "[]"},
		{"strategy-patch-no-segments", "shows a patched strategy without segments", "patchFeatureStrategy", "/segments", "[]"},
		{"strategy-patch-no-title", "shows a patched strategy without a title", "patchFeatureStrategy", "/title", "null"},
		{"strategy-patch-active", "shows a patched strategy as active", "patchFeatureStrategy", "/disabled", "false"},
	} {
		faults = append(faults, bend.Fault{ID: f.id, Name: f.name, Operation: f.operation, Standing: standing, Bend: bend.OK(bend.Edit(f.pointer, bend.Present(bend.To(f.text))))})
	}
	return faults
}

func switchFaults() []bend.Fault {
	missing, archived := bend.Answered(http.StatusNotFound), bend.Both(bend.Answered(http.StatusBadRequest), bend.Named("ArchivedFeatureError"))
	return []bend.Fault{
		{ID: "flag-on-archived", Name: "accepts to switch an archived flag on", Operation: "toggleFeatureEnvironmentOn", Standing: standing, Bend: bend.When(archived, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-off-archived", Name: "accepts to switch an archived flag off", Operation: "toggleFeatureEnvironmentOff", Standing: standing, Bend: bend.When(archived, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-on-ignored", Name: "does not switch the flag on", Operation: "toggleFeatureEnvironmentOn", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOn"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/off", "") }))},
		{ID: "flag-on-everywhere", Name: "switches the flag on in production as well", Operation: "toggleFeatureEnvironmentOn", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOn"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, path+"/"+x.Params[1]+"/environments/production/on", "")
			}))},
		{ID: "flag-on-never-activates", Name: "never activates disabled strategies", Operation: "toggleFeatureEnvironmentOn", Standing: standing,
			Bend: bend.Query("shouldActivateDisabledStrategies", bend.Always("false"))},
		{ID: "flag-on-always-activates", Name: "always activates disabled strategies", Operation: "toggleFeatureEnvironmentOn", Standing: standing,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				values.Set("shouldActivateDisabledStrategies", "true")
				x.SetURL(x.Request.URL.EscapedPath(), values)
			}},
		{ID: "flag-off-ignored", Name: "does not switch the flag off", Operation: "toggleFeatureEnvironmentOff", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOff"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/on", "") }))},
		{ID: "flag-off-unnamed", Name: "does not name the environment in a 404", Operation: "toggleFeatureEnvironmentOff", Standing: standing,
			Bend: bend.When(missing, reworded("Could not find environment"))},
	}
}

func strategyFaults() []bend.Fault {
	missing := bend.Answered(http.StatusNotFound)
	return []bend.Fault{
		{ID: "strategies-none", Name: "lists no strategies", Operation: "getFeatureStrategies", Standing: standing,
			Bend: bend.OK(func(x *bend.Exchange) { x.Body = []byte("[]") })},
		{ID: "strategies-elsewhere", Name: "lists strategies by way of another project", Operation: "getFeatureStrategies", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, func(x *bend.Exchange) { x.SetURL(at(x)+"/strategies", nil) })},
		{ID: "flag-strategies-unsorted", Name: "shows a flag's strategies in reverse order", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Edit("/environments/*/strategies", bend.Reversed))},
		{ID: "flag-environment-unsorted", Name: "shows the strategies in an environment in reverse order", Operation: "getFeatureEnvironment", Standing: standing, Bend: bend.OK(bend.Edit("/strategies", bend.Reversed))},
		{ID: "strategies-unsorted", Name: "lists strategies in reverse order", Operation: "getFeatureStrategies", Standing: standing, Bend: bend.OK(bend.Edit("", bend.Reversed))},
		{ID: "strategy-title-lost", Name: "does not store a strategy's title", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("title", bend.Gone)},
		{ID: "strategy-constraints-lost", Name: "adds a strategy without its constraints", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("constraints", bend.Gone)},
		{ID: "strategy-variants-lost", Name: "adds a strategy without its variants", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("variants", bend.Gone)},
		{ID: "strategy-place-lost", Name: "does not store a strategy's sortOrder", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("sortOrder", bend.Gone)},
		{ID: "strategy-created", Name: "answers 201 when a strategy is added", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Status(http.StatusCreated))},
		{ID: "strategy-weights-kept", Name: "shows variants with the weight 1", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Set("/variants/*/weight", "1"))},
		{ID: "strategy-of-any-segment", Name: "drops a strategy's segments instead of checking them", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("segments", bend.Gone)},
		{ID: "strategy-environment-missing", Name: "answers 404 instead of 400 for an unknown environment", Operation: "addFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Both(bend.Answered(http.StatusBadRequest), func(x *bend.Exchange) bool { return x.Params[2] != "development" }), bend.Status(http.StatusNotFound))},
		{ID: "strategy-of-another-id", Name: "answers with another strategy's id", Operation: "getFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Set("/id", `"01KE8QJ4Z00000000000000000"`))},
		{ID: "strategy-update-keeps-constraints", Name: "keeps the constraints when an update omits them", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: func(x *bend.Exchange) {
				before, known := bend.ParseJSON(x.Ask(http.MethodGet, at(x)+"/strategies/"+x.Params[3], "").Body)
				if known && before.Get("constraints") != nil {
					bend.When(bend.Sends("constraints", bend.IsMissing), bend.Member("constraints", bend.To(string(before.Get("constraints").Append(nil)))))(x)
				}
			}},
		{ID: "strategy-update-title-cleared", Name: "clears the title when an update sends null", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("title", bend.IsText("null")), bend.Member("title", bend.To(`""`)))},
		{ID: "strategy-update-parameters-filled", Name: "fills in parameters when an update omits the strategy's name", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("name", bend.IsMissing), bend.Member("name", bend.To(`"flexibleRollout"`)))},
		{ID: "strategy-patch-ignored", Name: "ignores a patch", Operation: "patchFeatureStrategy", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "strategy-patch-unknown", Name: "words a patch of an unknown strategy as an update", Operation: "patchFeatureStrategy", Standing: standing,
			Bend: bend.When(missing, reworded("Could not find strategy with id=01KE8QJ4Z00000000000000000"))},
		{ID: "strategy-delete-keeps-on", Name: "keeps a flag on after its last strategy is removed", Operation: "deleteFeatureStrategy", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("deleteFeatureStrategy"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/on", "") }))},
		{ID: "strategy-delete-unknown", Name: "accepts the removal of an unknown strategy", Operation: "deleteFeatureStrategy", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "strategies-order-ignored", Name: "does not store the order of strategies", Operation: "setStrategySortOrder", Standing: standing,
			Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "strategies-order-anywhere", Name: "accepts an order for strategies of another environment", Operation: "setStrategySortOrder", Standing: standing,
			Bend: bend.When(bend.Both(bend.Answered(http.StatusBadRequest), func(x *bend.Exchange) bool { return x.Params[2] != "development" }), bend.Status(http.StatusOK), bend.Empty)},
	}
}

func tagFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "flag-copy-keeps-groups", Name: "keeps the group ids of strategies in a copy", Operation: "cloneFeature", Standing: standing, Bend: bend.Member("replaceGroupId", bend.To("false"))},
		{ID: "flag-copy-fresh", Name: "makes a copy that is not stale", Operation: "cloneFeature", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Set("/stale", "false"))},
		{ID: "flag-tag-case", Name: "converts a tag to lower case", Operation: "addTag", Standing: standing, Bend: bend.Member("value", bend.Words(strings.ToLower))},
		{ID: "flag-tag-color-kept", Name: "answers with the color of a tag", Operation: "addTag", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Set("/color", `"#FFFFFF"`))},
		{ID: "flag-tag-color-refused", Name: "refuses a tag with a color", Operation: "addTag", Standing: standing, Bend: bend.Member("color", bend.Present(bend.To(`"red"`)))},
		{ID: "flag-tags-without-color", Name: "lists tags without their colors", Operation: "listTags", Standing: standing, Bend: bend.OK(bend.Drop("/tags/*/color"))},
		{ID: "flag-tagged-ok", Name: "answers 200 when a flag is tagged", Operation: "addTag", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Status(http.StatusOK))},
		{ID: "flag-tags-kept", Name: "does not remove tags", Operation: "updateTags", Standing: standing, Bend: bend.Member("removedTags", bend.To("[]"))},
		{ID: "flag-tag-kept", Name: "does not remove the tag", Operation: "removeTag", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("removeTag"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, "/api/admin/features/"+x.Params[0]+"/tags", `{"type":"`+x.Params[1]+`","value":"`+x.Params[2]+`"}`)
			}))},
	}
}

func dependencyFaults() []bend.Fault {
	missing, refused := bend.Answered(http.StatusNotFound), bend.Answered(http.StatusForbidden)
	return []bend.Fault{
		{ID: "dependency-on-anything", Name: "accepts a dependency that is not allowed", Operation: "addFeatureDependency", Standing: standing,
			Bend: bend.When(bend.Both(refused, bend.Named("InvalidOperationError")), bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependency-always-on", Name: "ignores enabled, so that the parent has to be on", Operation: "addFeatureDependency", Standing: standing, Bend: bend.Member("enabled", bend.Gone)},
		{ID: "dependency-removed-twice", Name: "accepts the removal of an unknown parent", Operation: "deleteFeatureDependency", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependencies-removed-twice", Name: "accepts the removal of parents from a flag without any", Operation: "deleteFeatureDependencies", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependencies-unknown", Name: "reports that no dependencies exist", Operation: "checkDependenciesExist", Standing: standing, Bend: bend.OK(bend.Text("false"))},
		{ID: "parents-none", Name: "offers no parents", Operation: "listParentOptions", Standing: standing, Bend: bend.OK(bend.Text("[]"))},
		{ID: "parent-variants-none", Name: "offers no variants of a parent", Operation: "listParentVariantOptions", Standing: standing, Bend: bend.OK(bend.Text("[]"))},
	}
}

func variantFaults() []bend.Fault {
	missing, refused := bend.Answered(http.StatusNotFound), bend.Both(bend.Answered(http.StatusForbidden), bend.Named("InvalidOperationError"))
	return []bend.Fault{
		{ID: "variants-unsorted", Name: "lists variants in reverse order", Operation: "getEnvironmentFeatureVariants", Standing: standing, Bend: bend.OK(bend.Edit("/variants", bend.Reversed))},
		{ID: "variants-of-any-flag", Name: "accepts new variants for a flag that has none", Operation: "overwriteEnvironmentFeatureVariants", Standing: standing,
			Bend: bend.When(refused, bend.Status(http.StatusOK), bend.Text(`{"version":1,"variants":[]}`))},
		{ID: "variants-per-environment", Name: "refuses new variants in an environment that has none", Operation: "overwriteEnvironmentFeatureVariants", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[2] != "development" }, bend.OK(bend.Status(http.StatusForbidden)))},
		{ID: "variants-weights-kept", Name: "shows variants with the weight 1", Operation: "overwriteEnvironmentFeatureVariants", Standing: standing, Bend: bend.OK(bend.Set("/variants/*/weight", "1"))},
		{ID: "variants-patch-ignored", Name: "ignores a patch", Operation: "patchEnvironmentsFeatureVariants", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "variants-first-environment", Name: "sets variants in the first environment only", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing,
			Bend: bend.Member("environments", func(list *bend.Value) *bend.Value {
				if list != nil && len(list.Items) > 1 {
					list.Items = list.Items[:1]
				}
				return list
			})},
		{ID: "variants-in-part", Name: "sets variants in the environments before an unknown one", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("overwriteFeatureVariantsOnEnvironments"), missing), func(x *bend.Exchange) {
				x.Ask(http.MethodPut, path+"/"+x.Params[1]+"/variants-batch", strings.ReplaceAll(string(x.Payload), `,"unleash-mock-verify-none"`, ""))
			})},
		{ID: "variants-without-defaults", Name: "omits the default stickiness of variants", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing, Bend: bend.OK(bend.Drop("/variants/*/stickiness"))},
	}
}

// at returns the path of the exchange's flag in its environment.
func at(x *bend.Exchange) string { return path + "/" + x.Params[1] + "/environments/" + x.Params[2] }

// sendsList holds for requests whose body is a list.
func sendsList(x *bend.Exchange) bool {
	payload, isJSON := bend.ParseJSON(x.Payload)
	return isJSON && payload.Kind == '['
}

// reworded replaces the message of an error.
func reworded(message string) bend.Step {
	text := string(bend.Quoted(message).Append(nil))
	return bend.All(bend.Set("/message", text), bend.Set("/details/0/message", text))
}
