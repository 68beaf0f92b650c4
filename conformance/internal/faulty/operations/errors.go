package operations

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// errorFaults lists faults in the bodies and statuses of errors.
func errorFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "error-without-id", Name: "omits the id from a validation error", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Both(bend.Answered(400), bend.Named("BadDataError")), bend.Drop("/id"))},
		{ID: "error-id-no-uuid", Name: "gives a 401 an id that is not a UUID", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/id", `"401"`))},
		{ID: "error-id-constant", Name: "gives every 401 the same id", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/id", `"6c1f7e0c-6d0a-4b39-9c1d-6f4d0f6d3a11"`))},
		{ID: "error-key", Name: "sends the message of a 409 under the key error", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(409), bend.Rename("/message", "error"))},
		{ID: "error-name", Name: "gives a 404 the wrong error name", Operation: "deleteSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Set("/name", `"NotFound"`))},
		{ID: "error-name-of-another", Name: "gives a 401 the error name of a 403", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/name", `"PermissionError"`))},
		{ID: "error-message-empty", Name: "leaves the message of a 403 empty", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(403), bend.Set("/message", `""`))},
		{ID: "permission-of-another", Name: "names the wrong permission in a 403", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(403), bend.Set("/permissions/0", `"CREATE_SIGNAL_ENDPOINT"`))},
		{ID: "details-empty", Name: "leaves the details of a 404 empty", Operation: "disableSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Set("/details", `[]`))},
		{ID: "details-without-path", Name: "omits the path from the details of a validation error", Operation: "createSignalEndpointToken", Standing: spec.Measured,
			Bend: bend.When(bend.Answered(400), bend.Drop("/details/0/path"))},
		{ID: "details-wrong-path", Name: "names the wrong property in the details of a validation error", Operation: "updateSignalEndpointToken", Standing: spec.Measured,
			Bend: bend.When(bend.Answered(400), bend.Edit("/details/0/path", bend.Words(func(path string) string { return strings.Replace(path, "/body/name", "/body/title", 1) })),
				bend.Edit("/details/0/message", bend.Words(func(message string) string { return strings.Replace(message, "/body/name", "/body/title", 1) })))},
		{ID: "missing-token-unknown", Name: "reports a missing token as an unknown one", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Named("AuthenticationRequired"), bend.Again(bend.As(bend.UnknownToken)))},
		{ID: "conflict-bad-request", Name: "answers 400 instead of 409 to a name that is taken", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Answered(409), bend.Status(http.StatusBadRequest), bend.Set("/name", `"BadDataError"`))},
		{ID: "missing-name-server-error", Name: "answers 500 to a body without a name", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsMissing), bend.When(bend.Answered(400), bend.Status(http.StatusInternalServerError)))},
		{ID: "missing-name-unprocessable", Name: "answers 422 to a body that fails validation", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(400), bend.Status(http.StatusUnprocessableEntity))},
		{ID: "unknown-path-html", Name: "answers an unknown API path with an HTML page", Standing: spec.Observed, Wide: true,
			Bend: bend.When(func(x *bend.Exchange) bool {
				return x.Operation == nil && strings.HasPrefix(x.Request.URL.Path, "/api/admin/")
			},
				bend.When(bend.Answered(404), bend.Text("<!DOCTYPE html><title>Error</title>Not found"), bend.Header("Content-Type", "text/html; charset=utf-8")))},
	}
}
