//go:build !race

// With the race detector sync.Pool, which package regexp uses, drops what it is
// given at random.

package evaluation

import "testing"

// An evaluation costs no allocation but for its answer, for which there is room here.
func TestEvaluationDoesNotAllocate(t *testing.T) {
	flags, context := mixedFlags(), mixedContext()
	answer := make([]Result, 0, benchmarkedFlags)
	allocations := testing.AllocsPerRun(100, func() { answer = flags.AppendEnabled(answer[:0], context) })
	if allocations > 0 {
		t.Errorf("%v allocations for %d flags", allocations, benchmarkedFlags)
	}
	if on := len(answer); on < benchmarkedFlags/4 || on == benchmarkedFlags {
		t.Errorf("%d of %d flags are on: that is no mixture", on, benchmarkedFlags)
	}
}
