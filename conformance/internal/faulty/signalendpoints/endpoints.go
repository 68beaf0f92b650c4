package signalendpoints

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// endpointFaults lists the faults of signal endpoints.
func endpointFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "endpoint-id-fraction", Name: "gives an endpoint a fractional id", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/id", bend.Present(func(v *bend.Value) *bend.Value { return &bend.Value{Kind: 's', Text: v.Text + ".5"} })))},
		{ID: "endpoint-id-zero", Name: "gives an endpoint the id 0", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/id", "0"))},
		{ID: "endpoint-id-of-another", Name: "answers an update with another endpoint's id", Operation: "updateSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/id", bend.Plus(1)))},
		{ID: "endpoint-ids-reused", Name: "reuses the id of a deleted endpoint", Operation: "createSignalEndpoint", Standing: spec.Documented, Wide: true, Make: reusing(endpoints())},
		{ID: "endpoint-ids-decrease", Name: "gives later endpoints lower ids", Operation: "createSignalEndpoint", Standing: spec.Documented, Wide: true, Bend: mirrored(endpoints())},
		{ID: "endpoint-created-seconds", Name: "omits the milliseconds of createdAt", Operation: "createSignalEndpoint", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/createdAt", bend.Moment(bend.WholeSeconds, time.UTC)))},
		{ID: "endpoint-created-offset", Name: "sends createdAt with an offset instead of in UTC", Operation: "getSignalEndpoints", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/signalEndpoints/*/createdAt", bend.Moment(bend.WithOffset, bend.Berlin)))},
		{ID: "endpoint-created-zone", Name: "sends createdAt without a time zone", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/createdAt", bend.Moment(bend.WithoutZone, time.UTC)))},
		{ID: "endpoint-created-words", Name: "sends createdAt in the format of RFC 1123", Operation: "disableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/createdAt", bend.Moment(bend.InWords, time.UTC)))},
		{ID: "endpoint-created-year-ago", Name: "dates a new endpoint a year back", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/createdAt", bend.Words(func(string) string { return time.Now().UTC().AddDate(-1, 0, 0).Format(bend.MillisecondsZ) })))},
		{ID: "endpoint-created-changes", Name: "changes createdAt in an update", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/createdAt", bend.Words(func(text string) string { return later(text, time.Hour) })))},
		{ID: "endpoint-toggle-changes-created", Name: "changes createdAt when an endpoint is disabled", Operation: "disableSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/createdAt", bend.Words(func(text string) string { return later(text, time.Second) })))},
		{ID: "endpoint-creator-other", Name: "names another user as the creator", Operation: "createSignalEndpoint", Standing: spec.Inferred, Bend: bend.OK(bend.Edit("/createdByUserId", bend.Plus(7)))},
		{ID: "endpoint-creator-changes", Name: "changes the creator in an update", Operation: "updateSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/createdByUserId", bend.Plus(1)))},
		{ID: "endpoint-tokens-empty", Name: "lists endpoints without their tokens", Operation: "getSignalEndpoints", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpoints/*/tokens", "[]"))},
		{ID: "endpoint-tokens-secret", Name: "shows token secrets in the list of endpoints", Operation: "getSignalEndpoints", Standing: spec.Documented, Wide: true, Make: listingSecrets("getSignalEndpoints", "/signalEndpoints/*/tokens/*")},
		{ID: "endpoint-update-secret", Name: "shows token secrets when an endpoint is updated", Operation: "updateSignalEndpoint", Standing: spec.Documented, Wide: true, Make: listingSecrets("updateSignalEndpoint", "/tokens/*")},
		{ID: "endpoint-enable-secret", Name: "shows token secrets when an endpoint is enabled", Operation: "enableSignalEndpoint", Standing: spec.Documented, Wide: true, Make: listingSecrets("enableSignalEndpoint", "/tokens/*")},
		{ID: "endpoint-description-lost", Name: "does not store the description", Operation: "createSignalEndpoint", Standing: spec.Documented, Bend: bend.Member("description", bend.Gone)},
		{ID: "endpoint-description-text", Name: "sends 0 for a missing description", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/description", func(v *bend.Value) *bend.Value {
				if v != nil && v.Text == "null" {
					return bend.Scalar("0")
				}
				return v
			}))},
		{ID: "endpoint-description-null-kept", Name: "keeps the description when an update sends null", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("description", bend.IsText("null")), bend.Member("description", bend.Gone))},
		{ID: "endpoint-url-missing", Name: "omits the URL of a created endpoint", Operation: "createSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/url"))},
		{ID: "endpoint-url-missing-update", Name: "omits the URL of an updated endpoint", Operation: "updateSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/url"))},
		{ID: "endpoint-url-relative", Name: "sends a relative URL", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/url", bend.Words(func(url string) string { return url[strings.Index(url, "/api/"):] })))},
		{ID: "endpoint-url-plural", Name: "sends a URL with the wrong path", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/url", bend.Words(func(url string) string { return strings.Replace(url, "/signal-endpoint/", "/signal-endpoints/", 1) })))},
		{ID: "endpoint-url-old", Name: "keeps the old name in the URL after a rename", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				before := Find(x, hasID(x.Params[0]))
				bend.OK(bend.Edit("/url", bend.Words(func(url string) string {
					return url[:strings.LastIndexByte(url, '/')+1] + before.Get("name").String()
				})))(x)
			}},
		{ID: "endpoint-url-listed", Name: "shows URLs in the list", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints/*", func(endpoint *bend.Value) *bend.Value {
				endpoint.Put("url", bend.Quoted("http://example.com/api/signal-endpoint/"+endpoint.Get("name").String()))
				return endpoint
			}))},
		{ID: "endpoint-list-bare", Name: "sends the list without its wrapper object", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				if body, ok := bend.ParseJSON(x.Body); ok {
					x.Body = body.Get("signalEndpoints").Append(nil)
				}
			})},
		{ID: "endpoint-list-key", Name: "sends the list under the wrong key", Operation: "getSignalEndpoints", Standing: spec.Documented, Bend: bend.OK(bend.Rename("/signalEndpoints", "endpoints"))},
		{ID: "endpoint-list-without-newest", Name: "leaves the newest endpoint out of the list", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints", func(list *bend.Value) *bend.Value {
				if len(list.Items) > 0 {
					list.Items = list.Items[:len(list.Items)-1]
				}
				return list
			}))},
		{ID: "endpoint-list-twice", Name: "lists the newest endpoint twice", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints", func(list *bend.Value) *bend.Value {
				if len(list.Items) > 0 {
					list.Items = append(list.Items, list.Items[len(list.Items)-1])
				}
				return list
			}))},
		{ID: "endpoint-list-enabled-only", Name: "leaves disabled endpoints out of the list", Operation: "getSignalEndpoints", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signalEndpoints", func(list *bend.Value) *bend.Value {
				list.Items = slices.DeleteFunc(list.Items, func(endpoint *bend.Value) bool { return endpoint.Get("enabled").Text == "false" })
				return list
			}))},
		{ID: "endpoint-create-enabled-ignored", Name: "ignores enabled in a create", Operation: "createSignalEndpoint", Standing: spec.Documented, Bend: bend.Member("enabled", bend.Gone)},
		{ID: "endpoint-create-disabled", Name: "creates endpoints disabled by default", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("enabled", bend.IsMissing), bend.Member("enabled", bend.To("false")))},
		{ID: "endpoint-create-name-cut", Name: "truncates a long name", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.Member("name", bend.Words(func(name string) string { return name[:min(len(name), 12)] }))},
		{ID: "endpoint-update-ignored", Name: "accepts an update without storing it", Operation: "updateSignalEndpoint", Standing: spec.Documented, Wide: true, Bend: bend.When(bend.Is("updateSignalEndpoint"), forgettingUpdates)},
		{ID: "endpoint-update-half", Name: "updates only the name", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.All(bend.Member("description", bend.Gone), bend.Member("enabled", bend.Gone))},
		{ID: "endpoint-update-without-name", Name: "does not update the name", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				if endpoint := Find(x, hasID(x.Params[0])); endpoint != nil {
					bend.When(bend.Both(bend.IsJSON, bend.Sends("name", func(v *bend.Value) bool { return v != nil && v.Kind == 's' && endpointName(v.String()) })),
						bend.When(bend.Answered(200), func(x *bend.Exchange) {
							x.Ask(http.MethodPut, endpointsPath+"/"+x.Params[0], `{"name":`+endpoint.Get("name").Text+`}`)
							x.Body = []byte(strings.ReplaceAll(string(x.Body), `"`+mustName(x)+`"`, endpoint.Get("name").Text))
						}))(x)
				}
			}},
		{ID: "endpoint-update-clears-description", Name: "clears the description when an update omits it", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Sends("description", bend.IsMissing), bend.Member("description", bend.To("null")))},
		{ID: "endpoint-update-enables", Name: "enables the endpoint when an update omits enabled", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			Bend: bend.When(bend.Sends("enabled", bend.IsMissing), bend.Member("enabled", bend.To("true")))},
		{ID: "endpoint-update-stale", Name: "answers an update with the previous values", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				before := Find(x, hasID(x.Params[0]))
				bend.OK(bend.Whole(func(body *bend.Value) {
					for _, key := range []string{"name", "enabled", "description"} {
						body.Put(key, before.Get(key))
					}
				}))(x)
			}},
		{ID: "endpoint-update-name-optional", Name: "accepts an update without a name", Operation: "updateSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", bend.IsMissing), func(x *bend.Exchange) {
				if endpoint := Find(x, hasID(x.Params[0])); endpoint != nil {
					bend.Member("name", bend.To(endpoint.Get("name").Text))(x)
				}
			})},
		{ID: "endpoint-update-own-name-taken", Name: "refuses an update that keeps the name", Operation: "updateSignalEndpoint", Standing: spec.Inferred,
			Bend: func(x *bend.Exchange) {
				endpoint := Find(x, hasID(x.Params[0]))
				if payload, ok := bend.ParseJSON(x.Payload); ok && endpoint != nil && payload.Kind == '{' && payload.Get("name").String() == endpoint.Get("name").String() {
					other := "my-external-app"
					if endpoint.Get("name").String() == other {
						other = "cpu-over-90"
					}
					bend.Member("name", bend.To(`"`+other+`"`))(x)
				}
			}},
		{ID: "endpoint-delete-ignored", Name: "accepts a delete without carrying it out", Operation: "deleteSignalEndpoint", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Both(bend.Is("deleteSignalEndpoint"), bend.Not(bend.HasPayload)), keeping)},
		{ID: "endpoint-deleted-twice", Name: "accepts a second delete of the same endpoint", Operation: "deleteSignalEndpoint", Standing: spec.Inferred, Make: deletedTwice("deleteSignalEndpoint")},
		{ID: "endpoint-name-taken-forever", Name: "refuses the name of a deleted endpoint", Operation: "createSignalEndpoint", Standing: spec.Inferred, Wide: true, Make: takenForever},
		{ID: "endpoint-enable-ignored", Name: "leaves the endpoint disabled", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: otherSwitch("/off")},
		{ID: "endpoint-disable-ignored", Name: "leaves the endpoint enabled", Operation: "disableSignalEndpoint", Standing: spec.Documented, Bend: otherSwitch("/on")},
		{ID: "endpoint-disable-forgotten", Name: "reports an endpoint as disabled but keeps it enabled", Operation: "callSignalEndpoint", Standing: spec.Assumed, Wide: true,
			Bend: bend.When(bend.Is("disableSignalEndpoint"), bend.OK(func(x *bend.Exchange) { x.Ask(http.MethodPost, endpointsPath+"/"+x.Params[0]+"/on", "") }))},
		{ID: "endpoint-enable-stale", Name: "shows the endpoint as disabled after enabling it", Operation: "enableSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/enabled", "false"))},
		{ID: "endpoint-enable-twice", Name: "answers 409 when the endpoint is already enabled", Operation: "enableSignalEndpoint", Standing: spec.Assumed,
			Bend: func(x *bend.Exchange) {
				if endpoint := Find(x, hasID(x.Params[0])); endpoint != nil && endpoint.Get("enabled").Text == "true" {
					bend.When(bend.Answered(200), bend.Status(http.StatusConflict))(x)
				}
			}},
		{ID: "endpoint-disable-demands-body", Name: "refuses to disable an endpoint without a content type", Operation: "disableSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.Not(bend.HasHeader("Content-Type")), bend.When(bend.Answered(200), func(x *bend.Exchange) {
				x.Request.Header.Set("Content-Type", "text/plain")
				bend.Sending("{}")(x)
				bend.Again(bend.At(endpointsPath+"/"+x.Params[0]), bend.WithHeader("Content-Type", "text/plain"), func(x *bend.Exchange) { x.Request.Method = http.MethodPut })(x)
			}))},
		{ID: "endpoint-duplicate", Name: "accepts a second endpoint with the same name", Operation: "createSignalEndpoint", Standing: spec.Inferred, Make: acceptDuplicate},
		{ID: "endpoint-duplicate-update", Name: "lets an update take another endpoint's name", Operation: "updateSignalEndpoint", Standing: spec.Inferred, Make: acceptDuplicate},
		{ID: "endpoint-bad-name", Name: "accepts a name with capitals and spaces", Operation: "createSignalEndpoint", Standing: spec.Inferred, Bend: acceptBadName},
		{ID: "endpoint-bad-name-update", Name: "accepts a name with capitals and spaces in an update", Operation: "updateSignalEndpoint", Standing: spec.Inferred, Bend: acceptBadName},
		{ID: "endpoint-empty-name", Name: "accepts an empty name", Operation: "createSignalEndpoint", Standing: spec.Inferred, Bend: bend.When(bend.Sends("name", bend.IsText(`""`)), bend.Member("name", bend.To(`"empty"`)))},
		{ID: "endpoint-underscore", Name: "refuses a name with an underscore", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("name", func(v *bend.Value) bool { return strings.Contains(v.String(), "_") }), bend.Member("name", bend.To(`"Bad"`)))},
		{ID: "endpoint-text-as-enabled", Name: "accepts any string for enabled", Operation: "createSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Sends("enabled", func(v *bend.Value) bool { return v != nil && strings.HasPrefix(v.Text, `"`) }), bend.Member("enabled", bend.To("true")))},
	}
}

// later moves a time forward.
func later(text string, by time.Duration) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.Add(by).Format(bend.MillisecondsZ)
}

// endpointName reports whether a text is a valid name of an endpoint.
func endpointName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// mustName returns the name in the request's body.
func mustName(x *bend.Exchange) string {
	payload, _ := bend.ParseJSON(x.Payload)
	return payload.Get("name").String()
}

// otherSwitch leaves an endpoint as it was. If the client's request changes it, the client
// gets the response to the opposite switch.
func otherSwitch(other string) bend.Step {
	return func(x *bend.Exchange) {
		endpoint := Find(x, hasID(x.Params[0]))
		if endpoint == nil {
			return
		}
		before := endpoint.Get("enabled").Text
		if x.Answer(); x.Status == http.StatusOK && before == map[string]string{"/on": "true", "/off": "false"}[other] {
			bend.Again(bend.At(endpointsPath + "/" + x.Params[0] + other))(x)
		}
	}
}

// acceptDuplicate stores an endpoint with a taken name under another name, and shows the
// taken one.
func acceptDuplicate() bend.Step {
	count := 0
	return bend.When(bend.Answered(http.StatusConflict), func(x *bend.Exchange) {
		count++
		taken := mustName(x)
		made := taken + "-again" + strings.Repeat("a", count)
		bend.Again(bend.Member("name", bend.To(`"`+made+`"`)))(x)
		x.Body = []byte(strings.ReplaceAll(string(x.Body), made, taken))
	})
}

// acceptBadName stores an invalid name in a valid spelling.
func acceptBadName(x *bend.Exchange) {
	if payload, ok := bend.ParseJSON(x.Payload); !ok || payload.Kind != '{' || payload.Get("name") == nil || payload.Get("name").String() == "" || payload.Get("name").Kind != 's' {
		return
	}
	bend.Member("name", bend.Words(func(name string) string {
		return strings.Map(func(r rune) rune {
			if endpointName(string(r)) {
				return r
			}
			return '-'
		}, strings.ToLower(name))
	}))(x)
}
