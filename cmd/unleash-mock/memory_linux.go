package main

import (
	"runtime/debug"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// releaseMemory gives back what only the start needed: reading the document takes
// several times what is kept of it, and runs code that is never run again. What of
// the program's pages is needed comes back from its file.
func releaseMemory() {
	debug.FreeOSMemory()
	self, err := procfs.Self()
	if err != nil {
		return
	}
	program, err := self.Executable()
	if err != nil {
		return
	}
	mapped, err := self.ProcMaps()
	if err != nil {
		return
	}
	for _, part := range mapped {
		if part.Pathname == program && !part.Perms.Write {
			// A refusal leaves things as they are.
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, part.StartAddr, part.EndAddr-part.StartAddr, unix.MADV_DONTNEED)
		}
	}
}
