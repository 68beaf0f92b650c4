// Package client has the faults of what SDKs get: of the Client and the Frontend API.
package client

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about flags as SDKs get them.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return []bend.Fault{
		{ID: "client-no-flags", Name: "an SDK gets no flags", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features", "[]"))},
		{ID: "client-no-strategies", Name: "an SDK gets flags without their strategies", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features/*/strategies", "[]"))},
		{ID: "client-sent-again", Name: "an SDK gets again what it has seen", Operation: "getAllClientFeatures", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotModified), bend.Status(http.StatusOK), bend.Text(`{"version":2,"features":[]}`))},
		{ID: "client-flag-off", Name: "a single flag is said to be off", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/enabled", "false"))},
		{ID: "client-no-impressions", Name: "no SDK is told to report impressions", Operation: "getAllClientFeatures", Standing: standing, Bend: bend.OK(bend.Set("/features/*/impressionData", "false"))},
		{ID: "client-flag-no-impressions", Name: "of a single flag no impressions are wanted", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/impressionData", "false"))},
		{ID: "client-flag-never-stale", Name: "a single flag is never stale", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/stale", "false"))},
		{ID: "client-flag-on", Name: "a single flag is always on", Operation: "getClientFeature", Standing: standing, Bend: bend.OK(bend.Set("/enabled", "true"))},
		{ID: "frontend-no-impressions", Name: "no page is told to report impressions", Operation: "getFrontendFeatures", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/impressionData", "false"))},
		{ID: "frontend-post-no-impressions", Name: "no page that posts its context is told to report impressions", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/impressionData", "false"))},
		{ID: "frontend-post-variant", Name: "a flag without variants has one, for a page that posts its context", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles/*/variant/enabled", "true"))},
		{ID: "delta-no-flags", Name: "an SDK that follows changes gets no flags", Operation: "getDelta", Standing: spec.Assumed, Bend: bend.OK(bend.Set("/events/*/features", "[]"))},
		{ID: "delta-flag-off", Name: "a flag that was switched on comes as off", Operation: "getDelta", Standing: spec.Assumed, Bend: bend.OK(bend.Set("/events/*/feature/enabled", "false"))},
		{ID: "delta-sent-again", Name: "an SDK that follows changes gets again what it has", Operation: "getDelta", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(http.StatusNotModified), bend.Status(http.StatusOK), bend.Text(`{"events":[{"eventId":1,"type":"segment-removed","segmentId":1}]}`))},
		{ID: "stream-no-flags", Name: "a stream begins without flags", Operation: "streamDelta", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(http.StatusOK), bend.Text("id: 1\nevent: unleash-connected\ndata: {\"events\":[{\"eventId\":1,\"type\":\"hydration\",\"segments\":[],\"features\":[]}]}\n\n"))},
		{ID: "frontend-no-flags", Name: "a page gets no flags", Operation: "getFrontendFeatures", Standing: standing, Bend: bend.OK(bend.Set("/toggles", "[]"))},
		{ID: "frontend-post-no-flags", Name: "a page that posts its context gets no flags", Operation: "getFrontendApiFeaturesWithPost", Standing: standing, Bend: bend.OK(bend.Set("/toggles", "[]"))},
	}
}
