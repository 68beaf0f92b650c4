package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestMemoryIsGivenBackAtRest: once after each load, not while one goes on, and not for those
// who only look whether the mock lives.
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
				t.Fatalf("step %d: given back %d times, want %d", at, given, step.given)
			}
		}
	})
}

// TestTheStartIsPreparedFirst: before the packages are initialised that make most of its garbage.
func TestTheStartIsPreparedFirst(t *testing.T) {
	t.Parallel()
	program := process(t, "version")
	program.Env = append(program.Env, "GODEBUG=inittrace=1")
	said, err := program.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	_, after, prepared := bytes.Cut(said, []byte("init github.com/unleash-mock/unleash-mock/cmd/unleash-mock/internal/startup "))
	if !prepared || !bytes.Contains(after, []byte("init github.com/pb33f/jsonschema/v6 ")) {
		t.Errorf("packages are initialised in this order: %s", said)
	}
}
