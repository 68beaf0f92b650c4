package conformance

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// namePrefix begins the names of everything that the suite creates; a run's id
// follows it.
const namePrefix = "unleash-mock-verify-"

const (
	endpointsPath      = "/api/admin/signal-endpoints"
	usersPath          = "/api/admin/user-admin"
	personalTokensPath = "/api/admin/user/tokens"
)

// kind is a sort of thing that the suite makes on a target, and how the target
// shows what there is of it.
type kind struct {
	name       string         // as reports call one
	collection *regexp.Regexp // the path that one is made at
	list       string         // the path that shows all
	key        string         // where in that answer, as a JSON pointer
	called     string         // the property that holds a name, likewise
}

var (
	signalEndpoint = &kind{"signal endpoint", regexp.MustCompile("^" + endpointsPath + "$"), endpointsPath, "/signalEndpoints", "/name"}
	endpointToken  = &kind{"signal endpoint token", regexp.MustCompile("^" + endpointsPath + "/[^/]+/tokens$"), endpointsPath, "/signalEndpoints", "/name"}
	user           = &kind{"user", regexp.MustCompile("^" + usersPath + "$"), usersPath, "/users", "/username"}
	personalToken  = &kind{"personal access token", regexp.MustCompile("^" + personalTokensPath + "$"), personalTokensPath, "/pats", "/description"}
)

// kindAt is the kind of what is made at a path, nil if the suite makes nothing
// there.
func kindAt(collection string) *kind {
	for _, k := range []*kind{signalEndpoint, endpointToken, user, personalToken} {
		if k.collection.MatchString(collection) {
			return k
		}
	}
	return nil
}

// thing is something that the target has.
type thing struct {
	collection string // the path that it was made at
	id         string // in JSON
	name       string
	created    time.Time // zero if the target does not tell
}

// plainID is the form of an id that may stand in a path.
var plainID = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// listed asks the target what there is of a kind. The exchange is nil if no
// answer came.
func (k *kind) listed(ctx context.Context, c *client, credentials http.Header) ([]thing, *exchange, error) {
	x, _, err := c.send(ctx, request{method: http.MethodGet, path: k.list, header: credentials})
	if err != nil {
		return nil, nil, fmt.Errorf("listing the %ss: %w", k.name, err)
	}
	all, isList := k.things(x.value)
	if x.status != http.StatusOK || !isList {
		return nil, x, fmt.Errorf("listing the %ss: %s", k.name, c.redact.text(summary(x)))
	}
	return all, x, nil
}

// things reads a list, and what is listed with each entry of it.
func (k *kind) things(answer any) (all []thing, isList bool) {
	value, _ := at(answer, k.key)
	list, isList := value.([]any)
	for _, entry := range list {
		one := k.thing(k.list, entry)
		all = append(all, one)
		tokens, _ := at(entry, "/tokens")
		nested, _ := tokens.([]any)
		for _, token := range nested {
			all = append(all, k.thing(k.list+"/"+one.id+"/tokens", token))
		}
	}
	return all, isList
}

func (k *kind) thing(collection string, entry any) thing {
	id, _ := at(entry, "/id")
	name, _ := at(entry, k.called)
	text, _ := name.(string)
	created, _ := at(entry, "/createdAt")
	moment, _ := time.Parse(time.RFC3339, fmt.Sprint(created))
	return thing{collection, compact(id), text, moment}
}
