package procfs

import (
	"os"
	"testing"
	"time"
)

func TestAProcess(t *testing.T) {
	t.Parallel()
	now, most, err := Memory(os.Getpid())
	if err != nil || now <= 0 || most < now {
		t.Errorf("the memory is %v MB, at its peak %v (%v)", now, most, err)
	}
	began := time.Now()
	for used := time.Duration(0); used == 0; {
		if used, err = ProcessorTime(os.Getpid()); err != nil || time.Since(began) > time.Minute {
			t.Fatalf("no processor time was used (%v)", err)
		}
	}
	if _, _, err := Memory(-1); err == nil {
		t.Error("a process that does not exist has memory")
	}
	if _, err := ProcessorTime(-1); err == nil {
		t.Error("a process that does not exist has used time")
	}
}
