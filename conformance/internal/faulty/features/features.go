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

// Faults are about flags, switches and strategies.
func Faults() []bend.Fault {
	return slices.Concat(flagFaults(), shownFaults(), switchFaults(), strategyFaults(), tagFaults(), dependencyFaults(), variantFaults())
}

func flagFaults() []bend.Fault {
	created, taken, missing := bend.Answered(http.StatusCreated), bend.Answered(http.StatusConflict), bend.Answered(http.StatusNotFound)
	return []bend.Fault{
		{ID: "flag-description-lost", Name: "the description of a flag is not stored", Operation: "createFeature", Standing: standing, Bend: bend.Member("description", bend.Gone)},
		{ID: "flag-type-lost", Name: "the type of a flag is not stored", Operation: "createFeature", Standing: standing, Bend: bend.Member("type", bend.Gone)},
		{ID: "flag-impressions-lost", Name: "a flag forgets that it wants impression data", Operation: "createFeature", Standing: standing, Bend: bend.Member("impressionData", bend.Gone)},
		{ID: "flag-elsewhere", Name: "a created flag has a location", Operation: "createFeature", Standing: standing, Bend: bend.When(created, bend.Header("Location", "features/checkout"))},
		{ID: "flag-case-ignored", Name: "letter case does not count in the name of a flag", Operation: "createFeature", Standing: standing, Bend: bend.Member("name", bend.Words(strings.ToLower))},
		{ID: "flag-in-no-project", Name: "the project of a flag need not exist", Operation: "createFeature", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.At(path))},
		{ID: "flag-archived-name-taken", Name: "the name of an archived flag is taken in other words", Operation: "createFeature", Standing: standing,
			Bend: bend.When(taken, reworded("A flag with that name already exists"))},
		{ID: "flag-taken-name-free", Name: "a name that is taken is free", Operation: "validateFeature", Standing: standing, Bend: bend.When(taken, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-any-name", Name: "any name is free", Operation: "validateFeature", Standing: standing, Bend: bend.Member("name", bend.To(`"unleash-mock-verify-none"`))},
		{ID: "flags-none", Name: "no flag is listed", Operation: "getFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features", "[]"))},
		{ID: "flags-of-no-project", Name: "a project that is not there is not found", Operation: "getFeatures", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.OK(bend.Status(http.StatusNotFound)))},
		{ID: "flag-elsewhere-unsaid", Name: "a flag of another project is reported as one that never was", Operation: "getFeature", Standing: standing,
			Bend: bend.When(missing, reworded("No feature flag found"))},
		{ID: "flag-without-environments", Name: "a flag does not tell its environments", Operation: "getFeature", Standing: standing, Bend: bend.OK(bend.Set("/environments", "[]"))},
		{ID: "flag-update-keeps-stale", Name: "an update without stale keeps it", Operation: "updateFeature", Standing: standing,
			Bend: bend.When(bend.Sends("stale", bend.IsMissing), bend.Member("stale", bend.To("true")))},
		{ID: "flag-update-keeps-type", Name: "an update does not change the type", Operation: "updateFeature", Standing: standing, Bend: bend.Member("type", bend.To(`"release"`))},
		{ID: "flag-update-renames", Name: "another name in an update is overlooked", Operation: "updateFeature", Standing: standing, Bend: bend.Member("name", bend.Gone)},
		{ID: "flag-patch-ignored", Name: "a patch changes nothing", Operation: "patchFeature", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "flag-patch-of-nothing", Name: "a patch of a flag that is not there names the project", Operation: "patchFeature", Standing: standing,
			Bend: bend.When(missing, reworded(`There's no feature named "x" in project "default".`))},
		{ID: "flag-archive-ok", Name: "archiving answers 200", Operation: "archiveFeature", Standing: standing, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "flag-archive-ignored", Name: "archiving changes nothing", Operation: "archiveFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("archiveFeature"), bend.Answered(http.StatusAccepted)), func(x *bend.Exchange) {
				x.Ask(http.MethodPost, "/api/admin/archive/revive/"+x.Params[1], "")
			})},
		{ID: "flag-revive-on", Name: "a revived flag is on", Operation: "reviveFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("reviveFeature"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, path+"/"+x.Params[0]+"/environments/development/on", "")
			}))},
		{ID: "flag-revive-nothing", Name: "reviving a flag that never was succeeds", Operation: "reviveFeature", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "flag-delete-active", Name: "an active flag can be deleted", Operation: "deleteFeature", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("deleteFeature"), func(x *bend.Exchange) { x.Ask(http.MethodDelete, path+"/"+x.Params[0], "") })},
		{ID: "flag-delete-unknown", Name: "deleting a flag that never was is a 404", Operation: "deleteFeature", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] == "unleash-mock-verify-none" }, bend.OK(bend.Status(http.StatusNotFound)))},
	}
}

// shownFaults leave out, wherever a flag is shown, what was said of it.
func shownFaults() []bend.Fault {
	var faults []bend.Fault
	for _, f := range []struct{ id, name, operation, pointer, text string }{
		{"flag-shows-off", "a flag is shown as off in each of its environments", "getFeature", "/environments/*/enabled", "false"},
		{"flag-shows-no-strategies", "a flag is shown without strategies", "getFeature", "/environments/*/strategies", "[]"},
		{"flag-shows-no-constraints", "the strategies of a flag are shown without constraints", "getFeature", "/environments/*/strategies/*/constraints", "[]"},
		{"flag-shows-no-segments", "the strategies of a flag are shown without segments", "getFeature", "/environments/*/strategies/*/segments", "[]"},
		{"flag-shows-strategies-active", "disabled strategies of a flag are shown as active", "getFeature", "/environments/*/strategies/*/disabled", "false"},
		{"flag-shows-no-parents", "a flag is shown without its parents", "getFeature", "/dependencies", "[]"},
		{"flag-shows-no-children", "a flag is shown without its children", "getFeature", "/children", "[]"},
		{"flag-environment-off", "a flag is always off on the page of an environment", "getFeatureEnvironment", "/enabled", "false"},
		{"flag-environment-no-strategies", "a flag has no strategies on the page of an environment", "getFeatureEnvironment", "/strategies", "[]"},
		{"flag-environment-no-variants", "strategies have no variants on the page of an environment", "getFeatureEnvironment", "/strategies/*/variants", "[]"},
		{"flags-all-off", "a project lists every flag as off", "getFeatures", "/features/*/environments/*/enabled", "false"},
		{"flags-without-strategies", "a project lists every flag as one without strategies", "getFeatures", "/features/*/environments/*/hasStrategies", "false"},
		{"flags-without-variants", "a project lists every flag as one without variants", "getFeatures", "/features/*/environments/*/variantCount", "0"},
		{"flags-without-impressions", "a project lists no flag as one that wants impression data", "getFeatures", "/features/*/impressionData", "false"},
		{"flags-never-stale", "a project lists no flag as stale", "getFeatures", "/features/*/stale", "false"},
		{"flag-patch-no-impressions", "a patched flag is said to want no impression data", "patchFeature", "/impressionData", "false"},
		{"flag-patch-stale", "a patched flag is always said to be stale", "patchFeature", "/stale", "true"},
		{"flag-update-impressions", "an updated flag is always said to want impression data", "updateFeature", "/impressionData", "true"},
		{"strategy-added-no-segments", "a new strategy is said to have no segments", "addFeatureStrategy", "/segments", "[]"},
		{"strategy-added-active", "a new strategy is said to be active", "addFeatureStrategy", "/disabled", "false"},
		{"strategy-update-no-segments", "a changed strategy is said to have no segments", "updateFeatureStrategy", "/segments", "[]"},
		{"strategy-patch-no-segments", "a patched strategy is said to have no segments", "patchFeatureStrategy", "/segments", "[]"},
		{"strategy-patch-no-title", "a patched strategy is said to have no title", "patchFeatureStrategy", "/title", "null"},
		{"strategy-patch-active", "a patched strategy is said to be active", "patchFeatureStrategy", "/disabled", "false"},
	} {
		faults = append(faults, bend.Fault{ID: f.id, Name: f.name, Operation: f.operation, Standing: standing, Bend: bend.OK(bend.Edit(f.pointer, bend.Present(bend.To(f.text))))})
	}
	return faults
}

func switchFaults() []bend.Fault {
	missing := bend.Answered(http.StatusNotFound)
	return []bend.Fault{
		{ID: "flag-on-ignored", Name: "switching on changes nothing", Operation: "toggleFeatureEnvironmentOn", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOn"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/off", "") }))},
		{ID: "flag-on-everywhere", Name: "switching on counts for every environment", Operation: "toggleFeatureEnvironmentOn", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOn"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, path+"/"+x.Params[1]+"/environments/production/on", "")
			}))},
		{ID: "flag-on-never-activates", Name: "disabled strategies are never activated", Operation: "toggleFeatureEnvironmentOn", Standing: standing,
			Bend: bend.Query("shouldActivateDisabledStrategies", bend.Always("false"))},
		{ID: "flag-on-always-activates", Name: "disabled strategies are always activated", Operation: "toggleFeatureEnvironmentOn", Standing: standing,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				values.Set("shouldActivateDisabledStrategies", "true")
				x.SetURL(x.Request.URL.EscapedPath(), values)
			}},
		{ID: "flag-off-ignored", Name: "switching off changes nothing", Operation: "toggleFeatureEnvironmentOff", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("toggleFeatureEnvironmentOff"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/on", "") }))},
		{ID: "flag-off-unnamed", Name: "an environment that is not there is not named", Operation: "toggleFeatureEnvironmentOff", Standing: standing,
			Bend: bend.When(missing, reworded("Could not find environment"))},
		{ID: "flag-always-off", Name: "a flag is off in its environment", Operation: "getFeatureEnvironment", Standing: standing, Bend: bend.OK(bend.Set("/enabled", "false"))},
		{ID: "flag-without-strategies", Name: "a flag has no strategies in its environment", Operation: "getFeatureEnvironment", Standing: standing, Bend: bend.OK(bend.Set("/strategies", "[]"))},
	}
}

func strategyFaults() []bend.Fault {
	missing := bend.Answered(http.StatusNotFound)
	return []bend.Fault{
		{ID: "strategies-none", Name: "no strategy is listed", Operation: "getFeatureStrategies", Standing: standing,
			Bend: bend.OK(func(x *bend.Exchange) { x.Body = []byte("[]") })},
		{ID: "strategies-unsorted", Name: "strategies are not listed in their order", Operation: "getFeatureStrategies", Standing: standing, Bend: bend.OK(bend.Edit("", bend.Reversed))},
		{ID: "strategy-title-lost", Name: "the title of a strategy is not stored", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("title", bend.Gone)},
		{ID: "strategy-constraints-lost", Name: "a strategy is added without its constraints", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("constraints", bend.Gone)},
		{ID: "strategy-variants-lost", Name: "a strategy is added without its variants", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("variants", bend.Gone)},
		{ID: "strategy-place-lost", Name: "the place of a strategy is not stored", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("sortOrder", bend.Gone)},
		{ID: "strategy-created", Name: "adding a strategy answers 201", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Status(http.StatusCreated))},
		{ID: "strategy-weights-kept", Name: "the weights of variants are not spread", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Set("/variants/*/weight", "1"))},
		{ID: "strategy-of-any-segment", Name: "the segments of a strategy need not exist", Operation: "addFeatureStrategy", Standing: standing, Bend: bend.Member("segments", bend.Gone)},
		{ID: "strategy-environment-missing", Name: "an environment that is not there is a 404", Operation: "addFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Both(bend.Answered(http.StatusBadRequest), func(x *bend.Exchange) bool { return x.Params[2] != "development" }), bend.Status(http.StatusNotFound))},
		{ID: "strategy-of-another-id", Name: "another strategy is answered", Operation: "getFeatureStrategy", Standing: standing, Bend: bend.OK(bend.Set("/id", `"01KE8QJ4Z00000000000000000"`))},
		{ID: "strategy-update-keeps-constraints", Name: "an update without constraints keeps them", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: func(x *bend.Exchange) {
				before, known := bend.ParseJSON(x.Ask(http.MethodGet, at(x)+"/strategies/"+x.Params[3], "").Body)
				if known && before.Get("constraints") != nil {
					bend.When(bend.Sends("constraints", bend.IsMissing), bend.Member("constraints", bend.To(string(before.Get("constraints").Append(nil)))))(x)
				}
			}},
		{ID: "strategy-update-title-cleared", Name: "null clears the title", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("title", bend.IsText("null")), bend.Member("title", bend.To(`""`)))},
		{ID: "strategy-update-parameters-filled", Name: "an update without a type fills in parameters", Operation: "updateFeatureStrategy", Standing: standing,
			Bend: bend.When(bend.Sends("name", bend.IsMissing), bend.Member("name", bend.To(`"flexibleRollout"`)))},
		{ID: "strategy-patch-ignored", Name: "a patch changes nothing", Operation: "patchFeatureStrategy", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "strategy-patch-unknown", Name: "a patch of a strategy that is not there is worded as an update", Operation: "patchFeatureStrategy", Standing: standing,
			Bend: bend.When(missing, reworded("Could not find strategy with id=01KE8QJ4Z00000000000000000"))},
		{ID: "strategy-delete-keeps-on", Name: "a flag without strategies stays on", Operation: "deleteFeatureStrategy", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("deleteFeatureStrategy"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, at(x)+"/on", "") }))},
		{ID: "strategy-delete-unknown", Name: "removing a strategy that is not there succeeds", Operation: "deleteFeatureStrategy", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "strategies-order-ignored", Name: "the order of strategies is not stored", Operation: "setStrategySortOrder", Standing: standing,
			Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "strategies-order-anywhere", Name: "strategies of another environment can be put in order", Operation: "setStrategySortOrder", Standing: standing,
			Bend: bend.When(bend.Both(bend.Answered(http.StatusBadRequest), func(x *bend.Exchange) bool { return x.Params[2] != "development" }), bend.Status(http.StatusOK), bend.Empty)},
	}
}

func tagFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "flag-copy-keeps-groups", Name: "the strategies of a copy keep their groups", Operation: "cloneFeature", Standing: standing, Bend: bend.Member("replaceGroupId", bend.To("false"))},
		{ID: "flag-tags-without-color", Name: "tags are listed without their color", Operation: "listTags", Standing: standing, Bend: bend.OK(bend.Drop("/tags/*/color"))},
		{ID: "flag-tagged-ok", Name: "tagging a flag answers 200", Operation: "addTag", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Status(http.StatusOK))},
		{ID: "flag-tags-kept", Name: "no tag is taken", Operation: "updateTags", Standing: standing, Bend: bend.Member("removedTags", bend.To("[]"))},
		{ID: "flag-tag-kept", Name: "a tag that is taken stays", Operation: "removeTag", Standing: standing, Wide: true,
			Bend: bend.When(bend.Is("removeTag"), bend.OK(func(x *bend.Exchange) {
				x.Ask(http.MethodPost, "/api/admin/features/"+x.Params[0]+"/tags", `{"type":"`+x.Params[1]+`","value":"`+x.Params[2]+`"}`)
			}))},
	}
}

func dependencyFaults() []bend.Fault {
	missing, refused := bend.Answered(http.StatusNotFound), bend.Answered(http.StatusForbidden)
	return []bend.Fault{
		{ID: "dependency-on-anything", Name: "a flag may depend on anything", Operation: "addFeatureDependency", Standing: standing,
			Bend: bend.When(bend.Both(refused, bend.Named("InvalidOperationError")), bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependency-always-on", Name: "a parent has to be on in any case", Operation: "addFeatureDependency", Standing: standing, Bend: bend.Member("enabled", bend.Gone)},
		{ID: "dependency-removed-twice", Name: "removing a parent that is not there succeeds", Operation: "deleteFeatureDependency", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependencies-removed-twice", Name: "removing no parents succeeds", Operation: "deleteFeatureDependencies", Standing: standing, Bend: bend.When(missing, bend.Status(http.StatusOK), bend.Empty)},
		{ID: "dependencies-unknown", Name: "there never are dependencies", Operation: "checkDependenciesExist", Standing: standing, Bend: bend.OK(bend.Text("false"))},
		{ID: "parents-none", Name: "a flag may depend on no other", Operation: "listParentOptions", Standing: standing, Bend: bend.OK(bend.Text("[]"))},
		{ID: "parent-variants-none", Name: "a parent has no variants", Operation: "listParentVariantOptions", Standing: standing, Bend: bend.OK(bend.Text("[]"))},
	}
}

func variantFaults() []bend.Fault {
	refused := bend.Both(bend.Answered(http.StatusForbidden), bend.Named("InvalidOperationError"))
	return []bend.Fault{
		{ID: "variants-unsorted", Name: "variants are not listed by their names", Operation: "getEnvironmentFeatureVariants", Standing: standing, Bend: bend.OK(bend.Edit("/variants", bend.Reversed))},
		{ID: "variants-of-any-flag", Name: "variants can be replaced where there are none", Operation: "overwriteEnvironmentFeatureVariants", Standing: standing,
			Bend: bend.When(refused, bend.Status(http.StatusOK), bend.Text(`{"version":1,"variants":[]}`))},
		{ID: "variants-weights-kept", Name: "the weights of variants are not spread", Operation: "overwriteEnvironmentFeatureVariants", Standing: standing, Bend: bend.OK(bend.Set("/variants/*/weight", "1"))},
		{ID: "variants-patch-ignored", Name: "a patch changes nothing", Operation: "patchEnvironmentsFeatureVariants", Standing: standing, Bend: bend.When(sendsList, bend.Sending("[]"))},
		{ID: "variants-first-environment", Name: "variants are put in the first environment alone", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing,
			Bend: bend.Member("environments", func(list *bend.Value) *bend.Value {
				if list != nil && len(list.Items) > 1 {
					list.Items = list.Items[:1]
				}
				return list
			})},
		{ID: "variants-without-defaults", Name: "what is not said of a variant stays unsaid", Operation: "overwriteFeatureVariantsOnEnvironments", Standing: standing, Bend: bend.OK(bend.Drop("/variants/*/stickiness"))},
	}
}

// at is the path of the flag in the environment that an exchange is about.
func at(x *bend.Exchange) string { return path + "/" + x.Params[1] + "/environments/" + x.Params[2] }

// sendsList holds for a payload that is a list.
func sendsList(x *bend.Exchange) bool {
	payload, isJSON := bend.ParseJSON(x.Payload)
	return isJSON && payload.Kind == '['
}

// reworded puts another message into an error.
func reworded(message string) bend.Step {
	text := string(bend.Quoted(message).Append(nil))
	return bend.All(bend.Set("/message", text), bend.Set("/details/0/message", text))
}
