package faulty

import (
	"fmt"
	"net/http"
	"slices"
)

// Steps that use the mock besides: they look what is there, make what is needed
// for an answer, and take back what must not last.

const endpointsPath = "/api/admin/signal-endpoints"

// find returns the endpoint for which holds is true as the administrator sees
// it, or nil.
func (x *exchange) find(holds func(*value) bool) *value {
	list, ok := parseJSON(x.ask(http.MethodGet, endpointsPath, "").body)
	if !ok {
		return nil
	}
	all := list.get("signalEndpoints").items
	if i := slices.IndexFunc(all, holds); i >= 0 {
		return all[i]
	}
	return nil
}

// tokensOf lists the tokens of an endpoint as the administrator sees them.
func (x *exchange) tokensOf(endpoint string) []*value {
	list, ok := parseJSON(x.ask(http.MethodGet, endpointsPath+"/"+endpoint+"/tokens", "").body)
	if !ok {
		return nil
	}
	return list.get("signalEndpointTokens").items
}

func hasID(id string) func(*value) bool {
	return func(v *value) bool { return v.get("id").string() == id }
}

func hasName(name string) func(*value) bool {
	return func(v *value) bool { return v.get("name").string() == name }
}

// letIn makes a call with a token of the endpoint that it names, whatever it
// came with.
func letIn(x *exchange) {
	endpoint := x.find(hasName(x.params[0]))
	if endpoint == nil {
		return
	}
	path := endpointsPath + "/" + endpoint.get("id").string() + "/tokens"
	token, ok := parseJSON(x.ask(http.MethodPost, path, `{"name":"faulty"}`).body)
	if !ok {
		return
	}
	again(as(token.get("token").string()))(x)
	x.ask(http.MethodDelete, path+"/"+token.get("id").string(), "")
}

// letInDisabled makes a call of a disabled endpoint.
func letInDisabled(x *exchange) {
	endpoint := x.find(hasName(x.params[0]))
	if endpoint == nil || endpoint.get("enabled").text != "false" {
		return
	}
	path := endpointsPath + "/" + endpoint.get("id").string()
	x.ask(http.MethodPost, path+"/on", "")
	x.again()
	x.ask(http.MethodPost, path+"/off", "")
}

// forgettingUpdates answers an update of an endpoint and takes it back.
func forgettingUpdates(x *exchange) {
	before := x.find(hasID(x.params[0]))
	x.answer()
	if x.status != http.StatusOK || before == nil {
		return
	}
	back := &value{kind: '{'}
	for _, key := range []string{"name", "enabled", "description"} {
		back.put(key, before.get(key))
	}
	x.ask(http.MethodPut, endpointsPath+"/"+x.params[0], string(back.append(nil)))
}

// forgettingRenames answers an update of a token and takes it back.
func forgettingRenames(x *exchange) {
	before := x.tokensOf(x.params[0])
	x.answer()
	if x.status != http.StatusOK {
		return
	}
	if i := slices.IndexFunc(before, hasID(x.params[1])); i >= 0 {
		path := endpointsPath + "/" + x.params[0] + "/tokens/" + x.params[1]
		x.ask(http.MethodPut, path, fmt.Sprintf(`{"name":%s}`, before[i].get("name").text))
	}
}

// deleted is the answer to a delete.
func deleted(x *exchange) {
	x.answer()
	x.status, x.body = http.StatusOK, nil
	for _, name := range []string{"Content-Type", "Etag", "Vary"} {
		x.header.Del(name)
	}
	x.header.Set("Transfer-Encoding", "chunked")
}

// keeping answers a delete by the administrator of what is there and does not
// do it.
func keeping(x *exchange) {
	x.request.Method = http.MethodPut // tells whether it is there, and changes nothing
	x.payload = []byte("{}")
	x.request.Header.Set("Content-Type", "application/json")
	x.answer()
	if x.status == http.StatusBadRequest { // a name is missing
		missing := x.find(hasID(x.params[0])) == nil
		if len(x.params) == 2 && !missing {
			missing = !slices.ContainsFunc(x.tokensOf(x.params[0]), hasID(x.params[1]))
		}
		if !missing {
			deleted(x)
			return
		}
	}
	x.request.Method, x.payload = http.MethodDelete, nil
	x.request.Header.Del("Content-Type")
	x.again()
}
