//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// shell returns a command in a process group of its own, which is interrupted as
// the context is: what a shell has started ends with it.
func shell(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error {
		return syscall.Kill(-command.Process.Pid, interrupterOf(ctx, syscall.SIGTERM).(syscall.Signal))
	}
	return command
}

// killWithChildren ends what a command has started and did not end with it.
func killWithChildren(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // the group may be gone, as it should be
}

// killed is what a shell adds to the number of what killed a process, such as SIGTERM.
const killed = 128

// exitCodeOf returns the exit code of a process as a shell has it.
func exitCodeOf(state *os.ProcessState) int {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return killed + int(status.Signal())
	}
	return state.ExitCode()
}
