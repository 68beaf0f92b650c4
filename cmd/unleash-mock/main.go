// Command unleash-mock is a mock and contract-testing server for Unleash's
// Operational API.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker for releases.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], environment(os.LookupEnv), os.Stdout, os.Stderr))
}
