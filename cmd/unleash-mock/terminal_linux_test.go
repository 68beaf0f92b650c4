package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// openTerminal returns both ends of a new terminal: a person's, and that of programs.
func openTerminal(t *testing.T) (person, programs *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	var number, locked uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value))); err != 0 {
			t.Fatal(err)
		}
	}
	programs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return person, programs
}

// TestKeysReachTheCommand checks that what is typed, Ctrl-C and Ctrl-Z included, reaches the
// command of --run as it would from a shell, and that they reach what started the program, too.
func TestKeysReachTheCommand(t *testing.T) {
	t.Parallel()
	type step struct{ typed, shows string }
	for name, test := range map[string]struct {
		script, command string
		steps           []step
	}{
		"a line":                              {`$SERVE; echo "ended $?"`, `echo ready; read line; echo "<$line>"`, []step{{"", "ready"}, {"hello\n", "<hello>"}, {"", "ended 0"}}},
		"a password":                          {`$SERVE; echo "ended $?"`, `echo ready; read line </dev/tty; echo "<$line>"`, []step{{"", "ready"}, {"hello\n", "<hello>"}, {"", "ended 0"}}},
		"Ctrl-C, which the command catches":   {`exec $SERVE`, `trap "echo caught; exit" INT; echo ready; read line`, []step{{"", "ready"}, {"\x03", "caught"}}},
		"Ctrl-C, which ends the script, too":  {`trap "echo also here; exit" INT; $SERVE; echo goes on`, `echo ready; read line`, []step{{"", "ready"}, {"\x03", "also here"}}},
		"Ctrl-Z":                              {`set -m; $SERVE; echo "left $?"; fg >/dev/null; echo "ended $?"`, `echo ready; read line; echo "<$line>"`, []step{{"", "ready"}, {"\x1a", "left 148"}, {"hello\n", "<hello>"}, {"", "ended 0"}}},
		"Ctrl-Z without a shell to return to": {`exec $SERVE`, `trap "echo continued" CONT; echo ready; read line; read line; echo "<$line>"`, []step{{"", "ready"}, {"\x1a", "continued"}, {"hello\nhello\n", "<hello>"}}},
		"in the background":                   {`set -m; $SERVE & wait $!; echo "ended $?"`, `read line; echo "<$line>"`, []step{{"", "<>"}, {"", "ended 0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			person, programs := openTerminal(t)
			run := file(t, "run.sh", "#!/bin/sh\n"+test.command)
			if err := os.Chmod(run, 0o700); err != nil {
				t.Fatal(err)
			}
			shell := exec.CommandContext(t.Context(), "sh", "-c", test.script)
			shell.Env = append(os.Environ(), asProgram+"=1", "SERVE="+self(t)+" serve --run "+run)
			shell.Stdin, shell.Stdout, shell.Stderr = programs, programs, programs
			shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := shell.Start(); err != nil {
				t.Fatal(err)
			}
			programs.Close()
			shown := newOutput()
			go func() {
				_, _ = io.Copy(shown, person) // ends with an error when the last program has closed the terminal
				shown.mu.Lock()
				defer shown.mu.Unlock()
				close(shown.told)
			}()
			for _, step := range test.steps {
				if _, err := io.WriteString(person, step.typed); err != nil {
					t.Fatal(err)
				}
				if shown.await(step.shows); !strings.Contains(shown.String(), step.shows) {
					t.Errorf("%q does not show %q", step.typed, step.shows)
				}
			}
			_ = shell.Wait() // what it shows is checked
			if strings.Contains(shown.String(), "goes on") {
				t.Error("Ctrl-C did not reach the script")
			}
			if t.Failed() {
				t.Log(shown)
			}
		})
	}
}
