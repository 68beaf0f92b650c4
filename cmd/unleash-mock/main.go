//go:build !man

// Command unleash-mock is a mock of Unleash, and verifies servers and traffic against the
// contract of Unleash's API.
package main

import (
	"context"
	"os"
)

func main() {
	p := &program{env: os.LookupEnv, environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	code := p.run(p.untilInterrupted(context.Background()), os.Args[1:])
	p.ending.Lock() // never unlocked: nothing else may end the program now
	os.Exit(code)
}
