package faulty

import (
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/spec"
)

// errorFaults spoil the bodies and statuses of errors.
func errorFaults() []Fault {
	return []Fault{
		{ID: "error-without-message", Name: "a 404 has no message", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), drop("/message"))},
		{ID: "error-without-name", Name: "a 401 has no name", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			bend: when(answered(401), drop("/name"))},
		{ID: "error-without-details", Name: "a 403 has no details", Operation: "deleteSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(403), drop("/details"))},
		{ID: "error-without-id", Name: "a request that does not validate is told without an id", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(both(answered(400), named("BadDataError")), drop("/id"))},
		{ID: "error-id-no-uuid", Name: "the id of a 401 is no UUID", Operation: "getInvoices", Standing: spec.Observed,
			bend: when(answered(401), set("/id", `"401"`))},
		{ID: "error-id-constant", Name: "every 401 has the same id", Operation: "getSignals", Standing: spec.Observed,
			bend: when(answered(401), set("/id", `"6c1f7e0c-6d0a-4b39-9c1d-6f4d0f6d3a11"`))},
		{ID: "error-key", Name: "a 409 tells its message as error", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(409), rename("/message", "error"))},
		{ID: "error-nested", Name: "a 404 is wrapped", Operation: "enableSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), func(x *exchange) { x.body = []byte(`{"error":` + string(x.body) + `}`) })},
		{ID: "error-name", Name: "a 404 has another name", Operation: "deleteSignalEndpointToken", Standing: spec.Observed,
			bend: when(answered(404), set("/name", `"NotFound"`))},
		{ID: "error-name-of-another", Name: "a 401 is named as a 403 is", Operation: "createSignalEndpointToken", Standing: spec.Observed,
			bend: when(answered(401), set("/name", `"PermissionError"`))},
		{ID: "error-message-empty", Name: "the message of a 403 is empty", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			bend: when(answered(403), set("/message", `""`))},
		{ID: "error-message-list", Name: "the message of a 404 is a list", Operation: "getSignalEndpointSignals", Standing: spec.Documented,
			bend: when(answered(404), set("/message", `["not found"]`))},
		{ID: "permission-not-named", Name: "a 403 does not say which permission is missing", Operation: "disableSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(403), drop("/permissions"))},
		{ID: "permission-of-another", Name: "a 403 names another permission", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(403), set("/permissions/0", `"CREATE_SIGNAL_ENDPOINT"`))},
		{ID: "details-empty", Name: "the details of a 404 are empty", Operation: "disableSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(404), set("/details", `[]`))},
		{ID: "details-text", Name: "the details of a 409 are a string", Operation: "updateSignalEndpoint", Standing: spec.Observed,
			bend: when(answered(409), set("/details", `"taken"`))},
		{ID: "details-without-path", Name: "the details of a body that does not validate do not say where", Operation: "createSignalEndpointToken", Standing: spec.Measured,
			bend: when(answered(400), drop("/details/0/path"))},
		{ID: "details-wrong-path", Name: "the details of a body that does not validate name another property", Operation: "updateSignalEndpointToken", Standing: spec.Measured,
			bend: when(answered(400), edit("/details/0/path", words(func(path string) string { return strings.Replace(path, "/body/name", "/body/title", 1) })),
				edit("/details/0/message", words(func(message string) string { return strings.Replace(message, "/body/name", "/body/title", 1) })))},
		{ID: "login-not-told", Name: "a request without a token is not told where to log in", Operation: "getSignalEndpoints", Standing: spec.Observed,
			bend: when(named("AuthenticationRequired"), drop("/path"))},
		{ID: "missing-token-unknown", Name: "a request without a token is told that its token is unknown", Operation: "getDetailedInvoices", Standing: spec.Observed,
			bend: when(named("AuthenticationRequired"), again(as(unknownToken)))},
		{ID: "conflict-bad-request", Name: "a taken name gets a 400 in the place of a 409", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			bend: when(answered(409), status(http.StatusBadRequest), set("/name", `"BadDataError"`))},
		{ID: "unusable-id-server-error", Name: "an id that is no number gets a 500", Operation: "deleteSignalEndpoint", Standing: spec.Assumed,
			bend: unusableID(status(http.StatusInternalServerError))},
		{ID: "unusable-id-bad-request", Name: "an id that is no number gets a 400", Operation: "updateSignalEndpoint", Standing: spec.Assumed,
			bend: unusableID(status(http.StatusBadRequest), set("/name", `"BadDataError"`))},
		{ID: "huge-id-server-error", Name: "an id beyond 32 bits gets a 500", Operation: "getSignalEndpointSignals", Standing: spec.Assumed,
			bend: when(func(x *exchange) bool { return len(x.params[0]) > 9 }, when(answered(404), status(http.StatusInternalServerError), set("/name", `"UnknownError"`)))},
		{ID: "missing-name-server-error", Name: "a body without a name gets a 500", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			bend: when(sends("name", isMissing), when(answered(400), status(http.StatusInternalServerError)))},
		{ID: "missing-name-unprocessable", Name: "a body that does not validate gets a 422", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(400), status(http.StatusUnprocessableEntity))},
		{ID: "unknown-path-html", Name: "an unknown path of the API answers with a page", Standing: spec.Observed, wide: true,
			bend: when(func(x *exchange) bool {
				return x.operation == nil && strings.HasPrefix(x.request.URL.Path, "/api/admin/")
			},
				when(answered(404), text("<!DOCTYPE html><title>Error</title>Not found"), header("Content-Type", "text/html; charset=utf-8")))},
		{ID: "unknown-id-ok", Name: "an unknown id is enabled with a 200", Operation: "enableSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), again(at(endpointsPath+"/1337/on")))},
		{ID: "unknown-endpoint-updated", Name: "the update of an unknown endpoint succeeds", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), func(x *exchange) {
				id := x.params[0]
				again(at(endpointsPath + "/1337"))(x)
				ok(edit("/id", func(*value) *value { return quotedNumber(id) }))(x)
			})},
		{ID: "unknown-token-updated", Name: "the update of an unknown token succeeds", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			bend: when(answered(404), again(at(endpointsPath+"/1337/tokens/7")))},
		{ID: "unknown-endpoint-deleted", Name: "the delete of an unknown endpoint succeeds", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), deleted)},
		{ID: "unknown-token-deleted", Name: "the delete of an unknown token succeeds", Operation: "deleteSignalEndpointToken", Standing: spec.Documented,
			bend: when(answered(404), deleted)},
		{ID: "unknown-endpoint-signals", Name: "the signals of an unknown endpoint are an empty list", Operation: "getSignalEndpointSignals", Standing: spec.Documented,
			bend: when(answered(404), status(http.StatusOK), text(`{"signalEndpointSignals":[]}`))},
		{ID: "unknown-endpoint-token", Name: "a token is created for an unknown endpoint", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			bend: when(answered(404), again(at(endpointsPath+"/1337/tokens")))},
		{ID: "unknown-endpoint-tokens", Name: "the tokens of an unknown endpoint are not found", Operation: "getSignalEndpointTokens", Standing: spec.Inferred,
			bend: ok(func(x *exchange) {
				if x.find(hasID(x.params[0])) == nil {
					again(at(endpointsPath + "/x/tokens"))(x)
				}
			})},
	}
}

// unusableID takes steps where the id is no number.
func unusableID(steps ...step) step {
	return when(func(x *exchange) bool { return strings.Trim(x.params[0], "0123456789") != "" }, when(answered(http.StatusNotFound), steps...))
}

// quotedNumber is a number of that text, or a string if it is none.
func quotedNumber(text string) *value {
	if number, ok := parseJSON([]byte(text)); ok && number.isInt() {
		return number
	}
	return quoted(text)
}
