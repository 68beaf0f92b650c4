// Package sdks has the faults of what SDKs report.
package sdks

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of what SDKs report.
func Faults() []bend.Fault {
	const observed, assumed = spec.Observed, spec.Assumed
	return append(admitting(), []bend.Fault{
		{ID: "registration-answered-otherwise", Name: "answers a registration with 200", Operation: "registerClientApplication", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "registration-lost", Name: "does not store the instance that registers", Operation: "registerClientApplication", Standing: assumed, Bend: bend.Member("instanceId", bend.Gone)},
		{ID: "metrics-answered-otherwise", Name: "answers metrics with 200", Operation: "registerClientMetrics", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "metrics-lost", Name: "does not count metrics", Operation: "registerClientMetrics", Standing: assumed, Bend: bend.Member("bucket", bend.Gone)},
		{ID: "frontend-metrics-lost", Name: "does not count metrics from a browser", Operation: "registerFrontendMetrics", Standing: assumed, Bend: bend.Member("bucket", bend.Gone)},
		{ID: "frontend-registration-in-other-words", Name: "words the response to a browser's registration differently", Operation: "registerFrontendClient", Standing: observed, Bend: bend.OK(bend.Text("Accepted"))},
		{ID: "application-delete-unknown", Name: "answers 404 when an application is deleted", Operation: "deleteApplication", Standing: observed, Bend: bend.OK(bend.Status(http.StatusNotFound))},
		{ID: "applications-none", Name: "lists no applications", Operation: "getApplications", Standing: assumed, Bend: bend.OK(bend.Set("/applications", "[]"))},
		{ID: "bulk-answered-otherwise", Name: "answers metrics from Edge with 200", Operation: "clientBulkMetrics", Standing: observed, Bend: bend.When(bend.Answered(http.StatusAccepted), bend.Status(http.StatusOK))},
		{ID: "bulk-metrics-lost", Name: "does not count metrics from Edge", Operation: "clientBulkMetrics", Standing: assumed, Bend: bend.Member("metrics", bend.To("[]"))},
		{ID: "bulk-applications-lost", Name: "does not store applications from Edge", Operation: "clientBulkMetrics", Standing: assumed, Bend: bend.Member("applications", bend.To("[]"))},
		{ID: "metrics-counted-once", Name: "counts the same metrics only once", Operation: "registerClientMetrics", Standing: assumed, Make: countedOnce},
		{ID: "metrics-variants-once", Name: "counts only the first report of variants", Operation: "registerClientMetrics", Standing: assumed, Make: variantsOnce},
		{ID: "metrics-of-any-environment", Name: "counts all metrics in development", Operation: "registerClientMetrics", Standing: assumed,
			Bend: bend.When(func(x *bend.Exchange) bool { return strings.Contains(x.Token(), ":production.") }, bend.As(bend.BackendToken))},
		{ID: "application-without-instances", Name: "shows an application without instances", Operation: "getApplication", Standing: assumed, Bend: bend.OK(bend.Set("/instances", "[]"))},
		{ID: "instances-none", Name: "lists no instances", Operation: "getApplicationEnvironmentInstances", Standing: assumed, Bend: bend.OK(bend.Set("/instances", "[]"))},
		{ID: "usage-by-nobody", Name: "lists no applications that use a flag", Operation: "getFeatureUsageSummary", Standing: assumed, Bend: bend.OK(bend.Set("/seenApplications", "[]"))},
		{ID: "flag-stays-initial", Name: "keeps a flag that an SDK has reported in the stage initial", Operation: "getFeature", Standing: assumed, Bend: bend.OK(bend.Set("/lifecycle/stage", `"initial"`))},
		{ID: "counts-without-gaps", Name: "leaves out an hour without counts", Operation: "getRawFeatureMetrics", Standing: observed, Bend: bend.OK(bend.Drop("/data/1"))},
	}...)
}

// countedOnce drops metrics that were reported before.
func countedOnce() bend.Step {
	known := map[string]bool{}
	return func(x *bend.Exchange) {
		text := string(x.Payload)
		if known[text] {
			bend.Member("bucket", bend.Gone)(x)
		}
		known[text] = true
	}
}

// variantsOnce drops the counts of variants of flags that had some before.
func variantsOnce() bend.Step {
	counted := map[string]bool{}
	return bend.Member("bucket", bend.Present(func(bucket *bend.Value) *bend.Value {
		if toggles := bucket.Get("toggles"); toggles != nil {
			for i, flag := range toggles.Keys {
				if counts := toggles.Items[i]; counts.Get("variants") != nil {
					if counted[flag] {
						counts.Put("variants", bend.Scalar("{}"))
					}
					counted[flag] = true
				}
			}
		}
		return bucket
	}))
}

// admitting lists the faults of operations for SDKs that admit the tokens of the Admin API.
func admitting() []bend.Fault {
	var faults []bend.Fault
	for operation, token := range map[string]string{
		"getAllClientFeatures": bend.BackendToken, "getClientFeature": bend.BackendToken,
		"registerClientApplication": bend.BackendToken, "registerClientMetrics": bend.BackendToken, "clientBulkMetrics": bend.BackendToken,
		"getFrontendFeatures": bend.FrontendToken, "getFrontendApiFeaturesWithPost": bend.FrontendToken,
		"registerFrontendClient": bend.FrontendToken, "registerFrontendMetrics": bend.FrontendToken,
	} {
		for _, caller := range []struct{ id, name, token string }{
			{"people", "admits personal access tokens", bend.ViewerToken},
			{"admins", "admits admin tokens", bend.AdminToken},
		} {
			faults = append(faults, bend.Fault{ID: operation + "-of-" + caller.id, Name: caller.name, Operation: operation, Standing: spec.Observed,
				Bend: bend.When(bend.Both(bend.By(caller.token), bend.Answered(http.StatusForbidden)), bend.Again(bend.As(token)))})
		}
	}
	slices.SortFunc(faults, func(a, b bend.Fault) int { return strings.Compare(a.ID, b.ID) })
	return faults
}
