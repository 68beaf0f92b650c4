package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// shellCommand is the command of --run.
type shellCommand struct {
	line string
	// variables are set besides those of the program, as NAME=VALUE.
	variables []string
	// grace is how long the command may go on once it is told to end.
	grace time.Duration
}

// endedBadly is how a command of --run failed.
type endedBadly struct {
	code int // what the program ends with
	error
}

// run runs the command to its end. When the context ends first, the command and what it
// started are interrupted as it was. The error is an *endedBadly.
func (s shellCommand) run(ctx context.Context, p *program) error {
	command := shell(ctx, s.line)
	command.Env = slices.Concat(p.environ, s.variables)
	command.Stdout, command.Stderr = p.stdout, p.stderr
	command.WaitDelay = s.grace + time.Second // for what holds the output although it is killed
	kill := func() { killWithChildren(command) }
	if err := command.Start(); err != nil {
		return &endedBadly{exitcode.Error, fmt.Errorf("the command could not be run: %w", err)}
	}
	p.atOnce.Store(&kill)
	over := make(chan struct{})
	go s.limit(ctx, over, kill)
	_ = command.Wait() // its state says more
	close(over)
	p.atOnce.Store(nil)
	how := "failed"
	if ctx.Err() != nil {
		kill()
		how = "was interrupted"
	}
	if command.ProcessState.Success() {
		return nil
	}
	return &endedBadly{exitCodeOf(command.ProcessState), fmt.Errorf("the command %s: %s", how, command.ProcessState)}
}

// limit kills a command that goes on for longer than its grace after the context.
func (s shellCommand) limit(ctx context.Context, over <-chan struct{}, kill func()) {
	select {
	case <-over:
		return
	case <-ctx.Done():
	}
	select {
	case <-over:
	case <-time.After(s.grace):
		kill()
	}
}

// whileRunning serves until a command ends. When the context ends first, the command is
// told, and has what it needs for its own end until then: command and requests share its
// grace. failure is that of the command.
func (p *program) whileRunning(ctx context.Context, server *http.Server, listener net.Listener, command shellCommand, logger *slog.Logger) (failure, err error) {
	deadline := sync.OnceValue(func() time.Time { return time.Now().Add(command.grace) })
	context.AfterFunc(ctx, func() { deadline() })
	running, end := context.WithCancel(ctx)
	defer end()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- command.run(running, p)
		stop()
	}()
	err = p.serveUntil(serving, server, listener, deadline, logger)
	end() // where the server failed, the command has nothing to go on with
	return <-ended, err
}

// endAs has the program end as the command of --run did, if that failed. What else went
// wrong is told with it.
func endAs(command, err error) error {
	var failed *endedBadly
	if !errors.As(command, &failed) {
		return err
	}
	if err == nil {
		err = command
	}
	return &codedError{code: failed.code, err: err}
}

// interruption is the cause of an end that somebody asked the program for.
type interruption struct{ by os.Signal }

func (i interruption) Error() string { return i.by.String() }

// interrupterOf returns what interrupted a context, such as SIGINT; the fallback for
// nothing.
func interrupterOf(ctx context.Context, fallback os.Signal) os.Signal {
	var got interruption
	if errors.As(context.Cause(ctx), &got) {
		return got.by
	}
	return fallback
}
