package signalendpoints

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// Steps that send requests of their own to the mock. They look up what exists, create what a
// response needs, and undo what must not last.

const endpointsPath = "/api/admin/signal-endpoints"

// Find returns the first endpoint that the administrator can see and for which holds is true,
// or nil.
func Find(x *bend.Exchange, holds func(*bend.Value) bool) *bend.Value {
	list, ok := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath, "").Body)
	if !ok {
		return nil
	}
	all := list.Get("signalEndpoints").Items
	if i := slices.IndexFunc(all, holds); i >= 0 {
		return all[i]
	}
	return nil
}

// tokensOf lists the tokens of an endpoint as the administrator sees them.
func tokensOf(x *bend.Exchange, endpoint string) []*bend.Value {
	list, ok := bend.ParseJSON(x.Ask(http.MethodGet, endpointsPath+"/"+endpoint+"/tokens", "").Body)
	if !ok {
		return nil
	}
	if tokens := list.Get("signalEndpointTokens"); tokens != nil {
		return tokens.Items
	}
	return nil
}

func hasID(id string) func(*bend.Value) bool {
	return func(v *bend.Value) bool { return v.Get("id").String() == id }
}

// HasName holds for a value with the given name.
func HasName(name string) func(*bend.Value) bool {
	return func(v *bend.Value) bool { return v.Get("name").String() == name }
}

// LetIn calls the endpoint that the request names with one of its tokens, whatever token the
// request came with.
func LetIn(x *bend.Exchange) {
	endpoint := Find(x, HasName(x.Params[0]))
	if endpoint == nil {
		return
	}
	path := endpointsPath + "/" + endpoint.Get("id").String() + "/tokens"
	token, ok := bend.ParseJSON(x.Ask(http.MethodPost, path, `{"name":"faulty"}`).Body)
	if !ok {
		return
	}
	bend.Again(bend.As(token.Get("token").String()))(x)
	x.Ask(http.MethodDelete, path+"/"+token.Get("id").String(), "")
}

// LetInDisabled carries out a call of a disabled endpoint.
func LetInDisabled(x *bend.Exchange) {
	endpoint := Find(x, HasName(x.Params[0]))
	if endpoint == nil || endpoint.Get("enabled").Text != "false" {
		return
	}
	path := endpointsPath + "/" + endpoint.Get("id").String()
	x.Ask(http.MethodPost, path+"/on", "")
	x.Again()
	x.Ask(http.MethodPost, path+"/off", "")
}

// forgettingUpdates answers an update of an endpoint and then reverts it.
func forgettingUpdates(x *bend.Exchange) {
	before := Find(x, hasID(x.Params[0]))
	x.Answer()
	if x.Status != http.StatusOK || before == nil {
		return
	}
	back := &bend.Value{Kind: '{'}
	for _, key := range []string{"name", "enabled", "description"} {
		back.Put(key, before.Get(key))
	}
	x.Ask(http.MethodPut, endpointsPath+"/"+x.Params[0], string(back.Append(nil)))
}

// forgettingRenames answers a rename of a token and then reverts it.
func forgettingRenames(x *bend.Exchange) {
	before := tokensOf(x, x.Params[0])
	x.Answer()
	if x.Status != http.StatusOK {
		return
	}
	if i := slices.IndexFunc(before, hasID(x.Params[1])); i >= 0 {
		path := endpointsPath + "/" + x.Params[0] + "/tokens/" + x.Params[1]
		x.Ask(http.MethodPut, path, fmt.Sprintf(`{"name":%s}`, before[i].Get("name").Text))
	}
}

// deleted turns the response into that of a successful delete.
func deleted(x *bend.Exchange) {
	x.Answer()
	x.Status, x.Body = http.StatusOK, nil
	for _, name := range []string{"Content-Type", "Etag", "Vary"} {
		x.Header.Del(name)
	}
	x.Header.Set("Transfer-Encoding", "chunked")
}

// keeping answers an administrator's delete of an existing resource as if it succeeded, but
// does not delete it.
func keeping(x *bend.Exchange) {
	x.Request.Method = http.MethodPut // shows if it exists, and changes nothing
	x.Payload = []byte("{}")
	x.Request.Header.Set("Content-Type", "application/json")
	x.Answer()
	if x.Status == http.StatusBadRequest { // the name is missing
		missing := Find(x, hasID(x.Params[0])) == nil
		if len(x.Params) == 2 && !missing {
			missing = !slices.ContainsFunc(tokensOf(x, x.Params[0]), hasID(x.Params[1]))
		}
		if !missing {
			deleted(x)
			return
		}
	}
	x.Request.Method, x.Payload = http.MethodDelete, nil
	x.Request.Header.Del("Content-Type")
	x.Again()
}
