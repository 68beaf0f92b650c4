package engine

import "sync"

// memo keeps what was derived of a state until the state has changed so that it would
// come out otherwise.
type memo struct {
	mu    sync.RWMutex
	byKey map[string]derived
}

type derived struct {
	revision int64
	value    func() any
}

// How many values a store keeps: one for each environment and set of projects that tokens
// name, as long as values of the size of the state take no more than maxDerivedBytes.
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

// Derived returns what derive makes of a view, made once for each key and revision. The
// caller says by the revision when it would come out otherwise.
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
	case is && known.revision > revision: // of a view that is older than others
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
