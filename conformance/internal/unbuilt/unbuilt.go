// Package unbuilt keeps godog from running the go command. When a program starts, the builder
// that godog links in runs "go env GOTOOLDIR", whatever the program is going to do. On a
// machine with Go that is another process, and half of the time to the first answer. On a
// machine whose PATH has some other program called go it is worse. Nothing here uses that
// builder.
//
// Go initializes packages in the order of their import paths, each as soon as what it imports
// is ready (The Go Programming Language Specification, "Program initialization"). This
// package imports only os, so it comes before the builder, which imports text/template. A
// package that imports godog as well as this package comes after both, and calls Restore.
package unbuilt

import "os"

// path is the original PATH, if it was set.
var path, isSet = os.LookupEnv("PATH")

var isHidden = isSet && os.Setenv("PATH", "") == nil

// Restore restores PATH and reports whether it had been hidden. Call it while initializing a
// package that imports godog.
func Restore() bool {
	return isHidden && os.Setenv("PATH", path) == nil
}
