//go:build !man

// Command unleash-mock is a mock and contract-testing server for Unleash's
// Operational API.
package main

import (
	"context"
	"os"
)

func main() {
	p := &program{env: os.LookupEnv, environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(p.untilInterrupted(context.Background()), os.Args[1:]))
}
