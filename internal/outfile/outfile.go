// Package outfile writes files whole or not at all: nobody reads half of one, and what
// stood in its place is lost to nothing that fails.
package outfile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Modes of new files, of which the user's mask takes its part.
const (
	// Shared is for files that others may read.
	Shared os.FileMode = 0o666
	// Private is for files of the user alone.
	Private os.FileMode = 0o600
)

// Check makes the folder of a file, and sees that the file can be written. What
// stands in it stays.
func Check(name string) error {
	name = Resolve(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder", name)
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil // a pipe is opened once, when there is something to read
	}
	beside, err := createBeside(name, Private)
	if err != nil {
		return canOpen(name, err)
	}
	return errors.Join(beside.Close(), os.Remove(beside.Name()))
}

// maxLinks is how many links may lead to a file one after the other, as Linux has it.
const maxLinks = 40

// Resolve returns where the links of a name lead, whether there is a file or not yet.
func Resolve(name string) string {
	at := name
	for range maxLinks {
		if target, err := filepath.EvalSymlinks(at); err == nil {
			return target
		}
		target, err := os.Readlink(at)
		if err != nil {
			return at // there is nothing
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(Resolve(filepath.Dir(at)), target)
		}
		at = target
	}
	return name
}

// canOpen reports no error if a file that cannot be replaced is there to be overwritten.
func canOpen(name string, otherwise error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return otherwise
	}
	return file.Close()
}

// Write writes a file when all that goes into it is known. A new one gets the mode, one
// that is there keeps its own.
func Write(name string, fresh os.FileMode, write func(io.Writer) error) error {
	var content bytes.Buffer
	if err := write(&content); err != nil {
		return err
	}
	name = Resolve(name)
	mode := fresh
	if info, err := os.Stat(name); err == nil {
		if mode = info.Mode(); !mode.IsRegular() {
			return overwrite(name, content.Bytes())
		}
	}
	beside, err := writeBeside(name, fresh, mode, content.Bytes())
	if err != nil && beside == "" && canOpen(name, err) == nil {
		return overwrite(name, content.Bytes()) // the folder admits no other file
	}
	if err != nil {
		return err
	}
	if os.Rename(beside, name) == nil {
		return nil
	}
	// A file that is mounted by itself, as into a container, cannot be replaced.
	return errors.Join(overwrite(name, content.Bytes()), os.Remove(beside))
}

// Replace puts a whole file in the place of one in a folder of the program's own, or fails
// and leaves that one as it is. The file is on the disk then, its name too where a system
// can say so.
func Replace(name string, mode os.FileMode, content []byte) error {
	beside, err := writeBeside(name, mode, mode, content)
	if err != nil {
		return err
	}
	if err := os.Rename(beside, name); err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	if folder, err := os.Open(filepath.Dir(name)); err == nil {
		_ = folder.Sync() // Windows has no such thing
		_ = folder.Close()
	}
	return nil
}

// writeBeside writes a file of another name in the folder of a file, fresh as it is made and
// with a mode in the end. After an error it is gone; it has a name if it was there.
func writeBeside(name string, fresh, mode os.FileMode, content []byte) (string, error) {
	beside, err := createBeside(name, fresh)
	if err != nil {
		return "", err
	}
	_, err = beside.Write(content)
	if err == nil && mode != fresh {
		err = beside.Chmod(mode.Perm())
	}
	if err = errors.Join(err, beside.Sync(), beside.Close()); err != nil {
		err = errors.Join(err, os.Remove(beside.Name()))
	}
	return beside.Name(), err
}

// createBeside creates a file of another name in the folder of a file.
func createBeside(name string, mode os.FileMode) (*os.File, error) {
	folder, base := filepath.Split(name)
	return os.OpenFile(folder+"."+base+"."+rand.Text()[:8], os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// overwrite writes into a file that stays the one it is: a pipe, a device, a mount.
func overwrite(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}
