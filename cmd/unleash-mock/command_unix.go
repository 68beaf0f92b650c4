//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// shell returns a command in a process group of its own. The group gets the signal that ended
// the context, so that whatever the shell started ends with it.
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

// killed is what a shell adds to the number of the signal that killed a process.
const killed = 128

// exitCodeOf returns the exit code that a shell would report for a process.
func exitCodeOf(state *os.ProcessState) int {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return killed + int(status.Signal())
	}
	return state.ExitCode()
}
