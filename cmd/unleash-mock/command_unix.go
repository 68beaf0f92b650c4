//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// endWithChildren gives a command a process group of its own, so that what a
// shell started ends with it.
func endWithChildren(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
}

// killChildren ends what a command has started and did not end with it.
func killChildren(command *exec.Cmd) {
	if command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // the group may be gone, as it should be
	}
}
