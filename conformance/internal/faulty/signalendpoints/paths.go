package signalendpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// pathFaults are about where endpoints and tokens are, and about those that are not.
func pathFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "endpoint-no-location", Name: "the location of a created endpoint is missing", Operation: "createSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.NoHeader("Location"))},
		{ID: "token-no-location", Name: "the location of a created token is missing", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.NoHeader("Location"))},
		{ID: "absolute-location", Name: "the location of a created endpoint is absolute", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.Header.Set("Location", "http://"+x.Request.Host+"/api/admin/"+x.Header.Get("Location"))
			})},
		{ID: "location-of-another", Name: "the location of a created endpoint has another id", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.Header.Set("Location", renumberSegment(x.Header.Get("Location"), 1, func(id int64) int64 { return id + 1 }))
			})},
		{ID: "token-location-of-endpoint", Name: "the location of a created token is that of its endpoint", Operation: "createSignalEndpointToken", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) { x.Header.Set("Location", fmt.Sprintf("signal-endpoints/%s", x.Params[0])) })},
		{ID: "create-ok", Name: "a create answers 200 in the place of 201", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(201), bend.Status(http.StatusOK))},
		{ID: "create-token-accepted", Name: "the create of a token answers 202", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(201), bend.Status(http.StatusAccepted))},
		{ID: "delete-no-content", Name: "a delete answers 204 in the place of 200", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(200), bend.Status(http.StatusNoContent), bend.NoHeader("Transfer-Encoding"))},
		{ID: "delete-with-body", Name: "a delete answers with a body", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred,
			Bend: bend.When(bend.Answered(200), bend.Text("{}"), bend.Header("Content-Type", "application/json; charset=utf-8"), bend.Header("Etag", "made of the body"), bend.Header("Vary", "Accept-Encoding"))},
		{ID: "update-created", Name: "an update answers 201", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(200), bend.Status(http.StatusCreated))},
		{ID: "unusable-id-server-error", Name: "an id that is no number gets a 500", Operation: "deleteSignalEndpoint", Standing: spec.Assumed,
			Bend: unusableID(bend.Status(http.StatusInternalServerError))},
		{ID: "unusable-id-bad-request", Name: "an id that is no number gets a 400", Operation: "updateSignalEndpoint", Standing: spec.Assumed,
			Bend: unusableID(bend.Status(http.StatusBadRequest), bend.Set("/name", `"BadDataError"`))},
		{ID: "huge-id-server-error", Name: "an id beyond 32 bits gets a 500", Operation: "getSignalEndpointSignals", Standing: spec.Assumed,
			Bend: bend.When(func(x *bend.Exchange) bool { return len(x.Params[0]) > 9 }, bend.When(bend.Answered(404), bend.Status(http.StatusInternalServerError), bend.Set("/name", `"UnknownError"`)))},
		{ID: "unknown-id-ok", Name: "an unknown id is enabled with a 200", Operation: "enableSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/on")))},
		{ID: "unknown-endpoint-updated", Name: "the update of an unknown endpoint succeeds", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				id := x.Params[0]
				bend.Again(bend.At(endpointsPath + "/1337"))(x)
				bend.OK(bend.Edit("/id", func(*bend.Value) *bend.Value { return quotedNumber(id) }))(x)
			})},
		{ID: "unknown-token-updated", Name: "the update of an unknown token succeeds", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/tokens/7")))},
		{ID: "unknown-endpoint-deleted", Name: "the delete of an unknown endpoint succeeds", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), deleted)},
		{ID: "unknown-token-deleted", Name: "the delete of an unknown token succeeds", Operation: "deleteSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), deleted)},
		{ID: "unknown-endpoint-signals", Name: "the signals of an unknown endpoint are an empty list", Operation: "getSignalEndpointSignals", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Status(http.StatusOK), bend.Text(`{"signalEndpointSignals":[]}`))},
		{ID: "unknown-endpoint-token", Name: "a token is created for an unknown endpoint", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/tokens")))},
		{ID: "unknown-endpoint-tokens", Name: "the tokens of an unknown endpoint are not found", Operation: "getSignalEndpointTokens", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) {
				if Find(x, hasID(x.Params[0])) == nil {
					bend.Again(bend.At(endpointsPath + "/x/tokens"))(x)
				}
			})},
	}
}

// unusableID takes steps where the id is no number.
func unusableID(steps ...bend.Step) bend.Step {
	return bend.When(func(x *bend.Exchange) bool { return strings.Trim(x.Params[0], "0123456789") != "" }, bend.When(bend.Answered(http.StatusNotFound), steps...))
}

// quotedNumber is a number of that text, or a string if it is not one.
func quotedNumber(text string) *bend.Value {
	if number, ok := bend.ParseJSON([]byte(text)); ok && number.IsInt() {
		return number
	}
	return bend.Quoted(text)
}
