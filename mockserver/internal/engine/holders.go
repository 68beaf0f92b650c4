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

// BySecret returns the row with a secret, nil if there is none. A view may find one that is
// newer than what else it shows.
func (t *Table[T]) BySecret(r Reader, text string) *T {
	view := r.view()
	if view.ofTx {
		return t.bySecret(view, text)
	}
	row, _ := view.store.holders[t.Name].find(text, func() any {
		if row := t.bySecret(view.store.View(nil), text); row != nil {
			return row
		}
		return nil
	}).(*T)
	return row
}

func (t *Table[T]) bySecret(r Reader, text string) *T {
	digest := NewSecret(text).digest
	row := t.secret.Find(r, digest[:])
	if row == nil || !t.Secret(row).has(digest) {
		return nil
	}
	return row
}

// NewSecret makes a secret from a prefix and size random bytes in hex. It retries until
// no row has the secret, since a repeating source of randomness may produce one again.
func (t *Table[T]) NewSecret(tx *Tx, prefix string, size int) Secret {
	for {
		if secret := tx.newSecret(prefix, size); t.secret.Find(tx, secret.Key()) == nil {
			return secret
		}
	}
}
