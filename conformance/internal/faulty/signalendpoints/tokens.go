package signalendpoints

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// tokenFaults lists the faults of endpoints' tokens.
func tokenFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "token-secret-listed", Name: "shows secrets in the list of tokens", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Wide: true, Make: listingSecrets("getSignalEndpointTokens", "/signalEndpointTokens/*")},
		{ID: "token-secret-updated", Name: "shows the secret when a token is updated", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: listingSecrets("updateSignalEndpointToken", "")},
		{ID: "token-secret-masked", Name: "shows masked secrets in the list of tokens", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens/*/token", `"signal_****"`))},
		{ID: "token-secret-null", Name: "shows null for secrets in the list of tokens", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens/*/token", "null"))},
		{ID: "token-secret-missing", Name: "omits the secret of a created token", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/token"))},
		{ID: "token-secret-key", Name: "sends a created token's secret under the wrong key", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/token", "secret"))},
		{ID: "token-secret-prefix", Name: "creates secrets without the prefix signal_", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: unprefixedSecrets},
		{ID: "token-ids-reused", Name: "reuses the id of a deleted token", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: reusing(tokens())},
		{ID: "token-ids-decrease", Name: "gives later tokens lower ids", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Bend: mirrored(tokens())},
		{ID: "token-name-cased", Name: "converts a token's name to lower case", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.Member("name", bend.Words(strings.ToLower))},
		{ID: "token-endpoint-other", Name: "answers a create with another endpoint's id", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signalEndpointId", bend.Plus(1)))},
		{ID: "token-endpoint-key", Name: "lists a token's endpoint under the wrong key", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/signalEndpointTokens/*/signalEndpointId", "endpointId"))},
		{ID: "token-created-offset", Name: "sends createdAt with an offset instead of in UTC", Operation: "createSignalEndpointToken", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/createdAt", bend.Moment(bend.WithOffset, bend.Berlin)))},
		{ID: "token-created-day", Name: "lists createdAt as a date without a time", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signalEndpointTokens/*/createdAt", bend.Moment(bend.JustADay, time.UTC)))},
		{ID: "token-created-changes", Name: "changes createdAt in a rename", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/createdAt", bend.Words(func(text string) string { return later(text, time.Minute) })))},
		{ID: "token-creator-other", Name: "names another user as the creator", Operation: "createSignalEndpointToken", Standing: spec.Inferred, Bend: bend.OK(bend.Edit("/createdByUserId", bend.Plus(7)))},
		{ID: "token-list-of-all", Name: "lists the tokens of all endpoints", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			Bend: allTokens},
		{ID: "token-list-empty", Name: "lists no tokens", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens", "[]"))},
		{ID: "token-list-first", Name: "lists only the first token", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpointTokens", func(list *bend.Value) *bend.Value {
				list.Items = list.Items[:min(1, len(list.Items))]
				return list
			}))},
		{ID: "token-deleted-elsewhere", Name: "lets a token be deleted through another endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Bend: throughOwner},
		{ID: "token-updated-elsewhere", Name: "lets a token be renamed through another endpoint", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Bend: throughOwner},
		{ID: "token-survives", Name: "still lists a deleted token", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: survivingToken},
		{ID: "token-delete-ignored", Name: "accepts a delete without carrying it out", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("deleteSignalEndpointToken"), bend.Not(bend.HasPayload)), keeping)},
		{ID: "token-deleted-twice", Name: "accepts a second delete of the same token", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred, Make: deletedTwice("deleteSignalEndpointToken")},
		{ID: "token-delete-deletes-endpoint", Name: "deletes a token's endpoint along with it", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Is("deleteSignalEndpointToken"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodDelete, endpointsPath+"/"+x.Params[0], "") }))},
		{ID: "token-cascade", Name: "still lists the tokens of a deleted endpoint", Operation: "deleteSignalEndpoint", Standing: spec.Inferred, Wide: true, Make: survivingTokens},
		{ID: "token-empty-name", Name: "creates a token with an empty name", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsText(`""`)), bend.Member("name", bend.To(`"empty"`)), bend.OK(bend.Set("/name", `""`)))},
		{ID: "token-empty-name-update", Name: "renames a token to an empty name", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsText(`""`)), bend.Member("name", bend.To(`"empty"`)), bend.OK(bend.Set("/name", `""`)))},
		{ID: "token-update-ignored", Name: "accepts a rename without storing it", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Wide: true, Bend: bend.When(bend.Is("updateSignalEndpointToken"), forgettingRenames)},
		{ID: "token-update-stale", Name: "answers a rename with the old name", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				list, _ := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath+"/"+x.Params[0]+"/tokens", "").Body)
				bend.OK(bend.Edit("/name", func(name *bend.Value) *bend.Value {
					before := list.Get("signalEndpointTokens").Items
					if i := slices.IndexFunc(before, hasID(x.Params[1])); i >= 0 {
						return before[i].Get("name")
					}
					return name
				}))(x)
			}},
		{ID: "token-same-name-refused", Name: "refuses a second token with the same name", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			Bend: func(x *bend.Exchange) {
				list, _ := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath+"/"+x.Params[0]+"/tokens", "").Body)
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '{' && list.Get("signalEndpointTokens") != nil &&
					slices.ContainsFunc(list.Get("signalEndpointTokens").Items, HasName(payload.Get("name").String())) {
					bend.Again(bend.At(endpointsPath), bend.Member("name", bend.To(`"my-external-app"`)))(x)
				}
			}},
		{ID: "token-not-in-endpoint", Name: "leaves an endpoint's newest token out of the list", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints/*/tokens", func(list *bend.Value) *bend.Value {
				if len(list.Items) > 0 {
					list.Items = list.Items[:len(list.Items)-1]
				}
				return list
			}))},
		{ID: "token-update-moves", Name: "answers an update with another token's id", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/id", bend.Plus(1)))},
	}
}

// allTokens lists the tokens of every endpoint.
func allTokens(x *bend.Exchange) {
	all, _ := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath, "").Body)
	bend.OK(bend.Edit("/signalEndpointTokens", func(list *bend.Value) *bend.Value {
		list.Items = nil
		for _, endpoint := range all.Get("signalEndpoints").Items {
			list.Items = append(list.Items, endpoint.Get("tokens").Items...)
		}
		return list
	}))(x)
}

// throughOwner finds a token even if the path names another endpoint.
func throughOwner(x *bend.Exchange) {
	if x.Answer(); x.Status != http.StatusNotFound {
		return
	}
	owner := Find(x, func(endpoint *bend.Value) bool {
		return slices.ContainsFunc(endpoint.Get("tokens").Items, hasID(x.Params[1]))
	})
	if owner != nil {
		bend.Again(bend.At(endpointsPath + "/" + owner.Get("id").String() + "/tokens/" + x.Params[1]))(x)
	}
}
