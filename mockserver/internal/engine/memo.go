package engine

import (
	"sync"
	"sync/atomic"
)

// memo caches values derived from a state until a change makes them stale.
type memo struct {
	mu    sync.RWMutex
	byKey map[string]*derived
}

// Sized is a value that knows how many bytes of memory it takes. Size neither waits nor takes
// long.
type Sized interface{ Size() int64 }

type derived struct {
	revision int64
	value    func() Sized
	made     atomic.Pointer[Sized] // nil until value has been called
}

// Limits of the values that a store caches, of which there is one or two for each environment and
// set of projects that tokens name.
const (
	maxDerived      = 64
	minDerived      = 8 // may take any number of bytes
	maxDerivedBytes = 64 << 20
)

// size returns the memory that the values take.
func (m *memo) size() (bytes int64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, known := range m.byKey {
		if made := known.made.Load(); made != nil {
			bytes += (*made).Size()
		}
	}
	return bytes
}

func (m *memo) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byKey = nil
}

func (m *memo) find(key string) *derived {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.byKey[key]
}

// Made returns what Derived has made for a key and revision. It returns false if that is not kept.
func Made[T Sized](view *View, key string, revision int64) (made T, is bool) {
	known := view.store.memo.find(key)
	if known == nil || known.revision != revision {
		return made, false
	}
	return known.value().(T), true
}

// Derived returns the result of derive for a view, and computes it once per key and
// revision. The caller must pass another revision whenever the result would differ.
func Derived[T Sized](view *View, key string, revision int64, derive func() T) T {
	if made, is := Made[T](view, key, revision); is {
		return made
	}
	m := &view.store.memo
	isFull := m.size() > maxDerivedBytes
	m.mu.Lock()
	known := m.byKey[key]
	switch {
	case known != nil && known.revision > revision: // the view is older than another one
		m.mu.Unlock()
		return derive()
	case known == nil || known.revision < revision:
		if m.byKey == nil || len(m.byKey) >= maxDerived || isFull && len(m.byKey) >= minDerived {
			m.byKey = map[string]*derived{}
		}
		made := &derived{revision: revision}
		made.value = sync.OnceValue(func() Sized {
			value := Sized(derive())
			made.made.Store(&value)
			return value
		})
		m.byKey[key], known = made, made
	}
	m.mu.Unlock()
	return known.value().(T)
}
