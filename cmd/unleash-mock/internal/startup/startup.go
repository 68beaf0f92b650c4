// Package startup has the collector leave the garbage of a start alone, which is little: it
// would run four times before the first answer, a quarter of the time that this takes. The
// package imports next to nothing, so that it is initialised before those that make garbage.
package startup

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// percent has the collector run first when there are 16 MB.
const percent = 400

var (
	former = debug.SetGCPercent(percent)
	ended  = make(chan struct{})
)

// Over has garbage collected as the environment says: the start is over. The first collection
// ends it too.
var Over = sync.OnceFunc(func() {
	debug.SetGCPercent(former)
	close(ended)
})

func init() {
	type first struct{ _ [64]byte } // with others of a few bytes it might outlive them
	runtime.AddCleanup(new(first), func(struct{}) { Over() }, struct{}{})
}
