package faulty

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// callFaults are about sending signals.
func callFaults() []Fault {
	return []Fault{
		{ID: "call-payload-lost", Name: "the answer to a call has an empty payload", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(set("/signals/*/payload", "{}"))},
		{ID: "call-payload-missing", Name: "the answer to a call has no payload", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(drop("/signals/*/payload"))},
		{ID: "call-payload-not-stored", Name: "the payload of a call is not stored", Operation: "getSignalEndpointSignals", Standing: spec.Documented, bend: ok(set("/signalEndpointSignals/*/payload", "{}"))},
		{ID: "call-payload-altered", Name: "numbers of a payload become strings", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/signals/*/payload", func(payload *value) *value {
				for i, item := range payload.items {
					if item.isInt() {
						payload.items[i] = asText(item)
					}
				}
				return payload
			}))},
		{ID: "call-payload-flattened", Name: "nested objects of a payload become strings", Operation: "getSignals", Standing: spec.Documented,
			bend: ok(edit("/signals/*/payload", func(payload *value) *value {
				for i, item := range payload.items {
					if item.kind != 's' {
						payload.items[i] = quoted(string(item.append(nil)))
					}
				}
				return payload
			}))},
		{ID: "call-payload-text", Name: "the payload is a string of JSON", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/signals/*/payload", func(payload *value) *value { return quoted(string(payload.append(nil))) }))},
		{ID: "call-payload-null", Name: "the payload of a call without a body is null", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: ok(edit("/signals/*/payload", func(payload *value) *value {
				if len(payload.items) == 0 {
					return scalar("null")
				}
				return payload
			}))},
		{ID: "call-source", Name: "the source of a signal is another one", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(set("/signals/*/source", `"incoming-webhook"`))},
		{ID: "call-source-id", Name: "the answer to a call tells another endpoint", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/signals/*/sourceId", plus(1)))},
		{ID: "call-source-token", Name: "the answer to a call tells another token", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(edit("/signals/*/createdBySourceTokenId", plus(1)))},
		{ID: "call-source-token-null", Name: "the answer to a call does not tell the token", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(set("/signals/*/createdBySourceTokenId", "null"))},
		{ID: "call-id-missing", Name: "the answer to a call has no id", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(drop("/signals/*/id"))},
		{ID: "call-empty", Name: "the answer to a call is empty", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: ok(set("/signals", "[]"))},
		{ID: "call-bare", Name: "the answer to a call is the signal alone", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: ok(func(x *exchange) {
				if body, ok := parseJSON(x.body); ok {
					x.body = body.get("signals").items[0].append(nil)
				}
			})},
		{ID: "call-created", Name: "a call answers 201", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: when(answered(200), status(http.StatusCreated))},
		{ID: "call-created-at", Name: "createdAt of a call has six digits of a second", Operation: "callSignalEndpoint", Standing: spec.Observed, bend: ok(edit("/signals/*/createdAt", moment(sixDigits, time.UTC)))},
		{ID: "call-not-stored", Name: "a call is answered and not stored", Operation: "getSignalEndpointSignals", Standing: spec.Documented, wide: true, make: losingSignals},
		{ID: "call-stored-twice", Name: "a call is stored twice", Operation: "getSignalEndpointSignals", Standing: spec.Documented, wide: true,
			bend: when(is("callSignalEndpoint"), ok((*exchange).again))},
		{ID: "call-list-accepted", Name: "a payload that is a list is accepted", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			bend: func(x *exchange) {
				if payload, ok := parseJSON(x.payload); ok && payload.kind == '[' {
					sending("{}")(x)
				}
			}},
		{ID: "call-demands-body", Name: "a call without a body is refused", Operation: "callSignalEndpoint", Standing: spec.Documented, bend: when(not(hasPayload), sending("[]"))},
		{ID: "call-demands-content-type", Name: "a call with text is refused", Operation: "callSignalEndpoint", Standing: spec.Measured,
			bend: when(both(hasPayload, not(isJSON)), withHeader("Content-Type", "application/json"), withHeader("Content-Encoding", "br"))},
		{ID: "call-reads-text", Name: "a call with text stores it", Operation: "callSignalEndpoint", Standing: spec.Measured,
			bend: when(both(hasPayload, not(isJSON)), func(x *exchange) { sending(`{"text":` + quoted(string(x.payload)).text + `}`)(x) })},
		{ID: "call-unknown-ok", Name: "a call of an unknown name is stored elsewhere", Operation: "callSignalEndpoint", Standing: spec.Documented,
			bend: when(answered(404), func(x *exchange) {
				if x.find(hasName(x.params[0])) == nil {
					again(as(signalToken), at("/api/signal-endpoint/my-external-app"))(x)
				}
			})},
		{ID: "call-disabled-unauthenticated", Name: "a call of a disabled endpoint gets a 401", Operation: "callSignalEndpoint", Standing: spec.Assumed,
			bend: when(answered(404), func(x *exchange) {
				if x.find(hasName(x.params[0])) != nil {
					again(as(unknownToken))(x)
				}
			})},
	}
}

// signalFaults are about the lists of signals.
func signalFaults() []Fault {
	const (
		one   = "getSignalEndpointSignals"
		query = "getSignals"
		ofOne = "/signalEndpointSignals"
		ofAll = "/signals"
	)
	return []Fault{
		{ID: "signals-limit-ignored", Name: "limit is ignored", Operation: one, Standing: spec.Documented, bend: dropQuery("limit")},
		{ID: "query-limit-ignored", Name: "limit of the query is ignored", Operation: query, Standing: spec.Documented, bend: dropQuery("limit")},
		{ID: "signals-offset-ignored", Name: "offset is ignored", Operation: one, Standing: spec.Documented, bend: dropQuery("offset")},
		{ID: "query-offset-ignored", Name: "offset of the query is ignored", Operation: query, Standing: spec.Documented, bend: dropQuery("offset")},
		{ID: "signals-limit-off-by-one", Name: "a page is one longer than limit", Operation: one, Standing: spec.Documented, bend: shiftQuery("limit", 1)},
		{ID: "query-limit-off-by-one", Name: "a page of the query is one shorter than limit", Operation: query, Standing: spec.Documented,
			bend: when(hasQuery("limit"), ok(edit(ofAll, func(list *value) *value {
				list.items = list.items[:max(0, len(list.items)-1)]
				return list
			})))},
		{ID: "signals-offset-off-by-one", Name: "offset counts from one", Operation: one, Standing: spec.Documented, bend: shiftQuery("offset", -1)},
		{ID: "query-offset-off-by-one", Name: "offset of the query skips one more", Operation: query, Standing: spec.Documented, bend: shiftQuery("offset", 1)},
		{ID: "query-offset-pages", Name: "offset of the query counts pages", Operation: query, Standing: spec.Documented,
			bend: func(x *exchange) {
				values := x.request.URL.Query()
				limit, offset := pageNumber(values.Get("limit"), 50), pageNumber(values.Get("offset"), 0)
				if offset > 0 {
					values.Set("offset", strconv.Itoa(limit*offset))
					x.setURL(x.request.URL.EscapedPath(), values)
				}
			}},
		{ID: "query-default-page", Name: "a query without limit gives one signal", Operation: query, Standing: spec.Documented, bend: defaultLimit(1)},
		{ID: "signals-default-page", Name: "a list without limit gives one signal", Operation: one, Standing: spec.Documented, bend: defaultLimit(1)},
		{ID: "query-bad-limit-refused", Name: "a limit that is no number is refused", Operation: query, Standing: spec.Observed, bend: refuseBad("limit")},
		{ID: "signals-bad-limit-refused", Name: "a limit of a list that is no number is refused", Operation: one, Standing: spec.Observed, bend: refuseBad("limit")},
		{ID: "query-negative-offset-refused", Name: "a negative offset is refused", Operation: query, Standing: spec.Observed, bend: refuseBad("offset")},
		{ID: "query-total-of-page", Name: "total counts the page", Operation: query, Standing: spec.Documented,
			bend: ok(whole(func(body *value) { body.put("total", integer(int64(len(body.get("signals").items)))) }))},
		{ID: "query-total-off-by-one", Name: "total is one too high", Operation: query, Standing: spec.Documented, bend: ok(edit("/total", plus(1)))},
		{ID: "query-total-missing", Name: "total is missing", Operation: query, Standing: spec.Documented, bend: ok(drop("/total"))},
		{ID: "query-total-text", Name: "total is a string", Operation: query, Standing: spec.Documented, bend: ok(edit("/total", asText))},
		{ID: "query-total-unfiltered", Name: "total ignores the dates", Operation: query, Standing: spec.Documented,
			bend: ok(func(x *exchange) {
				all, _ := parseJSON(x.ask(http.MethodGet, "/api/admin/signals", "").body)
				set("/total", all.get("total").text)(x)
			})},
		{ID: "signals-oldest-first", Name: "signals come oldest first", Operation: one, Standing: spec.Assumed, bend: ok(edit(ofOne, reversed))},
		{ID: "query-oldest-first", Name: "signals of the query come oldest first", Operation: query, Standing: spec.Assumed, bend: ok(edit(ofAll, reversed))},
		{ID: "query-from-ignored", Name: "from is ignored", Operation: query, Standing: spec.Documented, bend: ignoreDate("from")},
		{ID: "query-to-ignored", Name: "to is ignored", Operation: query, Standing: spec.Documented, bend: ignoreDate("to")},
		{ID: "query-from-exclusive", Name: "from leaves its day out", Operation: query, Standing: spec.Inferred, bend: shiftDate("from", 1)},
		{ID: "query-to-exclusive", Name: "to leaves its day out", Operation: query, Standing: spec.Inferred, bend: shiftDate("to", -1)},
		{ID: "query-from-early", Name: "from begins a day early", Operation: query, Standing: spec.Documented, bend: shiftDate("from", -1)},
		{ID: "query-from-unchecked", Name: "a bound of another form is accepted", Operation: query, Standing: spec.Documented, bend: when(answered(400), when(hasQuery("from"), again(dropQuery("from"), dropQuery("to"))))},
		{ID: "query-to-unchecked", Name: "a last day of another form is accepted", Operation: query, Standing: spec.Documented, bend: when(answered(400), when(both(hasQuery("to"), not(hasQuery("from"))), again(dropQuery("to"))))},
		{ID: "query-no-date-server-error", Name: "a bound that is no date gets a 500", Operation: query, Standing: spec.Assumed,
			bend: when(answered(400), when(func(x *exchange) bool { return strings.Contains(string(x.body), "Invalid date") }, status(http.StatusInternalServerError), set("/name", `"UnknownError"`)))},
		{ID: "signals-of-all", Name: "the signals of an endpoint are those of all", Operation: one, Standing: spec.Documented,
			bend: ok(func(x *exchange) {
				values := x.request.URL.Query().Encode()
				all, _ := parseJSON(x.ask(http.MethodGet, "/api/admin/signals?"+values, "").body)
				list := all.get("signals")
				for _, signal := range list.items {
					signal.put("sourceName", nil)
					signal.put("sourceDescription", nil)
				}
				x.body = (&value{kind: '{', keys: []string{"signalEndpointSignals"}, items: []*value{list}}).append(nil)
			})},
		{ID: "signals-key", Name: "the signals of an endpoint are under another key", Operation: one, Standing: spec.Documented, bend: ok(rename(ofOne, "signals"))},
		{ID: "signals-id-missing", Name: "signals of the query have no id", Operation: query, Standing: spec.Documented, bend: ok(drop(ofAll + "/*/id"))},
		{ID: "signals-id-null", Name: "the id of a signal in the list is null", Operation: one, Standing: spec.Documented, bend: ok(set(ofOne+"/*/id", "null"))},
		{ID: "signals-created-number", Name: "createdAt of a signal in the list is a number", Operation: one, Standing: spec.Documented, bend: ok(set(ofOne+"/*/createdAt", "0"))},
		{ID: "query-created-offset", Name: "createdAt of a signal is not in UTC", Operation: query, Standing: spec.Observed, bend: ok(edit(ofAll+"/*/createdAt", moment(withOffset, berlin)))},
		{ID: "query-created-blank", Name: "createdAt of a signal has a blank for the T", Operation: query, Standing: spec.Observed, bend: ok(edit(ofAll+"/*/createdAt", moment(spaceBetween, time.UTC)))},
		{ID: "signals-token-name", Name: "a signal tells the name of another token", Operation: one, Standing: spec.Documented, bend: ok(edit(ofOne+"/*/tokenName", words(func(name string) string { return name + " 2" })))},
		{ID: "signals-token-name-null", Name: "a signal does not tell its token", Operation: one, Standing: spec.Documented, bend: ok(set(ofOne+"/*/tokenName", "null"))},
		{ID: "query-token-name-null", Name: "a signal of the query does not tell its token", Operation: query, Standing: spec.Documented, bend: ok(set(ofAll+"/*/tokenName", "null"))},
		{ID: "query-source-name", Name: "a signal tells the name of another endpoint", Operation: query, Standing: spec.Documented, bend: ok(edit(ofAll+"/*/sourceName", words(strings.ToUpper)))},
		{ID: "query-source-name-missing", Name: "a signal does not tell its endpoint", Operation: query, Standing: spec.Documented, bend: ok(drop(ofAll + "/*/sourceName"))},
		{ID: "query-source-description", Name: "a signal does not tell the description of its endpoint", Operation: query, Standing: spec.Documented, bend: ok(set(ofAll+"/*/sourceDescription", "null"))},
		{ID: "query-source-id", Name: "a signal of the query has another sourceId", Operation: query, Standing: spec.Documented, bend: ok(edit(ofAll+"/*/sourceId", plus(1)))},
		{ID: "signals-source", Name: "the source in the list is in other letters", Operation: one, Standing: spec.Documented, bend: ok(set(ofOne+"/*/source", `"SIGNAL_ENDPOINT"`))},
		{ID: "signals-extra", Name: "a signal in the list tells the id of its token", Operation: one, Standing: spec.Documented, bend: ok(set(ofOne+"/*/createdBySourceTokenId", "1"))},
		{ID: "query-source-name-kept", Name: "the name of a deleted endpoint stays with its signals", Operation: query, Standing: spec.Inferred, wide: true, make: rememberingSourceNames},
		{ID: "signals-token-name-kept", Name: "the name of a deleted token stays with its signals", Operation: one, Standing: spec.Inferred, wide: true, make: rememberingTokenNames},
	}
}

func dropQuery(name string) step { return query(name, always("")) }

// shiftQuery adds to a parameter that is a number.
func shiftQuery(name string, by int) step {
	return when(hasQuery(name), query(name, func(text string) string {
		number, err := strconv.Atoi(text)
		if err != nil || number+by < 0 {
			return text
		}
		return strconv.Itoa(number + by)
	}))
}

// defaultLimit is the limit of who sends none.
func defaultLimit(limit int) step {
	return when(not(hasQuery("limit")), query("limit", always(strconv.Itoa(limit))))
}

// refuseBad answers a parameter that is no usable number like one that is sent
// twice: 400.
func refuseBad(name string) step {
	return when(hasQuery(name), func(x *exchange) {
		values := x.request.URL.Query()
		if number, err := strconv.Atoi(values.Get(name)); err != nil || number < 0 {
			values.Add(name, "twice")
			x.setURL(x.request.URL.EscapedPath(), values)
		}
	})
}

// ignoreDate leaves out a bound that is in order.
func ignoreDate(name string) step {
	return ok(when(hasQuery(name), again(dropQuery(name))))
}

// shiftDate moves a bound by days.
func shiftDate(name string, days int) step {
	return ok(when(hasQuery(name), again(query(name, func(text string) string {
		day, err := time.Parse("IS:"+time.DateOnly, text)
		if err != nil {
			return text
		}
		return day.AddDate(0, 0, days).Format("IS:" + time.DateOnly)
	}))))
}
