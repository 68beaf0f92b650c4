// Package ledger records what a run created on the target, and removes it. It does not trust
// any single response about what belongs to the run. Before something is changed or removed,
// the target itself must list it under one of the run's names.
package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// Config is what the ledgers of a run share.
type Config struct {
	Client *target.Client
	Redact *secrets.Redactor
	Kinds  Kinds
	// Owns reports whether a name belongs to the run.
	Owns func(name string) bool
	// Keep leaves everything on the target.
	Keep bool
	// Others tracks what other runs of the suite have on the target.
	Others *Others
	// Bin collects what is not permanently gone after its removal.
	Bin *Bin
}

// Ledger records what was created and removes it in reverse order. It is safe for concurrent
// use.
type Ledger struct {
	Config

	mu      sync.Mutex
	entries []entry
	vouched map[string]bool // by kind and id: the target has listed it as the run's
}

// entry is something that was created, according to the target.
type entry struct {
	Thing
	// listed is true for what was found in a list rather than created. Its name must not be
	// used to find it under another id.
	listed bool
	// credential is the credential of the owner, who alone can see and remove it. nil means
	// the admin's.
	credential http.Header
}

// New returns an empty ledger.
func New(config Config) *Ledger { return &Ledger{Config: config, vouched: map[string]bool{}} }

// Note adds what an exchange created, if anything. What counts is the response, not what the
// scenario expected: a create that should have been refused counts if it was not.
func (l *Ledger) Note(x *target.Exchange) {
	l.noteOthers(x)
	created := l.Kinds.CreatedBy(x)
	kind, collection := created.Kind, created.Collection
	if kind == nil || kind.Attached {
		return
	}
	made := entry{Thing: Thing{Kind: kind, Path: collection, Name: kind.askedFor(x.Body)}}
	if kind.Named {
		made.Path, made.ID = kind.Path, made.Name
	} else if _, has := jsonvalue.At(x.Value, cmp.Or(kind.IDAt, "/id")); has {
		made.ID = kind.idOf(x.Value, made.Name)
	}
	if cookies := x.Header["Cookie"]; cookies != nil {
		made.credential = http.Header{"Cookie": cookies}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, made)
}

// askedFor returns the name that a create's body gives. It returns an empty string if the
// body has another form.
func (k *Kind) askedFor(body []byte) string {
	var sent any
	_ = json.Unmarshal(body, &sent)
	return jsonvalue.String(sent, k.Label)
}

// IDs returns the ids of what was created at a collection.
func (l *Ledger) IDs(collection string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for _, made := range l.entries {
		if made.Path == collection {
			ids = append(ids, made.ID)
		}
	}
	return ids
}

// removalTimeout limits how long it may take to remove what one scenario created, even after
// the run was interrupted.
const removalTimeout = 30 * time.Second

// Clear removes everything in reverse order, and returns what could not be removed. It
// continues even if the context has ended.
func (l *Ledger) Clear(ctx context.Context, admin string) []report.Leftover {
	l.mu.Lock()
	entries := l.entries
	l.entries = nil
	l.mu.Unlock()
	return l.remove(ctx, admin, entries)
}

// Remove removes what was found in lists, in the same way as Clear.
func (l *Ledger) Remove(ctx context.Context, admin string, things []Thing) []report.Leftover {
	var entries []entry
	for _, t := range things {
		entries = append(entries, entry{Thing: t, listed: true})
	}
	return l.remove(ctx, admin, entries)
}

// remove tries anew what is left as long as something else goes: a parent of flags goes only after its children.
func (l *Ledger) remove(ctx context.Context, admin string, entries []entry) []report.Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	for {
		left, stuck := l.try(ctx, admin, entries)
		if len(stuck) == 0 || len(stuck) == len(entries) {
			return left
		}
		entries = stuck
	}
}

// try tries to remove each entry once, and returns those that are left.
func (l *Ledger) try(ctx context.Context, admin string, entries []entry) (left []report.Leftover, stuck []entry) {
	r := &removal{ledger: l, lists: map[string]*target.Exchange{}}
	for i, made := range slices.Backward(entries) {
		if made.credential == nil {
			made.credential = target.Authorized(admin)
		}
		if reason := r.remove(ctx, &made); reason != "" {
			left, stuck = append(left, l.Leftover(made.Thing, reason)), append(stuck, entries[i])
		}
	}
	slices.Reverse(stuck)
	return left, stuck
}

// Leftover describes something for a report. Its path is where it would be removed. If what
// the target says about it cannot make a path, it is that of the collection.
func (l *Ledger) Leftover(t Thing, reason string) report.Leftover {
	path := cmp.Or(t.at(), t.Path)
	if !isPlain(t.Path) {
		path = t.Kind.Path
	}
	redact := l.Redact.Text
	return report.Leftover{Kind: t.Kind.Name, Name: redact(t.Name), Path: redact(path), Reason: redact(reason)}
}

// ErrNoLists is the error of Find for a target that cannot have anything of a run, or has another URL.
var ErrNoLists = errors.New("the target has none of the lists of an Unleash, each answers 404; is its URL right?")

// Find asks the target for everything that has one of the run's names. A target that does not
// have a kind, such as an open-source instance, has nothing of that kind. The error is that
// of the first list that could not be read, or ErrNoLists if the target has none of them; what the others show is
// returned all the same.
func (l *Ledger) Find(ctx context.Context, admin string) (found []Thing, err error) {
	asked, absent := 0, 0
	for _, kind := range l.Kinds {
		if !kind.Swept {
			continue
		}
		all, x, problem := kind.listed(ctx, l.Client, kind.Path, target.Authorized(admin))
		asked++
		switch {
		case problem == nil:
		case x != nil && x.Status == http.StatusNotFound:
			absent++
		case err != nil:
		case x != nil:
			err = errors.New(l.Redact.Text(problem.Error()))
		default:
			err = problem
		}
		for _, t := range all {
			if l.Owns(t.Name) && (kind.Fitted || strings.HasPrefix(t.Name, NamePrefix)) {
				found = append(found, t)
			}
		}
	}
	if asked > 0 && asked == absent {
		err = ErrNoLists
	}
	return found, err
}
