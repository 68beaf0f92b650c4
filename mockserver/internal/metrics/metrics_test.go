package metrics

import "testing"

// TestEveryStatusIsCounted checks that statuses which HTTP allows and nothing defines are counted: a proxy
// passes them on.
func TestEveryStatusIsCounted(t *testing.T) {
	t.Parallel()
	m := New([]string{"op"}, nil, "1", "")
	for i, status := range []int{0, 100, 599, 600, 999} {
		if m.Observe("op", status, 0, nil); m.pairs.Load() != int64(i+1) {
			t.Errorf("%d is not counted", status)
		}
	}
}
