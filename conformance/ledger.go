package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// created is something that the suite made on the target, by the target's word.
type created struct {
	kind       *kind
	collection string // the path that it was made at
	name       string // as it was asked for
	id         string // as the answer gave it, in JSON; empty if it gave none
	// listed is true for what was found in a list and not made: its name is no hint
	// to another id.
	listed bool
	// credentials are those of who may see and remove it; nil for the admin's.
	credentials http.Header
}

// path is where it would be removed; that of the collection if the id cannot be
// put into a path.
func (c *created) path() string {
	if plainID.MatchString(c.id) {
		return c.collection + "/" + c.id
	}
	return c.collection
}

// ledger remembers what was made and removes it, the last first. It takes no
// answer's word for what belongs to the run: it removes only what the target
// lists under one of the run's names. It is safe for concurrent use.
type ledger struct {
	client *client
	owns   func(name string) bool // reports whether a name is one of the run's
	keep   bool

	mu      sync.Mutex
	entries []created
	vouched map[string]bool // by kind and id: the target listed it as the run's
}

func newLedger(client *client, owns func(string) bool, keep bool) *ledger {
	return &ledger{client: client, owns: owns, keep: keep, vouched: map[string]bool{}}
}

// note adds what an exchange created, if it did. It goes by what came and not
// by what a scenario expected: a create that should have been refused counts
// when it was not.
func (l *ledger) note(x *exchange) {
	if x.method != http.MethodPost || x.status < 200 || x.status > 299 {
		return
	}
	collection := collectionOf(x.path)
	kind := kindAt(collection)
	if kind == nil {
		return
	}
	entry := created{kind: kind, collection: collection, name: nameOf(x)}
	if id, found := at(x.value, "/id"); found {
		entry.id = compact(id)
	}
	if cookies := x.header["Cookie"]; cookies != nil {
		entry.credentials = http.Header{"Cookie": cookies}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
}

// collectionOf is the path of a request in the form in which kinds know it.
func collectionOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return "/" + strings.Join(strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' }), "/")
}

// ids are the ids of what was made at a collection.
func (l *ledger) ids(collection string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for _, entry := range l.entries {
		if entry.collection == collection {
			ids = append(ids, entry.id)
		}
	}
	return ids
}

// nameOf is the name that was asked for.
func nameOf(x *exchange) string {
	var sent struct{ Name, Username, Description string }
	_ = json.Unmarshal(x.body, &sent) // a body of another form has no name
	for _, name := range []string{sent.Username, sent.Name, sent.Description} {
		if name != "" {
			return name
		}
	}
	return ""
}

// disowned says that the target did not show what was about to be changed to be
// the run's. It is a fault of the target's.
type disowned struct {
	*mismatch
	seen *exchange // what showed it
}

func (d *disowned) Unwrap() error { return d.mismatch }

// vouch makes sure that what a request is about to change belongs to the run:
// the target itself must list it under one of the run's names, since a create may
// have answered with the id of something else. What was seen to be the run's
// stays so, but for a DELETE it is looked at anew. What is gone by then is not
// somebody else's: ids are not used again.
func (l *ledger) vouch(ctx context.Context, admin, method, collection, id string) error {
	kind := kindAt(collection)
	if kind == nil {
		return fmt.Errorf("the suite makes nothing at %s, and so changes nothing there", collection)
	}
	known := l.isVouched(kind, id)
	if known && method != http.MethodDelete {
		return nil
	}
	all, seen, err := kind.listed(ctx, l.client, authorized(admin))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return l.disown(seen, http.MethodGet, kind.list, "a list that shows what is about to be changed", err.Error())
	}
	for _, t := range all {
		if t.id == id && kindAt(t.collection) == kind {
			if !l.owns(t.name) {
				return l.disown(seen, http.MethodPost, collection, "the id of what was created", fmt.Sprintf("%s, which is that of %q", id, t.name))
			}
			known = true
		}
	}
	if !known {
		return l.disown(seen, http.MethodPost, collection, "the id of what was created", id+", which the list does not show")
	}
	l.vouchFor(all)
	return nil
}

// disown blames the operation of a method and path.
func (l *ledger) disown(seen *exchange, method, path, expectation, got string) error {
	f := finding{breach: breach{expectation: expectation, got: got}}
	if operation := l.client.contract.Find(method, path); operation != nil {
		f.operation = operation.ID
	}
	return &disowned{&mismatch{[]finding{f}}, seen}
}

func (l *ledger) isVouched(kind *kind, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.vouched[kind.name+" "+id]
}

// vouchFor remembers what of a list is the run's.
func (l *ledger) vouchFor(all []thing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range all {
		if kind := kindAt(t.collection); kind != nil && l.owns(t.name) && l.stranger(all, t.collection, t.id) == nil {
			l.vouched[kind.name+" "+t.id] = true
		}
	}
}

// removalTimeout is how long the removal of what one scenario created may take,
// also when the run was interrupted.
const removalTimeout = 30 * time.Second

// clear removes everything, the last first, and returns what could not be
// removed. It goes on when the context has ended.
func (l *ledger) clear(ctx context.Context, admin string) []report.Leftover {
	l.mu.Lock()
	entries := l.entries
	l.entries = nil
	l.mu.Unlock()
	return l.remove(ctx, admin, entries)
}

func (l *ledger) remove(ctx context.Context, admin string, entries []created) []report.Leftover {
	if len(entries) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	r := &removal{ledger: l, lists: map[string]list{}}
	var left []report.Leftover
	for _, entry := range slices.Backward(entries) {
		if entry.credentials == nil {
			entry.credentials = authorized(admin)
		}
		if reason := r.remove(ctx, &entry); reason != "" {
			redact := l.client.redact.text
			left = append(left, report.Leftover{Kind: entry.kind.name, Name: redact(entry.name), Path: redact(entry.path()), Reason: redact(reason)})
		}
	}
	return left
}

// removal is one pass over a ledger. What the target lists is asked for once.
type removal struct {
	*ledger
	lists map[string]list // by the path of the list
}

type list struct {
	things []thing
	err    error
}

func (r *removal) listed(ctx context.Context, entry *created) ([]thing, error) {
	known, asked := r.lists[entry.kind.list]
	if !asked {
		known.things, _, known.err = entry.kind.listed(ctx, r.client, entry.credentials)
		r.lists[entry.kind.list] = known
	}
	return known.things, known.err
}

// remove removes one entry and says why it is still there, if it is. That it is
// gone already is fine.
func (r *removal) remove(ctx context.Context, entry *created) string {
	if r.keep {
		return "kept, as asked for"
	}
	all, err := r.listed(ctx, entry)
	if err != nil {
		return "not removed, as it cannot be read back: " + err.Error()
	}
	stranger, problem := r.stranger(all, entry.collection, entry.id), ""
	switch {
	case entry.id != "" && !plainID.MatchString(entry.id):
		problem = fmt.Sprintf("not removed by its id, which is said to be %s and no positive whole number", entry.id)
	case stranger != nil:
		problem = fmt.Sprintf("not removed by its id, which is that of %q and not of anything that the run made", stranger.name)
	}
	isIt := func(t thing) bool { return t.collection == entry.collection && t.id == entry.id }
	if !entry.listed && (problem != "" || !slices.ContainsFunc(all, isIt)) {
		isIt = func(t thing) bool { return t.collection == entry.collection && t.name == entry.name }
	}
	for _, t := range all {
		if !isIt(t) || !plainID.MatchString(t.id) || r.stranger(all, t.collection, t.id) != nil {
			continue
		}
		if refused := r.delete(ctx, t, entry.credentials); refused != "" {
			return refused
		}
	}
	return problem
}

// stranger finds what has an id and is not the run's; nil if there is none. A
// target at odds with itself may list two things under one id.
func (l *ledger) stranger(all []thing, collection, id string) *thing {
	for _, t := range all {
		if t.collection == collection && t.id == id && !l.owns(t.name) {
			return &t
		}
	}
	return nil
}

// delete sends the request that removes something, whose id and name the caller
// has seen to be right.
func (l *ledger) delete(ctx context.Context, t thing, credentials http.Header) string {
	x, _, err := l.client.send(ctx, request{method: http.MethodDelete, path: t.collection + "/" + t.id, header: credentials})
	switch {
	case err != nil:
		return err.Error()
	case x.status >= 200 && x.status < 300, x.status == http.StatusNotFound:
		return ""
	}
	return "its removal was refused: " + summary(x)
}

func authorized(token string) http.Header { return http.Header{"Authorization": {token}} }
