// Package startup has the collector leave the garbage of a start alone, which is little: it
// would run four times before the first answer, a quarter of the time that this takes. The
// package imports next to nothing, so that it is initialised before those that make garbage.
package startup

import "runtime/debug"

const (
	percent = 400       // of garbage per live memory
	memory  = 256 << 20 // from which on more is collected
)

var (
	formerPercent = debug.SetGCPercent(percent)
	formerMemory  = debug.SetMemoryLimit(memory)
)

// Over has garbage collected as the environment says: the start is over, or is not short.
func Over() {
	debug.SetGCPercent(formerPercent)
	debug.SetMemoryLimit(formerMemory)
}
