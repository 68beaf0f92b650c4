package ledger

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Others tracks which other runs of the suite are active on the target: those whose things
// appear and disappear. Things that stay unchanged are left over from an earlier run. It is
// safe for concurrent use.
type Others struct {
	mu    sync.Mutex
	known map[string]map[string]bool // names in lists, by kind
	seen  time.Time                  // when a list last changed
	quiet time.Time                  // when several looks last found no change
	asked time.Time                  // when the target was last asked on purpose
}

// note records the names of a kind that the target lists.
func (o *Others) note(kind *Kind, names map[string]bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, listed := o.known[kind.Name]
	if listed && !maps.Equal(known, names) {
		o.seen = time.Now()
	}
	if o.known == nil {
		o.known = map[string]map[string]bool{}
	}
	o.known[kind.Name] = names
}

// seenSince reports whether a list has changed after a time.
func (o *Others) seenSince(start time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.seen.After(start)
}

// noteOthers looks for other runs in a listing.
func (l *Ledger) noteOthers(x *target.Exchange) {
	if l.Others == nil || x.Method != http.MethodGet || x.Status != http.StatusOK {
		return
	}
	for _, kind := range l.Kinds {
		if all, isList := kind.Things(x.Value); kind.Swept && isList && kind.isListed(x.Path) {
			l.Others.note(kind, l.namesOfOthers(all))
		}
	}
}

func (l *Ledger) namesOfOthers(all []Thing) map[string]bool {
	names := map[string]bool{}
	for _, t := range all {
		if RunOf(t.Name) != "" && !l.Owns(t.Name) {
			names[t.Name] = true
		}
	}
	return names
}

const (
	looks   = 8
	between = 250 * time.Millisecond
	// attentive is how long after a look the next scenario does not need one.
	attentive = 5 * time.Second
	// lingering is how long after its last sign another run is considered active, because it
	// also sends requests that leave no trace.
	lingering = 10 * time.Second
)

// OthersAtWork reports whether another run has been active since a time, or still is, judging
// by changes to what other runs have on the target.
func (l *Ledger) OthersAtWork(ctx context.Context, admin string, since time.Time) bool {
	if l.Others == nil || admin == "" {
		return false
	}
	for range l.Others.looks() {
		if l.LookForOthers(ctx, admin); l.Others.seenSince(since.Add(-lingering)) {
			return true
		}
		if target.Sleep(ctx, between) != nil {
			return false
		}
	}
	l.Others.nobody()
	return false
}

// Attend looks for other runs unless that was done recently. It is called before a scenario
// that they can disturb, so that a run that ends during the scenario is noticed too.
func (l *Ledger) Attend(ctx context.Context, admin string) {
	if l.Others != nil && admin != "" && l.Others.due() {
		l.LookForOthers(ctx, admin)
	}
}

// due reports whether it is time to look again. If so, it records that someone does.
func (o *Others) due() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.asked) < attentive {
		return false
	}
	o.asked = time.Now()
	return true
}

// looks returns how often to look: only once if no other run was seen a short while ago.
func (o *Others) looks() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.quiet) < lingering {
		return 1
	}
	return looks
}

func (o *Others) nobody() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.quiet = time.Now()
}

// LookForOthers asks the target what other runs have.
func (l *Ledger) LookForOthers(ctx context.Context, admin string) {
	for _, kind := range l.Kinds {
		if !kind.Swept {
			continue
		}
		if all, _, err := kind.listed(ctx, l.Client, kind.Path, target.Authorized(admin)); err == nil {
			l.Others.note(kind, l.namesOfOthers(all))
		}
	}
}
