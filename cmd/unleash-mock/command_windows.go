package main

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// shell returns a command on the program's console, where Ctrl-C reaches both. The line is passed
// on unchanged, because cmd.exe parses it by its own rules.
func shell(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "cmd.exe")
	command.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /d /s /c "` + line + `"`}
	command.Cancel = func() error {
		if interrupterOf(ctx, nil) == nil {
			killWithChildren(command) // nothing else has told it to end
		}
		return nil
	}
	return command
}

// killWithChildren kills a command and everything that it has started.
func killWithChildren(command *exec.Cmd) {
	_ = exec.Command("taskkill", "/t", "/f", "/pid", strconv.Itoa(command.Process.Pid)).Run() // fails if it is already gone
}

func exitCodeOf(state *os.ProcessState) int { return state.ExitCode() }
