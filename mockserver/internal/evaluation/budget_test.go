//go:build !race

// With the race detector, sync.Pool, which package regexp uses, drops items at random.

package evaluation

import "testing"

// TestEvaluationDoesNotAllocate checks that an evaluation allocates nothing but its
// answer, for which this test reserves room.
func TestEvaluationDoesNotAllocate(t *testing.T) {
	flags, context := mixedFlags(), mixedContext()
	answer := make([]Result, 0, benchmarkedFlags)
	allocations := testing.AllocsPerRun(100, func() { answer = flags.AppendEnabled(answer[:0], context) })
	if allocations > 0 {
		t.Errorf("%v allocations for %d flags", allocations, benchmarkedFlags)
	}
	if on := len(answer); on < benchmarkedFlags/4 || on == benchmarkedFlags {
		t.Errorf("%d of %d flags are on, which is not a mixture", on, benchmarkedFlags)
	}
}
