// Package instance has the faults of health and readiness.
package instance

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of health and readiness.
func Faults() []bend.Fault {
	return []bend.Fault{
		{ID: "health-demands-token", Name: "requires a token", Operation: "getHealth", Standing: spec.Observed,
			Bend: bend.When(bend.By(""), bend.Again(bend.As(bend.UnknownToken), bend.At("/api/admin/signals")))},
		{ID: "ready-demands-token", Name: "requires a token", Operation: "getReady", Standing: spec.Observed,
			Bend: bend.When(bend.By(""), bend.Again(bend.As(bend.UnknownToken), bend.At("/api/admin/signals")))},
		{ID: "health-refuses-unknown-token", Name: "refuses an unknown token", Operation: "getHealth", Standing: spec.Observed,
			Bend: bend.When(bend.Not(bend.By("", bend.AdminToken, bend.ViewerToken, bend.BackendToken, bend.FrontendToken)), bend.Again(bend.At("/api/admin/signals")))},
		{ID: "ready-admits-backend-token", Name: "accepts a raw backend token", Operation: "getReady", Standing: spec.Observed,
			Bend: bend.When(bend.By(bend.BackendToken), bend.As(""))},
		{ID: "health-lower-case", Name: "sends good in lower case", Operation: "getHealth", Standing: spec.Documented, Bend: bend.OK(bend.Set("/health", `"good"`))},
		{ID: "health-bad-ok", Name: "answers 200 with the health BAD", Operation: "getHealth", Standing: spec.Documented, Bend: bend.OK(bend.Set("/health", `"BAD"`))},
		{ID: "health-page", Name: "answers with an HTML page", Operation: "getHealth", Standing: spec.Documented,
			Bend: bend.OK(bend.Text("<!DOCTYPE html><title>Health</title>GOOD"), bend.Header("Content-Type", "text/html; charset=utf-8"))},
		{ID: "health-key", Name: "sends the health under the wrong key", Operation: "getHealth", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/health", "status"))},
		{ID: "health-unhealthy", Name: "always answers 500", Operation: "getHealth", Standing: spec.Documented, Bend: bend.OK(bend.Status(http.StatusInternalServerError), bend.Set("/health", `"BAD"`))},
		{ID: "ready-bad", Name: "answers 200 with the health BAD", Operation: "getReady", Standing: spec.Documented, Bend: bend.OK(bend.Set("/health", `"BAD"`))},
		{ID: "ready-text", Name: "answers in plain text", Operation: "getReady", Standing: spec.Documented, Bend: bend.OK(bend.Text("OK"), bend.Header("Content-Type", "text/plain; charset=utf-8"))},
		{ID: "ready-redirect", Name: "redirects to /health", Operation: "getReady", Standing: spec.Documented,
			Bend: bend.OK(bend.Empty, bend.Status(http.StatusFound), bend.Header("Location", "/health"))},
		{ID: "ready-unavailable", Name: "always answers 503", Operation: "getReady", Standing: spec.Documented, Bend: bend.OK(bend.Empty, bend.Status(http.StatusServiceUnavailable))},
	}
}
