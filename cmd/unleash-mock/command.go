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
	// variables, as NAME=VALUE, are set in addition to those of the program.
	variables []string
	// grace is how long the command may continue once it is told to end.
	grace time.Duration
}

// endedBadly is the error of a --run command that failed.
type endedBadly struct {
	code int // the program's exit code
	error
}

// run runs the command until it ends. If the context ends first, the command and its children are
// interrupted in the same way, for example with SIGINT. The error is an *endedBadly.
func (s shellCommand) run(ctx context.Context, p *program) error {
	command := shell(ctx, s.line)
	command.Env = slices.Concat(p.environ, s.variables)
	command.Stdout, command.Stderr = p.stdout, p.stderr
	command.WaitDelay = s.grace + time.Second // in case something still holds the output after the kill
	kill := func() { killWithChildren(command) }
	terminal := p.lendTerminal(command)
	defer func() { terminal.takeBack(ctx, command.ProcessState) }()
	if err := command.Start(); err != nil {
		return &endedBadly{exitcode.Error, fmt.Errorf("the command could not be run: %w", err)}
	}
	terminal.lookAfter(command.Process)
	atOnce := func() { kill(); terminal.giveBack() }
	p.atOnce.Store(&atOnce)
	over := make(chan struct{})
	go s.limit(ctx, over, kill)
	_ = command.Wait() // ProcessState says more than the error
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

// limit kills a command that is still running when its grace after the end of the context is
// over.
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

// whileRunning serves until a command ends. If the context ends first, the command is
// interrupted, and the server keeps serving it until it ends: the command and open requests
// share one grace. failure is the command's error.
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
	end() // if the server failed, the command cannot continue
	return <-ended, err
}

// endAs makes the program exit with the code of the --run command if that failed. Any other
// error is still reported.
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

// interruption is the cause of a context that ended because the program was interrupted.
type interruption struct{ by os.Signal }

func (i interruption) Error() string { return i.by.String() }

// interrupterOf returns what interrupted a context, such as SIGINT, or the fallback if it ended for
// another reason.
func interrupterOf(ctx context.Context, fallback os.Signal) os.Signal {
	var got interruption
	if errors.As(context.Cause(ctx), &got) {
		return got.by
	}
	return fallback
}
