package operations

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// errorFaults spoil the bodies and statuses of errors.
func errorFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "error-without-id", Name: "a request that does not validate is told without an id", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Both(bend.Answered(400), bend.Named("BadDataError")), bend.Drop("/id"))},
		{ID: "error-id-no-uuid", Name: "the id of a 401 is no UUID", Operation: "getInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/id", `"401"`))},
		{ID: "error-id-constant", Name: "every 401 has the same id", Operation: "getSignals", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/id", `"6c1f7e0c-6d0a-4b39-9c1d-6f4d0f6d3a11"`))},
		{ID: "error-key", Name: "a 409 tells its message as error", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(409), bend.Rename("/message", "error"))},
		{ID: "error-name", Name: "a 404 has another name", Operation: "deleteSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Set("/name", `"NotFound"`))},
		{ID: "error-name-of-another", Name: "a 401 is named as a 403 is", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(401), bend.Set("/name", `"PermissionError"`))},
		{ID: "error-message-empty", Name: "the message of a 403 is empty", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(403), bend.Set("/message", `""`))},
		{ID: "permission-of-another", Name: "a 403 names another permission", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(403), bend.Set("/permissions/0", `"CREATE_SIGNAL_ENDPOINT"`))},
		{ID: "details-empty", Name: "the details of a 404 are empty", Operation: "disableSignalEndpoint", Standing: spec.Observed,
			Bend: bend.When(bend.Answered(404), bend.Set("/details", `[]`))},
		{ID: "details-without-path", Name: "the details of a body that does not validate do not say where", Operation: "createSignalEndpointToken", Standing: spec.Measured,
			Bend: bend.When(bend.Answered(400), bend.Drop("/details/0/path"))},
		{ID: "details-wrong-path", Name: "the details of a body that does not validate name another property", Operation: "updateSignalEndpointToken", Standing: spec.Measured,
			Bend: bend.When(bend.Answered(400), bend.Edit("/details/0/path", bend.Words(func(path string) string { return strings.Replace(path, "/body/name", "/body/title", 1) })),
				bend.Edit("/details/0/message", bend.Words(func(message string) string { return strings.Replace(message, "/body/name", "/body/title", 1) })))},
		{ID: "missing-token-unknown", Name: "a request without a token is told that its token is unknown", Operation: "getDetailedInvoices", Standing: spec.Observed,
			Bend: bend.When(bend.Named("AuthenticationRequired"), bend.Again(bend.As(bend.UnknownToken)))},
		{ID: "conflict-bad-request", Name: "a taken name gets a 400 in the place of a 409", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Answered(409), bend.Status(http.StatusBadRequest), bend.Set("/name", `"BadDataError"`))},
		{ID: "missing-name-server-error", Name: "a body without a name gets a 500", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsMissing), bend.When(bend.Answered(400), bend.Status(http.StatusInternalServerError)))},
		{ID: "missing-name-unprocessable", Name: "a body that does not validate gets a 422", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(400), bend.Status(http.StatusUnprocessableEntity))},
		{ID: "unknown-path-html", Name: "an unknown path of the API answers with a page", Standing: spec.Observed, Wide: true,
			Bend: bend.When(func(x *bend.Exchange) bool {
				return x.Operation == nil && strings.HasPrefix(x.Request.URL.Path, "/api/admin/")
			},
				bend.When(bend.Answered(404), bend.Text("<!DOCTYPE html><title>Error</title>Not found"), bend.Header("Content-Type", "text/html; charset=utf-8")))},
	}
}
