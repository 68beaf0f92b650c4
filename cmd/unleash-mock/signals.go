package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// untilSignalled returns a context that ends at the first signal which asks the
// program to end, so that commands can leave things in order: Ctrl-C, a closed
// terminal, a stop from outside. A second one ends the program at once, with its
// last words. A reader that is gone is no reason to end: writing to it fails, and
// that is all.
func (p *program) untilSignalled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup wants it
		signal.Notify(signals, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // not ignored, which a command of --run would inherit
	go func() {
		cancel(errors.New((<-signals).String()))
		<-signals
		if words := p.lastWords.Load(); words != nil {
			fmt.Fprintln(p.stderr, *words)
		}
		os.Exit(exitcode.Error)
	}()
	return ctx
}
