package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// echo is how long another request to end counts as the same one: a terminal and "timeout"
// send it to a whole group, in which a launcher such as npm's passes it on as well.
const echo = 250 * time.Millisecond

// untilInterrupted returns a context that ends when the program is asked to end,
// so that commands can leave things in order: by Ctrl-C, a closed terminal, a stop
// from outside. Asked again, the program ends at once, with the command that it runs, and
// its last words. A reader that is gone is no reason to end: writing to it fails, and that
// is all.
func (p *program) untilInterrupted(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup wants it
		signal.Notify(asked, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // not ignored, which a command of --run would inherit
	go func() {
		first := <-asked
		cancel(interruption{first})
		for began := time.Now(); <-asked == first && time.Since(began) < echo; {
		}
		p.ending.Lock() // lest the end of the command that is killed decide the exit code
		if kill := p.atOnce.Load(); kill != nil {
			(*kill)()
		}
		if words := p.lastWords.Load(); words != nil {
			fmt.Fprintln(p.stderr, *words)
		}
		os.Exit(exitcode.Error)
	}()
	return ctx
}

// errInputEnded is the cause of an end that --stop-with-stdin brings.
var errInputEnded = errors.New("standard input has ended")

// untilInputEnds returns a context that ends with standard input, too.
func (p *program) untilInputEnds(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, p.stdin) // one that cannot be read has ended
		cancel(errInputEnded)
	}()
	return ctx
}
