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

// untilInterrupted returns a context that ends when the program is asked to end,
// so that commands can leave things in order: by Ctrl-C, a closed terminal, a stop
// from outside. Asked again, the program ends at once, with its last words. A reader
// that is gone is no reason to end: writing to it fails, and that is all.
func (p *program) untilInterrupted(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	asked := make(chan os.Signal, 2)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup wants it
		signal.Notify(asked, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // not ignored, which a command of --run would inherit
	go func() {
		cancel(errors.New((<-asked).String()))
		<-asked
		if words := p.lastWords.Load(); words != nil {
			fmt.Fprintln(p.stderr, *words)
		}
		os.Exit(exitcode.Error)
	}()
	return ctx
}
