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
