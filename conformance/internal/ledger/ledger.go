// Package ledger knows what a run made on the target and removes it. It takes no
// answer's word for what belongs to the run: the target itself must list it under
// one of the run's names before it is changed or removed.
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

// Config is what ledgers of a run share.
type Config struct {
	Client *target.Client
	Redact *secrets.Redactor
	Kinds  Kinds
	// Owns reports whether a name is one of the run's.
	Owns func(name string) bool
	// Keep leaves everything where it is.
	Keep bool
	// Others notes what other runs of the suite have on the target.
	Others *Others
	// Bin takes what is not gone for good once it is removed.
	Bin *Bin
}

// Ledger remembers what was made and removes it, the last first. It is safe for
// concurrent use.
type Ledger struct {
	Config

	mu      sync.Mutex
	entries []entry
	vouched map[string]bool // by kind and id: the target listed it as the run's
}

// entry is something that was made, by the target's word.
type entry struct {
	Thing
	// listed is true for what was found in a list and not made: its name is no hint
	// to another id.
	listed bool
	// credential is that of its owner, who alone can see and remove it; nil for the
	// admin's.
	credential http.Header
}

// New makes an empty ledger.
func New(config Config) *Ledger { return &Ledger{Config: config, vouched: map[string]bool{}} }

// Note adds what an exchange made, if it did. It goes by what came and not by
// what a scenario expected: a create that should have been refused counts when it
// was not.
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
	} else if _, told := jsonvalue.At(x.Value, cmp.Or(kind.IDAt, "/id")); told {
		made.ID = kind.idOf(x.Value, made.Name)
	}
	if cookies := x.Header["Cookie"]; cookies != nil {
		made.credential = http.Header{"Cookie": cookies}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, made)
}

// askedFor is the name that a body gives to what it is to make; empty if it is of
// another form.
func (k *Kind) askedFor(body []byte) string {
	var sent any
	_ = json.Unmarshal(body, &sent)
	name, _ := jsonvalue.At(sent, k.Label)
	text, _ := name.(string)
	return text
}

// IDs are those of what was made at a collection.
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

// removalTimeout is how long the removal of what one scenario made may take, also
// when the run was interrupted.
const removalTimeout = 30 * time.Second

// Clear removes everything, the last first, and returns what could not be
// removed. It goes on when the context has ended.
func (l *Ledger) Clear(ctx context.Context, admin string) []report.Leftover {
	l.mu.Lock()
	entries := l.entries
	l.entries = nil
	l.mu.Unlock()
	return l.remove(ctx, admin, entries)
}

// Remove removes what was found in lists, as Clear does.
func (l *Ledger) Remove(ctx context.Context, admin string, things []Thing) []report.Leftover {
	var entries []entry
	for _, t := range things {
		entries = append(entries, entry{Thing: t, listed: true})
	}
	return l.remove(ctx, admin, entries)
}

func (l *Ledger) remove(ctx context.Context, admin string, entries []entry) []report.Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	r := &removal{ledger: l, lists: map[string]*target.Exchange{}}
	var left []report.Leftover
	for _, made := range slices.Backward(entries) {
		if made.credential == nil {
			made.credential = target.Authorized(admin)
		}
		if reason := r.remove(ctx, &made); reason != "" {
			left = append(left, l.Leftover(made.Thing, reason))
		}
	}
	return left
}

// Leftover is something as a report names it. Its path is where it would be
// removed, or that of its collection if what the target says of it makes no path.
func (l *Ledger) Leftover(t Thing, reason string) report.Leftover {
	path := cmp.Or(t.at(), t.Path)
	if !isPlain(t.Path) {
		path = t.Kind.Path
	}
	redact := l.Redact.Text
	return report.Leftover{Kind: t.Kind.Name, Name: redact(t.Name), Path: redact(path), Reason: redact(reason)}
}

// Find asks the target for everything that bears one of the run's names. A target
// that does not have a kind, as an open-source instance, has nothing of it. The
// error, of the first list that could not be had, comes with what the others show.
func (l *Ledger) Find(ctx context.Context, admin string) (found []Thing, err error) {
	for _, kind := range l.Kinds {
		if !kind.Swept {
			continue
		}
		all, x, problem := kind.listed(ctx, l.Client, kind.Path, target.Authorized(admin))
		switch {
		case problem == nil, err != nil, x != nil && x.Status == http.StatusNotFound:
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
	return found, err
}
