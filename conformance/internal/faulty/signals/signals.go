// Package signals has the faults of signals and of the calls that send them.
package signals

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/signalendpoints"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists them all.
func Faults() []bend.Fault {
	return slices.Concat(callFaults(), callAccessFaults(), callLimitFaults(), signalFaults())
}

// callFaults lists faults in sending signals.
func callFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "call-payload-lost", Name: "answers a call with an empty payload", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/payload", "{}"))},
		{ID: "call-payload-missing", Name: "answers a call without the payload", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/signals/*/payload"))},
		{ID: "call-payload-not-stored", Name: "lists signals with an empty payload", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointSignals/*/payload", "{}"))},
		{ID: "call-payload-altered", Name: "turns numbers in a payload into strings", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				for i, item := range payload.Items {
					if item.IsInt() {
						payload.Items[i] = bend.AsText(item)
					}
				}
				return payload
			}))},
		{ID: "call-payload-flattened", Name: "turns nested values of a payload into strings", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				for i, item := range payload.Items {
					if item.Kind != 's' {
						payload.Items[i] = bend.Quoted(string(item.Append(nil)))
					}
				}
				return payload
			}))},
		{ID: "call-payload-text", Name: "sends the payload as a string of JSON", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value { return bend.Quoted(string(payload.Append(nil))) }))},
		{ID: "call-payload-null", Name: "sends null as the payload of a call without a body", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				if len(payload.Items) == 0 {
					return bend.Scalar("null")
				}
				return payload
			}))},
		{ID: "call-source", Name: "gives a signal another source", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/source", `"incoming-webhook"`))},
		{ID: "call-source-id", Name: "answers a call with another endpoint's id", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signals/*/sourceId", bend.Plus(1)))},
		{ID: "call-source-token", Name: "answers a call with another token's id", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signals/*/createdBySourceTokenId", bend.Plus(1)))},
		{ID: "call-source-token-null", Name: "answers a call with null for the token's id", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/createdBySourceTokenId", "null"))},
		{ID: "call-empty", Name: "answers a call with an empty list", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals", "[]"))},
		{ID: "call-bare", Name: "answers a call with the bare signal", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				if body, ok := bend.ParseJSON(x.Body); ok {
					x.Body = body.Get("signals").Items[0].Append(nil)
				}
			})},
		{ID: "call-created", Name: "answers a call with 201", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.When(bend.Answered(200), bend.Status(http.StatusCreated))},
		{ID: "call-created-at", Name: "sends createdAt with microseconds", Operation: "callSignalEndpoint", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/signals/*/createdAt", bend.Moment(bend.SixDigits, time.UTC)))},
		{ID: "call-not-stored", Name: "answers a call without storing it", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Wide: true, Make: losingSignals},
		{ID: "call-stored-twice", Name: "stores a call twice", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Is("callSignalEndpoint"), bend.OK((*bend.Exchange).Again))},
		{ID: "call-list-accepted", Name: "accepts an array as the payload", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '[' {
					bend.Sending("{}")(x)
				}
			}},
		{ID: "call-demands-body", Name: "refuses a call without a body", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.When(bend.Not(bend.HasPayload), bend.Sending("[]"))},
		{ID: "call-demands-content-type", Name: "refuses a call whose body is text", Operation: "callSignalEndpoint", Standing: spec.Measured,
			Bend: bend.When(bend.Both(bend.HasPayload, bend.Not(bend.IsJSON)), bend.WithHeader("Content-Type", "application/json"), bend.WithHeader("Content-Encoding", "br"))},
		{ID: "call-reads-text", Name: "stores the body of a call that sends text", Operation: "callSignalEndpoint", Standing: spec.Measured,
			Bend: bend.When(bend.Both(bend.HasPayload, bend.Not(bend.IsJSON)), func(x *bend.Exchange) { bend.Sending(`{"text":` + bend.Quoted(string(x.Payload)).Text + `}`)(x) })},
		{ID: "call-unknown-ok", Name: "stores a call of an unknown name with another endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				if signalendpoints.Find(x, signalendpoints.HasName(x.Params[0])) == nil {
					bend.Again(bend.As(bend.SignalToken), bend.At("/api/signal-endpoint/my-external-app"))(x)
				}
			})},
		{ID: "call-disabled-unauthenticated", Name: "answers 401 to a call of a disabled endpoint", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				if signalendpoints.Find(x, signalendpoints.HasName(x.Params[0])) != nil {
					bend.Again(bend.As(bend.UnknownToken))(x)
				}
			})},
	}
}

// signalFaults lists faults in the lists of signals.
func signalFaults() []bend.Fault {
	const (
		one   = "getSignalEndpointSignals"
		query = "getSignals"
		ofOne = "/signalEndpointSignals"
		ofAll = "/signals"
	)
	return []bend.Fault{
		{ID: "endpoint-cascade-signals", Name: "deletes an endpoint's signals along with it", Operation: "getSignals", Standing: spec.Inferred, Wide: true, Make: losingSignalsOfDeleted},
		{ID: "signals-limit-ignored", Name: "ignores limit", Operation: one, Standing: spec.Documented, Bend: dropQuery("limit")},
		{ID: "query-limit-ignored", Name: "ignores limit", Operation: query, Standing: spec.Documented, Bend: dropQuery("limit")},
		{ID: "signals-offset-ignored", Name: "ignores offset", Operation: one, Standing: spec.Documented, Bend: dropQuery("offset")},
		{ID: "query-offset-ignored", Name: "ignores offset", Operation: query, Standing: spec.Documented, Bend: dropQuery("offset")},
		{ID: "signals-limit-off-by-one", Name: "returns one signal more than limit", Operation: one, Standing: spec.Documented, Bend: shiftQuery("limit", 1)},
		{ID: "query-limit-off-by-one", Name: "returns one signal fewer than limit", Operation: query, Standing: spec.Documented,
			Bend: bend.When(bend.HasQuery("limit"), bend.OK(bend.Edit(ofAll, func(list *bend.Value) *bend.Value {
				list.Items = list.Items[:max(0, len(list.Items)-1)]
				return list
			})))},
		{ID: "signals-offset-off-by-one", Name: "counts offset from one", Operation: one, Standing: spec.Documented, Bend: shiftQuery("offset", -1)},
		{ID: "query-offset-off-by-one", Name: "skips one signal more than offset", Operation: query, Standing: spec.Documented, Bend: shiftQuery("offset", 1)},
		{ID: "query-offset-pages", Name: "counts offset in pages", Operation: query, Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				limit, offset := pageNumber(values.Get("limit"), 50), pageNumber(values.Get("offset"), 0)
				if offset > 0 {
					values.Set("offset", strconv.Itoa(limit*offset))
					x.SetURL(x.Request.URL.EscapedPath(), values)
				}
			}},
		{ID: "query-default-page", Name: "returns one signal by default", Operation: query, Standing: spec.Documented, Bend: defaultLimit(1)},
		{ID: "signals-default-page", Name: "returns one signal by default", Operation: one, Standing: spec.Documented, Bend: defaultLimit(1)},
		{ID: "query-bad-limit-refused", Name: "refuses a limit that is not a number", Operation: query, Standing: spec.Observed, Bend: refuseBad("limit")},
		{ID: "signals-bad-limit-refused", Name: "refuses a limit that is not a number", Operation: one, Standing: spec.Observed, Bend: refuseBad("limit")},
		{ID: "query-negative-offset-refused", Name: "refuses a negative offset", Operation: query, Standing: spec.Observed, Bend: refuseBad("offset")},
		{ID: "query-total-of-page", Name: "counts only the page in total", Operation: query, Standing: spec.Documented,
			Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("total", bend.Integer(int64(len(body.Get("signals").Items)))) }))},
		{ID: "query-total-off-by-one", Name: "reports a total that is one too high", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit("/total", bend.Plus(1)))},
		{ID: "query-total-unfiltered", Name: "ignores the dates in total", Operation: query, Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				all, _ := bend.ParseJSON(x.Ask(http.MethodGet, "/api/admin/signals", "").Body)
				bend.Set("/total", all.Get("total").Text)(x)
			})},
		{ID: "signals-oldest-first", Name: "lists the oldest signals first", Operation: one, Standing: spec.Assumed, Bend: bend.OK(bend.Edit(ofOne, bend.Reversed))},
		{ID: "query-oldest-first", Name: "lists the oldest signals first", Operation: query, Standing: spec.Assumed, Bend: bend.OK(bend.Edit(ofAll, bend.Reversed))},
		{ID: "query-from-ignored", Name: "ignores from", Operation: query, Standing: spec.Documented, Bend: ignoreDate("from")},
		{ID: "query-to-ignored", Name: "ignores to", Operation: query, Standing: spec.Documented, Bend: ignoreDate("to")},
		{ID: "query-from-exclusive", Name: "excludes the day of from", Operation: query, Standing: spec.Inferred, Bend: shiftDate("from", 1)},
		{ID: "query-to-exclusive", Name: "excludes the day of to", Operation: query, Standing: spec.Inferred, Bend: shiftDate("to", -1)},
		{ID: "query-from-early", Name: "starts a day before from", Operation: query, Standing: spec.Documented, Bend: shiftDate("from", -1)},
		{ID: "query-from-unchecked", Name: "accepts a malformed from", Operation: query, Standing: spec.Documented, Bend: bend.When(bend.Answered(400), bend.When(bend.HasQuery("from"), bend.Again(dropQuery("from"), dropQuery("to"))))},
		{ID: "query-to-unchecked", Name: "accepts a malformed to", Operation: query, Standing: spec.Documented, Bend: bend.When(bend.Answered(400), bend.When(bend.Both(bend.HasQuery("to"), bend.Not(bend.HasQuery("from"))), bend.Again(dropQuery("to"))))},
		{ID: "query-no-date-server-error", Name: "answers 500 to a bound that is not a date", Operation: query, Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(400), bend.When(func(x *bend.Exchange) bool { return strings.Contains(string(x.Body), "Invalid date") }, bend.Status(http.StatusInternalServerError), bend.Set("/name", `"UnknownError"`)))},
		{ID: "signals-of-all", Name: "lists the signals of all endpoints", Operation: one, Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				values := x.Request.URL.Query().Encode()
				all, _ := bend.ParseJSON(x.Ask(http.MethodGet, "/api/admin/signals?"+values, "").Body)
				list := all.Get("signals")
				for _, signal := range list.Items {
					signal.Put("sourceName", nil)
					signal.Put("sourceDescription", nil)
				}
				x.Body = (&bend.Value{Kind: '{', Keys: []string{"signalEndpointSignals"}, Items: []*bend.Value{list}}).Append(nil)
			})},
		{ID: "signals-key", Name: "sends the signals under the wrong key", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Rename(ofOne, "signals"))},
		{ID: "signals-created-number", Name: "sends createdAt as a number", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/createdAt", "0"))},
		{ID: "query-created-offset", Name: "sends createdAt with an offset instead of in UTC", Operation: query, Standing: spec.Observed, Bend: bend.OK(bend.Edit(ofAll+"/*/createdAt", bend.Moment(bend.WithOffset, bend.Berlin)))},
		{ID: "query-created-blank", Name: "sends createdAt with a space instead of the T", Operation: query, Standing: spec.Observed, Bend: bend.OK(bend.Edit(ofAll+"/*/createdAt", bend.Moment(bend.SpaceBetween, time.UTC)))},
		{ID: "signals-payload-filled", Name: "shows a property in an empty payload", Operation: one, Standing: spec.Documented,
			Bend: bend.OK(bend.Edit(ofOne+"/*/payload", func(payload *bend.Value) *bend.Value {
				if len(payload.Items) == 0 {
					payload.Put("empty", bend.Scalar("true"))
				}
				return payload
			}))},
		{ID: "signals-token-name", Name: "shows the wrong token name", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofOne+"/*/tokenName", bend.Words(func(name string) string { return name + " 2" })))},
		{ID: "signals-token-name-null", Name: "shows null as the token name", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/tokenName", "null"))},
		{ID: "query-token-name-null", Name: "shows null as the token name", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofAll+"/*/tokenName", "null"))},
		{ID: "query-source-name", Name: "shows the endpoint's name in capitals", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofAll+"/*/sourceName", bend.Words(strings.ToUpper)))},
		{ID: "query-source-name-missing", Name: "omits the endpoint's name", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Drop(ofAll + "/*/sourceName"))},
		{ID: "query-source-description", Name: "shows null as the endpoint's description", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofAll+"/*/sourceDescription", "null"))},
		{ID: "query-source-id", Name: "shows another endpoint's id", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofAll+"/*/sourceId", bend.Plus(1)))},
		{ID: "signals-source", Name: "sends the source in capitals", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/source", `"SIGNAL_ENDPOINT"`))},
		{ID: "signals-extra", Name: "shows the id of the token", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/createdBySourceTokenId", "1"))},
		{ID: "query-source-name-kept", Name: "still shows the name of a deleted endpoint", Operation: query, Standing: spec.Inferred, Wide: true, Make: rememberingSourceNames},
		{ID: "signals-token-name-kept", Name: "still shows the name of a deleted token", Operation: one, Standing: spec.Inferred, Wide: true, Make: rememberingTokenNames},
	}
}

func dropQuery(name string) bend.Step { return bend.Query(name, bend.Always("")) }

// shiftQuery adds a number to a numeric query parameter.
func shiftQuery(name string, by int) bend.Step {
	return bend.When(bend.HasQuery(name), bend.Query(name, func(text string) string {
		number, err := strconv.Atoi(text)
		if err != nil || number+by < 0 {
			return text
		}
		return strconv.Itoa(number + by)
	}))
}

// defaultLimit sets the limit for requests that have none.
func defaultLimit(limit int) bend.Step {
	return bend.When(bend.Not(bend.HasQuery("limit")), bend.Query("limit", bend.Always(strconv.Itoa(limit))))
}

// refuseBad refuses a parameter that is not a usable number with 400, by repeating it.
func refuseBad(name string) bend.Step {
	return bend.When(bend.HasQuery(name), func(x *bend.Exchange) {
		values := x.Request.URL.Query()
		if number, err := strconv.Atoi(values.Get(name)); err != nil || number < 0 {
			values.Add(name, "twice")
			x.SetURL(x.Request.URL.EscapedPath(), values)
		}
	})
}

// ignoreDate ignores a valid bound.
func ignoreDate(name string) bend.Step {
	return bend.OK(bend.When(bend.HasQuery(name), bend.Again(dropQuery(name))))
}

// shiftDate moves a bound by days.
func shiftDate(name string, days int) bend.Step {
	return bend.OK(bend.When(bend.HasQuery(name), bend.Again(bend.Query(name, func(text string) string {
		day, err := time.Parse("IS:"+time.DateOnly, text)
		if err != nil {
			return text
		}
		return day.AddDate(0, 0, days).Format("IS:" + time.DateOnly)
	}))))
}
