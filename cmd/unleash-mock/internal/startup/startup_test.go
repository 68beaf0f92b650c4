package startup

import (
	"runtime/debug"
	"testing"
)

func TestOver(t *testing.T) { // alone: it is about the whole process
	settings := func() [2]int64 {
		set := [2]int64{int64(debug.SetGCPercent(-1)), debug.SetMemoryLimit(-1)}
		debug.SetGCPercent(int(set[0]))
		return set
	}
	if got := settings(); got != [2]int64{percent, memory} {
		t.Errorf("a start has %v", got)
	}
	Over()
	if got := settings(); got != [2]int64{int64(formerPercent), formerMemory} || formerPercent == percent {
		t.Errorf("it goes on with %v", got)
	}
}
