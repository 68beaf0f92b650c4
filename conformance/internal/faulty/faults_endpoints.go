package faulty

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Layouts in which times may be wrong.
const (
	wholeSeconds  = "2006-01-02T15:04:05Z"
	withOffset    = "2006-01-02T15:04:05.000-07:00"
	withoutZone   = "2006-01-02T15:04:05.000"
	inWords       = time.RFC1123
	sixDigits     = "2006-01-02T15:04:05.000000Z"
	spaceBetween  = "2006-01-02 15:04:05.000Z"
	justADay      = time.DateOnly
	millisecondsZ = "2006-01-02T15:04:05.000Z"
)

var berlin = time.FixedZone("CET", 3600)

// endpointFaults are about signal endpoints.
func endpointFaults() []Fault {
	return []Fault{
		{ID: "endpoint-id-text", Name: "the id of an endpoint is a string", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/id", asText))},
		{ID: "endpoint-id-missing", Name: "endpoints are listed without ids", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(drop("/signalEndpoints/*/id"))},
		{ID: "endpoint-id-fraction", Name: "the id of an endpoint has a fraction", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/id", present(func(v *value) *value { return &value{kind: 's', text: v.text + ".5"} })))},
		{ID: "endpoint-id-zero", Name: "the id of an endpoint is 0", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(set("/id", "0"))},
		{ID: "endpoint-id-of-another", Name: "an update answers with another endpoint's id", Operation: "updateSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/id", plus(1)))},
		{ID: "endpoint-ids-reused", Name: "the id of a deleted endpoint is used again", Operation: "createSignalEndpoint", Standing: spec.Documented, wide: true, make: reusing(endpoints())},
		{ID: "endpoint-ids-decrease", Name: "a later endpoint has a lower id", Operation: "createSignalEndpoint", Standing: spec.Documented, wide: true, bend: mirrored(endpoints())},
		{ID: "endpoint-enabled-missing", Name: "a created endpoint does not tell whether it is enabled", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(drop("/enabled"))},
		{ID: "endpoint-enabled-text", Name: "enabled is a string", Operation: "disableSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/enabled", asText))},
		{ID: "endpoint-enabled-number", Name: "enabled is a number in the list", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(set("/signalEndpoints/*/enabled", "1"))},
		{ID: "endpoint-name-missing", Name: "endpoints are listed without names", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(drop("/signalEndpoints/*/name"))},
		{ID: "endpoint-name-null", Name: "the name of a disabled endpoint is null", Operation: "disableSignalEndpoint", Standing: spec.Documented, bend: ok(set("/name", "null"))},
		{ID: "endpoint-created-seconds", Name: "createdAt has no milliseconds", Operation: "createSignalEndpoint", Standing: spec.Observed, bend: ok(edit("/createdAt", moment(wholeSeconds, time.UTC)))},
		{ID: "endpoint-created-offset", Name: "createdAt is not in UTC", Operation: "getSignalEndpoints", Standing: spec.Observed, bend: ok(edit("/signalEndpoints/*/createdAt", moment(withOffset, berlin)))},
		{ID: "endpoint-created-number", Name: "createdAt is a number", Operation: "updateSignalEndpoint", Standing: spec.Documented, bend: ok(set("/createdAt", "1703676000000"))},
		{ID: "endpoint-created-zone", Name: "createdAt has no zone", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/createdAt", moment(withoutZone, time.UTC)))},
		{ID: "endpoint-created-words", Name: "createdAt is in words", Operation: "disableSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/createdAt", moment(inWords, time.UTC)))},
		{ID: "endpoint-created-year-ago", Name: "a new endpoint was created a year ago", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/createdAt", words(func(string) string { return time.Now().UTC().AddDate(-1, 0, 0).Format(millisecondsZ) })))},
		{ID: "endpoint-created-changes", Name: "an update changes createdAt", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/createdAt", words(func(text string) string { return later(text, time.Hour) })))},
		{ID: "endpoint-toggle-changes-created", Name: "disabling changes createdAt", Operation: "disableSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/createdAt", words(func(text string) string { return later(text, time.Second) })))},
		{ID: "endpoint-creator-missing", Name: "endpoints are listed without createdByUserId", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(drop("/signalEndpoints/*/createdByUserId"))},
		{ID: "endpoint-creator-null", Name: "createdByUserId is null", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(set("/createdByUserId", "null"))},
		{ID: "endpoint-creator-object", Name: "createdByUserId is an object", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(set("/createdByUserId", `{"id":1}`))},
		{ID: "endpoint-creator-other", Name: "an endpoint was created by somebody else", Operation: "createSignalEndpoint", Standing: spec.Inferred, bend: ok(edit("/createdByUserId", plus(7)))},
		{ID: "endpoint-creator-changes", Name: "an update makes its user the creator", Operation: "updateSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/createdByUserId", plus(1)))},
		{ID: "endpoint-extra", Name: "an endpoint in the list has a property too many", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(set("/signalEndpoints/*/updatedAt", `"2026-01-01T00:00:00.000Z"`))},
		{ID: "endpoint-created-extra", Name: "a created endpoint has a property too many", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(set("/project", `"default"`))},
		{ID: "endpoint-tokens-null", Name: "the tokens of an endpoint are null", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(set("/tokens", "null"))},
		{ID: "endpoint-tokens-empty", Name: "endpoints are listed without their tokens", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(set("/signalEndpoints/*/tokens", "[]"))},
		{ID: "endpoint-tokens-secret", Name: "the list of endpoints shows secrets", Operation: "getSignalEndpoints", Standing: spec.Documented, wide: true, make: listingSecrets("getSignalEndpoints", "/signalEndpoints/*/tokens/*")},
		{ID: "endpoint-update-secret", Name: "the update of an endpoint shows the secrets of its tokens", Operation: "updateSignalEndpoint", Standing: spec.Documented, wide: true, make: listingSecrets("updateSignalEndpoint", "/tokens/*")},
		{ID: "endpoint-enable-secret", Name: "enabling an endpoint shows the secrets of its tokens", Operation: "enableSignalEndpoint", Standing: spec.Documented, wide: true, make: listingSecrets("enableSignalEndpoint", "/tokens/*")},
		{ID: "endpoint-description-lost", Name: "the description is not stored", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: member("description", gone)},
		{ID: "endpoint-description-text", Name: "a missing description is a number", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/description", func(v *value) *value {
				if v != nil && v.text == "null" {
					return scalar("0")
				}
				return v
			}))},
		{ID: "endpoint-description-null-kept", Name: "null does not clear the description", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(sends("description", isText("null")), member("description", gone))},
		{ID: "endpoint-url-missing", Name: "a created endpoint does not tell its URL", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: ok(drop("/url"))},
		{ID: "endpoint-url-missing-update", Name: "an updated endpoint does not tell its URL", Operation: "updateSignalEndpoint", Standing: spec.Documented, bend: ok(drop("/url"))},
		{ID: "endpoint-url-relative", Name: "the URL of an endpoint is relative", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/url", words(func(url string) string { return url[strings.Index(url, "/api/"):] })))},
		{ID: "endpoint-url-plural", Name: "the URL of an endpoint has another path", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/url", words(func(url string) string { return strings.Replace(url, "/signal-endpoint/", "/signal-endpoints/", 1) })))},
		{ID: "endpoint-url-old", Name: "an update answers with the URL of the old name", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: func(x *exchange) {
				before := x.find(hasID(x.params[0]))
				ok(edit("/url", words(func(url string) string {
					return url[:strings.LastIndexByte(url, '/')+1] + before.get("name").string()
				})))(x)
			}},
		{ID: "endpoint-url-listed", Name: "the list tells URLs", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(edit("/signalEndpoints/*", func(endpoint *value) *value {
				endpoint.put("url", quoted("http://example.com/api/signal-endpoint/"+endpoint.get("name").string()))
				return endpoint
			}))},
		{ID: "endpoint-list-bare", Name: "the list is not wrapped", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(func(x *exchange) {
				if body, ok := parseJSON(x.body); ok {
					x.body = body.get("signalEndpoints").append(nil)
				}
			})},
		{ID: "endpoint-list-key", Name: "the list is under another key", Operation: "getSignalEndpoints", Standing: spec.Documented, bend: ok(rename("/signalEndpoints", "endpoints"))},
		{ID: "endpoint-list-without-newest", Name: "the newest endpoint is not listed", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(edit("/signalEndpoints", func(list *value) *value {
				if len(list.items) > 0 {
					list.items = list.items[:len(list.items)-1]
				}
				return list
			}))},
		{ID: "endpoint-list-twice", Name: "the newest endpoint is listed twice", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(edit("/signalEndpoints", func(list *value) *value {
				if len(list.items) > 0 {
					list.items = append(list.items, list.items[len(list.items)-1])
				}
				return list
			}))},
		{ID: "endpoint-list-enabled-only", Name: "disabled endpoints are not listed", Operation: "getSignalEndpoints", Standing: spec.Documented,
			bend: ok(edit("/signalEndpoints", func(list *value) *value {
				list.items = slices.DeleteFunc(list.items, func(endpoint *value) bool { return endpoint.get("enabled").text == "false" })
				return list
			}))},
		{ID: "endpoint-create-enabled-ignored", Name: "an endpoint that is created disabled is enabled", Operation: "createSignalEndpoint", Standing: spec.Documented, bend: member("enabled", gone)},
		{ID: "endpoint-create-disabled", Name: "an endpoint is disabled unless it says otherwise", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(sends("enabled", isMissing), member("enabled", to("false")))},
		{ID: "endpoint-create-name-cut", Name: "a long name is cut off", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: member("name", words(func(name string) string { return name[:min(len(name), 12)] }))},
		{ID: "endpoint-update-ignored", Name: "an update is answered and forgotten", Operation: "updateSignalEndpoint", Standing: spec.Documented, wide: true, bend: when(is("updateSignalEndpoint"), forgettingUpdates)},
		{ID: "endpoint-update-half", Name: "an update changes the name alone", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: all(member("description", gone), member("enabled", gone))},
		{ID: "endpoint-update-without-name", Name: "an update does not change the name", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: func(x *exchange) {
				if endpoint := x.find(hasID(x.params[0])); endpoint != nil {
					when(both(isJSON, sends("name", func(v *value) bool { return v != nil && v.kind == 's' && endpointName(v.string()) })),
						when(answered(200), func(x *exchange) {
							x.ask(http.MethodPut, endpointsPath+"/"+x.params[0], `{"name":`+endpoint.get("name").text+`}`)
							x.body = []byte(strings.ReplaceAll(string(x.body), `"`+mustName(x)+`"`, endpoint.get("name").text))
						}))(x)
				}
			}},
		{ID: "endpoint-update-clears-description", Name: "an update without a description clears it", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			bend: when(sends("description", isMissing), member("description", to("null")))},
		{ID: "endpoint-update-enables", Name: "an update without enabled enables", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			bend: when(sends("enabled", isMissing), member("enabled", to("true")))},
		{ID: "endpoint-update-stale", Name: "an update answers with what was before", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: func(x *exchange) {
				before := x.find(hasID(x.params[0]))
				ok(whole(func(body *value) {
					for _, key := range []string{"name", "enabled", "description"} {
						body.put(key, before.get(key))
					}
				}))(x)
			}},
		{ID: "endpoint-update-name-optional", Name: "an update without a name succeeds", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			bend: when(sends("name", isMissing), func(x *exchange) {
				if endpoint := x.find(hasID(x.params[0])); endpoint != nil {
					member("name", to(endpoint.get("name").text))(x)
				}
			})},
		{ID: "endpoint-update-own-name-taken", Name: "an endpoint cannot keep its name in an update", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			bend: func(x *exchange) {
				endpoint := x.find(hasID(x.params[0]))
				if payload, ok := parseJSON(x.payload); ok && endpoint != nil && payload.kind == '{' && payload.get("name").string() == endpoint.get("name").string() {
					other := "my-external-app"
					if endpoint.get("name").string() == other {
						other = "cpu-over-90"
					}
					member("name", to(`"`+other+`"`))(x)
				}
			}},
		{ID: "endpoint-delete-ignored", Name: "a delete is answered and not done", Operation: "deleteSignalEndpoint", Standing: spec.Documented, wide: true,
			bend: when(both(is("deleteSignalEndpoint"), not(hasPayload)), keeping)},
		{ID: "endpoint-deleted-twice", Name: "the second delete of an endpoint succeeds", Operation: "deleteSignalEndpoint", Standing: spec.Inferred, make: deletedTwice("deleteSignalEndpoint")},
		{ID: "endpoint-name-taken-forever", Name: "the name of a deleted endpoint stays taken", Operation: "createSignalEndpoint", Standing: spec.Inferred, wide: true, make: takenForever},
		{ID: "endpoint-enable-ignored", Name: "enabling changes nothing", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: otherSwitch("/off")},
		{ID: "endpoint-disable-ignored", Name: "disabling changes nothing", Operation: "disableSignalEndpoint", Standing: spec.Documented, bend: otherSwitch("/on")},
		{ID: "endpoint-disable-forgotten", Name: "disabling is answered and not done", Operation: "callSignalEndpoint", Standing: spec.Assumed, wide: true,
			bend: when(is("disableSignalEndpoint"), ok(func(x *exchange) { x.ask(http.MethodPost, endpointsPath+"/"+x.params[0]+"/on", "") }))},
		{ID: "endpoint-enable-stale", Name: "enabling answers with what was before", Operation: "enableSignalEndpoint", Standing: spec.Documented, bend: ok(set("/enabled", "false"))},
		{ID: "endpoint-enable-twice", Name: "enabling twice is a conflict", Operation: "enableSignalEndpoint", Standing: spec.Assumed,
			bend: func(x *exchange) {
				if endpoint := x.find(hasID(x.params[0])); endpoint != nil && endpoint.get("enabled").text == "true" {
					when(answered(200), status(http.StatusConflict))(x)
				}
			}},
		{ID: "endpoint-disable-demands-body", Name: "disabling demands a content type", Operation: "disableSignalEndpoint", Standing: spec.Assumed,
			bend: when(not(hasHeader("Content-Type")), when(answered(200), func(x *exchange) {
				x.request.Header.Set("Content-Type", "text/plain")
				sending("{}")(x)
				again(at(endpointsPath+"/"+x.params[0]), withHeader("Content-Type", "text/plain"), func(x *exchange) { x.request.Method = http.MethodPut })(x)
			}))},
		{ID: "endpoint-duplicate", Name: "two endpoints may have the same name", Operation: "createSignalEndpoint", Standing: spec.Inferred, make: acceptDuplicate},
		{ID: "endpoint-duplicate-update", Name: "an endpoint may be given the name of another", Operation: "updateSignalEndpoint", Standing: spec.Inferred, make: acceptDuplicate},
		{ID: "endpoint-bad-name", Name: "a name with capitals and blanks is accepted", Operation: "createSignalEndpoint", Standing: spec.Inferred, bend: acceptBadName},
		{ID: "endpoint-bad-name-update", Name: "a name with capitals and blanks is accepted by an update", Operation: "updateSignalEndpoint", Standing: spec.Inferred, bend: acceptBadName},
		{ID: "endpoint-empty-name", Name: "an empty name is accepted", Operation: "createSignalEndpoint", Standing: spec.Inferred, bend: when(sends("name", isText(`""`)), member("name", to(`"empty"`)))},
		{ID: "endpoint-underscore", Name: "a name with an underscore is refused", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(sends("name", func(v *value) bool { return strings.Contains(v.string(), "_") }), member("name", to(`"Bad"`)))},
		{ID: "endpoint-text-as-enabled", Name: "any string is accepted for enabled", Operation: "createSignalEndpoint", Standing: spec.Documented,
			bend: when(sends("enabled", func(v *value) bool { return v != nil && strings.HasPrefix(v.text, `"`) }), member("enabled", to("true")))},
		{ID: "endpoint-cascade-signals", Name: "the signals of a deleted endpoint go with it", Operation: "getSignals", Standing: spec.Inferred, wide: true, make: losingSignalsOfDeleted},
	}
}

// later moves a time.
func later(text string, by time.Duration) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.Add(by).Format(millisecondsZ)
}

// endpointName tells whether a text may name an endpoint.
func endpointName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// mustName is the name in the payload.
func mustName(x *exchange) string {
	payload, _ := parseJSON(x.payload)
	return payload.get("name").string()
}

// otherSwitch leaves an endpoint as it is: who turns it on or off gets what the
// other switch or none would answer.
func otherSwitch(other string) step {
	return func(x *exchange) {
		endpoint := x.find(hasID(x.params[0]))
		if endpoint == nil {
			return
		}
		before := endpoint.get("enabled").text
		if x.answer(); x.status == http.StatusOK && before == map[string]string{"/on": "true", "/off": "false"}[other] {
			again(at(endpointsPath + "/" + x.params[0] + other))(x)
		}
	}
}

// acceptDuplicate stores what has a taken name under another, and tells the
// taken one.
func acceptDuplicate() step {
	count := 0
	return when(answered(http.StatusConflict), func(x *exchange) {
		count++
		taken := mustName(x)
		made := taken + "-again" + strings.Repeat("a", count)
		again(member("name", to(`"`+made+`"`)))(x)
		x.body = []byte(strings.ReplaceAll(string(x.body), made, taken))
	})
}

// acceptBadName stores a name that is none in an acceptable spelling.
func acceptBadName(x *exchange) {
	if payload, ok := parseJSON(x.payload); !ok || payload.kind != '{' || payload.get("name") == nil || payload.get("name").string() == "" || payload.get("name").kind != 's' {
		return
	}
	member("name", words(func(name string) string {
		return strings.Map(func(r rune) rune {
			if endpointName(string(r)) {
				return r
			}
			return '-'
		}, strings.ToLower(name))
	}))(x)
}
