package signalendpoints

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Steps that keep state. Each is built for one handler, which handles one exchange at a time.

// survivingTokens still lists the tokens of a deleted endpoint.
func survivingTokens() bend.Step {
	left := map[string][]byte{} // by the endpoint's id
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("deleteSignalEndpoint")(x):
			before := x.Ask(http.MethodGet, endpointsPath+"/"+x.Params[0]+"/tokens", "").Body
			if x.Answer(); x.Status == http.StatusOK {
				left[x.Params[0]] = before
			}
		case bend.Is("getSignalEndpointTokens")(x):
			if x.Answer(); x.Status == http.StatusOK && left[x.Params[0]] != nil {
				x.Body = left[x.Params[0]]
			}
		}
	}
}

// survivingToken still lists a deleted token.
func survivingToken() bend.Step {
	left := map[string][]*bend.Value{} // by the endpoint's id
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("deleteSignalEndpointToken")(x):
			before := tokensOf(x, x.Params[0])
			if x.Answer(); x.Status == http.StatusOK {
				left[x.Params[0]] = append(left[x.Params[0]], before[slices.IndexFunc(before, hasID(x.Params[1]))])
			}
		case bend.Is("getSignalEndpointTokens")(x):
			bend.OK(bend.Edit("/signalEndpointTokens", func(list *bend.Value) *bend.Value {
				list.Items = append(list.Items, left[x.Params[0]]...)
				return list
			}))(x)
		}
	}
}

// takenForever refuses the name of a deleted endpoint.
func takenForever() bend.Step {
	names := map[string]bool{}
	return func(x *bend.Exchange) {
		switch {
		case bend.Is("deleteSignalEndpoint")(x):
			endpoint := Find(x, hasID(x.Params[0]))
			if x.Answer(); x.Status == http.StatusOK && endpoint != nil {
				names[endpoint.Get("name").String()] = true
			}
		case bend.Is("createSignalEndpoint")(x):
			payload, ok := bend.ParseJSON(x.Payload)
			if !ok || payload.Kind != '{' || !names[payload.Get("name").String()] {
				return
			}
			const taken = "my-external-app"
			bend.Again(bend.Member("name", bend.To(`"`+taken+`"`)))(x)
			x.Body = []byte(strings.ReplaceAll(string(x.Body), taken, payload.Get("name").String()))
		}
	}
}

// deletedTwice answers the second delete of a resource like the first.
func deletedTwice(operation string) func() bend.Step {
	return func() bend.Step {
		gone := map[string]bool{}
		return bend.When(bend.Is(operation), func(x *bend.Exchange) {
			x.Answer()
			key := strings.Join(x.Params, "/")
			switch {
			case x.Status == http.StatusOK:
				gone[key] = true
			case x.Status == http.StatusNotFound && gone[key]:
				deleted(x)
			}
		})
	}
}
