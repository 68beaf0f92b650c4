//go:build !linux && !darwin

package main

import (
	"os"
	"os/exec"
)

// terminal stands for a terminal that a command takes over. Here no command does: a console is
// shared by all its programs.
type terminal struct{}

func (p *program) lendTerminal(command *exec.Cmd) *terminal {
	if stdin, isFile := p.stdin.(*os.File); isFile && isTerminal(stdin) {
		command.Stdin = stdin
	}
	return nil
}

func (*terminal) lookAfter(*os.Process) {}

func (*terminal) takeBack(*os.ProcessState) {}
