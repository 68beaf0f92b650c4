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

// echo is how long a repeated request to end counts as the same one. A terminal and "timeout" send
// it to a whole process group, in which a launcher such as npm's passes it on as well; systemd may
// send SIGHUP right after SIGTERM.
const echo = 250 * time.Millisecond

// untilInterrupted returns a context that ends when the program is asked to end, by Ctrl-C, a
// closed terminal or a stop from outside, so that commands can clean up. When asked again, the
// program kills the command that it runs, prints its last words and exits immediately. A reader
// that is gone does not end the program: writing to it only fails.
func (p *program) untilInterrupted(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		signal.Notify(asked, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // rather than ignored: a --run command would inherit that
	go func() {
		first := <-asked
		cancel(interruption{first})
		for began := time.Now(); time.Since(began) < echo; {
			<-asked
		}
		p.ending.Lock() // so that the end of the killed command does not decide the exit code
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

// errInputEnded is the cause of the context's end with --stop-with-stdin.
var errInputEnded = errors.New("standard input has ended")

// untilInputEnds returns a context that also ends when standard input does.
func (p *program) untilInputEnds(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	stdin := p.stdin
	p.stdin = nil // not for a command to read, too
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // a read error counts as the end
		cancel(errInputEnded)
	}()
	return ctx
}
