package signalendpoints

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// tokenFaults are about the tokens of endpoints.
func tokenFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "token-secret-listed", Name: "the list of tokens shows secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Wide: true, Make: listingSecrets("getSignalEndpointTokens", "/signalEndpointTokens/*")},
		{ID: "token-secret-updated", Name: "the update of a token shows its secret", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: listingSecrets("updateSignalEndpointToken", "")},
		{ID: "token-secret-masked", Name: "the list of tokens shows masked secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens/*/token", `"signal_****"`))},
		{ID: "token-secret-null", Name: "the list of tokens shows null for secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens/*/token", "null"))},
		{ID: "token-secret-missing", Name: "the create of a token does not show the secret", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/token"))},
		{ID: "token-secret-key", Name: "the create of a token shows the secret under another key", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/token", "secret"))},
		{ID: "token-secret-prefix", Name: "the secret does not begin with signal_", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: unprefixedSecrets},
		{ID: "token-ids-reused", Name: "the id of a deleted token is used again", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: reusing(tokens())},
		{ID: "token-ids-decrease", Name: "a later token has a lower id", Operation: "createSignalEndpointToken", Standing: spec.Documented, Wide: true, Bend: mirrored(tokens())},
		{ID: "token-name-cased", Name: "the name of a token is put in lower case", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.Member("name", bend.Words(strings.ToLower))},
		{ID: "token-endpoint-other", Name: "a created token tells another endpoint", Operation: "createSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signalEndpointId", bend.Plus(1)))},
		{ID: "token-endpoint-key", Name: "a listed token tells its endpoint under another key", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/signalEndpointTokens/*/signalEndpointId", "endpointId"))},
		{ID: "token-created-offset", Name: "createdAt of a token is not in UTC", Operation: "createSignalEndpointToken", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/createdAt", bend.Moment(bend.WithOffset, bend.Berlin)))},
		{ID: "token-created-day", Name: "createdAt of a listed token is a day", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signalEndpointTokens/*/createdAt", bend.Moment(bend.JustADay, time.UTC)))},
		{ID: "token-created-changes", Name: "a rename changes createdAt", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/createdAt", bend.Words(func(text string) string { return later(text, time.Minute) })))},
		{ID: "token-creator-other", Name: "a token was created by somebody else", Operation: "createSignalEndpointToken", Standing: spec.Inferred, Bend: bend.OK(bend.Edit("/createdByUserId", bend.Plus(7)))},
		{ID: "token-list-of-all", Name: "the list has the tokens of all endpoints", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			Bend: allTokens},
		{ID: "token-list-empty", Name: "the list of tokens is empty", Operation: "getSignalEndpointTokens", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointTokens", "[]"))},
		{ID: "token-list-first", Name: "the list has the first token alone", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpointTokens", func(list *bend.Value) *bend.Value {
				list.Items = list.Items[:min(1, len(list.Items))]
				return list
			}))},
		{ID: "token-deleted-elsewhere", Name: "a token can be deleted through another endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Bend: throughOwner},
		{ID: "token-updated-elsewhere", Name: "a token can be renamed through another endpoint", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Bend: throughOwner},
		{ID: "token-survives", Name: "a deleted token is still listed", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true, Make: survivingToken},
		{ID: "token-delete-ignored", Name: "the delete of a token is answered and not done", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("deleteSignalEndpointToken"), bend.Not(bend.HasPayload)), keeping)},
		{ID: "token-deleted-twice", Name: "the second delete of a token succeeds", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred, Make: deletedTwice("deleteSignalEndpointToken")},
		{ID: "token-delete-deletes-endpoint", Name: "the delete of a token deletes its endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Is("deleteSignalEndpointToken"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodDelete, endpointsPath+"/"+x.Params[0], "") }))},
		{ID: "token-cascade", Name: "the tokens of a deleted endpoint stay", Operation: "deleteSignalEndpoint", Standing: spec.Inferred, Wide: true, Make: survivingTokens},
		{ID: "token-empty-name", Name: "a token with an empty name is created", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsText(`""`)), bend.Member("name", bend.To(`"empty"`)), bend.OK(bend.Set("/name", `""`)))},
		{ID: "token-empty-name-update", Name: "a token is renamed to nothing", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsText(`""`)), bend.Member("name", bend.To(`"empty"`)), bend.OK(bend.Set("/name", `""`)))},
		{ID: "token-update-ignored", Name: "a rename is answered and forgotten", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Wide: true, Bend: bend.When(bend.Is("updateSignalEndpointToken"), forgettingRenames)},
		{ID: "token-update-stale", Name: "a rename answers with the old name", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
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
		{ID: "token-same-name-refused", Name: "two tokens may not have the same name", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			Bend: func(x *bend.Exchange) {
				list, _ := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath+"/"+x.Params[0]+"/tokens", "").Body)
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '{' && list.Get("signalEndpointTokens") != nil &&
					slices.ContainsFunc(list.Get("signalEndpointTokens").Items, HasName(payload.Get("name").String())) {
					bend.Again(bend.At(endpointsPath), bend.Member("name", bend.To(`"my-external-app"`)))(x)
				}
			}},
		{ID: "token-not-in-endpoint", Name: "a new token is not shown with its endpoint", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints/*/tokens", func(list *bend.Value) *bend.Value {
				if len(list.Items) > 0 {
					list.Items = list.Items[:len(list.Items)-1]
				}
				return list
			}))},
		{ID: "token-update-moves", Name: "the update of a token answers with another token's id", Operation: "updateSignalEndpointToken", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/id", bend.Plus(1)))},
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

// throughOwner finds a token whatever endpoint the path names.
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
