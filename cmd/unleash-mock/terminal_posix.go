//go:build linux || darwin

package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
	"unsafe"
)

// terminal is the terminal of this program, lent to the command of --run so that keys reach the
// command as from a shell. Nil stands for none.
type terminal struct {
	fd      int
	own     int // this program's process group
	command int // the command's process, which leads its group
	over    chan struct{}
	left    chan struct{} // closed once nothing looks after the terminal any more
}

// lendTerminal makes a command that has not started take over the terminal, if this program reads
// from one, is in its foreground, and writes to a terminal, rather than to a pager that needs the keys.
// Otherwise it returns nil.
func (p *program) lendTerminal(command *exec.Cmd) *terminal {
	stdin, isFile := p.stdin.(*os.File)
	if !isFile || !isTerminal(stdin) || !isTerminal(p.stdout) {
		return nil
	}
	t := &terminal{fd: int(stdin.Fd()), own: syscall.Getpgrp(), over: make(chan struct{}), left: make(chan struct{})}
	if t.foreground() != t.own {
		return nil
	}
	command.Stdin = stdin
	command.SysProcAttr.Foreground, command.SysProcAttr.Ctty = true, t.fd
	return t
}

// lookAfter stops this program's process group whenever the command stops, as with Ctrl-Z, so that
// the shell takes over. When the shell continues the group, the command continues.
func (t *terminal) lookAfter(command *os.Process) {
	if t == nil {
		return
	}
	t.command = command.Pid
	changed := make(chan os.Signal, 1)
	continued := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGCHLD)
	signal.Notify(continued, syscall.SIGCONT)
	go func() {
		defer close(t.left)
		defer signal.Stop(changed)
		defer signal.Stop(continued)
		for {
			if t.stopped() { // at first, too: the command may be faster than this
				t.giveBack()
				_ = syscall.Kill(0, syscall.SIGTSTP)
				select {
				case <-continued:
				case <-time.After(unstoppable):
				}
				t.resume()
			}
			select {
			case <-t.over:
				return
			case <-changed:
			case <-continued:
				t.resume()
			}
		}
	}()
}

// resume lends the terminal again and continues the command.
func (t *terminal) resume() {
	t.move(t.own, t.command)
	_ = syscall.Kill(-t.command, syscall.SIGCONT)
}

// giveBack puts this program's process group into the foreground in place of the command's.
func (t *terminal) giveBack() {
	if t != nil {
		t.move(t.command, t.own)
	}
}

// unstoppable is how long a program goes on after it was told to stop if it has no shell that
// could continue it.
const unstoppable = 250 * time.Millisecond

// takeBack ends the loan when the command has ended, or could not start. If Ctrl-C ended the
// command, it also reaches this program's process group, such as the script that started it. A
// command that only exits with 130 has dealt with Ctrl-C, and one that was interrupted because the
// context ended has not got it from the keyboard.
func (t *terminal) takeBack(ctx context.Context, state *os.ProcessState) {
	if t == nil {
		return
	}
	if close(t.over); t.command == 0 {
		t.move(t.foreground(), t.own) // a child that failed to become the command may have it
		return
	}
	<-t.left
	t.giveBack()
	if status := state.Sys().(syscall.WaitStatus); ctx.Err() == nil && status.Signaled() && status.Signal() == syscall.SIGINT {
		_ = syscall.Kill(0, syscall.SIGINT)
	}
}

// foreground returns the process group in the terminal's foreground; 0 if there is none.
func (t *terminal) foreground() int {
	var group int32
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, uintptr(t.fd), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group))); err != 0 {
		return 0 // not the terminal that controls this program
	}
	return int(group)
}

// move puts a process group into the terminal's foreground if another one is there.
func (t *terminal) move(from, to int) {
	if t.foreground() != from {
		return
	}
	signal.Ignore(syscall.SIGTTOU) // which stops a program in the background that does this
	defer signal.Reset(syscall.SIGTTOU)
	group := int32(to)
	_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, uintptr(t.fd), syscall.TIOCSPGRP, uintptr(unsafe.Pointer(&group))) // fails if the terminal is gone
}

// stopped reports whether the command has stopped since the last call.
func (t *terminal) stopped() bool {
	const ofProcess = 1   // P_PID
	var happened struct { // siginfo_t, which is smaller
		number int32
		_      [252]byte
	}
	_, _, err := syscall.Syscall6(syscall.SYS_WAITID, ofProcess, uintptr(t.command), uintptr(unsafe.Pointer(&happened)), syscall.WSTOPPED|syscall.WNOHANG, 0, 0)
	return err == 0 && happened.number != 0
}
