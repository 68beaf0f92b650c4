package ledger

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// Bin holds what a run removed but the target keeps until it is removed again, such as
// archived flags. It is safe for concurrent use.
type Bin struct {
	// Settled is true for a target that needs no pause before that.
	Settled bool

	mu     sync.Mutex
	things []Thing
}

func (b *Bin) put(t Thing) {
	if b == nil || t.Kind.Bin == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.things = append(b.things, Thing{Kind: t.Kind.Bin, Path: t.Kind.Bin.Path, ID: t.ID, Name: t.Name})
}

func (b *Bin) take() []Thing {
	b.mu.Lock()
	defer b.mu.Unlock()
	things := b.things
	b.things = nil
	return things
}

// settling returns how long to leave a target alone before things are removed for good.
func settling(things []Thing) (longest time.Duration) {
	for _, t := range things {
		longest = max(longest, t.Kind.Settling)
	}
	return longest
}

// Empty permanently removes what is in the bin, and returns what could not be removed. It
// continues even if the context has ended.
func (l *Ledger) Empty(ctx context.Context, admin string) []report.Leftover {
	things := l.Bin.take()
	if len(things) == 0 {
		return nil
	}
	if !l.Bin.Settled {
		time.Sleep(settling(things))
	}
	var left []report.Leftover
	for part := range slices.Chunk(things, 100) { // each chunk has its own timeout
		left = append(left, l.Remove(ctx, admin, part)...)
	}
	return left
}
