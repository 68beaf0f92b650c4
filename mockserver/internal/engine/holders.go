package engine

import (
	"maps"
	"slices"
	"sync/atomic"
)

// holders caches which rows of a table hold the secrets that clients send, until a row of the
// table changes.
type holders struct {
	revision atomic.Int64 // number of transactions that changed a row
	cached   atomic.Pointer[held]
}

// held are rows by their secrets, as of a revision. It is not changed.
type held struct {
	revision int64
	rows     map[string]any
}

// maxHeld is how many rows are cached at once.
const maxHeld = 64

// find returns the row that holds a secret, nil if there is none. What is not cached is looked up
// in the newest state, as of a revision that was read before it: a transaction raises the revision
// once it has taken effect, so a row is never cached for longer than it is current.
func (h *holders) find(secret string, look func() any) any {
	revision, cached := h.revision.Load(), h.cached.Load()
	if cached != nil && cached.revision == revision {
		if row := cached.rows[secret]; row != nil {
			return row
		}
	}
	row := look()
	if row == nil {
		return nil // else clients that guess would fill the cache
	}
	next := &held{revision: revision, rows: map[string]any{}}
	if cached != nil && cached.revision == revision && len(cached.rows) < maxHeld {
		maps.Copy(next.rows, cached.rows)
	}
	next.rows[secret] = row
	h.cached.CompareAndSwap(cached, next)
	return row
}

// secretChanged makes the commit of tx discard the cached rows of a table.
func (tx *Tx) secretChanged(table string) {
	if changed := tx.store.holders[table]; !slices.Contains(tx.exposed, changed) {
		tx.exposed = append(tx.exposed, changed)
	}
}
