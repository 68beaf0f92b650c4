package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestMemoryIsGivenBackAtRest checks that memory is returned once after each load, not
// during it, and not because of health checks alone.
func TestMemoryIsGivenBackAtRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun, given := int64(0), 0
		every := make(chan time.Time)
		go rest(t.Context(), every, func() int64 { return begun }, func() { given++ })
		for at, step := range []struct {
			requests int64
			given    int
		}{{0, 0}, {50, 0}, {5000, 0}, {5000, 0}, {20, 1}, {0, 1}, {99, 1}, {100, 1}, {500, 1}, {400, 1}, {10, 2}, {10, 2}} {
			begun += step.requests
			every <- time.Time{}
			synctest.Wait()
			if given != step.given {
				t.Fatalf("step %d: returned %d times, want %d", at, given, step.given)
			}
		}
	})
}
