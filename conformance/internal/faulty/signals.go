package faulty

import (
	"net/http"
	"slices"
	"strconv"
)

// Steps that remember signals, and show others than are stored.

// withoutSignals lists signals without those that hidden names, as if they had
// never been stored: pages and totals are those of the others.
func (x *exchange) withoutSignals(hidden func(*value) bool) {
	x.answer()
	if x.status != http.StatusOK {
		return
	}
	key := "signals"
	if is("getSignalEndpointSignals")(x) {
		key = "signalEndpointSignals"
	}
	values := x.request.URL.Query()
	limit, offset := pageNumber(values.Get("limit"), 50), pageNumber(values.Get("offset"), 0)
	values.Set("limit", "1000")
	values.Del("offset")
	path := x.request.URL.EscapedPath()
	shown, ok := parseJSON(x.ask(http.MethodGet, path+"?"+values.Encode(), "").body)
	if !ok {
		return
	}
	list := shown.get(key)
	list.items = slices.DeleteFunc(list.items, hidden)
	if shown.get("total") != nil {
		shown.put("total", integer(int64(len(list.items))))
	}
	from := min(offset, len(list.items))
	list.items = list.items[from:min(from+limit, len(list.items))]
	x.body = shown.append(nil)
}

func pageNumber(text string, fallback int) int {
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return fallback
	}
	return number
}

// listsSignals are the operations that show stored signals.
var listsSignals = is("getSignals", "getSignalEndpointSignals")

// losingSignalsOfDeleted forgets the signals of an endpoint with it.
func losingSignalsOfDeleted() step {
	gone := map[string]bool{}
	return func(x *exchange) {
		switch {
		case is("deleteSignalEndpoint")(x):
			if x.answer(); x.status == http.StatusOK {
				gone[x.params[0]] = true
			}
		case listsSignals(x):
			x.withoutSignals(func(signal *value) bool { return gone[signal.get("sourceId").string()] })
		}
	}
}

// losingSignals answers calls and stores nothing.
func losingSignals() step {
	lost := map[string]bool{}
	return func(x *exchange) {
		switch {
		case is("callSignalEndpoint")(x):
			if x.answer(); x.status == http.StatusOK {
				if body, ok := parseJSON(x.body); ok {
					lost[body.get("signals").items[0].get("id").string()] = true
				}
			}
		case listsSignals(x):
			x.withoutSignals(func(signal *value) bool { return lost[signal.get("id").string()] })
		}
	}
}

// rememberingSourceNames shows the name of a deleted endpoint with its signals.
func rememberingSourceNames() step {
	names := map[string]*value{} // by the endpoint's id
	return func(x *exchange) {
		switch {
		case is("createSignalEndpoint", "updateSignalEndpoint")(x):
			ok(whole(func(body *value) { names[body.get("id").string()] = body.get("name") }))(x)
		case is("getSignals")(x):
			ok(edit("/signals/*", func(signal *value) *value {
				if name := names[signal.get("sourceId").string()]; name != nil && signal.get("sourceName").text == "null" {
					signal.put("sourceName", name)
				}
				return signal
			}))(x)
		}
	}
}

// rememberingTokenNames shows the name of a deleted token with its signals.
func rememberingTokenNames() step {
	names := map[string]*value{}  // by the token's id
	tokens := map[string]string{} // the token's id by the signal's
	return func(x *exchange) {
		switch {
		case is("createSignalEndpointToken")(x):
			ok(whole(func(body *value) { names[body.get("id").string()] = body.get("name") }))(x)
		case is("callSignalEndpoint")(x):
			ok(edit("/signals/*", func(signal *value) *value {
				tokens[signal.get("id").string()] = signal.get("createdBySourceTokenId").string()
				return signal
			}))(x)
		case is("getSignalEndpointSignals")(x):
			ok(edit("/signalEndpointSignals/*", func(signal *value) *value {
				if name := names[tokens[signal.get("id").string()]]; name != nil && signal.get("tokenName").text == "null" {
					signal.put("tokenName", name)
				}
				return signal
			}))(x)
		}
	}
}
