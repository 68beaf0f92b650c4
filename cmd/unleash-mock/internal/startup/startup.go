// Package startup keeps the garbage collector from running while the program starts. There is
// little to collect, yet it would run four times before the first answer and take a quarter of
// the time until then. The package imports next to nothing, so that it is initialized before
// packages that produce garbage.
package startup

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// percent makes the first collection run at 16 MB.
const percent = 400

var (
	former = debug.SetGCPercent(percent)
	ended  = make(chan struct{})
)

// Over ends the start: from then on garbage is collected as the environment says. The first
// collection ends the start as well.
var Over = sync.OnceFunc(func() {
	debug.SetGCPercent(former)
	close(ended)
})

func init() {
	type first struct{ _ [64]byte } // a smaller one might share memory with others and outlive the collection
	runtime.AddCleanup(new(first), func(struct{}) { Over() }, struct{}{})
}
