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

// Faults lists them.
func Faults() []bend.Fault {
	return slices.Concat(callFaults(), callAccessFaults(), callLimitFaults(), signalFaults())
}

// callFaults are about sending signals.
func callFaults() []bend.Fault {
	return []bend.Fault{
		{ID: "call-payload-lost", Name: "the answer to a call has an empty payload", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/payload", "{}"))},
		{ID: "call-payload-missing", Name: "the answer to a call has no payload", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Drop("/signals/*/payload"))},
		{ID: "call-payload-not-stored", Name: "the payload of a call is not stored", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signalEndpointSignals/*/payload", "{}"))},
		{ID: "call-payload-altered", Name: "numbers of a payload become strings", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				for i, item := range payload.Items {
					if item.IsInt() {
						payload.Items[i] = bend.AsText(item)
					}
				}
				return payload
			}))},
		{ID: "call-payload-flattened", Name: "nested objects of a payload become strings", Operation: "getSignals", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				for i, item := range payload.Items {
					if item.Kind != 's' {
						payload.Items[i] = bend.Quoted(string(item.Append(nil)))
					}
				}
				return payload
			}))},
		{ID: "call-payload-text", Name: "the payload is a string of JSON", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value { return bend.Quoted(string(payload.Append(nil))) }))},
		{ID: "call-payload-null", Name: "the payload of a call without a body is null", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(bend.Edit("/signals/*/payload", func(payload *bend.Value) *bend.Value {
				if len(payload.Items) == 0 {
					return bend.Scalar("null")
				}
				return payload
			}))},
		{ID: "call-source", Name: "the source of a signal is another one", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/source", `"incoming-webhook"`))},
		{ID: "call-source-id", Name: "the answer to a call tells another endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signals/*/sourceId", bend.Plus(1)))},
		{ID: "call-source-token", Name: "the answer to a call tells another token", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Edit("/signals/*/createdBySourceTokenId", bend.Plus(1)))},
		{ID: "call-source-token-null", Name: "the answer to a call does not tell the token", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals/*/createdBySourceTokenId", "null"))},
		{ID: "call-empty", Name: "the answer to a call is empty", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.OK(bend.Set("/signals", "[]"))},
		{ID: "call-bare", Name: "the answer to a call is the signal alone", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				if body, ok := bend.ParseJSON(x.Body); ok {
					x.Body = body.Get("signals").Items[0].Append(nil)
				}
			})},
		{ID: "call-created", Name: "a call answers 201", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.When(bend.Answered(200), bend.Status(http.StatusCreated))},
		{ID: "call-created-at", Name: "createdAt of a call has six digits of a second", Operation: "callSignalEndpoint", Standing: spec.Observed, Bend: bend.OK(bend.Edit("/signals/*/createdAt", bend.Moment(bend.SixDigits, time.UTC)))},
		{ID: "call-not-stored", Name: "a call is answered and not stored", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Wide: true, Make: losingSignals},
		{ID: "call-stored-twice", Name: "a call is stored twice", Operation: "getSignalEndpointSignals", Standing: spec.Documented, Wide: true,
			Bend: bend.When(bend.Is("callSignalEndpoint"), bend.OK((*bend.Exchange).Again))},
		{ID: "call-list-accepted", Name: "a payload that is a list is accepted", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: func(x *bend.Exchange) {
				if payload, ok := bend.ParseJSON(x.Payload); ok && payload.Kind == '[' {
					bend.Sending("{}")(x)
				}
			}},
		{ID: "call-demands-body", Name: "a call without a body is refused", Operation: "callSignalEndpoint", Standing: spec.Documented, Bend: bend.When(bend.Not(bend.HasPayload), bend.Sending("[]"))},
		{ID: "call-demands-content-type", Name: "a call with text is refused", Operation: "callSignalEndpoint", Standing: spec.Measured,
			Bend: bend.When(bend.Both(bend.HasPayload, bend.Not(bend.IsJSON)), bend.WithHeader("Content-Type", "application/json"), bend.WithHeader("Content-Encoding", "br"))},
		{ID: "call-reads-text", Name: "a call with text stores it", Operation: "callSignalEndpoint", Standing: spec.Measured,
			Bend: bend.When(bend.Both(bend.HasPayload, bend.Not(bend.IsJSON)), func(x *bend.Exchange) { bend.Sending(`{"text":` + bend.Quoted(string(x.Payload)).Text + `}`)(x) })},
		{ID: "call-unknown-ok", Name: "a call of an unknown name is stored elsewhere", Operation: "callSignalEndpoint", Standing: spec.Documented,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				if signalendpoints.Find(x, signalendpoints.HasName(x.Params[0])) == nil {
					bend.Again(bend.As(bend.SignalToken), bend.At("/api/signal-endpoint/my-external-app"))(x)
				}
			})},
		{ID: "call-disabled-unauthenticated", Name: "a call of a disabled endpoint gets a 401", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(404), func(x *bend.Exchange) {
				if signalendpoints.Find(x, signalendpoints.HasName(x.Params[0])) != nil {
					bend.Again(bend.As(bend.UnknownToken))(x)
				}
			})},
	}
}

// signalFaults are about the lists of signals.
func signalFaults() []bend.Fault {
	const (
		one   = "getSignalEndpointSignals"
		query = "getSignals"
		ofOne = "/signalEndpointSignals"
		ofAll = "/signals"
	)
	return []bend.Fault{
		{ID: "endpoint-cascade-signals", Name: "the signals of a deleted endpoint go with it", Operation: "getSignals", Standing: spec.Inferred, Wide: true, Make: losingSignalsOfDeleted},
		{ID: "signals-limit-ignored", Name: "limit is ignored", Operation: one, Standing: spec.Documented, Bend: dropQuery("limit")},
		{ID: "query-limit-ignored", Name: "limit of the query is ignored", Operation: query, Standing: spec.Documented, Bend: dropQuery("limit")},
		{ID: "signals-offset-ignored", Name: "offset is ignored", Operation: one, Standing: spec.Documented, Bend: dropQuery("offset")},
		{ID: "query-offset-ignored", Name: "offset of the query is ignored", Operation: query, Standing: spec.Documented, Bend: dropQuery("offset")},
		{ID: "signals-limit-off-by-one", Name: "a page is one longer than limit", Operation: one, Standing: spec.Documented, Bend: shiftQuery("limit", 1)},
		{ID: "query-limit-off-by-one", Name: "a page of the query is one shorter than limit", Operation: query, Standing: spec.Documented,
			Bend: bend.When(bend.HasQuery("limit"), bend.OK(bend.Edit(ofAll, func(list *bend.Value) *bend.Value {
				list.Items = list.Items[:max(0, len(list.Items)-1)]
				return list
			})))},
		{ID: "signals-offset-off-by-one", Name: "offset counts from one", Operation: one, Standing: spec.Documented, Bend: shiftQuery("offset", -1)},
		{ID: "query-offset-off-by-one", Name: "offset of the query skips one more", Operation: query, Standing: spec.Documented, Bend: shiftQuery("offset", 1)},
		{ID: "query-offset-pages", Name: "offset of the query counts pages", Operation: query, Standing: spec.Documented,
			Bend: func(x *bend.Exchange) {
				values := x.Request.URL.Query()
				limit, offset := pageNumber(values.Get("limit"), 50), pageNumber(values.Get("offset"), 0)
				if offset > 0 {
					values.Set("offset", strconv.Itoa(limit*offset))
					x.SetURL(x.Request.URL.EscapedPath(), values)
				}
			}},
		{ID: "query-default-page", Name: "a query without limit gives one signal", Operation: query, Standing: spec.Documented, Bend: defaultLimit(1)},
		{ID: "signals-default-page", Name: "a list without limit gives one signal", Operation: one, Standing: spec.Documented, Bend: defaultLimit(1)},
		{ID: "query-bad-limit-refused", Name: "a limit that is no number is refused", Operation: query, Standing: spec.Observed, Bend: refuseBad("limit")},
		{ID: "signals-bad-limit-refused", Name: "a limit of a list that is no number is refused", Operation: one, Standing: spec.Observed, Bend: refuseBad("limit")},
		{ID: "query-negative-offset-refused", Name: "a negative offset is refused", Operation: query, Standing: spec.Observed, Bend: refuseBad("offset")},
		{ID: "query-total-of-page", Name: "total counts the page", Operation: query, Standing: spec.Documented,
			Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("total", bend.Integer(int64(len(body.Get("signals").Items)))) }))},
		{ID: "query-total-off-by-one", Name: "total is one too high", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit("/total", bend.Plus(1)))},
		{ID: "query-total-unfiltered", Name: "total ignores the dates", Operation: query, Standing: spec.Documented,
			Bend: bend.OK(func(x *bend.Exchange) {
				all, _ := bend.ParseJSON(x.Ask(http.MethodGet, "/api/admin/signals", "").Body)
				bend.Set("/total", all.Get("total").Text)(x)
			})},
		{ID: "signals-oldest-first", Name: "signals come oldest first", Operation: one, Standing: spec.Assumed, Bend: bend.OK(bend.Edit(ofOne, bend.Reversed))},
		{ID: "query-oldest-first", Name: "signals of the query come oldest first", Operation: query, Standing: spec.Assumed, Bend: bend.OK(bend.Edit(ofAll, bend.Reversed))},
		{ID: "query-from-ignored", Name: "from is ignored", Operation: query, Standing: spec.Documented, Bend: ignoreDate("from")},
		{ID: "query-to-ignored", Name: "to is ignored", Operation: query, Standing: spec.Documented, Bend: ignoreDate("to")},
		{ID: "query-from-exclusive", Name: "from leaves its day out", Operation: query, Standing: spec.Inferred, Bend: shiftDate("from", 1)},
		{ID: "query-to-exclusive", Name: "to leaves its day out", Operation: query, Standing: spec.Inferred, Bend: shiftDate("to", -1)},
		{ID: "query-from-early", Name: "from begins a day early", Operation: query, Standing: spec.Documented, Bend: shiftDate("from", -1)},
		{ID: "query-from-unchecked", Name: "a bound of another form is accepted", Operation: query, Standing: spec.Documented, Bend: bend.When(bend.Answered(400), bend.When(bend.HasQuery("from"), bend.Again(dropQuery("from"), dropQuery("to"))))},
		{ID: "query-to-unchecked", Name: "a last day of another form is accepted", Operation: query, Standing: spec.Documented, Bend: bend.When(bend.Answered(400), bend.When(bend.Both(bend.HasQuery("to"), bend.Not(bend.HasQuery("from"))), bend.Again(dropQuery("to"))))},
		{ID: "query-no-date-server-error", Name: "a bound that is no date gets a 500", Operation: query, Standing: spec.Assumed,
			Bend: bend.When(bend.Answered(400), bend.When(func(x *bend.Exchange) bool { return strings.Contains(string(x.Body), "Invalid date") }, bend.Status(http.StatusInternalServerError), bend.Set("/name", `"UnknownError"`)))},
		{ID: "signals-of-all", Name: "the signals of an endpoint are those of all", Operation: one, Standing: spec.Documented,
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
		{ID: "signals-key", Name: "the signals of an endpoint are under another key", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Rename(ofOne, "signals"))},
		{ID: "signals-created-number", Name: "createdAt of a signal in the list is a number", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/createdAt", "0"))},
		{ID: "query-created-offset", Name: "createdAt of a signal is not in UTC", Operation: query, Standing: spec.Observed, Bend: bend.OK(bend.Edit(ofAll+"/*/createdAt", bend.Moment(bend.WithOffset, bend.Berlin)))},
		{ID: "query-created-blank", Name: "createdAt of a signal has a blank for the T", Operation: query, Standing: spec.Observed, Bend: bend.OK(bend.Edit(ofAll+"/*/createdAt", bend.Moment(bend.SpaceBetween, time.UTC)))},
		{ID: "signals-token-name", Name: "a signal tells the name of another token", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofOne+"/*/tokenName", bend.Words(func(name string) string { return name + " 2" })))},
		{ID: "signals-token-name-null", Name: "a signal does not tell its token", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/tokenName", "null"))},
		{ID: "query-token-name-null", Name: "a signal of the query does not tell its token", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofAll+"/*/tokenName", "null"))},
		{ID: "query-source-name", Name: "a signal tells the name of another endpoint", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofAll+"/*/sourceName", bend.Words(strings.ToUpper)))},
		{ID: "query-source-name-missing", Name: "a signal does not tell its endpoint", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Drop(ofAll + "/*/sourceName"))},
		{ID: "query-source-description", Name: "a signal does not tell the description of its endpoint", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofAll+"/*/sourceDescription", "null"))},
		{ID: "query-source-id", Name: "a signal of the query has another sourceId", Operation: query, Standing: spec.Documented, Bend: bend.OK(bend.Edit(ofAll+"/*/sourceId", bend.Plus(1)))},
		{ID: "signals-source", Name: "the source in the list is in other letters", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/source", `"SIGNAL_ENDPOINT"`))},
		{ID: "signals-extra", Name: "a signal in the list tells the id of its token", Operation: one, Standing: spec.Documented, Bend: bend.OK(bend.Set(ofOne+"/*/createdBySourceTokenId", "1"))},
		{ID: "query-source-name-kept", Name: "the name of a deleted endpoint stays with its signals", Operation: query, Standing: spec.Inferred, Wide: true, Make: rememberingSourceNames},
		{ID: "signals-token-name-kept", Name: "the name of a deleted token stays with its signals", Operation: one, Standing: spec.Inferred, Wide: true, Make: rememberingTokenNames},
	}
}

func dropQuery(name string) bend.Step { return bend.Query(name, bend.Always("")) }

// shiftQuery adds to a parameter that is a number.
func shiftQuery(name string, by int) bend.Step {
	return bend.When(bend.HasQuery(name), bend.Query(name, func(text string) string {
		number, err := strconv.Atoi(text)
		if err != nil || number+by < 0 {
			return text
		}
		return strconv.Itoa(number + by)
	}))
}

// defaultLimit is the limit of who sends none.
func defaultLimit(limit int) bend.Step {
	return bend.When(bend.Not(bend.HasQuery("limit")), bend.Query("limit", bend.Always(strconv.Itoa(limit))))
}

// refuseBad answers a parameter that is no usable number like one that is sent
// twice: 400.
func refuseBad(name string) bend.Step {
	return bend.When(bend.HasQuery(name), func(x *bend.Exchange) {
		values := x.Request.URL.Query()
		if number, err := strconv.Atoi(values.Get(name)); err != nil || number < 0 {
			values.Add(name, "twice")
			x.SetURL(x.Request.URL.EscapedPath(), values)
		}
	})
}

// ignoreDate leaves out a bound that is in order.
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
