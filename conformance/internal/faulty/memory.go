package faulty

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Steps that remember: each is built for one handler, whose exchanges go one at
// a time.

const endpointsPath = "/api/admin/signal-endpoints"

// objects calls visit for every object in a value, outer ones first.
func (v *value) objects(visit func(*value)) {
	if v == nil {
		return
	}
	if v.kind == '{' {
		visit(v)
	}
	for _, item := range v.items {
		item.objects(visit)
	}
}

// resource tells apart what has an id.
type resource struct {
	// created and deleted are the operations that make and remove one.
	created, deleted string
	// owns tells whether an object of an answer is the resource; refers lists
	// the members of others that hold its id.
	owns   func(*value) bool
	refers []string
	// segment is the place of the id in a path below /api/admin.
	segment int
}

func endpoints() resource {
	return resource{"createSignalEndpoint", "deleteSignalEndpoint", func(v *value) bool { return v.get("enabled") != nil },
		[]string{"signalEndpointId", "sourceId"}, 1}
}

func tokens() resource {
	return resource{"createSignalEndpointToken", "deleteSignalEndpointToken", func(v *value) bool { return v.get("signalEndpointId") != nil },
		[]string{"createdBySourceTokenId"}, 3}
}

// renumbered shows ids of a resource as other numbers: inner gives the mock's
// number of one that the client knows, outer the client's of the mock's.
func renumbered(what resource, inner, outer func(int64) int64) step {
	return func(x *exchange) {
		x.renumberPath(what.segment, inner)
		x.answer()
		whole(func(body *value) {
			body.objects(func(object *value) {
				if what.owns(object) {
					object.edit("/id", renumber(outer))
				}
				for _, key := range what.refers {
					object.edit("/"+key, renumber(outer))
				}
			})
		})(x)
		if location := x.header.Get("Location"); location != "" {
			x.header.Set("Location", renumberSegment(location, what.segment, outer))
		}
	}
}

func renumber(number func(int64) int64) func(*value) *value {
	return func(v *value) *value {
		if !v.isInt() {
			return v
		}
		return integer(number(v.int()))
	}
}

func (x *exchange) renumberPath(segment int, number func(int64) int64) {
	const admin = "/api/admin/"
	if rest, found := strings.CutPrefix(x.request.URL.EscapedPath(), admin); found && strings.HasPrefix(rest, "signal-endpoints/") {
		x.setURL(admin+renumberSegment(rest, segment, number), x.request.URL.Query())
	}
}

func renumberSegment(path string, segment int, number func(int64) int64) string {
	segments := strings.Split(path, "/")
	if segment < len(segments) {
		if id, err := strconv.ParseInt(segments[segment], 10, 64); err == nil {
			segments[segment] = strconv.FormatInt(number(id), 10)
		}
	}
	return strings.Join(segments, "/")
}

// mirrored gives every id that is created the number that lies as far below a
// million as it lies above zero, so that later ids are lower.
func mirrored(what resource) step {
	const mirror, first = 1_000_000, 10_000
	turn := func(id int64) int64 {
		if id > mirror-first && id < mirror-oldest(what) || id > oldest(what) && id < first {
			return mirror - id
		}
		return id
	}
	return renumbered(what, turn, turn)
}

// oldest is the highest id of the built-in seed.
func oldest(what resource) int64 {
	if what.segment == endpoints().segment {
		return 1338
	}
	return 9
}

// reusing gives what is created the id of what was deleted before.
func reusing(what resource) func() step {
	return func() step {
		shown := map[int64]int64{} // by the mock's id
		var free []int64
		outer := func(id int64) int64 {
			if other, renamed := shown[id]; renamed {
				return other
			}
			return id
		}
		inner := func(id int64) int64 {
			newest := id
			for from, to := range shown {
				if to == id && from > newest {
					newest = from
				}
			}
			return newest
		}
		translate := renumbered(what, inner, outer)
		return func(x *exchange) {
			if is(what.created)(x) && len(free) > 0 {
				x.renumberPath(what.segment, inner)
				x.answer()
				if body, ok := parseJSON(x.body); ok && x.status == http.StatusCreated {
					shown[body.get("id").int()] = free[len(free)-1]
					free = free[:len(free)-1]
				}
			}
			translate(x)
			if is(what.deleted)(x) && x.status == http.StatusOK {
				if id, err := strconv.ParseInt(x.params[len(x.params)-1], 10, 64); err == nil {
					free = append(free, id)
				}
			}
		}
	}
}

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
	path := endpointsPath + "/" + x.params[0] + "/tokens"
	list, _ := parseJSON(x.ask(http.MethodGet, path, "").body)
	x.answer()
	if x.status != http.StatusOK {
		return
	}
	before := list.get("signalEndpointTokens")
	if i := slices.IndexFunc(before.items, hasID(x.params[1])); i >= 0 {
		x.ask(http.MethodPut, path+"/"+x.params[1], fmt.Sprintf(`{"name":%s}`, before.items[i].get("name").text))
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
		missing := x.find(func(v *value) bool { return v.get("id").string() == x.params[0] }) == nil
		if len(x.params) == 2 && !missing {
			list, _ := parseJSON(x.ask(http.MethodGet, endpointsPath+"/"+x.params[0]+"/tokens", "").body)
			missing = !slices.ContainsFunc(list.get("signalEndpointTokens").items, hasID(x.params[1]))
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
			list, _ := parseJSON(x.ask(http.MethodGet, endpointsPath+"/"+x.params[0]+"/tokens", "").body)
			if x.answer(); x.status == http.StatusOK {
				before := list.get("signalEndpointTokens").items
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

// secrets remembers which token each secret belongs to.
type secrets map[string]secret

type secret struct{ endpoint, token string } // ids

// learn looks into the answers to creates.
func (s secrets) learn(x *exchange) {
	if is("createSignalEndpointToken")(x) {
		ok(whole(func(body *value) {
			s[body.get("token").string()] = secret{body.get("signalEndpointId").string(), body.get("id").string()}
		}))(x)
	}
}

// livingSecrets lets deleted tokens make calls.
func livingSecrets() step {
	known := secrets{}
	return func(x *exchange) {
		known.learn(x)
		if both(is("callSignalEndpoint"), answered(http.StatusUnauthorized))(x) {
			owner, remembered := known[x.token()]
			if endpoint := x.find(hasName(x.params[0])); remembered && endpoint != nil && endpoint.get("id").string() == owner.endpoint {
				letIn(x)
			}
		}
	}
}

// foreignSecrets lets a token call every endpoint.
func foreignSecrets() step {
	known := secrets{}
	return func(x *exchange) {
		known.learn(x)
		if both(is("callSignalEndpoint"), answered(http.StatusUnauthorized))(x) {
			owner, remembered := known[x.token()]
			if remembered && x.find(hasID(owner.endpoint)) != nil {
				letIn(x)
			}
		}
	}
}

// renamesRevoke makes the secret of a renamed token unknown.
func renamesRevoke() step {
	known, revoked := secrets{}, map[secret]bool{}
	return func(x *exchange) {
		known.learn(x)
		switch {
		case is("updateSignalEndpointToken")(x):
			if x.answer(); x.status == http.StatusOK {
				revoked[secret{x.params[0], x.params[1]}] = true
			}
		case is("callSignalEndpoint")(x) && revoked[known[x.token()]]:
			as(unknownToken)(x)
		}
	}
}

// listingSecrets puts the secrets of created tokens where pointer addresses
// tokens in an answer of an operation.
func listingSecrets(operation, pointer string) func() step {
	return func() step {
		byToken := map[string]*value{} // the secret by the token's id
		return func(x *exchange) {
			if is("createSignalEndpointToken")(x) {
				ok(whole(func(body *value) { byToken[body.get("id").string()] = body.get("token") }))(x)
			}
			if is(operation)(x) {
				ok(edit(pointer, func(token *value) *value {
					if token != nil && token.kind == '{' {
						token.put("token", byToken[token.get("id").string()])
					}
					return token
				}))(x)
			}
		}
	}
}

// unprefixedSecrets shows secrets without their prefix, and knows them so.
func unprefixedSecrets() step {
	const prefix = "signal_"
	known := secrets{}
	return func(x *exchange) {
		if _, ours := known[prefix+x.token()]; ours {
			as(prefix + x.token())(x)
		}
		known.learn(x)
		if is("createSignalEndpointToken")(x) {
			ok(edit("/token", words(func(text string) string { return strings.TrimPrefix(text, prefix) })))(x)
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
