package signals

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Steps that remember signals, and show something else than what is stored.

// withoutSignals lists signals as if those for which hidden is true had never been stored.
// Pages and totals cover only the others.
func withoutSignals(x *bend.Exchange, hidden func(*bend.Value) bool) {
	x.Answer()
	if x.Status != http.StatusOK {
		return
	}
	key := "signals"
	if bend.Is("getSignalEndpointSignals")(x) {
		key = "signalEndpointSignals"
	}
	values := x.Request.URL.Query()
	limit, offset := pageNumber(values.Get("limit"), 50), pageNumber(values.Get("offset"), 0)
	values.Set("limit", "1000")
	values.Del("offset")
	path := x.Request.URL.EscapedPath()
	shown, ok := bend.ParseJSON(x.Ask(http.MethodGet, path+"?"+values.Encode(), "").Body)
	if !ok {
		return
	}
	list := shown.Get(key)
	list.Items = slices.DeleteFunc(list.Items, hidden)
	if shown.Get("total") != nil {
		shown.Put("total", bend.Integer(int64(len(list.Items))))
	}
	from := min(offset, len(list.Items))
	list.Items = list.Items[from:min(from+limit, len(list.Items))]
	x.Body = shown.Append(nil)
}

func pageNumber(text string, fallback int) int {
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return fallback
	}
	return number
}

// listsSignals are the operations that show stored signals.
var listsSignals = bend.Is("getSignals", "getSignalEndpointSignals")

// losingSignalsOfDeleted hides the signals of deleted endpoints.
func losingSignalsOfDeleted() bend.Step {
	gone := map[string]bool{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("deleteSignalEndpoint")(x):
			if x.Answer(); x.Status == http.StatusOK {
				gone[x.Params[0]] = true
			}
		case listsSignals(x):
			withoutSignals(x, func(signal *bend.Value) bool { return gone[signal.Get("sourceId").String()] })
		}
	}
}

// losingSignals answers calls but hides their signals, as if they were not stored.
func losingSignals() bend.Step {
	lost := map[string]bool{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("callSignalEndpoint")(x):
			if x.Answer(); x.Status == http.StatusOK {
				if body, ok := bend.ParseJSON(x.Body); ok {
					lost[body.Get("signals").Items[0].Get("id").String()] = true
				}
			}
		case listsSignals(x):
			withoutSignals(x, func(signal *bend.Value) bool { return lost[signal.Get("id").String()] })
		}
	}
}

// rememberingSourceNames still shows the name of a deleted endpoint with its signals.
func rememberingSourceNames() bend.Step {
	names := map[string]*bend.Value{} // by the endpoint's id
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("createSignalEndpoint", "updateSignalEndpoint")(x):
			bend.OK(bend.Whole(func(body *bend.Value) { names[body.Get("id").String()] = body.Get("name") }))(x)
		case bend.Is("getSignals")(x):
			bend.OK(bend.Edit("/signals/*", func(signal *bend.Value) *bend.Value {
				if name := names[signal.Get("sourceId").String()]; name != nil && signal.Get("sourceName").Text == "null" {
					signal.Put("sourceName", name)
				}
				return signal
			}))(x)
		}
	}
}

// rememberingTokenNames still shows the name of a deleted token with its signals.
func rememberingTokenNames() bend.Step {
	names := map[string]*bend.Value{} // by the token's id
	tokens := map[string]string{}     // the token's id by the signal's
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("createSignalEndpointToken")(x):
			bend.OK(bend.Whole(func(body *bend.Value) { names[body.Get("id").String()] = body.Get("name") }))(x)
		case bend.Is("callSignalEndpoint")(x):
			bend.OK(bend.Edit("/signals/*", func(signal *bend.Value) *bend.Value {
				tokens[signal.Get("id").String()] = signal.Get("createdBySourceTokenId").String()
				return signal
			}))(x)
		case bend.Is("getSignalEndpointSignals")(x):
			bend.OK(bend.Edit("/signalEndpointSignals/*", func(signal *bend.Value) *bend.Value {
				if name := names[tokens[signal.Get("id").String()]]; name != nil && signal.Get("tokenName").Text == "null" {
					signal.Put("tokenName", name)
				}
				return signal
			}))(x)
		}
	}
}
