package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
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
		"SIGINT from elsewhere, in its time":  {`$SERVE --port-file "$SERVED"; echo "ended $?"; ls "$SERVED"`, `trap 'sleep 2; trap - INT; kill -INT $$' INT; kill -INT $PPID; read line`, []step{{"", "ended 130"}, {"", "No such file"}}},
		"told to end twice":                   {`$SERVE; echo "ended $?"; read line; echo "<$line>"`, `trap "" INT; kill -INT $PPID; sleep 2; kill -INT $PPID; read line`, []step{{"", "ended 3"}, {"hello\n", "<hello>"}}},
		"an exit code like that of Ctrl-C":    {`$SERVE; echo "ended $?"`, `exit 130`, []step{{"", "ended 130"}}},
		"a pager":                             {`$SERVE | { read first; read keys </dev/tty; echo "$first, <$keys>"; }`, `read line; echo "<$line>"`, []step{{"keys\n", "<>, <keys>"}}},
		"in the background":                   {`set -m; $SERVE & wait $!; echo "ended $?"`, `read line; echo "<$line>"`, []step{{"", "<>"}, {"", "ended 0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			person, programs := openTerminal(t)
			run := file(t, "run.sh", "#!/bin/sh\n"+test.command)
			if err := os.Chmod(run, 0o700); err != nil {
				t.Fatal(err)
			}
			limited, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // the end of the shell ends what it shows, too
			defer cancel()
			shell := exec.CommandContext(limited, "sh", "-c", test.script)
			shell.Env = append(os.Environ(), asProgram+"=1", "LC_ALL=C", "SERVED="+t.TempDir()+"/port", "SERVE="+self(t)+" serve --run exec${IFS}"+run) // so that the program is the parent of what runs
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

// TestADumbTerminalGetsNoEscapes checks that a terminal that would show escape sequences, as one in Emacs does, gets none.
func TestADumbTerminalGetsNoEscapes(t *testing.T) {
	t.Parallel()
	_, terminal := openTerminal(t)
	for kind, want := range map[string]bool{"xterm-256color": true, "": true, "dumb": false} {
		p := &program{env: variables(map[string]string{"TERM": kind})}
		if got := p.obeysEscapes(terminal); got != want {
			t.Errorf("TERM=%s: %v", kind, got)
		}
	}
}
