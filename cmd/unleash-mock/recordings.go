package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/unleash-mock/unleash-mock/mockserver"
)

// recordFile is the file of --record; nil for none. What an earlier run left in it
// stays until this one is sure to begin.
type recordFile struct{ file *os.File }

func openRecording(name string) (*recordFile, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, usageError("--record: %w", err)
	}
	return &recordFile{file}, nil
}

// writer is where exchanges go; nil for nowhere.
func (r *recordFile) writer() io.Writer {
	if r == nil {
		return nil
	}
	return r.file
}

// begin empties the file.
func (r *recordFile) begin() error {
	if r == nil {
		return nil
	}
	info, err := r.file.Stat()
	if err == nil && info.Mode().IsRegular() { // a pipe cannot be emptied
		err = r.file.Truncate(0)
	}
	if err != nil {
		return usageError("--record: %w", err)
	}
	return nil
}

// end brings the file to the disk.
func (r *recordFile) end() error {
	if r == nil {
		return nil
	}
	synced := r.file.Sync()
	if errors.Is(synced, syscall.EINVAL) || errors.Is(synced, syscall.ENOTSUP) { // of a pipe or a device
		synced = nil
	}
	if err := cmp.Or(synced, r.file.Close()); err != nil {
		return fmt.Errorf("the recording: %w", err)
	}
	return nil
}

// readRecordings reads the files of a flag. A last line that is cut off, as the end
// of a proxy by force leaves it, is told and left out.
func (p *program) readRecordings(flag string, files []string) ([]*mockserver.Recording, error) {
	var out []*mockserver.Recording
	for _, file := range files {
		read, err := readRecording(file)
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		if err != nil {
			return nil, usageError("%s %s: %w", flag, file, err)
		}
		if read.Cut > 0 {
			fmt.Fprintf(p.stderr, "unleash-mock: %s %s: line %d, the last one, is cut off and left out\n", flag, file, read.Cut)
		}
		out = append(out, read)
	}
	return out, nil
}

func readRecording(name string) (*mockserver.Recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return mockserver.ReadRecording(name, file)
}

// listed splits the values of a flag that may be repeated. In its variable the
// files stand as in PATH.
func listed(value string) []string {
	var out []string
	for file := range strings.SplitSeq(value, string(os.PathListSeparator)) {
		if file != "" {
			out = append(out, file)
		}
	}
	return out
}
