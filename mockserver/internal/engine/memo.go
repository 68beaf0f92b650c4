package engine

import "sync"

// memo caches values derived from a state until a change makes them stale.
type memo struct {
	mu    sync.RWMutex
	byKey map[string]derived
}

type derived struct {
	revision int64
	value    func() any
}

// Limits of the number of values that a store caches, one for each environment and set of
// projects that tokens name: at most maxDerived, and no more than fit into maxDerivedBytes
// if each is as large as the state, but always minDerived.
const (
	minDerived      = 8
	maxDerived      = 64
	maxDerivedBytes = 64 << 20
)

func (s *Store) mostDerived() int {
	return int(min(maxDerived, max(minDerived, maxDerivedBytes/max(1, s.bytes.Load()))))
}

func (m *memo) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byKey = nil
}

// Derived returns the result of derive for a view, and computes it once per key and
// revision. The caller must pass another revision whenever the result would differ.
func Derived[T any](view *View, key string, revision int64, derive func() T) T {
	m := &view.store.memo
	m.mu.RLock()
	known, is := m.byKey[key]
	m.mu.RUnlock()
	if is && known.revision == revision {
		return known.value().(T)
	}
	m.mu.Lock()
	known, is = m.byKey[key]
	switch {
	case is && known.revision > revision: // the view is older than another one
		m.mu.Unlock()
		return derive()
	case !is || known.revision < revision:
		if m.byKey == nil || len(m.byKey) >= view.store.mostDerived() {
			m.byKey = map[string]derived{}
		}
		known = derived{revision, sync.OnceValue(func() any { return derive() })}
		m.byKey[key] = known
	}
	m.mu.Unlock()
	return known.value().(T)
}
