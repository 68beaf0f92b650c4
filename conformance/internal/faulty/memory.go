package faulty

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Steps that remember: each is built for one handler, whose exchanges go one at
// a time.

// survivingTokens lists the tokens of a deleted endpoint as if they were there.
func survivingTokens() step {
	left := map[string][]byte{} // by the endpoint's id
	return func(x *exchange) {
		switch {
		case is("deleteSignalEndpoint")(x):
			before := x.ask(http.MethodGet, endpointsPath+"/"+x.params[0]+"/tokens", "").body
			if x.answer(); x.status == http.StatusOK {
				left[x.params[0]] = before
			}
		case is("getSignalEndpointTokens")(x):
			if x.answer(); x.status == http.StatusOK && left[x.params[0]] != nil {
				x.body = left[x.params[0]]
			}
		}
	}
}

// survivingToken lists a token that was deleted as if it were there.
func survivingToken() step {
	left := map[string][]*value{} // by the endpoint's id
	return func(x *exchange) {
		switch {
		case is("deleteSignalEndpointToken")(x):
			before := x.tokensOf(x.params[0])
			if x.answer(); x.status == http.StatusOK {
				left[x.params[0]] = append(left[x.params[0]], before[slices.IndexFunc(before, hasID(x.params[1]))])
			}
		case is("getSignalEndpointTokens")(x):
			ok(edit("/signalEndpointTokens", func(list *value) *value {
				list.items = append(list.items, left[x.params[0]]...)
				return list
			}))(x)
		}
	}
}

// takenForever refuses the name of a deleted endpoint.
func takenForever() step {
	names := map[string]bool{}
	return func(x *exchange) {
		switch {
		case is("deleteSignalEndpoint")(x):
			endpoint := x.find(hasID(x.params[0]))
			if x.answer(); x.status == http.StatusOK && endpoint != nil {
				names[endpoint.get("name").string()] = true
			}
		case is("createSignalEndpoint")(x):
			payload, ok := parseJSON(x.payload)
			if !ok || payload.kind != '{' || !names[payload.get("name").string()] {
				return
			}
			const taken = "my-external-app"
			again(member("name", to(`"`+taken+`"`)))(x)
			x.body = []byte(strings.ReplaceAll(string(x.body), taken, payload.get("name").string()))
		}
	}
}

// deletedTwice answers the second delete of something like the first.
func deletedTwice(operation string) func() step {
	return func() step {
		gone := map[string]bool{}
		return when(is(operation), func(x *exchange) {
			x.answer()
			key := strings.Join(x.params, "/")
			switch {
			case x.status == http.StatusOK:
				gone[key] = true
			case x.status == http.StatusNotFound && gone[key]:
				deleted(x)
			}
		})
	}
}

// fromElsewhere makes each call the first of its client.
func fromElsewhere() step {
	calls := 0
	return when(is("callSignalEndpoint"), func(x *exchange) {
		calls++
		x.request.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", calls>>16&255, calls>>8&255, calls&255)
	})
}
