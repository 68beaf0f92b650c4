//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// shell returns a command in a process group of its own. The whole group is interrupted in the way
// the context was, for example with SIGINT, so that whatever the shell started ends with it.
func shell(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error {
		return syscall.Kill(-command.Process.Pid, interrupterOf(ctx, syscall.SIGTERM).(syscall.Signal))
	}
	return command
}

// killWithChildren kills a command and any of its children that are still running.
func killWithChildren(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // fails if the group is already gone, as it should be
}

// killed is what a shell adds to the number of what killed a process, such as 15 for SIGTERM.
const killed = 128

// exitCodeOf returns the exit code that a shell would report for a process.
func exitCodeOf(state *os.ProcessState) int {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return killed + int(status.Signal())
	}
	return state.ExitCode()
}
