// Package sdks has the faults of what SDKs tell.
package sdks

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about what SDKs report.
func Faults() []bend.Fault {
	const observed, assumed = spec.Observed, spec.Assumed
	return []bend.Fault{
		{ID: "registration-answered-otherwise", Name: "a registration is answered with 200", Operation: "registerClientApplication", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "registration-lost", Name: "the instance of a registration is not stored", Operation: "registerClientApplication", Standing: assumed, Bend: bend.Member("instanceId", bend.Gone)},
		{ID: "metrics-answered-otherwise", Name: "metrics are answered with 200", Operation: "registerClientMetrics", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "metrics-lost", Name: "metrics are not counted", Operation: "registerClientMetrics", Standing: assumed, Bend: bend.Member("bucket", bend.Gone)},
		{ID: "frontend-metrics-lost", Name: "the metrics of a page are not counted", Operation: "registerFrontendMetrics", Standing: assumed, Bend: bend.Member("bucket", bend.Gone)},
		{ID: "frontend-registration-in-other-words", Name: "a page that registers is answered in other words", Operation: "registerFrontendClient", Standing: observed, Bend: bend.OK(bend.Text("Accepted"))},
		{ID: "application-delete-unknown", Name: "an unknown application cannot be deleted", Operation: "deleteApplication", Standing: observed, Bend: bend.OK(bend.Status(http.StatusNotFound))},
		{ID: "applications-none", Name: "no application is listed", Operation: "getApplications", Standing: assumed, Bend: bend.OK(bend.Set("/applications", "[]"))},
		{ID: "bulk-answered-otherwise", Name: "what Edge tells is answered with 200", Operation: "clientBulkMetrics", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "application-without-instances", Name: "an application does not tell its instances", Operation: "getApplication", Standing: assumed, Bend: bend.OK(bend.Set("/instances", "[]"))},
		{ID: "instances-none", Name: "no instance is listed", Operation: "getApplicationEnvironmentInstances", Standing: assumed, Bend: bend.OK(bend.Set("/instances", "[]"))},
		{ID: "usage-by-nobody", Name: "nobody is said to have asked for a flag", Operation: "getFeatureUsageSummary", Standing: assumed, Bend: bend.OK(bend.Set("/seenApplications", "[]"))},
		{ID: "flag-stays-initial", Name: "a flag that an SDK has reported stays in the stage initial", Operation: "getFeature", Standing: assumed, Bend: bend.OK(bend.Set("/lifecycle/stage", `"initial"`))},
		{ID: "counts-without-gaps", Name: "hours without a count are left out", Operation: "getRawFeatureMetrics", Standing: observed, Bend: bend.OK(bend.Drop("/data/1"))},
	}
}
