package startup

import (
	"runtime"
	"runtime/debug"
	"testing"
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
	<-ended
	if got := set(); got != former || former == percent {
		t.Errorf("it goes on with %d", got)
	}
	debug.SetGCPercent(50)
	Over()
	if got := set(); got != 50 {
		t.Errorf("it ends twice, with %d", got)
	}
}
