//go:build !linux && !darwin

package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// terminal stands for a terminal that a command takes over. Here no command does: a console of Windows is
// shared by all its programs, and elsewhere a command that read from a terminal would be stopped.
type terminal struct{}

func (p *program) lendTerminal(command *exec.Cmd) *terminal {
	if stdin, isFile := p.stdin.(*os.File); runtime.GOOS == "windows" && isFile && isTerminal(stdin) {
		command.Stdin = stdin
	}
	return nil
}

func (*terminal) lookAfter(*os.Process) {}

func (*terminal) takeBack(context.Context, *os.ProcessState) {}

func (*terminal) giveBack() {}
