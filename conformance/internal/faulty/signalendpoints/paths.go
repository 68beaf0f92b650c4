package signalendpoints

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// pathFaults lists faults in the location of endpoints and tokens, and in how unknown ones
// are handled.
func pathFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "endpoint-no-location", Name: "omits Location from the response to a create", Operation: "createSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.NoHeader("Location"))},
		{ID: "token-no-location", Name: "omits Location from the response to a create", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.NoHeader("Location"))},
		{ID: "absolute-location", Name: "sends an absolute Location", Operation: "createSignalEndpoint", Standing: spec.Observed,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.Header.Set("Location", "http://"+x.Request.Host+"/api/admin/"+x.Header.Get("Location"))
			})},
		{ID: "location-of-another", Name: "sends a Location with another id", Operation: "createSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) {
				x.Header.Set("Location", renumberSegment(x.Header.Get("Location"), 1, func(id int64) int64 { return id + 1 }))
			})},
		{ID: "token-location-of-endpoint", Name: "sends the endpoint's Location for a created token", Operation: "createSignalEndpointToken", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) { x.Header.Set("Location", fmt.Sprintf("signal-endpoints/%s", x.Params[0])) })},
		{ID: "create-ok", Name: "answers a create with 200", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(201), bend.Status(http.StatusOK))},
		{ID: "create-token-accepted", Name: "answers a create with 202", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(201), bend.Status(http.StatusAccepted))},
		{ID: "delete-no-content", Name: "answers a delete with 204", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(200), bend.Status(http.StatusNoContent), bend.NoHeader("Transfer-Encoding"))},
		{ID: "delete-with-body", Name: "answers a delete with a body", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred,
			Bend: bend.When(bend.Answered(200), bend.Text("{}"), bend.Header("Content-Type", "application/json; charset=utf-8"), bend.Header("Etag", "made of the body"), bend.Header("Vary", "Accept-Encoding"))},
		{ID: "update-created", Name: "answers an update with 201", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(200), bend.Status(http.StatusCreated))},
		{ID: "unusable-id-server-error", Name: "answers 500 to an id that is not a number", Operation: "deleteSignalEndpoint", Standing: spec.Assumed,
			Bend: unusableID(bend.Status(http.StatusInternalServerError))},
		{ID: "unusable-id-bad-request", Name: "answers 400 to an id that is not a number", Operation: "updateSignalEndpoint", Standing: spec.Assumed,
			Bend: unusableID(bend.Status(http.StatusBadRequest), bend.Set("/name", `"BadDataError"`))},
		{ID: "huge-id-server-error", Name: "answers 500 to an id over 32 bits", Operation: "getSignalEndpointSignals", Standing: spec.Assumed,
			Bend: bend.When(func(x *bend.Exchange) bool { return len(x.Params[0]) > 9 }, bend.When(bend.Answered(404), bend.Status(http.StatusInternalServerError), bend.Set("/name", `"UnknownError"`)))},
		{ID: "unknown-id-ok", Name: "answers 200 when an unknown endpoint is enabled", Operation: "enableSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/on")))},
		{ID: "unknown-endpoint-updated", Name: "accepts an update of an unknown endpoint", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				id := x.Params[0]
				bend.Again(bend.At(endpointsPath + "/1337"))(x)
				bend.OK(bend.Edit("/id", func(*bend.Value) *bend.Value { return quotedNumber(id) }))(x)
			})},
		{ID: "unknown-token-updated", Name: "accepts an update of an unknown token", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/tokens/7")))},
		{ID: "unknown-endpoint-deleted", Name: "accepts a delete of an unknown endpoint", Operation: "deleteSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), deleted)},
		{ID: "unknown-token-deleted", Name: "accepts a delete of an unknown token", Operation: "deleteSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), deleted)},
		{ID: "unknown-endpoint-signals", Name: "lists no signals for an unknown endpoint instead of refusing", Operation: "getSignalEndpointSignals", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), bend.Status(http.StatusOK), bend.Text(`{"signalEndpointSignals":[]}`))},
		{ID: "unknown-endpoint-token", Name: "creates a token for an unknown endpoint", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), bend.Again(bend.At(endpointsPath+"/1337/tokens")))},
		{ID: "unknown-endpoint-tokens", Name: "answers 404 for the tokens of an unknown endpoint", Operation: "getSignalEndpointTokens", Standing: spec.Inferred,
			Bend: bend.OK(func(x *bend.Exchange) {
				if Find(x, hasID(x.Params[0])) == nil {
					bend.Again(bend.At(endpointsPath + "/x/tokens"))(x)
				}
			})},
	}
}

// unusableID takes steps if the id is not a number.
func unusableID(steps ...bend.Step) bend.Step {
	return bend.When(func(x *bend.Exchange) bool { return strings.Trim(x.Params[0], "0123456789") != "" }, bend.When(bend.Answered(http.StatusNotFound), steps...))
}

// quotedNumber returns the text as a number, or as a string if it is not one.
func quotedNumber(text string) *bend.Value {
	if number, ok := bend.ParseJSON([]byte(text)); ok && number.IsInt() {
		return number
	}
	return bend.Quoted(text)
}
