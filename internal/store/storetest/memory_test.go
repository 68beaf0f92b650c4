package storetest

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

// TestMemory checks that the in-memory store used in tests fulfills the same contract as
// the others.
func TestMemory(t *testing.T) {
	t.Parallel()
	memory := NewMemory(store.Limits{Total: 64 << 10, Content: 16 << 10})
	Run(t, func(*testing.T) store.Store { return memory.Open() }, func(_ *testing.T, where string) []byte { return memory.Aside(where) })
}
