package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// namePrefix begins the names of everything that the suite creates; a run's id
// follows it.
const namePrefix = "unleash-mock-verify-"

const (
	endpointsPath = "/api/admin/signal-endpoints"
	usersPath     = "/api/admin/user-admin"
)

// created is a resource that the suite created.
type created struct {
	kind string // signal endpoint, signal endpoint token or user
	name string
	path string // empty if the answer to its creation did not tell its id
}

// ledger remembers what was created and removes it, the last first. It is safe
// for concurrent use.
type ledger struct {
	client *client
	keep   bool

	mu      sync.Mutex
	entries []created
}

// note adds what an exchange created, if it did. It goes by what came and not
// by what a scenario expected: a create that should have been refused counts
// when it was not.
func (l *ledger) note(x *exchange) {
	kind := ""
	path, _, _ := strings.Cut(x.path, "?")
	path = strings.TrimRight(path, "/")
	switch {
	case x.method != http.MethodPost || x.status < 200 || x.status > 299:
		return
	case path == endpointsPath:
		kind = "signal endpoint"
	case strings.HasPrefix(path, endpointsPath+"/") && strings.HasSuffix(path, "/tokens"):
		kind = "signal endpoint token"
	case path == usersPath:
		kind = "user"
	default:
		return
	}
	entry := created{kind: kind, name: nameOf(x)}
	if id, found := at(x.value, "/id"); found {
		entry.path = path + "/" + fmt.Sprint(id)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
}

// endpointIDs are the ids of the signal endpoints in the ledger.
func (l *ledger) endpointIDs() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []int64
	for _, entry := range l.entries {
		rest, _ := strings.CutPrefix(entry.path, endpointsPath+"/")
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// nameOf is the name that was asked for.
func nameOf(x *exchange) string {
	var sent struct{ Name, Username string }
	_ = json.Unmarshal(x.body, &sent) // a body of another form has no name
	if sent.Name == "" {
		return sent.Username
	}
	return sent.Name
}

// removalTimeout is how long the removal of what one scenario created may take,
// also when the run was interrupted.
const removalTimeout = 30 * time.Second

// clear removes everything, the last first, and returns what could not be
// removed. It goes on when the context has ended.
func (l *ledger) clear(ctx context.Context, authorization string) []report.Leftover {
	l.mu.Lock()
	entries := l.entries
	l.entries = nil
	l.mu.Unlock()
	if len(entries) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	var left []report.Leftover
	for _, entry := range slices.Backward(entries) {
		if reason := l.remove(ctx, &entry, authorization); reason != "" {
			left = append(left, report.Leftover{Kind: entry.kind, Name: entry.name, Path: entry.path, Reason: l.client.redact.text(reason)})
		}
	}
	return left
}

// remove deletes one resource and says why it is still there, if it is. That it
// is gone already is fine.
func (l *ledger) remove(ctx context.Context, entry *created, authorization string) string {
	if l.keep {
		return "kept, as asked for"
	}
	if entry.path == "" {
		if entry.kind != "signal endpoint" || entry.name == "" {
			return "the answer to its creation did not tell its id"
		}
		found, err := l.client.endpoints(ctx, authorization)
		if err != nil {
			return "its id is not known: " + err.Error()
		}
		at := slices.IndexFunc(found, func(e listedEndpoint) bool { return e.Name == entry.name })
		if at < 0 {
			return ""
		}
		entry.path = fmt.Sprintf("%s/%d", endpointsPath, found[at].ID)
	}
	x, _, err := l.client.send(ctx, request{method: http.MethodDelete, path: entry.path, header: authorized(authorization)})
	switch {
	case err != nil:
		return err.Error()
	case x.status >= 200 && x.status < 300, x.status == http.StatusNotFound:
		return ""
	}
	return "its removal was refused: " + summary(x)
}

func authorized(token string) http.Header { return http.Header{"Authorization": {token}} }

// listedEndpoint is a signal endpoint as a list shows it.
type listedEndpoint struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
}

// endpoints lists the target's signal endpoints.
func (c *client) endpoints(ctx context.Context, authorization string) ([]listedEndpoint, error) {
	x, _, err := c.send(ctx, request{method: http.MethodGet, path: endpointsPath, header: authorized(authorization)})
	if err != nil {
		return nil, err
	}
	var answer struct {
		SignalEndpoints []listedEndpoint `json:"signalEndpoints"`
	}
	if x.status != http.StatusOK || json.Unmarshal(x.received, &answer) != nil {
		return nil, fmt.Errorf("listing the signal endpoints: %s", c.redact.text(summary(x)))
	}
	return answer.SignalEndpoints, nil
}
