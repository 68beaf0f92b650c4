// Package outfile writes files completely or not at all: readers never see half a file,
// and a write that fails does not destroy what was there.
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

// Modes of new files, before the user's umask applies.
const (
	// Shared is for files that others may read.
	Shared os.FileMode = 0o666
	// Private is for files that only the user may read.
	Private os.FileMode = 0o600
)

// Check creates the folder of a file and checks that the file can be written. Existing
// content stays.
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
		return nil // a pipe is opened only once, when there is something to write
	}
	beside, err := createBeside(name, Private)
	if err != nil {
		return canOpen(name, err)
	}
	return errors.Join(beside.Close(), os.Remove(beside.Name()))
}

// maxLinks is how many links may be followed in a row to reach a file, as on Linux.
const maxLinks = 40

// Resolve returns where the links of a name lead, whether or not the file exists.
func Resolve(name string) string {
	at := name
	for range maxLinks {
		if target, err := filepath.EvalSymlinks(at); err == nil {
			return target
		}
		target, err := os.Readlink(at)
		if err != nil {
			return at // nothing is there
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(Resolve(filepath.Dir(at)), target)
		}
		at = target
	}
	return name
}

// canOpen returns no error if a file that cannot be replaced exists and can be
// overwritten. If not, it returns otherwise.
func canOpen(name string, otherwise error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return otherwise
	}
	return file.Close()
}

// Write writes a file once all of its content is known. A new file gets the mode fresh;
// an existing one keeps its own.
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
		return overwrite(name, content.Bytes()) // the folder accepts no other file
	}
	if err != nil {
		return err
	}
	if os.Rename(beside, name) == nil {
		return nil
	}
	// A file that is a mount of its own, as in a container, cannot be replaced.
	return errors.Join(overwrite(name, content.Bytes()), os.Remove(beside))
}

// Replace replaces a file in one of the program's own folders, or fails and leaves the
// file as it is. When it returns, the content is on disk; so is the name, where the
// system can ensure that.
func Replace(name string, mode os.FileMode, content []byte) error {
	beside, err := writeBeside(name, mode, mode, content)
	if err != nil {
		return err
	}
	if err := os.Rename(beside, name); err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	SyncFolder(filepath.Dir(name))
	return nil
}

// SyncFolder puts the names in a folder on disk, where the system can ensure that.
func SyncFolder(name string) {
	if folder, err := os.Open(name); err == nil {
		_ = folder.Sync() // Windows cannot sync a folder
		_ = folder.Close()
	}
}

// WriteBetween replaces what a file has between two marks.
func WriteBetween(name, begin, end, text string) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, hasBegin := bytes.Cut(page, []byte(begin))
	_, after, hasEnd := bytes.Cut(rest, []byte(end))
	if !hasBegin || !hasEnd {
		return fmt.Errorf("%s has no marks %s and %s", name, begin, end)
	}
	return Write(name, Shared, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s%s%s%s%s", before, begin, text, end, after)
		return err
	})
}

// writeBeside writes a file under another name into the folder of a file. The new file is
// created with the mode fresh and ends up with mode. After an error it is removed; the
// returned name is empty if it was never created.
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

// createBeside creates a file under another name in the folder of a file. An error names the file itself.
func createBeside(name string, mode os.FileMode) (*os.File, error) {
	folder, base := filepath.Split(name)
	file, err := os.OpenFile(folder+"."+base+"."+rand.Text()[:8], os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	var refused *fs.PathError
	if errors.As(err, &refused) {
		refused.Path = name
	}
	return file, err
}

// overwrite writes into a file that must not be replaced: a pipe, a device, a mount.
func overwrite(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.Mode().IsRegular():
		err = rewrite(file, info.Size(), content)
	default:
		_, err = file.Write(content)
	}
	return errors.Join(err, file.Close())
}

// rewrite replaces the content of a file in place. What needs new room on the disk is written first: if
// there is none, the former content is left.
func rewrite(file *os.File, size int64, content []byte) error {
	kept := min(size, int64(len(content)))
	if _, err := file.WriteAt(content[kept:], kept); err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	if _, err := file.WriteAt(content[:kept], 0); err != nil {
		return err
	}
	return file.Truncate(int64(len(content)))
}
