package startup

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestTheFirstCollectionEndsIt(t *testing.T) { // alone: it is about the whole process
	set := func() int {
		set := debug.SetGCPercent(-1)
		debug.SetGCPercent(set)
		return set
	}
	if got := set(); got != percent {
		t.Errorf("a start has %d", got)
	}
	runtime.GC()
	for set() == percent {
		time.Sleep(time.Millisecond) // until the cleanup has run, which nothing tells
	}
	debug.SetGCPercent(50)
	Over()
	if got := set(); got != 50 {
		t.Errorf("it ends twice, with %d", got)
	}
}
