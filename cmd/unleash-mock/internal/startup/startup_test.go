package startup

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestTheFirstCollectionEndsIt(t *testing.T) { // not parallel: it changes a setting of the whole process
	set := func() int {
		set := debug.SetGCPercent(-1)
		debug.SetGCPercent(set)
		return set
	}
	if got := set(); got != percent {
		t.Errorf("during the start, the percentage is %d", got)
	}
	runtime.GC()
	<-ended
	if got := set(); got != former || former == percent {
		t.Errorf("after the first collection, the percentage is %d", got)
	}
	debug.SetGCPercent(50)
	Over()
	if got := set(); got != 50 {
		t.Errorf("a second Over sets it to %d", got)
	}
}
