// Package unbuilt keeps godog from running the go command. The builder that
// godog links in asks "go env GOTOOLDIR" when a program starts, whatever the
// program is going to do: on a machine with Go that is another process and half
// of the time to the first answer, on one whose PATH holds some other "go" it is
// worse. Nobody uses that builder here.
//
// Go initializes packages in the order of their import paths, each once what it
// imports is ready (The Go Programming Language Specification, "Program
// initialization"). This package needs nothing but os, so it comes before the
// builder, which needs text/template; who imports godog as well as this package
// comes after both and calls Restore.
package unbuilt

import "os"

// path is what PATH was, if it was set.
var path, isSet = os.LookupEnv("PATH")

var isHidden = isSet && os.Setenv("PATH", "") == nil

// Restore gives PATH back and reports whether it had been taken away. Call it from
// the initialization of a package that imports godog.
func Restore() bool {
	return isHidden && os.Setenv("PATH", path) == nil
}
