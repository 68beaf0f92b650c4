//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// claim empties a file unless another process has claimed it, which it reports. The claim lasts until
// the file is closed. Where files cannot be locked, nobody else has.
func claim(file *os.File) (claimed bool, err error) {
	if errors.Is(lock(file, syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		claimed = true
	} else {
		err = file.Truncate(0)
	}
	_ = lock(file, syscall.LOCK_SH)
	return claimed, err
}

func lock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
