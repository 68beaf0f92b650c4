package faulty

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// tokenFaults are about the tokens of endpoints.
func tokenFaults() []Fault {
	return []Fault{
		{ID: "token-secret-listed", Name: "the list of tokens shows secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, wide: true, make: listingSecrets("getSignalEndpointTokens", "/signalEndpointTokens/*")},
		{ID: "token-secret-updated", Name: "the update of a token shows its secret", Operation: "updateSignalEndpointToken", Standing: spec.Documented, wide: true, make: listingSecrets("updateSignalEndpointToken", "")},
		{ID: "token-secret-masked", Name: "the list of tokens shows masked secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(set("/signalEndpointTokens/*/token", `"signal_****"`))},
		{ID: "token-secret-null", Name: "the list of tokens shows null for secrets", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(set("/signalEndpointTokens/*/token", "null"))},
		{ID: "token-secret-missing", Name: "the create of a token does not show the secret", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(drop("/token"))},
		{ID: "token-secret-key", Name: "the create of a token shows the secret under another key", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(rename("/token", "secret"))},
		{ID: "token-secret-prefix", Name: "the secret does not begin with signal_", Operation: "createSignalEndpointToken", Standing: spec.Documented, wide: true, make: unprefixedSecrets},
		{ID: "token-ids-reused", Name: "the id of a deleted token is used again", Operation: "createSignalEndpointToken", Standing: spec.Documented, wide: true, make: reusing(tokens())},
		{ID: "token-ids-decrease", Name: "a later token has a lower id", Operation: "createSignalEndpointToken", Standing: spec.Documented, wide: true, bend: mirrored(tokens())},
		{ID: "token-id-text", Name: "the id of a token is a string", Operation: "updateSignalEndpointToken", Standing: spec.Documented, bend: ok(edit("/id", asText))},
		{ID: "token-id-missing", Name: "tokens are listed without ids", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(drop("/signalEndpointTokens/*/id"))},
		{ID: "token-name-missing", Name: "a created token has no name", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(drop("/name"))},
		{ID: "token-name-cased", Name: "the name of a token is put in lower case", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: member("name", words(strings.ToLower))},
		{ID: "token-endpoint-missing", Name: "a token does not tell its endpoint", Operation: "updateSignalEndpointToken", Standing: spec.Documented, bend: ok(drop("/signalEndpointId"))},
		{ID: "token-endpoint-other", Name: "a created token tells another endpoint", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(edit("/signalEndpointId", plus(1)))},
		{ID: "token-endpoint-key", Name: "a listed token tells its endpoint under another key", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(rename("/signalEndpointTokens/*/signalEndpointId", "endpointId"))},
		{ID: "token-created-offset", Name: "createdAt of a token is not in UTC", Operation: "createSignalEndpointToken", Standing: spec.Observed, bend: ok(edit("/createdAt", moment(withOffset, berlin)))},
		{ID: "token-created-day", Name: "createdAt of a listed token is a day", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(edit("/signalEndpointTokens/*/createdAt", moment(justADay, time.UTC)))},
		{ID: "token-created-changes", Name: "a rename changes createdAt", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			bend: ok(edit("/createdAt", words(func(text string) string { return later(text, time.Minute) })))},
		{ID: "token-creator-text", Name: "createdByUserId of a token is a name", Operation: "createSignalEndpointToken", Standing: spec.Documented, bend: ok(set("/createdByUserId", `"admin"`))},
		{ID: "token-creator-other", Name: "a token was created by somebody else", Operation: "createSignalEndpointToken", Standing: spec.Inferred, bend: ok(edit("/createdByUserId", plus(7)))},
		{ID: "token-extra", Name: "a listed token has a property too many", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(set("/signalEndpointTokens/*/expiresAt", "null"))},
		{ID: "token-list-of-all", Name: "the list has the tokens of all endpoints", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			bend: allTokens},
		{ID: "token-list-empty", Name: "the list of tokens is empty", Operation: "getSignalEndpointTokens", Standing: spec.Documented, bend: ok(set("/signalEndpointTokens", "[]"))},
		{ID: "token-list-first", Name: "the list has the first token alone", Operation: "getSignalEndpointTokens", Standing: spec.Documented,
			bend: ok(edit("/signalEndpointTokens", func(list *value) *value {
				list.items = list.items[:min(1, len(list.items))]
				return list
			}))},
		{ID: "token-deleted-elsewhere", Name: "a token can be deleted through another endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, bend: throughOwner},
		{ID: "token-updated-elsewhere", Name: "a token can be renamed through another endpoint", Operation: "updateSignalEndpointToken", Standing: spec.Documented, bend: throughOwner},
		{ID: "token-survives", Name: "a deleted token is still listed", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, wide: true, make: survivingToken},
		{ID: "token-delete-ignored", Name: "the delete of a token is answered and not done", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, wide: true,
			bend: when(both(is("deleteSignalEndpointToken"), not(hasPayload)), keeping)},
		{ID: "token-deleted-twice", Name: "the second delete of a token succeeds", Operation: "deleteSignalEndpointToken", Standing: spec.Inferred, make: deletedTwice("deleteSignalEndpointToken")},
		{ID: "token-delete-deletes-endpoint", Name: "the delete of a token deletes its endpoint", Operation: "deleteSignalEndpointToken", Standing: spec.Documented, wide: true,
			bend: when(is("deleteSignalEndpointToken"), ok(func(x *exchange) { x.ask(http.MethodDelete, endpointsPath+"/"+x.params[0], "") }))},
		{ID: "token-cascade", Name: "the tokens of a deleted endpoint stay", Operation: "deleteSignalEndpoint", Standing: spec.Inferred, wide: true, make: survivingTokens},
		{ID: "token-empty-name", Name: "a token with an empty name is created", Operation: "createSignalEndpointToken", Standing: spec.Documented,
			bend: when(sends("name", isText(`""`)), member("name", to(`"empty"`)), ok(set("/name", `""`)))},
		{ID: "token-empty-name-update", Name: "a token is renamed to nothing", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			bend: when(sends("name", isText(`""`)), member("name", to(`"empty"`)), ok(set("/name", `""`)))},
		{ID: "token-update-ignored", Name: "a rename is answered and forgotten", Operation: "updateSignalEndpointToken", Standing: spec.Documented, wide: true, bend: when(is("updateSignalEndpointToken"), forgettingRenames)},
		{ID: "token-update-stale", Name: "a rename answers with the old name", Operation: "updateSignalEndpointToken", Standing: spec.Documented,
			bend: func(x *exchange) {
				list, _ := parseJSON(x.ask(http.MethodGet, endpointsPath+"/"+x.params[0]+"/tokens", "").body)
				ok(edit("/name", func(name *value) *value {
					before := list.get("signalEndpointTokens").items
					if i := slices.IndexFunc(before, hasID(x.params[1])); i >= 0 {
						return before[i].get("name")
					}
					return name
				}))(x)
			}},
		{ID: "token-same-name-refused", Name: "two tokens may not have the same name", Operation: "createSignalEndpointToken", Standing: spec.Assumed,
			bend: func(x *exchange) {
				list, _ := parseJSON(x.ask(http.MethodGet, endpointsPath+"/"+x.params[0]+"/tokens", "").body)
				if payload, ok := parseJSON(x.payload); ok && payload.kind == '{' && list.get("signalEndpointTokens") != nil &&
					slices.ContainsFunc(list.get("signalEndpointTokens").items, hasName(payload.get("name").string())) {
					again(at(endpointsPath), member("name", to(`"my-external-app"`)))(x)
				}
			}},
		{ID: "token-not-in-endpoint", Name: "a new token is not shown with its endpoint", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(edit("/signalEndpoints/*/tokens", func(list *value) *value {
				if len(list.items) > 0 {
					list.items = list.items[:len(list.items)-1]
				}
				return list
			}))},
		{ID: "token-update-moves", Name: "the update of a token answers with another token's id", Operation: "updateSignalEndpointToken", Standing: spec.Documented, bend: ok(edit("/id", plus(1)))},
	}
}

// allTokens lists the tokens of every endpoint.
func allTokens(x *exchange) {
	all, _ := parseJSON(x.ask(http.MethodGet, endpointsPath, "").body)
	ok(edit("/signalEndpointTokens", func(list *value) *value {
		list.items = nil
		for _, endpoint := range all.get("signalEndpoints").items {
			list.items = append(list.items, endpoint.get("tokens").items...)
		}
		return list
	}))(x)
}

// throughOwner finds a token whatever endpoint the path names.
func throughOwner(x *exchange) {
	if x.answer(); x.status != http.StatusNotFound {
		return
	}
	owner := x.find(func(endpoint *value) bool {
		return slices.ContainsFunc(endpoint.get("tokens").items, hasID(x.params[1]))
	})
	if owner != nil {
		again(at(endpointsPath + "/" + owner.get("id").string() + "/tokens/" + x.params[1]))(x)
	}
}
