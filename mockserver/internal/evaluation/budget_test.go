//go:build !race

// With the race detector, sync.Pool, which this package and package regexp use, drops items at
// random, and programs take more memory.

package evaluation

import (
	"fmt"
	"runtime"
	"testing"
)

// TestEvaluationDoesNotAllocate checks that an evaluation allocates nothing but its
// answer, for which this test reserves room.
func TestEvaluationDoesNotAllocate(t *testing.T) {
	flags, context := mixedFlags(), mixedContext()
	answer := make([]Result, 0, benchmarkedFlags)
	allocations := testing.AllocsPerRun(100, func() { answer, _ = flags.AppendEnabled(answer[:0], context) })
	if allocations > 0 {
		t.Errorf("%v allocations for %d flags", allocations, benchmarkedFlags)
	}
	if on := len(answer); on < benchmarkedFlags/4 || on == benchmarkedFlags {
		t.Errorf("%d of %d flags are on, which is not a mixture", on, benchmarkedFlags)
	}
}

// TestMemoryOfExpressionsIsEstimated compares the estimate for expressions of different kinds with
// what they take.
func TestMemoryOfExpressionsIsEstimated(t *testing.T) {
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	for name, expression := range map[string]func(i int) string{
		"small":             func(i int) string { return fmt.Sprintf(`^user-%d@example\.(com|org)$`, i) },
		"small, not bound":  func(i int) string { return fmt.Sprintf(`user-[0-9]+-%d`, i) },
		"large":             func(i int) string { return fmt.Sprintf("(?:abcdefgh){1000}%d", i) },
		"large, of choices": func(i int) string { return fmt.Sprintf("^(?:(a|b|c)|d){900}%d", i) },
		"repeated class":    func(i int) string { return fmt.Sprintf(`^\pL{900}%d`, i) },
		"classes":           func(i int) string { return fmt.Sprint(manyClasses, i) },
	} {
		before := heap()
		known := newExpressionSet()
		for i := range 50 {
			known.compile(expression(i), i%2 == 0)
		}
		took := heap() - before
		t.Logf("%-20s %9d bytes, estimated %9d", name, took, known.bytes)
		if took > known.bytes || took < known.bytes/4 {
			t.Errorf("%s: %d bytes, estimated %d", name, took, known.bytes)
		}
		runtime.KeepAlive(known)
	}
}
