//go:build !linux

package main

import "runtime/debug"

// releaseMemory gives back what only the start needed: reading the document takes
// several times what is kept of it.
func releaseMemory() { debug.FreeOSMemory() }
