// Package client has the faults of the Client API and the Frontend API, which serve flags to
// SDKs.
package client

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of flags as SDKs get them.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return append(deafFaults(), []bend.Fault{
		{ID: "client-no-flags", Name: "sends no flags", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features", "[]"))},
		{ID: "client-no-strategies", Name: "sends flags without their strategies", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features/*/strategies", "[]"))},
		{ID: "client-sent-again", Name: "answers 200 instead of 304 when nothing has changed", Operation: "getAllClientFeatures", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotModified), bend.Status(http.StatusOK), bend.Text(`{"version":2,"features":[]}`))},
		{ID: "client-never-changed", Name: "answers 304 to every ETag that it has given", Operation: "getAllClientFeatures", Standing: standing, Bend: func(x *bend.Exchange) { x.Fresh = isOwn }},
		{ID: "client-unknown-tag-fresh", Name: "answers 304 to every ETag that it has not given", Operation: "getAllClientFeatures", Standing: standing, Bend: func(x *bend.Exchange) { x.Fresh = func(tag string) bool { return !isOwn(tag) } }},
		{ID: "client-revision-stuck", Name: "keeps its revision when flags change", Operation: "getAllClientFeatures", Standing: standing, Make: stuck},
		{ID: "client-segments-unheard", Name: "keeps its revision when a segment changes", Operation: "getAllClientFeatures", Standing: standing, Wide: true, Make: deafTo("updateSegment")},
		{ID: "client-tag-ignored", Name: "sends flags without the tags that were asked for", Operation: "getAllClientFeatures", Standing: standing,
			Bend: bend.When(bend.HasQuery("tag"), bend.OK(bend.Again(bend.Query("tag", bend.Always("")))))},
		{ID: "client-flag-off", Name: "sends every flag as off", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/enabled", "false"))},
		{ID: "client-no-impressions", Name: "sends impressionData as false for every flag", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features/*/impressionData", "false"))},
		{ID: "client-flag-no-impressions", Name: "sends impressionData as false for every flag", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/impressionData", "false"))},
		{ID: "client-flag-never-stale", Name: "sends every flag as not stale", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/stale", "false"))},
		{ID: "client-flag-on", Name: "sends every flag as on", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/enabled", "true"))},
		{ID: "frontend-no-impressions", Name: "sends impressionData as false for every flag", Operation: "getFrontendFeatures", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/impressionData", "false"))},
		{ID: "frontend-post-no-impressions", Name: "sends impressionData as false for every flag", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/impressionData", "false"))},
		{ID: "frontend-post-variant", Name: "enables the variant of a flag that has none", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/variant/enabled", "true"))},
		{ID: "delta-no-flags", Name: "sends no flags", Operation: "getDelta", Standing: spec.Assumed, Bend: bend.OK(bend.Set("/events/*/features", "[]"))},
		{ID: "delta-flag-off", Name: "sends a flag that was switched on as off", Operation: "getDelta", Standing: spec.Assumed, Bend: bend.OK(bend.Set("/events/*/feature/enabled", "false"))},
		{ID: "delta-sent-again", Name: "answers 200 instead of 304 when nothing has changed", Operation: "getDelta", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(http.StatusNotModified), bend.Status(http.StatusOK), bend.Header("Content-Type", "application/json; charset=utf-8"),
				bend.Text(`{"events":[{"eventId":1,"type":"segment-removed","segmentId":1}]}`))},
		{ID: "stream-no-flags", Name: "starts the stream without flags", Operation: "streamDelta", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(http.StatusOK), bend.Text("id: 1\nevent: unleash-connected\ndata: {\"events\":[{\"eventId\":1,\"type\":\"hydration\",\"segments\":[],\"features\":[]}]}\n\n"))},
		{ID: "frontend-no-flags", Name: "sends no flags", Operation: "getFrontendFeatures", Standing: standing, Bend: bend.OK(bend.Set("/toggles", "[]"))},
		{ID: "frontend-post-no-flags", Name: "sends no flags", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles", "[]"))},
		{ID: "client-tag-of-any-query", Name: "answers 304 to the ETag of another query", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(func(x *bend.Exchange) {
			x.Fresh = func(tag string) bool { return revision(tag) == revision(x.Header.Get("Etag")) }
		})},
		{ID: "client-tag-of-any-environment", Name: "answers 304 to the ETag of another environment", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.When(elsewhere, func(x *bend.Exchange) { x.Fresh = isOwn })},
		{ID: "client-strategies-unsorted", Name: "sends strategies in reverse order", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Edit("/features/*/strategies", bend.Reversed))},
		{ID: "client-no-parents", Name: "sends flags without their parents", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Drop("/features/*/dependencies"))},
		{ID: "client-parents-alone", Name: "sends parents without the variants that they must have", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Drop("/features/*/dependencies/*/variants"))},
		{ID: "client-no-variants", Name: "sends flags without their variants", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features/*/variants", "[]"))},
		{ID: "client-no-overrides", Name: "sends variants without their overrides", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Drop("/features/*/variants/*/overrides"))},
		{ID: "client-flag-strategies-unsorted", Name: "sends strategies in reverse order", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Edit("/strategies", bend.Reversed))},
		{ID: "client-flag-no-parents", Name: "sends a flag without its parents", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Drop("/dependencies"))},
		{ID: "client-flag-segments-apart", Name: "sends segments by their ids to SDKs that do not know them", Operation: "getClientFeature", Standing: standing, Bend: bend.WithHeader("Unleash-Client-Spec", "5.2.0")},
		{ID: "client-archived-sent", Name: "sends an archived flag", Operation: "getClientFeature", Standing: standing, Wide: true, Make: archivedSent},
		{ID: "client-first-segment", Name: "sends only a strategy's first segment", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Edit("/features/*/strategies/*/segments", bend.Present(func(list *bend.Value) *bend.Value {
			list.Items = list.Items[:min(len(list.Items), 1)]
			return list
		})))},
		{ID: "client-prefix-anywhere", Name: "finds a prefix of names in their middle", Operation: "getAllClientFeatures", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool {
				return strings.HasPrefix(x.Request.URL.Query().Get("namePrefix"), "nleash")
			}, bend.OK(bend.Again(bend.Query("namePrefix", bend.Always("unleash")))))},
		{ID: "client-prefix-in-any-case", Name: "ignores letter case in a prefix of names", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.Query("namePrefix", strings.ToLower)},
		{ID: "client-tag-of-any-type", Name: "ignores the types of tags", Operation: "getAllClientFeatures", Standing: standing, Bend: func(x *bend.Exchange) {
			values := x.Request.URL.Query()
			for i, tag := range values["tag"] {
				if _, value, found := strings.Cut(tag, ":"); found {
					values["tag"][i] = "simple:" + value
				}
			}
			x.SetURL(x.Request.URL.EscapedPath(), values)
		}},
		{ID: "client-tag-or-prefix", Name: "ignores a prefix of names besides tags", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.When(bend.HasQuery("tag"), bend.Query("namePrefix", bend.Always("")))},
		{ID: "client-weak-tag", Name: "does not know its ETag in its weak form", Operation: "getAllClientFeatures", Standing: standing, Bend: func(x *bend.Exchange) {
			if strings.HasPrefix(x.Request.Header.Get("If-None-Match"), "W/") {
				x.Request.Header.Del("If-None-Match")
				x.Fresh = func(string) bool { return false }
			}
		}},
		{ID: "client-strategies-of-development", Name: "sends strategies as they are in development to every token", Operation: "getAllClientFeatures", Standing: standing, Bend: ofDevelopment("strategies")},
		{ID: "client-variants-of-development", Name: "sends variants as they are in development to every token", Operation: "getAllClientFeatures", Standing: standing, Bend: ofDevelopment("variants")},
		{ID: "client-flag-no-variants", Name: "sends a flag without its variants", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/variants", "[]"))},
	}...)
}

// deafFaults lists the faults of SDKs that do not hear of a change, by the operation that made it.
func deafFaults() []bend.Fault {
	var faults []bend.Fault
	for _, operation := range []string{
		"updateFeature", "patchFeature", "archiveFeature", "reviveFeature", "addFeatureStrategy", "updateFeatureStrategy", "patchFeatureStrategy", "deleteFeatureStrategy",
		"addFeatureDependency", "deleteFeatureDependency", "deleteFeatureDependencies", "setStrategySortOrder", "updateFeatureStrategySegments", "overwriteFeatureVariantsOnEnvironments",
		"toggleFeatureEnvironmentOff", "createFeature", "cloneFeature", "overwriteEnvironmentFeatureVariants", "patchEnvironmentsFeatureVariants",
	} {
		faults = append(faults, bend.Fault{ID: "client-deaf-to-" + operation, Name: "keeps its revision after " + operation, Operation: "getAllClientFeatures", Standing: spec.Observed, Wide: true, Make: deafTo(operation)})
	}
	return faults
}

// elsewhere holds for requests with a token for production.
func elsewhere(x *bend.Exchange) bool { return strings.Contains(x.Token(), ":production.") }

// ofDevelopment shows a member of the flags as the token for development sees it to tokens for production.
func ofDevelopment(key string) bend.Step {
	return bend.When(elsewhere, bend.OK(func(x *bend.Exchange) {
		here, _ := bend.ParseJSON(x.Ask(http.MethodGet, x.Request.URL.RequestURI(), "", "Authorization: "+bend.BackendToken).Body)
		known := map[string]*bend.Value{}
		for _, flag := range here.Get("features").Items {
			known[flag.Get("name").String()] = flag.Get(key)
		}
		bend.Edit("/features/*", func(flag *bend.Value) *bend.Value {
			flag.Put(key, known[flag.Get("name").String()])
			return flag
		})(x)
	}))
}

// archivedSent answers requests for an archived flag as before it was archived.
func archivedSent() bend.Step {
	archived := map[string]string{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("archiveFeature")(x):
			archived[x.Params[1]] = string(x.Ask(http.MethodGet, "/api/client/features/"+x.Params[1], "", "Authorization: "+bend.BackendToken).Body)
		case bend.Is("getClientFeature")(x) && archived[x.Params[0]] != "":
			bend.All(bend.Status(http.StatusOK), bend.Text(archived[x.Params[0]]))(x)
		}
	}
}

// revision returns the revision in an ETag of the Client API.
func revision(tag string) string {
	_, rest, _ := strings.Cut(tag, ":")
	return rest
}

// isOwn reports whether an ETag has the form of those of the Client API.
func isOwn(tag string) bool { return strings.HasSuffix(tag, `:v1"`) }

// stuck answers every query with the ETag that it was first answered with.
func stuck() bend.Step {
	first := map[string]string{} // by the query's hash
	return bend.OK(func(x *bend.Exchange) {
		tag := x.Header.Get("Etag")
		hash, _, _ := strings.Cut(tag, ":")
		if first[hash] == "" {
			first[hash] = tag
		}
		tag = first[hash]
		bend.All(bend.Header("Etag", tag), bend.Edit("/meta/etag", func(*bend.Value) *bend.Value { return bend.Quoted(tag) }))(x)
		x.Fresh = func(known string) bool { return known == tag }
	})
}

// deafTo answers 304 to the latest ETag from before an operation changed something.
func deafTo(operation string) func() bend.Step {
	return func() bend.Step {
		latest, unheard := "", ""
		return func(x *bend.Exchange) {
			switch {
			case bend.Is(operation)(x):
				unheard = latest
			case bend.Is("getAllClientFeatures")(x):
				x.Fresh = func(tag string) bool { return tag == unheard }
				x.Answer()
				latest = x.Header.Get("Etag")
			}
		}
	}
}
